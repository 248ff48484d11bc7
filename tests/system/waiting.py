"""Tests that wait for a time-out: those of a file all wait at the same time.

    @waiting
    def test_a_silent_server(host):
        one = host.name_server()
        pending = host.ask([one], options="timeout:1 attempts:1")
        yield
        assert pending.reply().outcome == "SERVFAIL"

What stands before the yield is run for all of them when the file begins, the rest behind all
other tests of the file. By the yield the question must have left the host: the next of these tests, and
every other one of the file, rewrites /etc. How long a reply took is told by the kernel, so it
does not matter when it is read.
"""

import functools
import inspect
import itertools

from daemon import Daemon, wait_until
from name_server import NameServer

PARAMETER = inspect.Parameter.POSITIONAL_OR_KEYWORD


def waiting(test):
    """Turns a generator with parts before and after the wait into a test."""
    @functools.wraps(test)
    def after(begun, request, **_):
        begun.finish(request.node.nodeid)

    after.before = test
    own = [parameter for name, parameter in inspect.signature(test).parameters.items()
           if name != "host"]
    after.__signature__ = inspect.Signature(
        [inspect.Parameter(name, PARAMETER) for name in ("begun", "request")] + own)
    return after


class Host:
    """What the tests of a file share while they wait; name servers get addresses of their own."""

    def __init__(self, etc):
        self.etc = etc
        self.daemons, self.name_servers = [], []
        self.numbers = itertools.count(1)

    def start(self, *options):
        self.daemons.append(Daemon(*options))
        return self.daemons[-1]

    @functools.cached_property
    def server(self):
        """One for all that need no options."""
        return self.start()

    def name_server(self, answer=lambda packet: None, **how):
        self.name_servers.append(NameServer(f"127.0.20.{next(self.numbers)}", answer, **how))
        return self.name_servers[-1]

    def name(self):
        """One that nobody asked before."""
        return f"w{next(self.numbers)}.up.test"

    def resolv_conf(self, servers, options=""):
        lines = [f"nameserver {one.address}\n" for one in servers]
        self.etc.write("resolv.conf",
                       "".join(lines) + (f"options {options}\n" if options else ""))

    def ask(self, servers, options="", name=None, rdtype="A", **how):
        """The question, on its way, which one of the name servers has."""
        self.resolv_conf(servers, options)
        name = name or self.name()
        pending = self.server.send(name, rdtype, **how)
        wait_until(lambda: any(one.has_been_asked(name) for one in servers), "the question",
                   seconds=20)
        return pending

    def stop(self):
        for daemon in self.daemons:
            if not daemon.stopped:
                daemon.stop()
        for one in self.name_servers:
            one.close()


class Begun:
    """The tests that wait."""

    def __init__(self, host, items):
        self.halves, self.errors = {}, {}
        for item in items:
            parameters = item.callspec.params if hasattr(item, "callspec") else {}
            self.halves[item.nodeid] = item.function.before(host, **parameters)
            try:
                next(self.halves[item.nodeid])
            except Exception as error:  # pylint: disable=broad-except
                self.errors[item.nodeid] = error

    def finish(self, nodeid):
        if nodeid in self.errors:
            raise self.errors[nodeid]
        for _ in self.halves[nodeid]:
            raise AssertionError("a test that waits yields once")
