"""hostdns +cookie beside a server that insists on its own cookie (RFC 7873 section 5.3), and ANY."""

import contextlib
import shutil
import socket
import subprocess

import pytest

from daemon import PROGRAM, START_SECONDS
from daemon import wait_until

CLIENT = PROGRAM.with_name("hostdns")
ZONE = """example.test. 3600 SOA ns.example.test. admin.example.test. 1 3600 600 86400 300
example.test. NS ns.example.test.
www.example.test. A 192.0.2.80
www.example.test. TXT "text"
"""
CONFIG = """server:
    listen: 127.0.0.7@5300
    rundir: {path}
database:
    storage: {path}
mod-cookies:
  - id: strict
    badcookie-slip: 1
template:
  - id: default
    storage: {path}
    file: "%s.zone"
    global-module: mod-cookies/strict
zone:
  - domain: example.test
"""


def answers():
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.7", 5300)) == 0


@pytest.fixture(scope="module")
def strict(tmp_path_factory):
    """knot, which says BADCOOKIE to every query with a cookie that is not its own."""
    path = tmp_path_factory.mktemp("knot")
    path.chmod(0o755)
    (path / "example.test.zone").write_text(ZONE)
    (path / "knot.conf").write_text(CONFIG.format(path=path))
    knot = subprocess.Popen([shutil.which("knotd", path="/usr/sbin"), "-c", path / "knot.conf"],
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with contextlib.ExitStack() as stack:
        stack.callback(knot.wait)
        stack.callback(knot.kill)
        wait_until(answers, "knot")
        yield


def ask(*args):
    result = subprocess.run([CLIENT, "@127.0.0.7#5300", *args], capture_output=True, text=True,
                            timeout=START_SECONDS)
    return result.returncode, result.stdout, result.stderr


def test_a_server_that_insists_on_its_cookie_is_answered_with_it(strict):
    status, shown, error = ask("+cookie", "+dig", "+qr", "www.example.test", "A")
    assert (status, error) == (0, "")
    assert "status: NOERROR" in shown and "192.0.2.80" in shown
    assert "(UDP)" in shown
    assert "status: BADCOOKIE" not in shown


def test_many_names_get_their_cookies_side_by_side(strict):
    status, shown, _ = ask("+cookie", "+short", *(200 * ["www.example.test", "A"]))
    assert (status, shown) == (0, 200 * "192.0.2.80\n")


def test_any_is_asked_for_over_tcp_as_dig_does(strict):
    assert "(TCP)" in ask("+dig", "www.example.test", "ANY")[1]
    assert "(UDP)" in ask("+dig", "+notcp", "www.example.test", "ANY")[1]
    dig = subprocess.run(["dig", "@127.0.0.7", "-p5300", "www.example.test", "ANY"],
                         capture_output=True, text=True, timeout=START_SECONDS, check=True)
    assert "(TCP)" in dig.stdout
