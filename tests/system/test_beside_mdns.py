"""UDP port 5353 belongs to multicast DNS: a responder there keeps what is its own."""

import socket
import subprocess
import sys

import pytest

from ask import Reply, make
from daemon import PROGRAM, START_SECONDS

GROUP = "224.0.0.251"
LOOPBACK = socket.inet_aton("127.0.0.1")

# As avahi-daemon binds, under another user id where there is one. Prints "ready", then each
# datagram it gets.
RESPONDER = f"""
import contextlib, os, socket
with contextlib.suppress(OSError):
    os.setuid(65534)
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
sock.bind(("0.0.0.0", 5353))
sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                socket.inet_aton("{GROUP}") + socket.inet_aton("127.0.0.1"))
print("ready", flush=True)
while True:
    print(sock.recv(9000).hex(), flush=True)
"""


@pytest.fixture
def responder():
    process = subprocess.Popen([sys.executable, "-c", RESPONDER], stdout=subprocess.PIPE,
                               text=True)
    assert process.stdout.readline() == "ready\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def multicast(wire):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, LOOPBACK)
        sock.sendto(wire, (GROUP, 5353))


def test_unicast_reaches_us_and_multicast_the_responder(responder, start):
    server = start("-l", "127.0.0.1:5353", listen=None)
    assert server.ask("localhost").outcome == ["localhost A 127.0.0.1"]
    multicast(b"first")
    assert server.ask("v4only.lab").outcome == ["v4only.lab A 10.0.0.4"]
    multicast(b"second")
    # Nothing in between: the questions to 127.0.0.1 were not the responder's.
    assert responder.stdout.readline() == b"first".hex() + "\n"
    assert responder.stdout.readline() == b"second".hex() + "\n"


def test_multicast_does_not_reach_us(responder, start):
    """A question sent to the group, from a socket that would see the answer."""
    server = start("-l", "127.0.0.1:5353", listen=None)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, LOOPBACK)
        sock.settimeout(5)
        sock.sendto(make("localhost").to_wire(), (GROUP, 5353))
        query = make("localhost", "AAAA")
        sock.sendto(query.to_wire(), server.to)
        reply = Reply(query, sock.recv(65535))
    assert reply.outcome == ["localhost AAAA ::1"]


def test_the_responder_comes_second(start, request):
    server = start(listen=None)
    request.getfixturevalue("responder")
    assert server.ask("localhost").outcome == ["localhost A 127.0.0.1"]


def test_a_second_hostdnsd_is_refused(responder, start):
    first = start(listen=None)
    second = subprocess.run([PROGRAM], stdin=subprocess.DEVNULL, text=True, capture_output=True,
                            timeout=START_SECONDS)
    assert second.returncode == 1
    assert second.stderr.count("\n") == 1
    assert "127.0.0.1:5353" in second.stderr
    assert first.ask("localhost").outcome == ["localhost A 127.0.0.1"]
