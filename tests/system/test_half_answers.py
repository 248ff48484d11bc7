"""half-answers: an address family that fails, where the name has addresses of the other one."""

import pathlib
import shutil
import subprocess

import pytest

from clients import glibc, through_libc
from conftest import make_open_folder
from daemon import Daemon, wait_until
from tables import table
from waiting import waiting

FAILURES = ["servfail", "refused", "notimp", "formerr", "garbage", "lame"]
FAMILIES = {"A": "q{failure}-{other}", "AAAA": "q{other}-{failure}"}
DATA = {"A": "192.0.2.200", "AAAA": "2001:db8::200"}
NO_AUTHORITY, NETWORK = 22, 23
SERVFAIL = "SERVFAIL"
FIRST = "127.0.25.1"


def other_family(rdtype):
    return {"A": "AAAA", "AAAA": "A"}[rdtype]


def a_name(rdtype, failure, other="ok"):
    """This family of it fails."""
    return f"x.{FAMILIES[rdtype].format(failure=failure, other=other)}.fault.test"


@pytest.fixture(scope="module")
def half():
    """A server with the option."""
    daemon = Daemon("-o", "half-answers=yes")
    yield daemon
    daemon.stop()


@table("failure", FAILURES)
@table("rdtype", FAMILIES)
def test_a_family_that_fails_has_no_data(half, rdtype, failure):
    name = a_name(rdtype, failure)
    reply = half.ask(name, rdtype, edns=True)
    code, text = reply.extended_error
    assert reply.outcome == "NODATA"
    assert code == (NETWORK if failure == "garbage" else NO_AUTHORITY)
    assert text.startswith("half-answers: ") and len(text) > len("half-answers: ")
    assert reply.soa == [], "nobody may keep it"
    other = other_family(rdtype)
    assert half.ask(name, other).outcome == [f"{name} {other} {DATA[other]}"]


@table("failure", FAILURES)
@table("rdtype", FAMILIES)
def test_without_the_option_it_is_a_failure(server, rdtype, failure):
    assert server.ask(a_name(rdtype, failure), rdtype).outcome == SERVFAIL


@table("other", ["nodata", "nxdomain", "servfail", "refused", "garbage", "cname"])
@table("failure", FAILURES)
@table("rdtype", FAMILIES)
def test_without_addresses_of_the_other_family_it_is_one_too(half, rdtype, failure, other):
    assert half.ask(a_name(rdtype, failure, other), rdtype).outcome == SERVFAIL


@table("rdtype", ["MX", "TXT", "HTTPS", "ANY"])
def test_other_types_are_none_of_it(half, server, rdtype):
    name = a_name("A", "servfail")  # as are all types that are not AAAA
    assert half.ask(name, rdtype).outcome == server.ask(name, rdtype).outcome


def test_names_of_the_host_are_none_of_it(half):
    assert half.ask("v4only.lab", "AAAA", edns=True).extended_error is None
    assert half.ask("v4only.lab", "A").outcome == ["v4only.lab A 10.0.0.4"]


def test_the_filter_leaves_one_family(start):
    server = start("-o", "half-answers=yes", "-o", "filter-aaaa=yes")
    assert server.ask(a_name("A", "servfail"), "A").outcome == SERVFAIL


def test_a_failure_is_asked_for_again_after_a_second(start, upstream, fresh):
    """It is kept no longer than any other failure, whatever min-ttl says."""
    server = start("-o", "half-answers=yes", "-o", "cache-size=1000000", "-o", "min-ttl=3600")
    name = fresh("qok-servfail")
    assert server.ask(name, "AAAA").outcome == "NODATA"
    asked = upstream.asked(name)["AAAA"]
    while upstream.asked(name)["AAAA"] == asked:
        assert server.ask(name, "AAAA").outcome == "NODATA"


def test_the_other_family_is_known_then(start, upstream, fresh):
    server = start("-o", "half-answers=yes", "-o", "cache-size=1000000")
    name = fresh("qok-servfail")
    server.ask(name, "AAAA")
    assert server.ask(name, "A").outcome == [f"{name} A 192.0.2.200"]
    assert upstream.asked(name)["A"] == 1


def dropping(rdtype):
    """What a name server answers that drops one family."""
    return lambda packet: packet.reply(DATA[packet.type]) if packet.type == other_family(
        rdtype) else None


@pytest.mark.parametrize("rdtype", FAMILIES)
@pytest.mark.parametrize("count", [1, 2])
@waiting
def test_silence_is_told_before_clients_give_up(host, count, rdtype):
    """What is a failure without the option comes later, though it was asked for before."""
    servers = [host.name_server(dropping(rdtype)) for _ in range(count)]
    half = host.start("-o", "half-answers=yes")
    failing = host.ask(servers, rdtype=rdtype, edns=True)
    name = host.name()
    pending = half.send(name, rdtype, edns=True)
    wait_until(lambda: servers[0].has_been_asked(name), "the question")
    yield
    reply, failure = pending.reply(), failing.reply()
    assert (reply.outcome, failure.outcome) == ("NODATA", SERVFAIL)
    assert pending.sent + reply.seconds < failing.sent + failure.seconds
    code, text = reply.extended_error
    assert code == NO_AUTHORITY
    assert text.startswith("half-answers: ")


@waiting
def test_a_family_that_is_only_slow_has_its_data(host):
    """Its answer comes when the other family's is there."""
    one = host.name_server(lambda packet: packet.reply(DATA["A"]) if packet.type == "A" else None)
    half = host.start("-o", "half-answers=yes")
    host.resolv_conf([one])
    name = host.name()
    pending = half.send(name, "AAAA", edns=True)
    wait_until(lambda: (name, "A") in one.questions, "the question for the other family")
    for packet in one.packets:
        if packet.question == (name, "AAAA"):
            one.send(packet, packet.reply(DATA["AAAA"]))
    yield
    assert pending.reply().outcome == [f"{name} AAAA 2001:db8::200"]


@table("failure", FAILURES)
@table("rdtype", FAMILIES)
def test_libc_finds_the_name_through_us(start, rdtype, failure):
    server = start("-o", "half-answers=yes", listen="127.0.25.53:53")
    name = a_name(rdtype, failure)
    assert glibc(server, name, other_family(rdtype))[0] == DATA[other_family(rdtype)]
    said = through_libc(server, "getent", "ahosts", name)
    assert {line.split()[0] for line in said.splitlines()} == {DATA[other_family(rdtype)]}


@pytest.fixture(scope="module")
def musl():
    """musl's getaddrinfo() through a server: addresses, or why there are none."""
    if not shutil.which("musl-gcc"):
        pytest.skip("there is no musl here")
    program = make_open_folder() / "getaddrinfo"
    source = pathlib.Path(__file__).parent / "musl/getaddrinfo.c"
    subprocess.run(["musl-gcc", "-static", "-O1", "-o", program, source], check=True)

    def run(server, name):
        said = through_libc(server, program, name, options="timeout:2 attempts:2")
        return said.splitlines()

    return run


@table("failure", FAILURES)
@table("rdtype", FAMILIES)
def test_musl_finds_the_name_through_us(start, musl, rdtype, failure):
    server = start("-o", "half-answers=yes", listen="127.0.25.54:53")
    assert musl(server, a_name(rdtype, failure)) == [DATA[other_family(rdtype)]]


@table("rdtype", FAMILIES)
def test_without_the_option_musl_does_not(start, musl, rdtype):
    server = start(listen="127.0.25.54:53")
    assert musl(server, a_name(rdtype, "servfail")) == ["Try again"]
