"""What happens to the server of a soak and to its host, again and again."""

import contextlib
import dataclasses
import http.client
import itertools
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import tempfile
import threading
import time

from ask import make
from askers import ANSWERING
from daemon import wait_until
from questions import HOSTS_FILE
from soak import TOOLS
from host import RESOLV_CONF, resolv_conf
from tap import Capture, messages
from web import connect, get

NSSWITCH = [("files dns", "10.0.6.6"), ("dns files", "192.0.2.3")]
GAI_CONF = [  # (text, which address comes first)
    ("precedence ::ffff:172.16.0.0/108 100\nprecedence ::ffff:0:0/96 10\n", "172.16.6.1"),
    ("", "10.0.6.1")]
PAGES = ["/", "/healthz", "/metrics", "/figures", "/questions"]
BURST_SECONDS = 2


class Troubles:
    """An action for each row of TABLE."""

    def __init__(self, soak, burst_rate):
        self.soak, self.truth, self.etc = soak, soak.truth, soak.etc
        self.burst_rate = int(burst_rate)  # questions a second
        self.burst = BURST_SECONDS * self.burst_rate
        self.chance = random.Random(2)
        self.numbers = itertools.count(1)
        self.servers = itertools.cycle(RESOLV_CONF[1:] + RESOLV_CONF[:1])
        self.sources = itertools.cycle(NSSWITCH[1:] + NSSWITCH[:1])
        self.order = itertools.cycle(GAI_CONF)
        self.killed = itertools.cycle(["lookup", "serve", "dnstap", "serve", "lookup", "web"])
        self.counted = {}
        self.frames = 0

    def advertise(self):
        self.soak.router.advertise()

    def flap(self):
        self.soak.flapping.flap()

    # Edits.

    def edit_hosts(self):
        number = next(self.numbers)
        address = f"10.5.{number // 256 % 256}.{number % 256}"
        self.truth.edited.change([f"edited.lab A {address}"])
        self.etc.write("hosts", f"{HOSTS_FILE}{address} edited.lab\n")

    def edit_resolv_conf(self):
        fault_server, servers = next(self.servers)
        self.truth.here.change(fault_server)
        self.etc.write("resolv.conf", resolv_conf(servers))

    def edit_nsswitch(self):
        line, address = next(self.sources)
        self.truth.both.change([f"mail.example.test A {address}"])
        self.etc.write("nsswitch.conf", f"passwd: files\ngroup: files\nhosts: {line}\n")

    def edit_gai_conf(self):
        """libc reads it once, so all processes are replaced."""
        text, first = next(self.order)
        addresses = sorted(["10.0.6.1", "172.16.6.1"], key=lambda address: address != first)
        with self.soak.changing:
            self.soak.wait_until_whole()
            before = self.soak.counters()["reloads"]
            self.truth.order.change([f"order.lab A {address}" for address in addresses])
            self.etc.write("gai.conf", text)
            self.wait_for_reload(before)

    def edit_conf(self):
        number = next(self.numbers) % 65536
        with self.soak.changing:
            self.truth.fixed.change([f"fixed.soak A 10.8.{number // 256}.{number % 256}"])
            self.soak.write_conf(number)
            self.soak.ctl("reload")

    # Commands, signals and kills.

    def reload(self):
        with self.soak.changing:
            before = self.soak.counters()["reloads"]
            os.kill(self.soak.server.pid, signal.SIGHUP)
            self.wait_for_reload(before)

    def wait_for_reload(self, before):
        def is_over():
            time.sleep(0.1)
            return self.soak.counters()["reloads"] > before

        wait_until(is_over, "the end of the reload", 120)

    def flush(self):
        self.soak.ctl("flush", *self.chance.choice([[], ["a.example.test"], ["v4only.lab"]]))

    def kill(self):
        self.soak.kill(next(self.killed))

    # Those who look.

    def look_at_counters(self):
        """None that only grows ever falls."""
        now = self.soak.counters()
        fallen = [name for name, was in self.counted.items() if now[name] < was]
        assert not fallen, f"{fallen} have fallen"
        self.counted = {name: now[name] for name in ("udp-queries", "tcp-queries", "reloads",
                                                     "cache-hits") if name in now}
        self.soak.ctl("status", "json")

    def read_dnstap(self):
        """A reader comes, gets stuck for a moment, and goes; what it has got is whole."""
        path = pathlib.Path(self.soak.folder, "reader")
        path.unlink(missing_ok=True)
        capture = Capture(self.soak.folder)
        try:
            self.wait_for_frames(capture)
            capture.stop()
            time.sleep(1)
            capture.go_on()
        finally:
            capture.end()
            path.unlink(missing_ok=True)
        self.frames += len(messages(capture.file))

    def ask_and_go(self):
        """Questions of somebody who does not wait for replies, so that there is something to log
        and to copy while nobody else asks (askers.Gate)."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.connect(self.soak.server.to)
            for _ in range(10):
                sock.send(make("localhost").to_wire())
        time.sleep(0.1)

    def wait_for_frames(self, capture):
        """Many: one buffer of the reader. The process that writes may be killed meanwhile."""
        def is_filled():
            self.ask_and_go()
            path = pathlib.Path(capture.file)
            return path.exists() and path.stat().st_size > 1000

        wait_until(is_filled, "frames of dnstap", 120)

    def read_web(self):
        """Pages, and a reader of events that goes away in the middle. While the process is being
        replaced nobody listens."""
        for page in PAGES:
            begun = time.monotonic()
            status, _, body = self.get(page)
            assert status == 200 and body or self.has_reason(page, status, begun), (page, status)
            if page in ("/figures", "/questions"):
                json.loads(body)
        with contextlib.suppress(OSError), connect(self.soak.web_port) as events:
            events.sendall(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            events.recv(65536)
            time.sleep(1)
            events.recv(100)

    def has_reason(self, page, status, begun):
        """No health while a process that answers is replaced."""
        return (page, status) == ("/healthz", 503) and self.soak.ledger.kill_between(
            begun, time.monotonic(), *ANSWERING)

    def get(self, page):
        for _ in range(3):
            begun = time.monotonic()
            try:
                return get(self.soak.web_port, page)
            except (OSError, EOFError, http.client.HTTPException) as error:
                if not self.soak.ledger.kill_between(begun, time.monotonic(), "web"):
                    raise AssertionError(f"{page} of the web process: {error!r}") from error
                time.sleep(1)
        raise AssertionError(f"{page} of the web process three times")

    def stick_log(self):
        """Nobody reads the log until lines are lost; then it is read again."""
        before = self.soak.counters()["log-lost"]
        self.soak.log.may_read.clear()
        try:
            wait_until(lambda: self.ask_and_go() or self.soak.counters()["log-lost"] > before,
                       "lost lines of the log", 120)
        finally:
            self.soak.log.may_read.set()

    def burst(self):
        """Thousands of questions for names that are kept, of which none is lost."""
        with self.soak.changing, tempfile.NamedTemporaryFile("w") as names:
            self.soak.wait_until_whole()
            names.write("a.example.test\nboth.example.test\nv4only.lab\nlocalhost\n")
            names.flush()
            said = subprocess.run(
                [TOOLS / "load", "-r", str(self.burst_rate), "-n", str(self.burst), "-w", "100", "-e", "-o", "10",
                 "-f", names.name, "{}:{}".format(*self.soak.server.to)], check=True,
                capture_output=True, text=True).stdout
        result = json.loads(said)
        assert (result["answered"], result["rcodes"]) == (self.burst, {"NOERROR": self.burst}), result


@dataclasses.dataclass(frozen=True)
class Row:
    """`seconds` on average; `is_stormy`: processes end, which calm phases are without."""

    action: object
    seconds: float
    is_stormy: bool = False


TABLE = {
    "router advertisements": Row(Troubles.advertise, 1),
    "flaps of a name server": Row(Troubles.flap, 3),
    "edits of hosts": Row(Troubles.edit_hosts, 4),
    "edits of resolv.conf": Row(Troubles.edit_resolv_conf, 15),
    "edits of nsswitch.conf": Row(Troubles.edit_nsswitch, 13),
    "edits of gai.conf": Row(Troubles.edit_gai_conf, 31, True),
    "edits of hostdns.conf": Row(Troubles.edit_conf, 23, True),
    "reloads": Row(Troubles.reload, 19, True),
    "flushes": Row(Troubles.flush, 9),
    "kills": Row(Troubles.kill, 17, True),
    "looks at the counters": Row(Troubles.look_at_counters, 7),
    "readers of dnstap": Row(Troubles.read_dnstap, 8),
    "readers of the web page": Row(Troubles.read_web, 6),
    "stuck logs": Row(Troubles.stick_log, 11),
    "bursts": Row(Troubles.burst, 20),
}


class Repeated(threading.Thread):
    """Does what a row says, at random times, until it is told to stop."""

    def __init__(self, name, row, troubles, pace, storm):
        super().__init__(name=name)
        self.row, self.troubles, self.pace, self.storm = row, troubles, pace, storm
        self.chance = random.Random(name)
        self.over = threading.Event()
        self.times, self.failures = 0, []

    def run(self):
        while not self.over.wait(self.row.seconds * self.pace * self.chance.uniform(0.5, 1.5)):
            if self.row.is_stormy and not self.storm.is_set():
                continue
            try:
                with self.troubles.soak.gate:
                    self.row.action(self.troubles)
                self.times += 1
            except Exception as failure:  # pylint: disable=broad-except
                self.failures.append(f"{time.monotonic():.1f} {self.name}: {failure!r}")


class Weather:
    """All troubles, for the length of a with statement. With a `pace` of 0.1 they come ten times
    as often."""

    def __init__(self, soak, pace=1, burst_rate=2000):
        self.storm = threading.Event()
        self.troubles = Troubles(soak, burst_rate)
        self.all = [Repeated(name, row, self.troubles, pace, self.storm)
                    for name, row in TABLE.items()]

    def __enter__(self):
        for one in self.all:
            one.start()
        return self

    def __exit__(self, *_):
        for one in self.all:
            one.over.set()
        for one in self.all:
            one.join()

    def times(self):
        return {one.name: one.times for one in self.all}

    def questions_of_bursts(self):
        return self.troubles.burst * self.times()["bursts"]

    def failures(self):
        return [failure for one in self.all for failure in one.failures]
