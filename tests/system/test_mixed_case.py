"""A name server on another host gets names in random letter case, and replies have to repeat it
(draft-vixie-dnsext-dns0x20). Clients see the case in which they asked, and nobody sees the random one.

The name servers are in another network, behind a cable.
"""

import itertools
import pathlib
import socket
import struct
import subprocess

import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rrset
import pytest

import way
from ask import HEADER, make
from daemon import PROGRAM, START_SECONDS, Daemon, wait_until
from name_server import NameServer, saying
from network import Guest, ip

OURS, OURS_TOO, OURS6, LINK_LOCAL_OURS = "10.9.5.1", "10.9.5.5", "fd09:5::1", "fe80::1"
THEIRS, THEIRS2, KNOT, THEIRS6 = "10.9.5.2", "10.9.5.3", "10.9.5.4", "fd09:5::2"
LINK_LOCAL_THEIRS = "fe80::2"
NONLOCAL_BIND = [pathlib.Path(f"/proc/sys/net/{family}/ip_nonlocal_bind") for family in ("ipv4", "ipv6")]
RIGHT, WRONG = "192.0.2.1", "192.0.2.66"
PATIENT = "timeout:30 attempts:1"
IN_FLIGHT = 10_000
MOST_SHARE = 16  # queries that may have one port
numbers = itertools.count(1)


@pytest.fixture(scope="module", autouse=True)
def guest():
    other = Guest()
    other.link("host0", "guest0")
    # A link-local address would come a second later, a change of the host amid the tests.
    ip("link set host0 addrgenmode none")
    for address in (f"{THEIRS}/24", f"{THEIRS2}/24", f"{KNOT}/24", f"{THEIRS6}/64 nodad",
                    f"{LINK_LOCAL_THEIRS}/64 nodad"):
        other.run(ip, f"address add {address} dev guest0")
    other.run(ip, "link set guest0 up")
    ip("link set host0 up")
    for address in (f"{OURS}/24", f"{OURS_TOO}/24", f"{OURS6}/64 nodad",
                    f"{LINK_LOCAL_OURS}/64 nodad"):
        ip(f"address add {address} dev host0")
    yield other
    ip("link delete host0")
    other.close()


@pytest.fixture
def name_server(guest):
    """Starts name servers in the other network, or here."""
    servers = []

    def run(address, answer=saying(RIGHT), here=False, **how):
        make = NameServer if here else lambda *args, **more: guest.run(NameServer, *args, **more)
        servers.append(make(address, answer, **how))
        return servers[-1]

    yield run
    for server in servers:
        server.close()


@pytest.fixture(scope="module")
def server(open_folder_of_file):
    daemon = Daemon("-o", f"control={open_folder_of_file}/control")
    daemon.control = open_folder_of_file / "control"
    yield daemon
    daemon.stop()


@pytest.fixture(scope="module")
def open_folder_of_file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("control")
    for path in [folder, *folder.parents]:
        if path.owner() == "root":
            path.chmod(path.stat().st_mode | 0o111)
    folder.chmod(0o777)
    return folder


def ctl(server, command):
    return subprocess.run([PROGRAM.with_name("hostdnsctl"), "-s", server.control, command],
                          text=True, capture_output=True, timeout=START_SECONDS,
                          check=True).stdout


def stat(server, name):
    return next(int(line.split()[1]) for line in ctl(server, "stats").splitlines()
                if line.split()[0] == name)


@pytest.fixture
def resolv_conf(server, module_etc):
    """Each test has its own, so nothing is known of a name server at its beginning. A server
    that still had to be told of the edit would forget in the middle of a test."""
    def write(*addresses):
        before = stat(server, "host-changes")
        module_etc.write("resolv.conf", "".join(f"nameserver {address}\n" for address in addresses)
                         + f"options {PATIENT}\n# {next(numbers)}\n")
        wait_until(lambda: stat(server, "host-changes") > before, "the edit to be seen")
        for _ in range(2):
            server.ask("v4only.lab")  # lookup has read what it was told before

    return write


def fresh():
    """A name whose 22 letters are all small, or all capitals, in two of four million draws."""
    return f"a{next(numbers)}.mixed-case.example-up.test"


