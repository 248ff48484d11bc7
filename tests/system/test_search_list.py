"""A name on the wire is absolute: nothing that adds to names on the host may touch it."""

import pytest

from daemon import Daemon
from tables import table

RESOLV = """\
search search.test example.test
nameserver 127.0.0.2
options timeout:1 attempts:1 ndots:5
"""

OUTCOMES = [
    # With the search list each would exist, in search.test or in example.test.
    ("www", "A", "NXDOMAIN"),
    ("www", "AAAA", "NXDOMAIN"),
    ("www", "MX", "NXDOMAIN"),
    ("a", "A", "NXDOMAIN"),
    ("nosuch.foo", "A", "NXDOMAIN"),
    ("nosuch.example.test", "A", "NXDOMAIN"),
    ("v4only.lab", "AAAA", "NODATA"),
    ("1.2.3", "A", "NXDOMAIN"),
    # Without it they still exist.
    ("single", "A", ["single A 192.0.2.60"]),
    ("single", "CNAME", "NODATA"),
    ("single", "AAAA", "NODATA"),
    ("box", "A", ["box A 10.0.3.1"]),
    ("www.search.test", "A", ["www.search.test A 192.0.2.99"]),
    ("localhost", "A", ["localhost A 127.0.0.1"]),
]


@pytest.fixture(scope="module", autouse=True)
def files(module_etc):
    module_etc.write("resolv.conf", RESOLV)
    module_etc.add("hosts", "10.0.3.1 box\n")
    module_etc.write("aliases", "www a.example.test\nsingle both.example.test\n")


@pytest.mark.row("3.10")
@table("name, rdtype, outcome", OUTCOMES)
def test_outcome(either, name, rdtype, outcome):
    assert either.ask(name, rdtype).outcome == outcome


@table("name", ["once", "once.foo"])
def test_the_name_itself_is_asked_once(server, upstream, name):
    """Twice with both types, since both must deny the name."""
    server.ask(name, "A")
    assert upstream.asked(name) == {"A": 1, "AAAA": 1}
    assert upstream.asked(f"{name}.search.test") == {}
    assert upstream.asked(f"{name}.example.test") == {}


@pytest.fixture(scope="module", params=[
    {"LOCALDOMAIN": "search.test"},
    {"HOSTALIASES": "/etc/aliases"},
    {"RES_OPTIONS": "ndots:0"},
    {"RES_OPTIONS": "ndots:15 timeout:30 attempts:5"},
], ids=lambda env: " ".join(f"{key}={value}" for key, value in env.items()))
def misled(request):
    """A hostdnsd whose environment was meant for other programs."""
    daemon = Daemon(env=request.param)
    yield daemon
    daemon.stop()


@pytest.mark.row("3.10")
@table("name, outcome", [
    ("www", "NXDOMAIN"), ("nosuch.foo", "NXDOMAIN"), ("single", ["single A 192.0.2.60"]),
    ("box", ["box A 10.0.3.1"])])
def test_the_environment_does_not_matter(misled, name, outcome):
    assert misled.ask(name, "A").outcome == outcome


def test_a_search_domain_too_long_for_libc_ends_nothing(start, etc):
    """glibc 2.36 aborts on it in any lookup, so it is not asked: SERVFAIL until it is mended."""
    server = start()
    etc.write("resolv.conf", f"nameserver 127.0.0.2\nsearch {'a' * 300}\n")
    assert server.ask_until("SERVFAIL", "a.example.test", "A")
    lookup = server.child("lookup")  # libc may have read the file at the moment of the edit
    assert server.ask("dual.lab", "A").outcome == "SERVFAIL"
    assert server.ask("1.2.0.192.in-addr.arpa", "PTR").outcome == "SERVFAIL"
    assert server.child("lookup") == lookup
    etc.write("resolv.conf", "nameserver 127.0.0.2\n")
    server.ask_until(["a.example.test A 192.0.2.1"], "a.example.test", "A")
