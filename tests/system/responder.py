"""The bundled client, and small servers on the loopback interface for it to ask."""

import contextlib
import os
import pathlib
import signal
import socket
import threading

HOSTDNS = pathlib.Path(os.environ.get("BUILD", "build")).absolute() / "hostdns"
ENOUGH = 60  # seconds that nothing takes, not even an instrumented build on a busy host

# Leaks are looked for in one-shot runs; a sanitizer's report must not look like an exit code.
ENV = {**os.environ, "TERM": "dumb", "HOME": "/nonexistent", "HOSTDNS_HISTORY": "",
       "ASAN_OPTIONS": "exitcode=99", "UBSAN_OPTIONS": "exitcode=99"}


def heed_ctrl_c():
    """Also where the tests run in the background, and ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Responder:
    """Hands each datagram to heard(wire, client); heard_over_tcp(wire) returns the octets that
    one is told over a connection."""

    def __init__(self, family=socket.AF_INET, listens=True):
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.socket.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
        self.host, self.port = self.socket.getsockname()[:2]
        self.says = f"{self.host} port {self.port}"  # how messages of the client name it
        self.thread = threading.Thread(target=self.loop, daemon=True)
        self.listener = None
        if listens:
            self.listener = socket.create_server((self.host, self.port), family=family, backlog=100)
            threading.Thread(target=self.accept, daemon=True).start()

    def loop(self):
        while True:
            wire, client = self.socket.recvfrom(4096)
            if not wire:
                return
            self.heard(wire, client)

    def accept(self):
        """Until the listener is shut down."""
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                with connection, connection.makefile("rb") as octets, contextlib.suppress(OSError):
                    wire = octets.read(int.from_bytes(octets.read(2), "big"))
                    connection.sendall(self.heard_over_tcp(wire))

    def send(self, wire, client):
        self.socket.sendto(wire, client)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.socket.sendto(b"", self.socket.getsockname())
        self.thread.join()
        self.socket.close()
        if self.listener:
            self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
