"""A reload: the new configuration and the new program, and not one question lost."""

import os
import shutil
import signal
import socket

import pytest

from ask import Server, make
from daemon import INSTRUMENTED, PROGRAM, children_of, wait_until
from load import Load
from stream import Stream

RELOADS = 2 if INSTRUMENTED else 20  # under load, behind one without
WAYS = [([], 1), (["-o", "workers=2"], 2), (["-o", "cache-size=100000"], 1)]
if INSTRUMENTED:
    WAYS = [([], 1), (["-o", "workers=2", "-o", "cache-size=100000"], 2)]
NAMES = ["localhost", "a.example.test", "v4only.lab"]


def pids(server, name):
    return {pid for pid, comm in children_of(server.pid) if comm == f"hostdnsd-{name}"}


def refused(server):
    told = server.errors().count("not reloaded")
    os.kill(server.pid, signal.SIGHUP)
    wait_until(lambda: server.errors().count("not reloaded") > told, "the refusal")
    return server.errors()


@pytest.fixture
def conf(open_folder):
    """A configuration file; writing it is not told to anybody."""
    path = open_folder / "hostdns.conf"
    path.write_text("ttl = 11\n")
    return path


def ttl_of(server):
    return server.ask("localhost").ttls[0][1]


@pytest.mark.parametrize("options, workers", WAYS, ids=[" ".join(way[0]) for way in WAYS])
def test_no_question_is_lost_across_reloads_and_no_descriptor_stays(start, stats, options, workers):
    """Nothing of earlier generations is left open."""
    server = start(*options)

    def descriptors():
        wait_until(lambda: len(children_of(server.pid)) == workers + 1, "the end of the old ones")
        assert len(pids(server, "serve")) == workers
        return len(os.listdir(f"/proc/{server.pid}/fd"))

    server.reload()
    first = descriptors()
    with Load(server, NAMES) as load:
        for _ in range(RELOADS):
            server.reload()
    assert descriptors() == first
    for way, asked in load.asked.items():
        stats[f"questions ({way}) asked across {RELOADS} reloads, lost: 0"] += asked


def test_the_old_processes_answer_what_was_put_to_them_and_leave(start, etc, upstream, fresh):
    """An idle connection does not keep them."""
    etc.write("resolv.conf", "nameserver 127.0.0.2\n")
    server = start()
    before = set(children_of(server.pid))
    name = fresh("qslow1-slow1")
    over_udp = server.send(name, "A")
    with Stream(server) as stream, Stream(server) as idle:
        query = make(name, "AAAA")
        stream.send(query)
        wait_until(lambda: upstream.asked(name).keys() == {"A", "AAAA"}, "both questions")
        server.reload()
        assert over_udp.reply().rcode == "NOERROR"
        assert stream.reply_to(query).rcode == "NOERROR"
        wait_until(lambda: not set(children_of(server.pid)) & before, "the end of the old ones")
        assert stream.socket.recv(1) == idle.socket.recv(1) == b""
    assert len(children_of(server.pid)) == 2
    server.stop()
    assert server.said.endswith("DNS server is shutting down ...\nDNS server socket closed\n")


def test_the_new_configuration_holds_and_a_wrong_one_changes_nothing(start, conf):
    """TTLs are far apart, since that of an answer may already count down."""
    server = start("-c", str(conf))
    assert ttl_of(server) == 11
    conf.write_text("ttl = 300\n")
    server.reload()
    assert 200 < ttl_of(server) <= 300
    wait_until(lambda: len(children_of(server.pid)) == 2, "the end of the old ones")
    before = children_of(server.pid)
    conf.write_text("ttl = 600\nttl = eleven\nno such line\n")
    said = refused(server)
    assert f"not reloaded: hostdnsd: {conf}:2: ttl=eleven: a number from 0 to 86400" in said
    assert f"{conf}:3: " in said
    assert children_of(server.pid) == before
    assert 200 < ttl_of(server) <= 300
    conf.write_text("ttl = 900\n")
    server.reload()
    assert 800 < ttl_of(server) <= 900, "a right one is taken behind it"
    for ttl in range(40, 50):
        conf.write_text(f"ttl = {ttl}\n")
        os.kill(server.pid, signal.SIGHUP)
    wait_until(lambda: ttl_of(server) == 49, "a signal during a reload means one more")


