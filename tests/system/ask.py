"""Asks a DNS server and checks what must be true of every reply.

dnspython writes the questions and reads the replies; nothing here is shared with the
programs under test.
"""

import itertools
import selectors
import socket
import struct
import time

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype

PROMISE_SECONDS = 4.5  # every question is answered within
SLACK_SECONDS = 1.5  # what a busy machine may add before the test sees the reply
PATIENCE_SECONDS = PROMISE_SECONDS + 2 * SLACK_SECONDS  # with thousands of them

HEADER = 12
SO_TIMESTAMPNS = 35  # of Linux; Python has no name for it
# A signature may come after the CNAME that it signs; a DNAME stands above the asked name.
ABOUT_OTHERS = (dns.rdatatype.RRSIG, dns.rdatatype.DNAME)
ids = itertools.count(1)


def make(name, rdtype="A", rdclass="IN", *, edns=False, rd=True, size=1232, options=(), **more):
    """A question as a dnspython message. `name` is text ("\\DDD" for odd octets) or labels."""
    if not isinstance(name, str):
        name = dns.name.Name([*name, b""])
    query = dns.message.make_query(
        name, rdtype, rdclass, use_edns=0 if edns else False,
        payload=size if edns else None, options=list(options) if edns else None, **more)
    query.id = next(ids) % 65536
    if not rd:
        query.flags &= ~dns.flags.RD
    return query


class Reply:
    """A reply to `query`, checked for what every reply must be."""

    def __init__(self, query, wire, seconds=0.0, tcp=False):
        self.query = query
        self.wire = wire
        self.seconds = seconds
        self.message = dns.message.from_wire(wire, one_rr_per_rrset=True, raise_on_truncation=False)
        self.rcode = dns.rcode.to_text(self.message.rcode())
        self.truncated = bool(self.message.flags & dns.flags.TC)
        self.edns = self.message.edns >= 0
        self.answer = [self.record(rr) for rr in self.message.answer]
        check_header(query, self.message)
        check_question(query, wire)
        check_records(query, self)
        assert self.edns == (query.edns >= 0), "OPT if and only if the question had one"
        if tcp:
            assert not self.truncated, "a stream has room for every message"
        else:
            assert len(wire) <= max(512, query.payload if query.edns >= 0 else 512)

    @staticmethod
    def record(rr):
        """A record without its TTL: "name TYPE data"."""
        name = rr.name.to_text(omit_final_dot=True)
        data = rr[0].to_text().removesuffix(".")
        return f"{name} {dns.rdatatype.to_text(rr.rdtype)} {data}"

    @property
    def outcome(self):
        """The records, or in one word why there are none; behind CNAMEs that word is last."""
        if self.rcode != "NOERROR":
            assert not self.answer or self.rcode == "NXDOMAIN"
            return [*self.answer, self.rcode] if self.answer else self.rcode
        return self.answer or "NODATA"

    @property
    def ttls(self):
        """[(record, TTL)] of the answer."""
        return [(self.record(rr), rr.ttl) for rr in self.message.answer]

    @property
    def soa(self):
        """[(owner, TTL, MINIMUM)] of the SOA records in the authority section."""
        return [(rr.name.to_text(), rr.ttl, rr[0].minimum) for rr in self.message.authority
                if rr.rdtype == dns.rdatatype.SOA]

    def of_type(self, rdtype):
        """The data of the records of one type, in any section."""
        message = self.message
        return [rr[0].to_text() for rr in message.answer + message.authority + message.additional
                if rr.rdtype == dns.rdatatype.from_text(rdtype)]

    @property
    def extended_error(self):
        """(code, text) of RFC 8914, or None."""
        errors = [o for o in self.message.options if o.otype == dns.edns.OptionType.EDE]
        assert len(errors) <= 1
        return (int(errors[0].code), errors[0].text or "") if errors else None


def check_header(query, reply):
    assert reply.id == query.id
    assert reply.opcode() == query.opcode()
    assert reply.flags & dns.flags.QR
    assert not reply.flags & dns.flags.AA, "no authority for anything"
    assert not reply.flags & dns.flags.AD, "nothing is validated"
    assert not reply.flags & 0x0040, "Z is zero (RFC 1035 section 4.1.1)"
    for copied in dns.flags.RD, dns.flags.CD:
        assert reply.flags & copied == query.flags & copied
    if query.flags & dns.flags.RD:
        assert reply.flags & dns.flags.RA, "or glibc takes an empty answer for a lame one"


def check_question(query, wire):
    """Octet for octet, letter case too: clients drop a reply to another question."""
    name = query.question[0].name.to_wire()
    end = HEADER + len(name) + 4
    assert wire[4:6] == b"\0\1"
    assert wire[HEADER:end] == query.to_wire()[HEADER:end]


