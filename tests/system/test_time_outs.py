"""Nobody waits longer than 4.5 seconds, and nobody for somebody else's slow name."""

import time

import dns.edns
import pytest

from ask import PATIENCE_SECONDS, PROMISE_SECONDS, SLACK_SECONDS, gather
from daemon import wait_until

# libc waits 2 seconds for each, twice: 8 in all.
SILENT_SERVERS = "nameserver 127.0.0.3\nnameserver 127.0.0.4\n"
SILENT_THEN_GOOD = "nameserver 127.0.0.3\nnameserver 127.0.0.2\n"
GOOD_SERVER = "nameserver 127.0.0.2\n"

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


@pytest.fixture(scope="module")
def hung(server, module_etc):
    """{(name, type, EDNS): reply}. All were asked at once."""
    module_etc.write("resolv.conf", SILENT_SERVERS)
    questions = [(*question, edns) for question in HUNG for edns in (False, True)]
    pendings = [server.send(name, rdtype, edns=edns) for name, rdtype, edns in questions]
    asked = {pending.query.id: question for pending, question in zip(pendings, questions)}
    replies = gather(pendings)
    module_etc.restore()
    return {asked[reply.query.id]: reply for reply in replies}


@pytest.mark.row("4.25")
@pytest.mark.parametrize("edns", [False, True])
@pytest.mark.parametrize("name, rdtype", HUNG)
def test_a_hung_question_is_answered_in_time(hung, name, rdtype, edns):
    reply = hung[name, rdtype, edns]
    assert reply.outcome == "SERVFAIL"
    assert reply.seconds < PATIENCE_SECONDS


@pytest.mark.parametrize("name, rdtype", HUNG)
def test_the_reason_is_a_time_out(hung, name, rdtype):
    """RFC 8914: nobody could be reached, or a network error. Without EDNS there is no room
    for it."""
    code, text = hung[name, rdtype, True].extended_error
    assert code in (dns.edns.EDECode.NO_REACHABLE_AUTHORITY, dns.edns.EDECode.NETWORK_ERROR)
    assert text
    assert hung[name, rdtype, False].extended_error is None


def test_tcp_that_says_nothing(server, etc, fresh):
    """libc has no time limit at all for TCP."""
    etc.write("resolv.conf", GOOD_SERVER)
    reply = server.ask(fresh("qtcpsilent-tcpsilent"), "A", edns=True)
    assert reply.outcome == "SERVFAIL"
    assert reply.seconds < PATIENCE_SECONDS
    assert server.ask("a.example.test").outcome == ["a.example.test A 192.0.2.1"]


# resolv.conf may have more patience than a client.
PATIENT = "nameserver 127.0.0.2\noptions timeout:10 attempts:1\n"
LATE_STAY_SECONDS = 5


@pytest.mark.row("4.3")
def test_the_late_result_is_not_lost(start, etc, upstream, fresh):
    """The name server answers after 6 seconds, when the client has had its SERVFAIL."""
    etc.write("resolv.conf", PATIENT)
    server = start()  # one that has not seen an edit, after which it would be
    name = fresh("qlate6-ok")
    failure = server.ask(name, "A", edns=True)
    assert failure.outcome == "SERVFAIL"
    assert failure.extended_error == (
        dns.edns.EDECode.NO_REACHABLE_AUTHORITY, "host resolver: no answer yet, still waiting")
    assert failure.seconds > PROMISE_SECONDS - 0.5
    wait_until(lambda: upstream.answered(name, "A") == 1, "the late answer")
    found = server.ask(name, "A")
    assert found.outcome == [f"{name} A 192.0.2.200"]
    assert upstream.asked(name) == {"A": 1}

    # It is kept for 5 seconds, its TTL counting down; then the name server is asked again.
    kept_until = time.monotonic() + LATE_STAY_SECONDS + SLACK_SECONDS
    ttls = [found.ttls[0][1]]
    while upstream.asked(name) == {"A": 1}:
        assert time.monotonic() < kept_until
        time.sleep(0.05)
        ttls.append(server.ask(name, "A").ttls[0][1])
    assert ttls.pop() == 60  # that of the new answer
    assert ttls == sorted(ttls, reverse=True)
    assert 60 >= ttls[0] > ttls[-1] >= 60 - LATE_STAY_SECONDS


