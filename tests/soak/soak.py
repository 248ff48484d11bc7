"""A server in all circumstances at the same time, for as long as you like.

Clients of many kinds ask on and on (askers.py), and what they ask has a right answer
(questions.py). Meanwhile the host's files are edited, name servers hang and lie, processes are
killed, and readers come, get stuck and go (troubles.py). run.py does this for an hour, and
tests/system/test_soak.py for a moment.
"""

import contextlib
import dataclasses
import json
import os
import pathlib
import random
import signal
import subprocess
import threading
import time

from askers import Client, Gate, Kill, Ledger, WayFrom, Yardstick
from daemon import PROGRAM, Daemon, wait_until
from host import RESOLV_CONF, LogReader, Router, fault_server, knot, network, resolv_conf
from questions import HOSTS_FILE, Truth
from web import web_port

WORKERS = 2
TOOLS = pathlib.Path(os.environ.get("BUILD", "build"), "bench").resolve()
CACHE = 200_000  # octets, which fresh names fill
WAYS = ("udp", "tcp", "kept")
WHOLE_SECONDS = 120
CONTROL_SECONDS = 60
NO_ANSWER = 3  # the status of hostdnsctl
SOCKET_TABLES = {"udp": 9, "udp6": 9, "tcp": 9, "tcp6": 9, "unix": 6, "netlink": 9}  # their inodes
NAME_SERVER = ":0035 "  # its port, as the kernel writes it
REST_SECONDS = 30  # in which what is idle has been closed
CONF = """\
control = {folder}/control
cache-size = {cache}
ttl = 300
negative-ttl = 300
workers = {workers}
timeout = {timeout}
cookies = yes
log-queries = text
web = 127.0.0.1:0
dnstap = unix:{folder}/reader
name = fixed.soak 10.8.{high}.{low}
"""


def sockets(pid):
    """{number of a socket: the kind and the line that the kernel tells of it}"""
    found = {}
    for kind, column in SOCKET_TABLES.items():
        for line in pathlib.Path(f"/proc/{pid}/net/{kind}").read_text().splitlines()[1:]:
            words = line.split()
            found[words[column]] = " ".join([kind, *words[1:column]])
    return found


def descriptors(pid):
    """What each of a process is, in words."""
    found, known = [], sockets(pid)
    for name in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # it has just been closed
            link = os.readlink(name)
            number = link.removeprefix("socket:[").removesuffix("]")
            found.append(known.get(number, link))
    return found


@dataclasses.dataclass
class Use:
    """What the processes of one role take up; memory that they share is not theirs."""

    kilobytes: int = 0
    descriptors: int = 0
    threads: int = 0
    open: list = dataclasses.field(default_factory=list)  # what the descriptors are

    def add(self, pid):
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        self.kilobytes += int(status.partition("RssAnon:")[2].split()[0])
        self.threads += int(status.partition("Threads:")[2].split()[0])
        self.open += descriptors(pid)
        self.descriptors = len(self.open)


