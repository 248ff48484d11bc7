"""What DNS knows reaches the client as it is: every record, every TTL, and at no more cost."""

import time

import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rdatatype
import dns.rrset
import pytest

from ask import gather, make
from tables import table

pytestmark = pytest.mark.usefixtures("patience")
KNOT = "127.0.0.1"
NEWS_STAY_SECONDS = 1

ADDRESSES = ["a", "aaaa", "both", "mail", "leaf.empty", "any.wild", "multi", "types", "cname-a",
             "cname-aaaa", "cname-both", "cname-types", "cname-odd", "chain1", "chain3", "chain5",
             "x.dname", "_sip._tcp", "1.2.3.4", "odd\\033name", "-dash", "many", "day", "brief",
             "zero"]
OTHER_TYPES = ["MX", "TXT", "SRV", "CAA", "HTTPS", "SVCB", "NAPTR", "TYPE65280", "LOC", "SSHFP",
               "TLSA", "CNAME", "SOA", "NS", "DNSKEY", "PTR", "TYPE12345"]
NOTHING = ["txt", "empty", "nosuch", "cname-txt", "cname-nx", "nosuch.deep", "loop1"]

QUESTIONS = [
    *[(f"{name}.example.test", rdtype) for name in ADDRESSES for rdtype in ("A", "AAAA")],
    *[(f"{name}.example.test", rdtype) for name in ("types", "cname-types", "nosuch", "chain2")
      for rdtype in OTHER_TYPES],
    *[(f"{name}.example.test", rdtype) for name in NOTHING for rdtype in ("A", "AAAA", "MX")],
    ("example.test", "SOA"), ("example.test", "NS"), ("example.test", "MX"),
    ("delegated.example.test", "DS"), (".", "SOA"), (".", "NS"), (".", "DNSKEY"),
    ("single", "A"), ("nosuch", "A"), ("numeric-target", "A"), ("signed.test", "DNSKEY"),
    ("signed.test", "TYPE65534"), ("nosuch.signed.test", "AAAA"),
    *[(f"{number}.2.0.192.in-addr.arpa", rdtype) for number in (1, 2, 3, 4, 5, 6)
      for rdtype in ("PTR", "TXT")],
    ("2.0.192.in-addr.arpa", "SOA"),
]


def lines(rrsets):
    """The records, one to a line and with their TTLs, in no order."""
    return sorted(line for rrset in rrsets for line in rrset.to_text().lower().split("\n"))


def said_by_knot(name, rdtype):
    query = make(name, rdtype, edns=True)
    reply, _ = dns.query.udp_with_fallback(query, KNOT, timeout=5)
    return reply


def is_negative(message, rdtype):
    return not any(rrset.rdtype == dns.rdatatype.from_text(rdtype) for rrset in message.answer)


@table("name, rdtype", QUESTIONS)
def test_the_same_as_the_authoritative_server(server, stats, name, rdtype):
    """Each record of the answer with its TTL, the RCODE, and the SOA record of a denial. On a busy
    machine it may not be confirmed in half a second, which is told, and then it has another TTL."""
    truth = said_by_knot(name, rdtype)
    reply = server.ask(name, rdtype, edns=True)
    assert reply.message.rcode() == truth.rcode()
    assert lines(reply.message.answer) == lines(truth.answer)
    if is_negative(truth, rdtype) and not reply.extended_error:
        assert lines(reply.message.authority) == lines(truth.authority)
    stats["replies compared with those of the authoritative server"] += 1
    stats["records among them"] += len(reply.message.answer) + len(reply.message.authority)


def test_a_chain_comes_in_order(server):
    assert server.ask("chain1.example.test").ttls == [
        ("chain1.example.test CNAME chain2.example.test", 310),
        ("chain2.example.test CNAME chain3.example.test", 320),
        ("chain3.example.test CNAME chain4.example.test", 330),
        ("chain4.example.test CNAME chain5.example.test", 340),
        ("chain5.example.test CNAME both.example.test", 350),
        ("both.example.test A 192.0.2.2", 60)]