def ask(server, name=None, rdtype="A"):
    name = name or fresh()
    reply = server.ask(name, rdtype)
    return name, reply


def is_answered(server, address=RIGHT):
    name, reply = ask(server)
    assert reply.outcome == [f"{name} A {address}"]
    return name


def in_case(change, answer=saying(RIGHT)):
    """A name server that changes the case of the question, and of all that points to it."""
    def reply(packet):
        wire = answer(packet)
        end = HEADER + len(packet.name.to_wire())
        return wire[:HEADER] + change(wire[HEADER:end]) + wire[end:]

    return reply


def cases(packets):
    return [packet.question[0] for packet in packets]


def lookups(packets):
    """{name in small letters: the queries for it, one after another}"""
    found = {}
    for packet in packets:
        found.setdefault(packet.question[0].lower(), []).append(packet)
    return found


# --- what is sent ---


@pytest.mark.parametrize("address", [THEIRS, THEIRS6])
def test_a_server_on_another_host_gets_each_name_in_another_case(server, resolv_conf,
                                                                name_server, address):
    one = name_server(address)
    resolv_conf(address)
    name = fresh()
    for _ in range(20):
        assert server.ask(name).outcome == [f"{name} A {RIGHT}"]
    sent = cases(one.with_edns)
    assert {case.lower() for case in sent} == {name}
    assert len(set(sent)) >= 19 and name not in sent
    assert all(not packet.over_tcp for packet in one.packets)
    for at, letter in enumerate(name):
        if letter.isalpha():
            assert 0 < sum(case[at] == letter for case in sent) < len(sent), f"letter {at}"


@pytest.mark.parametrize("address", ["127.0.5.1", OURS, OURS6])
def test_a_server_on_this_host_gets_small_letters(server, resolv_conf, name_server, address):
    """Nobody else can send it, or from it, without seeing everything."""
    one = name_server(address, here=True)
    resolv_conf(address)
    asked = [is_answered(server) for _ in range(5)]
    assert cases(one.with_edns) == asked


@pytest.fixture
def nonlocal_bind():
    """Sockets can be bound to addresses of other hosts."""
    for path in NONLOCAL_BIND:
        path.write_text("1")
    yield
    for path in NONLOCAL_BIND:
        path.write_text("0")


@pytest.mark.usefixtures("nonlocal_bind")
@pytest.mark.parametrize("address, here", [
    (THEIRS, False), (THEIRS6, False), (f"{LINK_LOCAL_THEIRS}%host0", False),
    (OURS, True), (OURS_TOO, True), (OURS6, True), (f"{LINK_LOCAL_OURS}%host0", True)])
def test_bind_alone_does_not_tell_where_a_server_is(server, resolv_conf, name_server, address,
                                                    here):
    one = name_server(address if here else address.replace("host0", "guest0"), here=here)
    resolv_conf(address)
    asked = [is_answered(server) for _ in range(5)]
    assert [case.lower() for case in cases(one.with_edns)] == asked
    assert (cases(one.with_edns) == asked) == here


def test_the_operator_may_switch_it_off_and_on_again(start, resolv_conf, name_server,
                                                     open_folder):
    conf = open_folder / "hostdns.conf"
    conf.write_text("listen = 127.0.0.1:0\ncache-size = 0\nmixed-case = no\n")
    one = name_server(THEIRS)
    resolv_conf(THEIRS)
    server = start("-c", conf, listen=None)
    asked = [is_answered(server) for _ in range(5)]
    assert cases(one.with_edns) == asked
    conf.write_text("listen = 127.0.0.1:0\ncache-size = 0\n")
    server.reload()
    asked = [is_answered(server) for _ in range(5)]
    sent = cases(one.with_edns)[-5:]
    assert [case.lower() for case in sent] == asked and sent != asked


def test_over_tcp_small_letters_are_sent(server, resolv_conf, name_server):
    """Nobody can forge a reply there."""
    answer = saying(RIGHT)
    one = name_server(THEIRS, lambda packet: answer(packet) if packet.over_tcp else
                      packet.reply(flags=dns.flags.RA | dns.flags.TC))
    resolv_conf(THEIRS)
    name = is_answered(server)
    (last,) = [packet for packet in one.packets if packet.over_tcp]
    assert last.question[0] == name


