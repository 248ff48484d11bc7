"""What getaddrinfo() says in each case, as a DNS client must see it.

glibc blurs "no such name", "no such record" and failure. Each row is one case of one
name and the truth about it for A and AAAA, whatever code glibc returns.
"""

import itertools

import pytest

from tables import table

LINKS = [f"{alias}.example.test" for alias in
         ("chain1", "chain2", "chain3", "chain4", "chain5", "both")]
CHAIN = [f"{alias} CNAME {target}" for alias, target in itertools.pairwise(LINKS)]
LOOP = ["loop1.example.test CNAME loop2.example.test",
        "loop2.example.test CNAME loop1.example.test"]

# Name, outcome for A, outcome for AAAA.
ALIKE = [
    ("a.example.test",
     ["a.example.test A 192.0.2.1"], "NODATA"),
    ("aaaa.example.test",
     "NODATA", ["aaaa.example.test AAAA 2001:db8::1"]),
    ("both.example.test",
     ["both.example.test A 192.0.2.2"], ["both.example.test AAAA 2001:db8::2"]),
    ("txt.example.test", "NODATA", "NODATA"),  # exists with TXT only
    ("empty.example.test", "NODATA", "NODATA"),  # exists only as part of another name
    ("nosuch.example.test", "NXDOMAIN", "NXDOMAIN"),
    ("any.wild.example.test",
     ["any.wild.example.test A 192.0.2.5"], ["any.wild.example.test AAAA 2001:db8::5"]),
    ("single", ["single A 192.0.2.60"], "NODATA"),
    ("nosuch", "NXDOMAIN", "NXDOMAIN"),
    ("multi.example.test",
     ["multi.example.test A 192.0.2.31", "multi.example.test A 192.0.2.32",
      "multi.example.test A 192.0.2.33"], "NODATA"),
    # Never an AAAA record made of an IPv4 address.
    ("mapped.example.test", "NODATA", "NODATA"),

    # Aliases. The addresses belong to the last name of the chain.
    ("cname-a.example.test",
     ["cname-a.example.test CNAME a.example.test", "a.example.test A 192.0.2.1"],
     ["cname-a.example.test CNAME a.example.test"]),
    ("cname-aaaa.example.test",
     ["cname-aaaa.example.test CNAME aaaa.example.test"],
     ["cname-aaaa.example.test CNAME aaaa.example.test",
      "aaaa.example.test AAAA 2001:db8::1"]),
    ("cname-both.example.test",
     ["cname-both.example.test CNAME both.example.test", "both.example.test A 192.0.2.2"],
     ["cname-both.example.test CNAME both.example.test",
      "both.example.test AAAA 2001:db8::2"]),
    # Of a chain of five glibc tells the two ends; the name server all.
    ("chain1.example.test",
     [*CHAIN, "both.example.test A 192.0.2.2"],
     [*CHAIN, "both.example.test AAAA 2001:db8::2"]),
    # RFC 6604: the code speaks of the end of the chain.
    ("cname-nx.example.test",
     ["cname-nx.example.test CNAME nosuch.example.test", "NXDOMAIN"],
     ["cname-nx.example.test CNAME nosuch.example.test", "NXDOMAIN"]),
    # Alias of a name without addresses, loop, chain that the server left unfinished: one
    # case for glibc. What there is of the chain is passed on.
    ("cname-txt.example.test",
     ["cname-txt.example.test CNAME txt.example.test"],
     ["cname-txt.example.test CNAME txt.example.test"]),
    ("loop1.example.test", LOOP, LOOP),

    # Failures are never "no such name".
    ("x.broken.test", "SERVFAIL", "SERVFAIL"),
    ("x.qservfail-servfail.fault.test", "SERVFAIL", "SERVFAIL"),
    ("x.qrefused-refused.fault.test", "SERVFAIL", "SERVFAIL"),
    ("x.qnotimp-notimp.fault.test", "SERVFAIL", "SERVFAIL"),
    ("x.qlame-lame.fault.test", "SERVFAIL", "SERVFAIL"),
    ("x.qformerr-formerr.fault.test", "SERVFAIL", "SERVFAIL"),
    ("x.qgarbage-garbage.fault.test", "SERVFAIL", "SERVFAIL"),
    # An alias of itself, and a chain that the server left unfinished.
    ("x.qcnameself-cnameself.fault.test",
     ["x.qcnameself-cnameself.fault.test CNAME x.qcnameself-cnameself.fault.test"],
     ["x.qcnameself-cnameself.fault.test CNAME x.qcnameself-cnameself.fault.test"]),
    ("x.qcname-cname.fault.test",
     ["x.qcname-cname.fault.test CNAME target.without.data.test"],
     ["x.qcname-cname.fault.test CNAME target.without.data.test"]),
    ("x.qcnamenx-cnamenx.fault.test",
     ["x.qcnamenx-cnamenx.fault.test CNAME target.nowhere.test", "NXDOMAIN"],
     ["x.qcnamenx-cnamenx.fault.test CNAME target.nowhere.test", "NXDOMAIN"]),
    # Truncated over UDP, then whole over TCP.
    ("x.qtc-tc.fault.test",
     ["x.qtc-tc.fault.test A 192.0.2.200"], ["x.qtc-tc.fault.test AAAA 2001:db8::200"]),
]

