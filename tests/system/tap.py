"""Readers of dnstap: Debian's fstrm_capture for a socket, and what stands in a file of frames."""

import contextlib
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess

from daemon import wait_until

CONTENT = b"protobuf:dnstap.Dnstap"
START, STOP = 2, 3
TYPES = {5: "CQ", 6: "CR", 7: "FQ", 8: "FR"}
CAPTURE = shutil.which("fstrm_capture")


def frames(path):
    """The data frames of a file, which must be whole: START, frames, STOP, and nothing else."""
    octets = pathlib.Path(path).read_bytes()
    found, at, last = [], 0, None
    while at < len(octets):
        assert last != STOP, "nothing stands behind STOP"
        (length,) = struct.unpack_from("!I", octets, at)
        at += 4
        if length == 0:
            (length,) = struct.unpack_from("!I", octets, at)
            at += 4
            control = octets[at:at + length]
            (last,) = struct.unpack_from("!I", control)
            if last == START:
                assert not found and control[4:] == struct.pack("!II", 1, len(CONTENT)) + CONTENT
        else:
            assert last == START
            found.append(octets[at:at + length])
        assert at + length <= len(octets), "a frame is cut"
        at += length
    assert last == STOP, "the file has its end"
    return found


def varint(octets, at):
    value = shift = 0
    while True:
        value |= (octets[at] & 0x7f) << shift
        shift += 7
        at += 1
        if octets[at - 1] < 0x80:
            return value, at


def fields(octets):
    """{number: value} of a message of Protocol Buffers, in which each field stands once."""
    found, at = {}, 0
    while at < len(octets):
        key, at = varint(octets, at)
        number, kind = key >> 3, key & 7
        if kind == 0:
            found[number], at = varint(octets, at)
        elif kind == 2:
            length, at = varint(octets, at)
            found[number], at = octets[at:at + length], at + length
        else:
            assert kind == 5, kind
            (found[number],), at = struct.unpack_from("<I", octets, at), at + 4
    return found


class Message:
    """A DNS message of dnstap."""

    def __init__(self, frame):
        outer = fields(frame)
        assert outer[15] == 1
        self.identity, self.version = outer.get(1, b"").decode(), outer.get(2, b"").decode()
        inner = fields(outer[14])
        family = {1: socket.AF_INET, 2: socket.AF_INET6}[inner[2]]
        self.type = TYPES[inner[1]]
        self.tcp = {1: False, 2: True}[inner[3]]
        self.asker = (socket.inet_ntop(family, inner[4]), inner[6])
        self.server = (socket.inet_ntop(family, inner[5]), inner[7])
        self.asked = inner[8] + inner[9] / 1e9
        self.answered = inner[12] + inner[13] / 1e9 if 12 in inner else None
        self.query, self.response = inner.get(10), inner.get(14)
        assert (self.query is None) == self.type.endswith("R") == (self.answered is not None)
        assert (self.response is None) == self.type.endswith("Q")


def messages(path, *types):
    """Those of these types, or all."""
    found = [Message(frame) for frame in frames(path)]
    return [message for message in found if not types or message.type in types]


class Capture:
    """fstrm_capture at a socket that the server's user may connect to."""

    def __init__(self, folder, name="capture"):
        self.socket, self.file = f"{folder}/reader", f"{folder}/{name}"
        self.process = subprocess.Popen(
            [CAPTURE, "-t", CONTENT.decode(), "-u", self.socket, "-w", self.file],
            stderr=subprocess.PIPE, umask=0)
        self.is_stopped = False
        assert b"opening Unix socket" in self.process.stderr.readline()
        wait_until(self.listens, "the reader")

    def listens(self):
        """Its socket is bound and listens."""
        lines = pathlib.Path("/proc/net/unix").read_text().splitlines()
        return any(line.endswith(" " + self.socket) and line.split()[3] == "00010000"
                   for line in lines)

    def stop(self):
        self.process.send_signal(signal.SIGSTOP)
        self.is_stopped = True

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)
        self.is_stopped = False

    def kill(self):
        self.process.kill()
        self.process.wait()

    def end(self):
        """It closes its file."""
        if self.is_stopped:
            self.go_on()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=60)


ACCEPT, READY = 1, 4
READER_SECONDS = 30


class Reader:
    """A reader that a test plays, step by step. It listens all the time."""

    def __init__(self, folder):
        self.socket = f"{folder}/reader"
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.socket)
        os.chmod(self.socket, 0o666)
        self.listener.listen()
        self.listener.settimeout(READER_SECONDS)
        self.connection = None

    def drop(self):
        """Goes away."""
        if self.connection:
            self.connection.close()
        self.connection = None

    def octets(self, count):
        data = b""
        while len(data) < count:
            chunk = self.connection.recv(count - len(data))
            if not chunk:
                raise EOFError("the server has closed the connection")
            data += chunk
        return data

    def frame(self):
        """The next frame: the type of a control frame, or the octets of another one."""
        (length,) = struct.unpack("!I", self.octets(4))
        if length:
            return self.octets(length)
        (length,) = struct.unpack("!I", self.octets(4))
        return int.from_bytes(self.octets(length)[:4], "big")

    def accept(self):
        self.connection, _ = self.listener.accept()
        self.connection.settimeout(READER_SECONDS)
        if self.frame() != READY:
            return False
        field = struct.pack("!II", 1, len(CONTENT)) + CONTENT
        self.connection.sendall(struct.pack("!III", 0, 4 + len(field), ACCEPT) + field)
        return self.frame() == START

    def take_up(self):
        """Takes up a stream; a connection that ends before that is followed by another one."""
        while True:
            with contextlib.suppress(EOFError, ConnectionError):
                assert self.accept()
                return
            self.drop()

    def close(self):
        self.drop()
        self.listener.close()
