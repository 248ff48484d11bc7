"""What it costs that an operator watches: the page and dnstap."""

import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import tempfile
import threading
import time
import urllib.error
import urllib.request

import dns.message

import servers
from generators import cpu_and_load, warm
from servers import BUILD, WORK, cpu_seconds, start_hostdnsd, warn

NAMES = 1000
FEW_NAMES = 10  # because looking up a name costs now more, now less
BURST = 512  # whole batches
BURSTS = 100
PAUSE = 0.25  # seconds between bursts, in which five more questions may be shown
RATE = 10_000  # a second
SHOWN_RATE = 20  # of these, those that a serve process shows on the page
WEB = ("127.0.0.1", 8053)
OPTIONS = {
    "nothing": [],
    "web": [f"web={WEB[0]}:{WEB[1]}"],
    "reader": [f"web={WEB[0]}:{WEB[1]}"],
    "dnstap": [f"dnstap=file:{WORK}/messages.tap"],
}


def options_of(facility):
    return [word for option in OPTIONS[facility] for word in ("-o", option)]


@contextlib.contextmanager
def open_to_the_server():
    """It gives up root, and writes there nevertheless; nothing is left of an earlier one."""
    WORK.chmod(0o777)
    yield
    (WORK / "messages.tap").unlink(missing_ok=True)


class Counted(servers.Server):
    """One below callgrind. It is not asked until it is ready, since each question would count."""

    def __init__(self, folder, facility):
        command = ["env", f"LD_PRELOAD={servers.TOOLS / 'unfenced.so'}",
                   "valgrind", "--tool=callgrind", "--vgdb=no", "--trace-children=yes",
                   f"--callgrind-out-file={folder}/%p", BUILD / "hostdnsd", "-l",
                   "127.0.0.1:5400", *options_of(facility)]
        super().__init__("callgrind", command, 5400)
        self.names = {pid: pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
                      for pid in self.pids()}
        self.serve = next(pid for pid in self.names if self.names[pid] == "hostdnsd-serve")

    def wait_for_answer(self):
        deadline = time.monotonic() + 3 * servers.START_SECONDS
        while "DNS server is ready" not in (WORK / "callgrind.log").read_text():
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise RuntimeError(f"callgrind does not get ready: {self.last_words()}")
            time.sleep(0.05)


@contextlib.contextmanager
def standing_still(pid):
    os.kill(pid, signal.SIGSTOP)
    while " T " not in pathlib.Path(f"/proc/{pid}/stat").read_text():
        time.sleep(0.001)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def ask_in_bursts(server, bursts, pause):
    """Whole bursts wait for serve each time. It reads them in batches, so that a slow machine, where
    few questions would come together, has it do the same."""
    names = [f"n{number}.bench.lab" for number in range(FEW_NAMES)]
    wires = [dns.message.make_query(name, "A", id=number).to_wire()
             for number, name in enumerate(names)]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        client.settimeout(30)
        client.connect((server.address, server.port))
        for _ in range(bursts):
            with standing_still(server.serve):
                for number in range(BURST):
                    client.send(wires[number % FEW_NAMES])
            for _ in range(BURST):
                client.recv(4096)
            time.sleep(pause)


def counted(bursts, facility, pause=0, seconds=0):
    """{process: instructions} of a hostdnsd that answers that many bursts of questions in so many
    seconds, and how many of all questions the page shows."""
    folder = pathlib.Path(tempfile.mkdtemp(dir="/run"))
    folder.chmod(0o777)  # the server gives up root
    server = Counted(folder, facility)
    try:
        warm(server, FEW_NAMES)
        end = time.monotonic() + seconds
        ask_in_bursts(server, bursts, pause)
        time.sleep(max(0, end - time.monotonic()))
        shown = newest_shown() if facility == "web" else 0
        os.kill(server.process.pid, signal.SIGINT)
        server.process.wait(30)
    finally:
        server.stop()
    # The sum stands at the beginning, because a process may be killed while it writes its file. The
    # supervisor cannot write to its own after it gave up root, so that file is empty.
    sums = {name: re.search(r"^summary: (\d+)", (folder / str(pid)).read_text(), re.M)
            for pid, name in server.names.items() if (folder / str(pid)).exists()}
    return {name: int(found[1]) for name, found in sums.items() if found}, shown


