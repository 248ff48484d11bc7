"""What must be true behind a fault: later questions are answered rightly, each process is there once,
and nothing is open that was not."""

import contextlib
import os

import dns.exception

from daemon import children_of, wait_until

PATIENCE_SECONDS = 60
REPLY_SECONDS = 3
# From each source, and a denial.
RIGHT = {("localhost", "A"): ["localhost A 127.0.0.1"],
         ("v4only.lab", "A"): ["v4only.lab A 10.0.0.4"],
         ("v4only.lab", "MX"): "NODATA",
         ("4.0.0.10.in-addr.arpa", "PTR"): ["4.0.0.10.in-addr.arpa PTR v4only.lab"],
         ("a.example.test", "A"): ["a.example.test A 192.0.2.1"],
         ("both.example.test", "AAAA"): ["both.example.test AAAA 2001:db8::2"],
         ("nosuch.example.test", "A"): "NXDOMAIN"}


def outcome(server, *question, seconds=REPLY_SECONDS, tcp=False, **how):
    """None if no reply came; in words what is wrong with one that is not sound."""
    try:
        if tcp:
            return server.ask(*question, tcp=True, **how).outcome
        return server.send(*question, **how).reply(seconds).outcome
    except (OSError, EOFError):
        return None
    except (AssertionError, dns.exception.DNSException) as error:
        return f"no sound reply: {error!r}"


def check_answers(server, right=None, **how):
    """None is wrong: each is right, SERVFAIL, or no reply came. How many are right."""
    found = 0
    for question, records in (right or RIGHT).items():
        came = outcome(server, *question, **how)
        assert came in (records, "SERVFAIL", None), (question, came)
        found += came == records
    return found


class Whole:
    """A server as it is while nothing fails."""

    def __init__(self, daemon, right=None):
        self.daemon, self.right = daemon, right or RIGHT
        self.check_later_answers()
        self.names = self.processes()
        self.open = self.descriptors()

    def processes(self):
        return sorted(name for _, name in children_of(self.daemon.pid))

    def descriptors(self):
        """{process: how many it has open}; one that has just ended has none."""
        found = {}
        for pid, name in [(self.daemon.pid, "supervisor"), *children_of(self.daemon.pid)]:
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                found[name] = len(os.listdir(f"/proc/{pid}/fd"))
        return found

    def check_later_answers(self):
        for question, right in self.right.items():
            for tcp in False, True:
                wait_until(lambda q=question, r=right, t=tcp: outcome(self.daemon, *q, tcp=t) == r,
                           f"a right answer to {question}", PATIENCE_SECONDS)

    def check(self):
        """All is as it was."""
        assert self.daemon.process.poll() is None, f"the server has ended: {self.daemon.errors()}"
        self.check_later_answers()
        wait_until(lambda: self.processes() == self.names,
                   f"{self.names}, not {self.processes()}", PATIENCE_SECONDS)
        wait_until(lambda: all(count <= self.open[name]
                               for name, count in self.descriptors().items()),
                   f"{self.open} descriptors, not {self.descriptors()}", PATIENCE_SECONDS)
