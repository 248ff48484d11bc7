"""Takes descriptors, or what else has a limit, from a process while it runs, and gives them back."""

import contextlib
import itertools
import os
import pathlib
import re
import subprocess


NAMES = {"nofile": "open files", "as": "address space", "data": "data size",
         "stack": "stack size", "fsize": "file size", "nproc": "processes",
         "memlock": "locked memory", "sigpending": "pending signals", "msgqueue": "msgqueue size"}


def set_limit(pid, most, name="nofile"):
    """As its user: root without CAP_SYS_RESOURCE may not limit others. The hard limit stays."""
    owner = pathlib.Path(f"/proc/{pid}/status").read_text()
    uid, gid = (int(re.search(rf"^{key}:\t(\d+)", owner, re.M)[1]) for key in ("Uid", "Gid"))
    subprocess.run(["prlimit", f"--pid={pid}", f"--{name}={most}:"], check=True, user=uid, group=gid)


def limit_of(pid, name):
    """A number, or "unlimited"."""
    limits = pathlib.Path(f"/proc/{pid}/limits").read_text()
    return re.search(rf"^Max {NAMES[name]} +(\w+)", limits, re.M)[1]


def limit_descriptors(pid, free):
    """Leaves the process so many. The limit is on their numbers, among which there are gaps."""
    used = {int(name) for name in os.listdir(f"/proc/{pid}/fd")}
    set_limit(pid, next(number for number in itertools.count(1)
                        if len(set(range(number)) - used) == free))


@contextlib.contextmanager
def limit_changes(pid, *names):
    """The process, which may end meanwhile, has its limits back afterwards."""
    before = {name: limit_of(pid, name) for name in names or ["nofile"]}
    try:
        yield
    finally:
        with contextlib.suppress(FileNotFoundError, subprocess.CalledProcessError):
            for name, most in before.items():
                set_limit(pid, most, name)


@contextlib.contextmanager
def few_descriptors(pid, free):
    """Leaves the process so many for a while."""
    with limit_changes(pid):
        limit_descriptors(pid, free)
        yield
