"""Limits of the system, signals, and surroundings in which a server may be started: no answer is
wrong, later questions are answered, and nobody is left behind."""

import contextlib
import itertools
import os
import re
import signal
import subprocess
import sys

import pytest

from ask import Server, gather
from daemon import (INSTRUMENTED, PROGRAM, START_SECONDS, children_of, is_alive,
                    wait_until)
from descriptors import limit_changes, set_limit
from tables import table
from tap import messages
from web import look
from whole import RIGHT, Whole, check_answers, outcome

CTL = PROGRAM.with_name("hostdnsctl")
ROLES = ["serve", "lookup", "supervisor", "web", "dnstap"]
OTHERS = ["fsize", "nproc", "memlock", "sigpending", "msgqueue"]
# At the same time, but without memory the rest would not be reached. A sanitizer ends a process
# that gets none.
LIMITS = [OTHERS] if INSTRUMENTED else [["as", "data"], ["stack"], OTHERS]


QUICKLY = {"seconds": 0.5}  # when there may be nobody to reply


@contextlib.contextmanager
def without(pid, names):
    """None of these for a while."""
    with limit_changes(pid, *names):
        for name in names:
            set_limit(pid, 0, name)
        yield


@pytest.mark.parametrize("role", ROLES)
def test_a_process_whose_limits_are_0(everything, fresh, role):
    """New names, clients, connections, an edit, a command, a page. What it lacks comes back."""
    server = everything.server
    for names in LIMITS:
        with without(everything.pid(role), names):
            everything.reader.drop()
            everything.edit()
            for name in map(fresh, 20 * ["qok-ok"] + 5 * ["qtc-ok"]):
                came = outcome(server, name, **QUICKLY)
                assert came in ([f"{name} A 192.0.2.200"], "SERVFAIL", None)
            check_answers(server, **QUICKLY)
            check_answers(server, tcp=True)
            assert everything.command("status")[:3] in ("", "ok\n", "err")
            assert look(everything.web, "/questions") in ("whole", "refused", "nothing")
        everything.check()


@pytest.mark.parametrize("names", LIMITS, ids=" ".join)
def test_a_supervisor_whose_limits_are_0_replaces_and_reloads_later(everything, names):
    """What it starts meanwhile has its limits, and may have to be started once more."""
    with without(everything.server.pid, names):
        for role in "serve", "lookup", "web", "dnstap":
            os.kill(everything.server.child(role), signal.SIGKILL)
        check_answers(everything.server, everything.right, **QUICKLY)
        said = everything.command("reload", 20)
        assert re.match(r"(ok\n|error \S.*\n|)$", said), said
    everything.check()
    assert everything.command("reload", 20) == "ok\n"
    everything.check()


def test_a_file_of_dnstap_that_may_not_grow(start, open_folder):
    """What was written before stays, and what comes afterwards is written."""
    open_folder.chmod(0o777)
    server = start("-o", f"dnstap=file:{open_folder / 'tap'}")
    whole, pid = Whole(server), server.child("dnstap")
    with limit_changes(pid, "fsize"):
        set_limit(pid, (open_folder / "tap").stat().st_size + 100, "fsize")
        wait_until(lambda: check_answers(server) and "dnstap cannot write to" in server.errors(),
                   "a word of it")
    size = (open_folder / "tap").stat().st_size
    wait_until(lambda: check_answers(server) and (open_folder / "tap").stat().st_size > size,
               "new frames")
    whole.check()
    assert server.child("dnstap") == pid
    server.stop()
    assert messages(open_folder / "tap", "CR")


IGNORED = [signal.SIGPIPE, signal.SIGXFSZ, signal.SIGCHLD, signal.SIGURG, signal.SIGWINCH,
           signal.SIGCONT, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU]
OF_THE_GROUP = [signal.SIGHUP, signal.SIGINT, signal.SIGTERM]  # on which the supervisor acts
DEADLY = [signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM, signal.SIGIO, signal.SIGXCPU,
          signal.SIGQUIT, signal.SIGRTMIN]


