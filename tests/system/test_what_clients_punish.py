"""What real clients answer with a time-out or a wrong address, if a server gets it wrong."""

import dns.flags
import dns.message
import pytest

from ask import HEADER, Connection, Over, Reply, make
from daemon import Daemon
from tables import table
from wire import read_message

pytestmark = pytest.mark.usefixtures("patience")
V4 = ["v4only.lab A 10.0.0.4"]

# One question for each kind of reply.
KINDS = [
    ("v4only.lab", "A", "NOERROR"),
    ("a.example.test", "A", "NOERROR"),
    ("cname-a.example.test", "A", "NOERROR"),
    ("v4only.lab", "AAAA", "NOERROR"),
    ("a.example.test", "MX", "NOERROR"),
    ("nosuch.example.test", "A", "NXDOMAIN"),
    ("300.2.0.192.in-addr.arpa", "PTR", "NXDOMAIN"),
    ("x.broken.test", "A", "SERVFAIL"),
    ("x.broken.test", "TXT", "SERVFAIL"),
    ("example.test", "AXFR", "REFUSED"),
    ("v4only.lab", "TSIG", "FORMERR"),
    ("v4only.lab", "MAILB", "NOTIMP"),
]


@pytest.mark.row("1.1")
@table("name, rdtype", [
    ("v4only.lab", "AAAA"), ("v6only.lab", "A"), ("dual.lab", "MX"), ("dual.lab", "TXT"),
    ("dual.lab", "HTTPS"), ("a.example.test", "AAAA"), ("a.example.test", "HTTPS"),
    ("txt.example.test", "A"), ("empty.example.test", "A"), ("localhost", "MX")])
def test_a_name_without_such_data_exists(either, name, rdtype):
    """RFC 2308 section 2.2."""
    assert either.ask(name, rdtype).outcome == "NODATA"


@pytest.mark.row("1.2")
@table("rdtype", ["A", "AAAA"])
@table("name, outcome", [
    ("nosuch.example.test", "NXDOMAIN"),
    ("nosuch.lab", "NXDOMAIN"),
    ("x.broken.test", "SERVFAIL"),
    ("x.qrefused-refused.fault.test", "SERVFAIL"),
    ("x.qnotimp-notimp.fault.test", "SERVFAIL"),
    ("x.qformerr-formerr.fault.test", "SERVFAIL"),
])
def test_musl_understands_the_code(either, name, rdtype, outcome):
    """It knows NOERROR, NXDOMAIN and SERVFAIL; at any other it waits until its time is up."""
    assert either.ask(name, rdtype).outcome == outcome


# What getaddrinfo() says of each, in the words of its manual.
STATUSES = [
    ("not-found", "NXDOMAIN"),  # EAI_NONAME
    ("no-data", "NODATA"),  # EAI_NODATA
    ("try-again", "SERVFAIL"),  # EAI_AGAIN
    ("no-memory", "SERVFAIL"),  # EAI_SYSTEM, ENOMEM
    ("system", "SERVFAIL"),  # EAI_SYSTEM, EIO
]


@pytest.fixture(scope="module")
def status_server(modules):
    daemon = Daemon(env=modules)
    yield daemon
    daemon.stop()


@pytest.fixture
def either_with_status(status_server, etc, transport):
    etc.write("nsswitch.conf", "hosts: files status\n")
    return Over(status_server, transport)


@pytest.mark.row("1.3")
@table("rdtype", ["A", "AAAA"])
@table("label, outcome", STATUSES)
def test_what_an_nss_module_says(either_with_status, transport, label, outcome, rdtype):
    """Each is asked for a name of its own."""
    name = f"{label}.{rdtype}.{transport}.status.lab"
    reply = either_with_status.ask(name, rdtype, edns=True)
    assert reply.outcome == outcome
    assert (reply.extended_error is not None) == (outcome == "SERVFAIL")


