"""CNAME questions, and types that getaddrinfo() knows nothing about."""

import socket

import pytest

from ask import PATIENCE_SECONDS, Reply, make

OUTCOMES = [
    ("cname-a.example.test", "CNAME", ["cname-a.example.test CNAME a.example.test"]),
    ("cname-aaaa.example.test", "CNAME",
     ["cname-aaaa.example.test CNAME aaaa.example.test"]),
    ("chain1.example.test", "CNAME", ["chain1.example.test CNAME both.example.test"]),
    # Never an alias of itself.
    ("both.example.test", "CNAME", "NODATA"),
    ("BOTH.example.test", "CNAME", "NODATA"),
    ("dual.lab", "CNAME", "NODATA"),
    ("nosuch.example.test", "CNAME", "NXDOMAIN"),

    # RFC 1034 section 3.6.2: an alias has its CNAME alone, whatever is asked.
    ("cname-both.example.test", "MX", ["cname-both.example.test CNAME both.example.test"]),
    ("cname-both.example.test", "HTTPS",
     ["cname-both.example.test CNAME both.example.test"]),
    ("chain1.example.test", "TXT", ["chain1.example.test CNAME both.example.test"]),
    ("Chain1.Example.TEST", "A",
     ["Chain1.Example.TEST CNAME both.example.test", "both.example.test A 192.0.2.2"]),

    # glibc keeps a target with odd characters to itself: the address stands alone.
    ("cname-odd.example.test", "A", ["cname-odd.example.test A 192.0.2.89"]),

    # A target that reads as an address would fool people and filters.
    ("numeric-target", "A", ["numeric-target A 192.0.2.44"]),
    ("numeric-target", "CNAME", "NODATA"),

    # RFC 4074: no such type is not "no such name".
    ("a.example.test", "MX", "NODATA"),
    ("a.example.test", "TXT", "NODATA"),
    ("a.example.test", "HTTPS", "NODATA"),
    ("a.example.test", "SRV", "NODATA"),
    ("a.example.test", "PTR", "NODATA"),
    ("aaaa.example.test", "MX", "NODATA"),
    ("nosuch.example.test", "HTTPS", "NXDOMAIN"),
    ("_http._tcp.nosuch.example.test", "SRV", "NXDOMAIN"),
    # RFC 3597 section 3: unknown types are ordinary types.
    *[(name, rdtype, outcome)
      for rdtype in ("TYPE128", "TYPE666", "TYPE65280", "RRSIG", "NSEC", "DS", "DNSKEY", "NULL",
                     "TYPE0")
      for name, outcome in (("a.example.test", "NODATA"), ("dual.lab", "NODATA"),
                            ("nosuch.example.test", "NXDOMAIN"))],

    # RFC 8482: ANY gives what is known cheaply.
    ("both.example.test", "ANY",
     ["both.example.test A 192.0.2.2", "both.example.test AAAA 2001:db8::2"]),
    ("a.example.test", "ANY", ["a.example.test A 192.0.2.1"]),
    ("aaaa.example.test", "ANY", ["aaaa.example.test AAAA 2001:db8::1"]),
    ("nosuch.example.test", "ANY", "NXDOMAIN"),
    ("empty.example.test", "ANY", "NODATA"),
    ("x.broken.test", "ANY", "SERVFAIL"),
    # Half of the answer is missing: not "no data", not "no such name".
    ("x.qnodata-servfail.fault.test", "ANY", "SERVFAIL"),
    ("x.qservfail-nodata.fault.test", "ANY", "SERVFAIL"),
    ("x.qnxdomain-servfail.fault.test", "ANY", "SERVFAIL"),
    ("x.qnxdomain-ok.fault.test", "ANY", ["x.qnxdomain-ok.fault.test AAAA 2001:db8::200"]),
    ("cname-a.example.test", "ANY", ["cname-a.example.test CNAME a.example.test"]),

    # The root exists, and libc is not asked.
    (".", "A", "NODATA"),
    (".", "AAAA", "NODATA"),
    (".", "NS", "NODATA"),
    (".", "SOA", "NODATA"),
    (".", "MX", "NODATA"),

    # No zone is transferred.
    ("example.test", "AXFR", "REFUSED"),
    ("example.test", "IXFR", "REFUSED"),
    ("dual.lab", "AXFR", "REFUSED"),

    # RFC 6895 section 3.1: OPT, TKEY and TSIG are no types to ask for; MAILB and MAILA.
    ("dual.lab", "OPT", "FORMERR"),
    ("dual.lab", "TKEY", "FORMERR"),
    ("dual.lab", "TSIG", "FORMERR"),
    ("dual.lab", "MAILB", "NOTIMP"),
    ("dual.lab", "MAILA", "NOTIMP"),
]


@pytest.mark.parametrize("name, rdtype, outcome", OUTCOMES)
def test_outcome(server, name, rdtype, outcome):
    assert server.ask(name, rdtype).outcome == outcome


def test_root_is_not_asked_upstream(server, upstream):
    before = upstream.asked("")
    server.ask(".", "A")
    assert upstream.asked("") == before


@pytest.mark.parametrize("first, second", [("both.example.test", "BOTH.EXAMPLE.TEST"),
                                           ("DUAL.LAB", "dual.lab")])
def test_each_asker_gets_his_own_letter_case(server, first, second):
    """RFC 4343; resolvers that mix the case against spoofing depend on it."""
    assert server.ask(first, "A").answer[0].split()[0] == first
    assert server.ask(second, "A").answer[0].split()[0] == second


def test_a_and_aaaa_with_one_id_from_one_port(server):
    """As old resolver libraries send them: each reply must fit its own question."""
    queries = {28: make("both.example.test", "AAAA"), 1: make("both.example.test", "A")}
    queries[1].id = queries[28].id
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(PATIENCE_SECONDS)
        sock.connect(server.to)
        for query in queries.values():
            sock.send(query.to_wire())
        wires = [sock.recv(65535) for _ in queries]
    # The type stands behind the name: 12 octets of header and 19 of name.
    replies = [Reply(queries[int.from_bytes(wire[31:33], "big")], wire) for wire in wires]
    assert sorted(reply.answer for reply in replies) == [
        ["both.example.test A 192.0.2.2"], ["both.example.test AAAA 2001:db8::2"]]