# News: what a lookup learned besides the answer.

def names_nobody_knows(fresh, count=20):
    return [f"{fresh('x').split('.')[0]}.news.example.test" for _ in range(count)]


@table("first, second", [("A", "AAAA"), ("AAAA", "A")])
def test_a_denial_for_both_families_costs_two_questions(server, upstream, fresh, first, second):
    """Each family's answer needs the other's (RFC 4074); so the second comes for nothing."""
    in_time = 0
    for name in names_nobody_knows(fresh):
        began = time.monotonic()
        assert server.ask(name, first).outcome == "NXDOMAIN"
        reply = server.ask(name, second)
        if time.monotonic() < began + NEWS_STAY_SECONDS:
            in_time += 1
            assert (reply.outcome, reply.soa) == ("NXDOMAIN", [("example.test.", 45, 45)])
            assert upstream.asked(name) == {"A": 1, "AAAA": 1}
    assert in_time


def test_news_stay_for_a_second(server, upstream, fresh):
    """Then the hosts file may say something else."""
    (name,) = names_nobody_knows(fresh, 1)
    server.ask(name, "A")
    told = asked = time.monotonic()
    while upstream.asked(name) == {"A": 1, "AAAA": 1}:
        assert asked < told + NEWS_STAY_SECONDS
        time.sleep(0.05)
        asked = time.monotonic()
        assert server.ask(name, "AAAA").soa[0][1] <= 45


# What a local source owns.

@pytest.fixture
def types_is_local(etc):
    etc.add("hosts", "10.0.7.1 types.example.test\n")


@table("rdtype", ["MX", "TXT", "SRV", "CAA", "NS", "SOA", "DS", "DNSKEY", "HTTPS",
                                    "SVCB", "PTR", "TYPE65280"])
@table("name, outcome, owner", [
    ("v4only.lab", "NODATA", "v4only.lab."),
    ("Alias.LAB", ["Alias.LAB CNAME dual.lab"], "dual.lab."),
    # DNS has data for it, which is not this host's.
    ("types.example.test", "NODATA", "types.example.test.")])
def test_names_of_a_local_source_have_no_other_data(server, types_is_local, upstream, name,
                                                    outcome, owner, rdtype):
    """And DNS does not hear of it. What an alias leads to is denied there (RFC 2308)."""
    before = upstream.asked(name)
    reply = server.ask(name, rdtype)
    assert (reply.outcome, reply.soa) == (outcome, [(owner, 5, 5)])
    assert upstream.asked(name) == before


@table("name, outcome, soa", [
    ("v4only.lab", "NODATA", [("v4only.lab.", 5, 5)]),
    ("Alias.LAB", ["Alias.LAB CNAME dual.lab"], []),
    ("types.example.test", "NODATA", [("types.example.test.", 5, 5)])])
def test_only_an_alias_has_a_cname(server, types_is_local, upstream, name, outcome, soa):
    before = upstream.asked(name)
    reply = server.ask(name, "CNAME")
    assert (reply.outcome, reply.soa) == (outcome, soa)
    assert upstream.asked(name) == before


# Large answers.

def test_a_thousand_addresses_cost_one_question_over_udp_and_one_over_tcp(
        start, upstream, fresh):
    server = start("-o", "udp-size=65507")
    name = fresh("qmany1000-many1000")
    for rdtype, octets in ("A", 4), ("AAAA", 16):
        reply = server.ask(name, rdtype, edns=True, size=65507)
        assert not reply.truncated
        assert len(set(reply.answer)) == 1000
        assert len(reply.wire) == 12 + len(name) + 2 + 4 + 1000 * (12 + octets) + 11
        count = upstream.count(name, rdtype)
        assert (count["udp"], count["tcp"]) == (1, 1)
        assert {ttl for _, ttl in reply.ttls} == {60}


