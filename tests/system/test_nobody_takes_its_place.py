"""Another user of this host cannot have the server's questions: not by a socket that is bound
to the server's address before it, after it, or while it reloads."""

import itertools
import os
import re
import signal
import socket
import subprocess
import sys

import pytest

from ask import Server
from daemon import INSTRUMENTED, PROGRAM, needs_another_user, standing_still, wait_until
from network import with_addresses
from stream import streams
from tables import table
from test_hostdnsctl import command, stats
from test_passed_sockets import activation
from test_tcp_limits import limit_descriptors

UID = 1  # neither root nor who the server becomes
FORGED = b"not from the server"
pytestmark = needs_another_user

# Binds as another user, with these options set, "only" until then, and answers what it gets.
# Prints "bound" or why not, then "stolen" for each datagram or connection.
INTRUDER = f"""
import os, socket, sys
os.setgid({UID}), os.setuid({UID})
kind, host, port, *options = sys.argv[1:]
only = options[:1] == ["only"]
options = options[only:]
family = socket.AF_INET6 if ":" in host else socket.AF_INET
sock = socket.socket(family, getattr(socket, kind))
for option in options:
    sock.setsockopt(socket.SOL_SOCKET, getattr(socket, option), 1)
try:
    sock.bind((host, int(port)))
    if kind == "SOCK_STREAM":
        sock.listen()
except OSError as error:
    print(error.strerror, flush=True)
    sys.exit()
for option in options if only else []:
    sock.setsockopt(socket.SOL_SOCKET, getattr(socket, option), 0)
print("bound", flush=True)
while kind == "SOCK_DGRAM":
    data, peer = sock.recvfrom(9000)
    print("stolen", flush=True)
    sock.sendto({FORGED!r}, peer)
sys.stdin.read()
"""
PYTHON = [sys.executable, "-IS", "-c"]  # without what it would look for at its start
ALLOW = ["-o", "allow=127.0.0.0/8", "-o", "allow=::1"]
OPTIONS = [[], ["SO_REUSEADDR"], ["SO_REUSEPORT"], ["SO_REUSEADDR", "SO_REUSEPORT"]]
SHARING = OPTIONS[3]
WORKERS = [2] if INSTRUMENTED else [1, 2]
KEEPING = ["only", "SO_REUSEADDR"]  # nobody fits beside it once it is bound
FREE = 8  # descriptors that a process has left


