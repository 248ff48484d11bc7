"""Starts and stops hostdnsd and looks at its processes from outside."""

import contextlib
import os
import pathlib
import re
import select
import signal
import subprocess
import tempfile
import time

import pytest

from ask import Server

BUILT = pathlib.Path(os.environ.get("BUILD", "build"), "hostdnsd").resolve()
# A copy, which the server can execute again though it has given up root.
PROGRAM = pathlib.Path("/run/programs/hostdnsd")
INSTRUMENTED = any(word in os.environ.get("BUILD", "") for word in ("address", "thread"))
START_SECONDS = 30  # an instrumented build on a busy machine
SANITIZER_WORDS = ("ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "runtime error:",
                   "WARNING: ThreadSanitizer")

# A user namespace may have one user, and then nothing can be tried as another.
ALONE = pathlib.Path("/proc/self/uid_map").read_text().split()[2::3] == ["1"]
needs_another_user = pytest.mark.skipif(ALONE, reason="there is no other user here")


# As where all of a user's inotify instances are taken, which the kernel counts by user namespace.
WITHOUT_INOTIFY = ("unshare", "--user", "--map-root-user", "sh", "-c",
                   'echo 0 >/proc/sys/user/max_inotify_instances && exec "$0" "$@"', PROGRAM)


def wait_until(condition, what, seconds=30):
    """Waits for a condition that no event announces."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} seconds: {what}"
        time.sleep(0.01)


def is_alive(pid):
    """A zombie is dead."""
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


@contextlib.contextmanager
def standing_still(pid):
    """Stops a process for a while, as if it hung. It may be killed for that."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def children_of(parent):
    """[(pid, name)] of the processes that this one started."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            pid, _, rest = path.read_text().partition(" (")
            name, _, fields = rest.rpartition(") ")
            state, ppid = fields.split()[:2]
            if int(ppid) == parent and state not in "ZX":
                found.append((int(pid), name))
    return found


class Daemon(Server):
    """A running hostdnsd; `listen` with port 0 lets the kernel choose one."""

    def __init__(self, *options, listen="127.0.0.1:0", env=None, program=(PROGRAM,),
                 pass_fds=()):
        self.stderr = tempfile.TemporaryFile()
        self.said = ""
        self.stopped = False
        self.process = subprocess.Popen(
            [*program, *(["-l", listen] if listen else []), *self.without_cache(options), *options],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.stderr,
            env={**os.environ, **(env or {})}, pass_fds=pass_fds, start_new_session=True)
        self.pid = self.process.pid
        try:
            super().__init__(*self.wait_for_address())
        except BaseException:
            self.kill()
            raise
        self.first_children = children_of(self.pid)

    @staticmethod
    def without_cache(options):
        """Tests that ask twice mean to have it looked up twice, unless they say otherwise."""
        said = any(option.startswith(("cache-size=", "-c", "-h", "-V")) for option in options)
        return [] if said else ["-o", "cache-size=0"]

    def wait_for_address(self):
        """Reads what it prints until it says where it listens."""
        deadline = time.monotonic() + START_SECONDS
        address = re.compile(r"(\d+(?:\.\d+){3}|\[[0-9a-f:]+(?:%\w+)?\]):(\d+)")
        while not (match := address.search(self.said[:self.said.rfind("\n") + 1])):
            left = deadline - time.monotonic()
            readable, _, _ = select.select([self.process.stdout], [], [], max(left, 0))
            chunk = os.read(self.process.stdout.fileno(), 4096) if readable else b""
            assert chunk, f"hostdnsd did not start: {self.said!r} {self.errors()!r}"
            self.said += chunk.decode()
        return match[1].strip("[]"), int(match[2])

    def errors(self):
        """All that it wrote to stderr so far. It writes where the file's position is, which it
        shares with us: to move that would have it write over what it said."""
        fd = self.stderr.fileno()
        return os.pread(fd, os.fstat(fd).st_size, 0).decode(errors="replace")

    def child(self, name):
        """The process id of "serve" or "lookup"; waits for it if it is being replaced."""
        found = []

        def appears():
            found[:] = [pid for pid, comm in children_of(self.pid)
                        if comm == f"hostdnsd-{name}"]
            return found

        wait_until(appears, f"a {name} process")
        return found[0]

    def descriptors(self, name):
        return len(os.listdir(f"/proc/{self.child(name)}/fd"))

    def reload(self):
        """Asks for a reload and waits until it has succeeded or failed."""
        before = self.errors().count("reloaded")
        os.kill(self.pid, signal.SIGHUP)
        wait_until(lambda: self.errors().count("reloaded") > before, "the end of the reload")

    def stop(self, number=signal.SIGINT, group=False):
        """Ends it as a user does. What it must leave behind: nothing."""
        children = self.first_children + children_of(self.pid)
        self.stopped = True
        (os.killpg if group else os.kill)(self.pid, number)
        try:
            rest, _ = self.process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        self.said += rest.decode()
        assert self.process.returncode == 0
        assert not [child for child in children if is_alive(child[0])]
        self.check_sanitizers()

    def check_sanitizers(self):
        errors = self.errors()
        assert not [word for word in SANITIZER_WORDS if word in errors], errors

    def kill(self):
        """For a test that went wrong: whatever is left of it."""
        self.stopped = True
        pids = [pid for pid, _ in children_of(self.pid)]
        self.process.kill()
        self.process.wait()
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
