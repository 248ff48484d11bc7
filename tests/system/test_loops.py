"""A name server that is hostdnsd itself is not asked: no packets go round."""

import contextlib
import itertools
import os
import pathlib
import random
import re
import socket
import subprocess
import threading

import dns.edns
import pytest

from ask import PROMISE_SECONDS, Server, gather, make
from daemon import children_of, wait_until
from name_server import NameServer, saying
from network import Tap, in_a_network_of_its_own
from tables import table
from test_beside_resolved import LINES, STUB

HANDFUL = 4
OWN = "127.0.0.53"
FORWARDER, SECOND_FORWARDER, GOOD = "127.0.2.1", "127.0.2.2", "127.0.2.3"
A = ["a.example.test A 192.0.2.1"]
LOCALHOST = ["localhost A 127.0.0.1"]


@pytest.fixture
def forwarders():
    """Starts forwarders: name servers that pass each question on to another address."""
    running = []

    def run(address, to, change=lambda wire: wire, kind=None):
        def pass_on(packet):
            threading.Thread(target=carry, args=(packet,), daemon=True).start()

        def carry(packet):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                sock.settimeout(PROMISE_SECONDS)
                sock.connect(to)
                sock.send(change(packet.wire))
                with contextlib.suppress(OSError):
                    reply = bytearray(sock.recv(65535))
                    reply[:2] = packet.wire[:2]
                    server.send(packet, bytes(reply))

        server = (kind or Forwarder)(address, pass_on)
        running.append(server)
        return server

    yield run
    for server in running:
        server.close()


class Forwarder(NameServer):
    """Passes on the daemon's questions for loops too."""

    def take(self, packet):
        with self.news:
            self.everything.append(packet)
            self.news.notify_all()
        self.answer(packet)


def cpu_seconds(server):
    """Of all its processes so far."""
    ticks = 0
    for pid in [server.pid, *(pid for pid, _ in children_of(server.pid))]:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def assert_loop(reply):
    assert reply.outcome == "SERVFAIL"
    assert reply.seconds < PROMISE_SECONDS / 2, "nobody is waited for"
    code, text = reply.extended_error
    assert code == dns.edns.EDECode.NETWORK_ERROR
    assert "loop" in text


def loop_lines(server):
    return [line for line in server.errors().splitlines() if "loop" in line]


# --- resolv.conf names our own address ---


@pytest.fixture
def looping(start, etc):
    """A server that is its own name server."""
    etc.write("resolv.conf", f"nameserver {OWN}\n")
    return start(listen=f"{OWN}:53")


@table("rdtype", ["A", "AAAA", "MX", "PTR", "ANY"])
def test_the_extended_error_says_loop(looping, rdtype):
    name = "77.2.0.192.in-addr.arpa" if rdtype == "PTR" else "a.example.test"
    assert_loop(looping.ask(name, rdtype, edns=True))


@pytest.mark.row("9.5")
def test_the_only_packet_is_the_clients(looping):
    looping.ask("localhost")
    tap = Tap(OWN)
    for number in range(20):
        assert_loop(looping.ask(f"n{number}.loop.test", edns=True))
    packets = tap.count()
    print(f"{packets} packets for 20 questions")
    assert packets == 20


@pytest.mark.row("9.5")
def test_one_line_is_logged(looping):
    for number in range(20):
        looping.ask(f"n{number}.loop.test")
    (line,) = loop_lines(looping)
    assert OWN in line


@pytest.mark.row("9.5")
def test_no_cpu_time_is_burnt(looping):
    before = cpu_seconds(looping)
    gather([looping.send(f"n{number}.loop.test") for number in range(100)])
    used = cpu_seconds(looping) - before
    print(f"{used:.2f} seconds of CPU time for 100 questions")
    assert used < 0.5


def test_local_names_are_answered(looping):
    assert looping.ask("a.example.test").outcome == "SERVFAIL"
    assert looping.ask("v4only.lab").outcome == ["v4only.lab A 10.0.0.4"]


def test_names_are_answered_when_resolv_conf_is_corrected(looping, etc):
    assert looping.ask("a.example.test").outcome == "SERVFAIL"
    etc.write("resolv.conf", "nameserver 127.0.0.2\n")
    looping.ask_until(A, "a.example.test")


