"""No thread waits for DNS: ten thousand hung names need no more of them than ten."""

import collections
import pathlib
import re
import resource
import selectors
import socket
import threading
import time

import dns.message
import pytest

from ask import (HEADER, PATIENCE_SECONDS, SLACK_SECONDS, SO_TIMESTAMPNS, Reply, gather,
                 receive_stamped)
from daemon import INSTRUMENTED, Daemon, wait_until
from name_server import NameServer
from tables import table

# How much there is room for is seen without checkers: what they look for in threads is in
# hundreds of hung names as it is in thousands.
FEW, MANY, SOME = 10, 500 if INSTRUMENTED else 10_000, 300
BATCH = 100  # then it is made sure that the server has taken them: none is lost
SOCKETS = 50
OPT = bytes.fromhex("00 0029 04d0 00000000 0000")
BLACK_HOLE = "nameserver 127.0.0.3\n"
GOOD = "nameserver 127.0.0.2\n"
SILENT, DRIBBLING = "127.0.3.1", "127.0.3.2"
CASES = {
    # What resolv.conf says, and how many names hang.
    "black hole, few": (BLACK_HOLE, FEW),
    "black hole, many": (BLACK_HOLE, MANY),
    "silent over TCP": (f"nameserver {SILENT}\noptions use-vc\n", SOME),
    "an octet a second over TCP": (f"nameserver {DRIBBLING}\noptions use-vc\n", SOME),
}
AGAIN = "black hole, many"  # the same number once more, as soon as all have been told
AT_ONCE = 4.0  # seconds; a busy machine needs some, and a name that hangs more
QUICK = [
    ("localhost", "A", ["localhost A 127.0.0.1"]),
    ("dual.lab", "AAAA", ["dual.lab AAAA 2001:db8:a::10"]),
    ("a.example.test", "A", ["a.example.test A 192.0.2.1"]),
    ("nosuch.example.test", "A", "NXDOMAIN"),
    ("4.0.0.10.in-addr.arpa", "PTR", ["4.0.0.10.in-addr.arpa PTR v4only.lab"]),
]


def of_lookup(server, key):
    """A number from the lookup process's status."""
    status = pathlib.Path(f"/proc/{server.child('lookup')}/status").read_text()
    return int(re.search(rf"^{key}:\s+(\d+)$", status, re.M)[1])


def threads(server):
    return of_lookup(server, "Threads")


def is_asleep(server):
    """Each thread of the lookup process waits for something."""
    tasks = pathlib.Path(f"/proc/{server.child('lookup')}/task").glob("*/stat")
    return all(task.read_text().rpartition(")")[2].split()[0] == "S" for task in tasks)


def lost_datagrams(server):
    """How many the kernel had no room for at the server's socket."""
    for line in pathlib.Path("/proc/net/udp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[1] == f"0100007F:{server.to[1]:04X}":
            return int(fields[-1])
    raise AssertionError("no such socket")


def questions(label, count):
    """The octets of so many, each for a name of its own."""
    for number in range(count):
        name = f"{label}{number}".encode()
        yield ((number % 65536).to_bytes(2, "big") + b"\1\0\0\1\0\0\0\0\0\1"
               + bytes([len(name)]) + name + b"\4hung\4test\0\0\1\0\1" + OPT)


Answered = collections.namedtuple("Answered", "reply seconds")


class Crowd(threading.Thread):
    """Many questions over a few sockets; the thread receives the replies as they come."""

    def __init__(self, server, label, count):
        super().__init__(daemon=True)
        self.sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                        for _ in range(min(SOCKETS, count))]
        for sock in self.sockets:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
            sock.connect(server.to)
            sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.waiting = {}  # (socket, id): (octets of the question, time)
        self.came = []
        self.deadline = None
        self.start()
        for number, wire in enumerate(questions(label, count)):
            if number % BATCH == BATCH - 1:
                reply = server.ask("localhost", edns=True)
                assert reply.rcode == "NOERROR", reply.extended_error
                assert reply.seconds < AT_ONCE, "hung names hold threads"
            sock = self.sockets[number % len(self.sockets)]
            self.waiting[sock, wire[:2]] = wire, time.time()
            sock.send(wire)
        self.count = count
        self.deadline = time.monotonic() + PATIENCE_SECONDS
        # It comes behind all the others; when nothing is left to do, all have been sent.
        assert server.ask("localhost").rcode == "NOERROR"
        wait_until(lambda: all(is_asleep(server) for _ in range(10)), "the questions sent")

    def is_waiting(self):
        return not self.deadline or (
            len(self.came) < self.count and time.monotonic() < self.deadline)

    def run(self):
        with selectors.DefaultSelector() as selector:
            for sock in self.sockets:
                selector.register(sock, selectors.EVENT_READ)
            while self.is_waiting():
                for key, _ in selector.select(0.1):
                    wire, _, came = receive_stamped(key.fileobj)
                    self.came.append((key.fileobj, wire, came))

    def replies(self):
        """All that came, read. Those that did not stay in `waiting`.

        Each repeats its question; those that say the same about it are read once.
        """
        self.join()
        replies, read = [], {}
        for sock, wire, came in self.came:
            query, sent = self.waiting.pop((sock, wire[:2]))
            end = len(query) - len(OPT)
            assert wire[HEADER:end] == query[HEADER:end]
            said = wire[2:HEADER] + wire[end:]
            if said not in read:
                read[said] = Reply(dns.message.from_wire(query), wire)
            replies.append(Answered(read[said], came - sent))
        for sock in self.sockets:
            sock.close()
        return replies


