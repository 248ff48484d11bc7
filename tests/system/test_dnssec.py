"""DNSSEC passes through (RFC 4035): a validating resolver may stand in front."""

import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import pytest

import forwarders
from ask import PATIENCE_SECONDS, make
from forwarders import Forwarder
from tables import table

UNBOUND = "127.0.0.6"


def signed_types(reply):
    """The types that signatures cover, in the order of the reply."""
    return [dns.rdatatype.to_text(rr[0].type_covered)
            for section in (reply.message.answer, reply.message.authority) for rr in section
            if rr.rdtype == dns.rdatatype.RRSIG]


SIGNED = [
    ("a.signed.test", "A", ["A"]),
    ("both.signed.test", "A", ["A"]),
    ("both.signed.test", "AAAA", ["AAAA"]),
    ("alias.signed.test", "A", ["CNAME", "A"]),
    ("alias.signed.test", "AAAA", ["CNAME", "AAAA"]),
    ("long-alias.signed.test", "A", ["CNAME", "CNAME", "A"]),
    ("mail.signed.test", "MX", ["MX"]),
    ("txt.signed.test", "TXT", ["TXT"]),
    ("signed.test", "SOA", ["SOA"]),
    ("signed.test", "DNSKEY", ["DNSKEY"]),
    # The proof that no closer name exists comes with a wildcard's answer.
    ("any.wild.signed.test", "A", ["A", "NSEC"]),
    # Denials: the SOA record and the proof.
    ("a.signed.test", "AAAA", ["NSEC", "SOA"]),
    ("a.signed.test", "MX", ["NSEC", "SOA"]),
    ("txt.signed.test", "A", ["NSEC", "SOA"]),
    ("alias.signed.test", "MX", ["CNAME", "NSEC", "SOA"]),
    ("nosuch.signed.test", "A", ["NSEC", "NSEC", "SOA"]),
    ("nosuch.signed.test", "AAAA", ["NSEC", "NSEC", "SOA"]),
    ("nosuch.signed.test", "TXT", ["NSEC", "NSEC", "SOA"]),
    ("dangling.signed.test", "A", ["CNAME", "NSEC", "NSEC", "SOA"]),
]


@table("name, rdtype, covered", SIGNED)
def test_signatures_come_when_asked_for(server, name, rdtype, covered):
    reply = server.ask(name, rdtype, edns=True, want_dnssec=True)
    assert reply.message.ednsflags & dns.flags.DO, "copied (RFC 3225 section 3)"
    found = signed_types(reply)
    count = covered.count("CNAME") + (covered[-1] not in ("SOA", "NSEC"))
    assert found[:count] == covered[:count]
    assert sorted(set(found)) == sorted(set(covered))


@table("name, rdtype, covered", SIGNED)
def test_signatures_do_not_come_otherwise(server, name, rdtype, covered):
    """RFC 4035 section 3.2.1."""
    for edns in False, True:
        reply = server.ask(name, rdtype, edns=edns)
        assert signed_types(reply) == []
        assert reply.of_type("NSEC") == []
        assert not reply.message.ednsflags & dns.flags.DO


@table("name, rdtype", [("x.signed.test", "RRSIG"), ("a.signed.test", "NSEC")])
def test_the_types_of_dnssec_can_be_asked_for(server, name, rdtype):
    assert server.ask(name, rdtype).rcode == ("NXDOMAIN" if name[0] == "x" else "NOERROR")


@table("rdtype", ["A", "AAAA", "MX"])
@table("dnssec_ok, checking_disabled", [(0, 0), (1, 0), (0, 1), (1, 1)])
def test_do_and_cd_are_passed_on(server, upstream, fresh, rdtype, dnssec_ok, checking_disabled):
    name = fresh("qok-ok")
    reply = server.ask(name, rdtype, edns=True, want_dnssec=bool(dnssec_ok),
                       flags=dns.flags.RD | (dns.flags.CD if checking_disabled else 0))
    assert reply.rcode == "NOERROR"
    count = upstream.count(name, rdtype)
    assert (count["udp"], count["do"], count["cd"]) == (1, dnssec_ok, checking_disabled)


