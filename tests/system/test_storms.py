"""Signals that come in storms, processes that are killed again and again or stand still, under
load: no answer is wrong, later questions are answered, and nobody is left behind.

What takes long is usually done a few times; `make faults` does all of it.
"""

import contextlib
import os
import signal
import socket
import threading
import time

import pytest

from daemon import INSTRUMENTED, children_of, is_alive, standing_still, wait_until
from load import Load
from tables import table
from web import WEB
from whole import Whole, outcome

ALL = os.environ.get("FAULTS") == "all"
STORM = 50 if INSTRUMENTED else 300  # signals
KILLS = 100 if ALL else 8  # of each process
STANDS_SECONDS = 10 if ALL else 2
RIGHT = {"localhost": ["localhost A 127.0.0.1"], "v4only.lab": ["v4only.lab A 10.0.0.4"],
         "a.example.test": ["a.example.test A 192.0.2.1"]}


class Questions(threading.Thread):
    """Asks on and on. Each answer must be right, SERVFAIL or missing."""

    def __init__(self, server):
        super().__init__()
        self.server, self.over = server, threading.Event()
        self.counts, self.wrong = {"right": 0, "SERVFAIL": 0, "none": 0}, []

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, *_):
        try:
            if not kind:
                wait_until(lambda: self.counts["right"] > 0, "an answer")
        finally:
            self.over.set()
            self.join()
        if not kind:
            assert not self.wrong, self.wrong[:3]

    def run(self):
        while not self.over.is_set():
            for name, right in RIGHT.items():
                came = outcome(self.server, name)
                word = "none" if came is None else "right" if came == right else came
                if word in self.counts:
                    self.counts[word] += 1
                else:
                    self.wrong.append((name, came))


def test_a_storm_of_reloads_loses_no_question(start):
    server = start("-o", "cache-size=1000000")
    whole = Whole(server)
    with Load(server, RIGHT):
        for _ in range(STORM):
            os.kill(server.pid, signal.SIGHUP)
            time.sleep(0.001)  # else they would be one
        server.reload()
    whole.check()


def test_a_storm_of_ends_of_children_that_have_not_ended(start):
    server = start()
    whole, children = Whole(server), children_of(server.pid)
    with Load(server, RIGHT):
        for _ in range(STORM):
            os.kill(server.pid, signal.SIGCHLD)
    assert children_of(server.pid) == children
    whole.check()


@table("first", [signal.SIGHUP, signal.SIGCHLD, signal.SIGTERM])
@table("then", [signal.SIGTERM, signal.SIGINT])
def test_a_storm_of_signals_that_end_it_leaves_nobody(start, first, then):
    """Also in the middle of a reload."""
    server = start()
    children = [pid for pid, _ in children_of(server.pid)]
    os.kill(server.pid, first)
    with contextlib.suppress(ProcessLookupError):
        for _ in range(STORM):
            os.kill(server.pid, then)
    server.stopped = True
    server.process.communicate(timeout=60)
    assert server.process.returncode in (0, -first, -then), server.errors()
    wait_until(lambda: not any(map(is_alive, children)), "the end of its children")


@pytest.fixture
def server(start, open_folder):
    """With all processes."""
    open_folder.chmod(0o777)
    running = start("-o", "timeout=1000", *WEB, "-o", f"dnstap=file:{open_folder / 'tap'}",
                    "-o", f"control={open_folder / 'control'}")
    running.control = open_folder / "control"
    return running


@pytest.mark.parametrize("roles", [["serve"], ["lookup"], ["web", "dnstap"]], ids=" and ".join)
def test_processes_that_are_killed_again_and_again(server, stats, roles):
    whole = Whole(server)
    with Questions(server) as questions:
        for _ in range(KILLS):
            pids = [server.child(role) for role in roles]
            for pid in pids:
                os.kill(pid, signal.SIGKILL)
            wait_until(lambda pids=pids: not any(map(is_alive, pids)), "their end")
    whole.check()
    assert server.errors().count("died: Killed") > 0
    for role in roles:
        stats[f"kills of {role}"] += KILLS
        for word, count in questions.counts.items():
            stats[f"questions while {role} is killed: {word}"] += count


def tell_all(server):
    """A command of which each process gets a message."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(60)
        sock.connect(str(server.control))
        sock.sendall(b"log info\n")
        sock.recv(100)


@pytest.mark.parametrize("role", ["serve", "lookup"] + (["web", "dnstap"] if ALL else []))
def test_a_process_that_stands_still_until_its_channel_is_full(server, role):
    """It is replaced, since it would not know what it was to be told."""
    whole, pid = Whole(server), server.child(role)
    with Questions(server), standing_still(pid):
        while f"a message cannot be sent to the {role} process" not in server.errors():
            tell_all(server)
        wait_until(lambda: not is_alive(pid), "its end")
    whole.check()


@pytest.mark.parametrize("role", ["serve", "lookup", "web", "dnstap", "supervisor"])
def test_a_process_that_stands_still_for_a_while(server, role):
    """Nobody else stands still, and what it has missed is made up for."""
    whole, children = Whole(server), children_of(server.pid)
    pid = server.pid if role == "supervisor" else server.child(role)
    with Questions(server):
        os.kill(pid, signal.SIGSTOP)
        try:
            time.sleep(STANDS_SECONDS)  # this is what is tested
        finally:
            os.kill(pid, signal.SIGCONT)
    assert children_of(server.pid) == children
    whole.check()
