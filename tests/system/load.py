"""Steady questions beside a test: what was asked, what was answered, what was lost."""

import socket
import threading
import time

import dns.message

from stream import framed

PATIENCE_SECONDS = 20
PAUSE = 0.002


class Load:
    """Asks on and on in threads for the length of a with statement; each must be answered."""

    def __init__(self, server, names, ways=("udp", "tcp", "kept")):
        self.to, self.names = server.to, names
        self.asked = {way: 0 for way in ways}
        self.wrong = []
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(way,)) for way in ways]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, kind, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()
        if not kind:
            assert not self.wrong, self.wrong[:3]
            assert all(self.asked.values()), self.asked

    def run(self, way):
        with Way(self.to, way) as talk:
            while not self.over.is_set():
                name = self.names[self.asked[way] % len(self.names)]
                query = dns.message.make_query(name, "A")
                self.asked[way] += 1
                try:
                    reply = talk.ask(query)
                    if not query.is_response(reply) or reply.rcode() != 0 or not reply.answer:
                        self.wrong.append((way, query.to_text(), reply.to_text()))
                except (OSError, EOFError) as error:
                    self.wrong.append((way, repr(error)))
                time.sleep(PAUSE)


class Way:
    """One client: datagrams, a connection for each question, or one that is kept."""

    def __init__(self, to, way):
        self.to, self.way, self.socket = to, way, None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self.socket:
            self.socket.close()
        self.socket = None

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
                raise EOFError("the connection was closed before the answer")
            data += chunk
        return data[2:]

    def ask(self, query):
        self.connect()
        wire = query.to_wire()
        self.socket.sendall(wire if self.way == "udp" else framed(wire))
        reply = dns.message.from_wire(self.receive())
        if self.way != "kept":
            self.close()
        return reply
