"""Descriptors that run out, in each process: no answer is wrong, and when there are some again,
everything works as before and nothing else is open."""

import itertools
import os
import pathlib
import re
import signal
import subprocess

import pytest

from conftest import make_open_folder
from daemon import PROGRAM, START_SECONDS, Daemon, is_alive, wait_until
from descriptors import few_descriptors, limit_changes, set_limit
from tables import table
from web import look
from whole import check_answers

ALL = os.environ.get("FAULTS") == "all"
SOURCES = {("v4only.lab", "A"): ["v4only.lab A 10.0.0.4"],
           ("dual.lab", "AAAA"): ["dual.lab AAAA 2001:db8:a::10"],
           ("4.0.0.10.in-addr.arpa", "PTR"): ["4.0.0.10.in-addr.arpa PTR v4only.lab"]}
FREE = range(12) if ALL else [0, 3]  # descriptors that are left


@pytest.fixture
def server(etc, start, modules):
    """A module takes all descriptors that are left when "greedy" is asked for."""
    return start(env=modules)


@table("sources", ["files greedy", "files greedy dns"])
@table("name, rdtype", SOURCES)
def test_what_libc_cannot_read_is_not_denied(server, etc, sources, name, rdtype):
    """The process ends, and the next one has descriptors again."""
    etc.write("nsswitch.conf", f"hosts: {sources}\n")
    pid = server.child("lookup")
    assert server.ask("greedy.lab").outcome == "SERVFAIL"
    assert server.ask(name, rdtype).outcome in ("SERVFAIL", SOURCES[name, rdtype])
    wait_until(lambda: not is_alive(pid), "another lookup process")
    assert server.ask(name, rdtype).outcome == SOURCES[name, rdtype]


@pytest.mark.parametrize("role", ["serve", "lookup", "supervisor", "web", "dnstap"])
def test_a_process_without_descriptors(everything, fresh, role):
    """Beside all that makes it need some."""
    for free in FREE:
        with few_descriptors(everything.pid(role), free):
            everything.reader.drop()
            everything.edit()
            everything.ask_much(fresh)
            assert everything.command("status")[:3] in ("", "ok\n", "err")
            assert look(everything.web, "/questions") in ("whole", "refused", "nothing")
        everything.check()


def pauses(pid):
    """How often the process has waited so far."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"^voluntary_ctxt_switches:\t(\d+)", status, re.M)[1])


@pytest.mark.parametrize("role", ["serve", "lookup", "supervisor", "web", "dnstap"])
def test_a_process_that_may_have_no_descriptor_at_all_lives_on(everything, fresh, role):
    """poll() then refuses each one. Something comes to the process, so that its poll() of before
    ends: to lookup no question, behind which it ends when the C library has had no descriptor."""
    pid = everything.pid(role)
    with limit_changes(pid):
        set_limit(pid, 0)
        before = pauses(pid)
        everything.edit()
        if role != "lookup":
            everything.server.send(fresh("qok-ok"), "A")
        everything.command("status")
        look(everything.web, "/questions")
        wait_until(lambda: pauses(pid) >= before + 10, "it to wait")
    everything.check()
    assert everything.pid(role) == pid


def test_a_supervisor_without_descriptors_replaces_later(everything):
    """Processes that are killed are replaced in the end."""
    for free in FREE:
        with few_descriptors(everything.server.pid, free):
            for role in "serve", "lookup", "web", "dnstap":
                os.kill(everything.server.child(role), signal.SIGKILL)
            check_answers(everything.server, everything.right)
        everything.check()


def test_a_reload_with_few_descriptors_is_refused_or_done(everything, stats):
    """Behind execve() there is no way back, so the dry run has to find out."""
    done = 0
    for free in itertools.count(1, 1 if ALL else 4):
        with few_descriptors(everything.server.pid, free):
            said = everything.command("reload", 20)
            assert re.match(r"(ok\n|error .*\n|)$", said), (free, said)
            check_answers(everything.server, everything.right)
        everything.check()
        done += said == "ok\n"
        stats["reloads with few descriptors"] += 1
        if done == 2:
            return


def limited(program, most):
    return ["bash", "-c", f'ulimit -n {most}; exec "$0" "$@"', program]


def says_why(text):
    return re.search(r"hostdns\w*(\[\w+\])?: |Too many open files", text)


def test_a_server_with_few_descriptors_starts_or_says_why_not(stats):
    """What it then answers is right or SERVFAIL, and it ends as others do."""
    for most in range(3, 60) if ALL else [3, 9, 17, 30]:
        try:
            server = Daemon("-o", "timeout=1000", program=limited(PROGRAM, most))
        except AssertionError as failure:
            assert says_why(str(failure)), most
            stats["starts with few descriptors that failed"] += 1
            continue
        try:
            stats["starts with few descriptors"] += 1
            check_answers(server)
            server.stop()
        finally:
            if not server.stopped:
                server.kill()


@table("program, args, right", [
    ("hostdns", "@127.0.0.1#53 +short a.example.test", "192.0.2.1\n"),
    ("hostdns", "@127.0.0.1#53 +short +tcp", 40 * "192.0.2.1\n"),
    ("hostdns", "--explain @127.0.0.1#53 +short a.example.test", None),
    ("hostdnsctl", "status", None), ("hostdnsctl", "flush", None)])
def test_a_program_for_people_works_or_says_why_not(start, program, args, right):
    """Many names over TCP take turns."""
    if program == "hostdnsctl":
        control = f"{make_open_folder()}/control"
        start("-o", f"control={control}")
        args = f"-s {control} {args}"
    for most in range(3, 30, 1 if ALL else 3):
        done = subprocess.run(limited(PROGRAM.with_name(program), most) + args.split(),
                              input=40 * "a.example.test A\n", capture_output=True, text=True,
                              timeout=2 * START_SECONDS, check=False)
        if done.returncode == 0:
            assert right in (None, done.stdout), most
        else:
            assert done.returncode > 0 and says_why(done.stdout + done.stderr), (most, done)
    assert done.returncode == 0


def test_an_explanation_denies_no_name_for_want_of_descriptors():
    for most in range(4, 31, 1 if ALL else 2):
        done = subprocess.run(limited(PROGRAM.with_name("hostdns"), most)
                              + ["--explain", "a.example.test"], capture_output=True, text=True,
                              timeout=2 * START_SECONDS, check=False)
        denials = re.findall(r"^ *(?:dns|getaddrinfo\(\)) .* no such name$", done.stdout, re.M)
        assert not denials and "Nobody knows it" not in done.stdout, (most, done.stdout)
        assert done.returncode != 1, (most, done)
    assert "192.0.2.1" in done.stdout
