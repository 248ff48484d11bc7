"""Looks at packets as they pass, and makes networks."""

import contextlib
import ctypes
import socket
import struct
import subprocess
import threading

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

    def count(self):
        number = 0
        with contextlib.suppress(BlockingIOError):
            while True:
                packet, (_, _, kind, *_) = self.socket.recvfrom(65535)
                # Each packet on loopback passes twice.
                number += kind == socket.PACKET_OUTGOING and self.destination(packet) == self.to
        return number


def in_a_network_of_its_own(test):
    """Runs a function where nothing but loopback exists and no port is taken."""
    failure = []

    def run():
        try:
            if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) == -1:
                raise OSError(ctypes.get_errno(), "unshare")
            subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
            test()
        except BaseException as exception:  # pylint: disable=broad-except
            failure.append(exception)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failure:
        raise failure[0]
