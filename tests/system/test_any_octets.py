"""Thousands of spoilt packets, over UDP and TCP: each reply is one, and life goes on.

Two readers look at each reply: dnspython, and the one in wire.py.
"""

import contextlib
import random
import socket

import dns.edns
import dns.message
import pytest

from ask import PATIENCE_SECONDS, Connection, Over, make
from daemon import INSTRUMENTED, wait_until
from wire import read_message, u16

V4 = ["v4only.lab A 10.0.0.4"]
PATIENT = "nameserver 127.0.0.2\n"  # or a busy one would be given up after a second
SEED = 8906
# A sanitizer makes each packet ten times as dear.
PACKETS = {"udp": 2_000 if INSTRUMENTED else 20_000, "tcp": 500 if INSTRUMENTED else 5_000}
BATCH = 50
QR, QUERY_LIMIT = 0x8000, 1232
EDGES = [0, 1, 0x3F, 0x40, 0x7F, 0x80, 0xBF, 0xC0, 0xFF]


def seeds():
    """Questions that cost no lookup outside, of every shape."""
    option = dns.edns.GenericOption
    questions = [make("v4only.lab"), make("v4only.lab", "AAAA", edns=True),
                 make("dual.lab", "ANY", edns=True, want_dnssec=True),
                 make("4.0.0.10.in-addr.arpa", "PTR", edns=True),
                 make("v4only.lab", "TYPE666"), make("v4only.lab", "AXFR"),
                 make("version.bind", "TXT", "CH"),
                 make("v4only.lab", edns=True, options=[
                     option(10, bytes(8)), option(3, b""), option(12, bytes(20)),
                     option(8, bytes.fromhex("00011800010203")), option(11, b"")])]
    return [question.to_wire() for question in questions]


def spoil(rng, wire):
    """Some octets changed, put in, taken out or doubled; or the end cut off."""
    wire = bytearray(wire)
    for _ in range(rng.randint(1, 5)):
        at = rng.randrange(len(wire))
        kind = rng.randrange(6)
        if kind == 0:
            wire[at] = rng.choice(EDGES)
        elif kind == 1:
            wire[at] ^= 1 << rng.randrange(8)
        elif kind == 2:
            wire[at:at] = bytes([rng.choice(EDGES)])
        elif kind == 3:
            wire += wire[at:at + rng.randint(1, 30)]
        elif kind == 4 and len(wire) > 20:
            del wire[at:at + rng.randint(1, 4)]
        elif len(wire) > 13:
            del wire[rng.randint(13, len(wire) - 1):]
    return bytes(wire)


def spoilt(rng, count):
    """Nine of ten almost a question, one noise."""
    originals = seeds()
    for number in range(count):
        yield rng.randbytes(rng.randint(0, 300)) if number % 10 == 9 else spoil(
            rng, rng.choice(originals))


def check(wire, ids, limit):
    """A reply to a packet with one of these ids, which both can read."""
    assert len(wire) <= limit
    assert u16(wire, 2) & QR
    assert wire[:2] in ids
    questions, records = read_message(wire)
    assert len(questions) <= 1
    assert len([record for record in records if record.type == 41]) <= 1
    if not u16(wire, 2) & 0x7800:  # dnspython knows few opcodes
        message = dns.message.from_wire(wire)
        assert len(message.question) == len(questions)
        assert len(message.sections[1]) + len(message.authority) <= len(records)


def batches(packets):
    batch = []
    for packet in packets:
        batch.append(packet)
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch


@pytest.mark.row("9.9")
def test_spoilt_packets_over_udp(start, etc):
    etc.write("resolv.conf", PATIENT)
    server = start()
    server.ask("v4only.lab")
    before = {name: server.descriptors(name) for name in ("serve", "lookup")}
    children = server.child("serve"), server.child("lookup")
    replies = 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect(server.to)
        sock.settimeout(PATIENCE_SECONDS)
        asked = []
        for batch in batches(spoilt(random.Random(SEED), PACKETS["udp"])):
            asked = (asked + batch)[-20 * BATCH:]  # some replies wait for a name server
            for packet in batch:
                sock.send(packet)
            replies += read_until_good(sock, asked, f"good{replies}.v4only.lab")
    print(f"{PACKETS['udp']} packets, {replies} replies")
    assert replies > PACKETS["udp"] / 4
    assert_unharmed(server, before, children)


def ids_of(packets):
    return {packet[:2] for packet in packets}


def read_until_good(sock, asked, name):
    """Checks replies until that to a good question, which is for a name of its own."""
    good = make(name)
    sock.send(good.to_wire())
    count, ids = 0, ids_of(asked)
    while name.encode().split(b".")[0] not in (wire := sock.recv(65535)):
        check(wire, ids, QUERY_LIMIT)
        count += 1
    assert u16(wire, 2) & 0x8F == 0x83, "no such name, and RA"
    return count


@pytest.mark.row("9.9", over="tcp")
def test_spoilt_packets_over_tcp(start, etc):
    """Each connection until it is closed, which some packets deserve."""
    etc.write("resolv.conf", PATIENT)
    server = start()
    server.ask("v4only.lab", tcp=True)
    before = {name: server.descriptors(name) for name in ("serve", "lookup")}
    children = server.child("serve"), server.child("lookup")
    replies = 0
    for batch in batches(spoilt(random.Random(SEED + 1), PACKETS["tcp"])):
        ids = ids_of(batch)
        with Connection(server.to) as connection:
            with contextlib.suppress(EOFError, ConnectionError):
                for packet in batch:
                    connection.send(packet)
                with contextlib.suppress(OSError):  # it may be closed by now
                    connection.socket.shutdown(socket.SHUT_WR)
                while True:
                    check(connection.receive(), ids, 65535)
                    replies += 1
        assert server.ask("v4only.lab", tcp=True).outcome == V4
    print(f"{PACKETS['tcp']} packets, {replies} replies")
    assert replies > PACKETS["tcp"] / 50
    assert_unharmed(server, before, children)


@pytest.mark.row("9.9", over="tcp")
def test_spoilt_streams(start, etc):
    """Octets that are not even framed."""
    etc.write("resolv.conf", PATIENT)
    server = start()
    server.ask("v4only.lab", tcp=True)
    before = {name: server.descriptors(name) for name in ("serve", "lookup")}
    children = server.child("serve"), server.child("lookup")
    rng = random.Random(SEED + 2)
    for _ in range(PACKETS["tcp"] // 25):
        with Connection(server.to) as connection, contextlib.suppress(OSError):
            connection.socket.sendall(rng.randbytes(rng.randint(0, 2000)))
    assert server.ask("v4only.lab", tcp=True).outcome == V4
    assert_unharmed(server, before, children)


def assert_unharmed(server, before, children):
    """The same processes, with the descriptors that they had."""
    for transport in "udp", "tcp":
        assert Over(server, transport).ask("v4only.lab").outcome == V4
    assert (server.child("serve"), server.child("lookup")) == children
    for name, count in before.items():
        wait_until(lambda name=name, count=count: server.descriptors(name) <= count,
                   f"{name} closes its sockets", seconds=30)
