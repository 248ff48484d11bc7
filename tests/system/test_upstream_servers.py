"""resolv.conf as libc honours it, and what the packets to the name servers look like."""

import collections
import contextlib
import itertools
import socket
import struct
import threading

import dns.edns
import dns.flags
import dns.message
import dns.rrset
import pytest

from ask import PATIENCE_SECONDS, PROMISE_SECONDS, SLACK_SECONDS, gather
from daemon import wait_until
from name_server import NameServer, Packet, saying, with_rcode
from network import ip, with_addresses
from waiting import waiting

FIRST, SECOND, THIRD, FOURTH = "127.0.1.1", "127.0.1.2", "127.0.1.3", "127.0.1.4"
CLOSED, QUIET, ASKED_LATER = "127.0.1.9", "127.0.1.10", "127.0.1.11"
IPV6, LINK_LOCAL = "fd53::1", "fe80::53%lo"
SAYS = {FIRST: "192.0.2.1", SECOND: "192.0.2.2", THIRD: "192.0.2.3", FOURTH: "192.0.2.4"}
QUICKLY = 1.5  # seconds; well under a server's share of the time where this is used
PATIENT = "timeout:30 attempts:1"  # each server is waited for as long as possible
names = (f"n{number}.up.test" for number in itertools.count(1))


@pytest.fixture(scope="module", autouse=True)
def addresses():
    """Further IPv6 addresses for name servers, and networks that cannot be reached."""
    routes = "unreachable 198.51.100.1", "prohibit 198.51.100.2"
    with with_addresses(f"{IPV6}/128", "fe80::53/128"):
        for route in routes:
            ip(f"route add {route}")
        yield
        for route in routes:
            ip(f"route del {route}")


@pytest.fixture
def name_server():
    """Starts name servers for one test; without an answer they say their own address."""
    servers = []

    def run(address, answer=None, **how):
        servers.append(NameServer(address, answer or saying(SAYS.get(address, "192.0.2.9")),
                                  **how))
        return servers[-1]

    yield run
    for server in servers:
        server.close()


def assert_address(server, address, within=PATIENCE_SECONDS):
    """Asks about a new name, which must have this address, and returns the name."""
    name = next(names)
    reply = server.ask(name)
    assert reply.outcome == [f"{name} A {address}"]
    assert reply.seconds < within
    return name


def silent(packet):
    return None


@pytest.fixture
def resolv_conf(etc):
    def write(*addresses, options=""):
        lines = [f"nameserver {address}\n" for address in addresses]
        etc.write("resolv.conf", "".join(lines) + (f"options {options}\n" if options else ""))

    return write


# --- which servers, in which order ---


def test_only_the_first_server_is_asked_if_it_answers(server, resolv_conf, name_server):
    first, second = name_server(FIRST), name_server(SECOND)
    resolv_conf(FIRST, SECOND)
    name = assert_address(server, "192.0.2.1")
    assert (first.questions, second.questions) == ([(name, "A")], [])


@waiting
def test_three_servers_in_their_order(host):
    servers = [host.name_server(tcp=False), host.name_server(tcp=False),
               host.name_server(saying("192.0.2.3"))]
    name = host.name()
    pending = host.ask(servers, "timeout:1 attempts:1", name)
    yield
    assert pending.reply().outcome == [f"{name} A 192.0.2.3"]
    assert [one.questions[0] for one in servers] == [(name, "A")] * 3
    assert [len(one.with_edns) for one in servers] == [1, 1, 1]
    times = [one.packets[0].seconds for one in servers]
    assert times == sorted(times)


def test_a_fourth_server_is_not_asked(server, resolv_conf, name_server):
    """libc takes three (MAXNS)."""
    refusing = [name_server(address, with_rcode("REFUSED")) for address in (FIRST, SECOND, THIRD)]
    fourth = name_server(FOURTH)
    resolv_conf(FIRST, SECOND, THIRD, FOURTH)
    assert server.ask(next(names)).outcome == "SERVFAIL"
    assert [one.edns for one in refusing] == [[0, -1]] * 3
    assert fourth.questions == []


@pytest.mark.parametrize("address", [IPV6, LINK_LOCAL])
def test_a_server_with_an_ipv6_address(server, resolv_conf, name_server, address):
    one = name_server(address)
    resolv_conf(address)
    name = assert_address(server, "192.0.2.9")
    assert one.questions == [(name, "A")]


def test_servers_of_both_families(server, resolv_conf, name_server):
    first, second = name_server(IPV6, with_rcode("SERVFAIL")), name_server(SECOND)
    resolv_conf(IPV6, SECOND)
    assert_address(server, "192.0.2.2")
    assert len(first.with_edns) == 1


def test_without_rotate_each_question_goes_to_the_first(server, resolv_conf, name_server):
    servers = [name_server(address) for address in (FIRST, SECOND, THIRD)]
    resolv_conf(FIRST, SECOND, THIRD)
    for _ in range(6):
        server.ask(next(names))
    assert [len(one.questions) for one in servers] == [6, 0, 0]


