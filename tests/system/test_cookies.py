"""DNS cookies (RFC 7873, RFC 9018): switched off, none; switched on, in every reply.

c-ares remembers that a server sends cookies, and from then on drops a reply without.
"""

import struct
import time

import dns.edns
import dns.message
import dns.rcode
import pytest

from ask import HEADER, Over, make
from tables import table

COOKIE = 10
CLIENT = bytes.fromhex("0123456789abcdef")
OTHER_CLIENT = bytes.fromhex("fedcba9876543210")

# Whatever the code, the cookie is there: RFC 7873 section 5.2.
REPLIES = [
    ("v4only.lab", "A", {}, "NOERROR"),
    ("v4only.lab", "AAAA", {}, "NOERROR"),
    ("a.example.test", "A", {}, "NOERROR"),
    ("nosuch.example.test", "A", {}, "NXDOMAIN"),
    ("x.broken.test", "A", {}, "SERVFAIL"),
    ("example.test", "AXFR", {}, "REFUSED"),
    ("v4only.lab", "TSIG", {}, "FORMERR"),
    ("v4only.lab", "MAILB", {}, "NOTIMP"),
    ("huge.example.test", "A", {"size": 512}, "NOERROR"),
    ("v4only.lab", "A", {"want_dnssec": True}, "NOERROR"),
]


def cookie(*data):
    return [dns.edns.GenericOption(COOKIE, octets) for octets in data]


def cookie_of(wire):
    """The one cookie in a reply, or None."""
    reply = dns.message.from_wire(wire, raise_on_truncation=False)
    found = [o.to_wire() for o in reply.options if int(o.otype) == COOKIE]
    assert len(found) <= 1
    return found[0] if found else None


def learn(server, client=CLIENT):
    """A client cookie with the server's behind it."""
    return cookie_of(server.ask("v4only.lab", edns=True, options=cookie(client)).wire)


@pytest.fixture
def over(start, transport):
    return Over(start("-o", "cookies=yes"), transport)


@pytest.mark.row("5.19")
@table("name, rdtype, how, rcode", REPLIES)
def test_none_is_sent_by_default(either, name, rdtype, how, rcode):
    reply = either.ask(name, rdtype, edns=True, options=cookie(CLIENT), **how)
    assert (reply.rcode, cookie_of(reply.wire)) == (rcode, None)


@pytest.mark.row("5.19", "5.21")
@table("name, rdtype, how, rcode", REPLIES)
def test_every_reply_has_one(over, name, rdtype, how, rcode):
    reply = over.ask(name, rdtype, edns=True, options=cookie(CLIENT), **how)
    assert reply.rcode == rcode
    own = cookie_of(reply.wire)
    # RFC 9018 section 4: version 1, three reserved octets, a timestamp, and the hash.
    assert len(own) == 24
    assert own[:8] == CLIENT
    assert own[8:12] == b"\1\0\0\0"
    assert abs(struct.unpack("!I", own[12:16])[0] - time.time()) < 5 * 60


def raw_query(flags, counts, body, options):
    opt = b"\0\0\x29\x04\xd0" + bytes([0, options["version"], 0, 0])
    data = struct.pack("!HH", COOKIE, len(CLIENT)) + CLIENT
    return (b"\x12\x34" + flags + counts + body + opt + struct.pack("!H", len(data)) + data)


@pytest.mark.row("5.19")
@table("flags, questions, version, rcode", [
    ("1000", 1, 0, "NOTIMP"), ("2000", 1, 0, "NOTIMP"), ("0100", 2, 0, "FORMERR"),
    ("0100", 1, 1, "BADVERS"), ("0100", 1, 255, "BADVERS")])
def test_replies_to_what_is_no_question_have_one(over, flags, questions, version, rcode):
    question = make("v4only.lab").to_wire()[HEADER:]
    wire = over.raw(raw_query(bytes.fromhex(flags), struct.pack("!4H", questions, 0, 0, 1),
                              question * questions, {"version": version}))
    assert dns.rcode.to_text(dns.message.from_wire(wire).rcode()) == rcode
    assert cookie_of(wire)[:8] == CLIENT
    assert len(cookie_of(wire)) == 24


@pytest.mark.row("5.19")
def test_a_client_without_a_cookie_gets_none(over):
    assert cookie_of(over.ask("v4only.lab", edns=True).wire) is None
    assert not over.ask("v4only.lab").edns


