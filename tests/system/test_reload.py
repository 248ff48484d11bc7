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

RELOADS = 5 if INSTRUMENTED else 20
NAMES = ["localhost", "a.example.test", "v4only.lab"]


def pids(server, name):
    return {pid for pid, comm in children_of(server.pid) if comm == f"hostdnsd-{name}"}


def reload(server):
    """Sends SIGHUP and waits until the new processes have taken over."""
    told = server.errors().count("reloaded")
    os.kill(server.pid, signal.SIGHUP)
    wait_until(lambda: server.errors().count("reloaded") > told, "the end of the reload")


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


@pytest.mark.parametrize("options", [(), ("-o", "workers=2"), ("-o", "cache-size=100000")],
                         ids=["plain", "two workers", "with a cache"])
def test_no_question_is_lost_across_reloads(start, tally, options):
    server = start(*options)
    with Load(server, NAMES) as load:
        for _ in range(RELOADS):
            reload(server)
    for way, asked in load.asked.items():
        tally[f"questions ({way}) asked across {RELOADS} reloads, lost: 0"] += asked


def test_a_question_under_way_is_answered(start, etc, upstream, fresh):
    """By the old processes, to which it was put."""
    etc.write("resolv.conf", "nameserver 127.0.0.2\n")
    server = start()
    name = fresh("qslow1-slow1")
    over_udp = server.send(name, "A")
    with Stream(server) as stream:
        query = make(name, "AAAA")
        stream.send(query)
        wait_until(lambda: upstream.asked(name).keys() == {"A", "AAAA"}, "both questions")
        reload(server)
        assert over_udp.reply().rcode == "NOERROR"
        assert stream.reply_to(query).rcode == "NOERROR"


def test_the_old_processes_leave(start):
    server = start()
    before = children_of(server.pid)
    reload(server)
    wait_until(lambda: not set(children_of(server.pid)) & set(before), "the end of the old ones")
    assert len(children_of(server.pid)) == 2


def test_an_idle_connection_does_not_keep_the_old_ones(start):
    server = start()
    before = children_of(server.pid)
    with Stream(server) as stream:
        reload(server)
        wait_until(lambda: not set(children_of(server.pid)) & set(before), "the end of the old")
        assert stream.socket.recv(1) == b""


def test_the_new_configuration_holds(start, conf):
    server = start("-c", str(conf))
    assert ttl_of(server) == 11
    conf.write_text("ttl = 22\n")
    reload(server)
    assert ttl_of(server) == 22


def test_options_of_the_command_line_still_hold(start, conf):
    server = start("-c", str(conf), "-o", "negative-ttl=7", "-o", "ttl=33")
    conf.write_text("negative-ttl = 8\nttl = 44\n")
    reload(server)
    assert ttl_of(server) == 33


def test_a_wrong_configuration_changes_nothing(start, conf):
    server = start("-c", str(conf))
    before = children_of(server.pid)
    conf.write_text("ttl = 22\nttl = eleven\nno such line\n")
    said = refused(server)
    assert f"not reloaded: hostdnsd: {conf}:2: ttl=eleven: a number from 0 to 86400" in said
    assert f"{conf}:3: " in said
    assert children_of(server.pid) == before
    assert ttl_of(server) == 11


def test_after_a_wrong_configuration_a_right_one_is_taken(start, conf):
    server = start("-c", str(conf))
    conf.write_text("ttl = eleven\n")
    refused(server)
    conf.write_text("ttl = 55\n")
    reload(server)
    assert ttl_of(server) == 55


def test_an_address_that_is_taken_changes_nothing(start, conf):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        server = start("-c", str(conf), listen=None)
        conf.write_text(f"listen = 127.0.0.1:5353\nlisten = 127.0.0.1:{other.getsockname()[1]}\n")
        assert "Address already in use" in refused(server)
        assert server.ask("localhost").rcode == "NOERROR"


def test_listeners_come_and_go(start, conf):
    conf.write_text("listen = 127.0.0.1:5353\nlisten = 127.0.0.9:5353\n")
    server = start("-c", str(conf), listen=None)
    conf.write_text("listen = 127.0.0.1:5353\nlisten = 127.0.0.8:5353\n")
    with Load(server, NAMES):
        reload(server)
    assert Server("127.0.0.8", 5353).ask("localhost").rcode == "NOERROR"
    wait_until(lambda: len(children_of(server.pid)) == 2, "the end of the old ones")
    with socket.socket() as client, pytest.raises(ConnectionRefusedError):
        client.connect(("127.0.0.9", 5353))


@pytest.mark.parametrize("before, after", [(1, 3), (3, 1), (2, 2)])
def test_workers_come_and_go(start, conf, before, after):
    conf.write_text(f"workers = {before}\n")
    server = start("-c", str(conf))
    assert len(pids(server, "serve")) == before
    conf.write_text(f"workers = {after}\n")
    with Load(server, NAMES):
        reload(server)
    wait_until(lambda: len(children_of(server.pid)) == after + 1, "the end of the old ones")
    assert len(pids(server, "serve")) == after


def test_a_changed_program_takes_over(open_folder, start):
    """As a package's upgrade does it: the file is replaced by another."""
    program = open_folder / "hostdnsd"
    shutil.copy(PROGRAM, program)
    server = start(program=[program])
    old = os.stat(f"/proc/{server.pid}/exe").st_ino
    replacement = open_folder / "new"
    shutil.copy(PROGRAM, replacement)
    replacement.rename(program)
    reload(server)
    assert os.stat(f"/proc/{server.pid}/exe").st_ino == program.stat().st_ino != old
    assert server.ask("localhost").rcode == "NOERROR"


def test_a_broken_program_changes_nothing(open_folder, start):
    program = open_folder / "hostdnsd"
    shutil.copy(PROGRAM, program)
    server = start(program=[program])
    program.unlink()
    program.write_text("no program")
    assert "cannot run" in refused(server)
    assert server.ask("localhost").rcode == "NOERROR"


def test_a_program_in_a_closed_folder(tmp_path, start):
    """Such as one below the home of root, who started it."""
    program = tmp_path / "hostdnsd"
    shutil.copy(PROGRAM, program)
    tmp_path.chmod(0o700)
    server = start(program=[program])
    reload(server)
    assert server.ask("localhost").rcode == "NOERROR"


def test_a_second_signal_during_a_reload_means_one_more(start, conf):
    server = start("-c", str(conf))
    for ttl in range(40, 50):
        conf.write_text(f"ttl = {ttl}\n")
        os.kill(server.pid, signal.SIGHUP)
    wait_until(lambda: ttl_of(server) == 49, "the last configuration")


def test_it_ends_well_after_a_reload(start):
    server = start()
    reload(server)
    server.stop()
    assert server.said.endswith("DNS server is shutting down ...\nDNS server socket closed\n")


def test_a_child_that_dies_after_a_reload_is_replaced(start):
    server = start()
    reload(server)
    wait_until(lambda: len(children_of(server.pid)) == 2, "the end of the old ones")
    for name in "serve", "lookup":
        os.kill(server.child(name), signal.SIGKILL)
        wait_until(lambda: f"{name} process" in server.errors(), "the log line")
        server.ask_until(["localhost A 127.0.0.1"], "localhost")


def test_the_process_keeps_its_number_of_descriptors(start):
    """Nothing of earlier generations is left open."""
    server = start()

    def count():
        wait_until(lambda: len(children_of(server.pid)) == 2, "the end of the old ones")
        return len(os.listdir(f"/proc/{server.pid}/fd"))

    reload(server)
    first = count()
    for _ in range(5):
        reload(server)
    assert count() == first
