"""What a domain that the host's own forwarder sends here costs, minute by minute.

Each minute it has to be proven again that the domain comes back, and which user the forwarder is.
That takes one packet, whoever asks first; the questions themselves are no more than they would be
without a loop.
"""

import contextlib
import pathlib
import subprocess
import sys
import tempfile
import time

import dns.rcode
import pytest

import forwarders
from forwarders import Forwarder
from name_server import NameServer, saying
from network import Tap
from test_loops_by_domain import Costs, assert_denied, can_run_as

FORWARDER, GOOD, LAB = "127.0.2.1", "127.0.2.3", "127.0.0.2"
NAMES = 5
MINUTES = 4
TYPES = "A", "AAAA"


@pytest.fixture
def host(start, etc, sleep):
    """Starts a hostdnsd, and a forwarder that is its name server: (server, forwarder)."""
    with contextlib.ExitStack() as ends:
        def run(kind, *options, domain="lab", user=None, group=None, **how):
            user = can_run_as(user or kind)
            etc.write("resolv.conf", f"nameserver {FORWARDER}\noptions timeout:4 attempts:1\n")
            server = start(*options, env=sleep.env)
            with group() if group else contextlib.nullcontext():
                forwarder = Forwarder(getattr(forwarders, kind), FORWARDER, server.to,
                                      domain=domain, rest=LAB, user=user, **how)
            ends.callback(forwarder.stop)
            return server, forwarder

        yield run


@pytest.fixture
def group():
    """A control group, for what is started within what this gives."""
    mounts = [line.split() for line in open("/proc/self/mounts", encoding="utf-8")]
    top = next((mount[1] for mount in mounts if mount[2] == "cgroup2"), None)
    home = next((line.strip()[4:] for line in open("/proc/self/cgroup", encoding="utf-8")
                 if line.startswith("0::/")), None)
    if top is None or home is None:
        pytest.skip("no control groups of the second version here")

    @contextlib.contextmanager
    def inside():
        (group / "cgroup.procs").write_text("0")
        try:
            yield
        finally:
            pathlib.Path(f"{top}/{home}/cgroup.procs").write_text("0")

    try:
        group = pathlib.Path(tempfile.mkdtemp(prefix="hostdns-test-", dir=top))
        group.chmod(0o755)  # as a service manager's
    except OSError as reason:
        pytest.skip(f"no control group can be made: {reason}")
    try:
        yield inside
    finally:
        group.rmdir()


def asked_here(server, name, rdtype="A"):
    assert_denied(server.ask(name, rdtype, edns=True), name.partition(".")[2])


def asked_there(forwarder, name, rdtype="A"):
    assert dns.rcode.to_text(forwarder.ask(name, rdtype).rcode()) == "NXDOMAIN"


@pytest.mark.parametrize("where", [asked_here, asked_there])
@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("kind", ["dnsmasq", "unbound"])
def test_a_minute_costs_one_packet(host, sleep, kind, workers, where):
    server, forwarder = host(kind, "-o", f"workers={workers}")
    to = server if where is asked_here else forwarder
    # Whether the name has the other family is asked for both, unless it is known.
    most = len(TYPES) * (2 if where is asked_here else 1)

    def ask_all(minute):
        for number in range(NAMES):
            for rdtype in TYPES:
                where(to, f"n{number}m{minute}.lab", rdtype)

    tap = Tap(FORWARDER)
    ask_all(0)
    first = Costs(tap)
    assert first.checks <= 2, "of the forwarder for all names, and of the domain"
    for minute in range(1, MINUTES):
        sleep(61 * minute)
        ask_all(minute)
        costs = Costs(tap)
        assert costs.checks == 1
        assert len(costs.questions) == NAMES
        assert max(costs.questions.values()) <= most


@pytest.mark.parametrize("user", ["nobody", "root"])
def test_so_does_one_of_a_forwarder_whose_control_group_tells_who_it_is(group, host, sleep, user):
    """As that of dnsmasq that NetworkManager starts, and of a service that stays root."""
    server, forwarder = host("dnsmasq", user=user, group=group)
    asked_here(server, "first.lab")
    tap = Tap(FORWARDER)
    sleep(61)
    for number in range(NAMES):
        asked_there(forwarder, f"there{number}.lab")
    costs = Costs(tap)
    assert costs.checks == 1
    assert sum(costs.questions.values()) == NAMES


ASK = """\
import sys
import dns.message, dns.query
query = dns.message.make_query(sys.argv[3], "A")
reply = dns.query.udp(query, sys.argv[1], port=int(sys.argv[2]), timeout=30)
print(*[record.to_text() for rrset in reply.answer for record in rrset])
"""


