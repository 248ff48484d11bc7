"""The server tells the way of an answer to who asks for it on this host, and to nobody else.

The client asks for it, says where an answer comes from, and draws its way.
"""

import contextlib
import re
import socket
import subprocess

import dns.edns

import way
from ask import Reply, make
from daemon import PROGRAM
from network import in_a_network_of_its_own, ip
from tables import table

UP, UP2 = "127.0.2.9", "127.0.2.10"
OWN = "10.8.0.1"
CACHE = ("-o", "cache-size=1000000")


def told(server, name, rdtype="A", options=(), **how):
    """(reply, way)"""
    reply = server.ask(name, rdtype, edns=True, options=[way.ASK, *options], **how)
    return reply, way.of(reply)


def saying(address):
    return lambda packet: packet.reply(*[address] if packet.type == "A" else [])


# --- by source ---


def test_from_the_hosts_file(either):
    reply, told_way = told(either, "v4only.lab")
    assert reply.outcome == ["v4only.lab A 10.0.0.4"]
    assert told_way.kinds == ["serve", "source", "probe", "owner", "lookup"]
    assert told_way.serve.how == "looked up"
    assert (told_way.source.source, told_way.source.endpoint) == ("files", None)
    assert (told_way.probe.probe, told_way.probe.text) == ("settled", "files dns")
    assert told_way.owner.text == "files"
    assert told_way.probe.took <= told_way.lookup.took <= told_way.serve.took


def test_an_address_from_the_hosts_file(either):
    _, told_way = told(either, "4.0.0.10.in-addr.arpa", "PTR")
    assert (told_way.source.source, told_way.owner.text) == ("files", "files")


def test_from_a_name_server(either):
    reply, told_way = told(either, "a.example.test")
    assert reply.outcome == ["a.example.test A 192.0.2.1"]
    assert told_way.kinds == ["serve", "source", "probe", "try", "verdict", "lookup"]
    assert (told_way.source.source, told_way.source.endpoint) == ("dns", ("127.0.0.2", 53))
    assert told_way.probe.probe == "leads to dns"
    query = getattr(told_way, "try")
    assert (query.type, query.endpoint, query.outcome) == ("A", ("127.0.0.2", 53), 0)
    assert not query.flags & way.OVER_TCP
    assert told_way.verdict.flags & way.LEFT_OUT
    assert told_way.probe.took <= query.at <= query.at + query.took <= told_way.lookup.took


def test_what_libc_would_say_is_known(server, etc):
    """By what the hosts file does not mention, if it has rested."""
    etc.rest("hosts")
    told(server, "cname-a.example.test")
    _, told_way = told(server, "cname-both.example.test")
    assert told_way.probe.probe == "leads to dns"
    assert told_way.probe.flags & way.LEFT_OUT
    _, told_way = told(server, "v6only.lab", "AAAA")
    assert not told_way.probe.flags & way.LEFT_OUT


def test_libc_has_its_say_on_several_addresses(either):
    _, told_way = told(either, "multi.example.test")
    assert not told_way.verdict.flags & way.LEFT_OUT


def test_a_long_reply_is_asked_for_over_tcp(server, fresh):
    _, told_way = told(server, fresh("qmany200-ok"), tcp=True)
    tries = told_way.all("try")
    assert [(step.outcome, bool(step.flags & way.OVER_TCP)) for step in tries] == \
        [("truncated", False), (0, True)]


def test_no_such_name_is_asked_about_twice(either):
    """RFC 4074 section 4.2: some servers deny a name for a type that it does not have."""
    reply, told_way = told(either, "nosuch.example.test")
    assert reply.outcome == "NXDOMAIN"
    assert [(step.type, step.outcome) for step in told_way.all("try")] == [("A", 3), ("AAAA", 3)]


def test_a_silent_server_and_the_next(start, etc, name_server):
    name_server(UP, lambda packet: None)
    name_server(UP2, saying("192.0.2.9"))
    etc.write("resolv.conf",
              f"nameserver {UP}\nnameserver {UP2}\noptions timeout:1 attempts:1\n")
    _, told_way = told(start(), "second.up.test")
    first, without_edns, second = told_way.all("try")
    assert (without_edns.endpoint, without_edns.outcome) == ((UP, 53), "silent")
    assert (first.endpoint, first.outcome) == ((UP, 53), "silent")
    assert (second.endpoint, second.outcome) == ((UP2, 53), 0)
    assert first.at < without_edns.at
    assert 900_000 <= second.at
    assert told_way.source.endpoint == (UP2, 53)


