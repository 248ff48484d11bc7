"""Routers refresh the lifetimes of addresses and routes every few seconds. That throws away no
answer and writes no line; what comes, goes, or is not to be used any more still counts."""

import subprocess

import pytest

import way
from daemon import Daemon, wait_until
from network import ip

NAME = "a.example.test"
ADDRESS = "2001:db8:7::1/64"


def wait_for_local_route(what):
    """With it the kernel has done all that it does by and by for a link, or an address."""
    wait_until(lambda: what in subprocess.run(
        ["ip", "-6", "route", "show", "table", "local", "dev", "late0"], check=True,
        capture_output=True, text=True).stdout, f"a local route to {what}")


@pytest.fixture(scope="module")
def link():
    """Beside the lab's own, with nobody at its other end."""
    ip("link add late0 type veth peer name late1")
    subprocess.run(["sysctl", "-q", "-w", "net.ipv6.conf.late0.accept_dad=0",
                    "net.ipv6.conf.late1.disable_ipv6=1"], check=True)
    ip("link set late1 up")
    ip("link set late0 addrgenmode none up")
    wait_for_local_route("ff00::/8")
    ip(f"address add {ADDRESS} dev late0 valid_lft 900 preferred_lft 500")
    wait_for_local_route("2001:db8:7::1")
    ip("-6 route add 2001:db8:8::/48 dev late0 expires 900")
    yield
    ip("link del late0")


@pytest.fixture(scope="module")
def server(link):
    daemon = Daemon("-o", "cache-size=16777216", "-o", "ttl=300")
    yield daemon
    daemon.stop()


def how(server):
    reply = server.ask(NAME, edns=True, options=[way.ASK])
    return way.of(reply).serve.how


def keep(server):
    wait_until(lambda: how(server) == "cache", "an answer that is kept")


def lines(server):
    return server.errors().count("addresses or routes have changed")


def test_a_refresh_is_no_news(server):
    keep(server)
    before = lines(server)
    for seconds in range(900, 920):
        ip(f"address change {ADDRESS} dev late0 valid_lft {seconds} preferred_lft 500")
        ip(f"-6 route replace 2001:db8:8::/48 dev late0 expires {seconds}")
        assert how(server) == "cache"
    # What is told behind the refreshes was read behind them.
    ip("address add 10.97.0.1/32 dev late0")
    wait_until(lambda: lines(server) > before, "the address that came")
    assert lines(server) == before + 1
    ip("address del 10.97.0.1/32 dev late0")
    wait_until(lambda: lines(server) == before + 2, "the address that went")


@pytest.mark.parametrize("change, back", [
    (f"address change {ADDRESS} dev late0 valid_lft 900 preferred_lft 0",
     f"address change {ADDRESS} dev late0 valid_lft 900 preferred_lft 500"),
    ("-6 route replace 2001:db8:8::/48 dev lo", "-6 route replace 2001:db8:8::/48 dev late0"),
    ("address add 10.97.0.1/32 dev lo", "address del 10.97.0.1/32 dev lo"),
    ("link set late0 down", "link set late0 up"),
], ids=["deprecated", "another way", "an address", "a link"])
def test_a_change_is(server, change, back):
    for command in change, back:
        keep(server)
        ip(command)
        wait_until(lambda: how(server) != "cache", f"a new answer after {command}")
