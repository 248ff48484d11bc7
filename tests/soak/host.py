"""What stands around the server of a soak: a router, name servers, and its log's reader."""

import contextlib
import fcntl
import json
import os
import pathlib
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

from ask import Server, make
from daemon import wait_until
from network import Guest, ip
from questions import KNOT

FLAPPING = "10.9.0.2"  # in a network of its own, behind a cable
SECOND_FAULT_SERVER = "127.0.0.5"
NEVER_ANSWERS = "127.0.0.3"
FAULT_SERVER = "127.0.0.2"
RESOLV_CONF = [  # (the fault server among them, all of them)
    (FAULT_SERVER, (FLAPPING, FAULT_SERVER, KNOT)),
    (SECOND_FAULT_SERVER, (NEVER_ANSWERS, SECOND_FAULT_SERVER, KNOT)),
    (FAULT_SERVER, (FAULT_SERVER, FLAPPING, KNOT)),
    (SECOND_FAULT_SERVER, (SECOND_FAULT_SERVER, NEVER_ANSWERS, KNOT)),
]
ROUTED = "fd09:9:9:9::/64"  # what the router tells of
LIFETIME = 1800  # seconds
ROUTER_ADVERTISEMENT = struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, LIFETIME, 0, 0)  # RFC 4861 4.2
PREFIX = struct.pack("!BBBBIII", 3, 4, 64, 0xc0, LIFETIME, LIFETIME, 0)  # RFC 4861 4.6.2
# One that does not forward says that it is no router when it is asked for its hardware address, and
# then routes that lead there go (RFC 4861 section 7.2.5).
FORWARDING = pathlib.Path("/proc/sys/net/ipv6/conf/all/forwarding")
NETWORK_CHANGE = b"addresses or routes have changed"
PIPE = 4096  # octets, which few lines fill
FAULT_SERVER = pathlib.Path(__file__).parents[1] / "system/fault_server.py"


def resolv_conf(servers):
    lines = "".join(f"nameserver {server}\n" for server in servers)
    return f"{lines}options timeout:1 attempts:2\n"


@contextlib.contextmanager
def network():
    """The guest at the other end of a cable."""
    guest = Guest()
    try:
        guest.link("host0", "guest0")
        guest.run(ip, f"address add {FLAPPING}/24 dev guest0")
        guest.run(ip, "link set guest0 addrgenmode none")  # the router has one address
        guest.run(FORWARDING.write_text, "1")
        guest.run(ip, "address add fe80::9:2/64 dev guest0 nodad")
        guest.run(ip, "link set guest0 up")
        ip("address add 10.9.0.1/24 dev host0")
        ip("link set host0 up")
        yield guest
        ip("link delete host0")
    finally:
        guest.close()


class Router:
    """Its advertisements refresh an address and a route of ours."""

    def __init__(self, guest):
        guest.run(self.open)

    def open(self):
        self.socket = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
        self.to = "ff02::1", 0, 0, socket.if_nametoindex("guest0")

    def advertise(self):
        prefix = socket.inet_pton(socket.AF_INET6, ROUTED.partition("/")[0])
        self.socket.sendto(ROUTER_ADVERTISEMENT + PREFIX + prefix, self.to)

    @staticmethod
    def has_been_heard():
        """The address is there, and none is tentative any more, so that no other comes."""
        said = subprocess.run(["ip", "-j", "-6", "address", "show", "dev", "host0"],
                              capture_output=True, check=True).stdout
        addresses = json.loads(said)[0]["addr_info"]
        return {one["scope"] for one in addresses} == {"global", "link"} and not any(
            one.get("tentative") for one in addresses)


class NameServer:
    """A process that can be stopped as a hung machine is."""

    def __init__(self, address, start):
        self.address, self.process = address, start()
        self.is_stopped = False

    def answers(self):
        with contextlib.suppress(OSError):
            return Server(self.address, 53).raw(make("ns.lab").to_wire(), seconds=0.2)

    def flap(self):
        self.is_stopped = not self.is_stopped
        self.process.send_signal(signal.SIGSTOP if self.is_stopped else signal.SIGCONT)

    def close(self):
        self.process.kill()
        self.process.wait()


def knot(guest, folder):
    """With the zones of the lab."""
    lab = pathlib.Path("/etc/lab/knot.conf").read_text()
    conf = folder / "knot.conf"
    conf.write_text(lab.replace("/etc/lab", str(folder)).replace("127.0.0.1@53, ::1@53",
                                                                 f"{FLAPPING}@53"))
    server = NameServer(FLAPPING, lambda: guest.run(subprocess.Popen, ["knotd", "-c", conf]))
    wait_until(lambda: guest.run(server.answers), "the name server")
    return server


def fault_server():
    server = NameServer(SECOND_FAULT_SERVER, lambda: subprocess.Popen(
        [sys.executable, FAULT_SERVER, SECOND_FAULT_SERVER], stdout=subprocess.PIPE))
    assert server.process.stdout.readline() == b"ready\n"
    return server


class LogReader(threading.Thread):
    """Reads what the server logs, unless it is stuck. Keeps the last lines, without those about
    questions and about lines that were lost, and what valgrind says."""

    def __init__(self):
        super().__init__()
        self.reader, self.writer = os.pipe()
        fcntl.fcntl(self.writer, fcntl.F_SETPIPE_SZ, PIPE)
        self.may_read, self.over = threading.Event(), threading.Event()
        self.may_read.set()
        self.lines, self.last, self.rest = 0, [], b""
        self.network_changes, self.reports = [], []

    def run(self):
        while not self.over.is_set():
            self.may_read.wait()
            if select.select([self.reader], [], [], 0.2)[0]:
                self.take(os.read(self.reader, 65536))

    def take(self, chunk):
        *lines, self.rest = (self.rest + chunk).split(b"\n")
        self.lines += len(lines)
        self.network_changes += [time.monotonic() for line in lines if NETWORK_CHANGE in line]
        told = [line.decode(errors="replace") for line in lines
                if not re.search(rb" asks .* over (UDP|TCP): | lines? lost, ", line)]
        self.last = [*self.last, *told][-200:]
        self.reports += [line for line in told if line.startswith("==")]

    def close(self):
        self.over.set()
        self.may_read.set()
        self.join()
        os.close(self.reader)
        os.close(self.writer)
