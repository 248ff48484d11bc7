"""What the worst messages cost, in instructions, beside what plain ones cost (cost.py)."""

import itertools
import socket
import struct

import dns.flags
import pytest

from ask import make
from cost import Counted
from hostile import (A, AAAA, ANY, APL, CNAME, DNAME, HEADER, HTTPS, MINFO, MOST_LABELS, MX, NAPTR,
                     NS, NSEC3, NULL, PTR, RRSIG, SOA, SRV, TSIG, TXT, filled, header, hops,
                     opt, option, pointer, question, record)
from name_server import NameServer
from tables import table

SERVE_MOST = 50  # times a plain cached answer
SERVE_OCTETS = 64 << 10  # beyond what it has allocated before
CONNECTION = 1024  # octets beside a message that comes in parts, of a connection that carries it
DATAGRAM = 4096  # octets of the longest request over UDP
STREAM = 65535
COOKIE = 10
TIMES = 8
PATIENCE_SECONDS = 60
REPLY_MOST = 200  # times a plain reply of a name server, with all that libc makes of it
REPLY_OCTETS = 1 << 20  # for a reply, in each of two processes
REPLY = 65000  # octets, which a datagram can have
SHORT = 4096  # octets of a reply that lookup may look at without a thread
SERVER = "127.0.41.1"
NAME = b"\1a\7example\4test\0"
ASKED = question(NAME)


@pytest.fixture(scope="module")
def counted():
    daemon = Counted("-o", "cache-size=1000000", "-o", "timeout=60000")
    yield daemon
    daemon.stop()


# --- requests ---


def over_udp(daemon, wire, times=TIMES):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(PATIENCE_SECONDS)
        sock.connect(daemon.to)
        for _ in range(times):
            sock.send(wire)
            assert sock.recv(65535)[:2] == wire[:2]


def over_tcp(daemon, wire, times=TIMES):
    with socket.create_connection(daemon.to, PATIENCE_SECONDS) as sock, sock.makefile("rb") as got:
        for _ in range(times):
            sock.sendall(struct.pack("!H", len(wire)) + wire)
            (length,) = struct.unpack("!H", got.read(2))
            assert got.read(length)[:2] == wire[:2]


def cost(daemon, ask, wire):
    """(instructions of serve for a request, octets it has allocated)"""
    ask(daemon, wire)  # the first may come to a cache that is empty
    daemon.spent("serve")
    ask(daemon, wire)
    instructions, octets = daemon.spent("serve")
    return instructions / TIMES, octets


@pytest.fixture(scope="module")
def plain(counted):
    """The instructions that a plain cached answer costs. Now and then one is shown on the web
    page, which costs more, so the least of some counts it is."""
    instructions, octets = min(cost(counted, over_udp, header() + ASKED) for _ in range(4))
    print(f"a plain cached answer costs serve {instructions:.0f} instructions")
    assert octets == 0
    return instructions


def many_questions(size, one):
    rest = filled(size - HEADER, one)
    return header(len(rest)) + b"".join(rest)


def many_records(size, one, section=2, flags=0x0100):
    rest = filled(size - HEADER - len(ASKED), one)
    counts = [len(rest) if section == number else 0 for number in range(3)]
    return header(1, *counts, flags=flags) + ASKED + b"".join(rest)


def many_options(size, one):
    rest = b"".join(filled(size - HEADER - len(ASKED) - len(opt()), one))
    return header(additionals=1) + ASKED + opt(rest)


