"""Behind systemd-resolved the answers are those of resolved's own stub.

getaddrinfo() there tells neither failures nor TTLs, chains and other types; the stub, 127.0.0.53,
tells all of them over DNS. Each question is asked at the stub, here, and at the stub again: a TTL
that was passed on lies between the two, to the second. Addresses are those of getaddrinfo().
"""

import concurrent.futures
import subprocess

import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import pytest

from conftest import LINES, hostdnsd, say

STUB, SERVER = ("127.0.0.53", 53), ("127.0.0.1", 5300)
# What is in DNS: all as the stub has it.
IN_DNS = [
    ("both.example.test", "A"), ("both.example.test", "AAAA"), ("a.example.test", "AAAA"),
    ("BoTh.Example.test", "A"), ("multi.example.test", "A"), ("many.example.test", "A"),
    ("any.wild.example.test", "A"), ("a_b.example.test", "A"),
    # resolved would take seconds for many more.
    ("huge.example.test", "A"), ("long.corp.test", "TXT"),
    ("cname-both.example.test", "A"), ("cname-both.example.test", "AAAA"),
    ("cname-both.example.test", "CNAME"), ("cname-a.example.test", "AAAA"),
    ("cname-nx.example.test", "A"), ("cname-types.example.test", "MX"),
    ("chain1.example.test", "A"), ("chain1.example.test", "CNAME"), ("x.dname.example.test", "A"),
    ("mail.example.test", "A"), ("mail.example.test", "MX"), ("mail.example.test", "AAAA"),
    *(("types.example.test", rdtype) for rdtype in
      ("A", "AAAA", "MX", "TXT", "SRV", "CAA", "HTTPS", "SVCB", "NAPTR", "SSHFP", "TLSA", "LOC",
       "TYPE65280", "TYPE65281", "SOA", "NS", "PTR")),
    ("example.test", "SOA"), ("example.test", "NS"), ("example.test", "A"),
    ("txt.example.test", "A"), ("txt.example.test", "TXT"), ("txt.example.test", "MX"),
    ("empty.example.test", "A"), ("empty.example.test", "MX"), ("leaf.empty.example.test", "A"),
    ("nosuch.example.test", "A"), ("nosuch.example.test", "AAAA"),
    ("nosuch.example.test", "MX"), ("nosuch.example.test", "TYPE65280"),
    ("1.2.0.192.in-addr.arpa", "PTR"), ("2.2.0.192.in-addr.arpa", "PTR"),
    ("3.2.0.192.in-addr.arpa", "PTR"), ("5.2.0.192.in-addr.arpa", "PTR"),
    ("99.2.0.192.in-addr.arpa", "PTR"), ("99.2.0.192.in-addr.arpa", "A"),
    ("intranet.split.test", "A"), ("intranet.split.test", "AAAA"), ("intranet.split.test", "MX"),
    ("wiki.split.test", "A"), ("wiki.split.test", "TXT"), ("nosuch.split.test", "A"),
    ("split.test", "SOA"), ("www.corp.test", "A"), ("nosuch.corp.test", "AAAA"),
]
SIGNED = [(name, rdtype, flag) for flag in ("DO", "CD", "DO CD") for name, rdtype in (
    ("a.signed.test", "A"), ("alias.signed.test", "A"), ("txt.signed.test", "TXT"),
    ("signed.test", "DNSKEY"), ("nosuch.signed.test", "A"), ("txt.signed.test", "MX"))]
QUESTIONS = [*((*question, "") for question in IN_DNS), *SIGNED]

# What only getaddrinfo() knows, and names that no source may find by searching.
HOSTS = """\
127.0.0.1 localhost
::1 localhost
10.0.0.7 printer.office printer
2001:db8::8 six.office
"""
ELSEWHERE = {
    ("printer.office", "A"): ["10.0.0.7"], ("printer.office", "AAAA"): "NODATA",
    ("printer.office", "MX"): "NODATA", ("six.office", "AAAA"): ["2001:db8::8"],
    ("six.office", "A"): "NODATA", ("localhost", "A"): ["127.0.0.1"],
    ("localhost", "AAAA"): ["::1"], ("sub.localhost", "A"): ["127.0.0.1"],
    ("live-host", "A"): "getaddrinfo", ("live-host", "AAAA"): "getaddrinfo",
    ("_gateway", "A"): "getaddrinfo", ("_outbound", "A"): "getaddrinfo",
    ("live-host.local", "A"): "getaddrinfo",
    ("7.0.0.10.in-addr.arpa", "PTR"): ["printer.office."],
    # A search domain changes nothing: www.corp.test and printer.corp.test exist.
    ("www", "A"): "NXDOMAIN", ("www", "MX"): "NXDOMAIN",
    ("printer", "A"): ["10.0.0.7", "printer.office."],
    ("nosuchlabel", "A"): "NXDOMAIN", ("nosuchlabel", "AAAA"): "NXDOMAIN",
    ("nosuchlabel", "TXT"): "NXDOMAIN",
}
# Where `resolve` comes first, resolved reads the hosts file: it tells all names of an address, and
# before version 257 no alias.
READ_BY_RESOLVED = {"Arch": [("printer", "A"), ("7.0.0.10.in-addr.arpa", "PTR")]}
FAILING = [("x.dead.test", "A"), ("x.dead.test", "AAAA"), ("x.dead.test", "MX"),
           ("x.refused.test", "A"), ("x.refused.test", "AAAA"), ("x.refused.test", "TXT"),
           ("x.mute.test", "A"), ("x.mute.test", "AAAA"), ("x.mute.test", "MX")]


