"""EDNS(0) (RFC 6891), sizes and truncation, extended errors (RFC 8914)."""

import dns.edns
import dns.flags
import dns.message
import pytest

from ask import make
from tables import table

QUESTION = make("dual.lab", "A").to_wire()[12:]


def opt(size=1232, version=0, flags=0, options=b"", owner=b"\0", length=None):
    """An OPT record, octet for octet."""
    length = len(options) if length is None else length
    return (owner + b"\0\x29" + size.to_bytes(2, "big") + bytes([0, version])
            + flags.to_bytes(2, "big") + length.to_bytes(2, "big") + options)


def packet(*additional, answers=0, authorities=0, question=QUESTION):
    """A query with these records behind the question, all in the additional section."""
    count = len(additional) - answers - authorities
    return (bytes.fromhex("1234 0100 0001") + answers.to_bytes(2, "big")
            + authorities.to_bytes(2, "big") + count.to_bytes(2, "big") + question
            + b"".join(additional))


def ask_raw(server, wire):
    return dns.message.from_wire(server.raw(wire))


@pytest.mark.row("5.1")
@table("name", ["dual.lab", "nosuch.example.test", "x.broken.test"])
@table("edns", [False, True])
def test_opt_if_and_only_if_asked(either, name, edns):
    """RFC 6891 sections 6.1.1 and 7."""
    assert either.ask(name, edns=edns).edns == edns


@pytest.mark.row("5.11")
def test_our_own_size_and_version(server):
    reply = server.ask("dual.lab", edns=True).message
    assert (reply.payload, reply.edns) == (1232, 0)


@pytest.mark.row("5.6")
@table("do", [False, True])
def test_do_is_copied(either, do):
    """RFC 3225 section 3."""
    reply = either.ask("dual.lab", edns=True, want_dnssec=do)
    assert bool(reply.message.ednsflags & dns.flags.DO) == do
    assert reply.answer == ["dual.lab A 10.0.0.10"]


@pytest.mark.row("5.5")
@table("flags", [0x0040, 0x4000, 0x7FFF])
def test_unknown_flags_are_ignored_and_zero_in_the_reply(either, flags):
    """RFC 6891 section 6.1.4."""
    reply = ask_raw(either, packet(opt(flags=flags)))
    assert reply.ednsflags & 0xFFFF == 0
    assert len(reply.answer) == 1


@pytest.mark.row("5.4", "5.15", "5.16", "5.24")
@table("options", [
    bytes.fromhex("0064 0000"),
    bytes.fromhex("0064 0002 beef"),
    bytes.fromhex("fde9 0001 00 fdea 0000"),
    bytes.fromhex("0003 0000"),  # NSID
    bytes.fromhex("0003 0004 6e736964"),
    bytes.fromhex("0008 0007 0001 18 00 010203"),  # client subnet
    bytes.fromhex("000a 0008 0102030405060708"),  # cookie
    bytes.fromhex("000a 0008 0102030405060708") * 2,
    bytes.fromhex("000c 0004 00000000"),  # padding
    bytes.fromhex("000f 0002 0000"),  # an extended error in a question
])
def test_options_are_ignored_and_not_echoed(either, options):
    reply = ask_raw(either, packet(opt(options=options)))
    assert reply.options == ()
    assert reply.answer[0].to_text() == "dual.lab. 10 IN A 10.0.0.10"


@pytest.mark.row("5.2", "5.3")
@table("version", [1, 2, 255])
@table("name", ["dual.lab", "nosuch.example.test"])
@table("more", [
    {},
    {"flags": 0x8000},  # DO
    {"flags": 0x0040},  # Z
    {"options": bytes.fromhex("0064 0000")},
    {"options": bytes.fromhex("000a 0020")},  # longer than the record
])
def test_other_versions_are_badvers(either, version, name, more):
    """RFC 6891 section 6.1.3: before anything else is looked at, and version 0 in ours."""
    question = make(name, "A").to_wire()[12:]
    wire = either.raw(packet(opt(version=version, **more), question=question))
    reply = dns.message.from_wire(wire)
    assert wire[3] & 0x0F == 0  # the code is 16: its low bits are zero
    assert dns.rcode.to_text(reply.rcode()) == "BADVERS"
    assert (reply.edns, reply.answer, reply.authority) == (0, [], [])
    assert not reply.ednsflags & 0x7FFF


FORMERR = {
    # RFC 6891 section 6.1.1
    "two OPT records": packet(opt(), opt()),
    "OPT owner is not the root": packet(opt(owner=b"\1x\0")),
    "OPT owner is compressed": packet(opt(owner=b"\xc0\x0c")),
    # section 7: the OPT record was recognised, so it is answered with one
    "option longer than the record": packet(opt(options=bytes.fromhex("000a 0020 01020304"))),
    "option header cut": packet(opt(options=bytes.fromhex("000a 00"))),
    "record longer than the message": packet(opt(length=40)),
}


@pytest.mark.row("5.7", "5.8", "5.9")
@table("what", FORMERR)
def test_malformed_edns_is_formerr_with_opt(either, what):
    reply = ask_raw(either, FORMERR[what])
    assert dns.rcode.to_text(reply.rcode()) == "FORMERR"
    assert reply.edns == 0
    assert reply.answer == []


@pytest.mark.row("5.8")
@table("where", [{"answers": 1}, {"authorities": 1}])
def test_opt_in_another_section_is_formerr(either, where):
    reply = ask_raw(either, packet(opt(), **where))
    assert dns.rcode.to_text(reply.rcode()) == "FORMERR"


A_RECORD = bytes.fromhex("0178 00 0001 0001 0000000a 0004 01020304")


