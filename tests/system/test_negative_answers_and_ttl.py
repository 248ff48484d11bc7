"""How long an answer may be kept: TTLs, and the SOA record of a denial (RFC 2308)."""

import pytest


def authority(reply):
    """[(owner, TTL, MINIMUM)] of the SOA records in the authority section."""
    assert all(rr.rdtype == 6 for rr in reply.message.authority)
    return [(rr.name.to_text(), rr.ttl, rr[0].minimum) for rr in reply.message.authority]


SOA = [
    # NODATA speaks of the name itself.
    ("a.example.test", "AAAA", [("a.example.test.", 5, 5)]),
    ("a.example.test", "MX", [("a.example.test.", 5, 5)]),
    ("v4only.lab", "AAAA", [("v4only.lab.", 5, 5)]),
    ("localhost", "MX", [("localhost.", 5, 5)]),
    ("192.in-addr.arpa", "PTR", [("192.in-addr.arpa.", 5, 5)]),
    ("both.example.test", "CNAME", [("both.example.test.", 5, 5)]),
    # NXDOMAIN speaks of a place in its parent, but never of the root.
    ("nosuch.example.test", "A", [("example.test.", 5, 5)]),
    ("not.even.its.parent", "A", [("even.its.parent.", 5, 5)]),
    ("nosuch.example.test", "MX", [("example.test.", 5, 5)]),
    ("4.2.0.192.in-addr.arpa", "PTR", [("2.0.192.in-addr.arpa.", 5, 5)]),
    ("nosuch", "A", [("nosuch.", 5, 5)]),
    # No SOA where something was answered or nothing is known.
    ("a.example.test", "A", []),
    ("v4only.lab", "A", []),
    ("x.broken.test", "A", []),
    ("dual.lab", "AXFR", []),
]


@pytest.mark.parametrize("name, rdtype, expected", SOA)
def test_one_synthetic_soa(server, name, rdtype, expected):
    assert authority(server.ask(name, rdtype)) == expected


@pytest.mark.parametrize("edns", [False, True])
def test_the_soa_fits_beside_the_longest_name(server, edns):
    name = [b"a" * 63, b"b" * 63, b"c" * 63, b"d" * 61]
    reply = server.ask(name, "A", edns=edns)
    assert len(authority(reply)) == 1
    assert not reply.truncated


def test_negative_ttl_can_be_changed(start):
    server = start("-o", "negative-ttl=77")
    assert authority(server.ask("nosuch.lab")) == [("lab.", 77, 77)]


@pytest.mark.parametrize("name, rdtype, outcome", [
    ("nosuch.lab", "A", "NXDOMAIN"), ("v4only.lab", "AAAA", "NODATA")])
def test_negative_ttl_0_means_no_soa(start, name, rdtype, outcome):
    """RFC 2308 section 5: then such an answer is not kept."""
    reply = start("-o", "negative-ttl=0").ask(name, rdtype)
    assert (reply.outcome, authority(reply)) == (outcome, [])


POSITIVE = [("v4only.lab", "A"), ("dual.lab", "ANY"), ("a.example.test", "A"),
            ("chain1.example.test", "A"), ("cname-a.example.test", "CNAME"),
            ("1.0.0.127.in-addr.arpa", "PTR"), ("1.2.0.192.in-addr.arpa", "PTR")]


@pytest.mark.parametrize("name, rdtype", POSITIVE)
def test_ttl_of_records(server, name, rdtype):
    assert {rr.ttl for rr in server.ask(name, rdtype).message.answer} == {10}


@pytest.mark.parametrize("ttl", [0, 1, 3600])
def test_ttl_can_be_changed(start, ttl):
    server = start("-o", f"ttl={ttl}")
    for question in POSITIVE:
        assert {rr.ttl for rr in server.ask(*question).message.answer} == {ttl}
