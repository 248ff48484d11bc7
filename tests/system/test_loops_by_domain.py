"""The host's own forwarder sends one domain here, and is the host's name server as well.

What it is asked of that domain it asks us, and we would ask it.
"""

import contextlib
import statistics
import subprocess
import time

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

import forwarders
from ask import Server, gather
from daemon import wait_until
from forwarders import Forwarder
from name_server import NameServer, saying
from network import Tap
from tables import table

# Names of the hosts file are below it, and the forwarder says by them that it is up.
DOMAIN = "lab"
KNOWN = ["v4only.lab A 10.0.0.4"]
FORWARDER, GOOD, FORWARDER6 = "127.0.2.1", "127.0.2.3", "fd00::53"
LAB = "127.0.0.2"  # the lab's name server, which knows nothing of the domain

# A denial takes 0.1 seconds; without it, a question waits for 4.4 and a forwarder for 9.
SECONDS = 2
ROUNDS = 6
CHECKS = 2  # of the forwarder for all names, and of the domain


@pytest.fixture
def host(start, etc):
    """Starts a hostdnsd, and a forwarder that is its name server: (server, forwarder)."""
    with contextlib.ExitStack() as ends:
        def run(kind, *options, address=FORWARDER, domain=DOMAIN, rest=LAB, **how):
            etc.write("resolv.conf", f"nameserver {address}\n")
            server = start(*options)
            forwarder = Forwarder(getattr(forwarders, kind), address, server.to, domain=domain,
                                  rest=rest, **how)
            ends.callback(forwarder.stop)
            return server, forwarder

        yield run


@pytest.fixture
def good():
    """Starts a name server of another domain's."""
    with contextlib.ExitStack() as ends:
        def run(answer):
            server = NameServer(GOOD, answer)
            ends.callback(server.close)
            return server

        yield run


@pytest.fixture(scope="module")
def ipv6():
    subprocess.run(["ip", "address", "add", FORWARDER6, "dev", "lo", "nodad"], check=True)
    yield
    subprocess.run(["ip", "address", "delete", FORWARDER6, "dev", "lo"], check=True)


def assert_denied(reply):
    """By us, or by the forwarder, which may be first to tell what we have told it."""
    assert reply.outcome == "NXDOMAIN"
    if not reply.extended_error:
        assert reply.soa[0][0] == "lab."
        return
    code, text = reply.extended_error
    assert code == 29, "synthesized (RFC 9077)"
    assert "loop" in text
    assert reply.soa == [("lab.", 5, 5)], "or nobody would keep it"


def assert_prompt(times, where):
    median = statistics.median(times)
    print(f"asked {where}: {median * 1000:.1f} ms, the slowest {max(times) * 1000:.1f}")
    assert max(times) < SECONDS


@pytest.mark.parametrize("kind, address, options", [
    pytest.param("dnsmasq", FORWARDER, [], id="dnsmasq"),
    pytest.param("dnsmasq", FORWARDER6, [], id="dnsmasq over IPv6"),
    pytest.param("unbound", FORWARDER, ["-o", "workers=2"], id="unbound, two workers"),
])
def test_a_name_that_nobody_knows_does_not_exist(host, ipv6, kind, address, options):
    server, forwarder = host(kind, *options, address=address)

    def ask_there(name):
        begun = time.monotonic()
        assert dns.rcode.to_text(forwarder.ask(name).rcode()) == "NXDOMAIN"
        return time.monotonic() - begun

    def ask_here(name):
        reply = server.ask(name, edns=True)
        assert_denied(reply)
        return reply.seconds

    tap = Tap(address)
    assert_prompt([ask_there(f"there{number}.lab") for number in range(ROUNDS)],
                  "at the forwarder")
    packets = tap.count()
    print(f"{packets} packets to the forwarder, {ROUNDS} of them the client's")
    assert packets <= 9 * ROUNDS + CHECKS, "each family and its check, and the same of what it asks"
    assert_prompt([ask_here(f"here{number}.lab") for number in range(ROUNDS)], "here")
    packets = tap.count()
    print(f"{packets} packets to the forwarder for {ROUNDS} questions here")
    assert packets <= 12 * ROUNDS, "questions and checks"

    # All other names are as ever.
    assert server.ask("v4only.lab").outcome == KNOWN
    assert forwarder.ask("v4only.lab").answer[0][0].address == "10.0.0.4"
    assert server.ask("a.example.test").outcome == ["a.example.test A 192.0.2.1"]
    assert server.ask("mail.example.test", "AAAA").outcome == "NODATA"
    assert server.ask("nosuch.example.test").outcome == "NXDOMAIN"


def test_a_name_that_is_asked_for_over_and_over_is_checked_once(host):
    """For each type. Its own questions the forwarder gets each time: it may know it by now."""
    server, _ = host("dnsmasq", "-o", "cache-size=0", more=["--no-negcache"])
    assert_denied(server.ask("nosuch.lab", edns=True))
    tap = Tap(FORWARDER)
    for _ in range(ROUNDS):
        assert_denied(server.ask("nosuch.lab", edns=True))
    packets = tap.count()
    print(f"{packets} packets to the forwarder for {ROUNDS} questions")
    assert packets <= 5 * ROUNDS, "A, AAAA, those that come back, and some asked twice"


