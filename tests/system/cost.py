"""A hostdnsd whose processes count their instructions, under valgrind's callgrind.

Instructions of user space do not depend on how fast the machine is, or how busy. What the kernel
does for a process is not counted.
"""

import os
import pathlib
import re
import signal
import subprocess

from conftest import make_open_folder
from daemon import PROGRAM, Daemon, wait_until

SOURCE = pathlib.Path(__file__).parent / "preload/cost.c"
WRITE_DOWN = signal.SIGRTMIN + 7

# valgrind takes one instruction of a processor that copies thousands of octets for as many
# instructions, so libc is not to use it.
NO_STRING_COPY = "glibc.cpu.x86_rep_movsb_threshold=1000000000"


class Counted(Daemon):
    """One that is asked for what its processes have cost."""

    def __init__(self, *options):
        self.folder = make_open_folder()
        self.folder.chmod(0o777)  # the server gives up root
        preloaded = self.folder / "cost.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", preloaded,
                        SOURCE], check=True)
        super().__init__(
            *options, env={"LD_PRELOAD": str(preloaded), "COST": str(self.folder),
                           "GLIBC_TUNABLES": NO_STRING_COPY},
            program=("valgrind", "-q", "--tool=callgrind", "--vgdb=no", "--trace-children=yes",
                     f"--callgrind-out-file={self.folder}/%p", PROGRAM))
        self.pids = {name: self.child(name) for name in ("serve", "lookup")}
        self.parts = dict.fromkeys(self.pids, 0)

    def spent(self, name):
        """(instructions, octets allocated at most beyond those at the beginning) of a process,
        since this was asked last."""
        self.parts[name] += 1
        part = self.folder / f"{self.pids[name]}.{self.parts[name]}"
        told = part.with_suffix(f"{part.suffix}.octets")
        os.kill(self.pids[name], WRITE_DOWN)
        wait_until(lambda: told.exists() and told.read_text().endswith("\n"), "its count")
        total = re.search(r"^totals: (\d+)", part.read_text(), re.M)
        return int(total[1]), int(told.read_text())

    def stop(self, *how, **more):
        """It cannot be asked how it ends: valgrind makes something else of that."""
        self.kill()