def test_over_udp_as_many_of_a_thousand_as_fit(server, upstream, fresh):
    name = fresh("qmany1000-ok")
    reply = server.ask(name, "A", edns=True, size=1232)
    assert reply.truncated
    assert len(reply.answer) == (1232 - 12 - (len(name) + 2 + 4) - 11) // 16
    count = upstream.count(name, "A")
    assert (count["udp"], count["tcp"]) == (1, 1)


def test_four_thousand_addresses(start, fresh):
    """64,000 octets: as many as a message holds. libc, which sorts them, may need seconds on a busy
    machine."""
    server = start("-o", "udp-size=65507", "-o", "timeout=60000")
    name = fresh("qmany4000-ok")
    reply = server.send(name, "A", edns=True, size=65507).reply(60)
    assert len(set(reply.answer)) == 4000


@table("rdtype", ["A", "AAAA"])
@table("line", ["files dns", "files dns myhostname", "dns files"])
def test_libc_sees_a_part_of_a_thousand_addresses_and_the_client_all(
        start, etc, fresh, line, rdtype):
    etc.write("nsswitch.conf", f"hosts: {line}\n")
    server = start("-o", "udp-size=65507")
    reply = server.ask(fresh("qmany1000-many1000"), rdtype, edns=True, size=65507)
    assert len(set(reply.answer)) == len(reply.answer) == 1000
    assert {ttl for _, ttl in reply.ttls} == {60}


@table("count", [10, 1000])
def test_a_source_behind_dns_has_the_last_word(start, etc, fresh, count):
    """Whether libc sees the whole reply or a part of it."""
    name = fresh(f"qmany{count}-many{count}")
    etc.write("nsswitch.conf", "hosts: dns [SUCCESS=continue] files\n")
    etc.add("hosts", f"10.0.7.9 {name}\n")
    assert start().ask(name).answer == [f"{name} A 10.0.7.9"]


def test_many_large_answers_at_once(server, upstream, fresh):
    """Each costs two questions, also when the libc stub is busy."""
    names = [fresh("qmany1000-ok") for _ in range(8)]
    replies = gather([server.send(name, "A") for name in names])
    assert all(reply.truncated for reply in replies)
    assert {(count["udp"], count["tcp"]) for name in names
            for count in upstream.counts(name).values()} == {(1, 1)}


# --- answer sections in disorder (RFC 1034 demands no order) ---

REVERSE = "9.2.168.192.in-addr.arpa"
DISORDERED = {
    "address-first": ["end A 192.0.2.1", "asked CNAME end"],
    "two-first": ["end A 192.0.2.1", "end A 192.0.2.2", "asked CNAME end"],
    "backwards": ["end A 192.0.2.1", "middle CNAME end", "asked CNAME middle"],
    "middle-last": ["asked CNAME middle", "end A 192.0.2.1", "middle CNAME end"],
    "six": ["end AAAA 2001:db8::1", "end AAAA 2001:db8::2", "asked CNAME end"],
    "far": ["end A 192.0.2.1", *[f"m{n} CNAME {f'm{n + 1}' if n < 9 else 'end'}"
                                 for n in reversed(range(10))], "asked CNAME m0"],
    "reverse": ["end PTR host.test.", "asked CNAME end"],
}


def disordered(packet):
    label = packet.name.labels[0].decode()
    records = DISORDERED.get("reverse" if label == "9" else label, [])
    message = dns.message.make_response(packet.message)
    message.flags |= dns.flags.RA
    for owner, rdtype, data in map(str.split, records):
        owner = packet.name if owner == "asked" else dns.name.from_text(owner, packet.name)
        data = f"{data}.{packet.name}" if rdtype == "CNAME" else data
        if rdtype in (packet.type, "CNAME"):
            message.answer.append(dns.rrset.from_text(owner, 60, "IN", rdtype, data))
    return message.to_wire()


@pytest.fixture
def in_disorder(etc, name_server):
    name_server("127.0.3.31", disordered)
    etc.write("resolv.conf", "nameserver 127.0.3.31\n")


