"""System calls that fail while a program starts or ends: it works, or says why not and leaves
nothing behind. The programs for people are tried from their start to their end.

kernel/fail_call.c lets a call fail. To try all takes long, so usually some are tried, always the
same; `make faults` tries each.
"""

import contextlib
import errno
import os
import pathlib
import re
import subprocess

import pytest

from ask import gather
from conftest import make_open_folder
from daemon import PROGRAM, START_SECONDS, Daemon, is_alive, wait_until
from failing_calls import USUAL, Page, error_name
from load import Load
from tables import table

ALL = os.environ.get("FAULTS") == "all"
ERRORS = [USUAL, errno.EPERM]
RIGHT = ["a.example.test A 192.0.2.1"]


@pytest.fixture(scope="module")
def page():
    folder = make_open_folder()
    folder.chmod(0o777)
    return Page(folder)


def newest():
    return max(int(path.name) for path in pathlib.Path("/proc").glob("[0-9]*"))


def servers():
    """The processes of servers."""
    found = set()
    for path in pathlib.Path("/proc").glob("[0-9]*/comm"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if path.read_text().startswith("hostdnsd") and is_alive(int(path.parent.name)):
                found.add(path.parent.name)
    return found


def numbers(count, every, at_least=1):
    return range(1, count + 1, at_least if ALL else every)


def says_why(text, name):
    """The linker says nothing if it has no memory for itself."""
    return re.search(r"hostdns\w*(\[\w+\])?: ", text) or name in ("brk", "mmap", "mprotect")


class Start:
    """Starts a server in which a call fails, has it answer, and ends it."""

    def __init__(self, page):
        self.page = page
        self.control = page.folder / "control"
        self.server = None
        self.may_leave = False  # the control socket: see daemon/unlinker

    def run(self, number, error):
        """(how many calls there were, what failed or "", what is wrong or "")"""
        self.may_leave = False
        before = servers()
        self.page.arm(newer=newest(), fails_at=number, error=error)
        try:
            self.server = Daemon("-o", f"control={self.control}", "-o", "timeout=1000",
                                 program=self.page.program())
            count, failed, name = self.page.disarm()
            self.may_leave = name in ("capget", "capset", "prctl") or \
                "may stay behind" in self.server.errors()
            wrong = self.wrong_with_server()
        except AssertionError as failure:
            count, failed, name = self.page.disarm()
            wrong = "" if says_why(str(failure), name) else f"no reason was given: {failure}"
        try:
            wait_until(lambda: self.may_leave or not self.control.exists(),
                       "the end of the control socket", 10)
            wait_until(lambda: servers() <= before, "the end of every process", 10)
        except AssertionError as failure:
            wrong = wrong or str(failure)
        self.control.unlink(missing_ok=True)
        return count, name if failed else "", wrong

    def wrong_with_server(self):
        try:
            wait_until(lambda: self.is_right(self.server.ask("a.example.test")), "an answer")
            self.server.stop()
        except (AssertionError, OSError, subprocess.TimeoutExpired) as failure:
            if self.server.process.poll() and says_why(self.server.errors(), ""):
                self.server.stopped = True
                return ""  # it could not go on, and has said so
            self.server.kill()
            return f"{failure!r}: {self.server.errors()}"
        return ""

    @staticmethod
    def is_right(reply):
        assert reply.outcome in (RIGHT, "SERVFAIL")
        return reply.outcome == RIGHT


@table("error", ERRORS)
def test_a_server_starts_or_says_why_not(page, stats, error):
    start = Start(page)
    count, _, wrong = start.run(0, 0)
    assert not wrong
    failures = []
    for number in numbers(count, 61, 5):  # most are the linker's
        _, name, wrong = start.run(number, error)
        stats["calls of a start failed"] += bool(name)
        if wrong:
            failures.append(f"call {number} of {count}, {name}: {wrong}")
            print(failures[-1], flush=True)
    assert not failures, "\n".join(failures)


@table("call, error", [("getsockopt", errno.ENOPROTOOPT),  # which tells of UDP_SEGMENT
                       ("inotify_init1", errno.ENOSYS), ("seccomp", errno.ENOSYS),
                       ("memfd_create", errno.ENOSYS)])
def test_a_kernel_that_lacks_a_call(page, call, error):
    page.arm(newer=newest(), fails_at=1, for_good=True, only=call, error=error)
    server = Daemon("-o", "cache-size=1000000", program=page.program())
    try:
        with Load(server, ["a.example.test", "v4only.lab"]):
            replies = gather([server.send("a.example.test") for _ in range(200)])
        assert {tuple(reply.outcome) for reply in replies} == {tuple(RIGHT)}
        _, failed, _ = page.disarm()
        assert failed > 0
        server.stop()
    finally:
        page.disarm()
        if not server.stopped:
            server.kill()


class Run:
    """A program for people in which a call fails."""

    def __init__(self, page, program, args):
        self.page = page
        self.command = [*page.program(PROGRAM.with_name(program)), *args.split()]
        self.env = {"LC_ALL": "C.UTF-8"}

    def run(self, number=0, error=USUAL):
        self.page.arm(newer=newest(), fails_at=number, error=error)
        done = subprocess.run(self.command, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=2 * START_SECONDS, env=self.env, check=False)
        self.count, failed, name = self.page.disarm()
        self.failed = name if failed else ""
        return done

    def wrong(self, done, right):
        """It does what it should, or says why not, and does not crash."""
        if done.returncode == 0:
            return "" if self.shape(done) == self.shape(right) else done.stdout
        if done.returncode < 0 and self.failed not in ("brk", "mmap", "mprotect"):
            return f"signal {-done.returncode}: {done.stderr}"
        return "" if says_why(done.stdout + done.stderr, self.failed) or done.stdout else "silent"

    @staticmethod
    def shape(done):
        """Without numbers, some of which change."""
        return re.sub(r"\s*\d+", " N", done.stdout)


@table("error", ERRORS)
@table("program, args", [
    ("hostdns", "@127.0.0.1#53 +short a.example.test"),
    ("hostdns", "@127.0.0.1#53 +short +tcp multi.example.test"),
    ("hostdnsctl", "flush"),
    ("hostdnsctl", "stats")])
def test_a_program_for_people_does_what_it_should_or_says_why_not(page, start, stats, program,
                                                                   args, error):
    if program == "hostdnsctl":
        control = f"{make_open_folder()}/control"
        start("-o", f"control={control}")
        args = f"-s {control} {args}"
    one, failures = Run(page, program, args), []
    right = one.run()
    assert right.returncode == 0, right.stderr
    count = one.count
    for number in numbers(count, 31):
        done = one.run(number, error)
        stats[f"calls of {program} failed"] += bool(one.failed)
        if wrong := one.failed and one.wrong(done, right):
            failures.append(f"call {number} of {count}, {one.failed}, {error_name(error)}: "
                            f"{done.returncode} {wrong[:300]}")
            print(failures[-1], flush=True)
    assert not failures, "\n".join(failures)
