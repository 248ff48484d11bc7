"""Every header field, and packets that no sane client sends.

After each packet a good question must be answered: nothing may get stuck.
"""

import contextlib
import random
import socket

import dns.message
import dns.rcode
import pytest

from ask import PATIENCE_SECONDS, Over, make
from daemon import wait_until
from tables import table

LOCALHOST = bytes.fromhex("096c6f63616c686f737400 0001 0001")  # localhost A IN
A_RECORD = bytes.fromhex("c00c 0001 0001 0000000a 0004 01020304")
OPT = bytes.fromhex("00 0029 04d0 00000000 0000")

QR, AA, TC, RD, RA, Z, AD, CD = (0x8000, 0x0400, 0x0200, 0x0100, 0x0080, 0x0040, 0x0020, 0x0010)
OPCODE = 0x7800
FORMERR, NOTIMP, REFUSED = 1, 4, 5


def packet(flags=RD, body=LOCALHOST, counts=(1, 0, 0, 0), ident=0x1234):
    return b"".join(number.to_bytes(2, "big") for number in (ident, flags, *counts)) + body


def flags_of(wire):
    return int.from_bytes(wire[2:4], "big")


def check_alive(server):
    assert server.ask("localhost").outcome == ["localhost A 127.0.0.1"]


class Alive(Over):
    """Asked the good question behind each row."""

    @contextlib.contextmanager
    def each_row(self):
        yield
        check_alive(self.server)


@pytest.fixture
def either(server, transport):
    return Alive(server, transport)


@pytest.fixture(autouse=True)
def liveness(server):
    yield
    check_alive(server)


def says_localhost(wire):
    reply = dns.message.from_wire(wire)
    return [rrset.to_text() for rrset in reply.answer] == ["localhost. 10 IN A 127.0.0.1"]


@pytest.mark.row("2.2")
@table("ident", [0, 1, 0x8000, 0xFFFE, 0xFFFF])
def test_id_is_copied(either, ident):
    assert either.raw(packet(ident=ident))[:2] == ident.to_bytes(2, "big")


# Flags of the question, flags of the reply.
FLAGS = [
    (RD, QR | RD | RA),
    (0, QR | RA),  # localhost needs no recursion
    (RD | CD, QR | RD | RA | CD),  # RFC 6840 section 5.6
    (RD | AD, QR | RD | RA),  # nothing is validated
    (RD | Z, QR | RD | RA),  # RFC 8906 section 8.1.3.3
    # RFC 5625 section 4.1: bits that belong into replies are ignored.
    (RD | AA, QR | RD | RA),
    (RD | RA, QR | RD | RA),
    (RD | TC, QR | RD | RA),
    (RD | 5, QR | RD | RA),
    (AA | TC | RD | RA | Z | AD | CD | 0xF, QR | RD | RA | CD),
]


@pytest.mark.row("2.2", "2.3", "2.4", "2.5", "2.8")
@table("asked, expected", FLAGS)
def test_flags(either, asked, expected):
    wire = either.raw(packet(asked))
    assert flags_of(wire) == expected
    assert says_localhost(wire)


@pytest.mark.row("2.1")
@table("flags", [QR, QR | RD | RA, QR | RD | RA | FORMERR, QR | NOTIMP])
def test_replies_are_never_answered(server, flags):
    """Answering them could start a loop between two servers."""
    assert server.says_nothing_to(packet(flags))


@pytest.mark.row("2.2", "2.10", "2.11")
@table("opcode", range(1, 16))
@table("body, counts", [
    (LOCALHOST, (1, 0, 0, 0)),
    (b"", (0, 0, 0, 0)),
    (LOCALHOST, (1, 0, 3, 0)),  # an UPDATE may carry more than can be read here
    (b"", (9, 9, 9, 9)),
])
def test_other_opcodes_are_not_implemented(either, opcode, body, counts):
    """RFC 8906 section 8.1.4: all flags but QR are clear."""
    question = body if counts[0] == 1 else b""
    assert either.raw(packet(opcode << 11, body, counts)) == packet(
        QR | opcode << 11 | NOTIMP, question, (len(question) and 1, 0, 0, 0))