@pytest.mark.row("5.19", "5.21")
@table("server_part", [bytes(16), b"\1\0\0\0" + b"x" * 12, b"short888",
                       bytes(32)])
def test_a_false_one_is_not_held_against_anybody(over, server_part):
    """Never enforced: an answer all the same, and a good cookie."""
    reply = over.ask("v4only.lab", edns=True, options=cookie(CLIENT + server_part))
    assert reply.outcome == ["v4only.lab A 10.0.0.4"]
    assert len(cookie_of(reply.wire)) == 24
    assert cookie_of(reply.wire)[8:] != server_part


@pytest.mark.row("5.20")
@table("length", [0, 1, 2, 7, 9, 15, 41, 100])
def test_lengths_that_cannot_be_are_formerr(over, length):
    """RFC 7873 section 5.2.2."""
    reply = over.ask("v4only.lab", edns=True, options=cookie(bytes(length)))
    assert (reply.outcome, reply.edns) == ("FORMERR", True)


@pytest.mark.row("5.20")
@table("length", [8, 16, 17, 24, 39, 40])
def test_lengths_that_may_be_are_not(over, length):
    reply = over.ask("v4only.lab", edns=True, options=cookie(b"c" * length))
    assert reply.outcome == ["v4only.lab A 10.0.0.4"]


@pytest.mark.row("5.20")
@table("length", [0, 1, 9, 41])
def test_switched_off_their_length_does_not_matter(either, length):
    reply = either.ask("v4only.lab", edns=True, options=cookie(bytes(length)))
    assert reply.outcome == ["v4only.lab A 10.0.0.4"]


@pytest.mark.row("2.12")
def test_no_question_but_a_cookie_fetches_one(over):
    """RFC 7873 section 5.4."""
    wire = over.raw(raw_query(b"\1\0", struct.pack("!4H", 0, 0, 0, 1), b"", {"version": 0}))
    reply = dns.message.from_wire(wire)
    assert (dns.rcode.to_text(reply.rcode()), reply.question) == ("NOERROR", [])
    assert len(cookie_of(wire)) == 24


@pytest.mark.row("2.12")
def test_no_question_but_a_cookie_is_formerr_without_cookies(either):
    wire = either.raw(raw_query(b"\1\0", struct.pack("!4H", 0, 0, 0, 1), b"", {"version": 0}))
    assert dns.rcode.to_text(dns.message.from_wire(wire).rcode()) == "FORMERR"


@pytest.mark.row("5.21")
def test_a_good_one_is_taken_and_a_good_one_comes_back(over):
    own = learn(over)
    reply = over.ask("v4only.lab", edns=True, options=cookie(own))
    assert reply.outcome == ["v4only.lab A 10.0.0.4"]
    assert cookie_of(reply.wire)[:12] == own[:12]


def hashes_of_one_second(*learners):
    """The hashes in the cookies that these got, all with the same timestamp."""
    for _ in range(50):
        cookies = [learner() for learner in learners]
        if len({own[12:16] for own in cookies}) == 1:
            return [own[16:] for own in cookies]
    raise AssertionError("never within one second")


@pytest.mark.row("5.21")
def test_the_same_client_has_the_same_within_a_second(over):
    first, second = hashes_of_one_second(lambda: learn(over), lambda: learn(over))
    assert first == second


@pytest.mark.row("5.21")
def test_it_depends_on_the_client_cookie(over):
    first, second = hashes_of_one_second(lambda: learn(over), lambda: learn(over, OTHER_CLIENT))
    assert first != second


@pytest.mark.row("5.21")
def test_it_depends_on_the_clients_address(over):
    query = make("v4only.lab", edns=True, options=cookie(CLIENT)).to_wire()
    here, there = hashes_of_one_second(*(
        lambda source=source: cookie_of(over.raw(query, source=source))
        for source in ("127.0.0.1", "127.0.0.77")))
    assert here != there


@pytest.mark.row("5.21")
def test_each_start_has_a_secret_of_its_own(start):
    servers = [start("-o", "cookies=yes") for _ in range(2)]
    first, second = hashes_of_one_second(*(lambda server=server: learn(server)
                                           for server in servers))
    assert first != second


@pytest.mark.row("5.24")
def test_the_first_of_two_cookies_counts(over):
    reply = over.ask("v4only.lab", edns=True, options=cookie(CLIENT, OTHER_CLIENT))
    assert cookie_of(reply.wire)[:8] == CLIENT
