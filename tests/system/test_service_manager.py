"""What a service manager is told, in the manner of sd_notify(3); a socket here plays systemd."""

import os
import re
import select
import signal
import socket
import subprocess
import time

import pytest

from ask import Server
from conftest import make_open_folder
from daemon import PROGRAM, START_SECONDS, children_of, wait_until
from web import WEB, get, web_port

QUIET = 1           # seconds without a word, ten times as long as between two signs of life


class Manager:
    def __init__(self):
        self.path = make_open_folder() / "notify"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(self.path))
        self.path.chmod(0o777)
        self.env = {"NOTIFY_SOCKET": str(self.path)}

    def next(self, seconds=START_SECONDS):
        """The next thing that it is told, or None."""
        readable, _, _ = select.select([self.socket], [], [], seconds)
        return self.socket.recv(1024).decode() if readable else None

    def until(self, wanted):
        """Waits for one word among others."""
        deadline = time.monotonic() + START_SECONDS
        while not (self.next() or "").startswith(wanted):
            assert time.monotonic() < deadline, f"not told: {wanted}"

    def falls_silent(self):
        """After what was under way nothing comes for a while."""
        return any(self.next(QUIET) is None for _ in range(10))


@pytest.fixture
def manager():
    played = Manager()
    yield played
    played.socket.close()


@pytest.fixture
def watched(manager, start):
    """A server that is to give signs of life every 100 ms."""
    server = start(env={**manager.env, "WATCHDOG_USEC": "200000"})
    assert manager.next() == "WATCHDOG=1"
    yield server
    for pid, _ in [(server.pid, None), *children_of(server.pid)]:
        os.kill(pid, signal.SIGCONT)


def test_ready_is_told_when_it_answers(manager):
    """Not before the processes are there that do."""
    server = Server("127.0.0.8", 5300)
    process = subprocess.Popen([PROGRAM, "-l", "127.0.0.8:5300"], stdout=subprocess.DEVNULL,
                               env={**os.environ, **manager.env})
    try:
        assert manager.next() == "READY=1"
        assert {name for _, name in children_of(process.pid)} \
            == {"hostdnsd-serve", "hostdnsd-lookup"}
        assert server.ask("localhost").outcome == ["localhost A 127.0.0.1"]
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(START_SECONDS)
    assert manager.next() == "STOPPING=1"
    assert manager.next(0) is None


def test_a_start_that_fails_is_never_ready(manager, start):
    other = start()
    run = subprocess.run([PROGRAM, "-l", f"127.0.0.1:{other.to[1]}"], capture_output=True,
                         env={**os.environ, **manager.env}, timeout=START_SECONDS, check=False)
    assert run.returncode == 1
    assert manager.next(0) is None


def test_a_reload_is_told_from_its_beginning_to_its_end(manager, start):
    server = start(env=manager.env)
    assert manager.next() == "READY=1"
    os.kill(server.pid, signal.SIGHUP)
    assert re.fullmatch(r"RELOADING=1\nMONOTONIC_USEC=\d+", manager.next())
    assert manager.next() == "READY=1"
    server.stop()
    assert manager.next() == "STOPPING=1"


def test_a_refused_reload_is_none(manager, start, etc):
    etc.write("hostdns.conf", "ttl = 5\n")
    server = start("-c", "/etc/hostdns.conf", env=manager.env)
    assert manager.next() == "READY=1"
    etc.write("hostdns.conf", "ttl = five\n")
    os.kill(server.pid, signal.SIGHUP)
    wait_until(lambda: "not reloaded" in server.errors(), "the refusal")
    assert manager.next(0) is None


def test_a_web_process_that_hangs_is_replaced_and_the_signs_go_on(manager, start):
    """It is no reason to start the server again."""
    server = start(*WEB, env={**manager.env, "WATCHDOG_USEC": "200000"})
    port, old = web_port(server), server.child("web")
    assert get(port, "/healthz")[0] == 200
    os.kill(old, signal.SIGSTOP)
    wait_until(lambda: server.child("web") != old, "another web process")
    assert get(port, "/healthz")[0] == 200
    for _ in range(3):
        manager.until("WATCHDOG=1")


def test_signs_of_life_come_again_and_again(manager, watched):
    for _ in range(5):
        assert manager.next() in ("WATCHDOG=1", "READY=1")


def test_signs_of_life_come_after_a_reload_too(manager, watched):
    os.kill(watched.pid, signal.SIGHUP)
    manager.until("RELOADING=1")
    manager.until("READY=1")
    for _ in range(5):
        assert manager.next() == "WATCHDOG=1"


@pytest.mark.parametrize("name", ["hostdnsd", "hostdnsd-serve", "hostdnsd-lookup"])
def test_no_sign_of_life_while_a_process_stands_still(manager, watched, name):
    manager.until("READY=1")
    pids = {"hostdnsd": watched.pid, **{name: pid for pid, name in children_of(watched.pid)}}
    os.kill(pids[name], signal.SIGSTOP)
    assert manager.falls_silent()
    os.kill(pids[name], signal.SIGCONT)
    assert manager.next() == "WATCHDOG=1"


def test_signs_of_life_go_on_though_a_child_dies(manager, watched):
    for name in "serve", "lookup":
        os.kill(watched.child(name), signal.SIGKILL)
        wait_until(lambda: f"the {name} process" in watched.errors(), "the log line")
        for _ in range(5):
            assert manager.next() in ("WATCHDOG=1", "READY=1")


def test_a_hung_module_is_no_reason_to_restart_all(manager, start, etc, modules):
    """The loop of lookup turns on; only a thread hangs."""
    etc.write("nsswitch.conf", "hosts: files hang dns\n")
    server = start(env={**manager.env, **modules, "WATCHDOG_USEC": "200000"})
    server.send("hang.lab").socket.close()
    for _ in range(10):
        assert manager.next() in ("WATCHDOG=1", "READY=1")


def test_modules_cannot_speak_for_the_server(manager, start, etc, modules):
    etc.write("nsswitch.conf", "hosts: files forger dns\n")
    server = start(env={**manager.env, **modules})
    assert manager.next() == "READY=1"
    assert server.ask("a.example.test").outcome == ["a.example.test A 192.0.2.1"]
    assert manager.next(0) is None
