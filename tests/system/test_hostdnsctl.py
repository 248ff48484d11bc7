"""hostdnsctl: the control socket, its commands, and what the counters say."""

import concurrent.futures
import contextlib
import itertools
import json
import os
import pathlib
import pty
import re
import signal
import socket
import stat
import subprocess
import time

import dns.message
import pytest

from ask import gather, make
from conftest import make_open_folder
from daemon import (INSTRUMENTED, PROGRAM, START_SECONDS, Daemon, children_of, is_alive,
                    needs_another_user, standing_still, wait_until)
from load import Load
from stream import Stream
from tables import table

CTL = PROGRAM.with_name("hostdnsctl")
SOURCE = pathlib.Path(__file__).parents[2]
DEFAULT = pathlib.Path("/run/hostdns/control")
ANOTHER_USER = ["setpriv", "--reuid=1", "--regid=1", "--clear-groups"]
OPTIONS = ["-o", "cache-size=1000000", "-o", "ttl=300", "-o", "tcp-idle=600"]
REFUSALS = 5 if INSTRUMENTED else 50


@pytest.fixture
def path(open_folder):
    return open_folder / "control"


@pytest.fixture
def fresh(start, path):
    """A server for one test, whose socket is at `path`."""
    return start("-o", f"control={path}", *OPTIONS)


@pytest.fixture(scope="module")
def server():
    """One for the tests that leave no trace in it, whose socket is at `server.path`."""
    path = make_open_folder() / "control"
    daemon = Daemon("-o", f"control={path}", *OPTIONS)
    daemon.path = path
    yield daemon
    daemon.stop()


def run(path, *words):
    return subprocess.run([CTL, "-s", str(path), *words], capture_output=True, text=True,
                          timeout=60, check=False)


def ctl(path, *words):
    result = run(path, *words)
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    return result.stdout


def refused(path, *words):
    result = run(path, *words)
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.startswith("hostdnsctl: ")
    return result.stderr.removeprefix("hostdnsctl: ")


def command(path, line):
    """As ctl() does, for what is not about hostdnsctl: an instrumented one takes long to end.
    Each command has a test that gives it by hostdnsctl."""
    said, _, text = converse(path, f"{line}\n".encode()).decode().partition("\n")
    assert said == "ok", said
    return text


def as_numbers(text):
    return {name: int(value) for name, value in (line.split() for line in text.splitlines())}


def stats(path):
    return as_numbers(command(path, "stats"))


def grown(path, before):
    """What has become more since then."""
    after = stats(path)
    return {name: after[name] - before[name] for name in after if after[name] != before[name]}


def grows(path, before, expected, among):
    """What becomes more among these is just that. A question is counted behind its reply, so
    the last one perhaps a little later."""
    def more():
        return {name: value for name, value in grown(path, before).items()
                if name.startswith(among)}

    with contextlib.suppress(AssertionError):
        wait_until(lambda: more() == expected, "the last one", seconds=5)
    assert more() == expected


def read_all(connection):
    chunks = []
    while chunk := connection.recv(65536):
        chunks.append(chunk)
    return b"".join(chunks)


def converse(path, line):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(60)
        connection.connect(str(path))
        connection.sendall(line)
        return read_all(connection)


# The socket.


def test_the_socket_is_for_its_owner_alone(server):
    assert stat.S_IMODE(server.path.stat().st_mode) == 0o600
    assert stat.S_ISSOCK(server.path.stat().st_mode)


@needs_another_user
def test_another_user_is_refused(server):
    result = subprocess.run([*ANOTHER_USER, CTL, "-s", server.path, "status"],
                            capture_output=True, text=True, timeout=20, check=False)
    assert result.returncode == 2
    assert result.stderr == (f"hostdnsctl: may not speak to a server at {server.path}: "
                             "Permission denied\n")


def leave(path):
    """A socket as a killed server leaves it."""
    path.parent.mkdir(exist_ok=True)
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
        left.listen()


def test_it_has_a_place_of_its_own_by_default_of_which_its_end_leaves_nothing(start):
    """Also where the server has become another user, who may remove nothing in /run."""
    server = start()
    assert stat.S_ISSOCK(DEFAULT.stat().st_mode)
    assert command(DEFAULT, "status").startswith("hostdnsd ")
    server.stop()
    assert not DEFAULT.parent.exists()