def test_root_in_the_control_group_of_the_forwarder_is_not_taken_for_it(group, host):
    """It is told of a name that the forwarder alone knows."""
    server, forwarder = host("dnsmasq", user="root", group=group,
                             more=["--host-record=printer.lab,10.9.9.9"])
    asked_here(server, "first.lab")
    asked_there(forwarder, "there.lab")
    with group():
        said = subprocess.run([sys.executable, "-c", ASK, *map(str, server.to), "printer.lab"],
                              stdout=subprocess.PIPE, text=True, check=True).stdout
    assert said == "10.9.9.9\n"
    asked_there(forwarder, "next.lab")
    asked_here(server, "next.lab")


@pytest.mark.parametrize("kind", ["dnsmasq", "unbound"])
def test_so_does_one_that_begins_with_many_questions_at_once(host, sleep, kind):
    """Here and at the forwarder."""
    server, forwarder = host(kind, "-o", "workers=2")
    asked_here(server, "first.lab")
    tap = Tap(FORWARDER)
    sleep(61)
    pending = [server.send(f"n{number}.lab", edns=True) for number in range(NAMES)]
    for number in range(NAMES):
        asked_there(forwarder, f"m{number}.lab")
    for question in pending:
        assert_denied(question.reply())
    assert Costs(tap).checks == 1


def test_each_domain_costs_one(host, sleep):
    server, forwarder = host("dnsmasq", domain="lab/office")
    for minute in 0, 1:  # in the second one it is found out that not all names come back
        sleep(61 * minute)
        for domain in "lab", "office":
            asked_here(server, f"first{minute}.{domain}")
    tap = Tap(FORWARDER)
    sleep(122)
    for number in range(NAMES):
        for domain in "lab", "office":
            asked_there(forwarder, f"there{number}.{domain}")
            asked_here(server, f"here{number}.{domain}")
    assert Costs(tap).checks == 2


def test_one_that_comes_later_costs_one_and_no_more_at_the_forwarder(host):
    """Who the forwarder is has been found out already."""
    server, forwarder = host("dnsmasq", domain="lab/office")
    asked_here(server, "first.lab")
    tap = Tap(FORWARDER)
    asked_there(forwarder, "there.office")
    costs = Costs(tap)
    assert costs.checks == 1
    assert costs.questions == {"there.office": 1}, "the client's"


def test_other_names_cost_nothing(host, sleep):
    server, _ = host("dnsmasq")
    asked_here(server, "first.lab")
    tap = Tap(FORWARDER)
    sleep(61)
    assert server.ask("a.example.test").outcome == ["a.example.test A 192.0.2.1"]
    costs = Costs(tap)
    assert costs.checks == 0
    assert costs.questions == {"a.example.test": 1}


def test_a_host_that_changes_costs_no_more_than_a_minute(host, etc):
    server, forwarder = host("dnsmasq")
    asked_here(server, "first.lab")
    tap = Tap(FORWARDER)
    etc.add("hosts", "10.0.0.99 new.lab\n")
    assert server.ask("new.lab").outcome == ["new.lab A 10.0.0.99"]
    asked_there(forwarder, "there.lab")
    costs = Costs(tap)
    assert costs.checks <= 2, "of the forwarder for all names, and of the domain"
    assert costs.questions == {"there.lab": 1}, "the client's"


@pytest.mark.parametrize("seconds", [6, 61])
def test_a_forwarder_that_is_corrected_is_noticed_at_once(host, sleep, seconds):
    """However slow it is, and of the name itself when the denial has ended that it was kept for."""
    def answer(packet):
        time.sleep(0.2)
        return saying("192.0.2.7")(packet)

    server, forwarder = host("dnsmasq")
    asked_here(server, "a.lab")
    asked_there(forwarder, "b.lab")
    forwarder.stop()
    good = NameServer(GOOD, answer)
    corrected = Forwarder(forwarders.dnsmasq, FORWARDER, (GOOD, 53), domain="lab", rest=LAB,
                          user="dnsmasq")
    sleep(seconds)
    try:
        for name in "a.lab", "b.lab", "c.lab":
            assert server.ask(name).outcome == [f"{name} A 192.0.2.7"]
    finally:
        corrected.stop()
        good.close()


def test_a_forwarder_that_sends_everything_here_later_is_found_out(host, sleep):
    server, forwarder = host("dnsmasq")
    asked_here(server, "first.lab")
    forwarder.stop()
    everything = Forwarder(forwarders.dnsmasq, FORWARDER, server.to, user="dnsmasq")
    try:
        assert server.ask("a.example.test", edns=True).outcome in ("NXDOMAIN", "SERVFAIL")
        sleep(61)
        server.ask("b.other.test")
        reply = server.ask("c.example.test", edns=True)
        assert reply.outcome == "SERVFAIL"
        assert "leads back to this server" in reply.extended_error[1]
        assert server.ask("v4only.lab").outcome == ["v4only.lab A 10.0.0.4"]
    finally:
        everything.stop()
