"""How long an answer may be kept: TTLs, and the SOA record of a denial (RFC 2308)."""

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from name_server import NameServer
from tables import table


def authority(reply):
    """[(owner, TTL, MINIMUM)] of the SOA records, which stand alone in the authority section."""
    assert len(reply.soa) == len(reply.message.authority)
    return reply.soa


SOA = [
    # From DNS comes the zone's own.
    ("a.example.test", "AAAA", [("example.test.", 45, 45)]),
    ("a.example.test", "MX", [("example.test.", 45, 45)]),
    ("both.example.test", "CNAME", [("example.test.", 45, 45)]),
    ("nosuch.example.test", "A", [("example.test.", 45, 45)]),
    ("nosuch.example.test", "MX", [("example.test.", 45, 45)]),
    ("not.even.its.parent", "A", [(".", 30, 30)]),
    ("4.2.0.192.in-addr.arpa", "PTR", [("2.0.192.in-addr.arpa.", 60, 60)]),
    ("nosuch", "A", [(".", 30, 30)]),
    ("nosuch.example.test", "AAAA", [("example.test.", 45, 45)]),
    ("empty.example.test", "A", [("example.test.", 45, 45)]),
    ("nosuch.lab", "A", [(".", 30, 30)]),
    ("192.in-addr.arpa", "PTR", [(".", 30, 30)]),
    ("3.2.0.192.in-addr.arpa", "PTR", [("2.0.192.in-addr.arpa.", 60, 60)]),
    ("odd\\032one.example.test", "A", [("example.test.", 45, 45)]),
    # At the end of a chain that of the last name's zone.
    ("cname-a.example.test", "AAAA", [("example.test.", 45, 45)]),
    ("cname-nx.example.test", "A", [("example.test.", 45, 45)]),
    ("chain1.example.test", "MX", [("example.test.", 45, 45)]),
    # None, where the name server gave none.
    ("x.qnodata-ok.fault.test", "A", []),
    ("x.qnxdomain-nxdomain.fault.test", "A", []),
    ("loop1.example.test", "A", []),
    # Otherwise it is synthetic: NODATA speaks of the name itself.
    ("v4only.lab", "AAAA", [("v4only.lab.", 5, 5)]),
    ("v4only.lab", "MX", [("v4only.lab.", 5, 5)]),
    ("localhost", "MX", [("localhost.", 5, 5)]),
    # There is an AAAA record, but none to pass on.
    ("mapped.example.test", "AAAA", [("mapped.example.test.", 5, 5)]),
    # NXDOMAIN speaks of the place that its RFC is about.
    ("x.invalid", "A", [("invalid.", 5, 5)]),
    # No SOA where something was answered or nothing is known.
    ("a.example.test", "A", []),
    ("v4only.lab", "A", []),
    ("x.broken.test", "A", []),
    ("dual.lab", "AXFR", []),
]


@pytest.mark.row("4.21", "4.22", "4.23")
@table("name, rdtype, expected", SOA)
def test_the_soa_of_a_denial(either, name, rdtype, expected):
    assert authority(either.ask(name, rdtype)) == expected


@table("edns", [False, True])
def test_the_soa_fits_beside_the_longest_name(server, edns):
    name = [b"a" * 63, b"b" * 63, b"c" * 63, b"d" * 61]
    reply = server.ask(name, "A", edns=edns)
    assert len(authority(reply)) == 1
    assert not reply.truncated


# Where DNS is no source at all, there is no zone to speak of either.
@pytest.mark.row("4.21", "4.23")
@table("name, rdtype, owner", [
    ("nosuch.lab", "A", "lab."),
    ("nosuch.example.test", "MX", "example.test."),
    ("not.even.its.parent", "A", "even.its.parent."),
    ("nosuch", "A", "nosuch."),
    ("4.2.0.192.in-addr.arpa", "PTR", "2.0.192.in-addr.arpa."),
])
def test_a_name_that_no_source_knows(either, etc, name, rdtype, owner):
    etc.write("nsswitch.conf", "hosts: files\n")
    reply = either.ask(name, rdtype)
    assert (reply.outcome, authority(reply)) == ("NXDOMAIN", [(owner, 5, 5)])


def test_negative_ttl_can_be_changed(start):
    server = start("-o", "negative-ttl=77")
    assert authority(server.ask("v4only.lab", "AAAA")) == [("v4only.lab.", 77, 77)]
    assert authority(server.ask("nosuch.example.test")) == [("example.test.", 45, 45)]


@table("name, rdtype, outcome", [
    ("x.invalid", "A", "NXDOMAIN"), ("v4only.lab", "AAAA", "NODATA")])
