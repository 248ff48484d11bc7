"""Questions over TCP (RFC 7766, RFC 9210), in good framing and bad, and idle connections."""

import contextlib
import random
import socket
import struct
import time

import dns.edns
import dns.flags
import dns.message
import dns.rcode
import pytest

from ask import make
from daemon import wait_until
from stream import LOCALHOST, Stream, answers_tcp, answers_udp, framed, streams
from tables import table
from test_header_and_malformed_packets import bad_packets

KEEPALIVE = 11
PATIENT = "nameserver 127.0.0.2\n"  # waits longer than a second


# Messages.


@pytest.mark.row("1.10", over="tcp")
def test_a_question_is_answered_on_the_port_of_udp(server):
    answers_tcp(server)
    answers_udp(server)


@pytest.mark.row("7.10", over="tcp")
def test_each_answer_is_one_segment(server):
    """Counted by the client's kernel: tcpi_data_segs_in."""
    def segments(stream):
        info = stream.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 160)
        return struct.unpack_from("I", info, 152)[0]

    with Stream(server) as stream:
        for number in range(1, 11):
            stream.ask("many.example.test")
            assert segments(stream) == number


@pytest.mark.row("7.11", over="tcp")
def test_a_client_that_sends_octet_by_octet(server):
    query = make("localhost")
    with Stream(server) as stream:
        for _ in range(2):
            for octet in framed(query.to_wire()):
                stream.send_wire(bytes([octet]))
            assert stream.reply_to(query).outcome == LOCALHOST


@pytest.mark.row("7.12", over="tcp")
def test_a_quick_name_overtakes_one_that_hangs(server, fresh):
    slow, quick = make(fresh("qslow1-ok")), make("localhost")
    with Stream(server) as stream:
        stream.send(slow)
        stream.send(quick)
        assert stream.reply_to(slow, quick).query is quick
        assert stream.reply_to(slow, quick).query is slow


@pytest.mark.row("7.12", over="tcp")
def test_a_thousand_questions_in_one_write(server):
    """More than may be owed at a time: the others wait, none is lost."""
    queries = {}
    for number in range(1000):
        query = make(["a.example.test", "localhost", "nosuch.example.test"][number % 3])
        queries[query.id] = query
    expected = {"a.example.test.": ["a.example.test A 192.0.2.1"], "localhost.": LOCALHOST,
                "nosuch.example.test.": "NXDOMAIN"}
    with Stream(server) as stream:
        stream.send(*queries.values())
        while queries:
            reply = stream.reply_to(*queries.values())
            query = queries.pop(reply.query.id)
            assert reply.outcome == expected[query.question[0].name.to_text()]


@pytest.mark.row("7.12", over="tcp")
def test_thousands_of_questions_that_need_no_lookup(server):
    """Answered while they are read; nobody else has to wait for the last of them."""
    queries = [make("example.test", "AXFR") for _ in range(5000)]
    with Stream(server) as stream:
        stream.send(*queries)
        for query in queries:
            assert stream.reply_to(query).outcome == "REFUSED"


@pytest.mark.row("7.13", over="tcp")
def test_a_client_that_has_sent_all_is_answered_all(server, fresh):
    slow, quick = make(fresh("qslow1-ok")), make("localhost")
    with Stream(server) as stream:
        stream.send(slow, quick)
        stream.socket.shutdown(socket.SHUT_WR)
        assert stream.reply_to(slow, quick).query is quick
        assert stream.reply_to(slow, quick).query is slow
        assert stream.is_closed()


@pytest.mark.row("7.13", over="tcp")
def test_a_client_that_ends_amid_a_message(server):
    query = make("localhost")
    with Stream(server) as stream:
        stream.send_wire(framed(query.to_wire()) + b"\0\x20abc")
        stream.socket.shutdown(socket.SHUT_WR)
        assert stream.reply_to(query).outcome == LOCALHOST
        assert stream.is_closed()


@pytest.mark.row("7.14", over="tcp")
@table("wire", [b"\0\0", b"\0\5abcde", framed(bytes(11)),
                b"\0\x0b"])  # 11 that do not come
def test_a_message_shorter_than_a_header_ends_the_connection(server, wire):
    with Stream(server) as stream:
        stream.send_wire(wire)
        assert stream.is_closed()
    answers_tcp(server)