# --- servers of all kinds ---


def test_a_server_that_keeps_case_is_counted(server, resolv_conf, name_server):
    first, second = name_server(THEIRS), name_server(THEIRS2, in_case(bytes.lower))
    resolv_conf(THEIRS, THEIRS2)
    retries = stat(server, "case-retries")
    for _ in range(3):
        is_answered(server)
    wait_until(lambda: stat(server, "keeping-case") == 1, "the gauge")
    assert stat(server, "case-retries") == retries
    assert len(first.with_edns) == 3 and second.packets == []
    wait_until(lambda: "alters case" not in ctl(server, "status"), "the status")
    resolv_conf("127.0.0.2")
    server.ask("a.example.test")
    wait_until(lambda: stat(server, "keeping-case") == 0, "the gauge")


@pytest.mark.parametrize("change", [bytes.lower, bytes.upper, bytes.swapcase])
@pytest.mark.parametrize("tcp", [True, False], ids=["with TCP", "without TCP"])
def test_a_server_that_alters_case_costs_one_more_query_once(server, resolv_conf, name_server,
                                                             change, tcp):
    one = name_server(THEIRS, in_case(change), tcp=tcp)
    resolv_conf(THEIRS)
    retries = stat(server, "case-retries")
    first = is_answered(server)
    queries = one.with_edns
    assert [case.lower() for case in cases(queries)] == [first, first]
    assert len({packet.port for packet in queries}) == 2
    assert len({packet.id for packet in queries}) == 2 and len(set(cases(queries))) == 2
    asked = [is_answered(server) for _ in range(5)]
    assert cases(one.with_edns)[2:] == asked
    assert not any(packet.over_tcp for packet in one.packets)
    assert stat(server, "case-retries") == retries + 1
    wait_until(lambda: "alters case" in ctl(server, "status"), "the status")


def test_a_server_that_has_been_replaced_by_one_that_alters_case(server, resolv_conf,
                                                                 name_server):
    keeps, lowers = saying(RIGHT), in_case(bytes.lower)
    one = name_server(THEIRS, keeps)
    resolv_conf(THEIRS)
    for _ in range(3):
        is_answered(server)
    one.answer = lowers
    for _ in range(3):
        is_answered(server)
    assert not any(packet.over_tcp for packet in one.packets)


def test_another_server_is_tried_again_when_resolv_conf_has_changed(server, resolv_conf,
                                                                    name_server):
    one = name_server(THEIRS, in_case(bytes.lower))
    resolv_conf(THEIRS)
    is_answered(server)
    one.answer = saying(RIGHT)
    name = is_answered(server)
    assert cases(one.with_edns)[-1] == name
    resolv_conf(THEIRS)
    name = is_answered(server)
    assert cases(one.with_edns)[-1] != name


@pytest.mark.parametrize("members", [2, 3, 4])
def test_a_farm_of_which_one_member_alters_case_answers_everything(server, resolv_conf,
                                                                   name_server, members):
    """Its queries come to the members in turn."""
    turn = itertools.count()
    keeps, lowers = saying(RIGHT), in_case(bytes.lower)
    one = name_server(THEIRS, lambda packet: (
        keeps if next(turn) % members else lowers)(packet), tcp=False)
    resolv_conf(THEIRS)
    for _ in range(20):
        is_answered(server)
    assert max(map(len, lookups(one.with_edns).values())) == 2


# --- forged replies ---


def forged(packet, change=bytes.lower):
    """With the right port and id, but not in the case of the query."""
    return in_case(change, saying(WRONG))(packet)


def test_a_forged_reply_in_another_case_is_not_believed(server, resolv_conf, name_server):
    """The question is asked again, and the next ones in mixed case as before."""
    def answer(packet):
        if len(one.with_edns) == 1 + known:
            one.send(packet, forged(packet))
        return packet.reply(RIGHT)

    known = 0
    one = name_server(THEIRS, answer)
    resolv_conf(THEIRS)
    retries = stat(server, "case-retries")
    for known in 0, 3, 6:
        while len(one.with_edns) < known:
            is_answered(server)
        is_answered(server)
    assert is_answered(server) != cases(one.with_edns)[-1]
    assert stat(server, "case-retries") == retries + 3


