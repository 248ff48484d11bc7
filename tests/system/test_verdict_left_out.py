"""Where libc's verdict on a reply is known, libc is not asked for it (include/lookup/by_name.h).

Nobody may be able to tell. So every name is looked up with hosts: lines where most verdicts
are left out, and with ones that say the same in other words, where libc is asked each time:
the replies are equal to the octet, and have getaddrinfo()'s addresses.
"""

import itertools
import os
import pathlib
import re
import socket
import struct

import dns.name
import dns.rdatatype
import pytest

import way
from ask import Reply, gather, make
from daemon import Daemon
from getaddrinfo import libc_afresh
from name_server import NameServer
from test_same_as_getaddrinfo import FAULTS, IN_ZONES, NUMERIC, by_type

# The line, and what says the same: the hosts file is never told to try again.
PLAIN, SAME = "hosts: files dns\n", "hosts: files [TRYAGAIN=return] dns\n"
OTHERS = ["files myhostname dns", "myhostname files dns",
          "files mdns4_minimal [NOTFOUND=return] dns"]


def in_other_words(line):
    """There is but one pair of brackets between two sources."""
    if "]" in line:
        return line.replace("]", " UNAVAIL=continue]")
    return line.replace(" dns", " [UNAVAIL=continue] dns")


PATIENT = "nameserver 127.0.0.2\noptions timeout:4 attempts:1\n"  # with a busy one
HAND = "127.0.3.7"  # the server with the handmade replies
CLASSES = {"IN": 1, "CH": 3}
OWN = {"A": "192.0.2.7", "AAAA": "2001:db8::7"}
NEXT = {"A": "192.0.2.8", "AAAA": "2001:db8::8"}
OTHER = {"A": "AAAA", "AAAA": "A"}


def name_wire(text, asked):
    """"@" is the asked name; other names are whole."""
    return asked.to_wire() if text == "@" else dns.name.from_text(text).to_wire()


def record(asked, owner, rdtype, data, rdclass="IN"):
    """`data`: octets, an address, or a name."""
    if isinstance(data, str) and rdtype in OWN:
        data = socket.inet_pton(socket.AF_INET6 if ":" in data else socket.AF_INET, data)
    elif isinstance(data, str):
        data = name_wire(data, asked)
    number = dns.rdatatype.from_text(rdtype)
    return (name_wire(owner, asked)
            + struct.pack("!HHIH", number, CLASSES[rdclass], 60, len(data)) + data)


def chain(length, rdtype):
    """CNAMEs from the asked name on, and an address at their end."""
    names = ["@", *(f"n{i}.hand.test" for i in range(length))]
    return [*((owner, "CNAME", target) for owner, target in itertools.pairwise(names)),
            (names[-1], rdtype, OWN[rdtype])]


def one(rdtype, owner="@"):
    return (owner, rdtype, OWN[rdtype])


