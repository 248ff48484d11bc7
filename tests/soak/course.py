"""The course of a soak: storms and calms, what is told meanwhile, and what is left at the end."""

import json
import os
import pathlib
import runpy
import shutil
import sys
import time

from conftest import Etc, make_open_folder
from daemon import BUILT, PROGRAM
from figures import Rest, latencies, summary
from picture import draw
from soak import Soak
from troubles import Weather

JOB = pathlib.Path(__file__).parents[1] / "job"
SUPPRESSIONS = JOB.parent / "check/valgrind.suppressions"
PAUSE = 0.05  # seconds
BURST_RATE = 2000  # questions a second
SLOW = {"address": 2, "thread": 4, "valgrind": 10}  # how much slower clients ask
CYCLES = 6
SHORT_MINUTES = 6  # has fewer cycles, and troubles that come more often
SAMPLES = 360
REPORT_LINES = 200  # of valgrind
FIRST_REST = 0.4  # of a calm, after which what a process keeps for good is there


class Progress:
    """Lines on stderr."""

    def __init__(self, seconds):
        self.seconds, self.begun = seconds, time.monotonic()
        self.is_terminal = sys.stderr.isatty()
        self.every = 1 if self.is_terminal else 60
        self.told_at, self.told = self.begun, set()

    @staticmethod
    def clock(seconds):
        return f"{int(seconds) // 60}:{int(seconds) % 60:02}"

    def line(self, soak, storm, sample):
        ledger = soak.ledger
        cost = sum(ledger.cost().values())
        p99 = ", ".join(f"{kind} {one['p99']:.3g}" for kind, one in sample["latencies"].items())
        memory = ", ".join(f"{role} {use['kilobytes'] / 1024:.1f}"
                           for role, use in sample["uses"].items())
        return (f"{self.clock(time.monotonic() - self.begun):>6} of {self.clock(self.seconds)} "
                f"{'storm' if storm else 'calm '} {sum(ledger.asked.values())} questions, "
                f"{ledger.numbers['wrong']} wrong, {ledger.numbers['unanswered']} unanswered; "
                f"{len(ledger.kills)} kills cost {cost}; p99 ms: {p99}; MB: {memory}")

    def tell(self, soak, storm, sample):
        if time.monotonic() < self.told_at + self.every:
            return
        self.told_at = time.monotonic()
        line = self.line(soak, storm, sample)
        if self.is_terminal:
            line = f"\r\033[K{line[:shutil.get_terminal_size().columns - 1]}"
        print(line, end="" if self.is_terminal else "\n", file=sys.stderr, flush=True)


    def tell_faults(self, faults):
        """Each once, and at once."""
        for fault in faults:
            if fault not in self.told:
                self.told.add(fault)
                seconds = time.monotonic() - self.begun
                print(f"\n{self.clock(seconds):>6} {fault}", file=sys.stderr, flush=True)


class Run:
    """The course of time."""

    def __init__(self, soak, weather, minutes):
        self.soak, self.weather, self.seconds = soak, weather, 60 * minutes
        self.cycles = CYCLES if minutes >= SHORT_MINUTES else 2
        self.every = max(1.0, self.seconds / SAMPLES)
        self.progress = Progress(self.seconds)
        self.begun = self.progress.begun
        self.samples, self.rests = [], []
        self.last = {"at": self.begun, "questions": 0}

    def go(self):
        cycle = self.seconds / self.cycles
        for number in range(self.cycles):
            since = self.begun + number * cycle
            self.weather.storm.set()
            self.pass_time(since + cycle / 2)
            self.weather.storm.clear()
            self.pass_time(since + cycle * (1 + FIRST_REST) / 2)
            self.rest(f"early in calm {number + 1}")
            self.pass_time(since + cycle)
            self.rest(f"late in calm {number + 1}")

    def rest(self, name):
        uses = self.soak.at_rest(self.rests[0].uses if self.rests else None)
        self.rests.append(Rest(name, time.monotonic(), uses))

    def pass_time(self, until):
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(left, self.every, 1))
            self.progress.tell_faults(self.faults())
            if time.monotonic() >= self.last["at"] + self.every:
                self.sample()

    def faults(self):
        ledger = self.soak.ledger
        return [*(f"wrong: {one}" for one in ledger.wrong),
                *(f"unanswered: {one}" for one in ledger.unanswered), *self.weather.failures()]

    def sample(self):
        now, ledger = time.monotonic(), self.soak.ledger
        questions, since = sum(ledger.asked.values()), self.last["at"]
        storm = self.weather.storm.is_set()
        self.samples.append({
            "at": round(now - self.begun, 2), "storm": storm,
            "rate": round((questions - self.last["questions"]) / (now - since), 1),
            "latencies": latencies(ledger, since, now),
            "uses": {role: vars(use) for role, use in self.soak.uses().items()}})
        self.last = {"at": now, "questions": questions}
        self.progress.tell(self.soak, storm, self.samples[-1])

    def figures(self):
        return {**summary(self.soak, self.weather, self.rests, self.begun, time.monotonic()),
                "samples": self.samples}