def test_signals_that_mean_nothing(everything):
    """Each process is the same afterwards."""
    before = children_of(everything.server.pid)
    for role in ROLES:
        for number in IGNORED + (OF_THE_GROUP if role != "supervisor" else []):
            os.kill(everything.pid(role), number)
            check_answers(everything.server)
            os.kill(everything.pid(role), signal.SIGCONT)
    everything.check()
    assert children_of(everything.server.pid) == before


def test_a_process_that_a_signal_ends_is_replaced(everything):
    for number in DEADLY[:2]:
        pids = [everything.pid(role) for role in ROLES if role != "supervisor"]
        for pid in pids:
            os.kill(pid, number)
        wait_until(lambda pids=pids: not any(map(is_alive, pids)), "their end")
        check_answers(everything.server, everything.right)
    everything.check()
    assert "died: User defined signal 2; starting another" in everything.server.errors()


@table("number", DEADLY)
def test_a_supervisor_that_a_signal_ends_leaves_nobody(start, open_folder, number):
    """The socket is removed by the process that has stayed root for it."""
    control = open_folder / "control"
    server = start("-o", f"control={control}")
    children = [pid for pid, _ in children_of(server.pid)]
    server.stopped = True
    os.kill(server.pid, number)
    assert server.process.wait(START_SECONDS) == -number
    wait_until(lambda: not any(map(is_alive, children)), "the end of its children")
    wait_until(lambda: not control.exists(), "the end of the control socket")


def test_all_processes_stand_still_at_once(everything):
    """As in a container that is frozen. Nobody is taken for one that hangs."""
    before = children_of(everything.server.pid)
    pids = [everything.server.pid, *(pid for pid, _ in before)]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        asked = [everything.server.send(*question) for question in RIGHT]
    finally:
        for pid in reversed(pids):
            os.kill(pid, signal.SIGCONT)
    assert len(gather(asked)) == len(RIGHT)
    everything.check()
    assert children_of(everything.server.pid) == before


def shell(text):
    """Runs this before the program."""
    return ["bash", "-c", f'{text}; exec "$0" "$@"', PROGRAM]


def private(text):
    """Runs this before the program, and nobody else sees its mounts."""
    return ["unshare", "--mount", *shell(text)]


def python(text):
    return [sys.executable, "-c", f"import os, signal, sys\n{text}\n"
            "os.execv(sys.argv[1], sys.argv[1:])", PROGRAM]


IGNORE = """
for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)"""
BLOCK = "\nsignal.pthread_sigmask(signal.SIG_SETMASK, signal.valid_signals())"
GONE = "mkdir /run/gone; cd /run/gone; rmdir /run/gone"
SURROUNDINGS = {
    "all signals are blocked": python(BLOCK),
    "all signals are ignored": python(IGNORE),
    "all signals are ignored and blocked": python(IGNORE + BLOCK),
    "the environment is empty": ["env", "--ignore-environment", PROGRAM],
    "the environment is long": shell("export LONG=$(printf %100000s)"),
    "the name of the program is empty": ["bash", "-c", 'exec -a "" "$0" "$@"', PROGRAM],
    "nobody may do anything with new files": shell("umask 0777"),
    "everybody may do everything with new files": shell("umask 0"),
    "the working directory is gone": shell(GONE),
    "/dev is empty": private("mount -t tmpfs none /dev"),
    "files may be 1 KiB long": shell("ulimit -Sf 1"),
    "signals may not queue": shell("ulimit -Si 0"),
}
if not INSTRUMENTED:  # the checkers look at /proc, and need a large stack
    SURROUNDINGS["/proc is not there"] = private("umount --lazy /proc")
    SURROUNDINGS["the stack may be 32 KiB"] = ["prlimit", "--stack=32768:", "env",
                                               "--ignore-environment", PROGRAM]


@pytest.fixture
def control(open_folder):
    open_folder.chmod(0o777)
    return open_folder / "control"


@table("what", SURROUNDINGS)
def test_a_server_works_in_any_surroundings(start, control, what):
    server = start("-o", f"control={control}", program=SURROUNDINGS[what])
    whole = Whole(server)
    assert control.stat().st_mode & 0o777 == 0o600
    server.reload()
    assert "not reloaded" not in server.errors()
    whole.check()
    server.stop()
    assert not control.exists()


