"""A server in adverse circumstances for as long as you like: nobody reads its log, a router tells
the network of itself each second, and the first of two name servers comes and goes. Every
question has to be answered, and rightly, and the server must not grow.

tests/endure runs it by itself, test_endurance.py for a moment.
"""

import collections
import contextlib
import dataclasses
import fcntl
import json
import os
import pathlib
import signal
import socket
import struct
import subprocess
import threading
import time

from ask import PATIENCE_SECONDS, Connection, Reply, Server, make
from daemon import PROGRAM, Daemon, children_of, wait_until
from network import Guest, ip

FLAPPING = "10.9.0.2"  # in a network of its own, behind a cable
STEADY = "127.0.0.1"
ROUTED = "fd09:9:9:9::/64"  # what the router tells of
RESOLV_CONF = f"nameserver {FLAPPING}\nnameserver {STEADY}\noptions timeout:1 attempts:2\n"
CACHE = 200_000  # octets, which fresh names fill in less than a minute
PIPE = 4096  # octets, which few lines fill
PAUSE = 0.02  # seconds between two questions of one client

LIFETIME = 1800  # seconds
ROUTER_ADVERTISEMENT = struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, LIFETIME, 0, 0)  # RFC 4861 4.2
PREFIX = struct.pack("!BBBBIII", 3, 4, 64, 0xc0, LIFETIME, LIFETIME, 0)  # RFC 4861 4.6.2


class Regularly(threading.Thread):
    """Does something again and again until it is told to stop."""

    def __init__(self, action, seconds):
        super().__init__()
        self.action, self.seconds = action, seconds
        self.over = threading.Event()
        self.times, self.failure = 0, None

    def run(self):
        try:
            while not self.over.wait(self.seconds):
                self.action()
                self.times += 1
        except Exception as failure:  # pylint: disable=broad-except
            self.failure = failure

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()


class Router:
    """Its advertisements refresh an address and a route of ours."""

    def __init__(self, guest):
        guest.run(self.open)

    def open(self):
        self.socket = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
        self.to = "ff02::1", 0, 0, socket.if_nametoindex("guest0")

    def advertise(self):
        prefix = socket.inet_pton(socket.AF_INET6, ROUTED.partition("/")[0])
        self.socket.sendto(ROUTER_ADVERTISEMENT + PREFIX + prefix, self.to)

    @staticmethod
    def has_been_heard():
        """The address is there, and none is tentative any more, so that no other comes."""
        said = subprocess.run(["ip", "-j", "-6", "address", "show", "dev", "host0"],
                              capture_output=True, check=True).stdout
        addresses = json.loads(said)[0]["addr_info"]
        return {one["scope"] for one in addresses} == {"global", "link"} and not any(
            one.get("tentative") for one in addresses)


class FlappingServer:
    """knot with the zones of the lab; it is stopped as a hung machine is."""

    def __init__(self, guest, folder):
        lab = pathlib.Path("/etc/lab/knot.conf").read_text()
        conf = folder / "knot.conf"
        conf.write_text(lab.replace("/etc/lab", str(folder)).replace("127.0.0.1@53, ::1@53",
                                                                     f"{FLAPPING}@53"))
        self.process = guest.run(subprocess.Popen, ["knotd", "-c", conf])
        wait_until(lambda: guest.run(self.answers), "the name server")
        self.is_stopped = False

    @staticmethod
    def answers():
        with contextlib.suppress(OSError):
            return Server(FLAPPING, 53).raw(make("ns.lab").to_wire(), seconds=0.2)

    def flap(self):
        self.is_stopped = not self.is_stopped
        self.process.send_signal(signal.SIGSTOP if self.is_stopped else signal.SIGCONT)

    def close(self):
        self.process.kill()
        self.process.wait()


@dataclasses.dataclass
class Kind:
    """What a client asks, and what is right."""

    name: str
    outcome: list
    is_fresh: bool = False


KINDS = {
    "kept": Kind("a.example.test", ["{} A 192.0.2.1"]),
    "fresh": Kind("fault.test", ["{} A 192.0.2.200"], is_fresh=True),
    "hosts": Kind("v4only.lab", ["{} A 10.0.0.4"]),
    "missing": Kind("no-such-name.example.test", "NXDOMAIN"),
}
WAYS = ("udp", "tcp", "connection")


class Client(threading.Thread):
    """Asks for names of one kind, one after another: by datagrams, with a connection for each
    question, or with one that is kept while it lasts."""

    def __init__(self, server, kind, way, gate):
        super().__init__()
        self.server, self.kind, self.way, self.gate = server, kind, way, gate
        self.over = False
        self.asked, self.slowest = 0, 0.0
        self.wrong, self.lost = [], []
        self.connection = None

    def run(self):
        while not self.over:
            with self.gate:
                self.ask()
            time.sleep(PAUSE)
        self.hang_up()

    def ask(self):
        kind = KINDS[self.kind]
        name = f"{self.way}{self.asked}.{kind.name}" if kind.is_fresh else kind.name
        right = [text.format(name) for text in kind.outcome] \
            if isinstance(kind.outcome, list) else kind.outcome
        self.asked += 1
        begun = time.monotonic()
        try:
            outcome = self.reply(name).outcome
            if outcome != right:
                self.wrong.append((name, self.way, outcome))
        except (OSError, EOFError) as error:
            self.lost.append((name, self.way, repr(error)))
            self.hang_up()
        except AssertionError as error:
            self.wrong.append((name, self.way, repr(error)))
        self.slowest = max(self.slowest, time.monotonic() - begun)

    def reply(self, name):
        if self.way != "connection":
            return self.server.ask(name, tcp=self.way == "tcp")
        query = make(name)
        if not self.connection:
            self.connection = Connection(self.server.to, PATIENCE_SECONDS)
        self.connection.send(query.to_wire())
        return Reply(query, self.connection.receive(), tcp=True)

    def hang_up(self):
        if self.connection:
            self.connection.__exit__()
        self.connection = None


