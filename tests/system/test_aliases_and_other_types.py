"""CNAME questions, and types that getaddrinfo() knows nothing about: DNS has the word."""

import itertools
import socket

import pytest

from ask import PATIENCE_SECONDS, Reply, make
from tables import table

LINKS = [f"{alias}.example.test" for alias in
         ("chain1", "chain2", "chain3", "chain4", "chain5", "both")]
CHAIN = [f"{alias} CNAME {target}" for alias, target in itertools.pairwise(LINKS)]

OUTCOMES = [
    ("cname-a.example.test", "CNAME", ["cname-a.example.test CNAME a.example.test"]),
    ("cname-aaaa.example.test", "CNAME",
     ["cname-aaaa.example.test CNAME aaaa.example.test"]),
    ("chain1.example.test", "CNAME", ["chain1.example.test CNAME chain2.example.test"]),
    ("cname-nx.example.test", "CNAME", ["cname-nx.example.test CNAME nosuch.example.test"]),
    ("loop1.example.test", "CNAME", ["loop1.example.test CNAME loop2.example.test"]),
    ("cname-odd.example.test", "CNAME",
     ["cname-odd.example.test CNAME odd!name.example.test"]),
    ("x.dname.example.test", "CNAME",
     ["dname.example.test DNAME wild.example.test",
      "x.dname.example.test CNAME x.wild.example.test"]),
    # Never an alias of itself.
    ("both.example.test", "CNAME", "NODATA"),
    ("BOTH.example.test", "CNAME", "NODATA"),
    ("dual.lab", "CNAME", "NODATA"),
    ("nosuch.example.test", "CNAME", "NXDOMAIN"),

    # RFC 1034 section 3.6.2: an alias has its CNAME alone, whatever is asked.
    ("cname-nx.example.test", "MX",
     ["cname-nx.example.test CNAME nosuch.example.test", "NXDOMAIN"]),
    ("cname-types.example.test", "MX",
     ["cname-types.example.test CNAME types.example.test",
      "types.example.test MX 10 mail.example.test",
      "types.example.test MX 20 mail.elsewhere.test"]),
    ("loop1.example.test", "TXT",
     ["loop1.example.test CNAME loop2.example.test",
      "loop2.example.test CNAME loop1.example.test"]),
    ("cname-both.example.test", "MX", ["cname-both.example.test CNAME both.example.test"]),
    ("cname-both.example.test", "HTTPS",
     ["cname-both.example.test CNAME both.example.test"]),
    ("chain1.example.test", "TXT", CHAIN),
    ("Chain1.Example.TEST", "A",
     ["Chain1.Example.TEST CNAME chain2.example.test", *CHAIN[1:],
      "both.example.test A 192.0.2.2"]),

    # RFC 6672 section 3.1: the DNAME and the CNAME made from it.
    ("x.dname.example.test", "A",
     ["dname.example.test DNAME wild.example.test",
      "x.dname.example.test CNAME x.wild.example.test", "x.wild.example.test A 192.0.2.5"]),

    # What DNS says is passed on, though glibc would keep such targets to itself.
    ("cname-odd.example.test", "A",
     ["cname-odd.example.test CNAME odd!name.example.test",
      "odd!name.example.test A 192.0.2.89"]),
    ("numeric-target", "A", ["numeric-target CNAME 1.2.3.4", "1.2.3.4 A 192.0.2.44"]),
    ("numeric-target", "CNAME", ["numeric-target CNAME 1.2.3.4"]),

    # Whole, in the order of the name server.
    ("types.example.test", "MX",
     ["types.example.test MX 10 mail.example.test",
      "types.example.test MX 20 mail.elsewhere.test"]),
    ("types.example.test", "TXT",
     ['types.example.test TXT "first" "second string"',
      'types.example.test TXT "another record"']),
    ("types.example.test", "SRV", ["types.example.test SRV 1 2 443 a.example.test"]),
    ("types.example.test", "CAA", ['types.example.test CAA 0 issue "ca.example"']),
    ("types.example.test", "HTTPS",
     ['types.example.test HTTPS 1 . alpn="h2" ipv4hint="192.0.2.7"']),
    ("types.example.test", "SVCB", ['types.example.test SVCB 1 both.example.test. alpn="h2"']),
    ("types.example.test", "NAPTR",
     ['types.example.test NAPTR 100 10 "u" "E2U+sip" "!^.*$!sip:info@example.test!" ']),
    ("types.example.test", "LOC",
     ["types.example.test LOC 52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000.00m 10.00m"]),
    ("types.example.test", "SSHFP",
     ["types.example.test SSHFP 1 1 123456789abcdef67890123456789abcdef67890"]),
    ("types.example.test", "TLSA",
     ["types.example.test TLSA 3 1 1 " + 4 * "0123456789abcdef"]),
    ("types.example.test", "TYPE65280", ["types.example.test TYPE65280 \\# 4 01020304"]),
    ("types.example.test", "DNSKEY", "NODATA"),
    ("delegated.example.test", "DS",
     ["delegated.example.test DS 60485 5 1 2bb183af5f22588179a53b0a98631fd0a9bbd8fa"]),
    ("example.test", "NS", ["example.test NS ns.lab"]),
    ("example.test", "SOA", ["example.test SOA ns.lab. admin.lab. 1 3600 600 86400 45"]),

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
    ("types.example.test", "ANY",
     ["types.example.test A 192.0.2.7", "types.example.test AAAA 2001:db8::7"]),

    # The root exists, and has no address.
    (".", "A", "NODATA"),
    (".", "AAAA", "NODATA"),
    (".", "NS", [". NS ns.lab"]),
    (".", "SOA", [". SOA ns.lab. admin.lab. 1 3600 600 86400 30"]),
    (".", "MX", "NODATA"),

    # No zone is transferred.
    ("example.test", "AXFR", "REFUSED"),
    ("example.test", "IXFR", "REFUSED"),
    ("dual.lab", "AXFR", "REFUSED"),
    (".", "AXFR", "REFUSED"),

    # RFC 6895 section 3.1: OPT, TKEY and TSIG are no types to ask for; MAILB and MAILA.
    ("dual.lab", "OPT", "FORMERR"),
    ("dual.lab", "TKEY", "FORMERR"),
    ("dual.lab", "TSIG", "FORMERR"),
    ("dual.lab", "MAILB", "NOTIMP"),
    ("dual.lab", "MAILA", "NOTIMP"),
]