def test_what_a_killed_server_left_where_the_configuration_says_is_replaced(start, path):
    leave(path)
    server = start("-o", f"control={path}")
    assert f"pid {server.pid}," in command(path, "status")
    server.stop()
    assert list(path.parent.iterdir()) == [], "the end leaves nothing"


def test_a_folder_that_has_something_else_stays(start):
    server = start()
    other = DEFAULT.with_name("other")
    other.touch()
    server.stop()
    assert list(DEFAULT.parent.iterdir()) == [other]
    other.unlink()
    DEFAULT.parent.rmdir()


def test_the_end_after_a_reload_leaves_nothing(start):
    server = start()
    for _ in range(2):
        command(DEFAULT, "reload")
    server.stop()
    assert not DEFAULT.parent.exists()


def test_an_end_for_want_of_a_user_leaves_nothing(etc, path):
    """It fails after it has made the socket."""
    etc.write("passwd", "root:x:0:0::/:/bin/sh\n")
    result = subprocess.run([PROGRAM, "-l", "127.0.0.1:0", "-o", f"control={path}"],
                            capture_output=True, text=True, timeout=START_SECONDS, check=False)
    assert (result.returncode, result.stderr) == (
        1, "hostdnsd: there is no user hostdns or nobody to run as (-o user=NAME chooses another)\n")
    assert not path.exists()


def test_the_next_server_comes_after_a_killed_one(start):
    first = start()
    first.kill()
    second = start()
    assert f"pid {second.pid}," in command(DEFAULT, "status")
    assert second.errors() == ""
    second.stop()
    assert not DEFAULT.parent.exists()


def test_the_socket_of_a_later_server_stays(start, path):
    first = start("-o", f"control={path}")
    path.unlink()
    second = start("-o", f"control={path}")
    assert f"pid {second.pid}," in command(path, "status")
    first.stop()
    assert f"pid {second.pid}," in command(path, "status")


def test_a_reload_may_move_it(start, open_folder):
    conf = open_folder / "hostdns.conf"
    new = open_folder / "new"
    new.mkdir()
    new.chmod(0o777)  # for a server that is not root any more
    conf.write_text(f"control = {open_folder}/old\n")
    server = start("-c", str(conf))
    conf.write_text(f"control = {new}/control\n")
    command(open_folder / "old", "reload")
    assert "generation 2" in command(new / "control", "status")
    assert not (open_folder / "old").exists()
    server.stop()
    assert list(new.iterdir()) == []


def test_a_reload_that_cannot_move_it_leaves_it_where_it_was(start, open_folder):
    conf = open_folder / "hostdns.conf"
    old = open_folder / "old"
    conf.write_text(f"control = {old}\n")
    server = start("-c", str(conf))
    conf.write_text(f"control = {open_folder}/none/control\n")
    command(old, "reload")
    assert "generation 2" in command(old, "status")
    assert (f"hostdnsd: no control socket at {open_folder}/none/control: No such file or "
            "directory; it stays where it was\n") in server.errors()


def warning(why):
    return (f"hostdnsd: no control socket at {DEFAULT}: {why}; hostdnsctl cannot reach this "
            "server (-o control=PATH chooses another place)\n")


def test_a_second_server_says_that_the_first_has_the_socket(start):
    first, second = start(), start()
    assert second.errors() == warning("another server has it")
    assert f"pid {first.pid}," in command(DEFAULT, "status")
    second.stop()
    assert f"pid {first.pid}," in command(DEFAULT, "status"), "the first one's socket stays"


@needs_another_user
def test_a_user_without_a_place_is_told(start):
    server = start(program=[*ANOTHER_USER, "env", "-u", "XDG_RUNTIME_DIR", PROGRAM])
    assert server.errors() == warning("No such file or directory")
    assert server.ask("localhost").rcode == "NOERROR"


@needs_another_user
def test_a_users_server_leaves_nothing(start, open_folder):
    open_folder.chmod(0o777)
    server = start(program=[*ANOTHER_USER, PROGRAM], env={"XDG_RUNTIME_DIR": str(open_folder)})
    assert (open_folder / "hostdns/control").is_socket()
    assert server.errors() == ""
    server.stop()
    assert list(open_folder.iterdir()) == []


@needs_another_user
def test_a_left_socket_that_may_not_be_removed_is_named(start, open_folder):
    """Root's, and a server that is not root."""
    left = open_folder / "hostdns/control"
    leave(left)
    server = start(program=[*ANOTHER_USER, PROGRAM], env={"XDG_RUNTIME_DIR": str(open_folder)})
    assert server.errors() == warning("Permission denied").replace(str(DEFAULT), str(left))


