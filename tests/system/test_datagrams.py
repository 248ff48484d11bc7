"""UDP: packets that must not be answered, sent again, or larger than their path."""

import os
import socket
import struct
import subprocess
import threading

import pytest

from ask import PROMISE_SECONDS, SLACK_SECONDS, Over, Reply, make
from daemon import wait_until
from network import Tap, in_a_network_of_its_own, ip
from tables import table
from waiting import waiting

V4 = ["v4only.lab A 10.0.0.4"]
ADDRESS = "127.0.0.1"
IP_HEADER, UDP_HEADER = 20, 8


def spoof(wire, source, to):
    """Sends a datagram that says it comes from `source`."""
    length = UDP_HEADER + len(wire)
    datagram = struct.pack("!4H", source[1], to[1], length, 0) + wire
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, IP_HEADER + length, 0, 0, 64,
                         socket.IPPROTO_UDP, 0, socket.inet_aton(source[0]),
                         socket.inet_aton(to[0]))
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as sock:
        sock.sendto(header + datagram, (to[0], 0))


BAIT = {
    "a good question": make("v4only.lab").to_wire(),
    "FORMERR": make("v4only.lab").to_wire()[:-3],
    "NOTIMP": make("v4only.lab").to_wire()[:2] + b"\x20\0" + make("v4only.lab").to_wire()[4:],
}


@pytest.mark.row("7.4")
@table("what", BAIT)
def test_packets_from_port_0_are_dropped(server, what):
    """Nobody can be there."""
    tap = Tap(ADDRESS, 0)
    spoof(BAIT[what], (ADDRESS, 0), server.to)
    assert server.ask("v4only.lab").outcome == V4
    assert tap.count() == 0


@pytest.mark.row("7.4", "7.5")
@table("what", BAIT)
def test_packets_from_ourselves_are_dropped(server, what):
    tap = Tap(*server.to)
    spoof(BAIT[what], server.to, server.to)
    assert server.ask("v4only.lab").outcome == V4
    assert tap.count() == 2, "the spoofed one and the good question"


@pytest.mark.row("7.5")
@table("what", BAIT)
def test_two_servers_do_not_talk_to_each_other(start, what):
    """The reply is a reply, and nobody answers that."""
    first, second = start(), start()
    taps = [Tap(*server.to) for server in (first, second)]
    spoof(BAIT[what], second.to, first.to)
    for server in first, second:
        assert server.ask("v4only.lab").outcome == V4
    assert [tap.count() for tap in taps] == [2, 2]


@pytest.mark.row("7.2")
def test_garbage_behind_a_header_has_true_counts(either):
    for length in range(12, 60):
        wire = either.raw(b"\x12\x34\x01\x00\0\1\xff\xff\xff\xff\xff\xff" + b"\x3f" * (length - 12))
        assert wire == bytes.fromhex("1234 8181 0000 0000 0000 0000")


@pytest.mark.row("7.6")
@table("rdtype", ["A", "MX"])
def test_the_same_packet_again_costs_no_second_lookup(start, etc, upstream, fresh, rdtype):
    etc.write("resolv.conf", "nameserver 127.0.0.2\n")
    server = start()  # one that has not just seen an edit
    server.ask(fresh("qok-ok"))  # the name server is known to answer what has an OPT record
    name = fresh("qslow1-ok")
    query = make(name, rdtype)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect(server.to)
        sock.settimeout(PROMISE_SECONDS + SLACK_SECONDS)
        for _ in range(3):
            sock.send(query.to_wire())
        assert Reply(query, sock.recv(65535)).rcode == "NOERROR"
        end = make("v4only.lab")
        sock.send(end.to_wire())
        more = 0
        while (wire := sock.recv(65535))[:2] != end.to_wire()[:2]:
            assert Reply(query, wire).rcode == "NOERROR"
            more += 1
    assert more <= 2
    assert upstream.asked(name) == {rdtype: 1}


