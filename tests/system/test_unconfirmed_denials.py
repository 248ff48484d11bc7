"""NXDOMAIN where the questions that would disprove it bring nothing.

Some servers say NXDOMAIN of a name that only lacks the asked type (RFC 4074 section 4.2), so
addresses are asked for before a denial is passed on. Others mishandle just those questions;
there the denial stands, and search lists go on.
"""

import pytest

from ask import gather
from clients import through_libc
from tables import table
from waiting import waiting

FAMILIES = {"A": "qnxdomain-{}", "AAAA": "q{}-nxdomain"}
AT_ONCE = ["servfail", "refused", "notimp", "formerr", "garbage", "lame"]
TYPES = ["MX", "HTTPS", "TXT", "SRV"]
WORDS = (0, "NXDOMAIN is unconfirmed: a name server says so for this type, and none answers for an address")
FIRST, SECOND = "127.0.22.1", "127.0.22.2"


@table("fault", AT_ONCE)
@table("rdtype", FAMILIES)
def test_a_denial_of_one_family_while_the_other_fails(server, fault, rdtype):
    reply = server.ask(f"x.{FAMILIES[rdtype].format(fault)}.fault.test", rdtype, edns=True)
    assert reply.outcome == "NXDOMAIN"
    assert reply.extended_error == WORDS


@table("fault", AT_ONCE)
@table("rdtype", FAMILIES)
def test_a_failure_of_the_asked_family_stays_one(server, fault, rdtype):
    other = {"A": "AAAA", "AAAA": "A"}[rdtype]
    assert server.ask(f"x.{FAMILIES[other].format(fault)}.fault.test", rdtype).outcome == "SERVFAIL"


def misbehaving(exists=(), denied=(), rest=None):
    """What a name server says of each type: data, NXDOMAIN, or an RCODE; None: nothing."""
    data = {"A": "192.0.2.7", "AAAA": "2001:db8::7"}

    def answer(packet):
        if packet.type in exists:
            return packet.reply(data[packet.type])
        if packet.type in denied:
            return packet.nxdomain()
        return rest and packet.reply(rcode=rest)

    return answer


@pytest.fixture
def servers(etc):
    """The name servers of these addresses stand in resolv.conf."""
    return lambda *addresses: etc.write(
        "resolv.conf", "".join(f"nameserver {address}\n" for address in addresses))


@table("rest", ["SERVFAIL", "REFUSED", "NOTIMP", "FORMERR"])
@table("rdtype", TYPES)
def test_a_denial_of_another_type_while_addresses_fail(start, servers, name_server, rdtype, rest):
    one = name_server(FIRST, misbehaving(denied=[rdtype], rest=rest))
    servers(FIRST)
    reply = start().ask("x.up.test", rdtype, edns=True)
    assert (reply.outcome, reply.extended_error) == ("NXDOMAIN", WORDS)
    assert {asked for _, asked in one.questions} == {rdtype, "A", "AAAA"}


@table("family, other", [("A", "AAAA"), ("AAAA", "A")])
@table("rdtype", TYPES)
def test_one_address_is_enough_where_the_other_family_fails(start, servers, name_server, rdtype,
                                                            family, other):
    name_server(FIRST, misbehaving(exists=[family], denied=[rdtype], rest="SERVFAIL"))
    servers(FIRST)
    assert start().ask("x.up.test", rdtype).outcome == "NODATA"


@table("rest", ["SERVFAIL", "REFUSED", "NOTIMP", "FORMERR"])
def test_reverse_names_need_no_address(start, servers, name_server, rest):
    one = name_server(FIRST, misbehaving(denied=["PTR"], rest=rest))
    servers(FIRST)
    reply = start().ask("7.2.0.192.in-addr.arpa", "PTR", edns=True)
    assert (reply.outcome, reply.extended_error) == ("NXDOMAIN", None)
    assert {asked for _, asked in one.questions} == {"PTR"}