def test_a_failure_tells_whom_it_has_waited_for(start, etc, name_server):
    name_server(UP, lambda packet: None)
    etc.write("resolv.conf", f"nameserver {UP}\noptions timeout:1 attempts:2\n")
    server = start()
    reply, told_way = told(server, "silent.up.test")
    assert reply.outcome == "SERVFAIL"
    assert [step.outcome for step in told_way.all("try")] == ["silent"] * 3
    assert told_way.source.endpoint is None
    reply, told_way = told(server, "silent.up.test")
    assert (reply.outcome, told_way.serve.how) == ("SERVFAIL", "failure")


def test_a_port_that_nobody_has_open(start, etc):
    etc.write("resolv.conf", "nameserver 127.0.2.99\noptions timeout:1 attempts:1\n")
    _, told_way = told(start(), "nobody.up.test")
    assert [(step.outcome, bool(step.flags & way.OVER_TCP)) for step in told_way.all("try")] == [
        ("unreachable", False), ("unreachable", True)]


@table("line, name, source, owner", [
    ("mymachines files myhostname dns", "v4only.lab", "host", "mymachines files"),
    ("files mdns4_minimal [NOTFOUND=return] dns", "v4only.lab", "files", "files"),
    ("files myhostname dns", "_gateway.test", "dns", None),
])
def test_sources_of_the_line(start, etc, line, name, source, owner):
    etc.write("nsswitch.conf", f"hosts: {line}\n")
    _, told_way = told(start(), name)
    assert told_way.probe.text == line
    assert told_way.source.source == source
    assert [step.text for step in told_way.all("owner")] == ([owner] if owner else [])


@table("name", ["a.invalid", "b.onion"])
def test_special_names_are_the_servers_own(either, name):
    reply, told_way = told(either, name)
    assert reply.outcome == "NXDOMAIN"
    assert (told_way.kinds, told_way.serve.how) == (["serve"], "itself")


# --- from the cache ---


def test_from_the_cache(start):
    server = start(*CACHE)
    assert server.ask("a.example.test", edns=True).outcome  # by somebody who wants no way
    _, told_way = told(server, "a.example.test")
    assert told_way.kinds == ["serve", "kept", "source"]
    assert told_way.serve.how == "cache"
    assert told_way.serve.flags & way.FAST
    age, left = told_way.kept.kept
    assert age < 30
    assert age + left == 60
    assert (told_way.source.source, told_way.source.endpoint) == ("dns", ("127.0.0.2", 53))
    _, told_way = told(server, "v4only.lab")
    _, told_way = told(server, "v4only.lab")
    assert (told_way.source.source, told_way.serve.how) == ("files", "cache")


def test_over_tcp_nothing_is_fast(start):
    server = start(*CACHE)
    told(server, "a.example.test")
    _, told_way = told(server, "a.example.test", tcp=True)
    assert told_way.serve.how == "cache"
    assert told_way.serve.flags == way.OVER_TCP


def test_a_stale_answer(start, etc, name_server):
    dying = name_server(UP, lambda packet: packet.reply("192.0.2.9").replace(
        b"\0\0\0\x3c", b"\0\0\0\x01") if packet.type == "A" else packet.reply())
    etc.write("resolv.conf", f"nameserver {UP}\noptions timeout:1 attempts:1\n")
    server = start(*CACHE, "-o", "stale=3600")
    told(server, "brief.up.test")
    dying.close()
    how = None
    while how != "stale":
        reply, told_way = told(server, "brief.up.test")
        how = told_way.serve.how
        assert reply.outcome == ["brief.up.test A 192.0.2.9"]
    age, left = told_way.kept.kept
    assert age >= 1
    assert left == 0
    assert told_way.source.source == "dns"


