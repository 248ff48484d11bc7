"""How it starts, ends, and refuses to start."""

import os
import pathlib
import pty
import re
import signal
import socket
import subprocess
import sys

import pytest

from ask import Server
from daemon import PROGRAM, START_SECONDS, children_of, is_alive, wait_until
from network import with_addresses

LAST_LINES = "DNS server is shutting down ...\nDNS server socket closed\n"


def run(*options):
    """A hostdnsd that is expected to end at once."""
    return subprocess.run([PROGRAM, *options], stdin=subprocess.DEVNULL, text=True,
                          capture_output=True, timeout=START_SECONDS)


def refusal(*options):
    """Its one line on stderr; it must have failed without starting."""
    result = run(*options)
    assert result.returncode == 1
    assert "ready" not in result.stdout
    assert result.stderr.endswith("\n")
    assert result.stderr.count("\n") == 1, result.stderr
    return result.stderr


def test_it_says_ready_and_where(start):
    server = start()
    first, rest = server.said.split("\n", 1)
    assert first.startswith("DNS server is ready ...")
    assert f"127.0.0.1:{server.to[1]}" in first + rest


def test_it_listens_at_an_address_of_a_link(start):
    """Which is the same address on each link, so people say which (RFC 4007)."""
    with with_addresses("fe80::77/64"):
        server = start("-o", "allow=fe80::/10", listen="[fe80::77%lo]:0")
        port = server.to[1]
        assert f"[fe80::77%lo]:{port}" in server.said
        for place in f"@fe80::77%lo#{port}", f"@[fe80::77%1]:{port}":
            shown = subprocess.run([PROGRAM.with_name("hostdns"), place, "+short", "v4only.lab"],
                                   capture_output=True, text=True, timeout=START_SECONDS)
            assert (shown.returncode, shown.stdout) == (0, "10.0.0.4\n"), shown.stderr


def test_it_says_how_to_end_it(start):
    server = start()
    server.stop()
    assert "'Ctrl + C'" in server.said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("group", [False, True], ids=["process", "process group"])
def test_a_signal_ends_it(start, number, group):
    """A terminal sends Ctrl+C to all processes of the group."""
    server = start()
    server.ask("a.example.test")
    server.stop(number, group)
    assert server.said.endswith(LAST_LINES)
    assert server.said.count("shutting down") == 1
    assert server.errors() == ""


def ignoring(*signals):
    """Starts a program that ignores these, as some that start others leave it."""
    ignore = "".join(f"signal.signal({int(number)}, signal.SIG_IGN);" for number in signals)
    return [sys.executable, "-c",
            f"import os, signal, sys; {ignore} os.execv(sys.argv[1], sys.argv[1:])", PROGRAM]


def test_signals_that_were_ignored_by_who_started_it(start):
    """It sees the end of its children, reloads, and ends."""
    server = start(program=ignoring(signal.SIGTERM, signal.SIGCHLD, signal.SIGPIPE))
    for name in "serve", "lookup":
        before = server.child(name)
        os.kill(before, signal.SIGKILL)
        wait_until(lambda: not is_alive(before) and server.child(name) != before, "another")
    server.reload()
    assert "not reloaded" not in server.errors()
    server.stop(signal.SIGTERM)