@pytest.mark.row("2.10")
def test_another_opcode_with_edns_is_answered_with_edns(either):
    reply = dns.message.from_wire(either.raw(packet(2 << 11, LOCALHOST + OPT, (1, 0, 0, 1))))
    assert (reply.rcode(), reply.edns) == (dns.rcode.NOTIMP, 0)


COUNTS = [
    # RFC 9619: one question, no more and no less.
    (b"", (0, 0, 0, 0)),
    (LOCALHOST * 2, (2, 0, 0, 0)),
    (LOCALHOST, (2, 0, 0, 0)),
    (LOCALHOST, (65535, 0, 0, 0)),
    # Records of a stranger in sections that are ours.
    (LOCALHOST + A_RECORD, (1, 1, 0, 0)),
    (LOCALHOST + A_RECORD, (1, 0, 1, 0)),
    # Records announced that are not there, or not whole.
    (LOCALHOST, (1, 1, 0, 0)),
    (LOCALHOST, (1, 0, 0, 1)),
    (LOCALHOST, (1, 0, 0, 65535)),
    (LOCALHOST + A_RECORD[:-1], (1, 0, 0, 1)),
    (LOCALHOST + A_RECORD[:5], (1, 0, 0, 1)),
    (LOCALHOST + OPT[:-1], (1, 0, 0, 1)),
]


@pytest.mark.row("2.12", "2.13")
@table("body, counts", COUNTS)
def test_wrong_counts_are_formerr(either, body, counts):
    wire = either.raw(packet(RD, body, counts))
    assert flags_of(wire) & 0x0F == FORMERR
    reply = dns.message.from_wire(wire)  # whose own counts are true
    assert len(reply.question) <= 1
    assert reply.answer == reply.authority == reply.additional == []


NAMES = {
    # RFC 1035 section 4.1.4: a pointer points to something earlier. Before the question
    # stands nothing but the header.
    "pointer to itself": "c00c",
    "pointer forward": "c014",
    "pointer into the header": "c000",
    "pointer to the pointer's end": "c00d",
    "pointer beyond the message": "ffff",
    "two pointers in a circle": "c00e c00c",
    "label, then pointer to it": "0161 c00c",
    "label, then pointer to the pointer": "0161 c00e",
    "pointer cut": "c0",
    # RFC 6891 section 5: label types 01 and 10 are gone.
    "label type 01": "41" + "61" * 65 + "00",
    "label type 10": "81" + "61" * 129 + "00",
    "bit string label": "410401 00",
    "label longer than the message": "3f6161",
    "label without an end": "0161",
    "name without an end": "3f" + "61" * 63,
    "256 octets": "3f" + "61" * 63 + "3f" + "62" * 63 + "3f" + "63" * 63 + "3e" + "64" * 62 + "00",
    "a thousand labels": "0161" * 1000 + "00",
}


@pytest.mark.row("3.4", "3.5", "7.2")
@table("what, name", NAMES.items())
def test_malformed_names_are_formerr(either, what, name):
    """The header alone comes back: there is no question that could be copied."""
    wire = either.raw(packet(RD, bytes.fromhex(name) + bytes.fromhex("0001 0001")))
    assert wire == packet(QR | RD | RA | FORMERR, b"", (0, 0, 0, 0))


@pytest.mark.row("7.2")
@table("length", range(12, 12 + len(LOCALHOST)))
def test_a_cut_question_is_formerr(either, length):
    assert either.raw(packet()[:length]) == packet(QR | RD | RA | FORMERR, b"", (0, 0, 0, 0))


@pytest.mark.row("7.1")
@table("length", [0, 1, 2, 11])
def test_less_than_a_header_is_dropped(server, length):
    assert server.says_nothing_to(packet()[:length])


@pytest.mark.row("7.3")
@table("tail", [b"\0", b"abcde", b"\xff" * 100])
def test_octets_behind_the_message_are_ignored(either, tail):
    assert says_localhost(either.raw(packet() + tail))


@pytest.mark.row("2.15", "2.16")
@table("edns", [False, True])
@table("rdclass", [0, 2, 3, 4, 254, 65535])
def test_other_classes_are_refused(either, rdclass, edns):
    """Chaos too: what this server is is nobody's business (RFC 4892)."""
    body = LOCALHOST[:-2] + rdclass.to_bytes(2, "big") + OPT * edns
    wire = either.raw(packet(RD, body, (1, 0, 0, int(edns))))
    assert flags_of(wire) & 0x0F == REFUSED
    assert wire[12:12 + len(LOCALHOST)] == body[:len(LOCALHOST)]
    reply = dns.message.from_wire(wire)
    assert reply.answer == []
    assert [int(option.code) for option in reply.options] == [21] * edns  # RFC 8914: not supported