def test_rotate_gives_each_server_its_share(server, resolv_conf, name_server):
    servers = [name_server(address) for address in (FIRST, SECOND, THIRD)]
    resolv_conf(FIRST, SECOND, THIRD, options="rotate")
    for _ in range(6):
        server.ask(next(names))
    assert [len(one.questions) for one in servers] == [2, 2, 2]


# --- how long and how often ---


@waiting
@pytest.mark.parametrize("seconds", [1, 2])
def test_timeout_is_the_time_until_the_second_server(host, seconds):
    first, second = host.name_server(), host.name_server(saying("192.0.2.2"))
    name = host.name()
    pending = host.ask([first, second], f"timeout:{seconds} attempts:1", name)
    yield
    assert pending.reply().outcome == [f"{name} A 192.0.2.2"]
    waited = second.packets[0].seconds - first.packets[0].seconds
    assert seconds - 0.1 <= waited <= seconds + SLACK_SECONDS


@waiting
@pytest.mark.parametrize("attempts", [1, 3])
def test_attempts_is_how_often_a_silent_server_is_asked(host, attempts):
    one = host.name_server(tcp=False)
    pending = host.ask([one], f"timeout:1 attempts:{attempts}")
    yield
    reply = pending.reply()
    assert reply.outcome == "SERVFAIL"
    assert one.edns == [0] + [-1] * attempts  # soon without EDNS, and in further attempts
    assert attempts - 0.1 <= reply.seconds <= attempts + SLACK_SECONDS


@waiting
def test_the_servers_take_turns(host):
    """All of them once, then all of them again. The second time without EDNS; with it again
    if they are known to answer with it."""
    first, second = host.name_server(tcp=False), host.name_server(tcp=False)
    pending = host.ask([first, second], "timeout:1 attempts:2")
    yield
    assert pending.reply().outcome == "SERVFAIL"
    assert (first.edns, second.edns) == ([0, -1, -1], [0, -1, -1])
    times = [one.packets[at].seconds for at in (0, 2) for one in (first, second)]
    assert times == sorted(times)


@waiting
def test_a_late_reply_of_the_first_server_is_used(host):
    def answer_for_the_first(_):
        (packet,) = first.with_edns
        first.send(packet, packet.reply("192.0.2.1"))

    first, second = host.name_server(), host.name_server(answer_for_the_first)
    name = host.name()
    pending = host.ask([first, second], "timeout:1 attempts:2", name)
    yield
    assert pending.reply().outcome == [f"{name} A 192.0.2.1"]
    assert (len(first.with_edns), len(second.packets)) == (1, 1)


@waiting
def test_a_slow_reply_over_tcp_is_used(host):
    """The only server, which takes longer than a turn: to hang up on it and ask again would
    help nobody."""
    def answer_after_a_turn(packet):
        threading.Timer(2.5, send, (packet,)).start()

    def send(packet):
        with contextlib.suppress(OSError):  # it has hung up, as the reply will tell
            one.send(packet, packet.reply("192.0.2.1"))

    one = host.name_server(on_stream=answer_after_a_turn)
    name = host.name()
    pending = host.ask([one], "use-vc attempts:2", name)
    yield
    assert pending.reply().outcome == [f"{name} A 192.0.2.1"]


# --- fail-over ---


@pytest.mark.parametrize("rcode", ["SERVFAIL", "REFUSED", "NOTIMP"])
def test_the_second_server_is_asked_at_once_when_the_first_says(server, resolv_conf, name_server,
                                                                rcode):
    first, second = name_server(FIRST, with_rcode(rcode)), name_server(SECOND)
    resolv_conf(FIRST, SECOND, options=PATIENT)
    assert_address(server, "192.0.2.2", within=QUICKLY)
    assert (first.edns, second.edns) == ([0, -1], [0])


def test_the_second_server_is_asked_when_the_first_is_lame(server, resolv_conf, name_server):
    """Empty, from a server that neither recurses nor knows."""
    name_server(FIRST, lambda packet: packet.reply(flags=0))
    name_server(SECOND)
    resolv_conf(FIRST, SECOND, options=PATIENT)
    assert_address(server, "192.0.2.2", within=QUICKLY)


@pytest.mark.parametrize("options", ["", "use-vc"])
@pytest.mark.parametrize("first", [
    pytest.param(CLOSED, id="closed port"),
    pytest.param("192.0.2.53", id="no route"),
    pytest.param("198.51.100.1", id="unreachable"),
    pytest.param("198.51.100.2", id="prohibited"),
    pytest.param("fd53::9", id="no route, IPv6"),
])
def test_the_second_server_is_asked_at_once_when_the_first_cannot_be_reached(
        server, resolv_conf, name_server, first, options):
    name_server(SECOND)
    resolv_conf(first, SECOND, options=f"{PATIENT} {options}")
    assert_address(server, "192.0.2.2", within=QUICKLY)


def test_a_closed_port_is_noticed_each_time(server, resolv_conf, name_server):
    """Whether the error comes with the sending or, as ICMP message, after it."""
    name_server(SECOND)
    resolv_conf(CLOSED, SECOND, options=PATIENT)
    replies = [server.ask(next(names)) for _ in range(4)]
    assert {reply.rcode for reply in replies} == {"NOERROR"}
    assert max(reply.seconds for reply in replies) < QUICKLY