def bare(packet, rcode):
    """An error that repeats nothing, so only the port and the id are to guess."""
    return packet.wire[:2] + struct.pack("!5H", 0x8180 | rcode, 0, 0, 0, 0)


def test_a_forged_error_without_the_question_ends_nothing(server, resolv_conf, name_server):
    """Nor is EDNS given up."""
    def answer(packet):
        if rcode and len(lookups(one.packets)[packet.question[0].lower()]) == 1:
            one.send(packet, bare(packet, rcode))
        return packet.reply(RIGHT)

    rcode = None
    one = name_server(THEIRS, answer)
    resolv_conf(THEIRS)
    for rcode in dns.rcode.FORMERR, dns.rcode.SERVFAIL, dns.rcode.NOTIMP, dns.rcode.REFUSED:
        is_answered(server)
    assert one.edns == [0] * 8


def test_an_error_without_the_question_is_believed_the_second_time(server, resolv_conf,
                                                                   name_server):
    one = name_server(THEIRS, lambda packet: bare(packet, dns.rcode.REFUSED))
    name_server(THEIRS2)
    resolv_conf(THEIRS, THEIRS2)
    is_answered(server)
    assert one.edns == [0, 0, -1]


@pytest.mark.parametrize("address", [THEIRS, THEIRS6])
def test_a_reply_in_fragments_is_asked_for_over_tcp(server, resolv_conf, name_server, address):
    """Who forges the second one need guess neither port nor id nor case (RFC 9715 section 3.2)."""
    long = [f"10.66.0.{number}" for number in range(1, 101)]
    one = name_server(address, lambda packet: packet.reply(*[RIGHT] if packet.over_tcp else long))
    resolv_conf(address)
    is_answered(server)
    assert [packet.over_tcp for packet in one.packets] == [False, True]


def test_the_way_of_an_answer_shows_it(server, resolv_conf, name_server):
    name_server(THEIRS, in_case(bytes.upper))
    resolv_conf(THEIRS)
    reply = server.ask(fresh(), "A", edns=True, options=[way.ASK])
    tries = [step.outcome for step in way.of(reply).steps if step.kind == "try"]
    assert tries[:2] == ["other case", 0]


def test_who_forges_case_and_ids_only_makes_it_ask_over_tcp(server, resolv_conf, name_server):
    """Behind three wrong ids the query ends, also the one that followed a reply in another
    case."""
    def forge(packet):
        if packet.over_tcp:
            return packet.reply(RIGHT)
        if len(one.with_edns) == 1:
            return forged(packet)
        for number in range(1, 5):
            wire = packet.reply(WRONG)
            one.send(packet, wire[:1] + bytes([wire[1] ^ number]) + wire[2:])
        return None

    one = name_server(THEIRS, forge)
    resolv_conf(THEIRS)
    before = {name: stat(server, name) for name in ("stray-replies", "stray-retries")}
    name = is_answered(server)
    assert [packet.question[0] for packet in one.packets if packet.over_tcp] == [name]
    assert stat(server, "stray-replies") >= before["stray-replies"] + 4
    assert stat(server, "stray-retries") == before["stray-retries"] + 1


def test_the_second_server_is_asked_in_a_case_of_its_own(server, resolv_conf, name_server):
    first = name_server(THEIRS, lambda packet: packet.reply(rcode="REFUSED"))
    second = name_server(THEIRS2)
    resolv_conf(THEIRS, THEIRS2)
    is_answered(server)
    assert set(cases(first.packets)).isdisjoint(cases(second.packets))


# --- what clients see ---

SPELT = "wWw.HoSt.Example-UP.tEst"
ALIAS = "Target.Of-An-Alias.Elsewhere"


def with_authority(message, name, uncompressed=False):
    zone = name.split(2)[1]
    message.authority.append(
        dns.rrset.from_text(zone, 60, "IN", "SOA", "ns.test. admin.test. 1 60 60 60 60"))
    wire = message.to_wire()
    if not uncompressed:
        return wire
    # As to_wire() has it: a pointer to the last label of the question.
    end = HEADER + len(name.to_wire()) + 4
    return wire[:end] + zone.to_wire() + wire[end + 2:]