@pytest.mark.row("9.5")
def test_the_loop_is_found_again_when_resolv_conf_is_spoilt_again(start, etc):
    server = start(listen=f"{OWN}:53")
    assert server.ask("a.example.test").outcome == A
    etc.write("resolv.conf", f"nameserver {OWN}\n")
    assert_loop(server.ask("b.example.test", edns=True))


def test_another_server_beside_ourselves_is_asked_at_once(start, etc):
    etc.write("resolv.conf", f"nameserver {OWN}\nnameserver 127.0.0.2\noptions attempts:1\n")
    server = start(listen=f"{OWN}:53")
    tap = Tap(OWN)
    reply = server.ask("a.example.test")
    assert reply.outcome == A
    assert reply.seconds < 2, "a turn is 2.1 seconds long"
    assert tap.count() == 1


def test_the_same_address_with_another_port_is_another_server(start, etc):
    """Name servers have port 53 and we have not."""
    etc.write("resolv.conf", "nameserver 127.0.0.1\n")
    server = start(listen="127.0.0.1:0")
    assert server.ask("a.example.test").outcome == A
    assert loop_lines(server) == []


def test_one_of_several_listening_addresses(start, etc):
    etc.write("resolv.conf", f"nameserver {OWN}\n")
    server = start("-l", f"{OWN}:53")
    assert_loop(server.ask("a.example.test", edns=True))


# --- where port 53 of 127.0.0.1 is ours ---


@pytest.mark.parametrize("resolv_conf, listen, address", [
    pytest.param(None, "127.0.0.1:53", "127.0.0.1", id="no resolv.conf"),
    pytest.param("", "127.0.0.1:53", "127.0.0.1", id="empty"),
    pytest.param("options timeout:1\n", "127.0.0.1:53", "127.0.0.1", id="no name server"),
    pytest.param("nameserver 127.0.0.1\n", "127.0.0.1:53", "127.0.0.1", id="127.0.0.1"),
    pytest.param("nameserver ::1\n", "[::1]:53", "::1", id="::1"),
    # Other ways to say the same.
    pytest.param("nameserver 0.0.0.0\n", "127.0.0.1:53", "127.0.0.1", id="0.0.0.0"),
    pytest.param("nameserver ::\n", "[::1]:53", "::1", id="::"),
    pytest.param("nameserver ::ffff:127.0.0.1\n", "127.0.0.1:53", "127.0.0.1", id="mapped"),
])
def test_the_name_server_is_ourselves(start, etc, resolv_conf, listen, address):
    if resolv_conf is None:
        etc.remove("resolv.conf")
    else:
        etc.write("resolv.conf", resolv_conf)

    def test():
        server = start(listen=listen)
        tap = Tap(address)
        assert_loop(server.ask("a.example.test", edns=True))
        packets = tap.count() - 1
        print(f"{packets} packets to ourselves for the first question")
        assert packets <= HANDFUL
        assert_loop(server.ask("b.example.test", edns=True))
        assert tap.count() == 1, "the client's"
        assert len(loop_lines(server)) == 1
        assert server.ask("localhost").outcome == LOCALHOST

    in_a_network_of_its_own(test)


# --- through a forwarder ---


def turn_letters(wire):
    """A forwarder that uses 0x20: each letter in a random case."""
    end = wire.index(b"\0", 12)
    name = re.sub(rb"[a-z]", lambda m: random.choice([m[0], m[0].upper()]), wire[12:end])
    return wire[:12] + name + wire[end:]


def another_id(wire):
    return os.urandom(2) + wire[2:]


def without_edns(wire):
    """The OPT record of hostdnsd's questions is their last 11 octets."""
    return wire[:10] + b"\0\0" + wire[12:-11]


@pytest.mark.row("9.5")
@pytest.mark.parametrize("change", [lambda wire: wire, another_id, turn_letters, without_edns],
                         ids=["as it is", "another id", "0x20", "without EDNS"])
def test_a_forwarder_that_points_back(start, etc, forwarders, change):
    etc.write("resolv.conf", f"nameserver {FORWARDER}\n")
    server = start()
    forwarder = forwarders(FORWARDER, server.to, change)
    before = cpu_seconds(server)
    assert_loop(server.ask("a.example.test", edns=True))
    packets = len(forwarder.everything)
    used = cpu_seconds(server) - before
    print(f"{packets} packets to the forwarder for the first question, {used:.2f} s of CPU time")
    assert packets <= HANDFUL
    assert used < 0.5