# What the answer section holds for a question of type `t`, by the first label of the name.
REPLIES = {
    "one": lambda t: [one(t)],
    "nothing": lambda t: [],
    "two": lambda t: [one(t), ("@", t, NEXT[t])],
    "twice": lambda t: [one(t), one(t)],
    "case": lambda t: [one(t, "CASE.HAND.TEST")],
    "alias": lambda t: chain(1, t),
    "eight": lambda t: chain(8, t),
    "nine": lambda t: chain(9, t),
    "seventeen": lambda t: chain(17, t),
    "alias-only": lambda t: [("@", "CNAME", "a.hand.test")],
    "alias-other": lambda t: [("@", "CNAME", "a.hand.test"), one(OTHER[t], "a.hand.test")],
    "alias-two": lambda t: [*chain(1, t), ("n0.hand.test", t, NEXT[t])],
    "two-aliases": lambda t: [("@", "CNAME", "a.hand.test"), ("@", "CNAME", "b.hand.test"),
                              one(t, "b.hand.test")],
    "reversed": lambda t: chain(1, t)[::-1],
    "scattered": lambda t: [chain(2, t)[1], chain(2, t)[0], chain(2, t)[2]],
    "loop": lambda t: [("@", "CNAME", "@")],
    "loop-of-two": lambda t: [("@", "CNAME", "a.hand.test"), ("a.hand.test", "CNAME", "@")],
    "loop-address": lambda t: [("@", "CNAME", "@"), one(t)],
    "another": lambda t: [one(t, "a.hand.test")],
    "beside-another": lambda t: [one(t), ("a.hand.test", t, NEXT[t])],
    "other-family": lambda t: [one(OTHER[t])],
    "both-families": lambda t: [one(t), one(OTHER[t])],
    "text": lambda t: [("@", "TXT", b"\4text"), one(t)],
    "text-only": lambda t: [("@", "TXT", b"\4text")],
    "signed": lambda t: [one(t), ("@", "RRSIG", bytes(18) + b"\0" + bytes(64))],
    "dname": lambda t: [("hand.test", "DNAME", "b.test"), ("@", "CNAME", "dname.b.test"),
                        one(t, "dname.b.test")],
    "chaos": lambda t: [("@", t, OWN[t], "CH")],
    "chaos-too": lambda t: [("@", t, OWN[t], "CH"), one(t)],
    "odd": lambda t: [("@", "CNAME", "o\\!dd.hand.test"), one(t, "o\\!dd.hand.test")],
    "dash": lambda t: [("@", "CNAME", "-a.hand.test"), one(t, "-a.hand.test")],
    "under": lambda t: [("@", "CNAME", "_a-.hand.test"), one(t, "_a-.hand.test")],
    "dot": lambda t: [("@", "CNAME", "a\\.b.hand.test"), one(t, "a\\.b.hand.test")],
    "binary": lambda t: [("@", "CNAME", "a\\000b.test"), one(t, "a\\000b.test")],
    "root": lambda t: [("@", "CNAME", "."), one(t, ".")],
    "number": lambda t: [("@", "CNAME", "127.1"), one(t, "127.1")],
    "longest": lambda t: [("@", "CNAME", LONGEST), one(t, LONGEST)],
    "short-data": lambda t: [("@", t, b"\1\2\3")],
    "long-data": lambda t: [("@", t, bytes(17))],
    "short-data-first": lambda t: [("@", t, b"\1\2\3"), one(t)],
    "short-data-last": lambda t: [one(t), ("@", t, b"\1\2\3")],
    "unspecified": lambda t: [("@", t, bytes(4 if t == "A" else 16))],
    "ones": lambda t: [("@", t, b"\xff" * (4 if t == "A" else 16))],
    "loopback": lambda t: [("@", t, {"A": "127.0.0.1", "AAAA": "::1"}[t])],
    "link-local": lambda t: [("@", t, {"A": "169.254.1.1", "AAAA": "fe80::1"}[t])],
    "multicast": lambda t: [("@", t, {"A": "224.0.0.1", "AAAA": "ff02::1"}[t])],
    "mapped": lambda t: [("@", t, {"A": "192.0.2.9", "AAAA": "::ffff:192.0.2.9"}[t])],
    "compatible": lambda t: [("@", t, {"A": "192.0.2.9", "AAAA": "::192.0.2.9"}[t])],
    "translated": lambda t: [("@", t, {"A": "192.0.2.9", "AAAA": "64:ff9b::c000:209"}[t])],
}
LONGEST = ".".join((63 * "a", 63 * "b", 63 * "c", 61 * "d"))
# The whole reply is spoilt or coloured: what is done to one with an address.
RCODES = {"denied": 3, "yxdomain": 6, "notauth": 9}
SPOILT = {
    "cut": lambda wire: wire[:-1],
    "cut-owner": lambda wire: wire[:7] + b"\2" + wire[8:],  # one record more than there is
    "tail": lambda wire: wire + b"tail",
    "bad-authority": lambda wire: wire[:9] + b"\1" + wire[10:] + b"\0\0",
    "bad-additional": lambda wire: wire[:11] + b"\1" + wire[12:] + b"\0\0",
    "not-recursive": lambda wire: wire[:3] + bytes([wire[3] & 0x7f]) + wire[4:],
}
# What a module says, by the first label: see nss/.
STATUS = ["not-found", "no-data", "try-again", "no-recovery", "no-memory", "system"]
LIES = ["good", "twice", "mapped", "scoped", "length-short", "canon-blank", "unavail-bare",
        "tryagain-bare", "notfound-bare", "notfound-erange", "notfound-success",
        "unavail-strange", "return-status"]
HANDMADE = [*REPLIES, *RCODES, *(f"{word}-alias" for word in RCODES), *SPOILT]