def denial(packet, uncompressed=False):
    message = dns.message.from_wire(packet.reply(rcode="NXDOMAIN", opt=False))
    return with_authority(message, packet.name, uncompressed)


def uncompressed_denial(packet):
    return denial(packet, True)


def empty(packet):
    return with_authority(dns.message.from_wire(packet.reply()), packet.name)


def uncompressed_address(packet):
    """The owner stands in full."""
    wire = packet.reply(RIGHT, opt=False)
    end = HEADER + len(packet.name.to_wire()) + 4
    return wire[:end] + packet.name.to_wire() + wire[end + 2:]


def alias(packet):
    message = dns.message.from_wire(packet.reply())
    message.answer += [dns.rrset.from_text(packet.name, 60, "IN", "CNAME", f"{ALIAS}."),
                       dns.rrset.from_text(f"{ALIAS}.", 60, "IN", packet.type, {
                           "A": RIGHT, "AAAA": "2001:db8::1", "TXT": '"text"'}[packet.type])]
    return message.to_wire()


def dname(packet):
    """An alias that is made of a DNAME of all the zone, with labels of the question."""
    zone = packet.name.split(3)[1]
    target = dns.name.Name([*packet.name.split(3)[0], b"New", b"Elsewhere", b""])
    message = dns.message.from_wire(packet.reply())
    message.answer += [dns.rrset.from_text(zone, 60, "IN", "DNAME", "New.Elsewhere."),
                       dns.rrset.from_text(packet.name, 60, "IN", "CNAME", str(target)),
                       dns.rrset.from_text(target, 60, "IN", "A", RIGHT)]
    return message.to_wire()


ANSWERS = {
    "A": ("A", saying(RIGHT), [f"{SPELT} A {RIGHT}"]),
    "addresses, which libc puts in order": (
        "A", lambda packet: packet.reply(*[RIGHT, "192.0.2.2"] if packet.type == "A" else []),
        [f"{SPELT} A {RIGHT}", f"{SPELT} A 192.0.2.2"]),
    "AAAA": ("AAAA", saying(RIGHT), [f"{SPELT} AAAA 2001:db8::1"]),
    "TXT": ("TXT", saying(RIGHT), [f'{SPELT} TXT "text"']),
    "MX": ("MX", saying(RIGHT), [f"{SPELT} MX 5 mail.up.test"]),
    "ANY": ("ANY", saying(RIGHT), [f"{SPELT} A {RIGHT}", f"{SPELT} AAAA 2001:db8::1"]),
    "an owner in full": ("A", uncompressed_address, [f"{SPELT} A {RIGHT}"]),
    "an alias": ("A", alias, [f"{SPELT} CNAME {ALIAS}", f"{ALIAS} A {RIGHT}"]),
    "an alias of a text": ("TXT", alias, [f"{SPELT} CNAME {ALIAS}", f'{ALIAS} TXT "text"']),
    "a DNAME": ("A", dname, ["example-up.test DNAME New.Elsewhere",
                             f"{SPELT} CNAME www.host.New.Elsewhere",
                             f"www.host.New.Elsewhere A {RIGHT}"]),
    "NXDOMAIN": ("A", denial, "NXDOMAIN"),
    "NXDOMAIN with its owner in full": ("A", uncompressed_denial, "NXDOMAIN"),
    "no data": ("MX", empty, "NODATA"),
}


@pytest.mark.parametrize("kind", ANSWERS)
@pytest.mark.parametrize("change", [bytes, bytes.lower], ids=["kept", "lowered"])
def test_the_client_sees_its_own_case(server, resolv_conf, name_server, kind, change):
    """Also if the name server repeats another one. Other names that are made of the asked one
    are in small letters, in which the lookup process asks."""
    rdtype, answer, expected = ANSWERS[kind]
    one = name_server(THEIRS, in_case(change, answer))
    resolv_conf(THEIRS)
    for tcp in False, True:
        reply = server.ask(SPELT, rdtype, tcp=tcp)
        assert sorted(reply.outcome) == sorted(expected) if isinstance(expected, list) else (
            reply.outcome == expected)
        if expected in ("NXDOMAIN", "NODATA"):
            assert [owner for owner, _, _ in reply.soa] == ["test."]
    assert SPELT not in cases(one.with_edns)[:1]