def on_a_terminal(*program):
    """(process id, where it listens, the other end of its terminal)."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(program[0], [*program, "-l", "127.0.0.1:0"])
    said = b""
    while b"Ctrl + C" not in said:
        said += os.read(terminal, 1024)
    return pid, int(re.search(rb"127\.0\.0\.1:(\d+)", said)[1]), terminal


def test_it_ends_with_its_terminal():
    """Closing the window sends SIGHUP, as a reload does; nobody could press Ctrl+C any more."""
    pid, _, terminal = on_a_terminal(PROGRAM)
    os.close(terminal)
    wait_until(lambda: os.waitpid(pid, os.WNOHANG) == (pid, 0), "its end")


def test_it_outlives_its_terminal_if_it_was_told_to():
    """As by nohup; SIGHUP is a reload then, which gives it another lookup process."""
    pid, port, terminal = on_a_terminal(*ignoring(signal.SIGHUP))
    before = dict(children_of(pid))
    os.close(terminal)
    wait_until(lambda: len(children_of(pid)) == len(before) and
               not before.keys() & dict(children_of(pid)).keys(), "other processes")
    Server("127.0.0.1", port).ask("a.example.test")
    os.kill(pid, signal.SIGTERM)
    assert os.waitpid(pid, 0) == (pid, 0)


def test_it_ends_while_lookups_hang(start, etc, upstream, fresh):
    etc.write("resolv.conf", "nameserver 127.0.0.2\n")
    server = start()
    names = [fresh("qtcpsilent-ok") for _ in range(5)]
    sockets = [server.send(name, "A").socket for name in names]
    for name in names:
        wait_until(lambda: upstream.count(name, "A")["tcp"] > 0, "the question over TCP")
    server.stop()
    for sock in sockets:
        sock.close()
    assert server.said.endswith(LAST_LINES)


def test_the_port_is_free_afterwards(start):
    first = start()
    first.stop()
    second = start(listen=f"127.0.0.1:{first.to[1]}")
    assert second.ask("localhost").outcome == ["localhost A 127.0.0.1"]


def test_the_default_address(start):
    server = start(listen=None)
    assert server.to == ("127.0.0.1", 5353)
    assert server.ask("localhost").outcome == ["localhost A 127.0.0.1"]


def test_several_addresses(start):
    """The reply leaves from the address that was asked (RFC 2181 section 4): the sockets
    here are connected and would not take it from another."""
    server = start("-l", "127.0.0.7:0", "-l", "[::1]:0", listen="127.0.0.6:0")
    wait_until(lambda: len(listening(server)) == 3, "three addresses")
    for address, port in listening(server):
        server.to = (address, port)
        assert server.ask("localhost").outcome == ["localhost A 127.0.0.1"]


def listening(server):
    """What it said about where it listens; the rest of its output may still be on its way."""
    os.set_blocking(server.process.stdout.fileno(), False)
    server.said += (server.process.stdout.read() or b"").decode()
    os.set_blocking(server.process.stdout.fileno(), True)
    found = re.findall(r"(127\.[\d.]+|\[[0-9a-f:]+\]):(\d+)", server.said)
    return {(address.strip("[]"), int(port)) for address, port in found}


def test_version():
    result = run("-V")
    assert (result.returncode, result.stderr) == (0, "")
    assert re.search(r"hostdnsd \d+\.\d+", result.stdout)


def test_help():
    result = run("-h")
    assert (result.returncode, result.stderr) == (0, "")
    assert "-l" in result.stdout


@pytest.mark.parametrize("options, named", [
    (["-Z"], "-Z|'Z'|Z"),
    (["--nonsense"], "nonsense"),
    (["-l"], "-l|'l'|l"),
    (["extra"], "extra"),
    (["-l", "nonsense"], "nonsense"),
    (["-l", "127.0.0.1:99999"], "99999"),
    (["-l", "127.0.0.1:-1"], "-1"),
    (["-l", "127.0.0.1:53x"], "53x"),
    (["-l", "127.0.0.1:"], "127.0.0.1:"),
    (["-l", "127.0.0.256:5300"], r"127\.0\.0\.256"),
    (["-l", ""], "."),
    (["-l", "localhost:5300"], "localhost"),
    (["-l", "[::1"], r"\[::1"),
    # Not open to the network: there is no list yet of who may ask.
    (["-l", "0.0.0.0:5300"], r"0\.0\.0\.0"),
    (["-l", "[::]:5300"], "::"),
    (["-l", "192.0.2.1:5300"], r"192\.0\.2\.1"),
    (["-l", "224.0.0.251:5353"], r"224\.0\.0\.251"),
    (["-o", "nonsense=1"], "nonsense"),
    (["-o", "ttl"], "ttl"),
    (["-o", "ttl=x"], "ttl"),
    (["-o", "ttl="], "ttl"),
    (["-o", "ttl=-1"], "ttl"),
    (["-o", "ttl=99999999999"], "ttl"),
    (["-o", "negative-ttl=1x"], "negative-ttl"),
    (["-o", "max-lookups=0"], "max-lookups"),
    (["-o", "="], "."),
    (["-c", "/nonexistent/hostdns.conf"], "/nonexistent/hostdns.conf"),
], ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_what_it_cannot_do_is_named_in_one_line(options, named):
    assert re.search(named, refusal(*options))


def test_a_port_held_by_another_hostdnsd(start):
    """SO_REUSEADDR lets a second one bind the UDP port as well; it must not come to that."""
    first = start()
    line = refusal("-l", f"127.0.0.1:{first.to[1]}")
    processes = [first.pid] + [pid for pid, _ in children_of(first.pid)]
    assert f"127.0.0.1:{first.to[1]}" in line
    assert "hostdnsd" in line.split(":", 1)[1]
    assert any(re.search(rf"\b{pid}\b", line) for pid in processes)
    assert first.ask("localhost").outcome == ["localhost A 127.0.0.1"]


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM], ids=["UDP", "TCP"])
def test_a_port_held_by_another_program(kind):
    """This one, whose name and number are in /proc."""
    with socket.socket(socket.AF_INET, kind) as holder:
        holder.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            holder.listen()
        port = holder.getsockname()[1]
        line = refusal("-l", f"127.0.0.1:{port}")
    assert f"127.0.0.1:{port}" in line
    assert pathlib.Path("/proc/self/comm").read_text().strip() in line
    assert re.search(rf"\b{os.getpid()}\b", line)


def test_an_address_given_twice():
    line = refusal("-l", "127.0.0.1:5300", "-l", "127.0.0.1:5300")
    assert "127.0.0.1:5300" in line


def test_a_port_it_may_not_have():
    """Ports below 1024 belong to root, or to who has the capability."""
    drop = ["setpriv", "--bounding-set=-net_bind_service", "--inh-caps=-net_bind_service"]
    result = subprocess.run([*drop, PROGRAM, "-l", "127.0.0.1:54"], stdin=subprocess.DEVNULL,
                            text=True, capture_output=True, timeout=START_SECONDS)
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert "127.0.0.1:54" in result.stderr
    assert os.strerror(13) in result.stderr