def test_a_server_that_comes_back_is_asked_again(server, resolv_conf, name_server):
    name_server(FIRST, silent).close()
    resolv_conf(FIRST, options="timeout:1 attempts:1")
    assert server.ask(next(names)).outcome == "SERVFAIL"
    name_server(FIRST)
    assert_address(server, "192.0.2.1")


@pytest.mark.parametrize("rcode", ["NXDOMAIN", "NOERROR"])
def test_a_negative_answer_is_final(server, resolv_conf, name_server, rcode):
    name_server(FIRST, with_rcode(rcode))
    second = name_server(SECOND)
    resolv_conf(FIRST, SECOND)
    expected = "NODATA" if rcode == "NOERROR" else rcode
    assert server.ask(next(names)).outcome == expected
    assert second.packets == []


def test_the_extended_error_names_the_server_and_what_it_says(server, resolv_conf, name_server):
    name_server(FIRST, with_rcode("REFUSED"))
    resolv_conf(FIRST)
    code, text = server.ask(next(names), edns=True).extended_error
    assert code == dns.edns.EDECode.NO_REACHABLE_AUTHORITY
    assert FIRST in text and "REFUSED" in text


# --- options about the packet ---


def test_use_vc_asks_over_tcp_only(server, resolv_conf, name_server):
    one = name_server(FIRST)
    resolv_conf(FIRST, options="use-vc")
    assert_address(server, "192.0.2.1")
    assert [packet.over_tcp for packet in one.packets] == [True]


@pytest.mark.parametrize("transport", ["", "use-vc "])
@pytest.mark.parametrize("option, sets_ad", [("", False), ("trust-ad", True)])
def test_trust_ad_sets_ad_in_the_question(server, resolv_conf, name_server, transport, option,
                                          sets_ad):
    """RFC 6840 section 5.7; without the option it is clear."""
    one = name_server(FIRST)
    resolv_conf(FIRST, options=transport + option)
    assert server.ask(next(names)).rcode == "NOERROR"
    assert bool(one.packets[0].message.flags & dns.flags.AD) == sets_ad


@pytest.mark.parametrize("option", ["", "edns0"])
def test_edns_is_sent_with_1232_octets(server, resolv_conf, name_server, option):
    one = name_server(FIRST)
    resolv_conf(FIRST, options=option)
    server.ask(next(names))
    message = one.packets[0].message
    assert (message.edns, message.payload, message.ednsflags, message.options) == (0, 1232, 0, ())


def test_no_aaaa_answers_aaaa_with_nodata(server, resolv_conf, name_server):
    name_server(FIRST)
    resolv_conf(FIRST, options="no-aaaa")
    assert server.ask(next(names), "AAAA").outcome == "NODATA"


def test_no_aaaa_does_not_ask_for_aaaa(server, resolv_conf, name_server):
    one = name_server(FIRST)
    resolv_conf(FIRST, options="no-aaaa")
    server.ask(next(names), "AAAA")
    assert "AAAA" not in {rdtype for _, rdtype in one.questions}


def test_no_aaaa_leaves_a_alone(server, resolv_conf, name_server):
    name_server(FIRST)
    resolv_conf(FIRST, options="no-aaaa")
    name = next(names)
    assert server.ask(name, "A").outcome == [f"{name} A 192.0.2.1"]


def test_no_aaaa_and_a_name_that_does_not_exist(server, resolv_conf, name_server):
    name_server(FIRST, with_rcode("NXDOMAIN"))
    resolv_conf(FIRST, options="no-aaaa")
    assert server.ask(next(names), "A").outcome == "NXDOMAIN"


# --- EDNS that a server does not know ---


@pytest.mark.parametrize("transport", ["", "use-vc"])
@pytest.mark.parametrize("rcode", ["FORMERR", "NOTIMP"])
def test_a_server_that_does_not_know_edns_is_asked_without(server, resolv_conf, name_server,
                                                           rcode, transport):
    """RFC 6891 section 7: it says FORMERR, older ones NOTIMP, and sends no OPT record."""
    def answer(packet):
        if packet.message.edns >= 0:
            return packet.reply(rcode=rcode, opt=False)
        return packet.reply("192.0.2.1", opt=False)

    one = name_server(FIRST, answer)
    resolv_conf(FIRST, options=f"{PATIENT} {transport}")
    assert_address(server, "192.0.2.1", within=QUICKLY)
    assert [packet.message.edns for packet in one.packets] == [0, -1]


def bare(packet, rcode):
    """A header and nothing else, as servers say that do not understand the rest."""
    return packet.wire[:2] + struct.pack("!HHHHH", 0x8180 | rcode, 0, 0, 0, 0)


def test_formerr_that_repeats_no_question(server, resolv_conf, name_server):
    def answer(packet):
        if packet.message.edns >= 0:
            return bare(packet, dns.rcode.FORMERR)
        return packet.reply("192.0.2.1", opt=False)

    name_server(FIRST, answer)
    resolv_conf(FIRST)
    assert_address(server, "192.0.2.1")