@needs_another_user
def test_another_users_running_server_is_not_taken_for_left(start, open_folder):
    """Nor is its socket removed, though it could be: who may not connect cannot know."""
    path = open_folder / "hostdns/control"
    path.parent.mkdir()
    path.parent.chmod(0o777)
    first = start("-o", f"control={path}")
    second = start(program=[*ANOTHER_USER, PROGRAM], env={"XDG_RUNTIME_DIR": str(open_folder)})
    assert second.errors() == warning("Permission denied").replace(str(DEFAULT), str(path))
    assert f"pid {first.pid}," in command(path, "status")


@needs_another_user
def test_root_replaces_what_another_user_left(start):
    """In a folder that is not root's."""
    leave(DEFAULT)
    os.chown(DEFAULT, 1, 1)
    os.chown(DEFAULT.parent, 1, 1)
    server = start()
    assert f"pid {server.pid}," in command(DEFAULT, "status")
    assert server.errors() == ""
    server.stop()
    assert not DEFAULT.parent.exists()


def test_the_socket_of_a_running_server_is_not_taken(server, start):
    path = server.path
    second = start("-o", f"control={path}")
    assert second.errors() == warning("another server has it").replace(str(DEFAULT), str(path))
    second.stop()
    assert f"pid {server.pid}," in command(path, "status")


def test_a_file_that_is_no_socket_is_not_removed(start, path):
    path.write_text("precious")
    second = start("-o", f"control={path}")
    assert second.errors() == warning("File exists").replace(str(DEFAULT), str(path))
    second.stop()
    assert path.read_text() == "precious"


def test_without_a_server_it_says_so(path):
    result = run(path, "status")
    assert result.returncode == 2
    assert result.stderr == f"hostdnsctl: no server at {path}: No such file or directory\n"


def test_at_a_left_socket_there_is_no_server(path):
    leave(path)
    result = run(path, "status")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == f"hostdnsctl: no server at {path}: Connection refused\n"


def test_an_unknown_command_without_a_server(path):
    result = run(path, "frobnicate")
    assert (result.returncode, result.stdout) == (64, "")
    assert result.stderr == ("hostdnsctl: no such command: frobnicate (hostdnsctl -h lists them), "
                             f"and no server at {path} that might know it\n")


def test_an_unknown_command_is_the_servers_to_refuse(server):
    assert refused(server.path, "frobnicate") == "no such command (help lists them)\n"


# The protocol.


FORGOT = re.compile(rb"ok\nforgot \d+ answers?\n")


@table("line, answer", [
    (b"nonsense\n", b"error no such command (help lists them)\n"),
    (b"\n", b"error no such command (help lists them)\n"),
    (b"status now\n", b"error usage: status [json]\n"),
    (b"log\n", b"error usage: log error|warning|info|debug\n"),
    (b"log loud\n", b"error usage: log error|warning|info|debug\n"),
    (b"flush a..b\n", b"error a domain name is needed\n"),
    (b"stats xml\n", b"error usage: stats [json]\n"),
    (b"x" * 1100, b"error the line is too long\n"),
    (b"flush\nflush\nnonsense\n", FORGOT),
])
def test_a_line_and_its_answer(server, line, answer):
    said = converse(server.path, line)
    assert FORGOT.fullmatch(said) if answer is FORGOT else said == answer


def test_a_line_that_comes_in_pieces(server):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(server.path))
        for octet in b"flush":
            connection.sendall(bytes([octet]))
            server.ask("localhost")
        connection.sendall(b"\n")
        assert FORGOT.fullmatch(read_all(connection))


def test_those_who_say_nothing_keep_others_out_but_not_for_long(fresh, path):
    """A server that has no time answers before it was asked, and hangs up, which may be before
    hostdnsctl has written its line or behind that, so it is tried some times in 2 s. After
    5 s it has time again."""
    with contextlib.ExitStack() as stack:
        silent = [stack.enter_context(socket.socket(socket.AF_UNIX)) for _ in range(16)]
        for connection in silent:
            connection.settimeout(20)
            connection.connect(str(path))
        until = time.monotonic() + 2
        for tried in range(REFUSALS):
            if not tried or time.monotonic() < until:
                assert refused(path, "status") == "too many clients are connected; try again\n"
        for connection in silent:
            assert read_all(connection) == b"error no command came within 5 s\n"
        assert f"pid {fresh.pid}," in ctl(path, "status")
    assert fresh.ask("localhost").rcode == "NOERROR"


