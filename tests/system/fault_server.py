#!/usr/bin/python3
"""A name server that passes questions on to knot, and misbehaves on demand:

    fault_server.py [ADDRESS]        by default 127.0.0.2; port 53

Which fault a question meets is said by the label below fault.test, one fault for A (and all
types that are not AAAA) and one for AAAA:

    anything.qok-drop.fault.test     A is answered by knot, AAAA is never answered

FAULTS, at the end, lists them. A fault may carry a number: slow3 answers after 3 seconds,
late3 does so for the questions of the first 3 seconds, drop2 swallows the first two questions and answers
the next ones, many1000 has so many addresses. Those that begin with "opt" meet questions with
EDNS alone.

198.18.N.* are addresses whose reverse names have the fault that REVERSE_FAULTS gives to N.
Signatures at names below altered.signed.test are altered.

Each question is counted. count.NAME TXT tells how often NAME was asked, how many of these
questions got an answer, how many had no OPT record, how many came over TCP, and of those with an
OPT record how many came over UDP, and how many had the bits DO and CD: "A asked=3 answered=2
plain=0 tcp=1 udp=2 do=0 cd=0".

Over TCP the same. Without an ADDRESS, questions are also taken on 127.0.0.3:53 and 127.0.0.4:53,
and never answered.
Prints "ready" once knot and this server can be asked.
"""

import asyncio
import collections
import contextlib
import functools
import re
import socket
import struct
import sys
import time

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataset
import dns.rdatatype
import dns.rrset

HERE = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.2", 53)
NEVER_ANSWER = (("127.0.0.3", 53), ("127.0.0.4", 53)) if len(sys.argv) == 1 else ()
KNOT = ("127.0.0.1", 53)
FAULT_ZONE = dns.name.from_text("fault.test.")
REVERSE_ZONE = dns.name.from_text("18.198.in-addr.arpa.")
ALTERED = dns.name.from_text("altered.signed.test.")
KNOT_START_SECONDS = 20
KNOT_SECONDS = 5  # for one answer, on a busy machine
HEADER = 12

# {name: {type: what happened}}
counters = collections.defaultdict(lambda: collections.defaultdict(collections.Counter))
first_seconds = {}  # {(name, type): when it was asked first}
to_knot = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


class Question:
    """One question, how it came, and how often this name and type was asked so far."""

    def __init__(self, wire, over_tcp):
        self.wire = wire
        self.over_tcp = over_tcp
        self.name, used = dns.name.from_wire(wire, HEADER)
        (self.type,) = struct.unpack_from("!H", wire, HEADER + used)
        counter = counters[self.name.canonicalize()][dns.rdatatype.to_text(self.type)]
        self.counter = counter
        counter["asked"] += 1
        counter["tcp"] += over_tcp
        if len(wire) == HEADER + used + 4:
            counter["plain"] += 1
        else:
            counter["udp"] += not over_tcp
            counter["do"] += self.wants_dnssec(HEADER + used + 4)
            counter["cd"] += bool(wire[3] & 0x10)
        self.number = counter["asked"]
        self.first_seconds = first_seconds.setdefault((self.name, self.type), time.monotonic())

    @functools.cached_property
    def message(self):
        """Read only where a fault needs it: most questions go to knot as they are."""
        return dns.message.from_wire(self.wire)

    def wants_dnssec(self, end):
        """DO, in the OPT record, which is all that stands behind most questions."""
        if self.wire[end:end + 3] == b"\0\0\x29":
            return bool(self.wire[end + 7] & 0x80)
        return len(self.wire) > end and bool(self.message.ednsflags & dns.flags.DO)

    def fault(self):
        """The fault for this type and its number, or None for an ordinary name."""
        if self.name.is_subdomain(ALTERED):
            return "altered", 0
        if self.name.is_subdomain(REVERSE_ZONE):
            return self.reverse_fault(), 0
        if not self.name.is_subdomain(FAULT_ZONE) or self.name == FAULT_ZONE:
            return None
        label = self.name.relativize(FAULT_ZONE)[-1].decode().lower()
        match = re.fullmatch(r"q([a-z]+)(\d*)-([a-z]+)(\d*)", label)
        if not match:
            return None
        at = 3 if self.type == dns.rdatatype.AAAA else 1
        return match[at], int(match[at + 1] or 0)

    def reverse_fault(self):
        labels = self.name.relativize(REVERSE_ZONE).labels
        return REVERSE_FAULTS[int(labels[-1])] if labels else "ok"


def ask_knot_over_udp(wire):
    """One question at a time, so the socket may be the same for all."""
    to_knot.send(wire)
    while (result := to_knot.recv(65535))[:2] != wire[:2]:
        pass  # what came too late for an earlier question
    return result