@pytest.mark.row("7.7")
def test_hung_names_delay_no_other(start, etc, transport):
    etc.write("resolv.conf", "nameserver 127.0.0.3\n")
    server = start()
    hung = [server.send(f"hung{number}.example.test", rdtype)
            for number in range(50) for rdtype in ("A", "TXT")]
    for _ in range(10):
        reply = Over(server, transport).ask("v4only.lab")
        assert reply.outcome == V4
        assert reply.seconds < PROMISE_SECONDS / 2
    for pending in hung:
        pending.socket.close()


@pytest.mark.row("4.25")
@waiting
@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize("rdtype", ["A", "MX"])
def test_nobody_waits_in_vain(host, transport, rdtype):
    servers = [host.name_server(), host.name_server()]
    host.resolv_conf(servers, "timeout:5 attempts:2")
    replies = []
    asker = threading.Thread(target=lambda: replies.append(
        Over(host.server, transport).ask(host.name(), rdtype, edns=True)))
    asker.start()
    servers[0].wait_for(1)
    yield
    asker.join()
    (reply,) = replies
    assert reply.outcome == "SERVFAIL"
    assert reply.seconds < PROMISE_SECONDS + SLACK_SECONDS
    assert reply.extended_error[0] in (22, 23)


# --- a path that takes little ---

MTU = 600
CLIENT_SPACE, PATH_ADDRESS = "10.6.0.0/24", "10.6.0.1"
MANY = "".join(f"10.6.1.{last} big.lab\n" for last in range(1, 61))


@pytest.mark.row("7.9")
def test_a_reply_the_path_cannot_take_is_truncated(start, etc):
    """RFC 9715: not fragmented. As many whole records as the path takes, TC, and OPT."""
    etc.add("hosts", MANY)

    def test():
        ip(f"link set lo mtu {MTU}")
        reply = start().ask("big.lab", edns=True)
        assert reply.truncated
        assert reply.answer
        assert len(reply.wire) <= MTU - IP_HEADER - UDP_HEADER

    in_a_network_of_its_own(test)


@pytest.mark.row("7.9")
def test_a_reply_over_a_veth_with_a_small_mtu(start, etc):
    """A client in another network, such as a container."""
    etc.add("hosts", MANY)

    def test():
        for line in ("link add inner type veth peer name outer", "link set inner up mtu 600",
                     f"address add {PATH_ADDRESS}/24 dev inner", "link set outer up mtu 600"):
            ip(line)
        server = start("-o", f"allow={CLIENT_SPACE}", listen=f"{PATH_ADDRESS}:0")
        other = subprocess.Popen(["unshare", "--net", "cat"], stdin=subprocess.PIPE)
        try:
            answer_from_a_namespace(server, other.pid)
        finally:
            other.stdin.close()
            other.wait()

    in_a_network_of_its_own(test)


def answer_from_a_namespace(server, pid):
    """dig asks in the network of that process, at the other end of the cable."""
    wait_for_namespace(pid)
    ip(f"link set outer netns {pid}")
    inside = ["nsenter", "--target", str(pid), "--net"]
    for line in ("link set outer up mtu 600", "address add 10.6.0.2/24 dev outer"):
        subprocess.run([*inside, "ip", *line.split()], check=True)
    said = subprocess.run(
        [*inside, "dig", f"@{PATH_ADDRESS}", "-p", str(server.to[1]), "+ignore", "+tries=1",
         "+time=5", "+bufsize=1232", "big.lab"], capture_output=True, text=True, check=True).stdout
    assert "flags: qr tc rd ra;" in said
    assert "EDNS: version: 0" in said
    size = int(said.partition("MSG SIZE  rcvd: ")[2])
    assert 300 < size <= MTU - IP_HEADER - UDP_HEADER


def wait_for_namespace(pid):
    """Until unshare has done its work."""
    own = os.readlink("/proc/thread-self/ns/net")
    wait_until(lambda: os.readlink(f"/proc/{pid}/ns/net") != own, "another network")