@pytest.fixture
def behind_dnsmasq(host):
    server, _ = host("dnsmasq")
    return server


def test_all_that_ask_at_once_are_told(behind_dnsmasq):
    server = behind_dnsmasq
    tap = Tap(FORWARDER)
    replies = gather([server.send(f"n{number}.lab", rdtype, edns=True)
                      for number in range(20) for rdtype in ("A", "AAAA")])
    for reply in replies:
        assert_denied(reply)
        assert reply.seconds < SECONDS
    packets = tap.count()
    print(f"{packets} packets to the forwarder for {len(replies)} questions at once")
    assert packets <= 4 * len(replies) + CHECKS


@table("rdtype", ["A", "AAAA", "MX", "TXT", "HTTPS", "ANY", "TYPE65280"])
def test_of_any_type(behind_dnsmasq, rdtype):
    reply = behind_dnsmasq.ask(f"no-{rdtype}.lab", rdtype, edns=True)
    assert_denied(reply)
    assert reply.seconds < SECONDS


def test_a_reverse_name_that_nobody_knows_does_not_exist(host):
    server, forwarder = host("dnsmasq", domain="lab/113.0.203.in-addr.arpa")
    server.ask("a.example.test")
    tap = Tap(FORWARDER)
    reply = server.ask("5.113.0.203.in-addr.arpa", "PTR", edns=True)
    assert tap.count() == 2, "the first question of a domain costs one packet more"
    assert reply.outcome == "NXDOMAIN"
    assert "loop" in reply.extended_error[1]
    assert reply.seconds < SECONDS
    assert dns.rcode.to_text(forwarder.ask("6.113.0.203.in-addr.arpa", "PTR").rcode()) == "NXDOMAIN"


def test_an_alias_of_a_name_that_nobody_knows(host, good):
    """unbound looks up the target by itself, here."""
    def answer(packet):
        wire = packet.message
        target = "v4only.lab." if packet.name.labels[0].lower() == b"good" else "nosuch.lab."
        reply = dns.message.make_response(wire)
        reply.flags |= dns.flags.RA
        reply.answer.append(dns.rrset.from_text(packet.name, 60, "IN", "CNAME", target))
        return reply.to_wire()

    good(answer)
    server, _ = host("unbound", rest=GOOD)
    reply = server.ask("bad.up.test", edns=True)
    assert reply.outcome == ["bad.up.test CNAME nosuch.lab", "NXDOMAIN"]
    assert reply.seconds < SECONDS
    assert server.ask("good.up.test").outcome == ["good.up.test CNAME v4only.lab", *KNOWN]


def test_a_name_that_the_forwarder_has_with_one_family_is_not_denied(host):
    """It asks us for all other types, and these come back."""
    server, _ = host("dnsmasq", more=["--host-record=printer.lab,10.9.9.9"])
    for rdtype in "AAAA", "MX", "HTTPS":
        assert server.ask("printer.lab", rdtype).outcome == "NODATA"
    assert server.ask("printer.lab").outcome == ["printer.lab A 10.9.9.9"]


def test_a_part_of_the_domain_that_is_sent_elsewhere_is_answered_from_there(host, good):
    """However long that takes, and whatever is denied beside it."""
    def answer(packet):
        time.sleep(0.2)
        return saying("192.0.2.7")(packet)

    good(answer)
    server, _ = host("dnsmasq", more=[f"--server=/sub.lab/{GOOD}",
                                     "--host-record=own.lab,10.0.0.99"])
    for number in range(3):
        assert_denied(server.ask(f"n{number}.lab", edns=True))
        name = f"n{number}.sub.lab"
        assert server.ask(name).outcome == [f"{name} A 192.0.2.7"]
    assert server.ask("sub.lab").outcome == ["sub.lab A 192.0.2.7"]
    assert server.ask("own.lab").outcome == ["own.lab A 10.0.0.99"], "the forwarder's own"


def test_when_the_forwarder_is_corrected_the_next_question_is_answered(host, good):
    server, forwarder = host("dnsmasq")
    assert_denied(server.ask("a.lab", edns=True))
    forwarder.stop()
    good(saying("192.0.2.7"))
    corrected = Forwarder(forwarders.dnsmasq, FORWARDER, (GOOD, 53), domain=DOMAIN, rest=LAB)
    try:
        assert server.ask("b.lab").outcome == ["b.lab A 192.0.2.7"]
        wait_until(lambda: server.ask("a.lab").outcome == ["a.lab A 192.0.2.7"],
                   "what is known of a.lab itself to be forgotten", seconds=90)
    finally:
        corrected.stop()


def test_a_slow_name_that_many_ask_for_is_no_loop(host, good):
    def answer(packet):
        time.sleep(0.3)
        return saying("192.0.2.7")(packet)

    good(answer)
    server, _ = host("dnsmasq", rest=GOOD)
    assert_denied(server.ask("nosuch.lab", edns=True))
    begun = [server.send("slow.up.test", "A") for _ in range(50)]
    begun += [Server(FORWARDER, 53).send("slow.up.test", "A") for _ in range(10)]
    for reply in gather(begun):
        assert reply.outcome == ["slow.up.test A 192.0.2.7"]
