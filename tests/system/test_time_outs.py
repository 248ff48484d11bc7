"""Nobody waits longer than 4.5 seconds, and nobody for somebody else's slow name."""

import contextlib
import threading

import dns.edns
import dns.flags
import pytest

from ask import PATIENCE_SECONDS, PROMISE_SECONDS
from daemon import wait_until
from name_server import saying
from waiting import waiting

HUNG = [
    ("hung-a.example.test", "A"),
    ("hung-aaaa.example.test", "AAAA"),
    ("hung-cname.example.test", "CNAME"),
    ("hung-mx.example.test", "MX"),
    ("hung-any.example.test", "ANY"),
    ("hung", "A"),
    ("1.2.3.4", "A"),
    ("1.2.0.192.in-addr.arpa", "PTR"),
    ("2.2.0.192.in-addr.arpa", "TXT"),
    # Names that go to the name servers directly.
    ("hung\\032name.example.test", "A"),
    ("hung\\000name.example.test", "AAAA"),
]


@pytest.mark.row("4.25")
@waiting
def test_hung_questions_are_answered_in_time(host):
    """With the reason (RFC 8914): nobody could be reached, or a network error. Without EDNS
    there is no room for it."""
    servers = [host.name_server(), host.name_server()]
    host.resolv_conf(servers)
    pendings = [host.server.send(*question, edns=edns) for question in HUNG
                for edns in (False, True)]
    servers[0].wait_for(len(HUNG))
    yield
    replies = [pending.reply() for pending in pendings]
    assert [reply.outcome for reply in replies] == ["SERVFAIL"] * len(replies)
    assert max(reply.seconds for reply in replies) < PATIENCE_SECONDS
    for plain, extended in zip(replies[::2], replies[1::2]):
        assert plain.extended_error is None
        code, text = extended.extended_error
        assert code in (dns.edns.EDECode.NO_REACHABLE_AUTHORITY, dns.edns.EDECode.NETWORK_ERROR)
        assert text


@waiting
def test_tcp_that_says_nothing(host):
    """libc has no time limit at all for TCP."""
    one = host.name_server(lambda packet: packet.reply(flags=dns.flags.RA | dns.flags.TC),
                           on_stream=lambda packet: None)
    pending = host.ask([one], edns=True)
    yield
    reply = pending.reply()
    assert reply.outcome == "SERVFAIL"
    assert reply.seconds < PATIENCE_SECONDS
    assert {packet.over_tcp for packet in one.packets} == {False, True}
    assert host.server.ask("a.example.test").outcome == ["a.example.test A 192.0.2.1"]


DATA = {"A": "192.0.2.200", "AAAA": "2001:db8::200"}


def slow_server(host):
    """It answers after a second, when a connection may have been left."""
    def answer(packet):
        with contextlib.suppress(OSError):
            one.send(packet, packet.reply(DATA[packet.type]))

    def answer_later(packet):
        threading.Timer(1, answer, (packet,)).start()

    one = host.name_server(answer_later)
    return one


def mixed_case(name, number):
    """The letters of a name, some of them turned: a different pattern for each number."""
    return "".join(letter.upper() if number >> at % 8 & 1 else letter
                   for at, letter in enumerate(name))


@pytest.mark.row("7.6")
@waiting
def test_equal_questions_in_flight_share_one_lookup(host):
    """Letter case, EDNS and the asker make no difference (RFC 4343)."""
    one, name = slow_server(host), host.name()
    host.resolv_conf([one])
    server = host.start()  # who asks after an edit does not share what was begun before it
    pendings = [server.send(mixed_case(name, number), "A", edns=number % 2 == 0)
                for number in range(40)]
    one.wait_for(1)
    assert server.ask("localhost").rcode == "NOERROR"  # so all the others have been read
    yield
    answers = {pending.reply().answer[0].lower() for pending in pendings}
    assert answers == {f"{name} a 192.0.2.200"}
    assert len(one.with_edns) == 1


@waiting
def test_different_types_in_flight_do_not(host):
    one, name = slow_server(host), host.name()
    host.resolv_conf([one])
    server = host.start()
    pendings = [server.send(name, rdtype) for rdtype in ("A", "AAAA")]
    one.wait_for(2)
    yield
    assert [pending.reply().answer for pending in pendings] == [
        [f"{name} A 192.0.2.200"], [f"{name} AAAA 2001:db8::200"]]
    assert sorted(packet.question for packet in one.with_edns) == [(name, "A"), (name, "AAAA")]


@waiting
def test_a_slow_answer_within_the_limit_is_given(host):
    name = host.name()
    pending = host.ask([host.name_server(), slow_server(host)], name=name)
    yield
    assert pending.reply().outcome == [f"{name} A 192.0.2.200"]


@waiting
def test_a_long_time_out_in_resolv_conf_is_cut_short(host):
    """Or the second server would be asked after half a minute."""
    name = host.name()
    pending = host.ask([host.name_server(), host.name_server(saying("192.0.2.1"))],
                       "timeout:30 attempts:1", name)
    yield
    assert pending.reply().outcome == [f"{name} A 192.0.2.1"]


QUICK = [
    (("localhost", "A"), ["localhost A 127.0.0.1"]),
    (("v4only.lab", "AAAA"), "NODATA"),
    (("1.0.0.127.in-addr.arpa", "PTR"), ["1.0.0.127.in-addr.arpa PTR localhost"]),
]


@pytest.mark.row("7.7")
@waiting
def test_hung_names_do_not_delay_others(host):
    """300 of them: more than there may be lookup threads."""
    servers = [host.name_server(), host.name_server()]
    host.resolv_conf(servers)
    server = host.start()
    hung = []
    for batch in range(6):
        hung += [server.send(f"hung{batch}-{number}.example.test", "A") for number in range(50)]
        for question, outcome in QUICK:
            reply = server.ask(*question)
            assert reply.outcome == outcome
            assert reply.seconds < PROMISE_SECONDS / 2
    servers[0].wait_for(len(hung))
    yield
    replies = [pending.reply() for pending in hung]
    assert {reply.outcome for reply in replies} == {"SERVFAIL"}
    assert max(reply.seconds for reply in replies) < PATIENCE_SECONDS
    # Most of them really hung: it was the deadline that ended them.
    assert len([reply for reply in replies if reply.seconds > PROMISE_SECONDS - 0.5]) >= 200
    # The threads that hung come back, or others take their place.
    wait_until(lambda: server.ask("a.example.test").outcome == ["a.example.test A 192.0.2.1"],
               "an answer from DNS", seconds=20)


@waiting
@pytest.mark.parametrize("ms", [100, 1500])
def test_the_operator_may_set_the_time(host, ms):
    one = host.name_server()
    host.resolv_conf([one], "timeout:30")
    name = host.name()
    pending = host.start("-o", f"timeout={ms}").send(name)
    wait_until(lambda: one.has_been_asked(name), "the question")
    yield
    reply = pending.reply()
    assert reply.rcode == "SERVFAIL"
    assert ms / 1000 - 0.01 <= reply.seconds < PROMISE_SECONDS - 1  # it counts milliseconds
