"""A lookup that takes longer than its asker waits: its result is there for the next one."""

import time

import dns.edns
import pytest

from daemon import wait_until

# resolv.conf may have more patience than a client.
PATIENT = "nameserver 127.0.0.2\noptions timeout:10 attempts:1\n"
GIVEN_UP_SECONDS = 1
LATE_STAY_SECONDS = 5


@pytest.mark.row("4.3")
def test_the_late_result_is_not_lost(start, etc, upstream, fresh):
    """The name server answers after 3 seconds, when the client has had its SERVFAIL."""
    etc.write("resolv.conf", PATIENT)
    server = start("-o", f"timeout={GIVEN_UP_SECONDS * 1000}")  # it has not seen an edit
    server.ask(fresh("qok-ok"))  # the name server is known to answer over UDP
    name = fresh("qlate3-ok")
    failure = server.ask(name, "A", edns=True)
    assert failure.outcome == "SERVFAIL"
    assert failure.extended_error == (
        dns.edns.EDECode.NO_REACHABLE_AUTHORITY, "host resolver: no answer yet, still waiting")
    assert failure.seconds > GIVEN_UP_SECONDS - 0.1
    wait_until(lambda: upstream.answered(name, "A") == 1, "the late answer")
    found = server.ask_until([f"{name} A 192.0.2.200"], name, "A")
    assert upstream.asked(name) == {"A": 1}

    # It is kept for 5 seconds, its TTL counting down; then the name server is asked again.
    told = asked = time.monotonic()
    ttls = [found.ttls[0][1]]
    while upstream.asked(name) == {"A": 1}:
        assert asked < told + LATE_STAY_SECONDS
        time.sleep(0.05)
        asked = time.monotonic()
        ttls.append(server.ask(name, "A").ttls[0][1])
    assert ttls.pop() == 60  # that of the new answer
    assert ttls == sorted(ttls, reverse=True)
    assert 60 >= ttls[0] > ttls[-1] >= 60 - LATE_STAY_SECONDS