# Commands.


COMMANDS = ["status", "stats", "metrics", "top", "flush", "reload", "log", "stop", "help"]


def check_help(path):
    text = ctl(path, "-h")
    assert re.findall(r"^  ([a-z]+)", text, re.M) == COMMANDS
    return text


def test_help_needs_no_server(path):
    check_help(path)
    leave(path)
    check_help(path)


def test_help_does_not_wait_for_a_server_that_hangs_and_is_the_same_there(server):
    with standing_still(server.pid):
        text = check_help(server.path)
    assert text.endswith(f"Commands:\n{ctl(server.path, 'help')}")


def test_the_manual_page_has_every_command(path):
    page = (SOURCE / "src/ctl/hostdnsctl.8").read_text().partition(".Sh COUNTERS")[0]
    assert [word for word in re.findall(r"^\.It Cm ([\w-]+)", page, re.M)] == COMMANDS


def test_status(fresh, path):
    text = ctl(path, "status")
    assert re.search(rf"^hostdnsd \S+, pid {fresh.pid}, for [\d.]+ s, generation 1$", text, re.M)
    assert f"listens: 127.0.0.1:{fresh.to[1]}\n" in text
    for role in "serve", "lookup":
        assert f"process: {role} 0, pid {fresh.child(role)}, for " in text
    wait_until(lambda: "name server: 127.0.0.2:53, asked 0, answered 0, failed 0\n"
               in command(path, "status"), "it")
    assert "lookups: 0 in flight, for 0 questions\n" in text
    assert re.search(r"^cache: 0 answers, of at most 1000000 octets", text, re.M)


def test_status_tells_of_lookups_in_flight(fresh, path, etc):
    etc.write("resolv.conf", "nameserver 127.0.0.3\n")
    waiting = [fresh.send(f"hang{number}.example.test") for number in range(5)]
    wait_until(lambda: "lookups: 5 in flight, for 5 questions\n" in command(path, "status"), "them")
    for pending in waiting:
        assert pending.reply().rcode == "SERVFAIL"


def test_status_tells_of_hung_threads(start, path, etc, modules):
    etc.write("nsswitch.conf", "hosts: hang\n")
    server = start("-o", f"control={path}", env=modules)
    waiting = [server.send(f"hang{number}.lab") for number in range(3)]
    wait_until(lambda: "busy and 3 hung\n" in command(path, "status"), "hung threads", seconds=30)
    for pending in waiting:
        pending.socket.close()


QUESTIONS = [("localhost", "A", {"type-a": 1, "answer-records": 1}),
             ("localhost", "AAAA", {"type-aaaa": 1, "answer-records": 1}),
             ("nosuch.example.test", "A", {"type-a": 1, "answer-nxdomain": 1}),
             ("v4only.lab", "AAAA", {"type-aaaa": 1, "answer-nodata": 1}),
             ("types.example.test", "MX", {"type-mx": 1, "answer-records": 1}),
             ("1.0.0.127.in-addr.arpa", "PTR", {"type-ptr": 1, "answer-records": 1}),
             ("x.qservfail-servfail.fault.test", "A", {"type-a": 1, "answer-servfail": 1}),
             ("example.test", "AXFR", {"type-other": 1, "answer-refused": 1})]


@pytest.mark.parametrize("tcp", [False, True], ids=["UDP", "TCP"])
@table("name, rdtype, expected", QUESTIONS)
def test_each_question_is_counted_once(fresh, path, name, rdtype, expected, tcp):
    before = stats(path)
    for _ in range(3):
        fresh.ask(name, rdtype, tcp=tcp)
    transport = "questions-tcp" if tcp else "questions-udp"
    grows(path, before, {transport: 3, **{key: 3 * value for key, value in expected.items()}},
          among=("questions-", "type-", "answer-"))


def test_the_cache_is_counted_on_both_ways(fresh, path):
    before = stats(path)
    fresh.ask("a.example.test")
    for _ in range(5):
        fresh.ask("a.example.test")  # as few steps as possible
    fresh.ask("a.example.test", tcp=True)  # the long way
    grows(path, before, {"cache-misses": 1, "cache-hits": 6, "cache-entries": 1},
          among=("cache-misses", "cache-hits", "cache-entries"))
    more = grown(path, before)
    assert more["lookups"] == more["dns-records"] == 1
    assert sum(more.get(name, 0) for name in more if re.match("lookup-[um]s-", name)) == 1


