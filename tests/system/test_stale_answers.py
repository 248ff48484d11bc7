"""What has ended is given while the name servers are silent (RFC 8767), where that is wanted.

That nobody waits is shown by what the name server is asked, not by the time that it takes.
"""

import pytest

from ask import PROMISE_SECONDS, gather
from clients import run_well
from daemon import BUILT

UP = "127.0.23.1"
NAME = "brief.up.test"
FRESH = [f"{NAME} A 192.0.2.9"]
FAILURE = "SERVFAIL"


@pytest.fixture
def dying(etc, name_server):
    """A name server whose answers live for a second; `silent` and `broken` are up to a test."""
    def answer(packet):
        if server.silent:
            return None
        if server.broken:
            return packet.reply(rcode="SERVFAIL")
        return packet.reply(*["192.0.2.9"][:packet.type == "A"]).replace(
            b"\0\0\0\x3c", b"\0\0\0\x01")

    server = name_server(UP, answer)
    server.silent = server.broken = False
    etc.write("resolv.conf", f"nameserver {UP}\n")
    return server


# With one process that serves, one cache.
OPTIONS = ["-o", "cache-size=1000000", "-o", "stale=3600", "-o", "workers=1"]


@pytest.fixture
def server(dying, start):  # in this order: an edit of resolv.conf ends what is known
    return start(*OPTIONS)


def ask_until_stale(server, name=NAME):
    """The first reply with what has ended, behind those that were still fresh."""
    while not (reply := server.ask(name, edns=True)).extended_error:
        assert reply.answer == [f"{name} A 192.0.2.9"]
    assert reply.answer == [f"{name} A 192.0.2.9"]
    assert reply.extended_error[0] == 3
    return reply


def assert_given_at_once(server, dying, count=50):
    before = len(dying.packets)
    replies = gather([server.send(NAME, edns=True) for _ in range(count)])
    assert {reply.extended_error[0] for reply in replies} == {3}
    assert all(reply.outcome == FRESH for reply in replies)
    assert dying.questions[before:] == []


def test_a_silent_name_server_is_waited_for_once(server, dying):
    """Who asks while the lookup goes on has an answer before one who has to wait for another
    name, though that was asked for first."""
    other = "other.up.test"
    server.ask(other)
    server.ask(NAME)
    dying.silent = True
    assert ask_until_stale(server).seconds < PROMISE_SECONDS - 1
    waits = server.send(other, edns=True)
    joining = [server.send(NAME, edns=True) for _ in range(50)]
    came = {pending: pending.sent + pending.reply().seconds for pending in (waits, *joining)}
    assert max(came, key=came.get) is waits


def test_a_failing_name_server_is_asked_once(server, dying):
    server.ask(NAME)
    dying.broken = True
    ask_until_stale(server)
    assert_given_at_once(server, dying)


def test_other_questions_of_the_name_are_none_of_it(server, dying):
    server.ask(NAME)
    dying.broken = True
    ask_until_stale(server)
    before = len(dying.packets)
    assert server.ask(NAME, "TXT").outcome == FAILURE
    assert set(dying.questions[before:]) == {(NAME, "TXT")}


def test_counters_tell(dying, start, open_folder):
    socket = open_folder / "control"
    server = start(*OPTIONS, "-o", f"control={socket}")

    def counters():
        lines = run_well(str(BUILT.parent / "hostdnsctl"), "-s", str(socket), "stats").splitlines()
        return {line.split()[0]: int(line.split()[1]) for line in lines if len(line.split()) > 1
                and line.split()[1].isdigit()}

    server.ask(NAME)
    dying.broken = True
    ask_until_stale(server)
    before = counters()
    assert_given_at_once(server, dying, count=20)
    after = counters()
    assert after["cache-stale"] - before["cache-stale"] == 20
    assert after["lookups"] == before["lookups"]


def test_without_the_option_nothing_is_given(dying, start):
    server = start(*OPTIONS, "-o", "stale=0")
    server.ask(NAME)
    dying.broken = True
    while (reply := server.ask(NAME)).outcome != FAILURE:
        assert reply.outcome == FRESH
