"""A server with all of its processes, what makes them need the system, and whether all is well."""

import contextlib
import socket

from ask import gather
from daemon import wait_until
from stream import Stream
from web import WEB, look, web_port
from whole import PATIENCE_SECONDS, RIGHT, Whole, check_answers, outcome

CLIENTS = 30  # over TCP


class Everything:
    """Its reader of dnstap is one that the test plays."""

    def __init__(self, start, etc, reader, folder):
        self.etc, self.reader = etc, reader
        self.control = folder / "control"
        self.server = start(*WEB, "-o", f"dnstap=unix:{reader.socket}", "-o",
                            f"control={self.control}", "-o", "timeout=1000", "-o", "tcp-idle=60")
        self.web = web_port(self.server)
        self.edits = 0
        self.right = dict(RIGHT)
        self.edit()
        reader.take_up()
        wait_until(self.is_well, "the page and a frame")
        self.whole = Whole(self.server, self.right)

    def pid(self, role):
        return self.server.pid if role == "supervisor" else self.server.child(role)

    def command(self, line, seconds=3):
        """What the server says to a command; "" if nothing."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(seconds)
            sock.connect(str(self.control))
            sock.sendall(line.encode() + b"\n")
            with sock.makefile("rb") as stream:
                return stream.read().decode()
        return ""

    def edit(self):
        """It must be seen, sooner or later."""
        self.edits += 1
        address = f"10.0.8.{self.edits}"
        self.etc.write("hosts", f"127.0.0.1 localhost\n10.0.0.4 v4only.lab\n{address} edited.lab\n")
        self.right[("edited.lab", "A")] = [f"edited.lab A {address}"]

    def ask_much(self, fresh):
        """Names that need sockets, many of which hang, and clients that keep connections."""
        hung = [self.server.send(fresh(fault), "A")
                for fault in 10 * ["qdrop-drop"] + 10 * ["qtcpsilent-ok"]]
        with contextlib.ExitStack() as stack:
            for number in range(CLIENTS):
                with contextlib.suppress(OSError):
                    stream = stack.enter_context(Stream(self.server, f"127.0.{number}.1"))
                    stream.socket.settimeout(0.1)
                    with contextlib.suppress(OSError, EOFError):
                        assert stream.ask("localhost").outcome in (
                            ["localhost A 127.0.0.1"], "SERVFAIL")
            check_answers(self.server)
        assert {reply.outcome for reply in gather(hung)} == {"SERVFAIL"}

    def is_well(self):
        if look(self.web, "/healthz") != "whole" or not self.command("status").startswith("ok\n"):
            return False
        if outcome(self.server, "a.example.test") is None:
            return False
        try:
            return self.reader.connection and isinstance(self.reader.frame(), bytes)
        except (OSError, EOFError):
            self.reader.drop()
        finally:
            if not self.reader.connection:
                self.reader.take_up()
        return False

    def check(self):
        wait_until(lambda: outcome(self.server, "edited.lab") == self.right[("edited.lab", "A")],
                   "the edit", PATIENCE_SECONDS)
        wait_until(self.is_well, "the page and a frame", PATIENCE_SECONDS)
        self.whole.check()