@table("name, rdtype, counter", [
    ("a.example.test", "A", "dns-records"), ("a.example.test", "AAAA", "dns-nodata"),
    ("nosuch.example.test", "A", "dns-nxdomain"), ("v4only.lab", "A", "host-records"),
    ("v4only.lab", "AAAA", "host-nodata"), ("x.qservfail-servfail.fault.test", "A", "dns-failed")])
def test_lookups_are_counted_by_source_and_result(fresh, path, name, rdtype, counter):
    before = stats(path)
    fresh.ask(name, rdtype)
    grows(path, before, {counter: 1}, among=("dns-", "host-r", "host-n"))


def test_what_leaves_the_cache_is_counted(start, path, name_server, etc):
    """Also behind a serve process that has died. Long answers, so that few fill it."""
    name_server("127.0.0.77", lambda packet: packet.reply(*[f"{n}{250 * 'x'}" for n in range(4)]))
    etc.write("resolv.conf", "nameserver 127.0.0.77\n")
    server = start("-o", f"control={path}", "-o", "cache-size=1")  # the least there can be
    numbers = itertools.count()

    def leave_more_than(before):
        gather([server.send(f"n{next(numbers)}.long.test", "TXT", edns=True) for _ in range(40)])
        return stats(path)["cache-evictions"] > before

    for death in range(2):
        before = stats(path)["cache-evictions"]
        wait_until(lambda: leave_more_than(before), "an answer that leaves")
        os.kill(server.child("serve"), signal.SIGKILL)
        wait_until(lambda: stats(path)["restarts-serve"] == death + 1, "the death")
        server.ask_until(["localhost A 127.0.0.1"], "localhost")
    assert stats(path)["cache-evictions"] > before


def test_packets_that_are_no_question_are_counted(server):
    before = stats(server.path)
    assert server.says_nothing_to(b"\0\1")
    assert grown(server.path, before)["dropped-malformed"] == 1


def test_tcp_connections_are_counted(server):
    path = server.path
    before = stats(path)
    with Stream(server) as stream:
        stream.send(dns.message.make_query("localhost", "A"))
        stream.read_wire()
        more = grown(path, before)
        assert more["tcp-accepted"] == more["tcp-open"] == 1
    wait_until(lambda: stats(path)["tcp-open"] == 0, "the end of it")


def test_json_says_the_same(server):
    before = stats(server.path)
    server.ask("localhost")
    grows(server.path, before, {"questions-udp": 1}, among="questions-")
    assert json.loads(ctl(server.path, "stats", "--json")) == as_numbers(ctl(server.path, "stats"))
    assert ctl(server.path, "stats", "json") == ctl(server.path, "--json", "stats")


def test_the_status_as_json(server):
    said = json.loads(ctl(server.path, "status", "--json"))
    assert said["pid"] == server.pid
    assert said["listens"] == [{"address": f"127.0.0.1:{server.to[1]}", "missing": False,
                                "taken-back": False}]
    assert [(each["role"], each["number"], each["pid"]) for each in said["processes"]] == [
        ("serve", 0, server.child("serve")), ("lookup", 0, server.child("lookup"))]
    (one,) = said["name-servers"]
    assert re.fullmatch(r"127\.0\.0\.\d+:53", one["address"])
    assert {*one} == {"address", "states", "round-trip-seconds", "asked", "answered", "failed",
                      "recheck-seconds"}
    assert said["cache"]["octets-for-each-worker"] == 1000000


def on_a_terminal(path, *words):
    """What it shows there."""
    master, slave = pty.openpty()
    with open(master, "rb", buffering=0) as screen:
        result = subprocess.run([CTL, "-s", str(path), *words], stdout=slave, timeout=60, check=False)
        os.close(slave)
        shown = b""
        with contextlib.suppress(OSError):  # at its end
            while octets := screen.read(65536):
                shown += octets
    assert result.returncode == 0
    return shown.decode("ascii").replace("\r\n", "\n")


def test_tables_are_for_terminals(server):
    shown = on_a_terminal(server.path, "status")
    assert f"Listens        127.0.0.1:{server.to[1]}\n" in shown
    assert re.search(rf"^ +{server.child('lookup')} +\d.*  lookup 0$", shown, re.M)
    shown = on_a_terminal(server.path, "stats")
    assert re.search(r"^questions-udp +[\d,]+  Questions answered over UDP\.$", shown, re.M)
    assert shown.count("\n") == len(stats(server.path)) + 1