def test_a_forwarder_that_points_back_is_asked_once(start, etc, forwarders):
    etc.write("resolv.conf", f"nameserver {FORWARDER}\n")
    server = start()
    forwarder = forwarders(FORWARDER, server.to)
    assert_loop(server.ask("first.example.test", edns=True))
    # The check and the question, which may still wait for the forwarder to read it.
    wait_until(lambda: len(forwarder.everything) >= 2, "both at the forwarder")
    for number in range(20):
        assert_loop(server.ask(f"n{number}.example.test", edns=True))
    assert len(forwarder.everything) <= 3, "and a check of the name, on a busy machine"
    (line,) = loop_lines(server)
    assert FORWARDER in line


def test_many_questions_at_once_find_the_loop(start, etc, forwarders):
    etc.write("resolv.conf", f"nameserver {FORWARDER}\n")
    server = start()
    forwarder = forwarders(FORWARDER, server.to)
    before = cpu_seconds(server)
    replies = gather([server.send(f"n{number}.example.test", "A", edns=True)
                      for number in range(50)])
    for reply in replies:
        assert_loop(reply)
    packets = len(forwarder.everything)
    print(f"{packets} packets to the forwarder for 50 questions at once")
    assert packets <= HANDFUL * 50
    assert cpu_seconds(server) - before < 1
    assert len(loop_lines(server)) == 1


def test_a_forwarder_that_knows_special_names(start, etc, forwarders):
    """RFC 6761 section 6.4: caching servers answer names below "invalid" themselves."""
    class Special(Forwarder):
        def take(self, packet):
            if packet.name.labels[-2] == b"invalid":
                self.send(packet, packet.nxdomain())
            else:
                super().take(packet)

    etc.write("resolv.conf", f"nameserver {FORWARDER}\n")
    server = start()
    forwarder = forwarders(FORWARDER, server.to, kind=Special)
    reply = server.ask("a.example.test", edns=True)
    packets = len(forwarder.everything)
    print(f"{packets} packets to the forwarder, {reply.extended_error}")
    assert packets <= HANDFUL
    assert_loop(reply)


