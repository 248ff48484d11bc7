"""Name servers that forge, cut, drip, loop, or send 64 KiB of pointers: no answer is wrong, names of
other domains and sources are found beside and behind it, and nothing is left of it."""

import contextlib
import itertools
import socket
import struct
import threading

import pytest

from ask import gather
from daemon import wait_until
from hostile import A, CNAME, HEADER, TXT, filled, hops, pointer, record
from name_server import NameServer, saying
from whole import RIGHT, Whole, outcome

HERE, ELSEWHERE = "127.0.43.1", "127.0.43.2"
FALSE = "192.0.2.66"  # which no answer may have
TRUE = [f"192.0.2.{number}" for number in range(100, 140)]
GOOD = {**RIGHT, ("n.good.test", "A"): ["n.good.test A 192.0.2.1"],
        ("n.good.test", "AAAA"): ["n.good.test AAAA 2001:db8::1"]}
GOOD = {question: right for question, right in GOOD.items()
        if not question[0].endswith("example.test")}
TYPES = ["A", "AAAA", "MX", "TXT"]
DATAGRAM, STREAM = 65000, 65535  # octets
DRIP_SECONDS = 0.05
ROUNDS = 8
names = (f"n{number}.evil.test" for number in itertools.count(1))


# --- replies; `at` counts the questions ---


def false(packet):
    return packet.reply(*[FALSE] if packet.type == "A" else [])


def true(packet):
    return packet.reply(*TRUE if packet.type == "A" else [])


def end_of(packet):
    return HEADER + len(packet.name.to_wire()) + 4


def sections(packet, *parts, flags=0x8180):
    """A reply of octets, in which each part is a list of records."""
    parts = [*parts, [], [], []][:3]
    return packet.wire[:2] + struct.pack("!5H", flags, 1, *map(len, parts)) + packet.wire[
        HEADER:end_of(packet)] + b"".join(itertools.chain(*parts))


def another_id(packet, _):
    wire = false(packet)
    return bytes([wire[0] ^ 0xFF]) + wire[1:]


def another_question(packet, _):
    return false(packet).replace(b"\4evil", b"\4live")


def no_response(packet, _):
    wire = false(packet)
    return wire[:2] + bytes([wire[2] & 0x7F]) + wire[3:]


def records_of_others(packet, _):
    return packet.reply(*[FALSE] if packet.type == "A" else [], name="other.evil.test.")