def test_negative_ttl_0_means_no_soa(start, name, rdtype, outcome):
    """RFC 2308 section 5: then such an answer is not kept."""
    reply = start("-o", "negative-ttl=0").ask(name, rdtype)
    assert (reply.outcome, authority(reply)) == (outcome, [])


@table("ttl", [0, 77])
def test_negative_ttl_is_not_for_names_from_dns(start, ttl):
    server = start("-o", f"negative-ttl={ttl}")
    assert authority(server.ask("nosuch.example.test")) == [("example.test.", 45, 45)]
    assert authority(server.ask("a.example.test", "AAAA")) == [("example.test.", 45, 45)]


LOCAL = [("v4only.lab", "A"), ("v6only.lab", "AAAA"), ("dual.lab", "ANY"), ("localhost", "A"),
         ("1.0.0.127.in-addr.arpa", "PTR")]
FROM_DNS = [
    ("a.example.test", "A", [60]), ("cname-a.example.test", "CNAME", [60]),
    ("chain1.example.test", "A", [310, 320, 330, 340, 350, 60]),
    ("types.example.test", "ANY", [101, 102]), ("types.example.test", "TXT", [104, 104]),
    ("day.example.test", "A", [86400]), ("brief.example.test", "A", [1]),
    ("zero.example.test", "A", [0]), ("single", "A", [30]),
    ("1.2.0.192.in-addr.arpa", "PTR", [60]),
]


@pytest.mark.row("4.2")
@table("name, rdtype", LOCAL)
def test_ttl_of_names_that_are_not_from_dns(either, name, rdtype):
    assert {rr.ttl for rr in either.ask(name, rdtype).message.answer} == {10}


@table("name, rdtype, ttls", FROM_DNS)
def test_ttl_of_names_from_dns(server, name, rdtype, ttls):
    assert [rr.ttl for rr in server.ask(name, rdtype).message.answer] == ttls


@table("ttl", [0, 1, 3600])
def test_ttl_can_be_changed(start, ttl):
    server = start("-o", f"ttl={ttl}")
    for question in LOCAL:
        assert {rr.ttl for rr in server.ask(*question).message.answer} == {ttl}
    for *question, ttls in FROM_DNS:
        assert [rr.ttl for rr in server.ask(*question).message.answer] == ttls


# --- a name server that says NXDOMAIN of every type that a name does not have (RFC 4074) ---

CONTAINERS = {"v4.boxes": ("A", "192.0.2.1"), "v6.boxes": ("AAAA", "2001:db8::1")}
OTHER_TYPES = ["MX", "TXT", "SRV", "HTTPS", "CNAME", "CAA", "TYPE65280"]


def only_addresses(packet):
    name, rdtype = packet.question
    has, data = CONTAINERS.get(name.lower(), (None, None))
    return packet.reply(data) if rdtype == has else packet.nxdomain()


@pytest.fixture
def boxes(etc, name_server):
    etc.write("resolv.conf", "nameserver 127.0.3.41\n")
    return name_server("127.0.3.41", only_addresses)


@pytest.mark.row("4.19b")
@pytest.mark.usefixtures("boxes")
@table("rdtype", OTHER_TYPES)
@table("name, outcome", [
    ("v4.boxes", "NODATA"), ("v6.boxes", "NODATA"), ("no.boxes", "NXDOMAIN")])
def test_a_name_with_an_address_exists_for_every_type(either, name, outcome, rdtype):
    assert either.ask(name, rdtype).outcome == outcome


@pytest.mark.usefixtures("boxes")
def test_what_such_a_server_says_of_addresses(server):
    assert server.ask("v4.boxes", "AAAA").outcome == "NODATA"
    assert server.ask("v6.boxes", "A").outcome == "NODATA"
    assert server.ask("no.boxes", "A").outcome == "NXDOMAIN"


@table("first, name, asked", [
    (None, "v4.boxes", ["MX", "A"]),
    (None, "v6.boxes", ["MX", "A", "AAAA"]),
    (None, "no.boxes", ["MX", "A", "AAAA"]),
    ("A", "v4.boxes", ["A", "MX"]),
    ("AAAA", "v4.boxes", ["AAAA", "A", "MX"]),
    ("AAAA", "v6.boxes", ["AAAA", "MX"]),
    ("A", "no.boxes", ["A", "AAAA", "MX"])])
def test_addresses_are_asked_for_unless_the_cache_knows(boxes, start, first, name, asked):
    server = start("-o", "cache-size=1000000")
    before = len(boxes.questions)
    if first:
        server.ask(name, first)
    assert server.ask(name, "MX").outcome == ("NXDOMAIN" if name == "no.boxes" else "NODATA")
    assert [rdtype for _, rdtype in boxes.questions[before:]] == asked