def newest_shown():
    """The number of the newest question on the page, which counts them."""
    deadline = time.monotonic() + servers.START_SECONDS
    while True:
        try:
            with urllib.request.urlopen("http://{}:{}/questions".format(*WEB), timeout=60) as page:
                return int(json.load(page)[0]["id"])
        except urllib.error.URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def instructions(results, effort):
    """The second run answers more questions, so start and end of the program cancel out."""
    for facility in ("nothing", "web", "dnstap") if effort.watched else ("nothing",):
        if facility == "web":
            web_instructions(results)
            continue
        with open_to_the_server():
            few, many = (counted(number * BURSTS, facility)[0] for number in (1, 2))
        add_instructions(results, f"serve-{facility}", "hostdnsd-serve", few, many)
        if facility == "nothing":
            add_instructions(results, "lookup", "hostdnsd-lookup", few, many)


def add_instructions(results, what, process, few, many):
    if process in few and process in many:
        results.add(f"instructions-{what}", "hostdnsd",
                    (many[process] - few[process]) / (BURSTS * BURST))
    else:
        warn(f"callgrind wrote nothing for {process}")


def web_instructions(results):
    """The page shows some questions a second, which callgrind makes many of few answers. So runs of
    one length, with bursts at once and spread over the time, tell what one that is shown costs, and
    the figure is that of a server that answers RATE questions a second."""
    seconds = BURSTS * PAUSE * 1.5
    few, few_shown = counted(BURSTS, "web", 0, seconds)
    spread, spread_shown = counted(BURSTS, "web", PAUSE, seconds)
    many, many_shown = counted(2 * BURSTS, "web", 0, seconds)
    if spread_shown - few_shown < 2 * BURSTS:
        warn(f"too slow to tell what a shown question costs: {few_shown}, {spread_shown} shown")
        return
    few, spread, many = (run["hostdnsd-serve"] for run in (few, spread, many))
    each_shown = (spread - few) / (spread_shown - few_shown)
    answer = (many - few - each_shown * (many_shown - few_shown)) / (BURSTS * BURST)
    results.add("instructions-shown", "hostdnsd", each_shown)
    results.add("instructions-serve-web", "hostdnsd", answer + each_shown * SHOWN_RATE / RATE)


class Reader:
    """Reads /events as a browser does, which asks again if the connection ends."""

    def __init__(self):
        self.octets = 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def run(self):
        while not self.over.is_set():
            with contextlib.suppress(OSError), \
                    socket.create_connection(WEB, 10) as client:
                client.sendall(b"GET /events HTTP/1.1\r\nHost: 127.0.0.1:8053\r\n"
                               b"Accept: text/event-stream\r\n\r\n")
                while not self.over.is_set() and (chunk := client.recv(65536)):
                    self.octets += len(chunk)


def watched(results, effort):
    """A server for each facility, one after another, is asked for cached names at a steady rate."""
    for _ in range(effort.rounds if effort.watched else 0):
        for facility in OPTIONS:
            with contextlib.ExitStack() as stack:
                stack.enter_context(open_to_the_server())
                server = start_hostdnsd(5400, options_of(facility))
                stack.callback(server.stop)
                warm(server, NAMES)
                reader = stack.enter_context(Reader()) if facility == "reader" else None
                before = side_seconds(server)
                result = cpu_and_load(server, "-m", NAMES, "-r", RATE, "-w", 4096,
                                      "-d", max(2, effort.seconds))
                if result["answered"]:
                    results.add(f"watched-{facility}", "hostdnsd", result["cpu_us"])
                    spent = side_seconds(server) - before
                    results.add(f"watched-side-{facility}", "hostdnsd",
                                spent / result["seconds"] * 100)
                if reader and not reader.octets:
                    warn("the reader of the page has read nothing")


def side_seconds(server):
    """The CPU time of the process that the facility has, so far."""
    return sum(cpu_seconds(pid) for pid in server.pids()
               if pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
               in ("hostdnsd-web", "hostdnsd-dnstap"))
