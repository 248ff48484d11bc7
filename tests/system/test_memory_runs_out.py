"""Memory that runs out changes no answer: each allocation of each process fails in turn.

preload/fail_alloc.c lets one fail. To try all takes minutes, so usually some are tried, always
the same; with MEMORY_RUNS_OUT=all each is.
"""

import contextlib
import os
import pathlib
import socket

import dns.exception
import pytest

from ask import PATIENCE_SECONDS
from conftest import make_open_folder
from daemon import Daemon, is_alive, wait_until
from failing_memory import Page, build_preload
from tap import Reader
from web import PATHS, WEB, look, web_port
from whole import Whole

ALL = os.environ.get("MEMORY_RUNS_OUT") == "all"
TIMEOUT_MS = 1000  # for a question that lookup has lost
ENDS_A_SERVER = 2  # a lookup process that has ended so often is replaced later each time

# (name, type, how it is asked, the only right answer)
QUESTIONS = [
    ("a.example.test", "A", {}, ["a.example.test A 192.0.2.1"]),
    ("both.example.test", "AAAA", {"edns": True}, ["both.example.test AAAA 2001:db8::2"]),
    ("multi.example.test", "A", {"tcp": True},
     [f"multi.example.test A 192.0.2.{number}" for number in (31, 32, 33)]),
    ("cname-both.example.test", "AAAA", {},
     ["both.example.test AAAA 2001:db8::2", "cname-both.example.test CNAME both.example.test"]),
    ("types.example.test", "MX", {"tcp": True},
     ["types.example.test MX 10 mail.example.test",
      "types.example.test MX 20 mail.elsewhere.test"]),
    ("txt.example.test", "TXT", {"edns": True}, ['txt.example.test TXT "only text"']),
    ("1.2.0.192.in-addr.arpa", "PTR", {}, ["1.2.0.192.in-addr.arpa PTR a.example.test"]),
    ("4.0.0.10.in-addr.arpa", "PTR", {}, ["4.0.0.10.in-addr.arpa PTR v4only.lab"]),
    ("nosuch.example.test", "A", {"edns": True}, "NXDOMAIN"),
    ("txt.example.test", "A", {}, "NODATA"),
    ("v4only.lab", "A", {}, ["v4only.lab A 10.0.0.4"]),
    ("v4only.lab", "AAAA", {}, "NODATA"),
    ("dual.lab", "AAAA", {"edns": True}, ["dual.lab AAAA 2001:db8:a::10"]),
    ("alias.lab", "A", {}, ["alias.lab CNAME dual.lab", "dual.lab A 10.0.0.10"]),
    ("alias.lab", "MX", {}, ["alias.lab CNAME dual.lab"]),
    ("above.test", "A", {}, "NODATA"),
    ("localhost", "A", {}, ["localhost A 127.0.0.1"]),
    ("qbackwards-ok.fault.test", "A", {},
     ["end.qbackwards-ok.fault.test A 10.2.0.1", "end.qbackwards-ok.fault.test A 10.2.0.2",
      "qbackwards-ok.fault.test CNAME end.qbackwards-ok.fault.test"]),
    ("qnxdomain-ok.fault.test", "MX", {}, "NODATA"),
    ("qmany60-ok.fault.test", "A", {"edns": True},
     sorted(f"qmany60-ok.fault.test A 10.0.{number}.1" for number in range(60))),
]
COMMANDS = ["status", "status json", "stats", "stats json", "metrics", "top", "flush", "flush a.example.test", "log info", "help"]
NO_MEMORY = "error no memory for the answer"


class Short:
    """A server in whose processes allocations fail."""

    def __init__(self, folder, env, *options):
        self.page = Page(folder)
        self.control = folder / "control"
        self.daemon = Daemon(
            "-o", f"control={self.control}", "-o", "cache-size=1000000",
            "-o", f"timeout={TIMEOUT_MS}", *options,
            env={"LD_PRELOAD": str(folder / "fail_alloc.so"), "FAIL_ALLOC": str(self.page.path),
                 **env})
        self.web = web_port(self.daemon) if "web=" in "".join(options) else None

    def command(self, line):
        """What the server says to a command; "" if nothing."""
        with contextlib.suppress(ConnectionError), socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(PATIENCE_SECONDS)
            sock.connect(str(self.control))
            sock.sendall(line.encode() + b"\n")
            with sock.makefile("rb") as stream:
                return stream.read().decode()
        return ""

    def ask(self, name, rdtype, how):
        """The outcome; None if no reply came."""
        try:
            outcome = self.daemon.ask(name, rdtype, **how).outcome
        except (TimeoutError, ConnectionError, EOFError):
            return None
        except (AssertionError, dns.exception.DNSException) as error:
            return f"no sound reply: {error!r}"
        return sorted(outcome) if isinstance(outcome, list) else outcome


