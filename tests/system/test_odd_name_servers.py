"""Name servers that are odd, and with which libc gets along: so does this server.

Each is asked for the first time by a server that knows nothing of it, and then again: what
the packets were is in its log. getaddrinfo() says the same of it.
"""

import itertools
import json
import re
import struct
import subprocess

import dns.edns
import dns.flags
import dns.message
import dns.rcode
import pytest

from ask import gather
from daemon import PROGRAM, wait_until
from getaddrinfo import libc_afresh
from name_server import saying, with_rcode

FIRST, SECOND = "127.0.4.1", "127.0.4.2"
QUICKLY, TURN = 2, 4.2  # seconds
PATIENT = "options timeout:30 attempts:1\n"
names = (f"n{number}.odd.test" for number in itertools.count(1))
ADDRESSES = {"A": "192.0.2.1", "AAAA": "2001:db8::1"}


answer_rightly = saying(*ADDRESSES.values())


def header(packet, rcode, questions):
    return packet.wire[:2] + struct.pack("!HHHHH", 0x8180 | rcode, questions, 0, 0, 0)


def badvers(packet):
    message = dns.message.make_response(packet.message)
    message.set_rcode(dns.rcode.BADVERS)
    message.flags |= dns.flags.RA
    return message.to_wire()


# What comes of a query with an OPT record.
REFUSALS = {
    "FORMERR": lambda packet: packet.reply(rcode="FORMERR", opt=False),
    "FORMERR, OPT sent back": lambda packet: packet.reply(rcode="FORMERR"),
    "FORMERR, header alone": lambda packet: header(packet, dns.rcode.FORMERR, 0),
    "FORMERR, header alone that counts a question":
        lambda packet: header(packet, dns.rcode.FORMERR, 1),
    "SERVFAIL": lambda packet: packet.reply(rcode="SERVFAIL", opt=False),
    "SERVFAIL, OPT sent back": lambda packet: packet.reply(rcode="SERVFAIL"),
    "SERVFAIL, header alone": lambda packet: header(packet, dns.rcode.SERVFAIL, 0),
    "NOTIMP": lambda packet: packet.reply(rcode="NOTIMP", opt=False),
    "NOTIMP, OPT sent back": lambda packet: packet.reply(rcode="NOTIMP"),
    "REFUSED": lambda packet: packet.reply(rcode="REFUSED", opt=False),
    "REFUSED, OPT sent back": lambda packet: packet.reply(rcode="REFUSED"),
    "BADVERS": badvers,
}


def without_edns(refusal):
    return lambda packet: refusal(packet) if packet.message.edns >= 0 else answer_rightly(packet)


@pytest.fixture
def odd(etc, start, name_server, open_folder):
    """Starts a server whose first name server, or only one, answers like this."""

    def run(answer, *others, **how):
        one = name_server(FIRST, answer, **how)
        etc.write("resolv.conf", "".join(
            f"nameserver {address}\n" for address in (FIRST, *others)) + PATIENT)
        return one, start("-o", f"control={open_folder / 'control'}")

    return run


def answers(server, count=1, rdtype="A", within=QUICKLY, **how):
    """Of names that nobody asked before; each comes quickly."""
    for _ in range(count):
        name = next(names)
        reply = server.ask(name, rdtype, **how)
        assert reply.outcome == [f"{name} {rdtype} {ADDRESSES[rdtype]}"]
        assert reply.seconds < within


def libc_is_right(rdtype="A"):
    assert libc_afresh([(next(names), rdtype)]) == [[ADDRESSES[rdtype]]]


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_server_that_refuses_edns(odd, refusal):
    one, server = odd(without_edns(REFUSALS[refusal]))
    answers(server)
    assert one.edns == [0, -1]
    answers(server, 3)
    answers(server, rdtype="AAAA")
    assert one.edns == [0, -1, -1, -1, -1, -1]
    libc_is_right()


def test_a_server_that_drops_what_has_edns(odd):
    """Nobody waits for the third packet, which looks whether EDNS was the reason."""
    one, server = odd(without_edns(lambda packet: None))
    answers(server)
    assert [packet.message.edns for packet in one.wait_for(3)] == [0, -1, 0]
    answers(server, 3)
    answers(server, rdtype="AAAA")
    assert one.edns == [0, -1, 0, -1, -1, -1, -1]
    libc_is_right()