def ask_knot(wire, over_tcp):
    """The reply of knot, octet for octet."""
    if not over_tcp:
        return ask_knot_over_udp(wire)
    with socket.create_connection(KNOT, timeout=KNOT_SECONDS) as sock:
        sock.sendall(struct.pack("!H", len(wire)) + wire)
        with sock.makefile("rb") as stream:
            (length,) = struct.unpack("!H", stream.read(2))
            return stream.read(length)


def ok(question, _):
    return ask_knot(question.wire, question.over_tcp)


def drop(question, count):
    if count == 0 or question.number <= count:
        return None
    return ok(question, 0)


async def slow(question, seconds):
    await asyncio.sleep(seconds)
    return ok(question, 0)


async def late(question, seconds):
    if time.monotonic() < question.first_seconds + seconds:
        await asyncio.sleep(seconds)
    return ok(question, 0)


def reply(question, rcode=dns.rcode.NOERROR, flags=dns.flags.RA):
    message = dns.message.make_response(question.message)
    message.set_rcode(rcode)
    message.flags |= flags
    return message


def with_rcode(rcode):
    return lambda question, _: reply(question, rcode).to_wire()


def to_edns(fault):
    """For a question with an OPT record; one without is answered by knot."""
    return lambda question, number: (
        fault(question, number) if question.message.edns >= 0 else ok(question, 0))


def without_opt(rcode):
    """As a server says it that does not know EDNS."""

    def answer(question, _):
        message = reply(question, rcode)
        message.use_edns(False)
        return message.to_wire()

    return answer


def header_alone(question, _):
    """FORMERR without the question."""
    return question.wire[:2] + struct.pack("!HHHHH", 0x8181, 0, 0, 0, 0)


def lame(question, _):
    """Neither authoritative nor recursive, and empty: a server that is no use."""
    return reply(question, flags=0).to_wire()


def garbage(question, _):
    """Announces an answer whose data is longer than the message."""
    wire = bytearray(reply(question).to_wire())
    wire[6:8] = struct.pack("!H", 1)
    return bytes(wire) + bytes.fromhex("c00c 0001 0001 0000001e 0040 c0")


def short(question, _):
    return ok(question, 0)[:8]


def wrong_id(question, _):
    wire = ok(question, 0)
    return bytes([wire[0] ^ 0xFF]) + wire[1:]


def wrong_question(question, _):
    other = dns.message.make_query("other.fault.test", question.type)
    other.id = question.message.id
    return ask_knot(other.to_wire(), question.over_tcp)


def truncated(question, _):
    """TC over UDP, the whole answer over TCP."""
    if question.over_tcp:
        return ok(question, 0)
    return reply(question, flags=dns.flags.RA | dns.flags.TC).to_wire()


def silent_tcp(question, _):
    """TC over UDP; TCP accepts the question and says nothing."""
    return None if question.over_tcp else truncated(question, 0)


def cname(target, rcode=dns.rcode.NOERROR):
    """An alias and nothing behind it."""

    def answer(question, _):
        message = reply(question, rcode)
        to = question.name if target is None else dns.name.from_text(target)
        message.answer.append(
            dns.rrset.from_text(question.name, 60, "IN", "CNAME", to.to_text()))
        return message.to_wire()

    return answer


def backwards(question, _):
    """Two addresses, and behind them the alias that leads to them."""
    message = reply(question)
    end = dns.name.from_text("end", question.name)
    rdtype = dns.rdatatype.to_text(question.type)
    data = {"A": ["10.2.0.1", "10.2.0.2"], "AAAA": ["2001:db8:2::1", "2001:db8:2::2"]}.get(rdtype)
    if data:
        message.answer.append(dns.rrset.from_text(end, 60, "IN", rdtype, *data))
    message.answer.append(dns.rrset.from_text(question.name, 60, "IN", "CNAME", end.to_text()))
    return message.to_wire()


def here(question, _):
    """The address of the server that was asked."""
    if question.type != dns.rdatatype.A:
        return ok(question, 0)
    message = reply(question)
    message.answer.append(dns.rrset.from_text(question.name, 60, "IN", "A", HERE[0]))
    return message.to_wire()


def many(question, number):
    """So many addresses; TC over UDP if they are too many for a datagram."""
    empty = reply(question).to_wire()
    end = HEADER + len(question.name.to_wire()) + 4  # of the question; OPT is behind it
    start = bytes([10]) if question.type == dns.rdatatype.A else b"\x20\1\x0d\xb8" + bytes(9)
    records = (b"\xc0\x0c" + struct.pack("!HHIH", question.type, 1, 60, len(start) + 3)
               + start + struct.pack("!HB", i, 1) for i in range(number))
    wire = empty[:6] + struct.pack("!H", number) + empty[8:end] + b"".join(records) + empty[end:]
    room = max(512, question.message.payload)
    return wire if question.over_tcp or len(wire) <= room else truncated(question, 0)


