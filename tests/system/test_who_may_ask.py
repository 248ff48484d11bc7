"""Loopback by default; others only by name, and strangers hear that they are strangers."""

import subprocess

import dns.message
import pytest

from ask import Over, Reply, make
from daemon import PROGRAM
from network import in_a_network_of_its_own, with_addresses
from tables import table

V4 = ["v4only.lab A 10.0.0.4"]
PROHIBITED = 18
OWN, OWN6 = "10.8.0.1", "2001:db8:8::1"


def ask_from(server, transport, source, **how):
    """The reply to a good question from that address."""
    query = make("v4only.lab", **how)
    wire = server.raw(query.to_wire(), tcp=transport == "tcp", source=source)
    return Reply(query, wire, tcp=transport == "tcp")


def on_a_host_of_its_own(test):
    """Runs it where loopback has two addresses more."""
    def run():
        with with_addresses(f"{OWN}/24", f"{OWN6}/64"):
            test()

    in_a_network_of_its_own(run)


@pytest.mark.row("9.1")
@table("source", ["127.0.0.1", "127.0.0.99", "127.255.255.254"])
def test_all_of_loopback_may_ask(server, transport, source):
    assert ask_from(server, transport, source).outcome == V4


@pytest.mark.row("9.1")
def test_a_stranger_is_refused(start, transport):
    """RFC 8914: prohibited."""
    server = start("-o", "allow=127.0.0.1/32")
    assert ask_from(server, transport, "127.0.0.1").outcome == V4
    reply = ask_from(server, transport, "127.0.0.2", edns=True)
    assert (reply.outcome, reply.extended_error[0]) == ("REFUSED", PROHIBITED)
    assert ask_from(server, transport, "127.0.0.2").outcome == "REFUSED"


@pytest.mark.row("9.1")
def test_a_strangers_name_is_looked_up_by_nobody(start, transport, upstream, fresh):
    server = start("-o", "allow=127.0.0.1/32")
    name = fresh("qok-ok")
    query = make(name, "A")
    wire = server.raw(query.to_wire(), tcp=transport == "tcp", source="127.0.0.2")
    assert Reply(query, wire, tcp=True).outcome == "REFUSED"
    assert upstream.asked(name) == {}


@pytest.mark.row("9.1")
@table("prefix, stranger", [("10.8.0.1/32", "127.0.0.1"),
                            ("2001:db8:8::/64", "::1")])
def test_the_list_says_who_may(start, transport, prefix, stranger):
    own = OWN6 if ":" in prefix else OWN

    def test():
        server = start("-o", f"allow={prefix}", listen=f"[{own}]:0" if ":" in own else f"{own}:0")
        assert ask_from(server, transport, own).outcome == V4
        assert ask_from(server, transport, stranger).outcome == "REFUSED"

    on_a_host_of_its_own(test)


@pytest.mark.row("9.1")
def test_several_prefixes(start, transport):
    server = start("-o", "allow=127.0.0.5/32", "-o", "allow=127.9.0.0/16")
    outcomes = [ask_from(server, transport, source).outcome
                for source in ("127.0.0.5", "127.0.0.6", "127.9.255.1", "127.10.0.1")]
    assert outcomes == [V4, "REFUSED", V4, "REFUSED"]


@pytest.mark.row("9.1")
@table("listen", ["0.0.0.0:5399", "[::]:5399", f"{OWN}:5399", f"[{OWN6}]:5399"])
def test_without_a_list_it_listens_on_loopback_only(listen):
    """It says so in a line and does not start."""
    def test():
        result = subprocess.run([PROGRAM, "-l", listen], capture_output=True, text=True,
                                timeout=60, check=False)
        assert result.returncode != 0
        (line,) = result.stderr.splitlines()
        assert listen.rpartition(":")[0] in line
        assert "allow" in line

    on_a_host_of_its_own(test)


@pytest.mark.row("9.1")
@table("prefix", ["", "127.0.0.0/33", "::1/129", "localhost", "10.0.0.0/x",
                  "127.0.0.1/8/8"])
def test_a_prefix_that_is_none(prefix):
    result = subprocess.run([PROGRAM, "-l", "127.0.0.1:0", "-o", f"allow={prefix}"],
                            capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode != 0
    assert "allow" in result.stderr
    assert "no such key" not in result.stderr


@pytest.mark.row("9.1")
def test_a_strangers_rubbish_is_answered_no_better(start, transport):
    """A malformed packet costs nothing to refuse either; it is no way around the list."""
    server = start("-o", "allow=127.0.0.1/32")
    wire = server.raw(make("v4only.lab").to_wire()[:-2], tcp=transport == "tcp",
                      source="127.0.0.2")
    assert dns.message.from_wire(wire).answer == []
    assert Over(server, transport).ask("v4only.lab").outcome == V4