@pytest.mark.parametrize("refusal", [*REFUSALS, "silence"])
def test_a_question_with_do_gets_a_plain_answer_from_such_a_server(odd, refusal):
    one, server = odd(without_edns(REFUSALS.get(refusal, lambda packet: None)))
    for _ in range(2):
        answers(server, within=TURN, edns=True, want_dnssec=True)
    assert one.edns[:2] == [0, -1] and one.edns[-1] == -1


def test_the_second_server_is_not_troubled(odd, name_server):
    _, server = odd(without_edns(REFUSALS["SERVFAIL"]), SECOND)
    second = name_server(SECOND, saying("192.0.2.66"))
    answers(server, 3)
    assert second.packets == []


def test_a_server_that_denies_without_edns(odd):
    one, server = odd(lambda packet: packet.nxdomain() if packet.message.edns < 0
                      else packet.reply(rcode="SERVFAIL", opt=False))
    assert server.ask(next(names)).outcome == "NXDOMAIN"
    assert server.ask(next(names)).outcome == "NXDOMAIN"
    assert sorted(one.edns) == [-1, -1, -1, -1, 0]
    assert libc_afresh([(next(names), "A")]) == ["NXDOMAIN"]


# --- domains that are broken say nothing of the server ---


def broken(packet):
    """Fails for some names, and says why (RFC 8914)."""
    if b"broken" not in packet.wire:
        return answer_rightly(packet)
    message = dns.message.from_wire(packet.reply(rcode="SERVFAIL"))
    if message.edns >= 0:
        message.use_edns(0, options=[dns.edns.EDEOption(22)])
    return message.to_wire()


def test_servfail_of_a_domain_does_not_take_edns_from_the_server(odd):
    """It costs no packet more at one that has answered with EDNS before, and now sends an
    EDNS option."""
    one, server = odd(broken)
    assert server.ask("broken.odd.test").outcome == "SERVFAIL"
    assert one.edns == [0, -1]
    answers(server)
    assert one.edns == [0, -1, 0]
    assert server.ask("more.broken.odd.test").outcome == "SERVFAIL"
    assert one.edns == [0, -1, 0, 0]
    answers(server)
    assert one.edns == [0, -1, 0, 0, 0]


@pytest.mark.parametrize("refusal", [*REFUSALS, "silence"])
def test_a_forwarder_of_which_one_domain_goes_to_a_server_without_edns(odd, refusal):
    """It is not taken for one without EDNS, and each name of that domain is found."""
    refuse = without_edns(REFUSALS.get(refusal, lambda packet: None))
    one, server = odd(lambda packet: refuse(packet) if b"office" in packet.wire
                      else answer_rightly(packet))
    answers(server)
    for number in range(2):
        name = f"n{number}.office.test"
        assert server.ask(name).outcome == [f"{name} A {ADDRESSES['A']}"]
        answers(server)
        assert one.packets[-1].message.edns == 0
    assert one.edns == [0] + 2 * [0, -1, 0]


def test_a_server_that_always_fails_is_left_at_once(odd, name_server):
    one, server = odd(with_rcode("SERVFAIL"), SECOND)
    name_server(SECOND, answer_rightly)
    answers(server, 2)
    assert one.edns == [0, -1, 0, -1]


# --- a server that is away ---


def outcome_of_next(server, **how):
    reply = server.ask(next(names), **how)
    return reply.outcome[0].split()[-1], reply.seconds


def test_a_silent_server_is_asked_last_until_it_is_back(odd, name_server):
    """Three questions have waited for it in vain; then one packet in five seconds looks for
    it, and nobody waits for that."""
    first, server = odd(lambda packet: None, SECOND)
    second = name_server(SECOND, saying("192.0.2.2"))
    for reply in gather([server.send(next(names)) for _ in range(3)]):
        assert reply.answer[0].endswith("192.0.2.2")
    asked = len(first.packets)
    for _ in range(5):
        address, seconds = outcome_of_next(server)
        assert (address, seconds < QUICKLY) == ("192.0.2.2", True)
    assert first.edns[asked:] == [-1]
    assert len(second.packets) == 8
    first.answer = answer_rightly
    wait_until(lambda: outcome_of_next(server)[0] == "192.0.2.1", "the first server")
    answers(server, 5)
    assert first.edns[-5:] == [0, 0, 0, 0, 0]