# The two families fail differently: A, AAAA. None: the other table has it.
APART = [
    ("x.qok-drop.fault.test", ["x.qok-drop.fault.test A 192.0.2.200"], None),
    ("x.qdrop-ok.fault.test", None, ["x.qdrop-ok.fault.test AAAA 2001:db8::200"]),
    ("x.qok-servfail.fault.test",
     ["x.qok-servfail.fault.test A 192.0.2.200"], "SERVFAIL"),
    ("x.qservfail-ok.fault.test",
     "SERVFAIL", ["x.qservfail-ok.fault.test AAAA 2001:db8::200"]),
    ("x.qnodata-servfail.fault.test", "NODATA", "SERVFAIL"),
    ("x.qservfail-nodata.fault.test", "SERVFAIL", "NODATA"),
    # A broken load balancer denies the name for the type it does not know.
    ("x.qnxdomain-ok.fault.test",
     "NODATA", ["x.qnxdomain-ok.fault.test AAAA 2001:db8::200"]),
    ("x.qok-nxdomain.fault.test",
     ["x.qok-nxdomain.fault.test A 192.0.2.200"], "NODATA"),
    ("x.qnxdomain-nodata.fault.test", "NODATA", "NODATA"),
    ("x.qnodata-nxdomain.fault.test", "NODATA", "NODATA"),
    # The denial cannot be confirmed, so it is passed on as it came.
    ("x.qnxdomain-servfail.fault.test", "NXDOMAIN", "SERVFAIL"),
    ("x.qservfail-nxdomain.fault.test", "SERVFAIL", "NXDOMAIN"),
    ("x.qok-nodata.fault.test",
     ["x.qok-nodata.fault.test A 192.0.2.200"], "NODATA"),
    ("x.qnodata-ok.fault.test",
     "NODATA", ["x.qnodata-ok.fault.test AAAA 2001:db8::200"]),
    ("x.qok-formerr.fault.test",
     ["x.qok-formerr.fault.test A 192.0.2.200"], "SERVFAIL"),
    ("x.qgarbage-ok.fault.test",
     "SERVFAIL", ["x.qgarbage-ok.fault.test AAAA 2001:db8::200"]),
]

# No reply comes that libc would take, for both families or for one. It waits for a second.
UNANSWERED = [
    ("x.qdrop-drop.fault.test", "SERVFAIL", "SERVFAIL"),
    ("x.qwrongid-wrongid.fault.test", "SERVFAIL", "SERVFAIL"),
    ("x.qwrongquestion-wrongquestion.fault.test", "SERVFAIL", "SERVFAIL"),
    ("x.qshort-short.fault.test", "SERVFAIL", "SERVFAIL"),
    ("x.qok-drop.fault.test", None, "SERVFAIL"),
    ("x.qdrop-ok.fault.test", "SERVFAIL", None),
]

