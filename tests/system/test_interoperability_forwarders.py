"""Forwarders in front of hostdnsd: they pass every kind of answer on, keep the letter case,
and keep answers and denials for as long as our TTLs and SOA records say.
"""

import re
import time

import dns.rcode
import dns.rdatatype
import dns.reversename
import pytest

import forwarders
from daemon import Daemon, wait_until
from forwarders import Forwarder
from test_interoperability_clients import QUESTIONS

ADDRESS = "127.0.0.6"
TTL_SECONDS = 3  # of names that do not come from DNS, and of brief.test

FORWARDERS = {"dnsmasq": forwarders.dnsmasq, "unbound": forwarders.unbound,
              "dnsdist": forwarders.dnsdist}

# What may be kept for TTL_SECONDS, from the hosts file and from DNS: answers and denials.
KEPT = {
    "hosts TTL": ("kept.lab", "A", ["kept.lab A 10.0.0.12"]),
    "hosts NODATA TTL": ("v6only.lab", "A", "NODATA"),
    "DNS TTL": ("a.brief.test", "A", ["a.brief.test A 192.0.2.61"]),
    "DNS NODATA TTL": ("a.brief.test", "AAAA", "NODATA"),
    "DNS NXDOMAIN TTL": ("nosuch.brief.test", "A", "NXDOMAIN"),
}
WITHOUT_DNS = {"no DNS NXDOMAIN TTL": ("nosuch.lab", "A", "NXDOMAIN")}

ROWS = list(FORWARDERS)
COLUMNS = [*QUESTIONS, "letters", *KEPT, *WITHOUT_DNS, "countdown"]


class Chain:
    """A forwarder in front of a hostdnsd of its own, which logs each question."""

    def __init__(self, name):
        self.name = name
        self.daemon = Daemon("-v", "-o", f"ttl={TTL_SECONDS}", "-o", f"negative-ttl={TTL_SECONDS}")
        try:
            self.forwarder = Forwarder(FORWARDERS[name], ADDRESS, self.daemon.to)
        except BaseException:
            self.daemon.kill()
            raise
        self.ask = self.forwarder.ask

    def asked_us(self, name, rdtype):
        """In which letter case each question came to hostdnsd.

        The log may be behind a reply, but not behind the reply to a later question.
        """
        self.daemon.ask("localhost")
        return re.findall(rf"asks ({re.escape(name)})\.? {rdtype} over", self.daemon.errors(), re.I)

    def stop(self):
        self.forwarder.stop()
        self.daemon.stop()


@pytest.fixture(scope="module", params=FORWARDERS)
def chain(request):
    running = Chain(request.param)
    yield running
    running.stop()


def outcome(reply):
    """As in QUESTIONS."""
    rcode = dns.rcode.to_text(reply.rcode())
    records = sorted(
        f"{rrset.name.to_text(omit_final_dot=True)} {dns.rdatatype.to_text(rrset.rdtype)} "
        f"{rr.to_text().removesuffix('.')}" for rrset in reply.answer for rr in rrset)
    if records:
        assert rcode == "NOERROR"
        return records
    return "NODATA" if rcode == "NOERROR" else rcode


def soa_ttls(reply):
    """Of the SOA records that tell how long a denial holds (RFC 2308 section 5)."""
    assert all(rrset.rdtype == dns.rdatatype.SOA for rrset in reply.authority)
    return [min(rrset.ttl, rr.minimum) for rrset in reply.authority for rr in rrset]


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_kind_of_answer_comes_through(chain, matrix, question):
    name, rdtype, expected = QUESTIONS[question]
    if rdtype == "PTR":
        name = dns.reversename.from_address(name)
    assert outcome(chain.ask(name, rdtype)) == expected
    matrix.fill(chain.name, question)


def test_a_cache_sees_one_form_of_an_alias(chain):
    """Of one with the addresses of its canonical name, and of one with others."""
    alias = "alias.lab CNAME dual.lab"
    for _ in range(2):
        for name, rdtype, expected in (
                ("alias.lab", "MX", [alias]), ("alias.lab", "CNAME", [alias]),
                ("alias.lab", "AAAA", [alias, "dual.lab AAAA 2001:db8:a::10"]),
                ("alias.lab", "A", [alias, "dual.lab A 10.0.0.10"]),
                ("dual.lab", "A", ["dual.lab A 10.0.0.10"]),
                ("second-alias.lab", "CNAME", "NODATA"),
                ("second-alias.lab", "AAAA", "NODATA")):
            assert outcome(chain.ask(name, rdtype)) == expected, (name, rdtype)