def handmade(packet):
    """Without an OPT record: libc does not ask for one, and our own does not need it."""
    label = packet.name.labels[0].decode().lower()
    if packet.type not in OWN:
        return packet.reply()
    rcode = RCODES.get(label.removesuffix("-alias"), 0)
    if label in REPLIES:
        answers = REPLIES[label](packet.type)
    elif rcode and label.endswith("-alias"):
        answers = [("@", "CNAME", "a.hand.test")]
    else:
        answers = [one(packet.type)]
    head = packet.wire[:2] + struct.pack("!HHHHH", 0x8180 | rcode, 1, len(answers), 0, 0)
    wire = head + packet.name.to_wire() + struct.pack(
        "!HH", dns.rdatatype.from_text(packet.type), 1)
    wire += b"".join(record(packet.name, *answer) for answer in answers)
    return SPOILT.get(label, bytes)(wire)


def pair(env=None):
    """One server where verdicts are left out and one where libc is asked. Both go through the
    same tests, in which they follow the host's files."""
    daemons = [Daemon("-o", "udp-size=65507", env=env) for _ in range(2)]
    yield daemons
    for daemon in daemons:
        daemon.stop()


@pytest.fixture(scope="module")
def both():
    yield from pair()


@pytest.fixture(scope="module")
def both_with_modules(modules):
    yield from pair(modules)


def compare(both, etc, questions, stats, lines=(PLAIN, SAME)):
    """Both ways. {question: reply}"""
    queries = {question: make(*question, edns=True, size=65507) for question in questions}
    wires = []
    for daemon, line in zip(both, lines, strict=True):
        etc.write("nsswitch.conf", line)
        wires.append({question: daemon.raw(query.to_wire()) for question, query in queries.items()})
    without, with_libc = wires
    for question in questions:
        assert without[question] == with_libc[question], question
        stats["replies with and without a verdict of libc"] += 1
    return {question: Reply(query, without[question]) for question, query in queries.items()}


def addresses(reply, rdtype):
    number = dns.rdatatype.from_text(rdtype)
    return [rr[0].to_text() for rr in reply.message.answer if rr.rdtype == number]


def assert_addresses_of_libc(replies, stats, but=()):
    for ((name, rdtype), reply), said in zip(replies.items(), libc_afresh([*replies])):
        if (name, rdtype) not in but:
            assert addresses(reply, rdtype) == (said if isinstance(said, list) else []), name
            stats["comparisons with getaddrinfo()"] += 1


def test_names_of_real_zones(both, etc, stats):
    etc.write("resolv.conf", PATIENT)
    replies = compare(both, etc, by_type(IN_ZONES + NUMERIC), stats)
    assert_addresses_of_libc(
        {question: reply for question, reply in replies.items() if question[0] not in NUMERIC},
        stats, but={("mapped.example.test", "AAAA")})


def test_faults_of_name_servers(both, etc, stats):
    etc.write("resolv.conf", PATIENT)
    names = [f"left-out.q{a}-{aaaa}.fault.test" for a in FAULTS for aaaa in FAULTS]
    assert_addresses_of_libc(compare(both, etc, by_type(names), stats), stats)


@pytest.fixture
def hand(etc):
    server = NameServer(HAND, handmade)
    etc.write("resolv.conf", f"nameserver {HAND}\noptions timeout:4 attempts:1\n")
    yield server
    server.close()


def test_handmade_replies(hand, both, etc, stats):
    replies = compare(both, etc, by_type([f"{label}.hand.test" for label in HANDMADE]), stats)
    # An IPv4 address in an AAAA record is no IPv6 address. What is out of order libc denies.
    assert_addresses_of_libc(replies, stats, but={
        ("mapped.hand.test", "AAAA"), *by_type(["reversed.hand.test", "scattered.hand.test"])})
    assert addresses(replies["reversed.hand.test", "A"], "A") == [OWN["A"]]
    assert len(hand.packets) > 2 * len(replies)


@pytest.mark.parametrize("line", OTHERS)
def test_other_sources_before_dns(hand, both, etc, stats, line):
    lines = f"hosts: {line}\n", f"hosts: {in_other_words(line)}\n"
    names = [f"{label}.hand.test" for label in HANDMADE]
    names += ["lab-host", "sub.localhost", "printer.local", "one.local", "v4only.lab"]
    compare(both, etc, by_type(names), stats, lines)