@pytest.mark.row("1.4", "1.5")
@table("edns", [False, True])
@table("name, rdtype, rcode", KINDS)
def test_ra_and_the_question_are_in_every_reply(either, name, rdtype, rcode, edns):
    query = make("".join(letter.upper() if at % 2 else letter for at, letter in enumerate(name)),
                 rdtype, edns=edns)
    wire = either.raw(query.to_wire())
    reply = dns.message.from_wire(wire)
    assert dns.rcode.to_text(reply.rcode()) == rcode
    assert reply.flags & dns.flags.RA
    end = HEADER + len(name) + 2 + 4
    assert wire[HEADER:end] == query.to_wire()[HEADER:end]


@pytest.mark.row("1.6", "4.13")
@table("name, rdtype, outcome", [
    ("cname-a.example.test", "A",
     ["cname-a.example.test CNAME a.example.test", "a.example.test A 192.0.2.1"]),
    ("chain5.example.test", "AAAA",
     ["chain5.example.test CNAME both.example.test", "both.example.test AAAA 2001:db8::2"]),
    ("chain4.example.test", "A",
     ["chain4.example.test CNAME chain5.example.test",
      "chain5.example.test CNAME both.example.test", "both.example.test A 192.0.2.2"]),
    # RFC 6604 section 3
    ("cname-nx.example.test", "A",
     ["cname-nx.example.test CNAME nosuch.example.test", "NXDOMAIN"]),
    ("cname-nx.example.test", "MX",
     ["cname-nx.example.test CNAME nosuch.example.test", "NXDOMAIN"]),
    ("cname-a.example.test", "AAAA", ["cname-a.example.test CNAME a.example.test"]),
])
def test_a_chain_begins_at_the_question(either, name, rdtype, outcome):
    assert either.ask(name, rdtype).outcome == outcome


@pytest.mark.row("1.7")
@table("name, rdtype, outcome", [
    ("dual.lab", "A", ["dual.lab A 10.0.0.10"]),
    ("dual.lab", "AAAA", ["dual.lab AAAA 2001:db8:a::10"]),
    ("both.example.test", "A", ["both.example.test A 192.0.2.2"]),
    ("both.example.test", "AAAA", ["both.example.test AAAA 2001:db8::2"]),
    ("types.example.test", "SRV", ["types.example.test SRV 1 2 443 a.example.test"]),
])
def test_nothing_but_the_asked_type(either, name, rdtype, outcome):
    assert either.ask(name, rdtype).answer == outcome


ADDRESSES = ["127.0.0.1", "127.0.0.61", "127.0.0.62"]


@pytest.mark.row("1.8")
def test_the_reply_comes_from_the_asked_address(start, transport):
    """A connected socket takes no other."""
    listen = [word for address in ADDRESSES[1:] for word in ("-l", f"{address}:5399")]
    server = start(*listen, listen=f"{ADDRESSES[0]}:5399")
    for address in ADDRESSES:
        server.to = (address, 5399)
        assert Over(server, transport).ask("v4only.lab").outcome == V4


@pytest.mark.row("1.8")
@table("listen, addresses", [
    ("0.0.0.0", ["127.0.0.1", "127.9.9.9"]), ("[::]", ["::1"])])
def test_the_reply_of_a_wildcard_comes_from_the_asked_address(start, transport, listen,
                                                              addresses):
    server = start("-o", "allow=127.0.0.0/8", "-o", "allow=::1/128", listen=f"{listen}:0")
    for address in addresses:
        server.to = (address, server.to[1])
        assert Over(server, transport).ask("v4only.lab").outcome == V4


@pytest.mark.row("1.10", over="tcp")
@table("name, count", [("many.example.test", 60), ("huge.example.test", 100)])
@table("edns", [False, True])
def test_tcp_gives_the_whole_answer_on_the_same_port(server, name, count, edns):
    """RFC 7766 section 5."""
    reply = server.ask(name, tcp=True, edns=edns, size=512)
    assert (len(reply.answer), reply.truncated) == (count, False)