def altered(question, _):
    """What knot says, each signature with one bit turned."""
    message = dns.message.from_wire(ok(question, 0))
    for rrset in message.answer + message.authority:
        if rrset.rdtype == dns.rdatatype.RRSIG:
            records = [rr.replace(signature=bytes([rr.signature[0] ^ 1]) + rr.signature[1:])
                       for rr in rrset]
            rrset.clear()
            rrset.update(dns.rdataset.from_rdata_list(rrset.ttl, records))
    return message.to_wire()


FAULTS = {
    "ok": ok,
    "drop": drop,
    "slow": slow,
    "late": late,
    "many": many,
    "altered": altered,
    "backwards": backwards,
    "here": here,
    "servfail": with_rcode(dns.rcode.SERVFAIL),
    "refused": with_rcode(dns.rcode.REFUSED),
    "notimp": with_rcode(dns.rcode.NOTIMP),
    "formerr": with_rcode(dns.rcode.FORMERR),
    "nxdomain": with_rcode(dns.rcode.NXDOMAIN),
    "nodata": with_rcode(dns.rcode.NOERROR),
    "optdrop": to_edns(drop),
    "optformerr": to_edns(with_rcode(dns.rcode.FORMERR)),
    "optbare": to_edns(header_alone),
    "optservfail": to_edns(without_opt(dns.rcode.SERVFAIL)),
    "optnotimp": to_edns(without_opt(dns.rcode.NOTIMP)),
    "optrefused": to_edns(with_rcode(dns.rcode.REFUSED)),
    "lame": lame,
    "garbage": garbage,
    "short": short,
    "wrongid": wrong_id,
    "wrongquestion": wrong_question,
    "tc": truncated,
    "tcpsilent": silent_tcp,
    "cname": cname("target.without.data.test."),
    "cnamenx": cname("target.nowhere.test.", dns.rcode.NXDOMAIN),
    "cnameself": cname(None),
}

REVERSE_FAULTS = {
    1: "ok", 2: "drop", 3: "servfail", 4: "refused", 5: "notimp", 6: "formerr", 7: "nxdomain",
    8: "nodata", 9: "lame", 10: "garbage", 11: "short", 12: "wrongid", 13: "wrongquestion",
    14: "tc", 15: "tcpsilent", 16: "cname", 17: "cnamenx", 18: "cnameself",
}


def counts(question):
    """The TXT answer to count.NAME."""
    name = dns.name.Name(question.name[1:]).canonicalize()
    words = ("asked", "answered", "plain", "tcp", "udp", "do", "cd")
    texts = ['"' + " ".join([rdtype, *(f"{word}={counter[word]}" for word in words)]) + '"'
             for rdtype, counter in sorted(counters[name].items())]
    message = reply(question)
    if texts:
        message.answer.append(
            dns.rrset.from_text(question.name, 0, "IN", "TXT", *texts))
    return message.to_wire()


async def answer(wire, over_tcp):
    question = Question(wire, over_tcp)
    if question.name[0].lower() == b"count":
        return counts(question)
    fault, number = question.fault() or ("ok", 0)
    result = FAULTS[fault](question, number)
    if asyncio.iscoroutine(result):
        result = await result
    if result is not None:
        question.counter["answered"] += 1
    return result


class OverUdp(asyncio.DatagramProtocol):
    def __init__(self):
        self.tasks = set()  # the event loop itself does not keep its tasks alive

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, wire, source):
        task = asyncio.create_task(self.serve(wire, source))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def serve(self, wire, source):
        result = await answer(wire, over_tcp=False)
        if result is not None:
            self.transport.sendto(result, source)


async def over_tcp(reader, writer):
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            (length,) = struct.unpack("!H", await reader.readexactly(2))
            result = await answer(await reader.readexactly(length), over_tcp=True)
            if result is not None:
                writer.write(struct.pack("!H", len(result)) + result)
                await writer.drain()
    writer.close()


def wait_for_knot():
    to_knot.settimeout(KNOT_SECONDS)
    to_knot.connect(KNOT)
    question = dns.message.make_query("ns.lab.", "A").to_wire()
    deadline = time.monotonic() + KNOT_START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            return ask_knot(question, over_tcp=False)
        time.sleep(0.02)
    sys.exit("fault_server: knot does not answer")


async def main():
    loop = asyncio.get_running_loop()
    holes = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in NEVER_ANSWER]
    for hole, address in zip(holes, NEVER_ANSWER):
        hole.bind(address)
    await loop.create_datagram_endpoint(OverUdp, local_addr=HERE)
    server = await asyncio.start_server(over_tcp, *HERE)
    wait_for_knot()
    print("ready", flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
