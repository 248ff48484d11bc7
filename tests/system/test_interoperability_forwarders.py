"""Forwarders in front of hostdnsd: they pass every kind of answer on, keep letter case, and
keep denials for as long as our SOA records say."""

import re
import socket
import subprocess
import tempfile
import time

import dns.exception
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import pytest

from ask import PATIENCE_SECONDS
from daemon import Daemon, wait_until
from test_interoperability_clients import QUESTIONS

SECONDS = 4 * PATIENCE_SECONDS
DENIAL_TTL = 2  # of names that do not come from DNS

UNBOUND = """
server:
    interface: 127.0.0.6@{port}
    do-ip6: no
    chroot: ""
    username: ""
    pidfile: ""
    directory: "{folder}"
    use-syslog: no
    num-threads: 1
    do-not-query-localhost: no
    module-config: "iterator"
    use-caps-for-id: yes
    local-zone: "test." nodefault
    local-zone: "2.0.192.in-addr.arpa." nodefault
remote-control:
    control-enable: no
forward-zone:
    name: "."
    forward-addr: {to[0]}@{to[1]}
"""

DNSDIST = """
setLocal("127.0.0.6:{port}")
newServer({{address="{to[0]}:{to[1]}", checkName="localhost."}})
getPool(""):setCache(newPacketCache(1000))
setSecurityPollSuffix("")
"""


def unbound(port, to, folder):
    path = f"{folder}/unbound.conf"
    with open(path, "w", encoding="ascii") as file:
        file.write(UNBOUND.format(port=port, to=to, folder=folder))
    return ["/usr/sbin/unbound", "-d", "-c", path]


def dnsdist(port, to, folder):
    path = f"{folder}/dnsdist.conf"
    with open(path, "w", encoding="ascii") as file:
        file.write(DNSDIST.format(port=port, to=to))
    return ["dnsdist", "--supervised", "--disable-syslog", "-C", path]


def dnsmasq(port, to, _folder):
    return ["dnsmasq", "-d", "-C", "/dev/null", f"--port={port}", "--listen-address=127.0.0.6",
            "--bind-interfaces", "--no-resolv", "--no-hosts", f"--server={to[0]}#{to[1]}",
            "--cache-size=1000", "--pid-file="]


FORWARDERS = {"dnsmasq": dnsmasq, "unbound": unbound, "dnsdist": dnsdist}


class Forwarder:
    """One in front of a hostdnsd of its own, which logs each question."""

    def __init__(self, command, folder):
        self.daemon = Daemon("-v", "-o", f"negative-ttl={DENIAL_TTL}")
        with socket.socket() as sock:
            sock.bind(("127.0.0.6", 0))
            self.port = sock.getsockname()[1]
        self.process = subprocess.Popen(command(self.port, self.daemon.to, folder),
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        wait_until(self.answers, "the forwarder answers", SECONDS)

    def answers(self):
        assert self.process.poll() is None
        try:
            return self.ask("dual.lab", "A", seconds=0.3).rcode() == dns.rcode.NOERROR
        except (OSError, dns.exception.DNSException):
            return False

    def ask(self, name, rdtype, seconds=SECONDS):
        query = dns.message.make_query(name, rdtype, use_edns=0, payload=1232)
        reply, _ = dns.query.udp_with_fallback(query, "127.0.0.6", seconds, self.port)
        assert reply.question == query.question  # in our letter case
        return reply

    def asked_us(self, name, rdtype):
        """How often it has asked hostdnsd, in whatever letter case."""
        line = rf"asks {re.escape(name)}\.? {rdtype}:"
        return len(re.findall(line, self.daemon.errors(), re.I))

    def spellings(self, name):
        return set(re.findall(rf"asks ({re.escape(name)})\.? ", self.daemon.errors(), re.I))

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=SECONDS)
        self.daemon.stop()