if not INSTRUMENTED:  # a thread looks for leaks, and needs a large stack

    def test_a_server_that_can_start_no_process_says_so_and_ends_when_told():
        with subprocess.Popen(["prlimit", "--nproc=0", PROGRAM, "-l", "127.0.0.8:5300"], text=True,
                              stderr=subprocess.PIPE) as process:
            line = next(line for line in process.stderr if "cannot start" in line)
            process.send_signal(signal.SIGINT)
        assert line == ("hostdnsd: cannot start the serve process, trying again soon: "
                        "Resource temporarily unavailable\n")
        assert process.returncode == 0

    def test_a_server_whose_stack_stays_too_small_says_so():
        done = subprocess.run(["prlimit", "--stack=65536", PROGRAM], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (
            1, "", "hostdnsd: the limit of 65536 octets for the stack is too low: it takes 131072\n")

    def test_a_small_stack_does_not_end_a_server_that_reloads(everything):
        """Its dry run may need less."""
        pid = everything.server.pid
        for octets in 0, 12288, 16384, 32768:
            with limit_changes(pid, "stack"):
                set_limit(pid, octets, "stack")
                assert everything.command("reload", 20) == "ok\n", octets
                assert check_answers(everything.server, everything.right) > 0
            everything.check()


CLOSED = [" ".join(which) for count in range(4)
          for which in itertools.combinations(["<&-", ">&-", "2>&-"], count)]
FULL = [">/dev/full", "2>/dev/full", ">/dev/full 2>/dev/full"]
EMPTY = "mount -t tmpfs none /dev"  # it has no null


def standard_descriptors(server):
    """What each process has for them; one may just have ended."""
    found = set()
    for pid in [server.pid, *(pid for pid, _ in children_of(server.pid))]:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            found |= {os.readlink(f"/proc/{pid}/fd/{number}") for number in range(3)}
    return found


class Silent(Server):
    """A server that need not say where it listens."""

    def __init__(self, control, program):
        super().__init__("127.0.0.8", 5300)
        self.process = subprocess.Popen([*program, "-l", "127.0.0.8:5300", "-o",
                                         f"control={control}"], stdin=subprocess.DEVNULL)
        self.pid = self.process.pid
        wait_until(lambda: check_answers(self) == len(RIGHT), "answers", START_SECONDS)


@table("dev, how", [*itertools.product([":", EMPTY], CLOSED), *((":", how) for how in FULL)])
def test_no_socket_is_taken_for_stdin_stdout_or_stderr(control, dev, how):
    """Libraries would write to it, and it would be lost in a reload."""
    server = Silent(control, private(f"{dev}; exec {how}"))
    try:
        assert not [name for name in standard_descriptors(server) if "socket:" in name]
        done = subprocess.run([CTL, "-s", control, "reload"], capture_output=True, text=True,
                              check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert check_answers(server) == len(RIGHT)
        assert not [name for name in standard_descriptors(server) if "socket:" in name]
    finally:
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(START_SECONDS) == 0


NO_OUTPUT = "hostdns: cannot write: Bad file descriptor\n"


@table("dev", [":", EMPTY])
@table("how, name, status, out, err", [
    ("<&-", "a.example.test", 0, "192.0.2.1\n", ""),
    ("<&-", "", 74, "", "hostdns: cannot read names: Bad file descriptor\n"),
    (">&-", "a.example.test", 74, "", NO_OUTPUT),
    ("2>&-", "a.example.test", 0, "192.0.2.1\n", ""),
    ("<&- 2>&-", "a.example.test", 0, "192.0.2.1\n", ""),
    ("<&- >&-", "a.example.test", 74, "", NO_OUTPUT),
    ("<&- >&- 2>&-", "a.example.test", 74, "", "")])
def test_hostdns_takes_no_socket_for_them_either(dev, how, name, status, out, err):
    script = f'{dev}; exec "$0" @127.0.0.1#53 +short +tcp {name} {how}'
    done = subprocess.run(["unshare", "--mount", "sh", "-c", script,
                           PROGRAM.with_name("hostdns")], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=START_SECONDS, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (status, out, err)
