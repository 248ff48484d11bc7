"""Answers are kept as long as their TTLs say, and no longer than the host stays as it is."""

import time

import dns.flags
import pytest

from ask import SLACK_SECONDS
from daemon import wait_until
from tables import table

SERVER_OPTIONS = "-o", f"cache-size={16 << 20}"
A = ["a.example.test A 192.0.2.1"]


@pytest.fixture
def begin(start):
    """Starts one for one test."""
    return lambda *options: start(*SERVER_OPTIONS, *options)


def asked(upstream, name, rdtype="A"):
    return upstream.asked(name).get(rdtype, 0)


@table("faults, rdtype", [
    ("qok-ok", "A"), ("qok-ok", "AAAA"), ("qnodata-nodata", "A"), ("qcnamenx-cnamenx", "MX"),
])
def test_what_dns_said_is_asked_once(server, upstream, fresh, faults, rdtype):
    name = fresh(faults)
    first = server.ask(name, rdtype)
    for _ in range(3):
        again = server.ask(name, rdtype)
        assert (again.outcome, again.soa) == (first.outcome, first.soa)
    has_data = first.rcode == "NOERROR" and first.message.answer
    kept = bool(has_data or first.soa)  # RFC 2308 section 5
    assert asked(upstream, name, rdtype) == (1 if kept else 4)


@pytest.mark.row("4.3")
def test_ttls_count_down(server):
    """And are never above the first one."""
    begun = time.monotonic()
    first = dict(server.ask("types.example.test", "MX").ttls)
    assert set(first.values()) == {103}
    kept = time.monotonic()
    last = first
    while min(last.values()) > 101:
        asked = time.monotonic()
        last = dict(server.ask("types.example.test", "MX").ttls)
        answered = time.monotonic()
        assert set(last) == set(first)
        assert 103 - (answered - begun) - 1 <= min(last.values()) <= 103 - int(asked - kept)


def test_the_name_is_one_whatever_its_letter_case(server, upstream, fresh):
    """Each asker gets his own spelling (RFC 4343); ask() checks the question."""
    name = fresh("qok-ok")
    server.ask(name)
    assert server.ask(name.upper()).rcode == "NOERROR"
    assert asked(upstream, name) == 1


@table("how", [{"want_dnssec": True}, {"flags": dns.flags.RD | dns.flags.CD}])
def test_do_and_cd_are_other_questions(server, upstream, fresh, how):
    name = fresh("qok-ok")
    server.ask(name)
    server.ask(name, **how)
    assert asked(upstream, name) == 2
    server.ask(name, **how)
    assert asked(upstream, name) == 2


def test_a_record_that_is_not_to_be_kept_is_not(server):
    """TTL 0: asked for each time."""
    for _ in range(2):
        assert server.ask("zero.example.test").ttls == [("zero.example.test A 192.0.2.10", 0)]


def test_when_it_ends_it_is_asked_again(begin):
    """A TTL of one second."""
    server = begin()
    assert server.ask("brief.example.test").ttls == [("brief.example.test A 192.0.2.9", 1)]
    begun = time.monotonic()
    seen = set()
    while time.monotonic() - begun < 1.5:
        seen.update(ttl for _, ttl in server.ask("brief.example.test").ttls)
    assert seen <= {0, 1}
    assert server.ask("brief.example.test").outcome == ["brief.example.test A 192.0.2.9"]


@table("option, count", [("min-ttl=60", 1), ("max-ttl=1", 2)])
def test_limits_of_the_operator(begin, upstream, fresh, option, count):
    server = begin("-o", option)
    name = fresh("qok-ok")
    begun = time.monotonic()
    while time.monotonic() - begun < 1.2 or asked(upstream, name) < count:
        server.ask(name)


def test_one_cache_for_udp_and_tcp(server, upstream, fresh):
    name = fresh("qmany200-ok")
    assert server.ask(name, edns=True).truncated
    assert len(server.ask(name, tcp=True).answer) == 200
    assert asked(upstream, name) == 2  # one over UDP, one over TCP


def test_a_popular_name_is_asked_for_before_it_ends(begin, upstream, fresh):
    """So that nobody waits for it; the zone says 60 seconds, the operator 3."""
    server = begin("-o", "max-ttl=3")
    name = fresh("qok-ok")
    begun = time.monotonic()
    lowest = 60
    while asked(upstream, name) < 3:
        lowest = min(lowest, *(ttl for _, ttl in server.ask(name).ttls))
        assert time.monotonic() - begun < 3 * (3 + SLACK_SECONDS)
    assert time.monotonic() - begun > 2 * 2
    assert lowest >= 57  # it never ended


def test_no_more_is_kept_after_an_edit_than_before_it(begin, etc):
    """The general promise; test_following_the_host.py has every kind of edit."""
    server = begin()
    assert server.ask("a.example.test").outcome == A
    etc.add("hosts", "10.0.4.1 a.example.test\n")
    server.ask_until(["a.example.test A 10.0.4.1"], "a.example.test")
    wait_until(lambda: "/etc/hosts changed" in server.errors(), "a line in the log")