def cut(packet, at):
    wire = true(packet)
    return wire[:len(wire) * (at % ROUNDS) // ROUNDS]


def truncated(packet, _):
    return sections(packet, flags=0x8380)


OWNER = pointer(HEADER)


def chain(packet, count):
    """Aliases of one another in a ring."""
    end = end_of(packet)
    label = [b"\3%03d" % number + pointer(HEADER) for number in range(count)]
    owners = [OWNER, *label[1:]]
    assert end < 0x4000
    return sections(packet, [record(owners[number], CNAME, owners[(number + 1) % count])
                             for number in range(count)])


def to_the_next(packet, at):
    """An alias of a name that is one more time an alias."""
    return sections(packet, [record(OWNER, CNAME, b"\6n%05d" % at + packet.name.to_wire()[-11:])])


def itself(packet, _):
    """An owner that points to itself."""
    return sections(packet, [record(pointer(end_of(packet)), A, bytes([192, 0, 2, 66]))])


def forward(packet, _):
    at = end_of(packet)
    return sections(packet, [record(pointer(at + 2), A, bytes([192, 0, 2, 66]))])


def deep(packet, size):
    """Each name is a pointer, behind which another 126 stand."""
    at = end_of(packet)
    first = record(OWNER, TXT, OWNER + hops(at + 14, 126))
    last = at + len(first) - 2
    return sections(packet, [first, *filled(
        size - at - len(first), record(pointer(last), CNAME, pointer(last)))])


def data_of_pointers(packet, size):
    at = end_of(packet)
    return sections(packet, [record(OWNER, TXT, hops(at + 14, (size - at - 12) // 2 - 8))])


def false_deep(packet, size):
    """Addresses of names that lead to the asked one by pointers that no name may have."""
    at = end_of(packet)
    return sections(packet, filled(size - at, lambda i: record(
        pointer(at if i else at + 2), A, bytes([192, 0, 2, 66]))))


# --- over TCP ---


def close(server, packet):
    """The thread that reads sees it, too."""
    packet.connection.shutdown(socket.SHUT_RDWR)


def say(wire):
    def run(server, packet):
        octets = wire(packet)
        packet.connection.sendall(struct.pack("!H", len(octets)) + octets)
    return run


def drip(server, packet):
    """The reply comes, but not in time."""
    def run():
        octets = true(packet)
        with contextlib.suppress(OSError):
            for octet in struct.pack("!H", len(octets)) + octets:
                packet.connection.send(bytes([octet]))
                if server.over.wait(DRIP_SECONDS):
                    return

    threading.Thread(target=run).start()


def announce(server, packet):
    """More than comes."""
    packet.connection.sendall(struct.pack("!H", 65535) + true(packet))


def end_early(server, packet):
    octets = true(packet)
    packet.connection.sendall(struct.pack("!H", len(octets)) + octets[:-7])
    close(server, packet)


KINDS = {  # what it says over UDP, and over TCP
    "another id": (another_id, close),
    "another question": (another_question, say(lambda packet: another_question(packet, 0))),
    "a question as an answer": (no_response, close),
    "records of others": (records_of_others, close),
    "cut anywhere": (cut, say(true)),
    "cut anywhere, without TCP": (cut, close),
    "cut over TCP": (truncated, end_early),
    "drips": (truncated, drip),
    "announces more than comes": (truncated, announce),
    "says nothing over TCP": (truncated, lambda server, packet: None),
    "another id over TCP": (truncated, say(lambda packet: another_id(packet, 0))),
    "an alias of itself": (lambda packet, _: chain(packet, 1), close),
    "two aliases": (lambda packet, _: chain(packet, 2), close),
    "a ring of 500 aliases": (truncated, say(lambda packet: chain(packet, 500))),
    "aliases without an end": (to_the_next, close),
    "a name that points to itself": (itself, say(lambda packet: itself(packet, 0))),
    "a name that points ahead": (forward, say(lambda packet: forward(packet, 0))),
    "64 KiB of deep pointers": (lambda packet, _: deep(packet, DATAGRAM), close),
    "64 KiB of deep pointers over TCP": (truncated, say(lambda packet: deep(packet, STREAM))),
    "64 KiB of pointers": (lambda packet, _: data_of_pointers(packet, DATAGRAM), close),
    "64 KiB of pointers over TCP": (truncated, say(
        lambda packet: data_of_pointers(packet, STREAM))),
    "64 KiB of false names over TCP": (truncated, say(lambda packet: false_deep(packet, STREAM))),
}
TRUE_TOO = ["cut anywhere"]  # those whose whole reply may arrive as well


class Hostile(NameServer):
    """Lies about all names of evil.test."""

    def __init__(self, kind):
        self.over_udp, self.to_stream = KINDS[kind]
        self.at, self.over = 0, threading.Event()
        super().__init__(HERE, self.say, on_stream=self.stream)

    @staticmethod
    def is_evil(packet):
        return packet.name.to_text().lower().endswith("evil.test.")

    def say(self, packet):
        if not self.is_evil(packet):
            return saying("192.0.2.1")(packet)
        self.at += 1
        return self.over_udp(packet, self.at)

    def stream(self, packet):
        if self.is_evil(packet):
            self.to_stream(self, packet)
        else:
            self.send(packet, saying("192.0.2.1")(packet))

    def end(self):
        self.over.set()
        self.close()


@pytest.fixture
def hostile(etc):
    etc.write("resolv.conf", f"nameserver {HERE}\noptions timeout:1 attempts:1\n")
    running = []

    def run(kind):
        running.append(Hostile(kind))
        return running[-1]

    yield run
    for server in running:
        server.end()


def is_allowed(reply, kind):
    """Nothing but what is true, aliases, and the word why there is no more. That there is no such
    name, nobody has said."""
    came = reply.outcome
    name, rdtype = reply.query.question[0].name, reply.query.question[0].rdtype
    if kind in TRUE_TOO and rdtype == A and isinstance(came, list):
        text = name.to_text(omit_final_dot=True)
        return sorted(came) == [f"{text} A {address}" for address in TRUE]
    if isinstance(came, list):
        return all(" CNAME " in record for record in came if " " in record) and \
            came[-1] != "NXDOMAIN"
    return came in ("SERVFAIL", "NODATA")


@pytest.mark.parametrize("kind", KINDS)
def test_no_answer_is_wrong_and_all_is_well_behind_it(start, hostile, kind):
    server = start("-o", "timeout=1500")
    hostile(kind)
    whole = Whole(server, GOOD)
    pids = server.child("serve"), server.child("lookup")
    pendings = [server.send(name, rdtype, edns=True)
                for name in itertools.islice(names, ROUNDS) for rdtype in TYPES]
    for question in ("localhost", "A"), ("v4only.lab", "A"):
        wait_until(lambda q=question: outcome(server, *q) == RIGHT[q], question)
    for reply in gather(pendings, 30):
        assert is_allowed(reply, kind), (reply.query.question[0], reply.outcome[:5])
    whole.check()
    assert (server.child("serve"), server.child("lookup")) == pids


def test_a_reply_from_another_address_is_none(start, hostile):
    """It has the right id and comes to the right port."""
    other = NameServer(ELSEWHERE)
    server = start("-o", "timeout=1500")
    one = hostile("another id")
    one.over_udp = lambda packet, _: other.udp.sendto(false(packet), packet.source) and None
    whole = Whole(server, GOOD)
    assert {reply.outcome for reply in gather(
        [server.send(next(names)) for _ in range(ROUNDS)])} == {"SERVFAIL"}
    whole.check()
    other.close()