@pytest.mark.parametrize("rcode", ["FORMERR", "SERVFAIL", "NOTIMP", "REFUSED"])
def test_the_second_server_is_asked_at_once_after_a_bare_error(server, resolv_conf, name_server,
                                                               rcode):
    name_server(FIRST, lambda packet: bare(packet, dns.rcode.from_text(rcode)))
    name_server(SECOND)
    resolv_conf(FIRST, SECOND, options=PATIENT)
    assert_address(server, "192.0.2.2", within=QUICKLY)


def test_a_bare_error_is_told_at_once_without_a_second_server(server, resolv_conf, name_server):
    name_server(FIRST, lambda packet: bare(packet, dns.rcode.REFUSED))
    resolv_conf(FIRST, options=PATIENT)
    reply = server.ask(next(names), edns=True)
    assert reply.outcome == "SERVFAIL"
    assert reply.extended_error[1] == f"name server {FIRST}:53 says REFUSED"
    assert reply.seconds < QUICKLY


def test_a_bare_error_with_another_id_is_ignored(server, resolv_conf, name_server):
    def answer(packet):
        wire = bare(packet, dns.rcode.REFUSED)
        one.send(packet, bytes([wire[0] ^ 1]) + wire[1:])
        return packet.reply("192.0.2.1")

    one = name_server(FIRST, answer)
    resolv_conf(FIRST)
    assert_address(server, "192.0.2.1")


def test_formerr_with_opt_is_a_reason_to_ask_without(server, resolv_conf, name_server):
    """libc sends no OPT record, so it gets an answer from such servers."""
    def answer(packet):
        if packet.message.edns >= 0:
            return packet.reply(rcode="FORMERR")
        return packet.reply("192.0.2.1")

    one = name_server(FIRST, answer)
    resolv_conf(FIRST)
    assert_address(server, "192.0.2.1")
    assert [packet.message.edns for packet in one.packets] == [0, -1]


def test_the_second_server_is_asked_after_formerr(server, resolv_conf, name_server):
    one = name_server(FIRST, with_rcode("FORMERR"))
    name_server(SECOND)
    resolv_conf(FIRST, SECOND, options=PATIENT)
    assert_address(server, "192.0.2.2")
    assert [packet.message.edns for packet in one.packets] == [0, -1]


# --- TCP after truncation ---


def truncated_over_udp(packet):
    if packet.over_tcp:
        return packet.reply("192.0.2.1")
    return packet.reply(flags=dns.flags.RA | dns.flags.TC)


def test_a_truncated_reply_is_asked_for_over_tcp(server, resolv_conf, name_server):
    one = name_server(FIRST, truncated_over_udp)
    resolv_conf(FIRST)
    name = assert_address(server, "192.0.2.1")
    assert [packet.over_tcp for packet in one.packets] == [False, True]
    assert one.questions == [(name, "A")] * 2


MANY_ADDRESSES = [f"10.9.0.{number}" for number in range(1, 61)]  # more than 512 octets


def cut_over_udp(packet):
    """As a server that knows nothing of TC sends it."""
    wire = packet.reply(*MANY_ADDRESSES)
    return wire if packet.over_tcp else wire[:512]


def addresses_of(outcome):
    return sorted(line.split()[-1] for line in outcome)


def test_a_reply_cut_at_512_octets_without_tc_is_asked_for_over_tcp(server, resolv_conf,
                                                                    name_server):
    one = name_server(FIRST, cut_over_udp)
    resolv_conf(FIRST)
    assert addresses_of(server.ask(next(names), tcp=True).outcome) == sorted(MANY_ADDRESSES)
    assert [packet.over_tcp for packet in one.packets] == [False, True]


def test_without_tcp_a_cut_reply_is_never_taken_as_whole(server, resolv_conf, name_server):
    name_server(FIRST, cut_over_udp, tcp=False)
    resolv_conf(FIRST)
    assert server.ask(next(names)).outcome == "SERVFAIL"
    name_server(SECOND)
    resolv_conf(FIRST, SECOND, options=PATIENT)
    assert_address(server, "192.0.2.2", within=QUICKLY)


def without_opt_but_counted(packet):
    """What is left of a reply when somebody on the way takes out its OPT record."""
    wire = bytearray(packet.reply("192.0.2.1", opt=False))
    wire[11] = 1
    return bytes(wire)


@pytest.mark.parametrize("rdtype", ["A", "MX"])
def test_a_record_too_few_behind_the_answer_changes_nothing(server, resolv_conf, name_server,
                                                            rdtype):
    one = name_server(FIRST, lambda packet: without_opt_but_counted(packet) if rdtype == "A"
                      else saying("192.0.2.1")(packet)[:-11])
    resolv_conf(FIRST)
    assert server.ask(next(names), rdtype).rcode == "NOERROR"
    assert [packet.over_tcp for packet in one.packets] == [False]