@pytest.mark.row("2.16")
@table("name, rdtype, outcome", [
    ("localhost", "A", ["localhost A 127.0.0.1"]),
    ("x.localhost", "ANY", ["x.localhost A 127.0.0.1", "x.localhost AAAA ::1"]),
    ("localhost", "MX", "NODATA"),
    ("a.example.test", "A", ["a.example.test A 192.0.2.1"]),
    ("nx.invalid", "A", "NXDOMAIN"),
    ("localhost", "AXFR", "REFUSED"),
    ("version.bind", "TXT", "NXDOMAIN"),
])
def test_a_question_for_any_class_gets_records_of_class_in(either, name, rdtype, outcome):
    """As Java's JNDI asks. Twice: from the cache as well."""
    assert either.ask(name, rdtype, "ANY").outcome == outcome
    assert either.ask(name, rdtype, "ANY").outcome == outcome


@pytest.mark.row("2.17")
@table("name", ["version.bind", "version.server", "id.server", "hostname.bind"])
def test_identity_is_refused(either, name):
    assert either.ask(name, "TXT", "CH").outcome == "REFUSED"


def mutate(rng, wire):
    """Some octets changed, added, taken away, or doubled."""
    wire = bytearray(wire)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(wire))
        rng.choice([
            lambda: wire.__setitem__(at, rng.randrange(256)),
            lambda: wire.insert(at, rng.choice([0, 1, 0x3F, 0x40, 0x80, 0xC0, 0xFF])),
            lambda: wire.__delitem__(slice(at, at + rng.randint(1, 4))) if len(wire) > 20 else None,
            lambda: wire.extend(wire[at:at + 20]),
        ])()
    return bytes(wire)


def bad_packets(rng, count):
    """Half of it noise, half of it almost a question for a name that costs nothing."""
    seeds = [packet(), packet(RD, LOCALHOST + OPT, (1, 0, 0, 1)),
             packet(RD, LOCALHOST + A_RECORD, (1, 0, 0, 1)),
             make("1.0.0.127.in-addr.arpa", "PTR", edns=True).to_wire()]
    for number in range(count):
        if number % 2:
            yield mutate(rng, rng.choice(seeds))
        else:
            yield rng.randbytes(rng.randint(0, 600))


def test_thousands_of_bad_packets(server):
    """Each reply is a reply, to a packet that was sent, and can be read."""
    rng = random.Random(5353)
    before = server.descriptors("serve")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect(server.to)
        sent = {}
        for number, wire in enumerate(bad_packets(rng, 4000), 1):
            sock.send(wire)
            sent.setdefault(wire[:2], []).append(wire)
            if number % 50 == 0:
                read_replies(sock, sent, server)
    assert server.descriptors("serve") == before


def read_replies(sock, sent, server):
    """A good question closes each batch; everything until its reply is a reply to the batch."""
    end = make("localhost", "AAAA")
    sock.send(end.to_wire())
    sock.settimeout(PATIENCE_SECONDS)
    while (wire := sock.recv(65535))[:2] != end.to_wire()[:2] or end.to_wire()[12:] not in wire:
        assert wire[:2] in sent
        assert flags_of(wire) & QR
        assert len(wire) <= 1232
        if flags_of(wire) & OPCODE == 0:  # dnspython knows few others
            dns.message.from_wire(wire)


def test_bad_packets_leave_no_descriptors(server):
    before = {name: server.descriptors(name) for name in ("serve", "lookup")}
    with contextlib.ExitStack() as stack:  # or a late reply might come to another one's port
        for wire in bad_packets(random.Random(1), 500):
            sock = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            sock.connect(server.to)
            sock.send(wire)
            server.ask("localhost")
        for name, count in before.items():
            # Questions among them may still be asked upstream, each with a socket.
            wait_until(lambda: server.descriptors(name) <= count, f"{name} closes its sockets")