@pytest.mark.parametrize("module", ["status", "garbage"])
@pytest.mark.parametrize("action", ["", " [NOTFOUND=return]"])
def test_modules_that_fail_or_lie(hand, both_with_modules, etc, stats, module, action):
    """The name servers have an address for each of these names. What a module says for one
    family may be something else than what it says for both."""
    lines = (f"hosts: files {module}{action} dns\n",
             f"hosts: files [SUCCESS=return] {module}{action} dns\n")
    labels = {"status": STATUS, "garbage": LIES}[module]
    replies = compare(both_with_modules, etc,
                      by_type([f"{label}.hand.test" for label in labels]), stats, lines)
    # The module was there, and asked.
    if module == "garbage":
        assert addresses(replies["good.hand.test", "A"], "A") == ["192.0.2.31"]
    else:
        assert replies["system.hand.test", "A"].rcode == "SERVFAIL"


@pytest.mark.parametrize("options", ["no-aaaa", "rotate", "trust-ad", "edns0", "use-vc"])
def test_options_of_resolv_conf(hand, both, etc, stats, options):
    etc.write("resolv.conf", f"nameserver {HAND}\noptions {options}\n")
    questions = by_type([f"{label}.hand.test" for label in (
        "one", "alias", "alias-only", "nothing", "denied-alias", "two")])
    assert_addresses_of_libc(compare(both, etc, questions, stats), stats)


def threads(daemon):
    status = pathlib.Path(f"/proc/{daemon.child('lookup')}/status").read_text()
    return int(re.search(r"^Threads:\s+(\d+)$", status, re.M)[1])


CLEAR = [("a.example.test", "A"), ("aaaa.example.test", "AAAA"), ("chain1.example.test", "A"),
         ("nosuch.example.test", "A"), ("txt.example.test", "A"), ("x.broken.test", "A"),
         ("types.example.test", "MX"), ("v4only.lab", "A")]


def idle_threads(daemon):
    """Those that are there before anything was looked up: sanitizers have some."""
    assert daemon.ask("nosuch.invalid").rcode == "NXDOMAIN"  # the lookup process is there
    return threads(daemon)


def test_what_is_clear_needs_no_thread(start):
    server = start()
    idle = idle_threads(server)
    for question in CLEAR:
        server.ask(*question)
        assert threads(server) == idle, question


def test_what_is_not_is_asked_of_libc(start):
    server = start()
    idle = idle_threads(server)
    assert len(server.ask("multi.example.test").answer) == 3
    assert threads(server) > idle


@pytest.mark.parametrize("line", [
    "files dns", "dns files", "files myhostname dns", "files dns myhostname",
    "files mdns4_minimal [NOTFOUND=return] dns", "files resolve [!UNAVAIL=return] dns",
    "files myhostname mdns4_minimal [NOTFOUND=return] resolve [!UNAVAIL=return] dns"])
def test_names_that_no_other_source_can_know_need_no_thread(start, etc, line):
    etc.rest("hosts")
    etc.write("nsswitch.conf", f"hosts: {line}\n")
    server = start()
    idle = idle_threads(server)
    for question in CLEAR:
        if question[0] != "v4only.lab":
            server.ask(*question)
            assert threads(server) == idle, question
    assert server.ask("lab-host.example.test").rcode == "NXDOMAIN"  # the host's own label
    assert (threads(server) > idle) == ("myhostname" in line)


REVERSE = [("1.2.0.192.in-addr.arpa", ["1.2.0.192.in-addr.arpa PTR a.example.test"]),
           ("2.2.0.192.in-addr.arpa", ["2.2.0.192.in-addr.arpa PTR two-a.example.test",
                                       "2.2.0.192.in-addr.arpa PTR two-b.example.test"]),
           ("4.2.0.192.in-addr.arpa", "NXDOMAIN"), ("3.2.0.192.in-addr.arpa", "NODATA")]


@pytest.mark.parametrize("line", ["files dns", "files mdns4_minimal [NOTFOUND=return] dns"])
def test_addresses_that_no_other_source_can_know_need_no_thread(start, etc, line):
    etc.rest("hosts")
    etc.write("nsswitch.conf", f"hosts: {line}\n")
    server = start()
    idle = idle_threads(server)
    for name, outcome in REVERSE:
        assert server.ask(name, "PTR").outcome == outcome
        assert threads(server) == idle


