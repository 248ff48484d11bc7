"""Takes descriptors from a process while it runs, and gives them back."""

import contextlib
import itertools
import os
import pathlib
import re
import subprocess


def set_limit(pid, most):
    """As its user: root without CAP_SYS_RESOURCE may not limit others. The hard limit stays."""
    owner = pathlib.Path(f"/proc/{pid}/status").read_text()
    uid, gid = (int(re.search(rf"^{key}:\t(\d+)", owner, re.M)[1]) for key in ("Uid", "Gid"))
    subprocess.run(["prlimit", f"--pid={pid}", f"--nofile={most}:"], check=True, user=uid, group=gid)


def limit_of(pid):
    limits = pathlib.Path(f"/proc/{pid}/limits").read_text()
    return int(re.search(r"^Max open files +(\d+)", limits, re.M)[1])


def limit_descriptors(pid, free):
    """Leaves the process so many. The limit is on their numbers, among which there are gaps."""
    used = {int(name) for name in os.listdir(f"/proc/{pid}/fd")}
    set_limit(pid, next(number for number in itertools.count(1)
                        if len(set(range(number)) - used) == free))


@contextlib.contextmanager
def limit_changes(pid):
    """The process, which may end meanwhile, has its limit back afterwards."""
    before = limit_of(pid)
    try:
        yield
    finally:
        with contextlib.suppress(FileNotFoundError, subprocess.CalledProcessError):
            set_limit(pid, before)


@contextlib.contextmanager
def few_descriptors(pid, free):
    """Leaves the process so many for a while."""
    with limit_changes(pid):
        limit_descriptors(pid, free)
        yield
