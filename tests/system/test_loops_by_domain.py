"""The host's own forwarder sends one domain here, and is the host's name server as well.

What it is asked of that domain it asks us, and we would ask it.
"""

import collections
import contextlib
import functools
import os
import pwd
import statistics
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
from name_server import saying
from network import Tap, with_addresses
from tables import table

# Names of the hosts file are below it, and the forwarder says by them that it is up.
DOMAIN = "lab"
KNOWN = ["v4only.lab A 10.0.0.4"]
FORWARDER, GOOD, FORWARDER6 = "127.0.2.1", "127.0.2.3", "fd00::53"
LAB = "127.0.0.2"  # the lab's name server, which knows nothing of the domain

# A denial takes 0.1 seconds; without it, a question waits for 4.4 and a forwarder for 9.
SECONDS = 2
ROUNDS = 6
MANY = 20
CHECKS = 2  # of the forwarder for all names, and of the domain
A_MINUTE = 1  # so many checks are needed again when one begins meanwhile


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
def good(name_server):
    """Starts the name server of another domain."""
    return functools.partial(name_server, GOOD)


def saying_late(seconds):
    def answer(packet):
        time.sleep(seconds)
        return saying("192.0.2.7")(packet)

    return answer


@pytest.fixture(scope="module")
def ipv6():
    with with_addresses(FORWARDER6):
        yield


def assert_denied(reply, domain="lab"):
    """By us, or by the forwarder, which may be first to tell what we have told it."""
    assert reply.outcome == "NXDOMAIN"
    if not reply.extended_error:
        assert reply.soa[0][0] == f"{domain}."
        return
    code, text = reply.extended_error
    assert code == 29, "synthesized (RFC 9077)"
    assert "loop" in text
    assert reply.soa == [(f"{domain}.", 5, 5)], "or nobody would keep it"


def is_check(name):
    return "hostdns-loop-check" in name


class Costs:
    """Of what the forwarder has been asked since the last look."""

    def __init__(self, tap):
        names = collections.Counter(tap.names())
        self.checks = sum(number for name, number in names.items() if is_check(name))
        self.questions = {name: number for name, number in names.items() if not is_check(name)}
        print(f"{self.checks} checks; {sum(self.questions.values())} questions for "
              f"{len(self.questions)} names")


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
def test_a_name_that_nobody_knows_is_denied_for_any_type(behind_dnsmasq, rdtype):
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
    good(saying_late(0.2))
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
    good(saying_late(0.3))
    server, _ = host("dnsmasq", rest=GOOD)
    assert_denied(server.ask("nosuch.lab", edns=True))
    begun = [server.send("slow.up.test", "A") for _ in range(50)]
    begun += [Server(FORWARDER, 53).send("slow.up.test", "A") for _ in range(10)]
    for reply in gather(begun):
        assert reply.outcome == ["slow.up.test A 192.0.2.7"]


# Forwarders that run as a user of their own, as they do on a host.

AS_A_USER = [
    pytest.param("dnsmasq", {"user": "dnsmasq"}, id="dnsmasq"),
    pytest.param("unbound", {"user": "unbound"}, id="unbound"),
]


def can_run_as(user):
    """That user, or the test is skipped."""
    try:
        number = pwd.getpwnam(user).pw_uid
        os.setresuid(number, number, 0)
    except (KeyError, OSError) as reason:
        pytest.skip(f"no forwarder can run as a user of its own: {reason}")
    finally:
        os.setresuid(0, 0, 0)
    return user


@pytest.fixture
def known(host):
    """Starts one, and has a name of the domain denied, so that the domain is known."""
    def run(kind, *options, **how):
        can_run_as(how["user"])
        server, forwarder = host(kind, *options, **how)
        assert_denied(server.ask("first.lab", edns=True))
        return server, forwarder
    return run


def outcomes(forwarder, names):
    return {dns.rcode.to_text(forwarder.ask(name, rdtype).rcode())
            for name in names for rdtype in ("A", "AAAA")}