@table("name, rdtype, outcome", OUTCOMES)
def test_outcome(server, name, rdtype, outcome):
    assert server.ask(name, rdtype).outcome == outcome


def test_addresses_of_the_root_are_not_asked_upstream(server, upstream):
    before = upstream.asked("")
    server.ask(".", "A")
    server.ask(".", "AAAA")
    assert upstream.asked("") == before


@table("rdtype", ["AXFR", "IXFR"])
def test_a_transfer_is_not_asked_upstream(server, upstream, fresh, rdtype):
    name = fresh("qok-ok")
    assert server.ask(name, rdtype).outcome == "REFUSED"
    assert upstream.asked(name) == {}


def test_additional_records_are_relayed(server):
    """The address of a mail server saves a question (RFC 1035 section 3.3.9)."""
    assert [rr.to_text() for rr in server.ask("types.example.test", "MX").message.additional] == [
        "mail.example.test. 60 IN A 192.0.2.3"]


@pytest.mark.row("3.1")
@table("first, second", [("both.example.test", "BOTH.EXAMPLE.TEST"),
                         ("DUAL.LAB", "dual.lab")])
def test_each_asker_gets_his_own_letter_case(either, first, second):
    """RFC 4343; resolvers that mix the case against spoofing depend on it."""
    assert either.ask(first, "A").answer[0].split()[0] == first
    assert either.ask(second, "A").answer[0].split()[0] == second


@pytest.mark.row("7.8")
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
