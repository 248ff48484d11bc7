"""System calls that fail change no answer: each call of each process fails in turn.

kernel/fail_call.c lets one fail. To try all takes long, so usually some are tried, always the
same; `make faults` tries each.
"""

import contextlib
import errno
import itertools
import os
import pathlib
import re
import signal
import socket
import subprocess

import dns.exception
import pytest

from ask import Reply, make
from conftest import make_open_folder
from daemon import Daemon, children_of, is_alive, wait_until
from failing_calls import USUAL, Page, error_name
from tap import Reader, messages
from test_web_questions import Events
from web import PATHS, WEB, look, web_port

ALL = os.environ.get("FAULTS") == "all"
TIMEOUT_MS = 1000  # for a question that lookup has lost
REPLY_SECONDS = 3
PATIENCE = 30  # seconds
ENDS_A_SERVER = 2  # a process that has ended so often is replaced later each time
ERRORS = [USUAL, errno.EPERM]  # as where something runs out, and as in a sandbox

# (name, type, how it is asked, the only right answer)
QUESTIONS = [
    ("a.example.test", "A", {}, ["a.example.test A 192.0.2.1"]),
    ("multi.example.test", "A", {"tcp": True},
     [f"multi.example.test A 192.0.2.{number}" for number in (31, 32, 33)]),
    ("x.qtc-tc.fault.test", "A", {"edns": True}, ["x.qtc-tc.fault.test A 192.0.2.200"]),
    ("cname-both.example.test", "AAAA", {},
     ["both.example.test AAAA 2001:db8::2", "cname-both.example.test CNAME both.example.test"]),
    ("types.example.test", "MX", {"edns": True},
     ["types.example.test MX 10 mail.example.test",
      "types.example.test MX 20 mail.elsewhere.test"]),
    ("1.2.0.192.in-addr.arpa", "PTR", {}, ["1.2.0.192.in-addr.arpa PTR a.example.test"]),
    ("4.0.0.10.in-addr.arpa", "PTR", {}, ["4.0.0.10.in-addr.arpa PTR v4only.lab"]),
    ("nosuch.example.test", "A", {"edns": True}, "NXDOMAIN"),
    ("txt.example.test", "A", {}, "NODATA"),
    ("v4only.lab", "A", {}, ["v4only.lab A 10.0.0.4"]),
    ("v4only.lab", "AAAA", {}, "NODATA"),
    ("alias.lab", "A", {}, ["alias.lab CNAME dual.lab", "dual.lab A 10.0.0.10"]),
    ("alias.lab", "MX", {"tcp": True}, ["alias.lab CNAME dual.lab"]),
    ("qbackwards-ok.fault.test", "A", {},
     ["end.qbackwards-ok.fault.test A 10.2.0.1", "end.qbackwards-ok.fault.test A 10.2.0.2",
      "qbackwards-ok.fault.test CNAME end.qbackwards-ok.fault.test"]),
]