def test_the_manual_page_has_every_counter(server):
    page = (SOURCE / "src/ctl/hostdnsctl.8").read_text().partition(".Sh COUNTERS")[2]
    page = page.partition(".Sh")[0]
    assert re.findall(r"^\.It Cm ([\w-]+)", page, re.M) == list(stats(server.path))


def test_the_examples_of_the_manual_page_work(start):
    """With a server at the default place."""
    start()
    page = (SOURCE / "src/ctl/hostdnsctl.8").read_text().partition(".Sh EXAMPLES")[2]
    examples = re.findall(r"^\$ (.*)$", page, re.M)
    assert len(examples) >= 5
    env = {**os.environ, "PATH": f"{PROGRAM.parent}:{os.environ['PATH']}"}
    for example in examples:
        result = subprocess.run(example, shell=True, env=env, capture_output=True, text=True,
                                timeout=60, check=False)
        assert (result.returncode, result.stderr) == (0, ""), example
        assert bool(result.stdout) == ("reload" not in example), example


def test_two_workers_are_added_up(start, path):
    server = start("-o", f"control={path}", "-o", "workers=2")
    before = stats(path)
    for _ in range(50):
        server.ask("localhost")
    grows(path, before, {"questions-udp": 50}, among="questions-")


def pids_of_children(server):
    return {pid for pid, _ in children_of(server.pid)}


def test_counters_outlive_reloads_and_deaths(fresh, path):
    for _ in range(10):
        fresh.ask("localhost")
    old = pids_of_children(fresh)
    command(path, "reload")
    wait_until(lambda: len(pids_of_children(fresh) - old) == len(pids_of_children(fresh)) == 2,
               "the end of the old ones")
    os.kill(fresh.child("serve"), signal.SIGKILL)
    wait_until(lambda: stats(path)["restarts-serve"] == 1, "the death")
    fresh.ask_until(["localhost A 127.0.0.1"], "localhost")
    after = stats(path)
    assert after["questions-udp"] >= 10
    assert after["reloads"] == 1
    assert after["cache-entries"] <= 1, "gauges begin anew"


def test_flush_forgets_all_types_of_a_name_or_everything(start, path, name_server, etc):
    data = {"address": "192.0.2.1"}
    server = start_with_changing(start, path, name_server, etc, data)
    for name in "x.changing.test", "y.changing.test":
        server.ask(name)
        server.ask(name, "AAAA")
    entries = stats(path)["cache-entries"]
    data["address"] = "192.0.2.2"
    assert ctl(path, "flush", "X.Changing.test") == "forgot 1 answer of x.changing.test\n"
    assert stats(path)["cache-entries"] == entries - 1
    assert ctl(path, "flush", "x.changing.test.") == "forgot 0 answers of x.changing.test\n"
    assert server.ask("y.changing.test").outcome == ["y.changing.test A 192.0.2.1"]
    server.ask_until(["x.changing.test A 192.0.2.2"], "x.changing.test")
    data["address"] = "192.0.2.3"
    assert server.ask("x.changing.test").outcome == ["x.changing.test A 192.0.2.2"]
    assert ctl(path, "flush") == f"forgot {entries} answers\n"
    for name in "x.changing.test", "y.changing.test":
        server.ask_until([f"{name} A 192.0.2.3"], name)


@table("name", ["0/25.2.0.192.in-addr.arpa", "*.example.test", ".", "a b.test",
                                  "Foo.Example.Test.", "a\\\\.b.test"])
def test_flush_takes_every_name(server, name):
    assert command(server.path, f"flush {name}").startswith("forgot ")


def test_flush_adds_up_what_all_workers_have_forgotten(start, path):
    """Each client address comes to a worker of its own, most likely, so some are tried."""
    server = start("-o", f"control={path}", "-o", "workers=4", *OPTIONS)
    for _ in range(20):
        server.ask("v4only.lab")
        server.ask("a.example.test")
    entries = stats(path)["cache-entries"]
    kept = entries - kept_of(path, "a.example.test")
    assert ctl(path, "flush") == f"forgot {kept} answers\n"
    assert ctl(path, "flush") == "forgot 0 answers\n"


def kept_of(path, name):
    said = ctl(path, "flush", name)
    assert (match := re.fullmatch(rf"forgot (\d+) answers? of {name}\n", said)), said
    return int(match[1])