def test_a_denial_is_confirmed_without_signatures(server, etc, name_server):
    """The other family's answer is not told. Behind an NXDOMAIN with DO, systemd 257's stub
    leaves such a question unanswered."""
    upstream = name_server("127.0.20.90", lambda packet: packet.nxdomain())
    etc.write("resolv.conf", f"nameserver {upstream.address}\n")
    reply = server.ask("nosuch.up.test", "A", edns=True, want_dnssec=True)
    assert reply.outcome == "NXDOMAIN"
    with_do = {packet.type: bool(packet.message.ednsflags & dns.flags.DO)
               for packet in upstream.packets}
    assert with_do == {"A": True, "AAAA": False}


def test_an_answer_with_signatures_is_not_given_without(server):
    """Neither way, one right after the other: they are different questions."""
    name = "nosuch-mixed.signed.test"
    for want in True, False, True, False:
        for rdtype in "A", "AAAA":
            reply = server.ask(name, rdtype, edns=True, want_dnssec=want)
            assert reply.rcode == "NXDOMAIN"
            assert bool(signed_types(reply)) == want


@pytest.mark.row("2.7")
@table("name", ["a.signed.test", "v4only.lab", "nosuch.signed.test"])
def test_ad_is_not_of_our_own(server, etc, name):
    """Nothing is validated here, whatever is asked for; ask() checks the bit."""
    etc.write("resolv.conf", "nameserver 127.0.0.2\noptions trust-ad\n")
    reply = server.ask(name, edns=True, want_dnssec=True,
                       flags=dns.flags.RD | dns.flags.AD)
    assert not reply.message.flags & dns.flags.AD


# --- AD of a name server that resolv.conf trusts (RFC 6840 section 5.7) ---

VALIDATOR = "127.0.3.51"
PLAIN, AD, DO = {}, {"flags": dns.flags.RD | dns.flags.AD}, {"edns": True, "want_dnssec": True}


def verified(packet):
    """Everything has AD."""
    flags = dns.flags.RA | dns.flags.AD
    label = packet.name.labels[0].decode()
    if label == "two" and packet.type == "A":
        return packet.reply("192.0.2.2", "192.0.2.1", flags=flags)
    if packet.type == "A" and label != "none":
        return packet.reply("192.0.2.1", flags=flags)
    if packet.type == "TXT" and label == "text":
        return packet.reply('"verified"', flags=flags)
    return packet.reply(rcode="NXDOMAIN" if label in ("none", "half") else "NOERROR", flags=flags)


def has_ad(server, name, rdtype, how):
    """Asked without the checks of ask(), for which AD is wrong."""
    query = make(name, rdtype, **how)
    reply = dns.query.udp(query, server.to[0], port=server.to[1], timeout=PATIENCE_SECONDS)
    tcp = dns.query.tcp(query, server.to[0], port=server.to[1], timeout=PATIENCE_SECONDS)
    assert reply.flags & dns.flags.AD == tcp.flags & dns.flags.AD
    return bool(reply.flags & dns.flags.AD)


@pytest.fixture
def validator(etc, name_server):
    etc.write("resolv.conf", f"nameserver {VALIDATOR}\noptions trust-ad\n")
    return name_server(VALIDATOR, verified)


@pytest.mark.row("2.7")
@pytest.mark.usefixtures("validator")
@pytest.mark.parametrize("cache", ["0", "1000000"])
def test_ad_is_passed_on_to_who_asks_for_it(start, cache):
    """Twice, for the cache; what goes the shortest way, over UDP, and what goes over TCP."""
    server = start("-o", f"cache-size={cache}")
    for name, rdtype in (("one.ad", "A"), ("one.ad", "AAAA"), ("two.ad", "A"), ("text.ad", "TXT"),
                         ("none.ad", "A"), ("none.ad", "TXT"), ("x.dual.lab", "A")):
        for how in PLAIN, AD, DO, PLAIN, AD, DO:
            assert has_ad(server, name, rdtype, how) == (how is not PLAIN), (name, rdtype, how)