class Failing:
    """A server in whose processes system calls fail."""

    def __init__(self, folder, env, *options):
        self.page = Page(folder)
        self.control = folder / "control"
        self.daemon = Daemon(
            "-o", f"control={self.control}", "-o", "cache-size=1000000", "-o",
            f"timeout={TIMEOUT_MS}", *options, env=env, program=self.page.program())
        roles = ["serve", "lookup"] + [role for role in ("web", "dnstap")
                                       if any(word.startswith(role) for word in options)]
        self.pids = {"supervisor": self.daemon.pid,
                     **{role: self.daemon.child(role) for role in roles}}
        self.web = web_port(self.daemon) if "web" in roles else None

    def command(self, line):
        """What the server says to a command; "" if nothing."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(REPLY_SECONDS)
            sock.connect(str(self.control))
            sock.sendall(line.encode() + b"\n")
            with sock.makefile("rb") as stream:
                return stream.read().decode()
        return ""

    def ask(self, name, rdtype, how):
        """The outcome; None if no reply came."""
        try:
            outcome = self.reply(name, rdtype, **how).outcome
        except (OSError, EOFError):
            return None
        except (AssertionError, dns.exception.DNSException) as error:
            return f"no sound reply: {error!r}"
        return sorted(outcome) if isinstance(outcome, list) else outcome

    def reply(self, name, rdtype, tcp=False, **how):
        if tcp:
            query = make(name, rdtype, **how)
            return Reply(query, self.daemon.raw(query.to_wire(), REPLY_SECONDS, tcp=True), tcp=True)
        return self.daemon.send(name, rdtype, **how).reply(REPLY_SECONDS)

    def descriptors(self):
        return {role: len(os.listdir(f"/proc/{pid}/fd")) for role, pid in self.pids.items()
                if is_alive(pid)}

    def is_right(self, question):
        name, rdtype, how, right = question
        return self.ask(name, rdtype, how) == right


class Servers:
    """Servers, one after the other, for those in which processes have ended too often."""

    settle = staticmethod(lambda: None)  # waits until all is open that will be
    may_end = False  # the server, because of a call that cannot fail or be done without

    def __init__(self, env, stats, *options):
        self.env, self.stats, self.options = env, stats, options
        self.failures = []
        self.folder = make_open_folder()
        self.folder.chmod(0o777)
        self.start()

    def start(self):
        self.ends = 0
        self.now = Failing(self.folder, self.env, *self.options)
        self.whole = None

    def stop(self):
        """It may be about to end by itself."""
        if self.has_ended():
            return
        try:
            self.now.daemon.stop()
        except AssertionError:
            if not self.may_end or not self.now.daemon.process.returncode:
                raise

    def begin_anew(self):
        """The old one may be broken."""
        try:
            self.stop()
        except (AssertionError, subprocess.TimeoutExpired) as error:
            self.failures.append(f"its end: {error!r}")
        self.start()

    def know_whole(self):
        """Notes what is open while nothing fails."""
        if not self.whole:
            self.settle()
            self.whole = self.now.descriptors()

    def look_after(self):
        """A process that has ended is replaced, and that is logged."""
        for role, pid in self.now.pids.items():
            if is_alive(pid) or self.has_ended():
                continue
            line = rf"the {role} process \(pid {pid}\) |reloaded: "
            wait_until(lambda line=line: re.search(line, self.now.daemon.errors()) or
                       self.has_ended(), line, PATIENCE)
            wait_until(lambda role=role, pid=pid: self.has_ended() or self.finds(role, pid),
                       f"another {role} process", PATIENCE)
            self.stats[f"ends of {role}"] += 1
            self.ends += 1
        if self.has_ended():
            self.see_the_end()

    def other(self, role, old):
        """The process with this role that is not the old one, or None."""
        return next((pid for pid, name in children_of(self.now.daemon.pid)
                     if name == f"hostdnsd-{role}" and pid != old), None)

    def finds(self, role, old):
        """Another process, which may end at once."""
        self.now.pids[role] = self.other(role, old) or old
        return self.now.pids[role] != old

    def has_ended(self):
        return not is_alive(self.now.daemon.pid)

    def see_the_end(self):
        """Of the whole server: it says why, and nobody is left."""
        said, pids = self.now.daemon.errors(), self.now.pids.values()
        code = self.now.daemon.process.wait()
        may_end = self.may_end or "error while loading shared libraries" in said
        assert may_end and code != 0 and (said or code == -signal.SIGSEGV), \
            f"the server has ended: {code} {said}"
        wait_until(lambda: not any(map(is_alive, pids)), "the end of its children", PATIENCE)
        self.stats["ends of the server, for a service manager to start it again"] += 1
        self.start()
        self.know_whole()

    def check_whole(self, question):
        """As before: a right answer, all children, and nothing open that was not. A server that
        is about to end may do so at any moment."""
        wait_until(lambda: self.has_ended() or self.now.is_right(question), "an answer", PATIENCE)
        self.look_after()
        wait_until(lambda: self.has_ended() or
                   len(children_of(self.now.daemon.pid)) == len(self.now.pids) - 1,
                   "all children", PATIENCE)
        wait_until(lambda: self.has_ended() or
                   all(now <= self.whole[role] for role, now in self.now.descriptors().items()),
                   f"{self.whole} descriptors, not {self.now.descriptors()}", PATIENCE)
        if self.has_ended():
            self.see_the_end()

    def survives(self, where, check, question=QUESTIONS[0]):
        """Notes what is wrong behind a fault. In time, another server is started."""
        try:
            check()
            self.check_whole(question)
        except AssertionError as error:
            self.failures.append(f"{where}: {str(error)[:500]}")
            print(self.failures[-1], flush=True)
            self.ends = ENDS_A_SERVER
        if self.ends >= ENDS_A_SERVER:
            self.begin_anew()

    def each_call(self, role, act, every, error=USUAL, at_least=1):
        """Has each call of a process fail in turn while `act` runs: what it gave, and what
        failed, in words."""
        self.know_whole()
        act()
        self.now.page.arm(pid=self.now.pids[role])
        act()
        count, *_ = self.now.page.disarm()
        for number in range(1, count + 1, at_least if ALL else every):
            if self.has_ended():
                self.see_the_end()
            self.know_whole()
            self.now.page.arm(pid=self.now.pids[role], fails_at=number, error=error)
            try:
                given = act()
            except (AssertionError, OSError) as failure:
                given = repr(failure)
            _, failed, name = self.now.page.disarm()
            if failed:
                self.stats[f"calls of {role} failed"] += 1
                yield given, f"{role}, call {number} of {count}, {name}: {error_name(error)}"


@contextlib.contextmanager
def servers_with(env, stats, *options):
    running = Servers(env, stats, *options)
    yield running
    running.stop()
    assert not running.failures, "\n".join(running.failures)


@pytest.fixture
def servers(modules, stats):
    with servers_with(modules, stats) as running:
        yield running


def try_question(servers, role, question, every, error, is_kept=False):
    """What came of it is right, SERVFAIL or nothing, and then it is right."""
    name, rdtype, how, right = question

    def act():
        assert is_kept or servers.now.command("flush").startswith("ok\n")
        return servers.now.ask(name, rdtype, how)

    def check():
        assert given in (right, "SERVFAIL", None), given

    for given, where in servers.each_call(role, act, every, error):
        servers.stats["questions answered nevertheless"] += given == right
        servers.survives(f"{name} {rdtype}, {where}", check, question)


@pytest.mark.parametrize("error", ERRORS, ids=error_name)
@pytest.mark.parametrize("sources, every", [("files dns", 11), ("files status dns", 17)])
def test_calls_of_lookup(servers, etc, sources, every, error):
    etc.write("nsswitch.conf", f"hosts: {sources}\n")
    for question in QUESTIONS:
        try_question(servers, "lookup", question, every, error)


@pytest.mark.parametrize("error", ERRORS, ids=error_name)
def test_calls_of_serve(servers, error):
    for question in QUESTIONS[:3]:
        try_question(servers, "serve", question, 2, error)
        try_question(servers, "serve", question, 2, error, is_kept=True)


COMMANDS = ["status", "stats json", "metrics", "top", "flush a.example.test", "log info"]


def ends(text):
    """The first words of the first and of the last line, which tell a whole text from a part."""
    lines = text.splitlines() or [""]
    return [line.split()[:1] for line in (lines[0], lines[-1])]


@pytest.mark.parametrize("error", ERRORS, ids=error_name)
def test_calls_of_the_supervisor_for_a_command(servers, error):
    """It is done, refused or not heard, and the server goes on."""
    def check():
        assert not given or servers.has_ended() or given.startswith("error ") or \
            ends(given) == whole, given

    servers.may_end = error != USUAL
    for line in COMMANDS:
        whole = ends(servers.now.command(line))
        for given, where in servers.each_call("supervisor", lambda: servers.now.command(line), 3,
                                              error):
            servers.survives(f"{line}: {where}", check)


@pytest.mark.parametrize("error", ERRORS, ids=error_name)
@pytest.mark.parametrize("role", ["serve", "lookup"])
def test_calls_of_the_supervisor_when_a_child_dies(servers, role, error):
    """Another one is started, if later."""
    def kill():
        old = servers.now.pids[role]
        os.kill(old, signal.SIGKILL)
        wait_until(lambda: servers.finds(role, old), "another process", PATIENCE)
        servers.now.ask("localhost", "A", {})
        servers.ends += 1

    def check():
        assert given is None or servers.has_ended(), given

    servers.may_end = error != USUAL
    for given, where in servers.each_call("supervisor", kill, 3, error):
        servers.survives(where, check)


@pytest.mark.parametrize("error", ERRORS, ids=error_name)
def test_calls_of_the_supervisor_when_a_file_changes(servers, etc, error):
    """The change is seen nevertheless."""
    numbers = itertools.count(1)

    def edit():
        right = [f"edited.lab A 10.0.6.{next(numbers) % 250}"]
        etc.write("hosts", f"10.0.0.4 v4only.lab\n{right[0].split()[2]} edited.lab\n")
        wait_until(lambda: servers.now.ask("edited.lab", "A", {}) == right, "the change", PATIENCE)

    def check():
        assert given is None or servers.has_ended(), given

    servers.may_end = error != USUAL
    for given, where in servers.each_call("supervisor", edit, 3, error):
        servers.survives(where, check)


def reload(servers):
    """What the server says to the command, when the processes from before are gone."""
    server = servers.now.daemon
    said = servers.now.command("reload")
    wait_until(lambda: len(children_of(server.pid)) == 2 or not is_alive(server.pid),
               "the end of the old processes", PATIENCE)
    if is_alive(server.pid):
        servers.now.pids.update({role: server.child(role) for role in ("serve", "lookup")})
    return said


@pytest.mark.parametrize("error", ERRORS, ids=error_name)
def test_calls_of_the_supervisor_in_a_reload(servers, error):
    """The new program's own start belongs to it: its process is the supervisor's."""
    def check():
        assert servers.has_ended() or re.match(r"(ok\n|error .*\n|)$", given), given

    servers.may_end = True  # behind execve() there is no way back
    for given, where in servers.each_call("supervisor", lambda: reload(servers), 41, error, 5):
        servers.survives(where, check)


@pytest.mark.parametrize("error", ERRORS, ids=error_name)
def test_calls_of_the_web_process(modules, stats, error):
    """A page is whole, refused or not there; then it is whole again."""
    def check():
        assert given in ("whole", "refused", "nothing"), given
        wait_until(lambda: look(servers.now.web, path) == "whole", "the page", PATIENCE)

    with servers_with(modules, stats, *WEB) as servers:
        servers.settle = lambda: wait_until(lambda: look(servers.now.web, "/") == "whole",
                                            "the page", PATIENCE)
        for path in PATHS:
            for given, where in servers.each_call(
                    "web", lambda path=path: look(servers.now.web, path), 5, error):
                servers.stats["pages whole nevertheless"] += given == "whole"
                servers.survives(f"{path}, {where}", check)


def test_a_page_that_stays_open_does_not_keep_others_out(modules, stats):
    """When a connection could not be accepted."""
    with servers_with(modules, stats, *WEB) as servers, Events(servers.now.web) as events:
        assert events.status == 200
        servers.now.page.arm(pid=servers.now.pids["web"], fails_at=1, only="accept4")
        look(servers.now.web, "/healthz")
        assert servers.now.page.disarm()[1] == 1
        wait_until(lambda: look(servers.now.web, "/healthz") == "whole", "the page", PATIENCE)


@pytest.mark.parametrize("error", ERRORS, ids=error_name)
@pytest.mark.parametrize("role, every", [("dnstap", 23), ("supervisor", 31)])
def test_calls_when_a_reader_of_dnstap_comes_back(modules, stats, role, every, error):
    """It gets what is asked afterwards, and nobody else sees anything of it."""
    def ask_and_read():
        """Whether the answer is right, and its frame is there. Ends of the stream are overcome."""
        right = servers.now.is_right(QUESTIONS[0])
        try:
            return right and isinstance(reader.frame(), bytes)
        except (EOFError, OSError):
            reader.drop()
            reader.take_up()
        return False

    def come_back():
        reader.drop()
        reader.take_up()
        return servers.now.ask(*QUESTIONS[0][:3])

    def settle():
        come_back()
        wait_until(ask_and_read, "the first frame", PATIENCE)

    def check():
        assert given in (QUESTIONS[0][3], "SERVFAIL", None) or servers.has_ended(), given
        wait_until(ask_and_read, "the next frame", PATIENCE)

    folder = make_open_folder()
    folder.chmod(0o777)
    with contextlib.closing(Reader(folder)) as reader, \
            servers_with(modules, stats, "-o", f"dnstap=unix:{reader.socket}") as servers:
        servers.may_end = role == "supervisor" and error != USUAL
        servers.settle = settle
        for given, where in servers.each_call(role, come_back, every, error):
            servers.survives(where, check)


@pytest.mark.parametrize("error", ERRORS, ids=error_name)
@pytest.mark.parametrize("role, every", [("serve", 7), ("lookup", 7), ("web", 7),
                                         ("dnstap", 6)])
def test_calls_of_a_process_that_takes_the_place_of_another(modules, stats, role, every, error):
    """It works in the end, whatever has failed while it started."""
    def works():
        if role == "web":
            return look(servers.now.web, "/") == "whole"
        if role == "dnstap":
            before = file.stat().st_size
            servers.now.ask(*QUESTIONS[0][:3])
            return file.stat().st_size > before
        servers.now.command("flush")  # or serve would answer for lookup
        return servers.now.is_right(QUESTIONS[0])

    folder = make_open_folder()
    folder.chmod(0o777)
    file = folder / "tap"
    options = {"web": WEB, "dnstap": ("-o", f"dnstap=file:{file}")}.get(role, ())
    with servers_with(modules, stats, *options) as servers:
        servers.settle = lambda: wait_until(works, "its work", PATIENCE)
        for number in itertools.count(1, 1 if ALL else every):
            servers.know_whole()
            old = servers.now.pids[role]
            newest = max(int(path.name) for path in pathlib.Path("/proc").glob("[0-9]*"))
            servers.now.page.arm(newer=newest, fails_at=number, error=error)
            os.kill(old, signal.SIGKILL)
            wait_until(lambda old=old: not is_alive(old), "its end")
            given = servers.now.ask(*QUESTIONS[0][:3])
            assert given in (QUESTIONS[0][3], "SERVFAIL", None), given
            with contextlib.suppress(AssertionError):
                wait_until(works, "its work", PATIENCE)
            count, failed, name = servers.now.page.disarm()
            if not failed:
                break
            stats[f"calls of a new {role} process failed"] += 1
            # It works, perhaps without its name, by which it is found here; or a file that it has
            # no right to open is not tried again.
            if name == "prctl" or "lost until a reload" in servers.now.daemon.errors():
                servers.begin_anew()
                continue
            servers.survives(f"a new {role} process, call {number} of {count}, {name}: "
                             f"{error_name(error)}, {given}", servers.settle)
        assert number > 1


@pytest.mark.parametrize("error", ERRORS, ids=error_name)
def test_calls_of_the_writer_of_a_dnstap_file(modules, stats, error):
    """The file goes on, and has whole frames in the end."""
    def size():
        return file.stat().st_size if file.exists() else 0  # dnstap may be about to make it

    def ask():
        before = size()
        given = servers.now.ask(*QUESTIONS[0][:3])
        with contextlib.suppress(AssertionError):
            wait_until(lambda: size() > before, "a frame", REPLY_SECONDS)
        return given

    def grows():
        before = size()
        servers.now.ask(*QUESTIONS[0][:3])
        return size() > before

    def check():
        assert given in (QUESTIONS[0][3], "SERVFAIL", None), given
        wait_until(grows, "the next frame", PATIENCE)

    folder = make_open_folder()
    folder.chmod(0o777)
    file = folder / "tap"
    with servers_with(modules, stats, "-o", f"dnstap=file:{file}") as servers:
        for given, where in servers.each_call("dnstap", ask, 3, error):
            servers.survives(where, check)
    assert len(messages(file, "CQ")) > 3