def test_a_reply_over_tcp_that_is_marked_as_truncated_is_taken(server, resolv_conf, name_server):
    """libc does not look at TC there."""
    name_server(FIRST, lambda packet: packet.reply("192.0.2.1",
                                                   flags=dns.flags.RA | dns.flags.TC))
    resolv_conf(FIRST)
    assert_address(server, "192.0.2.1")


def test_a_reply_over_tcp_in_single_octets(server, resolv_conf, name_server):
    def dribble(packet):
        wire = packet.reply("192.0.2.1")
        packet.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for octet in struct.pack("!H", len(wire)) + wire:
            packet.connection.send(bytes([octet]))

    name_server(FIRST, truncated_over_udp, on_stream=dribble)
    resolv_conf(FIRST)
    assert_address(server, "192.0.2.1")


def hang_up(packet):
    packet.connection.shutdown(socket.SHUT_RDWR)


def hang_up_in_the_middle(packet):
    packet.connection.sendall(b"\0\x40" + packet.wire[:20])
    packet.connection.shutdown(socket.SHUT_RDWR)


def send_nothing_at_length(packet):
    packet.connection.sendall(b"\0\0")


def send_another_id(packet):
    wire = packet.reply("192.0.2.66")
    packet.connection.sendall(struct.pack("!H", len(wire)) + bytes([wire[0] ^ 1]) + wire[1:])


@pytest.mark.parametrize("misbehave", [
    hang_up, hang_up_in_the_middle, send_nothing_at_length, send_another_id])
def test_the_second_server_is_asked_when_tcp_fails(server, resolv_conf, name_server, misbehave):
    name_server(FIRST, truncated_over_udp, on_stream=misbehave)
    name_server(SECOND)
    resolv_conf(FIRST, SECOND, options=PATIENT)
    assert_address(server, "192.0.2.2", within=QUICKLY)


def test_the_second_server_is_asked_when_nobody_listens_on_tcp(server, resolv_conf, name_server):
    name_server(FIRST, truncated_over_udp, tcp=False)
    name_server(SECOND)
    resolv_conf(FIRST, SECOND, options=PATIENT)
    assert_address(server, "192.0.2.2")


# --- replies that must not be believed ---


def changed(packet, at, *octets):
    wire = bytearray(packet.reply("192.0.2.66"))
    wire[at:at + len(octets)] = octets
    return bytes(wire)


def other_case(packet):
    """Not to be believed less: letter case does not matter unless 0x20 is used (RFC 4343)."""
    return packet.reply("192.0.2.1").replace(packet.name.to_wire(),
                                             packet.name.to_wire().upper(), 1)