def ask_quick_ones(server):
    """[(question, outcome, seconds)]"""
    replies = [(name, rdtype, server.ask(name, rdtype)) for name, rdtype, _ in QUICK]
    return [(name, rdtype, reply.outcome, reply.seconds) for name, rdtype, reply in replies]


def warm_up(server):
    """Threads are started when they are first of use: as many as good names need."""
    number = 0
    while number < threads(server):
        number = threads(server)
        gather([server.send("localhost", rdtype)
                for rdtype in ("A", "AAAA", "MX", "TXT", "NS") for _ in range(8)])
        gather([server.send(f"n{at}.example.test", "A") for at in range(40)])


def one_octet_a_second(packet):
    """A reply that nobody has the time to wait for."""
    def send():
        wire = packet.reply("192.0.2.66")
        for octet in len(wire).to_bytes(2, "big") + wire:
            try:
                packet.connection.send(bytes([octet]))
            except OSError:
                return  # it has hung up
            time.sleep(1)

    threading.Thread(target=send, daemon=True).start()


Seen = collections.namedtuple(
    "Seen", "threads replies unanswered quick lost descriptors_before server again")


@pytest.fixture(scope="module")
def seen(module_etc):
    """{case: Seen}: a daemon for each case, all hanging at the same time."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    servers = [NameServer(SILENT, on_stream=lambda packet: None),
               NameServer(DRIBBLING, on_stream=one_octet_a_second)]
    daemons = [Daemon() for _ in CASES]
    half = []
    for server, (label, (resolv_conf, count)) in zip(daemons, enumerate(CASES.values())):
        module_etc.write("resolv.conf", GOOD)
        warm_up(server)
        before = server.descriptors("lookup")
        module_etc.write("resolv.conf", resolv_conf)
        crowd = Crowd(server, f"n{label}-", count)
        number = threads(server)
        module_etc.write("resolv.conf", GOOD)
        quick = ask_quick_ones(server)
        half.append((max(number, threads(server)), crowd, quick, before))
    result = {}
    for case, server, (number, crowd, quick, before) in zip(CASES, daemons, half):
        replies = crowd.replies()
        again = []
        if case == AGAIN:
            module_etc.write("resolv.conf", CASES[case][0])
            again = Crowd(server, "again-", MANY).replies()
            module_etc.write("resolv.conf", GOOD)
        result[case] = Seen(number, replies, len(crowd.waiting), quick,
                            lost_datagrams(server), before, server, again)
    yield result
    for server in daemons:
        server.stop()
    for one in servers:
        one.close()


@table("case", list(CASES)[1:])
def test_the_number_of_threads_is_that_of_ten_hung_names(seen, case):
    few, many = seen["black hole, few"], seen[case]
    print(f"{few.threads} threads with {len(few.replies)} hung names, "
          f"{many.threads} with {len(many.replies)}")
    assert many.threads <= few.threads


@table("case", CASES)
def test_no_question_is_lost(seen, case):
    """Neither by this test nor by the server."""
    assert seen[case].lost == 0
    assert seen[case].unanswered == 0


@table("case", CASES)
def test_each_gets_servfail_in_time(seen, case):
    replies = seen[case].replies
    slowest = max(answered.seconds for answered in replies)
    print(f"{len(replies)} replies, the last after {slowest:.2f} s")
    assert {answered.reply.outcome for answered in replies} == {"SERVFAIL"}
    assert slowest < PATIENCE_SECONDS


@table("case", CASES)
def test_each_gets_an_extended_error(seen, case):
    errors = [answered.reply.extended_error for answered in seen[case].replies]
    assert None not in errors
    assert all(text for _, text in errors)


@table("case", CASES)
def test_meanwhile_other_names_are_answered_at_once(seen, case):
    assert [one[:3] for one in seen[case].quick] == QUICK
    assert max(seconds for *_, seconds in seen[case].quick) < AT_ONCE


def test_names_that_hang_again_and_again_find_room(seen):
    """Those that nobody waits for any more are given up in time."""
    again = seen[AGAIN].again
    assert len(again) == MANY
    reasons = {answered.reply.extended_error[1] for answered in again}
    assert all("too many" not in reason for reason in reasons), reasons


@table("case", CASES)
def test_descriptors_go_back_to_where_they_were(seen, case):
    """When late replies are no longer waited for."""
    one = seen[case]
    wait_until(lambda: one.server.descriptors("lookup") <= one.descriptors_before,
               "descriptors closed", seconds=12 + SLACK_SECONDS)


def test_the_table_of_descriptors_is_large_from_the_start(start):
    """While it grows the kernel holds all threads up, for 15 ms as seen of Linux 6.18."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert of_lookup(start(), "FDSize") >= min(hard, 4096)


@table("case", CASES)
def test_names_are_answered_afterwards(seen, case):
    assert [one[:3] for one in ask_quick_ones(seen[case].server)] == QUICK
