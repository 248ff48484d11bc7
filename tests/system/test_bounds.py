"""What may be used up is bounded: lookups in flight, sizes, the time that anything is kept."""

import collections
import pathlib
import re
import socket
import time

import dns.message
import dns.rcode
import pytest

from ask import PATIENCE_SECONDS, Over, make
from daemon import INSTRUMENTED, wait_until
from tables import table

NOT_READY = 14
UP = "127.0.2.9"
A = ["v4only.lab A 10.0.0.4"]
FLOOD, BATCH = 60000, 500
FLIGHTS = 20000  # so many questions in flight are certainly too many
GIVEN_UP_SECONDS = 4  # until then a question without an answer is in flight
MEMORY_KB = 600_000 if INSTRUMENTED else 100_000  # sanitizers have memory of their own


# --- replies ---


@pytest.mark.row("9.2")
@table("name, rdtype", [("huge.example.test", "A"), ("huge.example.test", "ANY"),
                        ("types.example.test", "ANY"), (".", "ANY")])
@table("size", [512, 4096, 65535])
def test_nobody_gets_more_than_1232_octets(server, name, rdtype, size):
    query = make(name, rdtype, edns=True, size=size, want_dnssec=True)
    assert len(server.raw(query.to_wire())) <= 1232


@pytest.mark.row("9.2")
@table("name", ["types.example.test", "example.test", "dual.lab", "."])
def test_any_is_small(server, name):
    """RFC 8482: addresses, of all that there is."""
    assert len(server.raw(make(name, "ANY", edns=True).to_wire())) < 200


# --- lookups in flight ---


def memory(server):
    """Kilobytes of all its processes."""
    total = 0
    for name in "serve", "lookup":
        status = pathlib.Path(f"/proc/{server.child(name)}/status").read_text()
        total += int(re.search(r"VmRSS:\s+(\d+)", status)[1])
    return total


@pytest.mark.row("9.3")
def test_a_flood_of_slow_names_is_refused_above_the_bound(start, etc):
    """At once, with a reason; memory stays small, and when it is over all is well.

    A machine too slow to have so many in flight before the first are given up is not asked
    for refusals.
    """
    etc.write("resolv.conf", "nameserver 127.0.0.3\nnameserver 127.0.0.4\n")
    server = start()
    assert server.ask("v4only.lab").outcome == A
    before = memory(server)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32 << 20)
        sock.connect(server.to)
        sock.settimeout(PATIENCE_SECONDS)
        refusal, in_flight = flood(sock)
    print(f"{before} kB before, {memory(server)} kB at the end; {in_flight} in flight")
    if refusal is None:
        assert in_flight < FLIGHTS
    else:
        reply = dns.message.from_wire(refusal)
        assert reply.rcode() == dns.rcode.SERVFAIL
        assert [int(option.code) for option in reply.options] == [NOT_READY]
    assert memory(server) - before < MEMORY_KB
    wait_until(lambda: server.ask("v4only.lab").outcome == A, "others are answered again")