# --- a server that can be reached over TCP alone ---


def test_a_server_whose_udp_is_dropped_is_asked_over_tcp(odd, status):
    """libc does not find it. The last packet over UDP, for which nobody waits, looks whether
    it was only slow."""
    one, server = odd(lambda packet: answer_rightly(packet) if packet.over_tcp else None)
    name = next(names)
    reply = server.ask(name)
    assert reply.outcome == [f"{name} A {ADDRESSES['A']}"]
    assert reply.seconds < TURN
    packets = one.wait_for(4)
    assert [(packet.over_tcp, packet.message.edns) for packet in packets] == [
        (False, 0), (False, -1), (True, 0), (False, -1)]
    answers(server, 3)
    assert [packet.over_tcp for packet in one.packets[4:]] == [True] * 3
    assert told(status, asked=6, answered=4)["states"] == ["answers", "over TCP only"]


# --- what has been learnt is no more true ---


def test_it_is_forgotten_with_the_first_question_after_an_edit_of_resolv_conf(odd, etc):
    one, server = odd(without_edns(REFUSALS["FORMERR"]))
    answers(server, 2)
    assert one.edns == [0, -1, -1]
    one.answer = answer_rightly
    etc.write("resolv.conf", f"nameserver {FIRST}\noptions timeout:29 attempts:1\n\n")
    answers(server)
    assert one.edns == [0, -1, -1, 0]


# --- what hostdnsctl status tells of them ---


@pytest.fixture
def status(open_folder):
    """What `hostdnsctl status` says."""
    return lambda *words: subprocess.run(
        [PROGRAM.with_name("hostdnsctl"), "-s", open_folder / "control", "status", *words],
        check=True, text=True, stdout=subprocess.PIPE).stdout


def told(status, **wanted):
    """The first name server's row, once it has these values: it is written each second."""
    rows = []

    def fits():
        rows[:] = json.loads(status("json"))["name-servers"][:1]
        return rows and wanted.items() <= rows[0].items()

    wait_until(fits, f"{wanted}, {rows}")
    return rows[0]


def test_the_status_tells_of_a_server_without_edns(odd, status):
    _, server = odd(without_edns(REFUSALS["SERVFAIL"]))
    answers(server, 3)
    row = told(status, address=f"{FIRST}:53", asked=4, answered=3, failed=1)
    assert row["states"] == ["answers", "without EDNS"]
    assert 0 < row["round-trip-seconds"] < QUICKLY
    assert 800 < row["recheck-seconds"] <= 900
    assert re.search(rf"^name server: {FIRST}:53, answers, without EDNS, in [\d.]+ ms, asked 4, "
                     r"answered 3, failed 1, rechecked after \d+ s$", status(), re.M)


def test_the_status_tells_of_a_silent_server(odd, name_server, status):
    first, server = odd(lambda packet: None, SECOND)
    name_server(SECOND, saying("192.0.2.2"))
    gather([server.send(next(names)) for _ in range(3)])
    told(status, states=["silent"], asked=6, answered=0, failed=3)
    first.answer = answer_rightly
    wait_until(lambda: outcome_of_next(server)[0] == "192.0.2.1", "the first server")
    assert told(status, states=["answers"])["answered"] >= 1


def test_the_status_tells_of_a_server_that_nobody_can_reach(odd, status):
    one, server = odd(answer_rightly)
    one.close()
    assert server.ask(next(names)).outcome == "SERVFAIL"
    told(status, states=["unreachable"], asked=2, failed=1)  # over UDP, then over TCP


def test_the_numbers_stay_when_the_rest_is_forgotten(odd, etc, status):
    _, server = odd(without_edns(REFUSALS["FORMERR"]))
    answers(server, 2)
    told(status, states=["answers", "without EDNS"], asked=3, answered=2, failed=1)
    etc.write("resolv.conf", f"nameserver {FIRST}\n# edited\n")
    told(status, states=[], asked=3, answered=2, failed=1)