def test_options_of_the_command_line_still_hold(start, conf):
    server = start("-c", str(conf), "-o", "negative-ttl=7", "-o", "ttl=33")
    conf.write_text("negative-ttl = 8\nttl = 44\n")
    server.reload()
    assert ttl_of(server) == 33


def test_listeners_come_and_go_and_one_that_is_taken_changes_nothing(start, conf):
    conf.write_text("listen = 127.0.0.1:5353\nlisten = 127.0.0.9:5353\n")
    server = start("-c", str(conf), listen=None)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        conf.write_text(f"listen = 127.0.0.1:5353\nlisten = 127.0.0.1:{other.getsockname()[1]}\n")
        assert "Address already in use" in refused(server)
    for address in "127.0.0.1", "127.0.0.9":
        assert Server(address, 5353).ask("localhost").rcode == "NOERROR"
    conf.write_text("listen = 127.0.0.1:5353\nlisten = 127.0.0.8:5353\n")
    with Load(server, NAMES):
        server.reload()
    assert Server("127.0.0.8", 5353).ask("localhost").rcode == "NOERROR"
    wait_until(lambda: len(children_of(server.pid)) == 2, "the end of the old ones")
    with socket.socket() as client, pytest.raises(ConnectionRefusedError):
        client.connect(("127.0.0.9", 5353))


def test_workers_come_and_go(start, conf):
    """The same number as before is above."""
    conf.write_text("workers = 1\n")
    server = start("-c", str(conf))
    assert len(pids(server, "serve")) == 1
    for workers in 3, 1:
        conf.write_text(f"workers = {workers}\n")
        with Load(server, NAMES):
            server.reload()
        wait_until(lambda: len(children_of(server.pid)) == workers + 1, "the end of the old ones")
        assert len(pids(server, "serve")) == workers


def test_a_changed_program_takes_over_and_a_broken_one_changes_nothing(open_folder, start):
    """As a package's upgrade does it: the file is replaced by another."""
    program = open_folder / "hostdnsd"
    shutil.copy(PROGRAM, program)
    server = start(program=[program])
    old = os.stat(f"/proc/{server.pid}/exe").st_ino
    replacement = open_folder / "new"
    shutil.copy(PROGRAM, replacement)
    replacement.rename(program)
    server.reload()
    new = os.stat(f"/proc/{server.pid}/exe").st_ino
    assert new == program.stat().st_ino != old
    assert server.ask("localhost").rcode == "NOERROR"
    program.unlink()
    program.write_text("no program")
    assert "cannot run" in refused(server)
    assert os.stat(f"/proc/{server.pid}/exe").st_ino == new
    assert server.ask("localhost").rcode == "NOERROR"


def test_a_program_in_a_closed_folder(tmp_path, start):
    """Such as one below the home of root, who started it."""
    program = tmp_path / "hostdnsd"
    shutil.copy(PROGRAM, program)
    tmp_path.chmod(0o700)
    server = start(program=[program])
    server.reload()
    assert server.ask("localhost").rcode == "NOERROR"


def test_a_child_that_dies_after_a_reload_is_replaced(start):
    server = start()
    server.reload()
    wait_until(lambda: len(children_of(server.pid)) == 2, "the end of the old ones")
    for name in "serve", "lookup":
        os.kill(server.child(name), signal.SIGKILL)
        wait_until(lambda: f"{name} process" in server.errors(), "the log line")
        server.ask_until(["localhost A 127.0.0.1"], "localhost")