class Gate:
    """Clients pass it for each question; who holds it knows that nobody asks."""

    def __init__(self):
        self.free, self.inside, self.is_shut = threading.Condition(), 0, False

    def __enter__(self):
        with self.free:
            self.free.wait_for(lambda: not self.is_shut)
            self.inside += 1

    def __exit__(self, *_):
        with self.free:
            self.inside -= 1
            self.free.notify_all()

    @contextlib.contextmanager
    def shut(self):
        with self.free:
            self.is_shut = True
            self.free.wait_for(lambda: self.inside == 0)
        yield
        with self.free:
            self.is_shut = False
            self.free.notify_all()


@dataclasses.dataclass
class Process:
    """What one process of the server takes up."""

    pid: int
    kilobytes: int  # of memory in use
    descriptors: int


def processes(server):
    """{name: Process}"""
    found = {}
    for pid, name in [(server.pid, "hostdnsd"), *children_of(server.pid)]:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        memory = int(status.partition("VmRSS:")[2].split()[0])
        found[name] = Process(pid, memory, len(os.listdir(f"/proc/{pid}/fd")))
    return found


def more_descriptors(before, server):
    return [name for name, now in processes(server).items()
            if name in before and now.descriptors > before[name].descriptors]


class Endurance:
    """The server, its circumstances, and its clients, for the length of a with statement."""

    def __init__(self, folder, etc, flap_seconds):
        self.folder, self.etc, self.flap_seconds = folder, etc, flap_seconds
        self.control = folder / "control"
        self.gate = Gate()
        self.stack = contextlib.ExitStack()

    def __enter__(self):
        with self.stack:  # if anything fails
            guest = self.make_network()
            self.router = Router(guest)
            self.name_server = FlappingServer(guest, self.folder)
            self.stack.callback(self.name_server.close)
            self.etc.write("resolv.conf", RESOLV_CONF)
            self.server = self.start_server()
            self.advertising = self.stack.enter_context(Regularly(self.router.advertise, 1))
            wait_until(self.router.has_been_heard, "an address from the router")
            self.clients = [Client(self.server, kind, way, self.gate)
                            for kind in KINDS for way in WAYS]
            self.stack.callback(self.stop_clients)
            for client in self.clients:
                client.start()
            self.flapping = self.stack.enter_context(
                Regularly(self.name_server.flap, self.flap_seconds))
            self.stack = self.stack.pop_all()
        return self

    def __exit__(self, *_):
        self.stack.close()

    def make_network(self):
        guest = Guest()
        self.stack.callback(guest.close)
        guest.link("host0", "guest0")
        self.stack.callback(ip, "link delete host0")
        guest.run(ip, f"address add {FLAPPING}/24 dev guest0")
        guest.run(ip, "address add fe80::9:2/64 dev guest0 nodad")
        guest.run(ip, "link set guest0 up")
        ip("address add 10.9.0.1/24 dev host0")
        ip("link set host0 up")
        return guest

    def start_server(self):
        reader, writer = os.pipe()
        fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, PIPE)
        server = Daemon("-o", "log-queries=text", "-o", f"cache-size={CACHE}", "-o",
                        f"control={self.control}", pass_fds=(writer,),
                        program=["bash", "-c", f'exec "$@" 2>&{writer}', "bash", PROGRAM])
        os.close(writer)
        self.stack.callback(os.close, reader)
        self.stack.callback(server.stop)
        return server

    def stop_clients(self):
        for client in self.clients:
            client.over = True
        for client in self.clients:
            client.join()

    def counters(self):
        said = subprocess.run([PROGRAM.with_name("hostdnsctl"), "-s", self.control, "stats",
                               "json"], capture_output=True, check=True).stdout
        return json.loads(said)

    def at_rest(self, before=None):
        """(processes, counters) when nobody asks and nothing is under way; what is closed only
        after a while is waited for, if there is more than `before`."""
        with self.gate.shut():
            for client in self.clients:
                client.hang_up()
            wait_until(self.is_at_rest, "the end of what is under way")
            with contextlib.suppress(AssertionError):
                wait_until(lambda: not before or not more_descriptors(before, self.server), "", 10)
            return processes(self.server), self.counters()

    def is_at_rest(self):
        now = self.counters()
        return now["lookups-in-flight"] == now["tcp-open"] == 0

    def asked(self):
        return sum(client.asked for client in self.clients)

    def least_asked(self):
        """Of the client that had the least."""
        return min(client.asked for client in self.clients)

    def wrong(self):
        return [one for client in self.clients for one in client.wrong]

    def lost(self):
        return [one for client in self.clients for one in client.lost]

    def slowest(self):
        """Seconds, by kind."""
        slowest = collections.Counter()
        for client in self.clients:
            slowest[client.kind] = max(slowest[client.kind], client.slowest)
        return slowest

    def failures(self):
        """What has not gone on as it should have."""
        return [failure for failure in (self.advertising.failure, self.flapping.failure) if failure]