def test_a_question_joins_the_flight_of_another(start, etc, name_server):
    upstream = name_server(UP, lambda packet: None)
    etc.write("resolv.conf", f"nameserver {UP}\n")
    server = start()
    query = make("slow.up.test", edns=True, options=[way.ASK])
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                   for _ in range(2)]
        for sock in sockets:
            sock.settimeout(30)
            sock.sendto(query.to_wire(), server.to)
        packet = upstream.next()
        assert server.ask("v4only.lab").outcome  # so both have been read before
        upstream.send(packet, packet.reply("192.0.2.9"))
        ways = [way.of(Reply(query, sock.recv(4096))) for sock in sockets]
    assert [told_way.serve.how for told_way in ways] == ["looked up", "joined"]
    assert all(told_way.kinds == ways[0].kinds for told_way in ways)


# --- whom it is told, and what it leaves alone ---


def test_nobody_is_told_unasked(either):
    assert way.of(either.ask("v4only.lab", edns=True)) is None
    assert way.of(either.ask("v4only.lab")) is None


@table("code", [65001, 65352, 65354, 65534])
def test_other_options_of_that_range_mean_nothing(either, code):
    reply = either.ask("v4only.lab", edns=True, options=[dns.edns.GenericOption(code, b"x")])
    assert (reply.outcome, list(reply.message.options)) == (["v4only.lab A 10.0.0.4"], [])


@table("data", [b"", b"x", bytes(200)])
def test_what_the_option_carries_says_nothing(either, data):
    reply = either.ask("v4only.lab", edns=True,
                       options=[dns.edns.GenericOption(way.OPTION, data)] * 2)
    assert way.of(reply).serve.how == "looked up"


def test_a_client_that_is_not_on_loopback_is_told_nothing(start, transport):
    def test():
        ip(f"address add {OWN}/24 dev lo")
        server = start("-o", "allow=0.0.0.0/0", *CACHE, listen=f"{OWN}:0")
        for _ in range(2):
            query = make("v4only.lab", edns=True, options=[way.ASK])
            for source, is_told in (OWN, False), ("127.0.0.1", True):
                wire = server.raw(query.to_wire(), tcp=transport == "tcp", source=source)
                reply = Reply(query, wire, tcp=transport == "tcp")
                assert reply.outcome == ["v4only.lab A 10.0.0.4"]
                assert (way.of(reply) is not None) == is_told

    in_a_network_of_its_own(test)


def test_records_are_worth_more_than_their_way(start):
    """The size of the reply is what decides, and the records are the same."""
    server = start(*CACHE)
    for name in "many.example.test", "huge.example.test":
        for size in 512, 1232:
            plain = server.ask(name, edns=True, size=size)
            reply, told_way = told(server, name, size=size)
            assert reply.answer == plain.answer
            assert reply.truncated == plain.truncated
            assert told_way is None or len(reply.wire) > len(plain.wire)
    assert reply.truncated
    assert told_way is None
    whole, told_way = told(server, name, tcp=True)
    assert len(whole.answer) > len(reply.answer)
    assert told_way.serve.how == "cache"


def test_cookies_and_padding_are_as_without_it(start):
    server = start("-o", "cookies=yes", "-o", "padding=yes", "-o", "nsid=one of ours")
    options = [dns.edns.GenericOption(10, b"12345678"), dns.edns.GenericOption(3, b""),
               dns.edns.GenericOption(12, bytes(8))]
    reply, told_way = told(server, "v4only.lab", options=options)
    codes = [int(option.otype) for option in reply.message.options]
    assert codes == [10, 3, way.OPTION, 12]
    assert len(reply.wire) % 468 == 0
    assert told_way.serve.how == "looked up"


def test_a_question_that_cannot_be_answered(either):
    _, told_way = told(either, "v4only.lab", "AXFR")
    assert (told_way.kinds, told_way.serve.how) == (["serve"], "itself")


# --- what the client shows ---

TIME = r"[\d.]+ m?s"