def test_flush_says_that_a_worker_hangs_and_does_not_hang_itself(start, path):
    """The worker does as it was told when it goes on."""
    server = start("-o", f"control={path}", "-o", "workers=2", *OPTIONS)
    hung = server.child("serve")
    wait_until(lambda: server.ask("v4only.lab") and stats(path)["cache-entries"] == 2, "both to know")
    with standing_still(hung):
        said = ctl(path, "flush", "v4only.lab")
        assert said == "forgot 1 answer of v4only.lab; 1 worker has not answered\n"
        assert stats(path)["cache-entries"] == 1
    wait_until(lambda: stats(path)["cache-entries"] == 0, "the other to forget")


def test_a_command_is_answered_before_a_reload_ends_its_connection(start, path):
    """A flush waits two seconds for a worker that hangs; the reload waits for the flush."""
    server = start("-o", f"control={path}", *OPTIONS)
    hung = server.child("serve")
    os.kill(hung, signal.SIGSTOP)
    try:
        with concurrent.futures.ThreadPoolExecutor() as pool:
            flush = pool.submit(ctl, path, "flush")
            assert ctl(path, "reload") == ""
            assert flush.result() == "forgot 0 answers; 1 worker has not answered\n"
    finally:
        os.kill(hung, signal.SIGCONT)


def before_it_retires(scene):
    """Of a scene with a connection that outlives a reload: a process that retires closes it
    after a second in which nothing came, which may be over on a busy machine. Then again."""
    def played():
        with contextlib.suppress(EOFError):
            scene()
            return True
        return False

    wait_until(played, "a connection that lasts long enough", seconds=120)


def command_beside(ask, path, line):
    """A command while somebody asks again and again, so that the connection is never idle."""
    with concurrent.futures.ThreadPoolExecutor() as pool:
        said = pool.submit(command, path, line)
        while not said.done():
            ask()
            concurrent.futures.wait([said], timeout=0.02)
    return said.result()


def test_flush_reaches_those_that_retire(start, path, name_server, etc):
    """A client of theirs is still answered by them."""
    data = {}
    server = start_with_changing(start, path, name_server, etc, data)
    query = make("x.changing.test")

    def ask(stream):
        stream.send(query)
        return stream.reply_to(query).outcome

    def scene():
        data["address"] = "192.0.2.1"
        command(path, "flush")
        with Stream(server) as stream:
            assert ask(stream) == ["x.changing.test A 192.0.2.1"]
            command_beside(lambda: ask(stream), path, "reload")
            data["address"] = "192.0.2.2"
            assert ask(stream) == ["x.changing.test A 192.0.2.1"]
            command_beside(lambda: ask(stream), path, "flush x.changing.test")
            wait_until(lambda: ask(stream) == ["x.changing.test A 192.0.2.2"], "the new answer")

    before_it_retires(scene)


def test_the_ages_and_gauges_of_processes_outlive_reloads(fresh, path):
    def scene():
        with Stream(fresh) as stream:
            query = make("localhost")

            def ask():
                stream.send(query)
                stream.read_wire()

            for _ in range(2):
                command_beside(ask, path, "reload")
            if json.loads(command_beside(ask, path, "stats json"))["tcp-open"] != 1:
                raise EOFError

    before_it_retires(scene)
    before = float(re.search(r"^hostdnsd .*, for ([\d.]+) s", command(path, "status"))[1])
    command(path, "reload")
    assert float(re.search(r"^hostdnsd .*, for ([\d.]+) s", command(path, "status"))[1]) > before
    wait_until(lambda: stats(path)["tcp-open"] == 0, "the end of it")


def start_with_changing(start, path, name_server, etc, data):
    """A server, and a name server behind it whose answers follow `data`."""
    name_server("127.0.0.77", lambda packet: packet.reply(
        *([data["address"]] if packet.type == "A" else [])))
    etc.write("resolv.conf", "nameserver 127.0.0.77\n")
    return start("-o", f"control={path}", "-o", "cache-size=1000000", "-o", "tcp-idle=600")


def test_reload_answers_when_it_is_done(fresh, path):
    before = set(children_of(fresh.pid))
    with Load(fresh, ["localhost", "v4only.lab"]):
        assert ctl(path, "reload") == ""
        assert "generation 2" in command(path, "status")
    assert set(children_of(fresh.pid)) - before


def test_reload_tells_what_is_wrong(start, open_folder, path):
    conf = open_folder / "hostdns.conf"
    conf.write_text(f"control = {path}\n")
    start("-c", str(conf))
    conf.write_text(f"control = {path}\nttl = eleven\nno line\n")
    said = refused(path, "reload")
    assert f"{conf}:2: ttl=eleven: a number from 0 to 86400 is needed" in said
    assert f"{conf}:3: " in said
    assert "generation 1" in command(path, "status")


