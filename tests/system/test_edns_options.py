"""The options of EDNS one by one, and codes and sizes that need EDNS."""

import functools

import dns.edns
import dns.message
import dns.rcode
import pytest

from ask import Connection, Over, Reply, make
from tables import table
from wire import OPT, read_message

V4 = ["v4only.lab A 10.0.0.4"]
NSID, SUBNET, COOKIE, KEEPALIVE, PADDING, EDE = 3, 8, 10, 11, 12, 15
UP = "127.0.2.9"


def option(code, data=b""):
    return dns.edns.GenericOption(code, data)


def options_of(reply):
    """{code: data} of the reply's options, each of which is there once."""
    found = [(int(o.otype), o.to_wire()) for o in reply.message.options]
    assert len(dict(found)) == len(found)
    return dict(found)


@pytest.fixture
def over(start, transport):
    """A server with these options, asked over each transport."""
    return functools.cache(lambda *options: Over(start(*options), transport))


# --- NSID (RFC 5001) ---


@pytest.mark.row("5.15")
@table("payload", [b"", b"what do they say"])
@table("name, rcode", [("v4only.lab", "NOERROR"),
                       ("nosuch.example.test", "NXDOMAIN")])
def test_nsid_as_the_operator_says(over, name, rcode, payload):
    server = over("-o", "nsid=one of ours")
    reply = server.ask(name, edns=True, options=[option(NSID, payload)])
    assert (reply.rcode, options_of(reply)) == (rcode, {NSID: b"one of ours"})


@pytest.mark.row("5.15")
def test_nsid_is_not_told_unasked(over):
    server = over("-o", "nsid=one of ours")
    assert options_of(server.ask("v4only.lab", edns=True)) == {}
    assert not server.ask("v4only.lab").edns


# --- client subnet (RFC 7871) ---


@pytest.mark.row("5.16")
@table("rdtype", ["A", "TXT"])
def test_client_subnets_are_not_passed_on(either, etc, name_server, rdtype):
    upstream = name_server(UP, lambda packet: packet.reply(
        *{"A": ["192.0.2.9"], "TXT": ['"text"']}[packet.type]))
    etc.write("resolv.conf", f"nameserver {UP}\n")
    subnet = bytes.fromhex("0001 18 00 010203")
    reply = either.ask("subnet.up.test", rdtype, edns=True, options=[option(SUBNET, subnet)])
    assert reply.answer
    assert options_of(reply) == {}
    for packet in upstream.packets:
        assert SUBNET not in [int(o.otype) for o in packet.message.options]
        assert b"\x01\x02\x03" not in packet.wire[12:]


# --- padding (RFC 7830, RFC 8467) ---


@pytest.mark.row("5.17")
@table("name, rdtype", [
    ("v4only.lab", "A"), ("nosuch.example.test", "A"), ("multi.example.test", "A"),
    ("x.broken.test", "A"), ("v4only.lab", "AXFR"), ("types.example.test", "TXT")])
def test_padded_questions_get_padded_replies(over, name, rdtype):
    server = over("-o", "padding=yes")
    padded = server.ask(name, rdtype, edns=True, options=[option(PADDING, bytes(64))])
    plain = server.ask(name, rdtype, edns=True)
    assert len(padded.wire) % 468 == 0
    assert padded.answer == plain.answer
    assert not any(options_of(padded)[PADDING])
    assert PADDING not in options_of(plain)


@pytest.mark.row("5.17")
def test_padding_stays_within_the_size(start):
    """A multiple that does not fit is cut to the limit."""
    server = start("-o", "padding=yes")
    for size in 512, 700, 1232, 4096:
        reply = server.ask("many.example.test", edns=True, size=size,
                           options=[option(PADDING, bytes(64))])
        assert len(reply.wire) <= min(size, 1232)


@pytest.mark.row("5.17")
def test_nothing_is_padded_by_default(either):
    reply = either.ask("v4only.lab", edns=True, options=[option(PADDING, bytes(64))])
    assert options_of(reply) == {}


@pytest.mark.row("5.17")
def test_without_edns_nothing_is_padded(over):
    assert len(over("-o", "padding=yes").ask("v4only.lab").wire) < 468


# --- keepalive (RFC 7828) ---


@pytest.mark.row("5.18")
@table("payload", [b"", b"\0\x64"])
def test_keepalive_is_ignored_over_udp(server, payload):
    """Section 3.2.1."""
    reply = server.ask("v4only.lab", edns=True, options=[option(KEEPALIVE, payload)])
    assert (reply.outcome, options_of(reply)) == (V4, {})


@pytest.mark.row("5.18", over="tcp")
@table("name", ["v4only.lab", "nosuch.example.test", "a.example.test"])
def test_keepalive_over_tcp_tells_how_long_we_wait(server, name):
    """Section 3.3; in units of 100 ms."""
    reply = server.ask(name, tcp=True, edns=True, options=[option(KEEPALIVE)])
    (code, data), = options_of(reply).items()
    assert (code, len(data)) == (KEEPALIVE, 2)
    assert int.from_bytes(data, "big") == 100


@pytest.mark.row("5.18", over="tcp")
def test_keepalive_is_not_told_unasked(server):
    assert options_of(server.ask("v4only.lab", tcp=True, edns=True)) == {}