@pytest.mark.row("7.15", over="tcp")
@table("wire", [
    bytes.fromhex("1234 0100 0000 0000 0000 0000"),  # no question
    bytes.fromhex("1234 0100 0001 0000 0000 0000 c00c 0001 0001"),  # a pointer to itself
    bytes.fromhex("1234 0100 0001 0000 0000 0000 0161"),  # cut
])
def test_a_malformed_message_is_formerr_and_the_connection_stays(server, wire):
    with Stream(server) as stream:
        stream.send_wire(framed(wire))
        reply = dns.message.from_wire(stream.read_wire())
        assert (reply.id, reply.rcode()) == (0x1234, dns.rcode.FORMERR)
        assert stream.ask("localhost").outcome == LOCALHOST


@pytest.mark.row("2.1", over="tcp")
def test_a_reply_ends_the_connection(server):
    query = make("localhost")
    query.flags |= dns.flags.QR
    with Stream(server) as stream:
        stream.send(query)
        assert stream.is_closed()
    answers_tcp(server)


@pytest.mark.row("2.18", over="tcp")
@table("rdtype", ["AXFR", "IXFR"])
def test_zone_transfers_are_refused_and_the_connection_stays(server, rdtype):
    with Stream(server) as stream:
        assert stream.ask("example.test", rdtype).outcome == "REFUSED"
        assert stream.ask("localhost").outcome == LOCALHOST


@pytest.mark.row("7.19", over="tcp")
@table("edns", [False, True])
def test_the_size_of_datagrams_means_nothing(server, edns):
    assert server.ask("many.example.test", edns=edns, size=512).truncated
    with Stream(server) as stream:
        assert len(stream.ask("many.example.test", edns=edns, size=512).answer) == 60


@pytest.mark.row("7.19", over="tcp")
def test_an_answer_of_64_kib_is_whole(server, etc, fresh):
    """The fault server needs seconds for it, on a busy machine more than a client waits."""
    etc.write("resolv.conf", PATIENT)
    name = fresh("qmany4000-ok")
    with Stream(server) as stream:
        wait_until(lambda: stream.ask(name, edns=True).rcode == "NOERROR", "the answer")
        reply = stream.ask(name, edns=True)
        assert len(reply.wire) > 64000
        assert len(set(reply.answer)) == 4000
        assert stream.ask("localhost").outcome == LOCALHOST


@pytest.mark.row("7.14", over="tcp")
def test_a_question_of_65535_octets(server):
    query = make("localhost", edns=True)
    wire = query.to_wire()[:-2]  # the length of the OPT record's data comes last
    room = 65535 - len(wire) - 2
    wire += struct.pack("!HHH", room, 65001, room - 4) + bytes(room - 4)
    assert len(wire) == 65535
    with Stream(server) as stream:
        stream.send_wire(framed(wire))
        assert stream.reply_to(query).outcome == LOCALHOST


@pytest.mark.row("9.9", over="tcp")
def test_bad_messages_in_good_framing(server):
    """Each with a good question behind it in the same write."""
    before = server.descriptors("serve")
    for wire in bad_packets(random.Random(7766), 1000):
        good = make("localhost", "AAAA")
        with Stream(server) as stream:
            stream.send_wire(framed(wire, good.to_wire()))
            if len(wire) < 12 or wire[2] & 0x80:
                assert stream.is_closed()
                continue
            first = stream.read_wire()
            while first[:2] != good.to_wire()[:2] or first[12:27] != good.to_wire()[12:27]:
                assert first[:2] == wire[:2]
                assert first[2] & 0x80
                if first[2] & 0x78 == 0:  # dnspython knows few other opcodes
                    dns.message.from_wire(first)
                first = stream.read_wire()
    wait_until(lambda: server.descriptors("serve") <= before, "all connections closed")


@pytest.mark.row("9.9", over="tcp")
def test_octets_without_any_framing(server):
    rng = random.Random(9210)
    before = server.descriptors("serve")
    for _ in range(300):
        with Stream(server) as stream, contextlib.suppress(ConnectionError):
            for _ in range(rng.randint(1, 4)):
                stream.send_wire(rng.randbytes(rng.randint(1, 3000)))
    answers_tcp(server)
    wait_until(lambda: server.descriptors("serve") <= before, "all connections closed")