@pytest.mark.row("2.14", "5.23")
@table("records", [[A_RECORD, opt()], [opt(), A_RECORD], [A_RECORD] * 3 + [opt()]])
def test_other_additional_records_are_ignored(either, records):
    reply = ask_raw(either, packet(*records))
    assert reply.edns == 0
    assert [rrset.to_text() for rrset in reply.answer] == ["dual.lab. 10 IN A 10.0.0.10"]
    assert reply.additional == []


@pytest.mark.row("5.13")
@table("edns", [False, True])
def test_signed_questions_are_refused(either, edns):
    """TSIG (RFC 8945): there is no key to check it with."""
    tsig = bytes.fromhex("016b 00 00fa 00ff 00000000 0019 016b00 000000000000 012c 0000"
                         "1234 0000 0006 000000000000")
    reply = ask_raw(either, packet(*([opt()] if edns else []), tsig))
    assert dns.rcode.to_text(reply.rcode()) == "REFUSED"
    assert reply.answer == []


# 12 octets of header, 23 of question, 11 of OPT, 16 for each A record.
SIZES = [
    # name, size in the OPT record or None, whole records that fit, truncated
    ("many.example.test", None, 29, True),
    ("many.example.test", 0, 29, True),
    ("many.example.test", 1, 29, True),
    ("many.example.test", 256, 29, True),
    ("many.example.test", 511, 29, True),
    ("many.example.test", 512, 29, True),
    ("many.example.test", 513, 29, True),
    ("many.example.test", 522, 29, True),
    ("many.example.test", 526, 30, True),
    ("many.example.test", 1005, 59, True),
    ("many.example.test", 1006, 60, False),
    ("many.example.test", 1232, 60, False),
    ("many.example.test", 65535, 60, False),
    # 1232 octets and no more, whatever is asked for: larger ones may not arrive.
    ("huge.example.test", 1232, 74, True),
    ("huge.example.test", 4096, 74, True),
    ("huge.example.test", 65535, 74, True),
]


@pytest.mark.row("1.9", "5.10", "5.11")
@table("name, size, records, truncated", SIZES)
def test_size(server, name, size, records, truncated):
    """RFC 2181 section 9: what is there is whole. RFC 6891 section 6.2.3: 512 at least."""
    reply = server.ask(name, "A", edns=size is not None, size=size)
    assert len(reply.wire) <= min(max(size or 0, 512), 1232)
    assert (len(reply.answer), reply.truncated) == (records, truncated)


@pytest.mark.row("5.12")
@table("length, answered", [(1500, True), (4096, True), (4097, False),
                            (20000, False)])
def test_long_questions(server, length, answered):
    """A padded question is read up to 4096 octets; a longer one is dropped, not cut."""
    room = length - len(packet(opt())) - 4
    wire = packet(opt(options=b"\0\x0c" + room.to_bytes(2, "big") + bytes(room)))
    assert len(wire) == length
    if answered:
        assert len(ask_raw(server, wire).answer) == 1
    else:
        assert server.says_nothing_to(wire)


NONE_REACHABLE = dns.edns.EDECode.NO_REACHABLE_AUTHORITY
NETWORK = dns.edns.EDECode.NETWORK_ERROR

# The name server's words for the operator, with a code a program can read.
ERRORS = [
    ("x.broken.test", "A", NONE_REACHABLE, "name server 127.0.0.2:53 says SERVFAIL"),
    ("x.broken.test", "AAAA", NONE_REACHABLE, "name server 127.0.0.2:53 says SERVFAIL"),
    ("x.qservfail-servfail.fault.test", "MX", NONE_REACHABLE,
     "name server 127.0.0.2:53 says SERVFAIL"),
    ("x.qrefused-ok.fault.test", "A", NONE_REACHABLE, "name server 127.0.0.2:53 says REFUSED"),
    ("x.qnotimp-ok.fault.test", "TXT", NONE_REACHABLE, "name server 127.0.0.2:53 says NOTIMP"),
    ("x.qdrop-drop.fault.test", "A", NONE_REACHABLE, "name server 127.0.0.2:53 does not answer"),
    ("x.qdrop-drop.fault.test", "SRV", NONE_REACHABLE,
     "name server 127.0.0.2:53 does not answer"),
    ("x.qwrongid-ok.fault.test", "A", NONE_REACHABLE,
     "name server 127.0.0.2:53 does not answer"),
    ("x.qformerr-formerr.fault.test", "A", NONE_REACHABLE, "name server 127.0.0.2:53 says FORMERR"),
    ("x.qgarbage-garbage.fault.test", "A", NETWORK, "a name server's reply cannot be read"),
    ("x.qgarbage-garbage.fault.test", "MX", NETWORK, "a name server's reply cannot be read"),
    ("1.113.0.203.in-addr.arpa", "PTR", NONE_REACHABLE, "name server 127.0.0.2:53 says SERVFAIL"),
]


@pytest.mark.row("5.22")
@table("name, rdtype, code, words", ERRORS, together=True)
def test_a_failure_says_why(server, name, rdtype, code, words):
    assert server.ask(name, rdtype, edns=True).extended_error == (code, words)


def test_a_closed_port_says_why(server, etc):
    etc.write("resolv.conf", "nameserver 127.0.0.9\n")
    assert server.ask("b.example.test", edns=True).extended_error == (
        NETWORK, "name server 127.0.0.9:53 over TCP: Connection refused")


@pytest.mark.row("5.22")
@table("name", ["dual.lab", "a.example.test", "nosuch.example.test",
                "txt.example.test"])
def test_success_and_denial_have_no_extended_error(either, name):
    assert either.ask(name, edns=True).extended_error is None