def test_a_reverse_name(server, resolv_conf, name_server):
    name_server(THEIRS)
    resolv_conf(THEIRS)
    for spelt in "7.2.0.192.In-Addr.ARPA", f"{'1.' * 30}A.b.ip6.aRPa":
        assert server.ask(spelt, "PTR").outcome == [f"{spelt} PTR pointer.up.test"]


def test_an_answer_from_the_cache_has_the_case_of_the_next_client(start, resolv_conf,
                                                                  name_server):
    one = name_server(THEIRS, alias)
    resolv_conf(THEIRS)
    server = start("-o", "cache-size=1000000")
    for spelt in SPELT, SPELT.swapcase(), SPELT.lower():
        assert server.ask(spelt).outcome == [f"{spelt} CNAME {ALIAS}", f"{ALIAS} A {RIGHT}"]
    assert len(one.with_edns) == 1


@pytest.fixture(scope="module")
def knot(guest, open_folder_of_file):
    """A real server, with the lab's zones."""
    conf = open_folder_of_file / "knot.conf"
    text = open("/etc/lab/knot.conf", encoding="ascii").read()
    conf.write_text(text.replace("[127.0.0.1@53, ::1@53]", f"{KNOT}@53").replace(
        "/etc/lab", str(open_folder_of_file)))
    process = guest.run(subprocess.Popen, ["knotd", "-c", conf])
    query = dns.message.make_query("a.example.test", "A")
    wait_until(lambda: guest.run(replies, query), "knot")
    yield KNOT
    process.terminate()
    process.wait()


def replies(query):
    try:
        return dns.query.udp(query, KNOT, timeout=0.2)
    except (OSError, dns.exception.Timeout):
        return None


@pytest.mark.parametrize("name, rdtype, expected", [
    ("A.exaMPLE.test", "A", ["A.exaMPLE.test A 192.0.2.1"]),
    ("NoT-There.exaMPLE.test", "A", "NXDOMAIN"),
    ("1.2.0.192.IN-addr.arpa", "PTR", None),
])
def test_knot_keeps_case(server, resolv_conf, knot, name, rdtype, expected):
    resolv_conf(knot)
    retries = stat(server, "case-retries")
    reply = server.ask(name, rdtype)
    if expected:
        assert reply.outcome == expected
    assert reply.rcode in ("NOERROR", "NXDOMAIN")
    assert {owner for owner, _, _ in reply.soa} <= {"example.test."}
    assert stat(server, "case-retries") == retries
    wait_until(lambda: stat(server, "keeping-case") == 1, "the gauge")


# --- many at the same time ---


def by_socket(packets):
    """How many queries each socket sent. A port that has been idle for a second has another
    socket: one takes queries for 20 ms, and then has it for as long as they wait."""
    last = {}
    for packet in packets:
        count, seconds = last.get(packet.port, (0, packet.seconds))
        if packet.seconds > seconds + 1:
            yield count
            count = 0
        last[packet.port] = count + 1, packet.seconds
    yield from (count for count, _ in last.values())


def test_ten_thousand_in_flight_have_a_port_for_each_sixteen_at_most(start, resolv_conf,
                                                                     name_server):
    """They all wait at the same time, as far as the machine is fast enough to ask so many."""
    one = name_server(THEIRS, lambda packet: None)
    resolv_conf(THEIRS)
    server = start("-o", "per-client=32768")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect(server.to)
        for asked in range(500, IN_FLIGHT + 1, 500):
            for _ in range(500):
                sock.send(make(fresh()).to_wire())
            wait_until(lambda asked=asked: len(lookups(one.packets)) >= asked,
                       "these at the server")
    queries = [packet for packet in one.packets if not packet.over_tcp]
    sockets = list(by_socket(queries))
    print(f"{len(queries)} queries had {len(sockets)} ports, the most shared one "
          f"{max(sockets)} of them")
    assert max(sockets) <= MOST_SHARE
    assert len(sockets) >= IN_FLIGHT // MOST_SHARE
