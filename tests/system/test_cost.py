"""What the worst messages cost, in instructions, beside what plain ones cost (cost.py)."""

import socket
import struct

import pytest

from cost import Counted
from hostile import (A, HEADER, MOST_LABELS, TSIG, TXT, filled, header, opt, option, pointer,
                     question, record)
from tables import table

SERVE_MOST = 50  # times a plain cached answer
SERVE_OCTETS = 64 << 10  # beyond what it has allocated before
DATAGRAM = 4096  # octets of the longest request over UDP
STREAM = 65535
COOKIE = 10
TIMES = 8
PATIENCE_SECONDS = 60
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