FORGERIES = {
    "another id": lambda packet: changed(packet, 0, packet.wire[0] ^ 0x80),
    "another id, low bits": lambda packet: changed(packet, 1, packet.wire[1] ^ 0x01),
    "another name": lambda packet: changed(packet, 13, packet.wire[13] ^ 0x01),
    "another type": lambda packet: changed(packet, 12 + len(packet.name.to_wire()), 0, 28),
    "another class": lambda packet: changed(packet, 14 + len(packet.name.to_wire()), 0, 3),
    "a question": lambda packet: changed(packet, 2, packet.wire[2]),
    "another opcode": lambda packet: changed(packet, 2, 0xA1),
    "no question": lambda packet: changed(packet, 4, 0, 0),
    "two questions": lambda packet: changed(packet, 4, 0, 2),
    "a header cut short": lambda packet: packet.reply("192.0.2.66")[:11],
    "a question cut short": lambda packet: packet.reply("192.0.2.66")[:15],
    "an empty datagram": lambda packet: b"",
    "rubbish": lambda packet: packet.wire[:2] + b"\xff" * 40,
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_reply_is_ignored(server, resolv_conf, name_server, forgery):
    """The right one, which comes after it, is believed, and nobody is asked again."""
    one = name_server(FIRST, silent)
    resolv_conf(FIRST, options=PATIENT)
    name = next(names)
    pending = server.send(name)
    (packet,) = one.wait_for(1)
    one.send(packet, FORGERIES[forgery](packet))
    one.send(packet, packet.reply("192.0.2.1"))
    assert pending.reply().outcome == [f"{name} A 192.0.2.1"]
    assert len(one.packets) == 1


def wrong_id(packet, number):
    return changed(packet, 0, *struct.pack("!H", packet.id ^ number))


def test_a_few_forged_replies_are_ignored(server, resolv_conf, name_server):
    one = name_server(FIRST, silent)
    resolv_conf(FIRST, options=PATIENT)
    name = next(names)
    pending = server.send(name)
    (packet,) = one.wait_for(1)
    for number in 1, 2, 3:
        one.send(packet, wrong_id(packet, number))
    one.send(packet, packet.reply("192.0.2.1"))
    assert pending.reply().outcome == [f"{name} A 192.0.2.1"]
    assert len(one.packets) == 1


@pytest.mark.parametrize("forgery", [wrong_id, lambda packet, _: FORGERIES["another name"](packet)],
                         ids=["another id", "another name"])
def test_behind_more_forged_replies_the_server_is_asked_over_tcp(server, resolv_conf, name_server,
                                                                 forgery):
    """Somebody guesses, and the next guess may be right: it comes too late."""
    one = name_server(FIRST, lambda packet: packet.reply("192.0.2.1") if packet.over_tcp else None)
    resolv_conf(FIRST, options=PATIENT)
    name = next(names)
    pending = server.send(name)
    (packet,) = one.wait_for(1)
    for number in 1, 2, 3, 4:
        one.send(packet, forgery(packet, number))
    wait_until(lambda: any(packet.over_tcp for packet in one.packets), "a question over TCP")
    one.send(packet, packet.reply("192.0.2.66"))
    assert pending.reply().outcome == [f"{name} A 192.0.2.1"]


@waiting
def test_the_second_server_is_asked_if_the_first_one_has_no_tcp_against_forgeries(host):
    def forge(packet):
        for number in 1, 2, 3, 4:
            first.send(packet, wrong_id(packet, number))

    first, second = host.name_server(forge, tcp=False), host.name_server(saying("192.0.2.2"))
    name = host.name()
    pending = host.ask([first, second], "timeout:1 attempts:1", name)
    yield
    assert pending.reply().outcome == [f"{name} A 192.0.2.2"]


@pytest.mark.parametrize("source", [
    pytest.param((SECOND, 53), id="another address"),
    pytest.param((FIRST, 0), id="another port"),
    pytest.param((FOURTH, 0), id="another address and port"),
])
def test_a_reply_from_elsewhere_is_ignored(server, resolv_conf, name_server, source):
    """With the right id, to the right port (RFC 5452 section 9.1)."""
    one = name_server(FIRST, silent)
    resolv_conf(FIRST, options=PATIENT)
    name = next(names)
    pending = server.send(name)
    (packet,) = one.wait_for(1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as forger:
        forger.bind(source)
        forger.sendto(packet.reply("192.0.2.66"), packet.source)
    one.send(packet, packet.reply("192.0.2.1"))
    assert pending.reply().outcome == [f"{name} A 192.0.2.1"]


def port_unreachable(packet, server):
    """Without the octets of the query that a true one might have (RFC 792)."""
    ours = socket.inet_aton(packet.source[0])
    query = (struct.pack("!BxHxxxxBBxx", 0x45, 28 + len(packet.wire), 64, socket.IPPROTO_UDP) +
             ours + socket.inet_aton(server) +
             struct.pack("!HHHxx", packet.port, 53, 8 + len(packet.wire)))
    message = struct.pack("!BBHxxxx", 3, 3, 0) + query
    total = sum(struct.unpack(f"!{len(message) // 2}H", message))
    total = (total & 0xffff) + (total >> 16)
    return message[:2] + struct.pack("!H", ~total & 0xffff) + message[4:]


def test_a_forged_icmp_message_only_makes_it_ask_over_tcp(server, resolv_conf, name_server):
    """Who guesses the port alone must not end a question."""
    one = name_server(FIRST, lambda packet: packet.reply("192.0.2.1") if packet.over_tcp else None)
    resolv_conf(FIRST, options=PATIENT)
    name = next(names)
    pending = server.send(name)
    (packet,) = one.wait_for(1)
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as forger:
        forger.sendto(port_unreachable(packet, FIRST), (packet.source[0], 0))
    assert pending.reply().outcome == [f"{name} A 192.0.2.1"]
    assert [packet.over_tcp for packet in one.packets] == [False, True]


@waiting
def test_the_second_server_cannot_answer_for_the_first(host):
    """Each server's reply has to come to the port from which that server was asked."""
    def forge_and_answer(packet):
        (to_first,) = first.with_edns
        second.send(to_first, to_first.reply("192.0.2.66"))
        return packet.reply("192.0.2.2")

    first, second = host.name_server(), host.name_server(forge_and_answer)
    name = host.name()
    pending = host.ask([first, second], "timeout:1 attempts:1", name)
    yield
    assert pending.reply().outcome == [f"{name} A 192.0.2.2"]


def test_the_echoed_name_may_differ_in_letter_case(server, resolv_conf, name_server):
    name_server(FIRST, other_case)
    resolv_conf(FIRST, options=PATIENT)
    assert server.ask(next(names)).rcode == "NOERROR"


VICTIM = "victim.test."


def with_poison(packet):
    """A right answer among records about another name, in each section."""
    message = dns.message.from_wire(packet.reply(*{
        "A": ["192.0.2.1"], "MX": ["5 mail.up.test."], "TXT": ['"text"']}.get(packet.type, [])))
    poison = [dns.rrset.from_text(VICTIM, 3600, "IN", *data) for data in (
        ("A", "192.0.2.66"), ("NS", "ns.attacker.test."), ("CNAME", "attacker.test."),
        ("MX", "1 attacker.test."), ("SOA", "a. b. 1 2 3 4 5"))]
    poison += [dns.rrset.from_text(name, 3600, "IN", "A", "192.0.2.66")
               for name in ("attacker.test.", "ns.attacker.test.", "www." + VICTIM, "localhost.",
                            "v4only.lab.")]
    poison += [dns.rrset.from_text(zone, 3600, "IN", *data)
               for zone in (".", "test.", "up.test.")
               for data in (("NS", "ns.attacker.test."), ("A", "192.0.2.66"))]
    poison.append(dns.rrset.from_text(packet.name, 3600, "IN", "NS", "ns.attacker.test."))
    for section in message.answer, message.authority, message.additional:
        section += poison
    if packet.type == "MX":
        message.additional.append(
            dns.rrset.from_text("mail.up.test.", 60, "IN", "A", "192.0.2.5"))
    return message.to_wire(max_size=65535)


@pytest.mark.parametrize("rdtype, additional", [("A", []), ("AAAA", []), ("TXT", []),
                                                ("MX", ["mail.up.test. 60 IN A 192.0.2.5"])])
def test_records_about_other_names_are_left_out(start, resolv_conf, name_server, rdtype, additional):
    """They are not passed on, and later questions for these names do not find them."""
    server = start("-o", "cache-size=1000000")
    one = name_server(FIRST, with_poison)
    resolv_conf(FIRST)
    name = next(names)
    for edns in {}, {"edns": True, "want_dnssec": True}:
        reply = server.ask(name, rdtype, **edns).message
        assert {rr.name.to_text(omit_final_dot=True) for rr in reply.answer} <= {name}
        assert reply.authority == []
        assert [rr.to_text() for rr in reply.additional] == additional
    one.answer = saying("192.0.2.2")
    for victim in "victim.test", "www.victim.test", "attacker.test":
        assert server.ask(victim).outcome == [f"{victim} A 192.0.2.2"]
    assert server.ask("localhost").outcome == ["localhost A 127.0.0.1"]
    assert server.ask("v4only.lab").outcome == ["v4only.lab A 10.0.0.4"]


# --- ports and ids ---

MANY = 200


@pytest.fixture(scope="module")
def many(server, module_etc):
    """The packets of questions that were asked one after another, of a server from which
    no other question still waits for a reply."""
    module_etc.write("resolv.conf", f"nameserver {QUIET}\n")
    one = NameServer(QUIET, saying("192.0.2.1"))
    for _ in range(MANY):
        assert server.ask(next(names)).rcode == "NOERROR"
    packets = one.packets
    one.close()
    module_etc.restore()
    assert len(packets) == MANY
    return packets


def most_common_step(numbers):
    """How often the most frequent difference of successive numbers comes."""
    steps = collections.Counter((b - a) % 65536 for a, b in zip(numbers, numbers[1:]))
    return steps.most_common(1)[0][1]


@pytest.mark.parametrize("what", ["id", "port"])
def test_at_a_quiet_time_they_hardly_ever_repeat(many, what):
    """RFC 5452 section 9.2. By chance, of 200 in 28,000 ports 0.7 are expected to."""
    assert len({getattr(packet, what) for packet in many}) >= MANY - 10


@pytest.mark.parametrize("what", ["id", "port"])
def test_they_follow_no_pattern(many, what):
    numbers = [getattr(packet, what) for packet in many]
    assert most_common_step(numbers) <= 5
    rises = sum(a < b for a, b in zip(numbers, numbers[1:]))
    assert MANY / 4 < rises < MANY * 3 / 4


def test_ids_use_all_their_bits(many):
    """A bit that is the same in 200 of them is not random."""
    for bit in range(16):
        assert 0 < sum(packet.id >> bit & 1 for packet in many) < MANY


def test_ports_differ_while_another_question_hangs(server, resolv_conf, name_server):
    """Or who makes one name hang knows that the port stays what it is."""
    answer = saying("192.0.2.1")
    one = name_server(ASKED_LATER,  # for the name that hangs
                      lambda packet: None if b"hang" in packet.wire else answer(packet))
    resolv_conf(ASKED_LATER, options="timeout:30 attempts:1")
    pending = server.send("hang.up.test")
    one.wait_for(1)
    for _ in range(20):
        server.ask(next(names))
    ports = {packet.port for packet in one.packets}
    for packet in one.packets:
        if b"hang" in packet.wire:
            one.send(packet, packet.reply("192.0.2.1"))
    assert pending.reply().rcode == "NOERROR"  # and not later, to the port of another test
    print(f"{len(ports)} ports for 21 questions, one of which hangs")
    assert len(ports) > 10


def test_questions_at_the_same_time_all_differ(server, resolv_conf, name_server):
    one = name_server(FIRST, silent)
    resolv_conf(FIRST, options=PATIENT)
    pendings = [server.send(next(names)) for _ in range(MANY)]
    wait_until(lambda: len(one.with_edns) == MANY, "all of them")
    packets = one.with_edns
    assert len({(packet.port, packet.id) for packet in packets}) == MANY
    assert len({packet.port for packet in packets}) > 1
    assert most_common_step([packet.id for packet in packets]) <= 5
    for packet in packets:
        one.send(packet, packet.reply("192.0.2.1"))
    assert {reply.rcode for reply in gather(pendings)} == {"NOERROR"}


# --- what leaves in the good case ---


def test_the_name_is_sent_without_0x20(server, resolv_conf, name_server):
    one = name_server(FIRST)
    resolv_conf(FIRST)
    assert server.ask("MiXeD.CaSe.Up.tEsT").answer == ["MiXeD.CaSe.Up.tEsT A 192.0.2.1"]
    assert one.questions[0][0] in ("mixed.case.up.test", "MiXeD.CaSe.Up.tEsT")


@pytest.mark.parametrize("rdtype", ["A", "AAAA", "TXT", "MX", "NS", "TYPE65280"])
def test_exactly_one_question_leaves(server, resolv_conf, name_server, rdtype):
    one, other = name_server(FIRST), name_server(SECOND)
    resolv_conf(FIRST, SECOND)
    name = next(names)
    assert server.ask(name, rdtype).rcode == "NOERROR"
    assert one.questions == [(name, rdtype)]
    assert other.questions == []


def test_exactly_one_question_leaves_for_a_reverse_name(server, resolv_conf, name_server):
    one = name_server(FIRST)
    resolv_conf(FIRST)
    name = "77.2.0.192.in-addr.arpa"
    assert server.ask(name, "PTR").outcome == [f"{name} PTR pointer.up.test"]
    assert one.questions == [(name, "PTR")]


def test_the_octets_of_a_question(server, resolv_conf, name_server):
    """Header with RD alone, the question, an OPT record, and nothing else."""
    one = name_server(FIRST)
    resolv_conf(FIRST)
    name = "octets.up.test"
    assert server.ask(name).rcode == "NOERROR"
    assert one.packets[0].wire[2:] == (
        bytes.fromhex("0100 0001 0000 0000 0001") + b"\6octets\2up\4test\0"
        + bytes.fromhex("0001 0001") + bytes.fromhex("00 0029 04d0 00000000 0000"))


def test_a_missing_name_costs_one_question_for_each_family(start, resolv_conf, name_server):
    """RFC 4074 section 4.2; the client's second question costs nothing more."""
    one = name_server(FIRST, Packet.nxdomain)
    resolv_conf(FIRST)
    server = start()  # what is under way during an edit is not kept
    name = next(names)
    assert server.ask(name, "A").outcome == "NXDOMAIN"
    assert server.ask(name, "AAAA").outcome == "NXDOMAIN"
    assert sorted(one.questions) == [(name, "A"), (name, "AAAA")]


def test_a_name_of_the_hosts_file_costs_none(server, resolv_conf, name_server):
    one = name_server(FIRST)
    resolv_conf(FIRST)
    assert server.ask("v4only.lab", "A").outcome == ["v4only.lab A 10.0.0.4"]
    assert server.ask("v4only.lab", "AAAA").outcome == "NODATA"
    assert server.ask("v4only.lab", "MX").outcome == "NODATA"
    assert one.questions == []


# --- one deadline over everything ---


def one_octet_a_second(packet):
    """Sends the first octets; the deadline comes long before the last."""
    packet.connection.sendall(b"\0\x40" + packet.wire[:2])


DEADLINES = {
    # options, and what each of the three servers does over UDP and over TCP
    "three are silent": ("timeout:30 attempts:5", (silent,) * 3, None),
    "three are silent, with rotate": ("rotate timeout:3 attempts:3", (silent,) * 3, None),
    "silent over TCP": ("use-vc", (silent,) * 3, lambda packet: None),
    "slow over TCP": ("use-vc timeout:30", (silent,) * 3, one_octet_a_second),
    "truncated, then silent over TCP": ("", (truncated_over_udp,) * 3, lambda packet: None),
    "truncated, then slow over TCP": ("timeout:30", (truncated_over_udp,) * 3,
                                      one_octet_a_second),
    "two refuse, one is silent": ("timeout:30 attempts:5", (
        with_rcode("REFUSED"), silent, with_rcode("SERVFAIL")), None),
    "no EDNS, then silence": ("timeout:30", (
        lambda packet: (packet.reply(rcode="FORMERR", opt=False)
                        if packet.message.edns >= 0 else None),) * 3, None),
}


@waiting
@pytest.mark.parametrize("case", DEADLINES)
def test_servfail_in_time_whatever_the_servers_do(host, case):
    """And the extended error (RFC 8914) says why."""
    options, answers, on_stream = DEADLINES[case]
    servers = [host.name_server(answer, on_stream=on_stream) for answer in answers]
    pending = host.ask(servers, options, edns=True)
    yield
    reply = pending.reply()
    assert reply.outcome == "SERVFAIL"
    assert reply.seconds < PATIENCE_SECONDS
    code, text = reply.extended_error
    assert code in (dns.edns.EDECode.NO_REACHABLE_AUTHORITY, dns.edns.EDECode.NETWORK_ERROR)
    assert text


@waiting
def test_the_third_server_gets_its_turn_within_the_promise(host):
    """However long the time-out of resolv.conf is."""
    servers = [host.name_server(), host.name_server(), host.name_server(saying("192.0.2.3"))]
    name = host.name()
    pending = host.ask(servers, "timeout:30 attempts:1", name)
    yield
    reply = pending.reply()
    assert reply.outcome == [f"{name} A 192.0.2.3"]
    assert reply.seconds < PROMISE_SECONDS