# Idle time.


@pytest.mark.row("7.16", over="tcp")
def test_an_idle_connection_is_closed(start):
    server = start("-o", "tcp-idle=1")
    began = time.monotonic()
    with Stream(server) as stream:
        assert stream.is_closed()
        assert time.monotonic() - began >= 0.99  # the server counts milliseconds
    with Stream(server) as stream:
        began = time.monotonic()
        stream.ask("localhost")
        assert stream.is_closed()
        assert time.monotonic() - began >= 0.99


@pytest.mark.row("7.16", over="tcp")
def test_nothing_is_closed_while_an_answer_is_owed(start, etc, fresh):
    etc.write("resolv.conf", PATIENT)
    server = start("-o", "tcp-idle=1")
    with Stream(server) as stream:
        name = fresh("qslow2-ok")
        assert stream.ask(name).outcome == [f"{name} A 192.0.2.200"]
        assert stream.is_closed()


@pytest.mark.row("7.16", over="tcp")
def test_the_idle_time_is_shorter_when_connections_run_out(start):
    server = start("-o", "tcp-idle=3600", "-o", "tcp-clients=100")
    with streams(server, 50) as first:
        assert not first[0].is_closed(0.5)
        with streams(server, 50):
            assert first[0].is_closed()  # 0.2 seconds instead of an hour


@pytest.mark.row("7.17", over="tcp")
@pytest.mark.parametrize("wire", [framed(make("localhost").to_wire()), b"\xff\xff" + bytes(30)],
                         ids=["a question", "64 KiB announced"])
def test_a_message_that_trickles_in_is_not_waited_for(start, wire):
    """Octets do not start the time anew."""
    server = start("-o", "tcp-idle=1")
    began = time.monotonic()
    with Stream(server) as stream:
        for octet in wire[:-1]:
            with contextlib.suppress(ConnectionError):
                stream.send_wire(bytes([octet]))
            if stream.is_closed(0.3):
                break
        else:
            pytest.fail("it was waited for")
        assert time.monotonic() - began >= 0.99  # the server counts milliseconds


def keepalive_of(reply):
    options = [option for option in reply.message.options if option.otype == KEEPALIVE]
    assert len(options) <= 1
    return options[0].to_wire() if options else None


@pytest.mark.row("5.18", over="tcp")
def test_the_idle_time_is_told_to_who_asks(start):
    server = start("-o", "tcp-idle=60")
    with Stream(server) as stream:
        ask = [dns.edns.GenericOption(KEEPALIVE, b"")]
        assert keepalive_of(stream.ask("localhost", edns=True, options=ask)) == b"\x02\x58"
        assert keepalive_of(stream.ask("example.test", "AXFR", edns=True, options=ask))
        assert keepalive_of(stream.ask("localhost", edns=True)) is None
        assert keepalive_of(stream.ask("localhost")) is None


@pytest.mark.row("5.18", over="tcp")
def test_a_time_out_in_the_question_is_ignored(server):
    with Stream(server) as stream:
        for data in b"\x00\x01", b"\xff\xff", b"\0", b"long one":
            ask = [dns.edns.GenericOption(KEEPALIVE, data)]
            assert keepalive_of(stream.ask("localhost", edns=True, options=ask)) == b"\0\x64"


@pytest.mark.row("5.18", over="tcp")
@table("data", [b"", b"\0\x64"])
def test_over_udp_the_idle_time_is_never_told(server, data):
    ask = [dns.edns.GenericOption(KEEPALIVE, data)]
    reply = server.ask("localhost", edns=True, options=ask)
    assert reply.outcome == LOCALHOST
    assert keepalive_of(reply) is None


@pytest.mark.row("5.18", over="tcp")
def test_the_idle_time_told_is_the_one_that_holds_now(start):
    server = start("-o", "tcp-idle=100", "-o", "tcp-clients=4")
    ask = [dns.edns.GenericOption(KEEPALIVE, b"")]
    with streams(server, 3) as opened:
        reply = opened[2].ask("localhost", edns=True, options=ask)
        assert keepalive_of(reply) == (500).to_bytes(2, "big")  # half of it: one of two left