def check_records(query, reply):
    """The chain starts at the asked name and each owner can be reached (RFC 1034 3.6.2)."""
    assert len(set(reply.answer)) == len(reply.answer), "no duplicates (RFC 2181 section 5)"
    ttls = {(rr.name, rr.rdtype, rr.covers, rr.ttl) for rr in reply.message.answer}
    assert len(ttls) == len({key[:3] for key in ttls}), "one TTL (RFC 2181 section 5.2)"
    question = query.question[0]
    owners = [question.name]
    for rr in reply.message.answer:
        assert rr.rdclass == question.rdclass or (question.rdclass == dns.rdataclass.ANY and
                                                  rr.rdclass == dns.rdataclass.IN)
        assert rr.name == owners[-1] or rr.rdtype in ABOUT_OTHERS
        if rr.rdtype == dns.rdatatype.CNAME:
            owners.append(rr[0].target)
        elif rr.rdtype not in ABOUT_OTHERS:
            assert question.rdtype in (rr.rdtype, dns.rdatatype.ANY)


def receive_stamped(sock):
    """(datagram, sender, when the kernel got it): a busy test may come to read it later."""
    wire, data, _, source = sock.recvmsg(65535, socket.CMSG_SPACE(16))
    (_, _, stamp), = data
    seconds, nanoseconds = struct.unpack("qq", stamp)
    return wire, source, seconds + nanoseconds / 1e9


class Pending:
    """A question on its way, from a socket of its own."""

    def __init__(self, to, query):
        # "fe80::1%eth0" with the number of its link, which connect() wants.
        (family, *_, where), = socket.getaddrinfo(*to, type=socket.SOCK_DGRAM,
                                                  flags=socket.AI_NUMERICHOST)
        self.query = query
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.socket.connect(where)
        self.sent = time.time()
        self.socket.send(query.to_wire())

    def reply(self, seconds=PATIENCE_SECONDS):
        with self.socket:
            self.socket.settimeout(seconds)
            wire, _, came = receive_stamped(self.socket)
        return Reply(self.query, wire, came - self.sent)


def gather(pendings, seconds=PATIENCE_SECONDS):
    """The replies to all of them, in the order in which they arrive. To read many may take this
    program longer than they took to come."""
    replies = []
    deadline = time.monotonic() + seconds
    with selectors.DefaultSelector() as selector:
        for pending in pendings:
            selector.register(pending.socket, selectors.EVENT_READ, pending)
        while selector.get_map() and (
                ready := selector.select(max(0, deadline - time.monotonic()))):
            for key, _ in ready:
                selector.unregister(key.fileobj)
                replies.append(key.data.reply())
        unanswered = [key.data for key in selector.get_map().values()]
    for pending in unanswered:
        pending.socket.close()
    assert not unanswered, f"{len(unanswered)} questions without a reply"
    return replies


class Connection:
    """TCP: each message has its length in front of it (RFC 1035 section 4.2.2)."""

    def __init__(self, to, seconds=PATIENCE_SECONDS, source=""):
        self.socket = socket.create_connection(to, seconds, (source, 0) if source else None)
        self.stream = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.close()
        self.socket.close()

    def send(self, *wires):
        self.socket.sendall(b"".join(len(wire).to_bytes(2, "big") + wire for wire in wires))

    def receive(self):
        """The next message; EOFError if the connection was closed instead."""
        length = self.stream.read(2)
        wire = self.stream.read(int.from_bytes(length, "big"))
        if len(length) < 2 or len(wire) < int.from_bytes(length, "big"):
            raise EOFError("closed without a reply")
        return wire


class Server:
    """A DNS server that can be asked."""

    def __init__(self, address, port):
        self.to = (address, port)

    def send(self, *question, **how):
        return Pending(self.to, make(*question, **how))

    def ask(self, *question, tcp=False, **how):
        if not tcp:
            return self.send(*question, **how).reply()
        query = make(*question, **how)
        sent = time.monotonic()
        wire = self.raw(query.to_wire(), tcp=True)
        return Reply(query, wire, time.monotonic() - sent, tcp=True)

    def ask_until(self, outcome, *question, seconds=60):
        """For the first question after an edit, which may take a second to be seen, and much
        longer on a busy machine. The server's `ttl` must be longer still."""
        deadline = time.monotonic() + seconds
        while (reply := self.ask(*question)).outcome != outcome:
            assert time.monotonic() < deadline, f"still {reply.outcome}"
        return reply

    def raw(self, wire, seconds=PATIENCE_SECONDS, tcp=False, source=""):
        """The octets that come back for these octets, sent from `source`, if given."""
        if tcp:
            with Connection(self.to, seconds, source) as connection:
                connection.send(wire)
                return connection.receive()
        family = socket.AF_INET6 if ":" in self.to[0] else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.settimeout(seconds)
            if source:
                sock.bind((source, 0))
            sock.connect(self.to)
            sock.send(wire)
            return sock.recv(65535)

    def says_nothing_to(self, wire):
        """True if two good questions sent after it from the same port are answered first."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(PATIENCE_SECONDS)
            sock.connect(self.to)
            sock.send(wire)
            for _ in range(2):
                good = make("localhost")
                sock.send(good.to_wire())
                if Reply(good, sock.recv(65535)).answer != ["localhost A 127.0.0.1"]:
                    return False
        return True


class Over:
    """A server that is asked over one transport, "udp" or "tcp"."""

    def __init__(self, server, transport):
        self.server = server
        self.tcp = transport == "tcp"

    def ask(self, *question, **how):
        return self.server.ask(*question, tcp=self.tcp, **how)

    def raw(self, wire, **how):
        return self.server.raw(wire, tcp=self.tcp, **how)
