"""Lets system calls of a server's processes fail, with kernel/fail_call.c."""

import errno
import functools
import mmap
import os
import pathlib
import struct
import subprocess

from conftest import make_open_folder
from daemon import PROGRAM

USUAL = 0  # the error that the call has on a host that is short of something
SOURCE = pathlib.Path(__file__).parent / "kernel/fail_call.c"


@functools.lru_cache
def fail_call():
    """The program, which is built once."""
    built = make_open_folder() / "fail_call"
    subprocess.run([os.environ.get("CC", "cc"), "-std=gnu11", "-O1", "-Wall", "-Werror", "-o",
                    built, SOURCE, "-lseccomp"], check=True)
    return built


class Page:
    """Tells fail_call.c what is to fail, and how many calls there were."""

    LAYOUT = struct.Struct("iiIIi28sII28s")

    def __init__(self, folder):
        self.folder = folder  # which the server may write to
        self.path = folder / "calls"
        self.path.write_bytes(bytes(self.LAYOUT.size))
        with self.path.open("r+b") as file:
            self.octets = mmap.mmap(file.fileno(), 0)

    def program(self, path=PROGRAM):
        """What starts a program under it."""
        return [fail_call(), self.path, path]

    def arm(self, pid=0, newer=0, fails_at=0, *, for_good=False, error=USUAL, only=""):
        """The processes come last: then everything else is there."""
        self.LAYOUT.pack_into(self.octets, 0, 0, 0, fails_at, for_good, error, only.encode(),
                              0, 0, b"")
        struct.pack_into("ii", self.octets, 0, pid, newer)

    def disarm(self):
        """(how many calls there were, how many of them have failed, the name of the last)"""
        struct.pack_into("ii", self.octets, 0, 0, 0)
        *_, count, failed, name = self.LAYOUT.unpack_from(self.octets)
        return count, failed, name.rstrip(b"\0").decode()


def error_name(error):
    return errno.errorcode[error] if error else "usual"