class Soak:
    """The server, its circumstances, and its clients, for the length of a with statement.

    `pause` is how long a client rests between two questions, `program` what starts the server. What
    watches a server makes it so many times as `slow`, and takes memory itself.
    """

    def __init__(self, folder, etc, pause=0.05, program=(PROGRAM,), slow=1):
        self.folder, self.etc, self.pause, self.program = folder, etc, pause, program
        self.slow, self.is_plain = slow, slow == 1
        self.end = []  # what was wrong with it
        self.control, self.conf = folder / "control", folder / "hostdns.conf"
        self.gate, self.ledger = Gate(), Ledger()
        self.changing = threading.RLock()  # who holds it replaces processes
        self.chance = random.Random(1)
        self.stack = contextlib.ExitStack()

    def __enter__(self):
        with self.stack:  # if anything fails
            self.truth = Truth(self.slow)
            self.guest = self.stack.enter_context(network())
            self.router = Router(self.guest)
            self.flapping = knot(self.guest, self.folder)
            self.stack.callback(self.flapping.close)
            self.stack.callback(fault_server().close)
            self.etc.write("hosts", HOSTS_FILE)
            self.etc.write("resolv.conf", resolv_conf(RESOLV_CONF[0][1]))
            self.write_conf(0)
            self.server = self.start_server()
            wait_until(self.router_is_heard, "an address from the router")
            wait_until(self.network_is_steady, "no more changes of the network")
            self.network_changes, self.begun = len(self.log.network_changes), time.monotonic()
            self.yardstick = self.start_reflector()
            self.clients = self.make_clients()
            self.stack.callback(self.stop_clients)
            for client in self.clients:
                client.start()
            self.stack = self.stack.pop_all()
        return self

    def __exit__(self, *_):
        self.stack.close()

    def router_is_heard(self):
        self.router.advertise()
        return self.router.has_been_heard()

    def network_is_steady(self):
        """The server has seen what has changed so far; from now on only lifetimes do."""
        before = self.counters()["host-changes"]
        time.sleep(0.5 * self.slow)  # several times as long as changes are told as one
        return 0 < before == self.counters()["host-changes"]

    def write_conf(self, version):
        self.conf.write_text(CONF.format(
            folder=self.folder, cache=CACHE, workers=WORKERS, timeout=min(60000, 4400 * self.slow),
            high=version // 256, low=version % 256))

    def start_server(self):
        """Its log goes to a reader that may get stuck."""
        self.log = LogReader()
        self.log.start()
        self.stack.callback(self.log.close)
        self.truth.fixed.change(["fixed.soak A 10.8.0.0"])
        server = Daemon("-c", self.conf, pass_fds=(self.log.writer,),
                        program=["bash", "-c", f'exec "$@" 2>&{self.log.writer}', "bash",
                                 *self.program])
        self.stack.callback(self.stop_server, server)
        self.web_port = web_port(server)
        return server

    def stop_server(self, server):
        """It ends well and leaves nobody behind."""
        try:
            server.stop()
        except (AssertionError, subprocess.TimeoutExpired) as error:
            self.end = [f"the server ends with status {server.process.returncode}: {error!r}"]

    def start_reflector(self):
        process = subprocess.Popen([TOOLS / "reflector", "127.0.0.1:5399"],
                                   stdout=subprocess.PIPE)
        self.stack.callback(process.wait)
        self.stack.callback(process.kill)
        process.stdout.readline()
        return "127.0.0.1", 5399

    def make_clients(self):
        clients = []
        for kind, questions in self.truth.kinds().items():
            for way in WAYS:
                number = len(clients) + 1
                talk = WayFrom(self.server.to, way, f"127.0.1.{number}", self.slow)
                clients.append(Client(talk, kind, questions(number), self.ledger, self.gate,
                                      self.pause))
        talk = WayFrom(self.yardstick, "udp", "127.0.2.1", self.slow)
        endless = iter(self.truth.kept(0))
        return [*clients, Yardstick(talk, "reflector", endless, self.ledger, self.gate, self.pause)]

    def stop_clients(self):
        for client in self.clients:
            client.over.set()
        for client in self.clients:
            client.join()

    # What troubles do to the server.

    def ctl(self, *words):
        """A supervisor that is watched takes long for a reload, and answers behind it."""
        deadline = time.monotonic() + CONTROL_SECONDS
        while True:
            done = subprocess.run([PROGRAM.with_name("hostdnsctl"), "-s", self.control, *words],
                                  capture_output=True, check=False, text=True)
            if done.returncode == 0:
                return done.stdout
            assert done.returncode == NO_ANSWER and time.monotonic() < deadline, (words, done)

    def counters(self):
        return json.loads(self.ctl("stats", "json"))

    def processes(self):
        """[(role, pid, whether it retires)]; the pid is None while it is replaced."""
        said = json.loads(self.ctl("status", "json"))["processes"]
        return [(one["role"], one["pid"], one["retiring"]) for one in said]

    def wait_until_whole(self, without=None, retiring=True):
        """No process is missing, nor, if they are not wanted, does one retire."""
        def is_whole():
            time.sleep(0.1)  # to ask costs the server something
            there = self.processes()
            return all(pid not in (None, without) for _, pid, _ in there) and (
                retiring or not any(retires for _, _, retires in there))

        wait_until(is_whole, f"all processes, instead of {self.processes()}", WHOLE_SECONDS)

    def kill(self, role):
        with self.changing:
            self.wait_until_whole()
            pid = self.chance.choice([pid for one, pid, retires in self.processes()
                                      if one == role and not retires])
            kill = Kill(role, time.monotonic())
            self.ledger.kills.append(kill)
            os.kill(pid, signal.SIGKILL)
            self.wait_until_whole(pid)
            kill.back = time.monotonic()

    # What is looked at.

    def uses(self):
        """{role: Use}, of what is there at the moment."""
        found = {}
        for role, pid, _ in [("supervisor", self.server.pid, False), *self.processes()]:
            with contextlib.suppress(OSError, IndexError):  # it has just ended
                found.setdefault(role, Use()).add(pid)
        return found

    def at_rest(self, before=None):
        """Uses when nobody asks and nothing is under way; what is closed only after a while is
        waited for, if more is open than `before`."""
        with self.gate.shut():
            for client in self.clients:
                client.talk.close()
            self.wait_until_whole(retiring=False)
            wait_until(self.is_at_rest, "the end of what is under way", WHOLE_SECONDS)
            with contextlib.suppress(AssertionError):
                wait_until(lambda: self.is_closed(before), "", REST_SECONDS)
            return self.uses()

    def is_at_rest(self):
        time.sleep(0.1)
        now = self.counters()
        return now["lookups-in-flight"] == now["tcp-open"] == 0

    def is_closed(self, before):
        """Queries to a name server that hangs go on after their question has been answered."""
        time.sleep(0.1)
        now = self.uses()
        more = before and any(now.get(role, use).descriptors > use.descriptors
                              for role, use in before.items())
        return not more and not any(NAME_SERVER in one for one in now.get("lookup", Use()).open)

    def least_asked(self):
        """Of the client that had the least."""
        return min(client.asked for client in self.clients)

    def reopened(self):
        return sum(client.talk.reopened for client in self.clients)

    def most_reopened(self):
        """As if each process that was replaced had had all connections that clients keep."""
        kept = sum(client.talk.way == "kept" for client in self.clients)
        kills = sum(kill.role == "serve" for kill in self.ledger.kills)
        return kept * (self.counters()["reloads"] + kills)

    def failures(self):
        """What has not gone on as it should have."""
        failures = [f"a client of {client.kind} has ended: {client.error!r}"
                    for client in self.clients if client.error]
        if changes := self.log.network_changes[self.network_changes:]:
            at = ", ".join(f"{change - self.begun:.1f}" for change in changes)
            failures.append(f"{len(changes)} changes of the network were seen, of which only "
                            f"lifetimes have changed, after {at} seconds")
        return failures