# Outcomes for CNAME and for a type that getaddrinfo does not know.
OTHER_TYPES = [
    ("a.example.test", "NODATA"),
    ("aaaa.example.test", "NODATA"),
    ("both.example.test", "NODATA"),
    ("empty.example.test", "NODATA"),
    ("nosuch.example.test", "NXDOMAIN"),
    ("any.wild.example.test", "NODATA"),
    ("cname-a.example.test", ["cname-a.example.test CNAME a.example.test"]),
    ("cname-aaaa.example.test", ["cname-aaaa.example.test CNAME aaaa.example.test"]),
    ("x.broken.test", "SERVFAIL"),
    ("x.qservfail-servfail.fault.test", "SERVFAIL"),
    ("x.qformerr-formerr.fault.test", "SERVFAIL"),
    ("x.qok-nodata.fault.test", "NODATA"),
]


def by_type(rows):
    return [(name, rdtype, outcome)
            for name, *outcomes in rows
            for rdtype, outcome in zip(("A", "AAAA"), outcomes) if outcome]


@pytest.mark.row("1.3")
@table("name, rdtype, outcome", by_type(ALIKE))
def test_both_families_behave_alike(server, name, rdtype, outcome):
    assert server.ask(name, rdtype).outcome == outcome


@pytest.mark.row("1.3")
@table("name, rdtype, outcome", by_type(APART))
def test_families_fail_apart(server, name, rdtype, outcome):
    assert server.ask(name, rdtype).outcome == outcome


@pytest.mark.row("1.3")
@table("name, rdtype, outcome", by_type(UNANSWERED), together=True)
def test_no_reply_is_a_failure(server, name, rdtype, outcome):
    assert server.ask(name, rdtype).outcome == outcome


@table("rdtype", ["CNAME", "MX"])
@table("name, outcome", OTHER_TYPES)
def test_types_unknown_to_getaddrinfo(server, name, rdtype, outcome):
    assert server.ask(name, rdtype).outcome == outcome


# What a lookup may cost: questions to the name server, by type.
COSTS = [
    ("qok-ok", "A", {"A": 1}),
    ("qok-ok", "AAAA", {"AAAA": 1}),
    ("qnodata-ok", "A", {"A": 1}),
    ("qnxdomain-nxdomain", "A", {"A": 1, "AAAA": 1}),
    ("qnxdomain-nxdomain", "AAAA", {"A": 1, "AAAA": 1}),
    # The CNAME shows that the name exists: no need to confirm it.
    ("qcname-ok", "A", {"A": 1}),
    ("qcnamenx-ok", "A", {"A": 1, "AAAA": 1}),
    ("qok-ok", "ANY", {"A": 1, "AAAA": 1}),
    ("qok-ok", "MX", {"MX": 1}),
    ("qnxdomain-nxdomain", "MX", {"A": 1, "AAAA": 1, "MX": 1}),
    ("qnxdomain-ok", "MX", {"A": 1, "AAAA": 1, "MX": 1}),
    ("qnxdomain-servfail", "MX", {"A": 1, "AAAA": 1, "MX": 1}),
    ("qservfail-ok", "A", {"A": 1}),
]


@table("faults, rdtype, asked", COSTS)
def test_questions_sent_upstream(server, upstream, fresh, faults, rdtype, asked):
    name = fresh(faults)
    server.ask(name, rdtype)
    assert upstream.asked(name) == asked


def test_an_error_may_be_about_edns(server, upstream, fresh):
    """So the question is asked once more, without."""
    name = fresh("qservfail-ok")
    assert server.ask(name, "A").outcome == "SERVFAIL"
    assert upstream.count(name, "A")["plain"] == 1