@pytest.fixture(scope="module", params=FORWARDERS)
def forwarder(request):
    with tempfile.TemporaryDirectory(prefix="forwarder-", dir="/etc/lab") as folder:
        forwarder = Forwarder(FORWARDERS[request.param], folder)
        forwarder.name = request.param
        yield forwarder
        forwarder.stop()


def outcome(reply):
    data = [rr.to_text().removesuffix(".") for rrset in reply.answer for rr in rrset]
    if data:
        return sorted(data)
    rcode = dns.rcode.to_text(reply.rcode())
    return "NODATA" if rcode == "NOERROR" else rcode


@pytest.fixture(scope="module")
def matrix(request):
    """{(forwarder, question): what was seen}, printed at the end of the file."""
    seen = {}
    yield seen
    plugins = request.config.pluginmanager
    write = plugins.get_plugin("terminalreporter").write_line
    with plugins.get_plugin("capturemanager").global_and_fixture_disabled():
        plugins.get_plugin("terminalreporter").ensure_newline()
        for name in FORWARDERS:
            write(f"{name:18}" + "".join(f"{question:10}" if (name, question) in seen else f"{'-':10}"
                                         for question in [*QUESTIONS, "denials"]))


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_kind_of_answer_comes_through(forwarder, matrix, question):
    name, rdtype, expected = QUESTIONS[question]
    if rdtype == "PTR":
        name = ".".join(reversed(name.split("."))) + ".in-addr.arpa"
    reply = forwarder.ask(name, rdtype)
    assert outcome(reply) == (sorted(expected) if isinstance(expected, list) else expected)
    matrix[forwarder.name, question] = "ok"


def keeps(forwarder, name, rdtype):
    """True if a question asked again at once does not come to us."""
    forwarder.ask(name, rdtype)
    before = forwarder.asked_us(name, rdtype)
    assert before > 0
    for _ in range(5):
        forwarder.ask(name, rdtype)
    return forwarder.asked_us(name, rdtype) == before


@pytest.mark.parametrize("name, rdtype", [("v4only.lab", "AAAA"), ("v6only.lab", "A")])
def test_a_denial_is_kept_as_long_as_the_synthetic_soa_says(forwarder, matrix, name, rdtype):
    """Of a name in the hosts file."""
    start = time.monotonic()
    assert outcome(forwarder.ask(name, rdtype)) == "NODATA"
    assert forwarder.asked_us(name, rdtype) == 1
    while forwarder.asked_us(name, rdtype) == 1:
        assert time.monotonic() - start < DENIAL_TTL + SECONDS
        assert outcome(forwarder.ask(name, rdtype)) == "NODATA"
    assert time.monotonic() - start >= DENIAL_TTL - 1  # whole seconds are counted
    matrix[forwarder.name, "denials"] = "ok"


@pytest.mark.parametrize("name, rdtype", [
    ("gone.example.test", "A"), ("a.example.test", "AAAA")])
def test_a_denial_from_dns_is_kept(forwarder, name, rdtype):
    """The zone's own SOA says 45 seconds."""
    assert keeps(forwarder, name, rdtype)
    soa = [rrset for rrset in forwarder.ask(name, rdtype).authority
           if rrset.rdtype == dns.rdatatype.SOA]
    assert all(rrset.ttl <= 45 for rrset in soa)
    assert soa or forwarder.name == "dnsmasq"  # which gives none from its cache


def test_letter_case_comes_back(forwarder):
    """unbound mixes it, and refuses replies in which it is another one."""
    reply = forwarder.ask("Both.EXAMPLE.tesT", "A")
    assert outcome(reply) == ["192.0.2.2"]
    if forwarder.name == "unbound":
        asked = forwarder.spellings("both.example.test")
        assert len(asked) == 1 and asked != {"both.example.test"}


def test_every_forwarder_asked_everything(matrix, forwarder):
    """The whole file has to run for it."""
    assert {question for name, question in matrix if name == forwarder.name} == {
        *QUESTIONS, "denials"}