class Servers:
    """Servers, one after the other, for those in which lookup has ended too often."""

    def __init__(self, env, *options):
        self.env, self.options = env, options
        self.folder = make_open_folder()
        build_preload(self.folder)
        self.now = None
        self.start()

    def start(self):
        self.ends = 0
        self.whole = None
        self.now = Short(self.folder, self.env, *self.options)
        self.pids = {"supervisor": self.now.daemon.pid}
        return self.now

    def stop(self):
        self.now.daemon.stop()

    def pid(self, role):
        """Of the process that has this role now."""
        if role not in self.pids:
            self.pids[role] = self.now.daemon.child(role)
        return self.pids[role]

    def failing(self, role, number, act):
        """(what `act` gives while this allocation of the process fails, whether one did)"""
        self.whole = self.whole or Whole(self.now.daemon)
        self.now.page.arm(pid=self.pid(role), fails_at=number)
        given = act()
        _, failed = self.now.page.disarm()
        return given, failed > 0

    def count(self, role, act):
        """How many allocations of the process `act` takes."""
        self.now.page.arm(pid=self.pid(role))
        act()
        return self.now.page.disarm()[0]

    def replace_if_ended(self, role):
        """A process that has ended is replaced; in time, or the server is."""
        if is_alive(self.pid(role)):
            return 0
        del self.pids[role]
        self.ends += 1
        if self.ends == ENDS_A_SERVER:
            self.stop()
            self.start()
        return 1


@pytest.fixture(scope="module", autouse=True)
def hosts(module_etc):
    module_etc.add("hosts", "10.0.0.77 in.above.test\n")


@pytest.fixture
def servers(modules):
    with servers_with(modules) as running:
        yield running


@pytest.fixture
def reader():
    folder = make_open_folder()
    folder.chmod(0o777)
    with contextlib.closing(Reader(folder)) as made:
        yield made


@contextlib.contextmanager
def servers_with(modules, *options):
    running = Servers(modules, *options)
    yield running
    if running.whole:
        running.whole.check()
    running.stop()


def numbers(every):
    """Which allocations are to fail: each, or one in `every`."""
    number = 1
    while True:
        yield number
        number += 1 if ALL else every


def try_question(servers, role, question, every, stats):
    """What came of it is right, SERVFAIL or nothing; and so it is when it is asked again, until it
    is right."""
    name, rdtype, how, right = question
    for number in numbers(every):
        server = servers.now
        assert server.command("flush").startswith("ok\nforgot ")
        first, failed = servers.failing(role, number, lambda: server.ask(name, rdtype, how))
        if not failed:
            assert first == right
            return
        again = server.ask(name, rdtype, how)
        where = f"{name} {rdtype}, {role}, allocation {number}"
        assert first in (right, "SERVFAIL", None), where
        assert again in (right, "SERVFAIL", None), f"{where}, asked again"
        if again != right:
            wait_until(lambda: servers.now.ask(name, rdtype, how) == right, f"{where}, later")
        stats[role] += 1
        stats[f"answered nevertheless by {role}"] += first == right
        stats[f"ends of {role}"] += servers.replace_if_ended(role)


@pytest.mark.parametrize("sources, every", [("files dns", 13), ("files status dns", 37)])
def test_memory_that_fails_in_lookup_changes_no_answer(servers, etc, stats, sources, every):
    etc.write("nsswitch.conf", f"hosts: {sources}\n")
    for question in QUESTIONS:
        try_question(servers, "lookup", question, every, stats)


def test_memory_that_fails_in_serve_changes_no_answer(servers, stats):
    """And that of one question in one process costs no process."""
    process = servers.pid("serve")
    for question in QUESTIONS:
        try_question(servers, "serve", question, 1, stats)
    assert servers.now.daemon.child("serve") == process


