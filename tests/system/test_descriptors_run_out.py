"""Descriptors that run out make no denial: what libc could not read may say otherwise."""

import pytest

from daemon import is_alive, wait_until
from tables import table

RIGHT = {("v4only.lab", "A"): ["v4only.lab A 10.0.0.4"],
         ("dual.lab", "AAAA"): ["dual.lab AAAA 2001:db8:a::10"],
         ("4.0.0.10.in-addr.arpa", "PTR"): ["4.0.0.10.in-addr.arpa PTR v4only.lab"]}


@pytest.fixture
def server(etc, start, modules):
    """A module takes all descriptors that are left when "greedy" is asked for."""
    return start(env=modules)


@table("sources", ["files greedy", "files greedy dns"])
@table("name, rdtype", RIGHT)
def test_what_libc_cannot_read_is_not_denied(server, etc, sources, name, rdtype):
    """The process ends, and the next one has descriptors again."""
    etc.write("nsswitch.conf", f"hosts: {sources}\n")
    pid = server.child("lookup")
    assert server.ask("greedy.lab").outcome == "SERVFAIL"
    assert server.ask(name, rdtype).outcome in ("SERVFAIL", RIGHT[name, rdtype])
    wait_until(lambda: not is_alive(pid), "another lookup process")
    assert server.ask(name, rdtype).outcome == RIGHT[name, rdtype]