def run(server, *words):
    """What the client shows of the server's answers; what it complains about is left out."""
    at = "{}#{}".format(*server.to)
    return subprocess.run([PROGRAM.parent / "hostdns", f"@{at}", *words], text=True, timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout


def source_of(shown):
    """The words of the From line, which is the last."""
    return re.search(rf"^(?:; )?From: +(.*), in {TIME}$", shown.splitlines()[-1])[1]


@table("words, source", [
    (["v4only.lab"], "hosts file"),
    (["dual.lab"], "hosts file"),
    (["-x", "10.0.0.4"], "hosts file"),
    (["a.example.test"], "DNS server 127.0.0.2 over UDP"),
    (["a.example.test", "+tcp"], "DNS server 127.0.0.2 over UDP"),
    (["types.example.test", "MX"], "DNS server 127.0.0.2 over UDP"),
    (["localhost"], "hosts file"),
])
def test_the_client_says_where_an_answer_comes_from(server, words, source):
    assert source_of(run(server, *words)) == source


def test_the_line_stands_below_what_was_found(server):
    assert re.fullmatch(rf"""Name:            v4only.lab
Canonical name:  v4only.lab
IPv4 address:    10.0.0.4
From:            hosts file, in {TIME}
""", run(server, "v4only.lab"))
    assert re.fullmatch(rf"""v4only.lab.\t10\tIN\tA\t10.0.0.4
; From: hosts file, in {TIME}
""", run(server, "v4only.lab", "A"))


def test_without_it_nothing_else_is_shown(server):
    assert run(server, "v4only.lab", "+short") == "10.0.0.4\n"
    assert run(server, "v4only.lab", "A", "+nosource") == "v4only.lab.\t10\tIN\tA\t10.0.0.4\n"
    assert run(server, "nosuch.example.test") == ""


def test_the_client_knows_what_the_cache_had(start):
    server = start(*CACHE)
    server.ask("a.example.test")
    assert re.fullmatch(r"the server's cache, \d+ s old \(DNS server 127\.0\.0\.2\)",
                        source_of(run(server, "a.example.test", "A")))
    server.ask("v4only.lab")
    assert re.fullmatch(r"the server's cache, \d+ s old \(hosts file\)",
                        source_of(run(server, "v4only.lab", "A")))


def test_the_client_draws_the_way(server, etc):
    etc.rest("hosts")
    server.ask("b.example.test")  # by then lookup knows what the hosts file does not mention
    shown = run(server, "a.example.test", "A", "+short", "+trace")
    picture = re.sub(rf" +({TIME})", " TIME", re.sub(r"\d+ octets", "N octets", shown))
    address = "{} port {}".format(*server.to)
    assert picture == f"""\
192.0.2.1

hostdns       a.example.test. A
 |  UDP over loopback to {address}
 +-> serve    not in the cache: a new lookup
      |  a channel between the processes
      +-> lookup
           |-- libc without DNS: files dns TIME  not needed, DNS is next
           |-- DNS server 127.0.0.2 over UDP: A TIME  NOERROR
           |-- libc on the reply TIME  not needed
      +<- lookup TIME
 +<- serve TIME
hostdns       N octets TIME
"""


def test_the_way_to_no_answer_is_drawn_too(server, start, etc, name_server):
    assert "|-- DNS server 127.0.0.2 over UDP: AAAA" in run(server, "nosuch.example.test", "+trace")
    name_server(UP, lambda packet: None)
    etc.write("resolv.conf", f"nameserver {UP}\noptions timeout:1 attempts:1\n")
    shown = run(start(), "silent.up.test", "A", "+trace")
    assert re.search(rf"\|-- DNS server {UP} over UDP: A +{TIME}  no reply\n", shown)


def test_a_server_elsewhere_is_not_asked_for_its_way(name_server):
    """No address of this host but those of loopback."""
    def test():
        ip(f"address add {OWN}/24 dev lo")
        other = name_server(OWN, saying("192.0.2.9"))
        shown = subprocess.run([PROGRAM.parent / "hostdns", f"@{OWN}#53", "x.test", "A", "+trace"],
                               capture_output=True, text=True, timeout=60, check=True).stdout
        assert re.search(rf"^; From: {OWN} port 53, in {TIME}$", shown, re.M)
        assert f" +-> {OWN} port 53    is not on this host, so its way is not told\n" in shown
        assert [list(packet.message.options) for packet in other.packets] == [[]]

    in_a_network_of_its_own(test)