def test_log_debug_shows_questions_until_it_is_said_otherwise(fresh, path):
    fresh.ask("localhost")
    assert fresh.errors() == ""
    ctl(path, "log", "debug")
    wait_until(lambda: fresh.ask("localhost") and "localhost" in fresh.errors(), "a line")
    ctl(path, "log", "info")

    def is_silent():
        before = fresh.errors()
        fresh.ask("localhost")
        fresh.ask("localhost")
        return fresh.errors() == before

    wait_until(is_silent, "no more lines")


def test_stop_ends_it_as_a_signal_does(start):
    server = start()
    children = children_of(server.pid)
    assert ctl(DEFAULT, "stop") == ""
    rest, _ = server.process.communicate(timeout=START_SECONDS)
    server.stopped = True
    assert server.process.returncode == 0
    assert rest.decode().endswith("DNS server is shutting down ...\nDNS server socket closed\n")
    assert not [pid for pid, _ in children if is_alive(pid)]
    assert not DEFAULT.parent.exists(), "nothing is left"


# The command line.


TAKES_NO_MORE = "it takes fewer words"
NO_OPTION = "no such option"


@table("words, said", [
    ([], "a command is needed"), (["-x"], f"-x: {NO_OPTION}"), (["-o", "name="], f"-o: {NO_OPTION}"),
    (["--nonsense"], f"--nonsense: {NO_OPTION}"), (["--help=me"], f"--help=me: {NO_OPTION}"),
    (["--a\nb"], f"--?: {NO_OPTION}"), (["-s"], "-s needs the path of a socket"),
    (["flush", "a", "b"], f"flush: {TAKES_NO_MORE}; usage: hostdnsctl flush [NAME]"),
    (["status", "now"], f"status: the argument is wrong; usage: hostdnsctl status [json]"),
    (["stop", "it"], f"stop: {TAKES_NO_MORE}; usage: hostdnsctl stop"),
    (["stats", "x"], "stats: the argument is wrong; usage: hostdnsctl stats [json]"),
    (["flush", "--json"], "flush: it has no answer in JSON; usage: hostdnsctl flush [NAME]"),
    (["log"], "log: an argument is needed; usage: hostdnsctl log error|warning|info|debug"),
    (["log", "loud"], "log: the argument is wrong; usage: hostdnsctl log error|"),
    (["flush", "a\nb"], "word 2 of the command has a control character"),
    (["flush", "a\x7fb"], "word 2 of the command has a control character"),
    (["\x1b[2J"], "word 1 of the command has a control character")])
def test_a_wrong_command_line_is_one_line_of_complaint_and_nothing_is_done(server, words, said):
    """Among other things it does not stop."""
    result = run(server.path, *words) if words != ["-s"] else subprocess.run(
        [CTL, "-s"], capture_output=True, text=True, timeout=20, check=False)
    assert (result.returncode, result.stdout) == (64, "")
    assert result.stderr.startswith(f"hostdnsctl: {said}")
    assert result.stderr.count("\n") == 1


@table("flag, said", [("-V", "hostdnsctl 0."), ("--version", "hostdnsctl 0."),
                      ("-h", "usage: hostdnsctl "), ("--help", "usage: hostdnsctl ")])
def test_what_needs_no_server(path, flag, said):
    assert ctl(path, flag).startswith(said)


def test_an_answer_that_cannot_be_written_is_a_failure(server):
    with open("/dev/full", "w") as full:
        result = subprocess.run([CTL, "-s", server.path, "stats"], stdout=full,
                                stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    assert result.returncode == 74
    assert result.stderr == "hostdnsctl: cannot write: No space left on device\n"


def test_a_server_that_hangs_is_not_waited_for(server):
    """Not even for a reload, which may take long where the server lives."""
    with standing_still(server.pid), concurrent.futures.ThreadPoolExecutor() as pool:
        asked = [pool.submit(run, server.path, word) for word in ("status", "reload")]
        for result in [pending.result() for pending in asked]:
            assert (result.returncode, result.stdout) == (3, "")
            assert result.stderr == (f"hostdnsctl: the server at {server.path} has not "
                                     "answered within 5 s: it hangs\n")
    wait_until(lambda: server.ask("localhost").rcode == "NOERROR", "an answer")