def addresses(forwarder, name, rdtype="A"):
    """The records that the forwarder has for a name that exists."""
    reply = forwarder.ask(name, rdtype)
    assert dns.rcode.to_text(reply.rcode()) == "NOERROR"
    return [record.to_text() for rrset in reply.answer for record in rrset]


@pytest.mark.parametrize("kind, how", AS_A_USER)
def test_a_name_costs_no_packet_but_the_questions_themselves(known, kind, how):
    server, forwarder = known(kind, **how)
    tap = Tap(FORWARDER)
    assert outcomes(forwarder, [f"there{number}.lab" for number in range(MANY)]) == {"NXDOMAIN"}
    costs = Costs(tap)
    assert costs.checks <= A_MINUTE
    assert sum(costs.questions.values()) == 2 * MANY, "the client's"
    times = []
    for number in range(MANY):
        for rdtype in "A", "AAAA":
            reply = server.ask(f"here{number}.lab", rdtype, edns=True)
            assert_denied(reply)
            times.append(reply.seconds)
    costs = Costs(tap)
    assert_prompt(times, "here")
    assert costs.checks <= A_MINUTE
    assert max(costs.questions.values()) <= 4, "each family, and for it whether there is another"


@pytest.mark.parametrize("kind, how", AS_A_USER)
def test_clients_that_ask_at_the_same_moment_are_told_the_same(known, kind, how):
    """Here and at the forwarder: neither is taken for the other."""
    server, forwarder = known(kind, **how)
    there = Server(FORWARDER, 53)
    begun = [to.send(f"n{number}.lab", rdtype, edns=True)
             for number in range(MANY) for rdtype in ("A", "AAAA") for to in (server, there)]
    for reply in gather(begun):
        assert_denied(reply)
        assert reply.seconds < SECONDS
    assert dns.rcode.to_text(forwarder.ask("last.lab").rcode()) == "NXDOMAIN"


def test_what_a_forwarder_with_a_user_knows_is_not_denied(known, good):
    """Whether it has that itself or from elsewhere, slowly, and whoever asks what beside."""
    good(saying_late(0.2))
    server, forwarder = known("dnsmasq", "-o", "cache-size=0", user="dnsmasq", more=[
        f"--server=/sub.lab/{GOOD}", "--host-record=printer.lab,10.9.9.9"])
    for number in range(3):
        assert_denied(server.ask(f"n{number}.lab", edns=True))
        for rdtype in "AAAA", "MX":
            assert server.ask("printer.lab", rdtype).outcome == "NODATA"
            assert addresses(forwarder, "printer.lab", rdtype) == []
        assert server.ask("printer.lab").outcome == ["printer.lab A 10.9.9.9"]
        assert addresses(forwarder, "printer.lab") == ["10.9.9.9"]
        name = f"n{number}.sub.lab"
        assert server.ask(name).outcome == [f"{name} A 192.0.2.7"]
        assert addresses(forwarder, name) == ["192.0.2.7"]
        assert server.ask("v4only.lab").outcome == KNOWN
        assert addresses(forwarder, "v4only.lab") == ["10.0.0.4"]
    assert outcomes(forwarder, ["n9.lab"]) == {"NXDOMAIN"}


def test_a_client_with_the_user_of_the_forwarder_is_told_what_others_know(known):
    """Taken for the forwarder, it is told nothing of the domain that only the forwarder knows.

    It alone: what it is told is for nobody else.
    """
    server, _ = known("dnsmasq", user="dnsmasq", more=["--host-record=printer.lab,10.9.9.9"])
    number = pwd.getpwnam("dnsmasq").pw_uid
    os.seteuid(number)
    try:
        asked = [server.send(name, edns=True) for name in
                 ("v4only.lab", "a.example.test", "nosuch.example.test", "printer.lab")]
    finally:
        os.seteuid(0)
    known_here, other, nosuch, denied = [pending.reply() for pending in asked]
    assert known_here.outcome == KNOWN
    assert other.outcome == ["a.example.test A 192.0.2.1"]
    assert nosuch.outcome == "NXDOMAIN"
    assert_denied(denied)
    assert server.ask("printer.lab").outcome == ["printer.lab A 10.9.9.9"]
