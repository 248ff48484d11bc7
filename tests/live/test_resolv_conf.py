"""systemd-resolved and resolv.conf: whatever it names, and whoever is away, nothing is denied
that exists, the next question is right, and nothing hangs."""

import contextlib
import itertools
import os
import pathlib
import threading

import pytest

from ask import PATIENCE_SECONDS, Server
from conftest import LINES, edited, hostdnsd, run

PORT = 5301
SERVER = Server("127.0.0.1", PORT)
HOSTS = "127.0.0.1 localhost\n::1 localhost\n10.0.0.7 printer.office printer\n"
RESOLV_CONF = pathlib.Path("/etc/resolv.conf")
MODES = {  # as resolvectl calls them
    "stub": "/run/systemd/resolve/stub-resolv.conf",
    "uplink": "/run/systemd/resolve/resolv.conf",
    "static": "/usr/lib/systemd/resolv.conf",
    "foreign": None,
}
FOREIGN = "nameserver 10.9.0.1\n"
NO_STUB = pathlib.Path("/etc/systemd/resolved.conf.d/no-stub.conf")

OUTCOMES = {  # wherever the question goes
    ("printer.office", "A"): ["printer.office A 10.0.0.7"],
    ("both.example.test", "A"): ["both.example.test A 192.0.2.2"],
    ("both.example.test", "AAAA"): ["both.example.test AAAA 2001:db8::2"],
    ("both.example.test", "MX"): "NODATA",
    ("mail.example.test", "MX"): ["mail.example.test MX 10 a.example.test"],
    ("txt.example.test", "A"): "NODATA",
    ("txt.example.test", "MX"): "NODATA",
    ("empty.example.test", "AAAA"): "NODATA",
    ("cname-both.example.test", "A"): ["cname-both.example.test CNAME both.example.test",
                                       "both.example.test A 192.0.2.2"],
    ("nosuch.example.test", "A"): "NXDOMAIN",
    ("nosuch.example.test", "TXT"): "NXDOMAIN",
    ("1.2.0.192.in-addr.arpa", "PTR"): ["1.2.0.192.in-addr.arpa PTR a.example.test"],
}
SPLIT = {  # what only resolved knows
    ("intranet.split.test", "A"): ["intranet.split.test A 10.9.1.80"],
    ("intranet.split.test", "MX"): ["intranet.split.test MX 10 mail.split.test"],
    ("intranet.split.test", "TXT"): "NODATA",
    ("nosuch.split.test", "A"): "NXDOMAIN",
    ("x.dead.test", "A"): "SERVFAIL",
    ("x.dead.test", "MX"): "SERVFAIL",
}
# The uplink's name server, asked by itself, has the root zone and no such name.
UPLINK_SAYS = dict.fromkeys(SPLIT, "NXDOMAIN")


numbers = itertools.count(1)


def next_questions():
    """Of names that nobody asked while resolved was away: a failure is kept for a second (RFC
    9520 section 3.2)."""
    name = f"n{next(numbers)}"
    return {(f"{name}.wild.example.test", "A"): [f"{name}.wild.example.test A 192.0.2.5"],
            (f"{name}.wild.example.test", "MX"): "NODATA",
            (f"{name}.example.test", "A"): "NXDOMAIN", **SPLIT}


@contextlib.contextmanager
def resolv_conf(mode):
    """It is replaced in one step, as a network manager does."""
    new, before = RESOLV_CONF.with_name("new"), os.readlink(RESOLV_CONF)
    if MODES[mode]:
        new.symlink_to(MODES[mode])
    else:
        new.write_text(FOREIGN)
    new.replace(RESOLV_CONF)
    try:
        yield
    finally:
        new.symlink_to(before)
        new.replace(RESOLV_CONF)


@contextlib.contextmanager
def stub_off():
    NO_STUB.parent.mkdir(exist_ok=True)
    with edited(NO_STUB, "[Resolve]\nDNSStubListener=no\n"):
        run("systemctl", "restart", "systemd-resolved")
        yield
    run("systemctl", "restart", "systemd-resolved")


def differing(expected):
    """{question: (what it is, what it should be)}."""
    found = {question: SERVER.ask(*question, edns=True) for question in expected}
    return {question: (reply.outcome, expected[question]) for question, reply in found.items()
            if reply.outcome != expected[question]
            or reply.outcome == "SERVFAIL" and not reply.extended_error}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("line", LINES)
def test_each_mode(network, line, mode):
    by_resolved = "resolve" in LINES[line] or mode in ("stub", "static")
    with resolv_conf(mode), hostdnsd(PORT, LINES[line], HOSTS):
        assert differing(OUTCOMES | (SPLIT if by_resolved else UPLINK_SAYS)) == {}


@pytest.mark.parametrize("line", LINES)
def test_the_mode_changes(network, line):
    with hostdnsd(PORT, LINES[line], HOSTS):
        for mode in [*MODES, *MODES]:
            with resolv_conf(mode):
                assert differing(OUTCOMES) == {}


@pytest.mark.parametrize("line", LINES)
def test_the_stub_does_not_listen(network, line):
    """stub-resolv.conf then names the uplinks' name servers."""
    with stub_off():
        for mode in "stub", "uplink", "foreign":
            with resolv_conf(mode), hostdnsd(PORT, LINES[line], HOSTS):
                assert differing(OUTCOMES) == {}, mode
        with resolv_conf("static"), hostdnsd(PORT, LINES[line], HOSTS):
            wrong = differing(OUTCOMES)
            assert {said for said, _ in wrong.values()} == {"SERVFAIL"}
            assert ("printer.office", "A") not in wrong


@pytest.mark.parametrize("line", LINES)
def test_resolved_is_away_for_a_while(network, line):
    failed = {question: "SERVFAIL" for question in OUTCOMES if question[0] != "printer.office"}
    with hostdnsd(PORT, LINES[line], HOSTS):
        assert differing(OUTCOMES) == {}
        for _ in range(2):
            run("systemctl", "stop", "systemd-resolved")
            assert differing(failed) == {}
            assert SERVER.ask("printer.office").outcome == ["printer.office A 10.0.0.7"]
            run("systemctl", "start", "systemd-resolved")
            assert differing(next_questions()) == {}


@pytest.mark.parametrize("line", LINES)
def test_nothing_is_denied_while_it_restarts(network, line):
    """Each answer is the right one or a failure, and comes in time."""
    rows = []

    def keep_asking():
        while not over.is_set():
            for question, expected in OUTCOMES.items():
                reply = SERVER.ask(*question, edns=True)
                rows.append((reply.outcome in (expected, "SERVFAIL"),
                             reply.seconds < PATIENCE_SECONDS, question, reply.outcome))

    with hostdnsd(PORT, LINES[line], HOSTS):
        over = threading.Event()
        asking = threading.Thread(target=keep_asking)
        asking.start()
        try:
            for _ in range(3):
                run("systemctl", "restart", "systemd-resolved")
        finally:
            over.set()
            asking.join()
        assert [row for row in rows if not (row[0] and row[1])] == []
        assert rows
        assert differing(next_questions()) == {}
