"""Twenty reloads under load with all that may be switched on: several workers, sockets from a
service manager, the web page, dnstap, the query log and the control socket. No question is lost,
all that is counted goes on, and nothing of earlier generations stays."""

import collections
import contextlib
import http.client
import itertools
import json
import os
import pathlib
import re
import socket
import threading
import time

import dns.message
import dns.rdatatype

from ask import Reply, make
from conftest import make_open_folder
from daemon import INSTRUMENTED, children_of, wait_until
from load import RETIRED_IDLE_SECONDS, Way
from tap import Capture, frames, messages
from test_metrics import samples
from test_passed_sockets import activate, pair  # pylint: disable=unused-import
from test_web_questions import Events
from web import get, web_port

SETTLED = 2 if INSTRUMENTED else 4  # reloads: then all that a server ever opens is open
RELOADS = 6 if INSTRUMENTED else 20  # one more even number: as many workers as at first
ROWS = (pathlib.Path(__file__).parents[2] / "include/base/counters.h").read_text()
GAUGES = set(re.findall(r'ROW\(\w+, "([\w-]+)", GAUGE', ROWS))
HOSTS = [f"h{number}.many.lab" for number in range(200)]
PAUSE_SECONDS = 0.01
PATIENCE_SECONDS = 120
CLOSED = (EOFError, OSError, http.client.HTTPException)


# --- those who ask ---


def cached():
    return itertools.cycle([("localhost", "A", ["localhost A 127.0.0.1"]),
                            ("a.example.test", "A", ["a.example.test A 192.0.2.1"]),
                            ("v4only.lab", "A", ["v4only.lab A 10.0.0.4"])])


def from_hosts():
    return itertools.cycle([(name, "A", [f"{name} A 10.9.0.{number}"])
                            for number, name in enumerate(HOSTS)])


def from_dns():
    for number in itertools.count():
        name = f"n{number}.{threading.get_ident()}.wild.example.test"
        yield name, "A", [f"{name} A 192.0.2.5"]


def denied():
    for number in itertools.count():
        yield f"n{number}.{threading.get_ident()}.nosuch.example.test", "A", "NXDOMAIN"
        yield "v4only.lab", "AAAA", "NODATA"


class Repeated(threading.Thread):
    """Does something again and again for the length of a with statement. What is found wrong is
    told at the end."""

    def __init__(self):
        super().__init__()
        self.over = threading.Event()
        self.error = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, *_):
        self.over.set()
        self.join()
        if not kind and self.error:
            raise self.error

    def run(self):
        try:
            self.work()
        except (AssertionError, *CLOSED) as error:
            self.error = error

    def work(self):
        while not self.over.is_set():
            self.once()
            time.sleep(PAUSE_SECONDS)


@contextlib.contextmanager
def comes_back():
    """On a busy machine a client may be so slow that a process which retires closes its connection
    for being idle. It comes back then (RFC 7766 section 6.2.4)."""
    began = time.monotonic()
    try:
        yield
    except CLOSED as error:
        if isinstance(error, TimeoutError) or time.monotonic() - began < RETIRED_IDLE_SECONDS:
            raise


class Client(Repeated):
    """Asks its next question when the last one is answered."""

    def __init__(self, to, way, questions):
        super().__init__()
        self.talk, self.questions = Way(to, way), questions
        self.asked = collections.Counter()

    def work(self):
        self.questions = self.questions()
        with self.talk:
            super().work()

    def once(self):
        name, rdtype, expected = next(self.questions)
        query = make(name, rdtype)
        self.asked[name, rdtype] += 1
        wire = self.ask(query.to_wire())
        reply = Reply(query, wire, tcp=self.talk.way != "udp")
        assert reply.outcome == expected, (name, rdtype, reply.outcome)

    def ask(self, wire):
        """If it is asked twice, the server has not read it the first time."""
        with comes_back():
            return self.talk.ask(wire)
        self.talk.close()
        return self.talk.ask(wire)


# --- those who look ---


class Counters(Repeated):
    """Reads numbers of which none ever falls."""

    def __init__(self, read):
        super().__init__()
        self.read, self.last, self.times = read, {}, 0

    def once(self):
        with comes_back():
            self.look(self.read())

    def look(self, numbers):
        assert numbers.keys() >= self.last.keys()
        fallen = {name: (number, numbers[name]) for name, number in self.last.items()
                  if numbers[name] < number}
        assert not fallen, fallen
        self.last, self.times = numbers, self.times + 1


class EventReader(Repeated):
    """As a browser: it comes back when the stream ends, and goes on where it was."""

    def __init__(self, port):
        super().__init__()
        self.port, self.ids, self.times = port, [0], 0

    def once(self):
        with comes_back(), Events(self.port, last=self.ids[-1]) as events:
            assert events.status == 200
            self.times += 1
            with contextlib.suppress(EOFError, ConnectionResetError):
                while not self.over.is_set():
                    number = int(events.event("question")[0])
                    assert number > self.ids[-1], "each is told once, in order"
                    self.ids.append(number)


# --- the server ---


