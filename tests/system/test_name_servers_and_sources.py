"""resolv.conf and nsswitch.conf in every state; each edit counts for the next question."""

import pytest

from ask import PATIENCE_SECONDS
from tables import table

A = ["a.example.test A 192.0.2.1"]


@pytest.fixture
def server(start):
    """One for each test: what has failed is remembered for a second."""
    return start()


def test_without_resolv_conf_the_local_server_is_asked(server, etc):
    """libc's default is 127.0.0.1, where knot listens."""
    etc.remove("resolv.conf")
    assert server.ask("a.example.test").outcome == A


def test_resolv_conf_without_a_name_server(server, etc):
    etc.write("resolv.conf", "options timeout:1\n")
    assert server.ask("a.example.test").outcome == A


def test_resolv_conf_with_rubbish(server, etc):
    etc.write("resolv.conf", "nameserver nonsense\n\0\xff\nnameserver 127.0.0.1\n")
    assert server.ask("a.example.test").outcome == A


def test_closed_port(server, etc):
    etc.write("resolv.conf", "nameserver 127.0.0.9\n")
    assert server.ask("a.example.test").outcome == "SERVFAIL"


@table("fault", ["refused", "servfail", "notimp", "lame"])
def test_first_server_fails_and_the_second_knows(server, etc, fresh, fault):
    """The second one is knot itself, without faults."""
    etc.write("resolv.conf", "nameserver 127.0.0.2\nnameserver 127.0.0.1\n")
    name = fresh(f"q{fault}-{fault}")
    assert server.ask(name).outcome == [f"{name} A 192.0.2.200"]


def test_first_port_is_closed_and_the_second_server_knows(server, etc):
    etc.write("resolv.conf", "nameserver 127.0.0.9\nnameserver 127.0.0.1\n")
    assert server.ask("a.example.test").outcome == A


def test_first_server_is_silent_and_the_second_knows(server, etc):
    etc.write("resolv.conf", "nameserver 127.0.0.3\nnameserver 127.0.0.1\n"
              "options timeout:1 attempts:1\n")
    assert server.ask("a.example.test").outcome == A


def test_name_server_with_an_ipv6_address(server, etc):
    etc.write("resolv.conf", "nameserver ::1\n")
    assert server.ask("a.example.test").outcome == A
    assert server.ask("odd\\033name.example.test").outcome == [
        "odd!name.example.test A 192.0.2.89"]


def test_use_vc(server, etc):
    """All questions over TCP."""
    etc.write("resolv.conf", "nameserver 127.0.0.2\noptions use-vc\n")
    assert server.ask("a.example.test").outcome == A


def test_edns0(server, etc):
    etc.write("resolv.conf", "nameserver 127.0.0.2\noptions edns0\n")
    assert server.ask("cname-a.example.test").outcome == [
        "cname-a.example.test CNAME a.example.test", "a.example.test A 192.0.2.1"]


@pytest.mark.row("9.6")
def test_edits_of_resolv_conf_are_seen(server, etc):
    etc.write("resolv.conf", "nameserver 127.0.0.9\n")
    assert server.ask("a.example.test").outcome == "SERVFAIL"
    etc.write("resolv.conf", "nameserver 127.0.0.2\n")
    server.ask_until(A, "a.example.test")


def test_without_nsswitch_conf_files_and_dns_are_asked(server, etc):
    etc.remove("nsswitch.conf")
    assert server.ask("v4only.lab").outcome == ["v4only.lab A 10.0.0.4"]
    assert server.ask("a.example.test").outcome == A


@table("line", ["hosts:", "hosts: nosuchmodule"])
def test_no_usable_source(server, etc, line):
    etc.write("nsswitch.conf", line + "\n")
    assert server.ask("a.example.test").outcome == "SERVFAIL"


@table("line", ["hosts: files", "hosts: files [NOTFOUND=return] dns"])
def test_sources_that_end_before_dns(server, etc, upstream, fresh, line):
    etc.write("nsswitch.conf", line + "\n")
    name = fresh("qok-ok")
    assert server.ask(name, "A").outcome == "NXDOMAIN"
    assert server.ask(name, "MX").outcome == "NXDOMAIN"
    assert server.ask("v4only.lab", "AAAA").outcome == "NODATA"
    assert upstream.asked(name) == {}


@table("line", [
    "hosts: files resolve [!UNAVAIL=return] dns",
    "hosts: mymachines resolve [!UNAVAIL=return] files myhostname dns",
    "hosts: files mdns4_minimal [NOTFOUND=return] dns",
    "hosts: files nosuchmodule dns",
])
def test_lines_of_common_systems(server, etc, line):
    """The modules may be there or not; nobody is behind them."""
    etc.write("nsswitch.conf", line + "\n")
    assert server.ask("v4only.lab", "A").outcome == ["v4only.lab A 10.0.0.4"]
    assert server.ask("v4only.lab", "AAAA").outcome == "NODATA"
    assert server.ask("a.example.test").outcome == A
    assert server.ask("nosuch.example.test").outcome == "NXDOMAIN"


def test_dns_only(server, etc):
    etc.write("nsswitch.conf", "hosts: dns\n")
    assert server.ask("a.example.test").outcome == A
    assert server.ask("v4only.lab").outcome == "NXDOMAIN"


def test_dns_before_files(server, etc):
    """The first source that knows the name has the word, as in getaddrinfo()."""
    etc.write("nsswitch.conf", "hosts: dns files\n")
    etc.add("hosts", "10.0.4.1 a.example.test\n")
    assert server.ask("a.example.test").outcome == A
    assert server.ask("v4only.lab").outcome == ["v4only.lab A 10.0.0.4"]


def test_files_before_dns(server, etc):
    etc.add("hosts", "10.0.4.1 a.example.test\n")
    assert server.ask("a.example.test").outcome == ["a.example.test A 10.0.4.1"]


@table("name, rdtype, outcome", [
    ("lab-host", "A", ["lab-host A 127.0.0.2"]),
    ("lab-host", "AAAA", ["lab-host AAAA ::1"]),
    ("lab-host", "MX", "NODATA"),
    ("any.localhost", "A", ["any.localhost A 127.0.0.1"]),
    ("any.localhost", "AAAA", ["any.localhost AAAA ::1"]),
])
def test_another_nss_module(server, etc, name, rdtype, outcome):
    """nss-myhostname; it is loaded when nsswitch.conf first names it."""
    etc.write("nsswitch.conf", "hosts: files myhostname dns\n")
    assert server.ask(name, rdtype).outcome == outcome


def test_a_host_that_asks_hostdnsd_itself(start, etc):
    """The question comes back to where it came from, and joins itself instead of going
    round."""
    etc.write("resolv.conf", "nameserver 127.0.0.5\n")
    server = start(listen="127.0.0.5:53")
    reply = server.ask("a.example.test")
    assert reply.outcome == "SERVFAIL"
    assert reply.seconds < PATIENCE_SECONDS
    assert server.ask("v4only.lab").outcome == ["v4only.lab A 10.0.0.4"]