@pytest.mark.parametrize("line", [SAME, "hosts: files nosuchmodule dns\n"])
def test_other_sources_are_asked_each_time(start, etc, line):
    server = start()
    idle = idle_threads(server)
    etc.write("nsswitch.conf", line)
    assert server.ask("a.example.test").answer == ["a.example.test A 192.0.2.1"]
    assert threads(server) > idle


def test_a_long_hosts_file_is_read_by_a_thread(start, etc):
    server = start()
    idle = idle_threads(server)
    etc.add("hosts", "".join(f"10.1.0.{i} long{i}.lab\n" for i in range(256)))
    assert server.ask("long255.lab").answer == ["long255.lab A 10.1.0.255"]
    assert threads(server) > idle
    assert server.ask("a.example.test").answer == ["a.example.test A 192.0.2.1"]


def leaves_out_the_probe(server, name):
    told = way.of(server.ask(name, "A", edns=True, options=[way.ASK]))
    return bool(told.probe.flags & way.LEFT_OUT)


def test_what_a_long_hosts_file_does_not_mention_needs_one_thread_once(start, etc):
    """It reads the file, for whatever is asked."""
    etc.write("resolv.conf", PATIENT)
    etc.add("hosts", "".join(f"10.1.{i >> 8}.{i & 255} long{i}.lab\n" for i in range(5000)))
    etc.rest("hosts")
    server = start()
    idle = idle_threads(server)
    numbers = itertools.count()
    while not leaves_out_the_probe(server, f"n{next(numbers)}.any.wild.example.test"):
        pass
    before = threads(server)
    pending = [server.send(f"n{next(numbers)}.any.wild.example.test") for _ in range(50)]
    assert {reply.rcode for reply in gather(pending)} == {"NOERROR"}
    assert threads(server) == before <= idle + 4


def test_an_edit_while_the_name_server_thinks(start, etc, name_server):
    """The name is asked for when the probe has seen that no other source knows it."""
    thinking = name_server("127.0.3.8", lambda packet: None)
    etc.write("resolv.conf", "nameserver 127.0.3.8\n")
    server = start()
    pending = server.send("late.hand.test")
    packet = thinking.next()
    etc.add("hosts", "10.1.1.1 late.hand.test\n")
    thinking.send(packet, packet.reply("192.0.2.7"))
    assert pending.reply().answer == ["late.hand.test A 192.0.2.7"]
    assert server.ask("late.hand.test").answer == ["late.hand.test A 10.1.1.1"]


# Four for what may block, and for scans one for each core, at most four.
MOST_THREADS = 4 + min(4, len(os.sched_getaffinity(0)))


def test_names_of_a_long_hosts_file_are_read_in_turn(start, etc):
    """Not all at once, which would make each of them longer; and one reading is for all who
    ask for a name, whatever the family."""
    etc.write("resolv.conf", PATIENT)
    etc.add("hosts", "".join(f"10.1.{i >> 8}.{i & 255} long{i}.lab\n" for i in range(3000)))
    server = start("-o", "ttl=0")
    idle = idle_threads(server)
    pending = {(f"long{i * 99}.lab", rdtype): server.send(f"long{i * 99}.lab", rdtype)
               for i in range(30) for rdtype in ("A", "AAAA")}
    beside = server.send("a.example.test")
    assert threads(server) <= idle + MOST_THREADS
    for (name, rdtype), sent in pending.items():
        number = int(name[4:-4])
        assert sent.reply().outcome == ([f"{name} A 10.1.{number >> 8}.{number & 255}"]
                                        if rdtype == "A" else "NODATA")
    assert beside.reply().answer == ["a.example.test A 192.0.2.1"]


def test_verdicts_have_a_long_hosts_file_read_in_turn(start, etc):
    """libc sorts several addresses, and reads the file for each name."""
    etc.write("resolv.conf", PATIENT)
    etc.add("hosts", "".join(f"10.1.{i >> 8}.{i & 255} long{i}.lab\n" for i in range(3000)))
    etc.rest("hosts")
    server = start()
    idle = idle_threads(server)
    names = ["multi.example.test", *(f"v{i}.qok-ok.fault.test" for i in range(20))]
    pending = [server.send(name, rdtype) for name in names for rdtype in ("A", "AAAA")]
    assert {reply.rcode for reply in gather(pending)} == {"NOERROR"}
    assert len(server.ask("multi.example.test").answer) == 3
    assert threads(server) <= idle + MOST_THREADS