def ask(server, name, rdtype, flags="", seconds=30):
    query = dns.message.make_query(name, rdtype, use_edns=0, payload=1232,
                                   want_dnssec="DO" in flags)
    if "CD" in flags:
        query.flags |= dns.flags.CD
    reply, _ = dns.query.udp_with_fallback(query, server[0], port=server[1], timeout=seconds,
                                           one_rr_per_rrset=True)
    return reply


class Said:
    """What counts of a reply."""

    def __init__(self, reply):
        self.rcode = dns.rcode.to_text(reply.rcode())
        records = [(rr, f"{rr.name.to_text().lower()} {dns.rdatatype.to_text(rr.rdtype)} "
                        f"{rr[0].to_text()}") for rr in reply.answer]
        self.chain = [text for rr, text in records if rr.rdtype == dns.rdatatype.CNAME]
        soa = [(rr, f"{rr.name.to_text().lower()} SOA") for rr in reply.authority
               if rr.rdtype == dns.rdatatype.SOA]
        self.ttls = {text: rr.ttl for rr, text in records + soa}
        self.addresses = sorted(rr[0].address for rr in reply.answer
                                if rr.rdtype in (dns.rdatatype.A, dns.rdatatype.AAAA))

    def difference(self, before, after):
        """From what the stub says, in a few words; None if there is none."""
        if self.rcode != before.rcode:
            return f"{self.rcode}, not {before.rcode}"
        if missing := before.ttls.keys() - self.ttls.keys():
            return f"without {sorted(missing)[0]}"
        if more := self.ttls.keys() - before.ttls.keys():
            return f"with {sorted(more)[0]}"
        if self.chain != before.chain:
            return "the chain in another order"
        for text, ttl in self.ttls.items():
            earlier, later = before.ttls[text], after.ttls.get(text, 0)
            if not later - 1 <= ttl <= earlier + 1 and later <= earlier:
                return f"TTL {ttl}, not {before.ttls[text]}, of {text}"
        return None


def libc_addresses(name, rdtype):
    """In a process of its own, which has read nsswitch.conf as it is now."""
    family = "ahostsv4" if rdtype == "A" else "ahostsv6"
    said = subprocess.run(["getent", family, name], stdout=subprocess.PIPE, text=True, check=False)
    addresses = {line.split()[0] for line in said.stdout.splitlines()}
    return sorted(address for address in addresses if not address.startswith("::ffff:"))


def compare_with_stub(name, rdtype, flags):
    before = Said(ask(STUB, name, rdtype, flags))
    said = Said(ask(SERVER, name, rdtype, flags))
    difference = said.difference(before, Said(ask(STUB, name, rdtype, flags)))
    if not difference and not flags and rdtype in ("A", "AAAA"):
        if (libc := libc_addresses(f"{name}.", rdtype)) != said.addresses:
            return f"{said.addresses[:2]}, getaddrinfo() says {libc[:2]}"
    return difference


def outcome(reply):
    if reply.rcode() != dns.rcode.NOERROR:
        return dns.rcode.to_text(reply.rcode())
    return sorted(rr[0].to_text() for rr in reply.answer) or "NODATA"


def compare_with_libc(line, name, rdtype):
    found, expected = outcome(ask(SERVER, name, rdtype)), ELSEWHERE[name, rdtype]
    if expected == "getaddrinfo":
        expected = libc_addresses(name, rdtype) or "NODATA"
    elif (name, rdtype) in READ_BY_RESOLVED.get(line, []):
        expected = outcome(ask(STUB, name, rdtype))
    return None if found == expected else f"{found}, not {expected}"


def failure(name, rdtype):
    """SERVFAIL with a reason, in time."""
    reply = ask(SERVER, name, rdtype, seconds=6)
    if reply.rcode() != dns.rcode.SERVFAIL:
        return f"{dns.rcode.to_text(reply.rcode())}, not SERVFAIL"
    return None if any(o.otype == 15 for o in reply.options) else "without an extended error"


def differences(line):
    """{question: how the answer is not as it should be, or None}."""
    rows = {question: compare_with_stub(*question) for question in QUESTIONS}
    rows |= {question: compare_with_libc(line, *question) for question in ELSEWHERE}
    with concurrent.futures.ThreadPoolExecutor(len(FAILING)) as pool:
        return rows | dict(zip(FAILING, pool.map(lambda question: failure(*question), FAILING)))


def lines_of_table(answers):
    """A row for each question, a column for each hosts: line."""
    yield "  ".join(["", *answers])
    for question in answers["Debian"]:
        cells = ("differs" if rows[question] else "ok" for rows in answers.values())
        yield "  ".join(["", *(f"{cell:{len(line)}}" for cell, line in zip(cells, answers)),
                         " ".join(question)])
    for line, rows in answers.items():
        wrong = {question: text for question, text in rows.items() if text}
        yield f"{line}: {len(rows) - len(wrong)} of {len(rows)} agree"
        yield from (f"    {' '.join(question)}: {text}" for question, text in wrong.items())


@pytest.fixture(scope="module")
def answers(network, request):
    """{hosts: line: differences}."""
    found = {}
    for line, sources in LINES.items():
        with hostdnsd(SERVER[1], sources, HOSTS):
            found[line] = differences(line)
    say(request, lines_of_table(found))
    return found


@pytest.mark.parametrize("line", LINES)
def test_answers_are_those_of_resolved(answers, line):
    assert {question: text for question, text in answers[line].items() if text} == {}