class Everything:
    """A server with all of it."""

    def __init__(self, run, sockets):
        self.folder = make_open_folder()
        self.folder.chmod(0o777)
        self.reader = Capture(self.folder)
        self.reloads = 0
        self.write()
        self.server = run(*sockets, options=("-c", self.folder / "hostdns.conf"))
        self.web = web_port(self.server)

    def write(self):
        self.workers = 2 + self.reloads % 2
        (self.folder / "hostdns.conf").write_text(
            f"workers = {self.workers}\n"
            f"cache-size = {(1 + self.reloads % 3) << 20}\n"
            f"control = {self.folder}/control\n"
            f"dnstap = unix:{self.reader.socket}\n"
            "web = 127.0.0.1:0\n"
            "log-queries = json\n")

    def command(self, line):
        """What the server says. hostdnsctl would be less patient."""
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(PATIENCE_SECONDS)
            sock.connect(str(self.folder / "control"))
            sock.sendall(line.encode() + b"\n")
            with sock.makefile("rb") as stream:
                return stream.read().decode()

    def reload(self):
        """It has succeeded when the server answers. A busy machine may give the dry run so little
        time that the server gives it up, and goes on as it was."""
        self.reloads += 1
        self.write()
        while "within 10 s" in (said := self.command("reload")):
            pass
        assert said == "ok\n", said

    def metrics(self):
        status, _, body = get(self.web, "/metrics")
        assert status == 200
        return samples(body), set(re.findall(r"^# TYPE (\w+) gauge$", body, re.M))

    def growing_metrics(self):
        numbers, gauges = self.metrics()
        return {name: number for name, number in numbers.items()
                if name.partition("{")[0] not in gauges}

    def growing_stats(self):
        said, *rows = self.command("stats").splitlines()
        assert said == "ok"
        pairs = map(str.split, rows)
        return {name: int(number) for name, number in pairs if name not in GAUGES}

    def counted(self):
        """Questions."""
        return sum(number for name, number in self.growing_metrics().items()
                   if name.startswith("hostdns_questions_total{"))

    def generation(self):
        """What each process of this one has open, once those before it have left. The number
        behind a word such as socket is another one each time."""
        wanted = sorted(["dnstap", "lookup", "web"] + self.workers * ["serve"])
        wait_until(lambda: self.children() == wanted, "the end of the old processes",
                   PATIENCE_SECONDS)
        rows = [(name, self.open_of(pid)) for pid, name in children_of(self.server.pid)]
        rows += [("hostdnsd", self.open_of(self.server.pid)),
                 ("reader", self.open_of(self.reader.process.pid))]
        return sorted(rows)

    def children(self):
        return sorted(name.removeprefix("hostdnsd-") for _, name in children_of(self.server.pid))

    @staticmethod
    def open_of(pid):
        folder = pathlib.Path(f"/proc/{pid}/fd")
        return sorted(os.readlink(path).partition(":")[0] for path in folder.iterdir())

    def lines(self):
        """Those of the query log, and what it says that it has left out."""
        rows = [json.loads(line) for line in self.server.errors().splitlines()
                if line.startswith("{")]
        return (sum("left-out" not in row for row in rows),
                sum(row.get("left-out", 0) for row in rows))

    @contextlib.contextmanager
    def under_load(self):
        """All ask and look for the length of a with statement; what was asked, afterwards."""
        asked = collections.Counter()
        kinds = [("udp", cached), ("udp", from_hosts), ("udp", from_dns), ("tcp", denied),
                 ("kept", cached), ("tcp", from_hosts), ("kept", from_dns), ("udp", denied)]
        clients = [Client(self.server.to, way, questions) for way, questions in kinds]
        looks = [Counters(self.growing_metrics), Counters(self.growing_stats),
                 EventReader(self.web)]
        with contextlib.ExitStack() as stack:
            for one in clients + looks:
                stack.enter_context(one)
            yield asked, looks
        for client in clients:
            assert client.asked
            asked.update(client.asked)

    def reload_under_load(self, times):
        """What was asked meanwhile."""
        with self.under_load() as (asked, looks):
            for _ in range(times):
                self.reload()
            wait_until(lambda: all(look.error or look.times > 1 for look in looks),
                       "a look of each", PATIENCE_SECONDS)
        return asked


def processes_of(session):
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if int(path.read_text().rpartition(")")[2].split()[3]) == session:
                found.append(path.parent.name)
    return found


def asked_names(tapped):
    """{(name, type): how often}"""
    return collections.Counter(question_of(message.query) for message in tapped
                               if message.type == "CQ")


def question_of(wire):
    question = dns.message.from_wire(wire).question[0]
    return question.name.to_text(omit_final_dot=True), dns.rdatatype.to_text(question.rdtype)


def test_reloads_lose_nothing(activate, pair, etc, stats):  # pylint: disable=redefined-outer-name
    etc.add("hosts", "".join(f"10.9.0.{number} {name}\n" for number, name in enumerate(HOSTS)))
    every = Everything(activate, pair)
    asked = every.reload_under_load(SETTLED)
    first = every.generation()
    asked += every.reload_under_load(RELOADS - SETTLED)
    assert every.generation() == first

    total = asked.total()
    wait_until(lambda: every.counted() == total, "the last question is counted", PATIENCE_SECONDS)
    numbers, _ = every.metrics()
    assert numbers["hostdns_reloads_total"] == RELOADS
    assert numbers["hostdns_log_lines_lost_total"] == 0
    assert not [name for name, number in numbers.items()
                if name.startswith("hostdns_restarts_total") and number]
    assert get(every.web, "/")[0] == get(every.web, "/healthz")[0] == 200

    every.server.stop()
    every.reader.end()
    assert every.lines() == (total - numbers["hostdns_log_lines_left_out_total"],
                             numbers["hostdns_log_lines_left_out_total"])
    assert len(frames(every.reader.file)) >= numbers["hostdns_dnstap_messages_total"]
    lost = numbers["hostdns_dnstap_lost_total"]
    tapped = messages(every.reader.file, "CQ", "CR")
    assert 0 <= 2 * total - len(tapped) <= lost
    assert (asked - asked_names(tapped)).total() <= lost
    assert not processes_of(every.server.pid)
    assert not (every.folder / "control").exists()
    stats[f"questions asked across {RELOADS} reloads with everything on, lost: 0"] += total
    stats["messages of dnstap that were lost, and counted"] += int(lost)