def test_a_command_without_memory_is_refused_or_done(servers, stats):
    """Or not heard; the server goes on."""
    servers.now.ask("a.example.test", "A", {})
    # Lookup tells once a second how its name servers do. Until then some lines are missing.
    wait_until(lambda: '"states": []' not in servers.now.command("status json"), "a name server")
    whole = {line: servers.now.command(line) for line in COMMANDS}
    for line in COMMANDS:
        for number in numbers(1 if len(whole[line]) < 4000 else 9):
            said, failed = servers.failing("supervisor", number,
                                           lambda line=line: servers.now.command(line))
            if not failed:
                break
            assert (said.splitlines() or [""])[0] in ("ok", NO_MEMORY, ""), line
            assert said.count("\n") in (0, 1, whole[line].count("\n")), f"a part of {line}"
            stats["supervisor"] += 1
    assert is_alive(servers.now.daemon.pid)
    assert servers.now.ask("localhost", "A", {}) == ["localhost A 127.0.0.1"]


def test_a_reload_without_memory_is_refused_or_done(servers, stats):
    """The new program's own start belongs to it: its process is the supervisor's."""
    for number in numbers(4):
        server = servers.now
        said, failed = servers.failing("supervisor", number, lambda s=server: s.command("reload"))
        if not failed:
            assert said == "ok\n"
            break
        assert said == "ok\n" or said.startswith("error ") or said == "", number
        assert server.ask("localhost", "A", {}) == ["localhost A 127.0.0.1"], number
        stats["supervisor, in a reload"] += 1
    assert is_alive(servers.now.daemon.pid)


def test_memory_that_fails_in_web_costs_a_page(modules, stats):
    """It is whole, refused or not there; then it is whole again, and no question is lost."""
    with servers_with(modules, *WEB) as servers:
        assert servers.now.ask(*QUESTIONS[0][:3]) == QUESTIONS[0][3]
        for path in PATHS:
            count = servers.count("web", lambda path=path: look(servers.now.web, path))
            for number in range(1, count + 1, 1 if ALL else 1 + count // 9):
                server = servers.now
                seen, failed = servers.failing("web", number, lambda: look(server.web, path))
                assert seen in ("whole", "refused", "nothing"), (path, number)
                if not failed:
                    break
                assert server.ask(*QUESTIONS[0][:3]) == QUESTIONS[0][3]
                wait_until(lambda: look(server.web, path) == "whole", "the page")
                stats["web"] += 1
                stats["pages whole nevertheless"] += seen == "whole"
                stats["ends of web"] += servers.replace_if_ended("web")


def test_memory_that_fails_in_dnstap_costs_messages(modules, stats, reader):
    """When its reader comes back, and when it copies a question."""
    def come_back():
        reader.drop()
        reader.take_up()
        given = servers.now.ask(*QUESTIONS[0][:3])
        assert isinstance(reader.frame(), bytes)
        return given

    with servers_with(modules, "-o", f"dnstap=unix:{reader.socket}") as servers:
        come_back()
        for number in numbers(7):
            given, failed = servers.failing("dnstap", number, come_back)
            assert given == QUESTIONS[0][3]
            if not failed:
                break
            stats["dnstap"] += 1
            stats["ends of dnstap"] += servers.replace_if_ended("dnstap")


@pytest.mark.parametrize("role, every", [("lookup", 41), ("serve", 41), ("web", 397),
                                         ("dnstap", 397)])
def test_a_process_starts_though_memory_fails_once(modules, stats, reader, role, every):
    """In place of one that was killed."""
    def does_its_work():
        if role == "web":
            return look(servers.now.web, "/") == "whole"
        if role == "dnstap":
            reader.drop()
            reader.take_up()
        return True

    options = {"web": WEB, "dnstap": ("-o", f"dnstap=unix:{reader.socket}")}.get(role, ())
    tried = 0
    with servers_with(modules, *options) as servers:
        for number in numbers(every):
            daemon = servers.now.daemon
            before = daemon.child(role)
            newest = max(int(path.name) for path in pathlib.Path("/proc").glob("[0-9]*"))
            servers.now.page.arm(newer=newest, fails_at=number)
            os.kill(before, 9)
            wait_until(lambda old=before: not is_alive(old) and daemon.child(role) != old,
                       f"another {role} process")
            assert servers.now.ask("a.example.test", "A", {}) in (["a.example.test A 192.0.2.1"],
                                                                   "SERVFAIL", None)
            wait_until(does_its_work, "its work")
            _, failed = servers.now.page.disarm()
            if not failed:
                break
            tried += 1
            stats[f"{role}, at its start"] += 1
            servers.stop()
            servers.start()
    assert tried > 0