def long_record(size):
    """One whose owner has no end."""
    return header(additionals=1) + ASKED + b"\1a" * ((size - HEADER - len(ASKED)) // 2)


def asks(name=NAME, rdtype=A, rdclass=1, flags=0x0100):
    return header(flags=flags) + question(name, rdtype, rdclass)


REQUESTS = {
    "a question over TCP": (over_tcp, asks()),
    "EDNS": (over_udp, header(additionals=1) + ASKED + opt()),
    "all options": (over_udp, header(additionals=1) + ASKED + opt(b"".join(
        option(code, data) for code, data in (
            (3, b""), (COOKIE, bytes(8)), (11, b""), (12, bytes(100)), (65353, b""))))),
    "a long name": (over_udp, asks(MOST_LABELS)),
    "a long name in capitals": (over_udp, asks((b"\x3f" + b"A" * 63) * 3 + b"\x3d" + b"A" * 61 +
                                               b"\0")),
    "a long special name": (over_udp, asks(b"\1a" * 123 + b"\7invalid\0")),
    "a long reverse name": (over_udp, asks(b"\1f" * 32 + b"\3ip6\4arpa\0", 12)),
    "another type": (over_udp, asks(rdtype=65280)),
    "any type": (over_udp, asks(rdtype=255)),
    "a transfer": (over_udp, asks(rdtype=252)),
    "another class": (over_udp, asks(rdclass=3)),
    "who it is": (over_udp, asks(b"\7version\4bind\0", TXT, 3)),
    "questions": (over_udp, many_questions(DATAGRAM, question(b"\0"))),
    "questions over TCP": (over_tcp, many_questions(STREAM, question(b"\0"))),
    "long questions over TCP": (over_tcp, many_questions(STREAM, question(MOST_LABELS))),
    "answers": (over_udp, many_records(DATAGRAM, record(b"\0", A), 0)),
    "answers over TCP": (over_tcp, many_records(STREAM, record(b"\0", A), 0)),
    "authorities over TCP": (over_tcp, many_records(STREAM, record(b"\0", A), 1)),
    "records": (over_udp, many_records(DATAGRAM, record(b"\0", A))),
    "records over TCP": (over_tcp, many_records(STREAM, record(b"\0", A))),
    "records with pointers over TCP": (over_tcp, many_records(STREAM, record(pointer(HEADER), A))),
    "records with long names over TCP": (over_tcp, many_records(STREAM, record(MOST_LABELS, A))),
    "OPT records over TCP": (over_tcp, many_records(STREAM, opt())),
    "OPT records with cookies over TCP": (over_tcp, many_records(
        STREAM, opt(option(COOKIE, bytes(8)) * 100))),
    "signatures over TCP": (over_tcp, many_records(STREAM, record(b"\0", TSIG))),
    "another opcode over TCP": (over_tcp, many_records(STREAM, record(b"\0", A), flags=0x2900)),
    "a name without an end": (over_udp, long_record(DATAGRAM)),
    "a name without an end over TCP": (over_tcp, long_record(STREAM)),
    "a question without an end over TCP": (over_tcp, header() + b"\1a" * (STREAM // 2 - HEADER)),
    "options": (over_udp, many_options(DATAGRAM, option(65001))),
    "options over TCP": (over_tcp, many_options(STREAM, option(65001))),
    "cookies": (over_udp, many_options(DATAGRAM, option(COOKIE, bytes(8)))),
    "cookies over TCP": (over_tcp, many_options(STREAM, option(COOKIE, bytes(8)))),
    "padding over TCP": (over_tcp, many_options(STREAM, option(12, bytes(60000)))),
    "octets behind it over TCP": (over_tcp, header() + ASKED + b"\xff" * (STREAM - 100)),
}


@table("kind", REQUESTS)
def test_no_request_costs_serve_more_than_fifty_plain_ones(counted, plain, kind):
    instructions, octets = cost(counted, *REQUESTS[kind])
    print(f"{kind}: {instructions:.0f} instructions, {instructions / plain:.1f} times, "
          f"{octets} octets")
    assert instructions <= SERVE_MOST * plain
    assert octets <= SERVE_OCTETS + CONNECTION


@pytest.fixture(scope="module", params=("text", "json"))
def logging(request):
    daemon = Counted("-o", f"log-queries={request.param}")
    yield daemon
    daemon.stop()


@pytest.mark.parametrize("octet", (b"\x01", b"\xff", b'"', b"\\"))
def test_no_name_costs_more_than_fifty_plain_ones_in_the_log(logging, plain, octet):
    """Lines that come again are left out, so each name is another one."""
    def ask(daemon, wire):
        for number in range(TIMES):
            over_udp(daemon, wire.replace(b"#", b"%d" % number), 1)

    name = b"\1#" + (b"\x3f" + octet * 63) * 3 + b"\x2f" + octet * 47 + b"\7invalid\0"
    logging.spent("serve")
    ask(logging, asks(name))
    instructions = logging.spent("serve")[0] / TIMES
    print(f"a line with {octet}: {instructions:.0f} instructions, {instructions / plain:.1f} times")
    assert instructions <= SERVE_MOST * plain


# --- replies of a name server ---


def number(i):
    return struct.pack("!I", i)


# Each makes the sections of a reply whose records begin at a place. LONG is a text that has
# the longest name in it, to which others point.
OWNER = pointer(HEADER)
LONG = record(OWNER, TXT, MOST_LABELS)
TO_DATA = 12  # octets of a record before its data, if its owner is a pointer
ADDRESS = record(OWNER, A, number(1))
SIGNATURE = struct.pack("!HBB3IH", A, 13, 2, 60, 2**31, 1, 1)
NUMBERS = number(1) * 5  # of an SOA record


def behind_long(at, one, size=REPLY):
    """LONG and records made by `one`, which gets the place of the name and a number."""
    name = at + TO_DATA
    return [LONG, *filled(size - at - len(LONG), lambda i: one(name, i))]


def behind_hops(at, one, size=REPLY):
    """Each name is a pointer, behind which another 126 stand; `one` gets its place."""
    first = record(OWNER, TXT, OWNER + hops(at + TO_DATA + 2, 126))
    last = at + len(first) - 2
    return [first, *filled(size - at - len(first), one(pointer(last)))]


def texts(at):
    return filled(REPLY - at, lambda i: record(OWNER, TXT, b"\4" + number(i)))


def label(i):
    return b"\4%04x" % i


def chained(at, aliases, size=REPLY):
    """Aliases, of which each leads to the next one, and addresses at the end."""
    names = [OWNER, *(label(i) + b"\0" for i in range(aliases))]
    chain = [record(*pair) for pair in (
        (owner, CNAME, target) for owner, target in zip(names, names[1:]))]
    return [*chain, *filled(size - at - len(b"".join(chain)), lambda i: record(
        names[-1], A, number(i)))]


def behind(at, chain, end, others=()):
    """LONG, as many addresses of the name `end` as there is room for, others, and the chain,
    which is in disorder."""
    place = pointer(at + len(LONG))
    addresses = filled(REPLY - at - len(b"".join((LONG, *others, *chain))) - len(end),
                       lambda i: record(place if i else end, A, number(i)))
    return [[LONG, *addresses, *others, *chain[::-1]]]


def long_aliases(at, others=()):
    """16 aliases whose names have 250 octets, of which each leads to the next one."""
    names = [OWNER, *(label(i) + pointer(at + TO_DATA + 10) for i in range(16))]
    return behind(at, [record(owner, CNAME, target) for owner, target in zip(names, names[1:])],
                  names[-1], others)


def rewritten(at, others=()):
    """As many, of which all but the first one are made of DNAMEs."""
    zones = [label(i) + pointer(at + TO_DATA + 12) for i in range(16)]
    return behind(at, [record(OWNER, CNAME, b"\1a" + zones[0]), *(
        record(*pair) for pair in ((zone, DNAME, other) for zone, other in zip(zones, zones[1:])))],
                  b"\1a" + zones[-1], others)


def others(count, rdtype, data=b"\0", names=4000):
    """Records of other names."""
    return [record(label(1000 + i % names) + b"\0", rdtype, data) for i in range(count)]


def many(one, size=REPLY):
    """The answer section is full of records made by `one`, which gets a number."""
    return lambda at: [filled(size - at, one)]


def long(one, section=0, size=REPLY):
    return lambda at: [[], [], []][:section] + [behind_long(at, one, size)]


def zones(_, i):
    """Proofs, each of them signed by another zone."""
    owner = label(i) + b"\4test\0"
    return (record(owner, NSEC3, bytes(5) + b"\1a") if i % 2 else
            record(owner, RRSIG, struct.pack("!H", NSEC3) + SIGNATURE[2:] + label(i) + b"\0"))


def to_targets(at):
    """Services, and addresses of the names to which they lead."""
    services = [record(OWNER, SRV, bytes(6) + label(i) + b"\0") for i in range(1000)]
    places = [at + 24 * i + TO_DATA + 6 for i in range(600)]
    return [services, [], [record(pointer(place), A, number(1)) for place in places]]


TCP, DENIED, REVERSE, SIGNED = "over TCP", "NXDOMAIN", "a reverse name", "with DO"
ONLY_ADDRESSES = "NXDOMAIN for other types"

REPLIES = {
    "addresses": (A, many(lambda i: record(OWNER, A, number(i)))),
    "addresses over TCP": (A, many(lambda i: record(OWNER, A, number(i))), TCP),
    "addresses of IPv6": (AAAA, many(lambda i: record(OWNER, AAAA, number(i) * 4))),
    "addresses of IPv6 over TCP": (
        AAAA, many(lambda i: record(OWNER, AAAA, number(i) * 4)), TCP),
    "mapped addresses": (AAAA, many(lambda i: record(
        OWNER, AAAA, bytes(10) + b"\xff\xff" + number(i)))),
    "one address again and again": (A, many(ADDRESS)),
    "few addresses": (A, many(lambda i: record(OWNER, A, number(i)), SHORT)),
    "addresses in 4 KiB over TCP": (A, many(lambda i: record(OWNER, A, number(i)), SHORT), TCP),
    "addresses that are signed": (
        A, lambda at: [[ADDRESS, *filled(REPLY - at - 16, lambda i: record(
            OWNER, RRSIG, SIGNATURE + b"\0" + number(i)))]], SIGNED),
    "signatures before an address": (
        A, lambda at: [[*filled(REPLY - at - 16, lambda i: record(
            OWNER, RRSIG, SIGNATURE + b"\0" + number(i))), ADDRESS]], SIGNED),
    "addresses of other names": (A, many(lambda i: record(label(i) + b"\0", A, number(i)))),
    "addresses of a long name": (A, long(lambda name, i: record(pointer(name), A, number(i)))),
    "addresses of many long names": (A, long(lambda name, i: record(
        pointer(name + 2 * (i % 100)), A, number(i)))),
    "addresses of other classes": (A, many(lambda i: record(OWNER, A, number(i), rdclass=3))),
    "addresses of an alias": (A, lambda at: [chained(at, 1)]),
    "addresses of 16 aliases": (A, lambda at: [chained(at, 16)]),
    "addresses of 16 aliases, backwards": (A, lambda at: [chained(at, 16)[::-1]]),
    "16 aliases in 4 KiB, backwards": (A, lambda at: [chained(at, 16, SHORT)[::-1]]),
    "addresses of 16 long aliases": (A, long_aliases),
    "addresses of 16 long aliases over TCP": (A, long_aliases, TCP),
    "addresses of 16 long aliases, and an alias again and again": (
        A, lambda at: long_aliases(at, others(3000, CNAME, names=1))),
    "addresses of 16 long aliases, and those of two hundred names": (
        A, lambda at: long_aliases(at, others(2500, A, number(1), 200))),
    "addresses of 16 long aliases, and mailboxes": (
        A, lambda at: long_aliases(at, others(2500, MINFO, b"\0\0", 2))),
    "addresses of 16 rewritten names": (A, rewritten),
    "addresses of 16 rewritten names, and what rewrites 48 others": (
        A, lambda at: rewritten(at, others(48, DNAME))),
    "addresses of 16 rewritten names, and what rewrites 2500 others": (
        A, lambda at: rewritten(at, others(2500, DNAME))),
    "a chain without an end": (A, lambda at: [chained(at, 2800)]),
    "aliases of one name": (A, many(lambda i: record(OWNER, CNAME, label(i) + b"\0"))),
    "aliases of one name, of which one has addresses": (
        A, lambda at: [[*(record(OWNER, CNAME, label(i) + b"\0") for i in range(100)), *filled(
            REPLY - at - 1800, lambda i: record(label(99) + b"\0", A, number(i)))]]),
    "a ring of long aliases": (A, long(lambda name, i: record(
        pointer(name + 2 * (i % 2)), CNAME, pointer(name + 2 * (1 - i % 2))))),
    "aliases of all names": (A, many(lambda i: record(OWNER, DNAME, label(i) + b"\0"))),
    "aliases of all names below the root": (
        A, many(lambda i: record(b"\0", DNAME, label(i) + b"\0"))),
    "long aliases of all names below the root": (A, long(lambda name, i: record(
        b"\0", DNAME, pointer(name + 2 * (i % 3))))),
    "SOA records of long names": (A, long(lambda name, i: record(
        pointer(name), SOA, pointer(name) + pointer(name + 2) + NUMBERS))),
    "long authority": (A, long(lambda name, i: record(pointer(name), A, number(i)), 1)),
    "SOA records of a denial": (
        A, long(lambda name, i: record(b"\0", SOA, b"\0\0" + number(i) * 5), 1), DENIED),
    "long SOA records of a denial": (
        A, long(lambda name, i: record(b"\0", SOA, pointer(name + 2 * (i % 126)) * 2 + NUMBERS), 1),
        DENIED),
    "proofs of a denial": (A, lambda at: [[], [zones(at, i) for i in range(256)]], DENIED),
    "too many proofs of a denial": (A, long(zones, 1), DENIED),
    "name servers": (A, long(lambda name, i: record(b"\0", NS, label(i) + b"\0"), 1)),
    "records behind an authority section that is too long": (MX, lambda at: [[], *(
        [record(b"\0", NULL)] * count for count in (5001, (REPLY - at) // 11 - 5001))]),
    "long additional records": (MX, long(lambda name, i: record(pointer(name), A, number(i)), 2)),
    "additional records of many long names": (MX, long(lambda name, i: record(
        pointer(name + 2 * (i % 126)), A, number(i)), 2)),
    "additional pointers to pointers, in 4 KiB": (A, lambda at: [[ADDRESS], [], behind_hops(
        at + 16, lambda last: record(last, NULL), SHORT - 32)]),
    "services of long names": (SRV, long(lambda name, i: record(
        OWNER, SRV, struct.pack("!3H", 1, 1, i) + pointer(name + 2 * (i % 120))))),
    "services and their addresses": (SRV, to_targets),
    "mail exchangers": (MX, many(lambda i: record(OWNER, MX, b"\0\1" + label(i) + b"\0"))),
    "mailboxes of two long names": (MINFO, long(lambda name, i: record(
        OWNER, MINFO, pointer(name + 2 * (i % 126)) + pointer(name + 2 * (i // 126))))),
    "rules of rewriting": (NAPTR, many(lambda i: record(
        OWNER, NAPTR, number(i) + b"\1s\1x\1y" + b"\0"))),
    "services with parameters": (HTTPS, many(lambda i: record(
        OWNER, HTTPS, b"\0\1\0" + struct.pack("!3H", 3, 2, i)))),
    "a service with many parameters": (HTTPS, lambda at: [[record(
        OWNER, HTTPS, b"\0\1\0" + b"".join(struct.pack("!2H", i, 0) for i in range(15000)))]]),
    "prefixes of addresses": (APL, many(lambda i: record(OWNER, APL, b"\0\1\x20\4" + number(i)))),
    "addresses of a name that has no other type": (
        MX, many(lambda i: record(OWNER, A, number(i))), ONLY_ADDRESSES),
    "names of an address": (
        PTR, many(lambda i: record(OWNER, PTR, label(i) + b"\0")), REVERSE),
    "names of an address over TCP": (
        PTR, many(lambda i: record(OWNER, PTR, label(i) + b"\0")), REVERSE, TCP),
    "names of an address in 4 KiB": (
        PTR, many(lambda i: record(OWNER, PTR, label(i) + b"\0"), SHORT), REVERSE),
    "one name of an address": (PTR, many(record(OWNER, PTR, label(0) + b"\0")), REVERSE),
    "long names of an address": (PTR, long(lambda name, i: record(
        OWNER, PTR, pointer(name + 2 * (i % 126)))), REVERSE),
    "some long names of an address": (
        PTR, lambda at: [[record(OWNER, PTR, MOST_LABELS[2 * (i % 126):]) for i in range(400)]],
        REVERSE),
    "pointers to pointers": (A, lambda at: [behind_hops(
        at, lambda last: record(last, CNAME, last))]),
    "other types of pointers to pointers": (A, lambda at: [behind_hops(
        at, lambda last: record(last, NULL))]),
    "signatures": (A, many(lambda i: record(
        OWNER, RRSIG, struct.pack("!H", i % 65536) + bytes(16) + b"\0"))),
    "texts": (TXT, lambda at: [texts(at)]),
    "texts over TCP": (TXT, lambda at: [texts(at)], TCP),
    "long texts that begin alike": (TXT, many(lambda i: record(
        OWNER, TXT, b"\xff" + bytes(251) + number(i)))),
    "one long text": (TXT, lambda at: [[record(OWNER, TXT, (b"\xff" + bytes(255)) * 250)]]),
    "sets": (ANY, many(lambda i: record(OWNER, 1000 + i, b"\1"))),
    "sets of other names": (TXT, many(lambda i: record(label(i) + b"\0", 1000 + i))),
    "a name without an end": (TXT, lambda at: [
        [record(OWNER, TXT, b"\1a" * 30000 + b"\0"),
         *[record(pointer(at + TO_DATA), TXT, b"\1a")] * 300]]),
    "OPT records": (A, lambda at: [[ADDRESS], [], filled(REPLY - at - 16, opt())]),
}


class Hostile:
    """A name server whose replies have the sections that the test chooses."""

    def __init__(self):
        self.make = None
        self.how = ()
        self.made = 0
        self.server = NameServer(SERVER, self.answer)

    def answer(self, packet):
        if TCP in self.how and not packet.over_tcp:
            return packet.reply(flags=dns.flags.RA | dns.flags.TC)
        self.made += 1
        end = HEADER + len(packet.name.to_wire()) + 4
        sections = [*self.make(end), [], []][:3]
        counts = [len(section) for section in sections]
        denies = DENIED in self.how or (
            ONLY_ADDRESSES in self.how and packet.type not in ("A", "AAAA"))
        flags = 0x8183 if denies else 0x8180
        return packet.wire[:2] + struct.pack("!5H", flags, 1, *counts) + packet.wire[
            HEADER:end] + b"".join(itertools.chain(*sections))


@pytest.fixture(scope="module")
def hostile_server(module_etc):
    module_etc.write("resolv.conf", f"nameserver {SERVER}\noptions timeout:30 attempts:1\n")
    hostile = Hostile()
    yield hostile
    hostile.server.close()


def plain_reply(_):
    return [[ADDRESS]]


numbers = itertools.count(1)


def cost_of_reply(daemon, hostile, rdtype, sections, *how):
    """(instructions of lookup and serve for each reply, octets that one of them has allocated)"""
    hostile.make, hostile.how, hostile.made = sections, how, 0
    number_ = next(numbers)
    name = (f"{number_ % 250}.{number_ // 250}.0.10.in-addr.arpa" if REVERSE in how
            else f"n{number_}.hostile.test")
    query = make(name, rdtype, edns=True, want_dnssec=SIGNED in how).to_wire()
    for process in "lookup", "serve":
        daemon.spent(process)
    (over_tcp if TCP in how else over_udp)(daemon, query, 1)
    spent = [daemon.spent(process) for process in ("lookup", "serve")]
    assert hostile.made > 0
    return sum(instructions for instructions, _ in spent) / hostile.made, max(
        octets for _, octets in spent)


@pytest.fixture(scope="module")
def plain_cost(counted, hostile_server):
    """The instructions that a plain reply costs, at least."""
    return min(cost_of_reply(counted, hostile_server, A, plain_reply)[0] for _ in range(6))


@table("kind", REPLIES)
def test_no_reply_costs_out_of_proportion(counted, hostile_server, plain_cost, kind):
    """A reply of 64 KiB has 4,000 addresses at most."""
    instructions, octets = cost_of_reply(counted, hostile_server, *REPLIES[kind])
    print(f"{kind}: {instructions:.0f} instructions, {instructions / plain_cost:.0f} times, "
          f"{octets} octets")
    assert instructions <= REPLY_MOST * plain_cost
    assert octets <= REPLY_OCTETS


CACHED = {
    "addresses": (A, many(lambda i: record(OWNER, A, number(i)))),
    "texts": (TXT, lambda at: [texts(at)]),
    "octets": (NULL, many(lambda i: record(OWNER, NULL, struct.pack("!H", i % 65536)))),
    "one long text": (TXT, lambda at: [[record(OWNER, TXT, (b"\xff" + bytes(255)) * 250)]]),
}


@table("kind", CACHED)
def test_no_answer_from_the_cache_costs_serve_out_of_proportion(
        counted, plain, hostile_server, kind):
    """A client may have a name server of its own, and then ask for its answer again and again."""
    rdtype, hostile_server.make = CACHED[kind]
    hostile_server.how = ()
    query = make(f"n{next(numbers)}.hostile.test", rdtype, edns=True).to_wire()
    over_tcp(counted, query, 1)
    for ask in over_udp, over_tcp:
        instructions, octets = cost(counted, ask, query)
        print(f"{kind}, {ask.__name__}: {instructions:.0f} instructions, "
              f"{instructions / plain:.1f} times, {octets} octets")
        assert instructions <= SERVE_MOST * plain
        assert octets <= SERVE_OCTETS + CONNECTION
