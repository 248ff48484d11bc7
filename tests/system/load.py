"""Steady questions beside a test: what was asked, what was answered, what was lost."""

import socket
import threading
import time

import dns.entropy
import dns.message

from stream import framed

PATIENCE_SECONDS = 20
PAUSE = 0.005
RETIRED_IDLE_SECONDS = 1  # then a process that retires closes a connection


class Load:
    """Asks on and on in threads for the length of a with statement; each must be answered."""

    def __init__(self, server, names, ways=("udp", "tcp", "kept")):
        self.to, self.names = server.to, names
        self.asked = {way: 0 for way in ways}
        self.right = set()  # (question, reply without its ID)
        self.wrong = []
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(way,)) for way in ways]

    def __enter__(self):
        """Each way has begun, so what follows happens to its questions."""
        for thread in self.threads:
            thread.start()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not all(self.asked.values()) and time.monotonic() < deadline:
            time.sleep(PAUSE)
        return self

    def __exit__(self, kind, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()
        if not kind:
            assert not self.wrong, self.wrong[:3]
            assert all(self.asked.values()), self.asked

    def run(self, way):
        queries = [dns.message.make_query(name, "A") for name in self.names]
        wires = [query.to_wire()[2:] for query in queries]
        with Way(self.to, way) as talk:
            while not self.over.is_set():
                at = self.asked[way] % len(queries)
                queries[at].id = dns.entropy.random_16()
                self.asked[way] += 1
                try:
                    reply = talk.ask(queries[at].id.to_bytes(2, "big") + wires[at])
                    if not self.is_right(queries[at], reply):
                        self.wrong.append((way, queries[at].to_text(), reply.hex()))
                except (OSError, EOFError) as error:
                    self.wrong.append((way, repr(error)))
                time.sleep(PAUSE)

    def is_right(self, query, wire):
        """To read each reply would take more of the processor than the server does."""
        pair = query.question[0].name, wire[2:]
        if wire[:2] == query.id.to_bytes(2, "big") and pair in self.right:
            return True
        reply = dns.message.from_wire(wire)
        right = query.is_response(reply) and reply.rcode() == 0 and bool(reply.answer)
        if right:
            self.right.add(pair)
        return right


class Way:
    """One client: datagrams, a connection for each question, or one that is kept."""

    def __init__(self, to, way):
        self.to, self.way, self.socket = to, way, None
        self.asked = None  # when, over this connection

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self.socket:
            self.socket.close()
        self.socket = self.asked = None

    def connect(self):
        if not self.socket:
            kind = socket.SOCK_DGRAM if self.way == "udp" else socket.SOCK_STREAM
            self.socket = socket.socket(socket.AF_INET, kind)
            self.socket.settimeout(PATIENCE_SECONDS)
            self.socket.connect(self.to)

    def receive(self):
        if self.way == "udp":
            return self.socket.recv(65535)
        data = b""
        while len(data) < 2 or len(data) < 2 + int.from_bytes(data[:2], "big"):
            chunk = self.socket.recv(65535)
            if not chunk:
                raise EOFError(f"the connection was closed after {len(data)} octets of the answer")
            data += chunk
        return data[2:]

    def exchange(self, wire):
        self.connect()
        self.asked = time.monotonic()
        self.socket.sendall(wire if self.way == "udp" else framed(wire))
        reply = self.receive()
        if self.way != "kept":
            self.close()
        return reply

    def ask(self, wire):
        """On a busy machine a connection may have been idle for so long that the server closes
        it while the next question is on its way; a client asks again then (RFC 7766 section
        6.2.4)."""
        before = self.asked
        try:
            return self.exchange(wire)
        except (EOFError, ConnectionError):
            self.close()
            if before is None or time.monotonic() < before + RETIRED_IDLE_SECONDS:
                raise
        return self.exchange(wire)
