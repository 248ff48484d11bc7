"""What the worst messages cost, in instructions, beside what plain ones cost (cost.py)."""

import itertools
import socket
import struct

import pytest

from cost import Counted
from hostile import (A, CNAME, DNAME, HEADER, MOST_LABELS, MX, RRSIG, SOA, SRV, TSIG, TXT,
                     filled, header, hops, opt, option, pointer, question, record)
from name_server import NameServer
from tables import table

SERVE_MOST = 50  # times a plain cached answer
SERVE_OCTETS = 64 << 10  # beyond what it has allocated before
DATAGRAM = 4096  # octets of the longest request over UDP
STREAM = 65535
COOKIE = 10
TIMES = 8
PATIENCE_SECONDS = 60
REPLY_MOST = 5000  # times a plain reply of a name server, with all that libc makes of it
REPLY = 65000  # octets, which a datagram can have
SERVER = "127.0.41.1"
NAME = b"\1a\7example\4test\0"
ASKED = question(NAME)


@pytest.fixture(scope="module")
def counted():
    daemon = Counted("-o", "cache-size=1000000", "-o", "timeout=60000")
    yield daemon
    daemon.stop()


# --- requests ---


def over_udp(daemon, wire):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(PATIENCE_SECONDS)
        sock.connect(daemon.to)
        for _ in range(TIMES):
            sock.send(wire)
            assert sock.recv(65535)[:2] == wire[:2]


def over_tcp(daemon, wire):
    with socket.create_connection(daemon.to, PATIENCE_SECONDS) as sock, sock.makefile("rb") as got:
        for _ in range(TIMES):
            sock.sendall(struct.pack("!H", len(wire)) + wire)
            (length,) = struct.unpack("!H", got.read(2))
            assert got.read(length)[:2] == wire[:2]


def cost(daemon, ask, wire):
    """(instructions of serve for a request, octets it has allocated)"""
    ask(daemon, wire)  # the first may come to a cache that is empty
    daemon.spent("serve")
    ask(daemon, wire)
    instructions, octets = daemon.spent("serve")
    return instructions / TIMES, octets


@pytest.fixture(scope="module")
def plain(counted):
    """The instructions that a plain cached answer costs. Now and then one is shown on the web
    page, which costs more, so the least of some counts it is."""
    instructions, octets = min(cost(counted, over_udp, header() + ASKED) for _ in range(4))
    print(f"a plain cached answer costs serve {instructions:.0f} instructions")
    assert octets == 0
    return instructions


def many_questions(size, one):
    rest = filled(size - HEADER, one)
    return header(len(rest)) + b"".join(rest)


def many_records(size, one, section=2, flags=0x0100):
    rest = filled(size - HEADER - len(ASKED), one)
    counts = [len(rest) if section == number else 0 for number in range(3)]
    return header(1, *counts, flags=flags) + ASKED + b"".join(rest)


def many_options(size, one):
    rest = b"".join(filled(size - HEADER - len(ASKED) - len(opt()), one))
    return header(additionals=1) + ASKED + opt(rest)