def test_letter_case_comes_back(chain, matrix):
    """unbound mixes it, and asks again in another way if a reply has not the same."""
    assert outcome(chain.ask("Both.EXAMPLE.tesT")) == ["Both.EXAMPLE.tesT A 192.0.2.2"]
    asked = chain.asked_us("both.example.test", "A")
    assert len(asked) == 1
    if chain.name == "unbound":
        assert asked[0] not in ("both.example.test", "Both.EXAMPLE.tesT"), "else nothing is shown"
    matrix.fill(chain.name, "letters")


class Keeping:
    """One question, asked again and again until the forwarder passes it on a second time.

    What tells how long that may take is the SOA record, or the TTL, of its first reply:
    unbound has one SOA record for all denials of a zone. TTLs are whole seconds, hence the
    first of them may be short.
    """

    def __init__(self, chain, name, rdtype, expected):
        self.chain, self.question, self.expected = chain, (name, rdtype), expected
        self.start = time.monotonic()
        self.ttl = self.ask()
        assert self.ttl <= TTL_SECONDS
        assert len(chain.asked_us(name, rdtype)) == 1

    def ask(self):
        """The TTL that it tells."""
        reply = self.chain.ask(*self.question)
        assert outcome(reply) == self.expected
        (ttl,) = soa_ttls(reply) or [rrset.ttl for rrset in reply.answer]
        return ttl

    def is_over(self):
        self.ask()
        seconds = time.monotonic() - self.start
        if len(self.chain.asked_us(*self.question)) == 1:
            return False
        assert seconds > self.ttl - 1
        return True


def wait_until_all_are_over(chain, matrix, questions):
    keeping = {what: Keeping(chain, *question) for what, question in questions.items()}
    deadline = time.monotonic() + TTL_SECONDS + forwarders.SECONDS
    while keeping:
        assert time.monotonic() < deadline, f"still kept: {list(keeping)}"
        for what in [what for what in keeping if keeping[what].is_over()]:
            matrix.fill(chain.name, what)
            del keeping[what]


def test_answers_and_denials_are_kept_as_long_as_we_say(chain, matrix, upstream):
    asked = {what: upstream.asked(name).get(rdtype, 0)
             for what, (name, rdtype, _) in KEPT.items()}
    wait_until_all_are_over(chain, matrix, KEPT)
    for what, (name, rdtype, _) in KEPT.items():
        def asked_again():
            """Once at first and once after; soon, as hostdnsd may keep it for a moment more."""
            chain.ask(name, rdtype)
            return upstream.asked(name)[rdtype] - asked[what] >= 2

        if what.startswith("DNS"):
            wait_until(asked_again, "the name server is asked again", forwarders.SECONDS)
        else:
            assert upstream.asked(name).get(rdtype, 0) == asked[what]


def test_denials_without_dns_are_kept_as_long_as_we_say(chain, matrix, etc):
    etc.write("nsswitch.conf", "hosts: files\n")
    wait_until_all_are_over(chain, matrix, WITHOUT_DNS)


@pytest.mark.parametrize("name, expected", [("mail.example.test", "NODATA"),
                                            ("gone.example.test", "NXDOMAIN")])
def test_the_soa_of_a_kept_denial_counts_down(chain, matrix, upstream, name, expected):
    """From the zone's 45 seconds on, while nobody asks us again."""
    def ask():
        reply = chain.ask(name, "AAAA")
        assert outcome(reply) == expected
        (ttl,) = soa_ttls(reply)
        return ttl

    first = ask()
    assert first <= 45
    asked = upstream.asked(name)
    wait_until(lambda: ask() < first, "a TTL that counts down", forwarders.SECONDS)
    assert len(chain.asked_us(name, "AAAA")) == 1
    assert upstream.asked(name) == asked
    matrix.fill(chain.name, "countdown")


def test_every_forwarder_was_asked_everything(matrix):
    """The whole file has to run for it."""
    assert matrix.missing() == []
