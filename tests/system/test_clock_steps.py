"""Somebody sets the time of day, forward or back (CLOCK_REALTIME): no answer, TTL or process
depends on it, and what tells the time tells the new one."""

import json
import struct
import subprocess
import time

import pytest

from daemon import PROGRAM, wait_until
from test_cookies import CLIENT, cookie, learn

HOUR, YEAR = 3600, 365 * 86400
STEPS = [HOUR, 10 * YEAR, -HOUR, -10 * YEAR, 0]
KEPT = "-o", "cache-size=16777216", "-o", "ttl=300"


@pytest.fixture
def control(open_folder):
    open_folder.chmod(0o777)
    return open_folder / "control"


def status(control):
    said = subprocess.run([PROGRAM.with_name("hostdnsctl"), "-s", control, "status", "json"],
                          check=True, capture_output=True).stdout
    return json.loads(said)


def test_answers_are_kept_for_their_ttl(start, clocks, upstream, fresh):
    """By a clock that nobody can set: they neither expire nor live on."""
    server = start(*KEPT, env=clocks.env)
    name, last = fresh("qok-ok"), 60
    for step in STEPS:
        clocks.step(step)
        (ttl,) = dict(server.ask(name).ttls).values()
        assert 0 < ttl <= last
        last = ttl
        assert server.ask("v4only.lab").outcome == ["v4only.lab A 10.0.0.4"]
        assert server.ask("nosuch.example.test").outcome == "NXDOMAIN"
    assert upstream.asked(name).get("A") == 1
    clocks.sleep(200)
    assert list(dict(server.ask(name).ttls).values()) == [60]
    assert upstream.asked(name).get("A") == 2


def test_time_outs_hold(start, clocks, upstream, fresh):
    """A step while a question waits for its name server changes nothing."""
    server = start("-o", "timeout=1000", env=clocks.env)
    for step in STEPS:
        name = fresh("qdrop-drop")
        pending = server.send(name, "A", edns=True)
        wait_until(lambda name=name: upstream.asked(name), "the question on its way")
        clocks.step(step)
        assert server.ask("a.example.test").outcome == ["a.example.test A 192.0.2.1"]
        assert pending.reply().outcome == "SERVFAIL"


def test_no_process_is_taken_for_one_that_hangs(start, clocks, control):
    server = start("-o", f"control={control}", env=clocks.env)
    children = server.child("serve"), server.child("lookup")
    for step in STEPS:
        clocks.step(step)
        assert server.ask("a.example.test").outcome == ["a.example.test A 192.0.2.1"]
        assert all(0 <= one["seconds"] < HOUR for one in status(control)["processes"])
    assert (server.child("serve"), server.child("lookup")) == children
    assert server.errors() == ""


@pytest.mark.parametrize("step", STEPS)
def test_an_edit_is_seen(start, etc, clocks, step):
    """Though by the new clock the file may be of the future."""
    server = start(*KEPT, env=clocks.env)
    assert server.ask("stepped.lab").outcome == "NXDOMAIN"
    clocks.step(step)
    for number in range(1, 4):
        etc.add("hosts", f"10.4.0.{number} stepped.lab\n")
        right = [f"stepped.lab A 10.4.0.{one}" for one in range(1, number + 1)]
        server.ask_until(right, "stepped.lab")


def written(octets):
    """When the server's half of a cookie was made (RFC 9018 section 4)."""
    return struct.unpack("!I", octets[12:16])[0]



@pytest.mark.parametrize("step, is_kept", [
    (60, True), (2 * HOUR, False), (-60, True), (-600, False), (-10 * YEAR, False)])
def test_cookies_of_another_time_are_replaced(start, clocks, step, is_kept):
    """An hour back and five minutes ahead are allowed (RFC 9018 section 4.3). No client is
    refused, and each gets a cookie of the server's time."""
    server = start("-o", "cookies=yes", env=clocks.env)
    before = learn(server)
    assert abs(written(before) - time.time()) < 60
    clocks.step(step)
    reply = server.ask("v4only.lab", edns=True, options=cookie(before))
    assert reply.outcome == ["v4only.lab A 10.0.0.4"]
    after = learn(server, before)
    assert after[:8] == CLIENT
    if is_kept:
        assert after == before
    else:
        assert abs(written(after) - (time.time() + step) % 2**32) < 60
