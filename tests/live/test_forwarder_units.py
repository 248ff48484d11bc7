"""The host's forwarder is a service that sends one domain to ours, and runs as whom it likes."""

import contextlib

import pytest

from ask import Server
from conftest import HERE, edited, run, wait_until
from network import Tap

ADDRESS, DOMAIN = "127.0.3.1", "office"
HERE_SERVER, THERE = Server("127.0.0.1", 5353), Server(ADDRESS, 53)
NAMES = 10


@contextlib.contextmanager
def unit(name, *properties, command):
    run("systemd-run", f"--unit={name}", "--collect",
        *(f"--property={word}" for word in properties), *command)
    try:
        yield
    finally:
        run("systemctl", "stop", name)


@contextlib.contextmanager
def forwarder(user, before=()):
    """With a command that goes on beside it."""
    command = ["/usr/bin/python3", str(HERE / "forwarder.py"), ADDRESS, "5353", DOMAIN]
    if before:
        command = ["/bin/sh", "-c", f"{' '.join(before)} & exec {' '.join(command)}"]
    with edited("/etc/nsswitch.conf", "passwd: files\nhosts: files dns\n"), \
         edited("/etc/resolv.conf", f"nameserver {ADDRESS}\n"), \
         edited("/etc/hosts", "127.0.0.1 localhost\n10.0.0.7 known.office\n"), \
         unit("forwarder", f"User={user}", "AmbientCapabilities=CAP_NET_BIND_SERVICE",
              command=command):
        run("systemctl", "start", "hostdnsd.service")
        try:
            wait_until(lambda: THERE.ask("known.office").outcome == ["known.office A 10.0.0.7"],
                       "the forwarder answers")
            yield
        finally:
            run("systemctl", "stop", "hostdnsd.service")


def checks_and_others(tap):
    names = list(tap.names())
    checks = [name for name in names if "hostdns-loop-check" in name]
    return len(checks), len(names) - len(checks)


def ask_there():
    for number in range(NAMES):
        assert THERE.ask(f"there{number}.office").outcome == "NXDOMAIN"


@pytest.mark.parametrize("user", ["root", "nobody", "systemd-network"])
def test_a_forwarder_that_is_alone_in_its_service_is_known(user):
    with forwarder(user):
        assert HERE_SERVER.ask("first.office").outcome == "NXDOMAIN"
        assert HERE_SERVER.ask("printer.office").outcome == ["printer.office A 10.9.9.9"]
        tap = Tap(ADDRESS)
        ask_there()
        assert checks_and_others(tap) == (0, NAMES), "the client's"


def test_root_is_not_known_beside_another_process():
    with forwarder("root", before=["sleep", "infinity"]):
        tap = Tap(ADDRESS)
        ask_there()
        checks, _ = checks_and_others(tap)
        assert checks >= NAMES, "each name is checked"