class Intruder:
    def __init__(self, host, port, options=SHARING, kind="SOCK_DGRAM"):
        self.process = subprocess.Popen(
            [*PYTHON, INTRUDER, kind, host, str(port), *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.said = self.process.stdout.readline().strip()

    def close(self):
        """What it got, a word for each."""
        self.process.kill()
        return self.process.communicate()[0].split()


@pytest.fixture
def intrude():
    intruders = []

    def run(*where, **how):
        intruders.append(Intruder(*where, **how))
        return intruders[-1]

    yield run
    for intruder in intruders:
        intruder.close()


def reload(server, times=1):
    os.kill(server.pid, signal.SIGHUP)
    wait_until(lambda: server.errors().count("reloaded: listening") >= times, "the reload")


def is_served(server, questions=20):
    """From many ports, since the kernel spreads them over several sockets."""
    for _ in range(questions):
        assert server.ask("localhost").outcome == ["localhost A 127.0.0.1"]


# Tries all ways to bind, as another user, and prints what came of them, each once.
PROBER = f"""
import os, socket, sys
os.setgid({UID}), os.setuid({UID})
places = sys.argv[1:]
seen = set()
for host, port in zip(places[::2], places[1::2]):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for kind in socket.SOCK_DGRAM, socket.SOCK_STREAM:
        for options in {OPTIONS!r}:
            with socket.socket(family, kind) as sock:
                for option in options:
                    sock.setsockopt(socket.SOL_SOCKET, getattr(socket, option), 1)
                try:
                    sock.bind((host, int(port)))
                    if kind == socket.SOCK_STREAM:
                        sock.listen()
                    seen.add(f"{{host}}, {{port}}, {{kind}}, {{options}}: bound")
                except OSError as error:
                    seen.add(error.strerror)
print(*seen, sep="\\n")
"""


def nobody_else_fits(*places):
    said = subprocess.run([*PYTHON, PROBER, *map(str, itertools.chain(*places))], check=True,
                          capture_output=True, text=True, timeout=60).stdout
    assert said == "Address already in use\n"


# --- any port but 5353 ---


LISTEN = ["127.0.0.1:0", "[::1]:0", "0.0.0.0:0", "[::]:0",
          "0.0.0.0:5353"]  # a responder's port, but its address as well
HOSTS = {"127.0.0.1": ["127.0.0.1", "0.0.0.0", "::"], "[::1]": ["::1", "::"],
         "0.0.0.0": ["127.0.0.1", "0.0.0.0"], "[::]": ["::1", "::"]}


def all_addresses(server):
    """[(host, port)] of all that it says it listens on."""
    while "Press" not in server.said:
        chunk = os.read(server.process.stdout.fileno(), 4096)
        assert chunk, f"hostdnsd ended: {server.said!r} {server.errors()!r}"
        server.said += chunk.decode()
    return re.findall(r"^Listening on (.*):(\d+) ", server.said, re.M)


def listening(where):
    """The options for it."""
    return itertools.chain(*(("-l", address) for address in where))


@pytest.mark.parametrize("workers", WORKERS)
def test_the_addresses_are_the_servers_own(start, workers):
    server = start("-o", f"workers={workers}", *ALLOW, *listening(LISTEN), listen=None)
    addresses = all_addresses(server)
    assert len(addresses) == len(LISTEN)
    places = [(host, port) for address, port in addresses for host in HOSTS[address]]
    nobody_else_fits(*places)
    reload(server, times=len(LISTEN))
    nobody_else_fits(*places)
    is_served(Server("127.0.0.1", 5353))


def test_what_a_reload_adds_is_its_own_too(start, etc):
    """A worker more, and an address more with two."""
    etc.write("hostdns.conf", "listen = 127.0.0.1:5399\n")
    server = start("-c", "/etc/hostdns.conf", listen=None)
    etc.write("hostdns.conf", "listen = 127.0.0.1:5399\nlisten = 127.0.0.7:5398\nworkers = 2\n")
    reload(server, times=2)
    nobody_else_fits(("127.0.0.1", 5399), ("127.0.0.7", 5398))
    is_served(server)


@pytest.mark.parametrize("kind", ["SOCK_DGRAM", "SOCK_STREAM"])
def test_a_process_that_was_there_before_is_named(intrude, kind):
    """The server does not start beside it."""
    assert intrude("127.0.0.1", 5399, kind=kind).said == "bound"
    refused = subprocess.run([PROGRAM, "-l", "127.0.0.1:5399"], stdin=subprocess.DEVNULL,
                             capture_output=True, text=True, timeout=30, check=False)
    assert refused.returncode == 1
    assert "cannot listen on 127.0.0.1:5399: Address already in use, held by" in refused.stderr


@table("host", ["127.0.0.1", "0.0.0.0"])
def test_a_socket_that_shares_no_more_does_not_fit_either(server, intrude, host):
    assert intrude(host, server.to[1], KEEPING).said == "Address already in use"


# --- 5353, where a multicast DNS responder must fit ---


def taken_back(server, where="127.0.0.1:5353"):
    line = f"uid {UID} has bound a socket to {where} as well; the address was taken back"
    wait_until(lambda: line in server.errors(), "the address is taken back")


@pytest.fixture
def intrusions():
    """{(host, options): the server's address there}: IPv4 and IPv6, SO_REUSEPORT or not."""
    with with_addresses("fd00::7/128"):
        yield {("127.0.0.1", "SO_REUSEADDR"): "127.0.0.1:5353",
               ("127.0.0.7", *SHARING): "127.0.0.7:5353",
               ("::1", "SO_REUSEADDR"): "[::1]:5353",
               ("fd00::7", *SHARING): "[fd00::7]:5353"}


@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_on_5353_the_addresses_are_taken_back(start, intrude, open_folder, intrusions, workers,
                                              before):
    """And status and a counter say so."""
    def come():
        intruders = [intrude(host, 5353, options) for host, *options in intrusions]
        assert [intruder.said for intruder in intruders] == ["bound"] * len(intrusions)
        return intruders

    def nobody_else_gets_anything():
        nobody_else_fits(*((host, 5353) for host, *_ in intrusions))
        for host, *_ in intrusions:
            is_served(Server(host, 5353))

    path = open_folder / "control"
    open_folder.chmod(0o777)
    intruders = come() if before else []
    server = start("-o", f"workers={workers}", "-o", f"control={path}", *ALLOW,
                   "-o", "allow=fd00::7", *listening(intrusions.values()), listen=None)
    if not before:
        for where in intrusions.values():
            assert f"listens: {where}\n" in command(path, "status")
        intruders = come()
    for where in intrusions.values():
        taken_back(server, where)
    nobody_else_gets_anything()
    assert [intruder.close() for intruder in intruders] == [[]] * len(intrusions)
    nobody_else_gets_anything()
    reload(server, times=len(intrusions))
    nobody_else_gets_anything()
    for where in intrusions.values():
        assert (f"listens: {where}, taken back from another user's socket\n"
                in command(path, "status"))
    assert stats(path)["taken-back"] == server.errors().count("taken back") == len(intrusions)


def test_on_5353_the_restarted_process_and_added_workers_have_the_new_sockets(start, intrude, etc):
    etc.write("hostdns.conf", "listen = 127.0.0.1:5353\n")
    server = start("-c", "/etc/hostdns.conf", listen=None)
    intruder = intrude("127.0.0.1", 5353)
    taken_back(server)
    killed = server.child("serve")
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: server.child("serve") != killed, "another serve process")
    is_served(server)
    etc.write("hostdns.conf", "listen = 127.0.0.1:5353\nworkers = 3\n")
    reload(server)
    is_served(server)
    assert intruder.close() == []


def test_on_5353_a_process_without_descriptors_gives_way_to_one_with_the_new_socket(start, intrude):
    """Connections have used them all."""
    server = start("-o", "tcp-idle=3600", listen="127.0.0.1:5353")
    full = server.child("serve")
    limit_descriptors(full, FREE)
    with streams(server, FREE) as opened:
        for stream in opened:
            stream.ask("localhost")
        intruder = intrude("127.0.0.1", 5353)
        taken_back(server)
        wait_until(lambda: server.child("serve") != full, "another serve process")
    is_served(server)
    assert "no descriptor or memory is left to listen at a new address" in server.errors()
    assert intruder.close() == []


def test_on_5353_what_waits_in_the_old_socket_is_answered(start, intrude):
    """Serve is stopped meanwhile, so that the question is still unread then."""
    server = start(listen="127.0.0.1:5353")
    with standing_still(server.child("serve")):
        early = server.send("localhost")
        intrude("127.0.0.1", 5353)
        taken_back(server)
    assert early.reply().outcome == ["localhost A 127.0.0.1"]


def test_on_5353_a_responder_on_the_wildcard_is_no_intruder(start, intrude):
    server = start(listen="127.0.0.1:5353")
    responder = intrude("0.0.0.0", 5353)
    assert responder.said == "bound"
    intruder = intrude("127.0.0.1", 5353)
    taken_back(server)
    assert intruder.said == "bound"
    is_served(server)
    assert responder.close() == []
    assert server.errors().count("as well") == 1


def test_on_5353_who_shares_no_more_gets_nothing_on_the_wildcard_and_else_is_logged(start, intrude):
    """At the server's own address it may keep the questions."""
    server = start(listen="127.0.0.1:5353")
    responder = intrude("0.0.0.0", 5353, KEEPING)
    assert responder.said == "bound"
    is_served(server)
    assert responder.close() == []
    assert "as well" not in server.errors()
    assert intrude("127.0.0.1", 5353, KEEPING).said == "bound"
    line = (f"uid {UID} has bound a socket to 127.0.0.1:5353 as well, and may get its questions: "
            "the address cannot be taken back: Address already in use")
    wait_until(lambda: line in server.errors(), "the intruder is logged")


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_on_5353_who_shared_no_more_before_is_named(intrude, host):
    """The server does not start beside it."""
    assert intrude(host, 5353, KEEPING).said == "bound"
    refused = subprocess.run([PROGRAM, "-l", "127.0.0.1:5353"], stdin=subprocess.DEVNULL,
                             capture_output=True, text=True, timeout=30, check=False)
    assert refused.returncode == 1
    assert "cannot listen on 127.0.0.1:5353: Address already in use" in refused.stderr


# --- sockets of a service manager ---


@pytest.fixture
def passed():
    """As systemd makes them, with SO_REUSEADDR."""
    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        for sock in tcp, udp:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        tcp.bind(("127.0.0.1", 0))
        tcp.listen()
        udp.bind(tcp.getsockname())
        yield udp, tcp


@pytest.fixture
def activate(start, passed):
    def run(*options):
        command, process = activation(passed)
        return start(*options, listen=None, program=command, **process)

    return run


@pytest.mark.parametrize("workers", WORKERS)
def test_passed_sockets_are_not_shared(activate, workers):
    server = activate("-o", f"workers={workers}")
    nobody_else_fits(server.to)
    is_served(server)


@pytest.mark.parametrize("workers", WORKERS)
def test_an_intruder_between_the_manager_and_the_server_is_out(passed, activate, intrude, workers):
    host, port = passed[0].getsockname()
    intruder = intrude(host, port)
    assert intruder.said == "bound"
    server = activate("-o", f"workers={workers}")
    taken_back(server, f"{host}:{port}")
    is_served(server)
    assert intruder.close() == []
    nobody_else_fits((host, port))