def mixed_case(name, number):
    """The letters of a name, some of them turned: a different pattern for each number."""
    return "".join(letter.upper() if number >> at % 8 & 1 else letter
                   for at, letter in enumerate(name))


@pytest.mark.row("7.6")
def test_equal_questions_in_flight_share_one_lookup(start, etc, upstream, fresh):
    """Letter case, EDNS and the asker make no difference (RFC 4343)."""
    etc.write("resolv.conf", GOOD_SERVER)
    server = start()  # who asks after an edit does not share what was begun before it
    name = fresh("qslow1-ok")
    pendings = [server.send(mixed_case(name, number), "A", edns=number % 2 == 0)
                for number in range(40)]
    replies = gather(pendings)
    assert {reply.answer[0].lower() for reply in replies} == {f"{name} a 192.0.2.200"}
    assert upstream.asked(name) == {"A": 1}


def test_different_types_in_flight_do_not(start, etc, upstream, fresh):
    etc.write("resolv.conf", GOOD_SERVER)
    server = start()
    name = fresh("qslow1-slow1")
    replies = gather([server.send(name, rdtype) for rdtype in ("A", "AAAA")])
    assert sorted(reply.answer for reply in replies) == [
        [f"{name} A 192.0.2.200"], [f"{name} AAAA 2001:db8::200"]]
    assert upstream.asked(name) == {"A": 1, "AAAA": 1}


def test_a_slow_answer_within_the_limit_is_given(server, etc, fresh):
    etc.write("resolv.conf", SILENT_THEN_GOOD)
    name = fresh("qslow1-ok")
    assert server.ask(name, "A").outcome == [f"{name} A 192.0.2.200"]


QUICK = [
    (("localhost", "A"), ["localhost A 127.0.0.1"]),
    (("v4only.lab", "AAAA"), "NODATA"),
    (("1.0.0.127.in-addr.arpa", "PTR"), ["1.0.0.127.in-addr.arpa PTR localhost"]),
]


def test_a_long_time_out_in_resolv_conf_is_cut_short(server, etc):
    """Or the second server would be asked after half a minute."""
    etc.write("resolv.conf", SILENT_THEN_GOOD + "options timeout:30 attempts:1\n")
    assert server.ask("a.example.test").outcome == ["a.example.test A 192.0.2.1"]


@pytest.mark.row("7.7")
def test_hung_names_do_not_delay_others(server, etc):
    """300 of them: more than there may be lookup threads."""
    etc.write("resolv.conf", SILENT_SERVERS)
    hung = []
    for batch in range(6):
        hung += [server.send(f"hung{batch}-{number}.example.test", "A") for number in range(50)]
        for question, outcome in QUICK:
            reply = server.ask(*question)
            assert reply.outcome == outcome
            assert reply.seconds < PROMISE_SECONDS / 2
    replies = gather(hung)
    assert {reply.outcome for reply in replies} == {"SERVFAIL"}
    assert max(reply.seconds for reply in replies) < PATIENCE_SECONDS
    # Most of them really hung: it was the deadline that ended them.
    assert len([reply for reply in replies if reply.seconds > PROMISE_SECONDS - 0.5]) >= 200


def test_good_names_are_answered_after_that(server):
    """The threads that hung come back, or others take their place."""
    wait_until(lambda: server.ask("a.example.test").outcome == ["a.example.test A 192.0.2.1"],
               "an answer from DNS", seconds=20)


@pytest.mark.parametrize("ms", [100, 1500])
def test_the_operator_may_set_the_time(start, etc, ms):
    etc.write("resolv.conf", "nameserver 127.0.0.3\noptions timeout:30\n")
    server = start("-o", f"timeout={ms}")
    reply = server.ask("hang.example.test")
    assert reply.rcode == "SERVFAIL"
    assert reply.seconds >= ms / 1000 - 0.01  # the clock of the server counts milliseconds
