"""libc reads a long hosts file from one end to the other for each name of it: who does that
when, so that nobody else has to wait, and on a busy host as well."""

import contextlib
import os
import pathlib
import subprocess

import pytest

LINES = 150_000
# In the background of eight busy processes a scan of 20 ms would take longer.
FOREGROUND_SECONDS = 40
PATIENT = "-o", "timeout=60000"


@pytest.fixture
def long_hosts(etc):
    etc.add("hosts", "".join(f"10.{i >> 16}.{i >> 8 & 255}.{i & 255} long{i}.lab\n"
                             for i in range(LINES)))
    etc.rest("hosts")


def policies(server):
    """How the lookup process's threads are scheduled."""
    return {int(task.read_text().rpartition(")")[2].split()[38])
            for task in pathlib.Path(f"/proc/{server.child('lookup')}/task").glob("*/stat")}


def ask_names(server, numbers):
    pending = {(number, rdtype): server.send(f"long{number}.lab", rdtype)
               for number in numbers for rdtype in ("A", "AAAA")}
    for (i, rdtype), sent in pending.items():
        address = f"10.{i >> 16}.{i >> 8 & 255}.{i & 255}"
        reply = sent.reply(FOREGROUND_SECONDS)
        assert reply.outcome == ([f"long{i}.lab A {address}"] if rdtype == "A" else "NODATA")


@contextlib.contextmanager
def busy_core(count):
    """So many processes that want all of one core, and whatever is started meanwhile has that
    core alone."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    hogs = [subprocess.Popen(["timeout", "60", "sh", "-c", "while :; do :; done"])
            for _ in range(count)]
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)
        for hog in hogs:
            hog.terminate()
        for hog in hogs:
            hog.wait()


def test_names_of_the_file_are_read_for_in_the_background(start, long_hosts):
    server = start(*PATIENT)
    own = os.sched_getscheduler(0)
    assert server.ask("a.example.test").answer == ["a.example.test A 192.0.2.1"]
    assert policies(server) == {own}
    ask_names(server, [LINES - 1])
    assert policies(server) == {own, os.SCHED_IDLE}


def test_on_a_busy_host_they_do_not_wait_for_what_nobody_else_wants(start, long_hosts):
    """In the background a scan would have one part in 3,000 of the time."""
    with busy_core(8):
        server = start(*PATIENT)
        ask_names(server, [1, LINES - 1])


def test_a_short_file_is_not_read_in_the_background(start, etc):
    """On a busy host a thread would starve there, perhaps with a lock of libc that all others
    need, and names would time out whose answer is a matter of microseconds."""
    etc.write("nsswitch.conf", "hosts: files\n")
    server = start("-o", "cache-size=0")
    assert server.ask("v4only.lab").answer == ["v4only.lab A 10.0.0.4"]
    assert policies(server) == {os.sched_getscheduler(0)}
