"""Looks at packets as they pass, and makes networks."""

import concurrent.futures
import contextlib
import ctypes
import os
import socket
import struct
import subprocess
import threading

import dns.message

CLONE_NEWNET = 0x40000000


class Tap:
    """Counts the DNS questions to an address that pass the loopback interface."""

    def __init__(self, address, port=53):
        self.to = (address, port)
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        self.socket.bind(("lo", 3))
        self.socket.setblocking(False)

    def destination(self, packet):
        """(address, port) of a UDP packet, or None."""
        if packet[0] >> 4 == 4 and packet[9] == socket.IPPROTO_UDP:
            head = (packet[0] & 15) * 4
            address = socket.inet_ntop(socket.AF_INET, packet[16:20])
        elif packet[0] >> 4 == 6 and packet[6] == socket.IPPROTO_UDP:
            head, address = 40, socket.inet_ntop(socket.AF_INET6, packet[24:40])
        else:
            return None
        return address, struct.unpack("!H", packet[head + 2:head + 4])[0]

    def packets(self):
        """Those since it was looked last."""
        with contextlib.suppress(BlockingIOError):
            while True:
                packet, (_, _, kind, *_) = self.socket.recvfrom(65535)
                # Each packet on loopback passes twice.
                if kind == socket.PACKET_OUTGOING and self.destination(packet) == self.to:
                    yield packet

    def count(self):
        return sum(1 for _ in self.packets())

    def names(self):
        """What is asked for, in lower case: as often as it is."""
        for packet in self.packets():
            head = (packet[0] & 15) * 4 if packet[0] >> 4 == 4 else 40
            (question,) = dns.message.from_wire(packet[head + 8:]).question
            yield question.name.to_text(omit_final_dot=True).lower()


def ip(command):
    subprocess.run(["ip", *command.split()], check=True)


@contextlib.contextmanager
def with_addresses(*addresses):
    """Gives loopback these addresses, such as "fd00::7/128", for a while."""
    for address in addresses:
        ip(f"address add {address} dev lo{' nodad' if ':' in address else ''}")
    try:
        yield
    finally:
        for address in addresses:
            ip(f"address delete {address} dev lo")


def enter_a_new_network():
    """This thread, and what it starts."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) == -1:
        raise OSError(ctypes.get_errno(), "unshare")
    ip("link set lo up")


class Guest:
    """Another network, in which a thread runs what it is given, one after another."""

    def __init__(self):
        self.thread = concurrent.futures.ThreadPoolExecutor(1)
        self.run(enter_a_new_network)

    def run(self, function, *args, **how):
        return self.thread.submit(function, *args, **how).result()

    def link(self, outer, inner):
        """A cable: `outer` is ours, `inner` the guest's; neither is up."""
        self.run(ip, f"link add {inner} type veth peer name {outer} netns {os.getpid()}")

    def close(self):
        self.thread.shutdown()


def in_a_network_of_its_own(test):
    """Runs a function where nothing but loopback exists and no port is taken."""
    failure = []

    def run():
        try:
            enter_a_new_network()
            test()
        except BaseException as exception:  # pylint: disable=broad-except
            failure.append(exception)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failure:
        raise failure[0]