def flood(sock):
    """(a refusal or None, most questions in flight at a time).

    A good question closes each batch, so that none is lost in a full queue. Once the first
    have been given up for a while there will not be more in flight.
    """
    sent, most = collections.deque(), 0
    end = time.monotonic() + 3 * GIVEN_UP_SECONDS
    template = make("floodxxxxx.example.test", "TXT", edns=True).to_wire()
    mark = make("v4only.lab", edns=True).to_wire()
    for batch in range(FLOOD // BATCH):
        for number in range(batch * BATCH, (batch + 1) * BATCH):
            sock.send(number.to_bytes(4, "big")[2:] + template[2:].replace(
                b"xxxxx", b"%05d" % number))
        sock.send(mark)
        while mark[12:22] not in (wire := sock.recv(65535)):
            if b"\0\x0f" in wire and NOT_READY.to_bytes(2, "big") in wire.rpartition(b"\0\x0f")[2]:
                return wire, most
        sent.append(time.monotonic())
        while sent[0] < time.monotonic() - GIVEN_UP_SECONDS:
            sent.popleft()
        most = max(most, len(sent) * BATCH)
        if time.monotonic() > end:
            break
    return None, most


# --- time ---


@pytest.mark.row("4.24")
@table("rdtype", ["A", "MX"])
def test_a_failure_is_kept_for_a_second(start, transport, upstream, fresh, rdtype):
    """RFC 9520 section 3.2: whoever asks again and again does not reach the name server."""
    server = Over(start(), transport)
    name = fresh("qservfail-servfail")
    began = time.monotonic()
    for _ in range(100):
        assert server.ask(name, rdtype).outcome == "SERVFAIL"
    seconds = time.monotonic() - began
    asked = upstream.asked(name)[rdtype]
    print(f"{asked} rounds in {seconds:.2f} s")
    assert asked <= 2 + seconds


@pytest.mark.row("4.24")
def test_a_failure_is_kept_no_longer_than_two(start, transport, upstream, fresh):
    server = Over(start(), transport)
    name = fresh("qservfail-servfail")
    began = time.monotonic()
    while upstream.asked(name).get("A", 0) < 2:
        assert server.ask(name).outcome == "SERVFAIL"
        assert time.monotonic() < began + 6
        time.sleep(0.1)


@pytest.mark.row("9.8")
@table("rdtype", ["A", "TXT"])
def test_nothing_stale_is_served(start, etc, name_server, rdtype):
    """The name server dies; when its answer's TTL is over, that is a failure."""
    dying = name_server(UP, short_lived)
    etc.write("resolv.conf", f"nameserver {UP}\noptions timeout:1 attempts:1\n")
    server = start()
    reply = server.ask("brief.up.test", rdtype)
    assert {ttl for _, ttl in reply.ttls} == {1}
    answered = time.monotonic()
    dying.close()
    asked = time.monotonic()
    while (reply := server.ask("brief.up.test", rdtype)).rcode == "NOERROR":
        assert asked < answered + 1
        assert {ttl for _, ttl in reply.ttls} <= {0, 1}
        time.sleep(0.05)
        asked = time.monotonic()
    assert reply.outcome == "SERVFAIL"


@pytest.mark.row("9.8")
def test_a_stale_answer_is_better_than_none_where_that_is_wanted(start, etc, name_server):
    """RFC 8767: for 30 seconds, with an extended error; a denial is never given so."""
    dying = name_server(UP, short_lived)
    etc.write("resolv.conf", f"nameserver {UP}\noptions timeout:1 attempts:1\n")
    server = start("-o", "cache-size=1000000", "-o", "stale=3600")
    fresh = server.ask("brief.up.test").outcome
    assert server.ask("brief.up.test", "AAAA").outcome == "NODATA"
    dying.close()
    answered = asked = time.monotonic()
    while not (reply := server.ask("brief.up.test", edns=True)).extended_error:
        assert asked < answered + 1
        asked = time.monotonic()
    assert reply.outcome == fresh
    assert {ttl for _, ttl in reply.ttls} == {30}
    assert reply.extended_error[0] == 3
    assert server.ask("brief.up.test", "AAAA").outcome == "SERVFAIL"


def short_lived(packet):
    data = {"A": ["192.0.2.9"], "TXT": ['"text"'], "AAAA": []}[packet.type]
    return packet.reply(*data).replace(b"\0\0\0\x3c", b"\0\0\0\x01")


@pytest.mark.row("4.1")
@table("first, second, expected", [
    (300, 60, 60), (60, 300, 60),
    # RFC 2181 section 8: the first bit makes it zero.
    (0x80000000, 0x80000000, 0), (0xFFFFFFFF, 60, 0), (0x7FFFFFFF, 0x7FFFFFFF, 0x7FFFFFFF)])
@table("rdtype", ["A", "TXT"])
def test_a_set_has_one_ttl(either, etc, name_server, rdtype, first, second, expected):
    """RFC 2181 section 5.2; the least of them."""
    def two_ttls(packet):
        data = {"A": [bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2])],
                "TXT": [b"\3one", b"\3two"]}.get(packet.type, [])
        wire = bytearray(packet.reply(opt=False))
        wire[6:8] = len(data).to_bytes(2, "big")
        for ttl, octets in zip((first, second), data):
            wire += b"\xc0\x0c" + {"A": b"\0\1\0\1", "TXT": b"\0\x10\0\1"}[packet.type]
            wire += ttl.to_bytes(4, "big") + len(octets).to_bytes(2, "big") + octets
        return bytes(wire)

    name_server(UP, two_ttls)
    etc.write("resolv.conf", f"nameserver {UP}\noptions timeout:1 attempts:1\n")
    reply = either.ask("ttls.up.test", rdtype)
    assert [ttl for _, ttl in reply.ttls] == [expected, expected]


@pytest.mark.row("4.2", "4.20")
@table("ttl", [0, 77])
def test_ttls_of_local_names_are_the_operators(start, transport, ttl):
    server = Over(start("-o", f"ttl={ttl}", "-o", f"negative-ttl={ttl}"), transport)
    assert server.ask("v4only.lab").ttls == [("v4only.lab A 10.0.0.4", ttl)]
    denial = server.ask("v4only.lab", "AAAA")
    assert denial.soa == ([("v4only.lab.", ttl, ttl)] if ttl else [])
    assert len(denial.message.authority) == len(denial.soa)
