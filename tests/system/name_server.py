"""Small name servers that a test runs itself: each records every packet it gets."""

import contextlib
import selectors
import socket
import struct
import threading
import time

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from ask import SO_TIMESTAMPNS, receive_stamped

LOOP_CHECK = b"hostdns-loop-check"  # the second label
BUFFER = 32 << 20  # no question is lost while thousands arrive at once


class Packet:
    """A question as it came, and when, in seconds of the clock."""

    def __init__(self, wire, source, seconds, connection=None):
        self.wire = wire
        self.source = source
        self.seconds = seconds
        self.connection = connection
        self.over_tcp = connection is not None
        self.message = dns.message.from_wire(wire)
        self.id = self.message.id
        self.port = source[1]
        self.name = self.message.question[0].name
        self.type = dns.rdatatype.to_text(self.message.question[0].rdtype)

    @property
    def is_loop_check(self):
        return self.name.labels[1:2] == (LOOP_CHECK,)

    @property
    def question(self):
        """As text, in the letter case in which it came."""
        return self.name.to_text(omit_final_dot=True), self.type

    def reply(self, *data, rcode="NOERROR", flags=dns.flags.RA, name=None, opt=True):
        """The octets of a reply, with records of the asked type."""
        message = dns.message.make_response(self.message)
        message.set_rcode(dns.rcode.from_text(rcode))
        message.flags |= flags
        if not opt:
            message.use_edns(False)
        if data:
            message.answer.append(
                dns.rrset.from_text(name or self.name, 60, "IN", self.type, *data))
        return message.to_wire(max_size=65535)

    def nxdomain(self):
        """With the SOA record that lets caches hold it (RFC 2308)."""
        message = dns.message.from_wire(self.reply(rcode="NXDOMAIN"))
        zone = self.name.split(2)[1]  # the name's last label
        message.authority.append(dns.rrset.from_text(
            zone, 60, "IN", "SOA", "ns.test. admin.test. 1 60 60 60 60"))
        return message.to_wire()


class NameServer(threading.Thread):
    """Answers with what `answer(packet)` returns: octets, or None for silence.

    A test may also leave it silent, wait for a packet, and send whatever it likes. The
    daemon's own questions for loops are answered with NXDOMAIN and recorded apart.
    """

    def __init__(self, address, answer=lambda packet: None, tcp=True, on_stream=None):
        super().__init__(daemon=True)
        self.address = address
        self.answer = answer
        self.on_stream = on_stream  # what to do with a TCP question instead
        self.everything, self.asked = [], []
        self.answered = {}  # {question: when, over UDP}
        self.accepted = 0
        self.news = threading.Condition()
        self.selector = selectors.DefaultSelector()
        self.udp = self.open(socket.SOCK_DGRAM, self.udp_ready)
        self.tcp = self.open(socket.SOCK_STREAM, self.tcp_ready) if tcp else None
        self.connections = []
        self.stop_reading, self.stop_writing = socket.socketpair()
        self.selector.register(self.stop_reading, selectors.EVENT_READ, None)
        self.start()

    def open(self, kind, ready):
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        sock = socket.socket(family, kind)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if kind == socket.SOCK_DGRAM:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
            sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        sock.bind(socket.getaddrinfo(self.address, 53, family, kind)[0][4])
        if kind == socket.SOCK_STREAM:
            sock.listen(1024)
        self.selector.register(sock, selectors.EVENT_READ, ready)
        return sock

    def run(self):
        while True:
            for key, _ in self.selector.select():
                if key.data is None:
                    return
                with contextlib.suppress(OSError):
                    key.data(key.fileobj)

    def close(self):
        if not self.is_alive():
            return
        self.stop_writing.send(b".")
        self.join()
        self.selector.close()
        for sock in [self.udp, self.tcp, self.stop_reading, self.stop_writing,
                     *self.connections]:
            if sock:
                sock.close()

    def udp_ready(self, sock):
        self.take(Packet(*receive_stamped(sock)))

    def tcp_ready(self, sock):
        connection, source = sock.accept()
        self.accepted += 1
        self.connections.append(connection)
        buffer = bytearray()

        def readable(connection):
            chunk = connection.recv(65535)
            if not chunk:
                self.selector.unregister(connection)
                connection.close()
                return
            buffer.extend(chunk)
            while len(buffer) >= 2 and len(buffer) >= 2 + struct.unpack("!H", buffer[:2])[0]:
                end = 2 + struct.unpack("!H", buffer[:2])[0]
                wire = bytes(buffer[2:end])
                del buffer[:end]
                self.take(Packet(wire, source, time.time(), connection))

        self.selector.register(connection, selectors.EVENT_READ, readable)

    def take(self, packet):
        with self.news:
            self.everything.append(packet)
            if not packet.is_loop_check and not self.was_slow_for(packet):
                self.asked.append(packet)
            self.news.notify_all()
        if packet.is_loop_check:
            self.send(packet, packet.reply(rcode="NXDOMAIN"))
        elif packet.over_tcp and self.on_stream:
            self.on_stream(packet)
        elif (wire := self.answer(packet)) is not None:
            if not packet.over_tcp:
                self.answered[packet.question] = time.time()
            self.send(packet, wire)

    def was_slow_for(self, packet):
        """True for a question without EDNS that came before the answer to the same one with
        EDNS left, which may take its time on a busy machine."""
        return (packet.message.edns < 0 and not packet.over_tcp and
                packet.seconds < self.answered.get(packet.question, 0))

    def send(self, packet, wire):
        if packet.over_tcp:
            packet.connection.sendall(struct.pack("!H", len(wire)) + wire)
        else:
            self.udp.sendto(wire, packet.source)

    @property
    def packets(self):
        """Without the daemon's questions for loops."""
        with self.news:
            return list(self.asked)

    @property
    def with_edns(self):
        """Of these, those with an OPT record. Who is not known to answer such is soon asked
        without as well."""
        return [packet for packet in self.packets if packet.message.edns >= 0]

    @property
    def edns(self):
        """0 for each packet with an OPT record, -1 for those without."""
        return [packet.message.edns for packet in self.packets]

    @property
    def questions(self):
        return [packet.question for packet in self.packets]

    def wait_for(self, count, seconds=30):
        """The packets, once there are so many."""
        with self.news:
            assert self.news.wait_for(lambda: len(self.asked) >= count, seconds), (
                f"{self.address} has {len(self.asked)} of {count} questions")
        return self.packets

    def has_been_asked(self, name):
        return any(asked.lower() == name.lower() for asked, _ in self.questions)

    def next(self, seconds=30):
        """The last packet of those so far and one more."""
        return self.wait_for(len(self.packets) + 1, seconds)[-1]


def saying(address4, address6="2001:db8::1"):
    """An answer for addresses and text; no data of other types."""
    data = {"A": [address4], "AAAA": [address6], "TXT": ['"text"'], "MX": ["5 mail.up.test."],
            "PTR": ["pointer.up.test."]}
    return lambda packet: packet.reply(*data.get(packet.type, []))


def with_rcode(rcode):
    return lambda packet: packet.reply(rcode=rcode)