@table("rdtype", ["TXT", "PTR"])
def test_reverse_names_have_no_address(boxes, start, rdtype):
    server = start()
    before = len(boxes.questions)
    assert server.ask("1.2.168.192.in-addr.arpa", rdtype).outcome == "NXDOMAIN"
    assert [asked for _, asked in boxes.questions[before:]] == [rdtype]


@table("name, outcome", [
    ("x.qnxdomain-ok.fault.test", "NODATA"), ("x.qnxdomain-nodata.fault.test", "NODATA"),
    ("x.qnxdomain-nxdomain.fault.test", "NXDOMAIN"),
    ("x.qnxdomain-servfail.fault.test", "NXDOMAIN")])
def test_a_denial_holds_unless_there_is_an_address(server, name, outcome):
    assert server.ask(name, "MX").outcome == outcome


SOA_DATA = "ns.lax.test. admin.lax.test. 1 2 3 4 7"
LAX = "127.0.2.9"  # a name server that tells denials with the whole TTL of its SOA record


@pytest.fixture
def lax(etc):
    """Names of it exist once they are in its set."""
    known = {}

    def answer(packet):
        reply = dns.message.make_response(packet.message)
        reply.flags |= dns.flags.RA
        data = known.get((packet.name.to_text(), packet.type))
        if data:
            reply.answer.append(dns.rrset.from_text(packet.name, 60, "IN", packet.type, data))
        else:
            if packet.name.to_text() not in {name for name, _ in known}:
                reply.set_rcode(dns.rcode.NXDOMAIN)
            for line in server.authority:
                owner, ttl, rdtype, text = line.split(maxsplit=3)
                reply.authority.append(dns.rrset.from_text(owner, ttl, "IN", rdtype, text))
        return reply.to_wire()

    etc.write("resolv.conf", f"nameserver {LAX}\n")
    server = NameServer(LAX, answer)
    server.known = known
    server.authority = [f"lax.test. 3600 SOA {SOA_DATA}"]
    yield server
    server.close()


def test_a_denial_may_be_kept_for_the_minimum_of_the_soa(lax, start):
    """The lower of it and the record's own TTL (RFC 2308 section 5)."""
    server = start("-o", "cache-size=16777216")
    for _ in range(2):
        (owner, ttl, minimum), = authority(server.ask("nosuch.lax.test"))
        assert (owner, minimum) == ("lax.test.", 7) and ttl <= 7
    (_, ttl, _), = authority(server.ask("nosuch.lax.test", "TXT"))
    assert ttl <= 7


@pytest.mark.parametrize("rdtype", ["A", "MX"])
@pytest.mark.parametrize("authority", [[], ["lax.test. 500 NS ns.lax.test."]],
                         ids=["no authority", "NS"])
def test_a_denial_that_does_not_say_for_how_long_is_not_kept(lax, start, authority, rdtype):
    """What it has beside that does not say it either (RFC 2308 section 5)."""
    lax.authority = authority
    server = start("-o", "cache-size=16777216")
    for count in 1, 2:
        reply = server.ask("nosuch.lax.test", rdtype)
        assert reply.outcome == "NXDOMAIN" and reply.soa == []
        assert lax.questions.count(("nosuch.lax.test", rdtype)) == count


def test_a_denial_is_not_kept_beside_a_name_below(lax, start):
    """The name servers come to know it while we keep that there is none (RFC 8020)."""
    server = start("-o", "cache-size=16777216")
    for rdtype in "MX", "TXT":
        assert server.ask("new.lax.test", rdtype).outcome == "NXDOMAIN"
    lax.known["new.lax.test.", "HTTPS"] = "1 ."
    lax.known["x.y.new.lax.test.", "TXT"] = '"here"'
    assert server.ask("new.lax.test", "MX").outcome == "NXDOMAIN", "nobody knows better yet"
    assert server.ask("x.y.new.lax.test", "TXT").outcome == ['x.y.new.lax.test TXT "here"']
    for rdtype in "MX", "TXT":
        assert server.ask("new.lax.test", rdtype).outcome == "NODATA"


def test_a_denial_is_not_kept_beside_what_disproves_it(lax, start):
    server = start("-o", "cache-size=16777216")
    assert server.ask("new.lax.test", "MX").outcome == "NXDOMAIN"
    assert server.ask("new.lax.test", "MX").outcome == "NXDOMAIN"
    lax.known["new.lax.test.", "TXT"] = '"here"'
    lax.known["new.lax.test.", "AAAA"] = "2001:db8::9"
    assert server.ask("new.lax.test", "MX").outcome == "NXDOMAIN", "nobody knows better yet"
    assert server.ask("new.lax.test", "HTTPS").outcome == "NODATA"
    server.ask("new.lax.test", "AAAA")
    assert server.ask("new.lax.test", "MX").outcome == "NODATA"