@table("rest", ["SERVFAIL", "REFUSED", "NOTIMP", "FORMERR"])
def test_both_name_servers_are_asked_before_a_denial_stands(start, servers, name_server, rest):
    one = name_server(FIRST, misbehaving(denied=["A"], rest=rest))
    two = name_server(SECOND, misbehaving(denied=["A"], rest=rest))
    servers(FIRST, SECOND)
    assert start().ask("x.up.test", "A").outcome == "NXDOMAIN"
    assert [*dict.fromkeys(asked for _, asked in one.questions)] == ["A", "AAAA"]
    assert {asked for _, asked in two.questions} == {"AAAA"}


def test_what_another_name_server_knows_disproves_it(start, servers, name_server):
    name_server(FIRST, misbehaving(denied=["A"], rest="REFUSED"))
    name_server(SECOND, misbehaving(exists=["AAAA"], rest="REFUSED"))
    servers(FIRST, SECOND)
    assert start().ask("x.up.test", "A").outcome == "NODATA"


@waiting
def test_a_server_that_has_denied_is_asked_first_whether_that_holds(host):
    """The first in the list is dead: to wait for it once more would take all the time."""
    dead = host.name_server()
    one = host.name_server(misbehaving(exists=["AAAA"], denied=["A"]))
    pending = host.ask([dead, one])
    yield
    assert pending.reply().outcome == "NODATA"
    assert {asked for _, asked in dead.questions} == {"A"}


# Nothing is said to the other question: the order of replies shows what was not waited for.

@pytest.mark.parametrize("rdtype", ["A", "AAAA", "MX", "HTTPS"])
@pytest.mark.parametrize("count", [1, 2])
@waiting
def test_silence_is_not_waited_for(host, count, rdtype):
    servers = [host.name_server(misbehaving(denied=[rdtype])) for _ in range(count)]
    silent, denied = host.name(), host.name()
    pending = host.ask(servers, name=silent, rdtype="TXT")
    pendings = [pending, host.ask(servers, name=denied, rdtype=rdtype, edns=True)]
    yield
    replies = gather(pendings)
    assert [reply.outcome for reply in sorted(replies, key=lambda reply: reply.seconds)] == [
        "NXDOMAIN", "SERVFAIL"]
    assert {reply.extended_error for reply in replies} == {WORDS, None}
    others = [asked for name, asked in servers[0].questions if name == denied]
    assert others[:2] == [rdtype, "AAAA" if rdtype == "A" else "A"]


@waiting
def test_a_dropped_question_of_the_asked_family_is_a_failure(host):
    pending = host.ask([host.name_server(misbehaving(denied=["A"]))], rdtype="AAAA")
    yield
    assert pending.reply().outcome == "SERVFAIL"


def test_it_is_not_kept_for_long(start, servers, name_server):
    """The name may turn out to exist: of 60 seconds 30 are left, for clients as well."""
    one = name_server(FIRST, misbehaving(denied=["A"], rest="SERVFAIL"))
    servers(FIRST)
    server = start("-o", "cache-size=16777216")
    (_, ttl, _), = server.ask("x.up.test", "A").soa
    assert 0 < ttl <= 30
    asked = one.questions
    (_, ttl, _), = server.ask("x.up.test", "A").soa
    assert 0 < ttl <= 30
    assert one.questions == asked, "it is kept"


@table("database, rest", [
    ("hosts", "SERVFAIL"), ("ahosts", "SERVFAIL"), ("ahosts", "REFUSED"), ("ahosts", "NOTIMP"),
    ("ahosts", "FORMERR"), ("ahosts", None)])
def test_search_lists_of_clients_go_on(start, servers, name_server, database, rest):
    """AAAA is mishandled for all names, also for that which exists. Where it is dropped, libc
    has the denial of A long before its own question for AAAA has failed."""
    def answer(packet):
        known = packet.name.to_text() == "host.second.test."
        if packet.type == "A":
            return packet.reply("192.0.2.7") if known else packet.nxdomain()
        return rest and packet.reply(rcode=rest)

    name_server(FIRST, answer)
    servers(FIRST)
    server = start(listen="127.0.22.53:53")
    said = through_libc(server, "getent", database, "host", search="first.test second.test")
    assert said.split()[0] == "192.0.2.7"