def long_record(size):
    """One whose owner has no end."""
    return header(additionals=1) + ASKED + b"\1a" * ((size - HEADER - len(ASKED)) // 2)


def asks(name=NAME, rdtype=A, rdclass=1, flags=0x0100):
    return header(flags=flags) + question(name, rdtype, rdclass)


REQUESTS = {
    "a question over TCP": (over_tcp, asks()),
    "EDNS": (over_udp, header(additionals=1) + ASKED + opt()),
    "all options": (over_udp, header(additionals=1) + ASKED + opt(b"".join(
        option(code, data) for code, data in (
            (3, b""), (COOKIE, bytes(8)), (11, b""), (12, bytes(100)), (65353, b""))))),
    "a long name": (over_udp, asks(MOST_LABELS)),
    "a long name in capitals": (over_udp, asks((b"\x3f" + b"A" * 63) * 3 + b"\x3d" + b"A" * 61 +
                                               b"\0")),
    "a long special name": (over_udp, asks(b"\1a" * 123 + b"\7invalid\0")),
    "a long reverse name": (over_udp, asks(b"\1f" * 32 + b"\3ip6\4arpa\0", 12)),
    "another type": (over_udp, asks(rdtype=65280)),
    "any type": (over_udp, asks(rdtype=255)),
    "a transfer": (over_udp, asks(rdtype=252)),
    "another class": (over_udp, asks(rdclass=3)),
    "who it is": (over_udp, asks(b"\7version\4bind\0", TXT, 3)),
    "questions": (over_udp, many_questions(DATAGRAM, question(b"\0"))),
    "questions over TCP": (over_tcp, many_questions(STREAM, question(b"\0"))),
    "long questions over TCP": (over_tcp, many_questions(STREAM, question(MOST_LABELS))),
    "answers": (over_udp, many_records(DATAGRAM, record(b"\0", A), 0)),
    "answers over TCP": (over_tcp, many_records(STREAM, record(b"\0", A), 0)),
    "authorities over TCP": (over_tcp, many_records(STREAM, record(b"\0", A), 1)),
    "records": (over_udp, many_records(DATAGRAM, record(b"\0", A))),
    "records over TCP": (over_tcp, many_records(STREAM, record(b"\0", A))),
    "records with pointers over TCP": (over_tcp, many_records(STREAM, record(pointer(HEADER), A))),
    "records with long names over TCP": (over_tcp, many_records(STREAM, record(MOST_LABELS, A))),
    "OPT records over TCP": (over_tcp, many_records(STREAM, opt())),
    "OPT records with cookies over TCP": (over_tcp, many_records(
        STREAM, opt(option(COOKIE, bytes(8)) * 100))),
    "signatures over TCP": (over_tcp, many_records(STREAM, record(b"\0", TSIG))),
    "another opcode over TCP": (over_tcp, many_records(STREAM, record(b"\0", A), flags=0x2900)),
    "a name without an end": (over_udp, long_record(DATAGRAM)),
    "a name without an end over TCP": (over_tcp, long_record(STREAM)),
    "a question without an end over TCP": (over_tcp, header() + b"\1a" * (STREAM // 2 - HEADER)),
    "options": (over_udp, many_options(DATAGRAM, option(65001))),
    "options over TCP": (over_tcp, many_options(STREAM, option(65001))),
    "cookies": (over_udp, many_options(DATAGRAM, option(COOKIE, bytes(8)))),
    "cookies over TCP": (over_tcp, many_options(STREAM, option(COOKIE, bytes(8)))),
    "padding over TCP": (over_tcp, many_options(STREAM, option(12, bytes(60000)))),
    "octets behind it over TCP": (over_tcp, header() + ASKED + b"\xff" * (STREAM - 100)),
}


@table("kind", REQUESTS)
def test_no_request_costs_serve_more_than_fifty_plain_ones(counted, plain, kind):
    instructions, octets = cost(counted, *REQUESTS[kind])
    print(f"{kind}: {instructions:.0f} instructions, {instructions / plain:.1f} times, "
          f"{octets} octets")
    assert instructions <= SERVE_MOST * plain
    assert octets <= SERVE_OCTETS


# --- replies of a name server ---


def number(i):
    return struct.pack("!I", i)


# Each makes the sections of a reply whose records begin at a place. LONG is a text that has
# the longest name in it, to which others point.
OWNER = pointer(HEADER)
LONG = record(OWNER, TXT, MOST_LABELS)
TO_DATA = 12  # octets of a record before its data, if its owner is a pointer


def behind_long(at, one):
    """LONG and records made by `one`, which gets the place of the name and a number."""
    name = at + TO_DATA
    return [LONG, *filled(REPLY - at - len(LONG), lambda i: one(name, i))]


def behind_hops(at):
    """Each name is a pointer, behind which another 126 stand."""
    first = record(OWNER, TXT, OWNER + hops(at + TO_DATA + 2, 126))
    last = at + len(first) - 2
    return [first, *filled(REPLY - at - len(first), record(pointer(last), CNAME, pointer(last)))]


def texts(at):
    return filled(REPLY - at, lambda i: record(OWNER, TXT, b"\4" + number(i)))


REPLIES = {
    "addresses": (A, lambda at: [filled(REPLY - at, lambda i: record(OWNER, A, number(i)))]),
    "one address again and again": (
        A, lambda at: [filled(REPLY - at, record(OWNER, A, number(1)))]),
    "addresses of a long name": (
        A, lambda at: [behind_long(at, lambda name, i: record(pointer(name), A, number(i)))]),
    "addresses of many long names": (
        A, lambda at: [behind_long(at, lambda name, i: record(
            pointer(name + 2 * (i % 100)), A, number(i)))]),
    "a ring of long aliases": (
        A, lambda at: [behind_long(at, lambda name, i: record(
            pointer(name + 2 * (i % 2)), CNAME, pointer(name + 2 * (1 - i % 2))))]),
    "aliases of all names": (
        A, lambda at: [filled(REPLY - at, lambda i: record(OWNER, DNAME, b"\4%04x\0" % i))]),
    "SOA records of long names": (
        A, lambda at: [behind_long(at, lambda name, i: record(
            pointer(name), SOA, pointer(name) + pointer(name + 2) + number(i) + bytes(16)))]),
    "long authority": (
        A, lambda at: [[], behind_long(at, lambda name, i: record(pointer(name), A, number(i)))]),
    "long additional records": (
        MX, lambda at: [[], [], behind_long(at, lambda name, i: record(
            pointer(name), A, number(i)))]),
    "services of long names": (
        SRV, lambda at: [behind_long(at, lambda name, i: record(
            OWNER, SRV, struct.pack("!3H", 1, 1, i) + pointer(name + 2 * (i % 120))))]),
    "pointers to pointers": (A, lambda at: [behind_hops(at)]),
    "signatures": (A, lambda at: [filled(REPLY - at, lambda i: record(
        OWNER, RRSIG, struct.pack("!H", i % 65536) + bytes(16) + b"\0"))]),
    "texts": (TXT, lambda at: [texts(at)]),
    "one long text": (TXT, lambda at: [[record(OWNER, TXT, (b"\xff" + bytes(255)) * 250)]]),
    "a name without an end": (TXT, lambda at: [
        [record(OWNER, TXT, b"\1a" * 30000 + b"\0"),
         *[record(pointer(at + TO_DATA), TXT, b"\1a")] * 300]]),
    "OPT records": (A, lambda at: [[record(OWNER, A, number(1))], [], filled(
        REPLY - at - 16, opt())]),
}


class Hostile:
    """A name server whose replies have the sections that the test chooses."""

    def __init__(self):
        self.make = None
        self.server = NameServer(SERVER, self.answer)

    def answer(self, packet):
        end = HEADER + len(packet.name.to_wire()) + 4
        sections = [*self.make(end), [], []][:3]
        counts = [len(section) for section in sections]
        return packet.wire[:2] + struct.pack("!5H", 0x8180, 1, *counts) + packet.wire[
            HEADER:end] + b"".join(itertools.chain(*sections))


@pytest.fixture(scope="module")
def hostile_server(module_etc):
    module_etc.write("resolv.conf", f"nameserver {SERVER}\noptions timeout:30 attempts:1\n")
    hostile = Hostile()
    yield hostile
    hostile.server.close()


def plain_reply(_):
    return [[record(OWNER, A, number(1))]]


numbers = itertools.count(1)


def cost_of_reply(daemon, hostile, rdtype, sections):
    """Instructions of lookup and serve."""
    hostile.make = sections
    for process in "lookup", "serve":
        daemon.spent(process)
    daemon.send(f"n{next(numbers)}.hostile.test", rdtype, edns=True).reply(PATIENCE_SECONDS)
    return sum(daemon.spent(process)[0] for process in ("lookup", "serve"))


@table("kind", REPLIES)
def test_no_reply_costs_out_of_proportion(counted, hostile_server, kind):
    """A reply of 64 KiB has 4,000 records at most."""
    plain = min(cost_of_reply(counted, hostile_server, A, plain_reply) for _ in range(3))
    instructions = cost_of_reply(counted, hostile_server, *REPLIES[kind])
    print(f"{kind}: {instructions} instructions, {instructions / plain:.0f} times")
    assert instructions <= REPLY_MOST * plain
