"""A process that dies is replaced; when the supervisor dies, nobody is left."""

import contextlib
import os
import pathlib
import signal

import pytest

from ask import PATIENCE_SECONDS, gather
from daemon import children_of, is_alive, standing_still, wait_until
from web import WEB

LOCALHOST = ["localhost A 127.0.0.1"]
SILENT_SERVERS = "nameserver 127.0.0.2\nnameserver 127.0.0.3\nnameserver 127.0.0.4\n"


def kill_children(server, *names):
    """SIGKILL, and the processes that take their places."""
    old = {name: server.child(name) for name in names}
    for pid in old.values():
        os.kill(pid, signal.SIGKILL)
    for name, pid in old.items():
        wait_until(lambda: server.child(name) != pid, f"another {name} process")
    # serve may still have to read that lookup died, and would count this question among
    # those that lookup held. It has read it when it has answered one that needs no lookup.
    assert server.ask("localhost", "TXT", "CH").outcome == "REFUSED"


def test_the_processes_have_names(start):
    assert sorted(name for _, name in children_of(start().pid)) == [
        "hostdnsd-lookup", "hostdnsd-serve"]


def test_questions_in_flight_when_lookup_dies(start, etc, upstream, fresh):
    """They get SERVFAIL then, not when their time is up."""
    etc.write("resolv.conf", SILENT_SERVERS)
    server = start("-o", "timeout=60000")
    names = [fresh("qdrop-drop") for _ in range(10)]
    pendings = [server.send(name, "A", edns=True) for name in names]
    for name in names:
        wait_until(lambda: upstream.asked(name), "the question on its way")
    kill_children(server, "lookup")
    replies = [pending.reply() for pending in pendings]
    assert {reply.outcome for reply in replies} == {"SERVFAIL"}
    assert {reply.extended_error[1] for reply in replies} == {"the lookup process died"}


@pytest.mark.parametrize("name", ["lookup", "serve"])
def test_the_next_question_is_answered(start, name):
    server = start()
    for _ in range(3):
        kill_children(server, name)
        assert server.ask("localhost").outcome == LOCALHOST
        assert server.ask("a.example.test").outcome == ["a.example.test A 192.0.2.1"]


def test_a_question_asked_while_serve_is_dead(start):
    """The socket stays open in the supervisor and keeps the question."""
    server = start()
    os.kill(server.child("serve"), signal.SIGKILL)
    assert server.ask("localhost").outcome == LOCALHOST


def test_both_die_at_once(start):
    server = start()
    kill_children(server, "lookup", "serve")
    assert server.ask("localhost").outcome == LOCALHOST


@pytest.mark.parametrize("name", ["lookup", "serve"])
def test_a_crash_is_noted_on_stderr(start, name):
    server = start()
    kill_children(server, name)
    wait_until(lambda: name in server.errors(), f"a line about {name}")


def test_nothing_leaks_when_processes_die_often(start):
    server = start()
    descriptors = f"/proc/{server.pid}/fd"
    before = len(os.listdir(descriptors))
    for _ in range(5):
        kill_children(server, "lookup")
        kill_children(server, "serve")
    assert server.ask("localhost").outcome == LOCALHOST
    assert len(os.listdir(descriptors)) == before


def test_a_lookup_process_that_stands_still(start):
    """More questions than the channel holds: serve must not wait for it."""
    server = start("-o", "timeout=1000")
    pendings = []
    with standing_still(server.child("lookup")):
        for batch in range(6):
            pendings += [server.send(f"n{batch}-{number}.example.test", "A")
                         for number in range(100)]
            assert server.ask("localhost", "TXT", "CH").outcome == "REFUSED"
        replies = gather(pendings)
    assert {reply.outcome for reply in replies} == {"SERVFAIL"}
    assert max(reply.seconds for reply in replies) < PATIENCE_SECONDS
    # It takes up all of them before, which may take longer than this server's time-out.
    wait_until(lambda: server.ask("localhost").outcome == LOCALHOST, "an answer of lookup")


def sockets(pid):
    """The inode numbers of its sockets."""
    links = []
    for entry in os.scandir(f"/proc/{pid}/fd"):
        with contextlib.suppress(FileNotFoundError):
            links.append(os.readlink(entry.path))
    return {link[len("socket:["):-1] for link in links if link.startswith("socket:[")}


def test_lookup_has_no_socket_that_clients_reach(start):
    """It runs foreign modules, and sees checked names only."""
    server = start()
    rows = pathlib.Path("/proc/net/udp").read_text().splitlines()[1:]
    listening = {fields[9] for fields in map(str.split, rows)
                 if fields[1] == f"0100007F:{server.to[1]:04X}"}
    assert len(listening) == 1
    assert listening <= sockets(server.child("serve"))
    assert not listening & sockets(server.child("lookup"))


def test_children_leave_when_the_supervisor_is_killed(start, open_folder):
    open_folder.chmod(0o777)
    server = start(*WEB, "-o", f"dnstap=file:{open_folder / 'tap'}")
    children = [server.child(role) for role in ("serve", "lookup", "web", "dnstap")]
    server.process.kill()
    server.process.wait()
    server.stopped = True
    wait_until(lambda: not [pid for pid in children if is_alive(pid)], "the children leave")
    server.check_sanitizers()


def test_children_leave_though_lookups_hang(start, etc, upstream, fresh):
    etc.write("resolv.conf", "nameserver 127.0.0.2\n")
    server = start()
    name = fresh("qtcpsilent-ok")
    with server.send(name, "A").socket:
        wait_until(lambda: upstream.count(name, "A")["tcp"] > 0, "the question over TCP")
        children = [pid for pid, _ in children_of(server.pid)]
        server.process.kill()
        server.process.wait()
        server.stopped = True
        wait_until(lambda: not [pid for pid in children if is_alive(pid)], "the children leave")


def test_children_leave_when_the_supervisor_is_killed_in_a_dry_run(start, open_folder):
    """The dry run reads a file that does not come, as from a file system that hangs."""
    open_folder.chmod(0o777)
    file = open_folder / "hostdns.conf"
    file.write_text("")
    server = start("-c", file)
    file.unlink()
    os.mkfifo(file, 0o644)
    before = len(children_of(server.pid))
    os.kill(server.pid, signal.SIGHUP)
    wait_until(lambda: len(children_of(server.pid)) > before, "the dry run")
    children = [pid for pid, _ in children_of(server.pid)]
    server.process.kill()
    server.process.wait()
    server.stopped = True
    wait_until(lambda: not [pid for pid in children if is_alive(pid)], "the children leave")