@pytest.mark.row("2.7")
@pytest.mark.usefixtures("validator")
@table("name, rdtype", [
    ("half.ad", "AAAA"), ("half.ad", "MX"),  # NXDOMAIN, and NODATA is made of it
    ("one.ad", "ANY"),  # made of two replies
    ("dual.lab", "A"), ("dual.lab", "MX"), ("localhost", "A"), ("x.localhost", "A"),
    ("nosuch.invalid", "A"), ("1.0.0.127.in-addr.arpa", "PTR")])
def test_what_no_name_server_has_verified_has_no_ad(server, name, rdtype):
    for how in AD, DO:
        assert not has_ad(server, name, rdtype, how)


@pytest.mark.row("2.7")
def test_without_trust_ad_it_is_not_passed_on(start, validator, etc):
    etc.write("resolv.conf", f"nameserver {VALIDATOR}\n")
    server = start()
    for how in AD, DO:
        assert not has_ad(server, "one.ad", "A", how)
        assert not has_ad(server, "text.ad", "TXT", how)
    assert validator.packets


def anchor():
    """The zone's key-signing key, from the authoritative server."""
    query = dns.message.make_query("signed.test", "DNSKEY")
    keys = dns.query.udp(query, "127.0.0.1", timeout=5).answer[0]
    (key,) = [key for key in keys if key.flags & 1]  # SEP, RFC 4034 section 2.1.1
    return f"signed.test. DNSKEY {key.to_text()}"


@pytest.fixture(scope="module")
def unbound(server):
    """A validating resolver that forwards everything to hostdnsd."""
    forwarder = Forwarder(forwarders.unbound, UNBOUND, server.to,
                          more=forwarders.VALIDATING.format(anchor=anchor()))
    yield forwarder
    forwarder.stop()


def validated(resolver, name, rdtype, flags=dns.flags.RD):
    """(RCODE, AD, records of the answer without signatures) from the validating resolver."""
    reply = resolver.ask(name, rdtype, want_dnssec=True, flags=flags)
    data = [rr.to_text() for rrset in reply.answer if rrset.rdtype != dns.rdatatype.RRSIG
            for rr in rrset]
    return dns.rcode.to_text(reply.rcode()), bool(reply.flags & dns.flags.AD), sorted(data)


@table("name, rdtype, rcode, data", [
    ("a.signed.test", "A", "NOERROR", ["192.0.2.201"]),
    ("both.signed.test", "AAAA", "NOERROR", ["2001:db8::202"]),
    ("long-alias.signed.test", "A", "NOERROR",
     ["192.0.2.202", "alias.signed.test.", "both.signed.test."]),
    ("any.wild.signed.test", "A", "NOERROR", ["192.0.2.203"]),
    ("mail.signed.test", "MX", "NOERROR", ["10 a.signed.test."]),
    ("a.signed.test", "AAAA", "NOERROR", []),
    ("a.signed.test", "TXT", "NOERROR", []),
    ("nosuch.signed.test", "A", "NXDOMAIN", []),
    ("nosuch.signed.test", "MX", "NXDOMAIN", []),
    ("dangling.signed.test", "A", "NXDOMAIN", ["nosuch.signed.test."]),
])
def test_a_validating_resolver_finds_it_authentic(unbound, name, rdtype, rcode, data):
    assert validated(unbound, name, rdtype) == (rcode, True, data)


@table("rdtype", ["A", "AAAA"])
def test_a_validating_resolver_rejects_an_altered_signature(unbound, rdtype):
    assert validated(unbound, "a.altered.signed.test", rdtype) == ("SERVFAIL", False, [])


def test_a_client_that_disables_checking_sees_it_all_the_same(unbound):
    """With CD (RFC 4035 section 3.2.2)."""
    assert validated(unbound, "a.altered.signed.test", "A",
                     flags=dns.flags.RD | dns.flags.CD) == ("NOERROR", False, ["192.0.2.204"])


@table("name, data", [("a.example.test", ["192.0.2.1"]),
                      ("v4only.lab", ["10.0.0.4"])])
def test_names_outside_signed_zones_are_found_as_well(unbound, name, data):
    assert validated(unbound, name, "A") == ("NOERROR", False, data)
