"""A log that takes no more lines delays nothing: they are lost, counted, and told later."""

import fcntl
import os
import pty
import re
import signal
import socket
import subprocess
import tempfile

import pytest

from daemon import PROGRAM, Daemon, wait_until

ENOUGH = 1500  # each question is a line of some 90 octets: more than any of these takes


def stuck_pipe():
    return os.pipe()


def stuck_terminal():
    return pty.openpty()


def stuck_socket():
    return tuple(end.detach() for end in socket.socketpair())


def full_disk():
    return os.open("/dev/null", os.O_RDONLY), os.open("/dev/full", os.O_WRONLY)


def start_with_log(fd, *options):
    """stdout is apart, to be read; stderr is the descriptor."""
    return Daemon("-o", "log-queries=text", *options, pass_fds=(fd,),
                  program=["bash", "-c", f'exec "$@" 2>&{fd}', "bash", PROGRAM])


def stats(path):
    said = subprocess.run(["/run/programs/hostdnsctl", "-s", path, "stats"], check=True,
                          capture_output=True, text=True).stdout
    return {name: int(value) for name, value in map(str.split, said.splitlines())}


@pytest.fixture
def path():
    with tempfile.TemporaryDirectory() as folder:
        yield f"{folder}/control"


@pytest.mark.parametrize("way", [stuck_pipe, stuck_terminal, stuck_socket, full_disk])
def test_questions_edits_and_the_end_do_not_wait(way, path, etc):
    reader, writer = way()
    flags = fcntl.fcntl(writer, fcntl.F_GETFL)
    daemon = start_with_log(writer, "-o", f"control={path}")
    try:
        for number in range(ENOUGH):
            assert daemon.ask(f"n{number}.invalid").rcode == "NXDOMAIN"
        etc.add("hosts", "10.0.4.1 added.lab\n")
        daemon.ask_until(["added.lab A 10.0.4.1"], "added.lab")
        assert stats(path)["log-lost"] > 0
        assert fcntl.fcntl(writer, fcntl.F_GETFL) == flags
        daemon.stop(signal.SIGTERM)
    finally:
        if not daemon.stopped:
            daemon.kill()
        os.close(reader)
        os.close(writer)


def test_a_file_that_must_not_grow(path, open_folder):
    """The limit is that of the process, as LimitFSIZE= of a service. SIGXFSZ would end it."""
    log = open_folder / "log"
    daemon = Daemon("-o", "log-queries=text", "-o", f"control={path}", program=[
        "bash", "-c", f'ulimit -f 8; exec "$@" 2>{log}', "bash", PROGRAM])
    for number in range(ENOUGH):
        assert daemon.ask(f"n{number}.invalid").rcode == "NXDOMAIN"
    assert stats(path)["log-lost"] > 0
    assert log.stat().st_size <= 8192
    daemon.stop(signal.SIGTERM)


def test_the_loss_is_told_when_lines_are_read_again(path):
    reader, writer = os.pipe()
    daemon = start_with_log(writer, "-o", f"control={path}")
    try:
        for number in range(ENOUGH):
            daemon.ask(f"n{number}.invalid")
        lost = stats(path)["log-lost"]
        os.set_blocking(reader, False)
        said = os.read(reader, 1 << 20).decode()
        assert said.endswith("\n")
        # A line that says so may find room where that of a question does not.
        told = sum(map(int, re.findall(r": (\d+) lines? lost, ", said)))
        daemon.ask("v4only.lab")
        wait_until(lambda: stats(path)["log-lost"] == lost, "no other loss")
        said = os.read(reader, 1 << 20).decode().splitlines()
        assert said[0] == f"hostdnsd[serve]: {lost - told} lines lost, since nobody read the log in time"
        assert re.search(r" asks v4only\.lab\. A over UDP: ", said[1])
        daemon.stop()
    finally:
        if not daemon.stopped:
            daemon.kill()
        os.close(reader)
        os.close(writer)