@pytest.mark.usefixtures("in_disorder")
@table("case, rdtype, count", [
    ("address-first", "A", 1), ("two-first", "A", 2), ("backwards", "A", 1),
    ("middle-last", "A", 1), ("six", "AAAA", 2), ("far", "A", 1), ("reverse", "PTR", 1)])
def test_an_answer_in_disorder(server, case, rdtype, count):
    """libc itself makes "no data" of it; each record is passed on, in order."""
    name = REVERSE if case == "reverse" else f"{case}.disorder.test"
    reply = server.ask(name, rdtype)
    assert len(reply.of_type(rdtype)) == count
    assert len(reply.answer) == len(DISORDERED[case])
    assert reply.soa == []


# --- a DNAME record without the CNAME record that it makes of the name ---

BELOW, NEW = "old.dname.test.", "new.dname.test."
DNAMES = {  # what the name server says of LABEL.old.dname.test
    "bare": ["DNAME", "target A 192.0.2.1"],
    "backwards": ["target A 192.0.2.1", "DNAME"],
    "whole": ["DNAME", "asked CNAME target", "target A 192.0.2.1"],
    "two": ["target A 192.0.2.1", "DNAME", "target A 192.0.2.2"],
    "further": ["end A 192.0.2.1", "DNAME", "target CNAME end"],
    "six": ["target AAAA 2001:db8::1", "DNAME"],
    "mail": ["DNAME", "target MX 10 mx.dname.test."],
    "web": ["target HTTPS 1 . alpn=h2", "DNAME"],
    "none": ["DNAME"],
}


def with_dnames(packet):
    label = packet.name.labels[0].decode()
    owners = {"asked": packet.name, "target": dns.name.from_text(f"{label}.{NEW}"),
              "end": dns.name.from_text(f"end.{NEW}")}
    message = dns.message.make_response(packet.message)
    message.flags |= dns.flags.RA
    for record in DNAMES.get(label, []):
        if record == "DNAME":
            owner, rdtype, data = dns.name.from_text(BELOW), "DNAME", NEW
        else:
            owner, rdtype, data = record.split(maxsplit=2)
            owner, data = owners[owner], str(owners.get(data, data))
        if rdtype in (packet.type, "CNAME", "DNAME"):
            message.answer.append(dns.rrset.from_text(owner, 60, "IN", rdtype, data))
    return message.to_wire()


@pytest.fixture
def dname_alone(etc, name_server):
    name_server("127.0.3.32", with_dnames)
    etc.write("resolv.conf", "nameserver 127.0.3.32\n")


@pytest.mark.usefixtures("dname_alone")
@table("label, rdtype, data", [
    ("bare", "A", ["192.0.2.1"]), ("backwards", "A", ["192.0.2.1"]), ("whole", "A", ["192.0.2.1"]),
    ("two", "A", ["192.0.2.1", "192.0.2.2"]), ("further", "A", ["192.0.2.1"]),
    ("six", "AAAA", ["2001:db8::1"]), ("mail", "MX", ["10 mx.dname.test"]),
    ("web", "HTTPS", ["1 . alpn=\"h2\""]), ("bare", "AAAA", []), ("none", "A", [])])
def test_a_dname_makes_the_cname_that_clients_go_by(server, label, rdtype, data):
    """RFC 6672 section 3.1: the CNAME, with the TTL of the DNAME, and what stands at its end."""
    reply = server.ask(f"{label}.{BELOW}", rdtype)
    assert reply.rcode == "NOERROR"
    records = [line.split(" in ")[-1] for line in lines(reply.message.answer)]
    assert f"cname {label}.{NEW}" in records
    assert f"dname {NEW}" in records
    found = sorted(record.split(maxsplit=1)[1].rstrip(".") for record in records
                   if record.startswith(f"{rdtype.lower()} "))
    assert found == sorted(data)


@pytest.mark.usefixtures("dname_alone")
def test_the_cname_of_a_dname_may_be_asked_for(server):
    reply = server.ask(f"bare.{BELOW}", "CNAME")
    assert [record.split(" in ")[-1] for record in lines(reply.message.answer)
            if " cname " in record] == [f"cname bare.{NEW}"]