@pytest.mark.row("2.1", over="tcp")
@table("flags", ["8000", "8180", "8181", "8004"])
def test_a_reply_over_tcp_closes_the_connection(server, flags):
    wire = make("v4only.lab").to_wire()
    with Connection(server.to) as connection:
        connection.send(wire[:2] + bytes.fromhex(flags) + wire[4:])
        with pytest.raises((EOFError, ConnectionResetError)):
            connection.receive()
    assert server.ask("v4only.lab").outcome == V4


@pytest.mark.row("2.1")
def test_replies_fill_no_log(server):
    wire = make("v4only.lab").to_wire()
    before = server.errors()
    for _ in range(50):
        server.says_nothing_to(wire[:2] + b"\x81\x80" + wire[4:])
    assert server.errors() == before


@pytest.mark.row("2.6", "2.7")
@table("flags, more", [
    (dns.flags.RD, {}),
    (dns.flags.RD | dns.flags.AD, {}),
    (dns.flags.RD | dns.flags.AD, {"edns": True, "want_dnssec": True}),
    (dns.flags.RD | dns.flags.CD, {"edns": True, "want_dnssec": True}),
])
@table("name, rdtype, rcode", KINDS)
def test_neither_authoritative_nor_authentic(either, name, rdtype, rcode, flags, more):
    """RFC 4035 section 3.2.3, RFC 6840 sections 5.7 and 5.8."""
    reply = either.ask(name, rdtype, flags=flags, **more)
    assert reply.rcode == rcode
    assert not reply.message.flags & (dns.flags.AA | dns.flags.AD)


@pytest.mark.row("2.9")
@table("name, rdtype, rcode", KINDS)
def test_without_rd_the_same_is_answered(either, name, rdtype, rcode):
    with_rd, without = (either.ask(name, rdtype, rd=rd) for rd in (True, False))
    assert without.rcode == rcode
    assert without.answer == with_rd.answer
    assert not without.message.flags & dns.flags.RD


@pytest.mark.row("4.17", "4.18")
@table("name, rdtype, rcode", [
    *KINDS, ("chain1.example.test", "A", "NOERROR"), ("types.example.test", "MX", "NOERROR"),
    ("types.example.test", "SVCB", "NOERROR"), ("1.2.0.192.in-addr.arpa", "PTR", "NOERROR"),
    ("many.example.test", "A", "NOERROR"), (".", "NS", "NOERROR"), (".", "SOA", "NOERROR")])
def test_a_second_reader_can_follow_every_name(either, name, rdtype, rcode):
    """RFC 1035 section 4.1.4: a pointer leads to something earlier."""
    query = make(name, rdtype, edns=True)
    wire = either.raw(query.to_wire())
    assert Reply(query, wire, tcp=True).rcode == rcode
    questions, records = read_message(wire)
    assert len(questions) == 1
    assert [record.type for record in records][-1] == 41, "OPT comes last"


@pytest.mark.row("4.17")
@table("name, rdtype, data", [
    # RFC 3597 section 4: whoever does not know the type could not follow a pointer.
    ("types.example.test", "SRV", "0001 0002 01bb 0161 076578616d706c65 0474657374 00"),
    ("types.example.test", "SVCB",
     "0001 04626f7468 076578616d706c65 0474657374 00 0001 0003 026832"),
    ("types.example.test", "TYPE65280", "01020304"),
])
def test_names_in_newer_types_are_not_compressed(either, name, rdtype, data):
    wire = either.raw(make(name, rdtype).to_wire())
    _, records = read_message(wire)
    data = bytes.fromhex(data)
    assert [wire[r.start:r.start + r.length] for r in records if r.section == 1] == [data]


@pytest.mark.row("4.17")
@table("name", ["many.example.test", "dual.lab"])
def test_the_asked_name_is_written_once(either, name):
    wire = either.raw(make(name).to_wire())
    assert read_message(wire)[1]
    assert wire.count(name.partition(".")[0].encode()) == 1