def valgrind(folder):
    """The filters of system calls would stop valgrind, so they are not loaded. A server that has
    given up root could not open a file for its reports, so they go to the log."""
    unfenced = shutil.copy(BUILT.parent / "bench/unfenced.so", folder)
    suppressions = shutil.copy(SUPPRESSIONS, folder)
    return ["env", f"LD_PRELOAD={unfenced}", "valgrind", "-q", "--trace-children=yes",
            "--vgdb=no", "--leak-check=no", f"--suppressions={suppressions}"]


def watch(kind, folder):
    """(what the server is started with, the folder of the reports about it)"""
    job = runpy.run_path(str(JOB))
    reports, options = job["sanitizer_options"](folder)
    os.environ.update(options)
    under = valgrind(folder) if kind == "valgrind" else job["fixed_addresses"](kind)
    return [*under, PROGRAM], reports


def said(reports):
    return [f"{path.name}: {text}" for path in sorted(reports.iterdir())
            if (text := path.read_text(errors="replace").strip())]


def write(kind, figures):
    folder = BUILT.parent / "soak"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{kind}.json").write_text(json.dumps(figures, indent=1))
    (folder / f"{kind}.svg").write_text(draw(figures))
    return folder / f"{kind}.json"


def tell(figures, path):
    first, last = figures["first-third"], figures["last-third"]
    print(f"\n{figures['questions']} questions of clients and {figures['questions-of-bursts']} of "
          f"bursts in {figures['minutes']} minutes: {figures['wrong']} wrong, "
          f"{figures['unanswered']} unanswered")
    print(f"{figures['connections-closed-when-asked']} connections were closed when a client asked, "
          "and it asked again")
    for role, kills in figures["kills"].items():
        print(f"{kills['times']} kills of {role} cost {kills['cost']} questions")
    print(", ".join(f"{times} {name}" for name, times in figures["troubles"].items()))
    print("p99 in ms, first and last third: " + ", ".join(
        f"{kind} {first[kind]['p99']:.3g} {last[kind]['p99']:.3g}" for kind in first if kind in last))
    for rest in figures["rests"][1:2] + figures["rests"][-1:]:
        print(f"{rest['name']}: " + ", ".join(
            f"{role} {use['kilobytes']} kB {use['descriptors']} descriptors {use['threads']} threads"
            for role, use in rest["uses"].items()))
    for one in figures["broken"]:
        print(f"broken: {one}")
    print(f"{'all promises were held' if not figures['broken'] else 'not all was held'}: {path}")


def soak_for(minutes, kind):
    pace = min(1.0, max(0.1, minutes / 10))
    slow = SLOW.get(kind, 1)
    folder, etc = make_open_folder(), Etc()
    folder.chmod(0o777)
    program, reports = watch(kind, folder)
    try:
        with Soak(folder, etc, pause=PAUSE * slow, program=program, slow=slow) as soak:
            with Weather(soak, pace, burst_rate=BURST_RATE / slow) as weather:
                run = Run(soak, weather, minutes)
                run.go()
                figures = run.figures()
            figures["log"] = soak.log.last
    except Exception:
        print("\n".join(["", *soak.log.last[-20:], *said(reports)]), file=sys.stderr)
        raise
    finally:
        etc.restore()
    figures["broken"] += soak.end + said(reports) + soak.log.reports[:REPORT_LINES]
    return figures


def run_course(minutes, kind):
    """True if all promises were held."""
    PROGRAM.parent.mkdir(exist_ok=True)
    for program in BUILT.parent.glob("hostdns*"):
        shutil.copy(program, PROGRAM.parent)
    figures = soak_for(minutes, kind)
    tell(figures, write(kind, figures))
    return not figures["broken"]
