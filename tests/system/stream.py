"""A TCP client that can do what good ones do, and all that they should not."""

import contextlib
import socket
import struct

from ask import PATIENCE_SECONDS, Reply, make

LOCALHOST = ["localhost A 127.0.0.1"]


def framed(*wires):
    """Messages as they travel on a stream."""
    return b"".join(struct.pack("!H", len(wire)) + wire for wire in wires)


class Stream:
    """A connection to a server; a with statement closes it."""

    def __init__(self, server, source=None, receive_buffer=None):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.settimeout(PATIENCE_SECONDS)
        if source:
            self.socket.bind((source, 0))
        self.socket.connect(server.to)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, *queries):
        """In one write."""
        self.send_wire(framed(*(query.to_wire() for query in queries)))

    def send_wire(self, wire):
        self.socket.sendall(wire)

    def read(self, count):
        chunks = []
        while count:
            chunk = self.socket.recv(count)
            if not chunk:
                raise EOFError
            chunks.append(chunk)
            count -= len(chunk)
        return b"".join(chunks)

    def read_wire(self):
        (length,) = struct.unpack("!H", self.read(2))
        return self.read(length)

    def reply_to(self, *queries):
        """The next reply, which is for one of these."""
        wire = self.read_wire()
        (query,) = [query for query in queries if query.id == int.from_bytes(wire[:2], "big")]
        return Reply(query, wire, tcp=True)

    def ask(self, *question, **how):
        query = make(*question, **how)
        self.send(query)
        return self.reply_to(query)

    def reset(self):
        """Ends the connection with RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def is_closed(self, seconds=PATIENCE_SECONDS):
        """True if the server closes it within the time, without saying anything more."""
        self.socket.settimeout(seconds)
        with contextlib.suppress(ConnectionError):
            try:
                return self.socket.recv(1) == b""
            except TimeoutError:
                return False
        return True


def answers_udp(server, count=1):
    """Each question once: none may be lost."""
    for _ in range(count):
        assert server.ask("localhost").outcome == LOCALHOST


def answers_tcp(server):
    with Stream(server) as stream:
        assert stream.ask("localhost").outcome == LOCALHOST


@contextlib.contextmanager
def streams(server, count, source=None):
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(Stream(server, source)) for _ in range(count)]