@pytest.mark.row("5.18", over="tcp")
def test_a_clients_own_timeout_does_no_harm(server):
    """Section 3.2.1 forbids it; ignored, or FORMERR."""
    query = make("v4only.lab", edns=True, options=[option(KEEPALIVE, b"\0\x64")])
    with Connection(server.to) as connection:
        connection.send(query.to_wire())
        assert Reply(query, connection.receive(), tcp=True).outcome in (V4, "FORMERR")
    assert server.ask("v4only.lab", tcp=True).outcome == V4


# --- extended errors (RFC 8914) ---


@pytest.mark.row("5.22", "2.18")
@table("name, rdtype, rcode, code", [
    ("x.broken.test", "A", "SERVFAIL", 22),
    ("x.broken.test", "MX", "SERVFAIL", 22),
    ("x.qgarbage-garbage.fault.test", "A", "SERVFAIL", 23),
    ("v4only.lab", "AXFR", "REFUSED", 21),
])
def test_a_failure_has_a_code_and_short_words(either, name, rdtype, rcode, code):
    reply = either.ask(name, rdtype, edns=True)
    data = options_of(reply)[EDE]
    assert (reply.rcode, int.from_bytes(data[:2], "big")) == (rcode, code)
    text = data[2:].decode("utf-8")
    assert 0 < len(text) < 200
    assert text.isprintable()
    assert reply.edns
    assert not either.ask(name, rdtype).edns


# --- codes that need EDNS (RFC 6891 section 6.1.3) ---


@pytest.mark.row("5.14")
@table("edns", [False, True])
@table("rdtype", ["A", "TXT"])
@table("rcode", ["BADVERS", "BADCOOKIE", "NOTAUTH", "YXDOMAIN"])
def test_a_name_servers_strange_code_is_servfail(either, etc, name_server, rdtype, rcode, edns):
    def strange(packet):
        message = dns.message.make_response(packet.message)
        message.use_edns(0, payload=1232)
        message.set_rcode(dns.rcode.from_text(rcode))
        return message.to_wire()

    name_server(UP, strange)
    etc.write("resolv.conf", f"nameserver {UP}\noptions timeout:1 attempts:1\n")
    reply = either.ask("strange.up.test", rdtype, edns=edns)
    assert reply.outcome == "SERVFAIL"
    assert reply.wire[3] & 0x0F == 2


# --- signatures we cannot check ---

SIG0 = bytes.fromhex("00 0018 00ff 00000000 0016"
                     "0000 0d 00 00000000 00000000 00000000 1234 00 01020304".replace(" ", ""))
TSIG = bytes.fromhex("016b00 00fa 00ff 00000000 0019 016b00 000000000000 012c 0000 1234 0000"
                     "0006 000000000000")


@pytest.mark.row("5.13")
@table("signature", [SIG0, TSIG])
def test_signed_questions_are_refused_with_a_reason(either, signature):
    query = make("v4only.lab", edns=True).to_wire()
    wire = either.raw(query[:10] + b"\0\2" + query[12:] + fixed_length(signature))
    reply = dns.message.from_wire(wire)
    assert dns.rcode.to_text(reply.rcode()) == "REFUSED"
    assert [int(o.code) for o in reply.options] == [21]
    assert reply.answer == []


def fixed_length(record):
    """The record with the length of its data filled in."""
    at = record.index(b"\0\xff\0\0\0\0") + 6
    return record[:at] + (len(record) - at - 2).to_bytes(2, "big") + record[at + 2:]


# --- sizes ---


@pytest.mark.row("5.12", over="tcp")
@table("length", [4096, 4097, 20000, 65535])
def test_long_questions_over_tcp(server, length):
    """Padded to that length, octet for octet: dnspython would not write the longest."""
    query = make("v4only.lab", edns=True)
    wire = query.to_wire()
    room = length - len(wire) - 4
    padding = PADDING.to_bytes(2, "big") + room.to_bytes(2, "big") + bytes(room)
    wire = wire[:-2] + len(padding).to_bytes(2, "big") + padding
    assert len(wire) == length
    assert Reply(query, server.raw(wire, tcp=True), tcp=True).outcome == V4


@pytest.mark.row("5.10", "5.11")
@table("size", [0, 256, 512, 1232, 4096, 65535])
def test_no_reply_over_udp_is_longer_than_it_may_be(server, size):
    for name in "many.example.test", "huge.example.test":
        wire = server.raw(make(name, edns=True, size=size).to_wire())
        assert 300 < len(wire) <= min(max(size, 512), 1232)


@pytest.mark.row("5.23")
@table("name, rdtype", [("types.example.test", "MX"), ("v4only.lab", "A"),
                        ("nosuch.example.test", "A")])
def test_our_own_opt_is_last(either, name, rdtype):
    _, records = read_message(either.raw(make(name, rdtype, edns=True).to_wire()))
    assert [record.type for record in records].index(OPT) == len(records) - 1


@pytest.mark.row("5.24")
@table("options", [
    [option(NSID), option(PADDING, bytes(9)), option(65001), option(NSID)],
    [option(PADDING, bytes(9)), option(NSID), option(NSID), option(PADDING, b"x")],
    [option(65001)] * 50,
])
def test_options_in_any_order_and_number(over, options):
    server = over("-o", "nsid=one of ours", "-o", "padding=yes")
    reply = server.ask("v4only.lab", edns=True, options=options)
    asked = {int(o.otype) for o in options}
    assert reply.outcome == V4
    assert set(options_of(reply)) == asked & {NSID, PADDING}
