"""The client says which source a name came from, on the hosts: lines of whole distributions."""

import re
import subprocess

import pytest

from conftest import LINES, hostdnsd, wait_until

PORT = 5301
HOSTS = "127.0.0.1 localhost\n10.0.0.7 printer.office printer\n"
RESOLVED = "systemd-resolved 127.0.0.53 over UDP"
FILE = "hosts file"
OWN = "this machine's own names (myhostname)"
# By what stands before or behind `resolve`, which is asked over DNS, in the line.
EXPECTED = {
    "Debian": {"printer.office": FILE, "7.0.0.10.in-addr.arpa PTR": FILE},
    "Debian+resolved": {"printer.office": FILE, "both.example.test": RESOLVED, "live-host": OWN},
    "Fedora": {"printer.office": FILE, "both.example.test": RESOLVED, "live-host": OWN,
               "_gateway": OWN},
    "Arch": {"both.example.test": RESOLVED, "live-host": RESOLVED},
}


def source_of(name):
    shown = subprocess.run(["hostdns", f"@127.0.0.1#{PORT}", *name.split()],
                           stdout=subprocess.PIPE, text=True, timeout=60, check=False).stdout
    return re.search(r"^(?:; )?From: +(.*), in [\d.]+ m?s$", shown, re.M)[1]


@pytest.mark.parametrize("line", LINES)
def test_the_source_is_told(network, line):
    with hostdnsd(PORT, LINES[line], HOSTS):
        assert {name: source_of(name) for name in EXPECTED[line]} == EXPECTED[line]


def test_a_name_of_mdns(network):
    """Avahi tells the machine's own, once it has seen that nobody else has it."""
    with hostdnsd(PORT, LINES["Debian"], HOSTS):
        wait_until(lambda: subprocess.run(["getent", "hosts", "live-host.local"], check=False,
                                          stdout=subprocess.DEVNULL).returncode == 0,
                   "Avahi has a name for the machine")
        assert source_of("live-host.local A") == "mDNS (mdns4_minimal)"
