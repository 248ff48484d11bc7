"""Lets allocations of a process fail, with preload/fail_alloc.c."""

import mmap
import os
import pathlib
import struct
import subprocess


def build_preload(folder):
    """fail_alloc.so in a folder, for LD_PRELOAD; FAIL_ALLOC names the page of a Page there."""
    subprocess.run([os.environ.get("CC", "cc"), "-std=gnu11", "-shared", "-fPIC", "-O1", "-Wall",
                    "-Werror", "-o", folder / "fail_alloc.so",
                    pathlib.Path(__file__).parent / "preload/fail_alloc.c"], check=True)


class Page:
    """Tells fail_alloc.c what is to fail, and how many allocations there were."""

    LAYOUT = struct.Struct("iiIIII")

    def __init__(self, folder):
        self.path = folder / "page"
        self.path.write_bytes(bytes(self.LAYOUT.size))
        self.path.chmod(0o666)
        with self.path.open("r+b") as file:
            self.octets = mmap.mmap(file.fileno(), 0)

    def arm(self, pid=0, newer=0, fails_at=0, for_good=False):
        self.LAYOUT.pack_into(self.octets, 0, 0, 0, fails_at, 0, 0, for_good)
        struct.pack_into("ii", self.octets, 0, pid, newer)

    def disarm(self):
        """(how many allocations there were, how many of them have failed)"""
        *_, count, failed, _ = self.LAYOUT.unpack_from(self.octets)
        self.arm()
        return count, failed