def test_unbound_that_points_back(start, etc, tmp_path):
    """A real one."""
    etc.write("resolv.conf", f"nameserver {FORWARDER}\n")
    server = start()
    conf = tmp_path / "unbound.conf"
    conf.write_text(f"""server:
  interface: {FORWARDER}
  port: 53
  do-daemonize: no
  username: ""
  chroot: ""
  directory: "{tmp_path}"
  pidfile: ""
  use-syslog: no
  do-not-query-localhost: no
  local-zone: "test." nodefault
  module-config: "iterator"
remote-control:
  control-enable: no
forward-zone:
  name: "."
  forward-addr: {server.to[0]}@{server.to[1]}
""")
    process = subprocess.Popen(["unbound", "-c", conf], stderr=subprocess.DEVNULL,
                               env={**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin"})
    try:
        question = make("id.server", "TXT", "CH").to_wire()

        def is_up():
            with contextlib.suppress(OSError):
                return Server(FORWARDER, 53).raw(question, 1)

        wait_until(is_up, "unbound answers")
        tap = Tap(*server.to)
        before = cpu_seconds(server)
        reply = server.ask("a.example.test", edns=True)
        packets = tap.count() - 1
        print(f"{packets} packets from unbound, {reply.extended_error}")
        assert packets <= 5 * HANDFUL, "unbound itself asks again"
        assert cpu_seconds(server) - before < 0.5
        assert_loop(reply)
    finally:
        process.terminate()
        process.wait()


def test_a_chain_of_two_forwarders(start, etc, forwarders):
    etc.write("resolv.conf", f"nameserver {FORWARDER}\n")
    server = start()
    chain = [forwarders(FORWARDER, (SECOND_FORWARDER, 53), another_id),
             forwarders(SECOND_FORWARDER, server.to, turn_letters)]
    assert_loop(server.ask("a.example.test", edns=True))
    assert max(len(forwarder.everything) for forwarder in chain) <= HANDFUL


def test_two_forwarders_that_point_back(start, etc, forwarders):
    etc.write("resolv.conf", f"nameserver {FORWARDER}\nnameserver {SECOND_FORWARDER}\n")
    server = start()
    both = [forwarders(address, server.to) for address in (FORWARDER, SECOND_FORWARDER)]
    assert_loop(server.ask("a.example.test", edns=True))
    assert max(len(forwarder.everything) for forwarder in both) <= HANDFUL
    assert_loop(server.ask("b.example.test", edns=True))


def test_a_good_server_beside_the_forwarder(start, etc, forwarders):
    etc.write("resolv.conf", f"nameserver {FORWARDER}\nnameserver {GOOD}\n")
    server = start()
    forwarder = forwarders(FORWARDER, server.to)
    good = NameServer(GOOD, saying("192.0.2.7"))
    fresh = itertools.count()

    def is_left_out():
        packets = len(forwarder.everything)
        name = f"n{next(fresh)}.up.test"
        assert server.ask(name).outcome == [f"{name} A 192.0.2.7"]
        return len(forwarder.everything) == packets

    try:
        assert not is_left_out()
        wait_until(is_left_out, "the forwarder to be known for what it is")
        assert len(forwarder.everything) <= HANDFUL
    finally:
        good.close()


@table("line", [*LINES.values(), "resolve [!UNAVAIL=return] files", "resolve files"])
def test_a_stub_that_sends_everything_here_leaves_the_other_sources(start, etc, forwarders, line):
    etc.write("nsswitch.conf", f"hosts: {line}\n")
    etc.write("resolv.conf", f"nameserver {STUB}\n")
    server = start("-o", "cache-size=0")
    stub = forwarders(STUB, server.to)

    def is_asked():
        server.ask("a.example.test")
        return stub.everything

    wait_until(is_asked, "it to be seen that resolved runs")
    try:
        for _ in range(3):
            assert server.ask("v4only.lab").outcome == ["v4only.lab A 10.0.0.4"]
            assert server.ask("v4only.lab", "AAAA").outcome == "NODATA"
            assert_loop(server.ask("a.example.test", edns=True))
            assert_loop(server.ask("a.example.test", "MX", edns=True))
        assert len(stub.everything) <= 2 * HANDFUL
        if "dns" in line:
            etc.write("resolv.conf", "nameserver 127.0.0.2\n")
            server.ask_until(A, "a.example.test")
    finally:
        stub.close()


def test_this_server_at_the_stubs_address_is_no_stub(start, etc):
    etc.write("nsswitch.conf", f"hosts: {LINES['fedora']}\n")
    server = start(listen=f"{STUB}:53")
    assert server.ask("a.example.test").outcome == ["a.example.test A 192.0.2.1"]
    assert server.ask("nosuch.example.test").outcome == "NXDOMAIN"
    assert server.ask("v4only.lab").outcome == ["v4only.lab A 10.0.0.4"]


def test_names_are_answered_when_the_forwarder_is_no_longer_named(start, etc, forwarders):
    etc.write("resolv.conf", f"nameserver {FORWARDER}\n")
    server = start()
    forwarders(FORWARDER, server.to)
    assert server.ask("a.example.test").outcome == "SERVFAIL"
    etc.write("resolv.conf", "nameserver 127.0.0.2\n")
    server.ask_until(A, "a.example.test")


def test_a_forwarder_that_is_corrected(start, etc, forwarders):
    """With a file of the host's, or one touched, it is asked again at once."""
    etc.write("resolv.conf", f"nameserver {FORWARDER}\n")
    server = start()
    looping = forwarders(FORWARDER, server.to)
    assert_loop(server.ask("a.example.test", edns=True))
    looping.close()
    forwarders(FORWARDER, ("127.0.0.2", 53))
    etc.write("resolv.conf", f"nameserver {FORWARDER}\n")
    server.ask_until(A, "a.example.test")


def test_a_forwarder_that_points_elsewhere_is_no_loop(start, etc, forwarders):
    etc.write("resolv.conf", f"nameserver {FORWARDER}\n")
    server = start()
    forwarders(FORWARDER, ("127.0.0.2", 53))
    assert server.ask("a.example.test").outcome == A
    assert server.ask("nosuch.example.test").outcome == "NXDOMAIN"
    assert loop_lines(server) == []


def test_a_client_cannot_make_up_a_loop(start, etc):
    """It cannot guess the name that is asked to find loops."""
    server = start()
    assert server.ask("a.example.test").outcome == A
    reply = server.ask("0123456789abcdef.hostdns-loop-check", edns=True)
    assert reply.outcome == "NXDOMAIN"
    assert server.ask("b.example.test").rcode in ("NOERROR", "NXDOMAIN")
    assert loop_lines(server) == []
