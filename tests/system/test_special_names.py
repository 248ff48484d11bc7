"""Names with a meaning of their own (RFC 6761 and others): who is asked for them, and who not."""

import time

import pytest

from ask import PROMISE_SECONDS, Over
from daemon import Daemon
from network import Tap
from tables import table

pytestmark = pytest.mark.usefixtures("patience")
AT_ONCE = 3.0
LOOPBACK4, LOOPBACK6 = "1.0.0.127.in-addr.arpa", "1." + "0." * 31 + "ip6.arpa"
UP = "127.0.2.9"
HANG = "hosts: files hang dns\n"


@pytest.fixture(scope="module")
def hanging_server(modules):
    daemon = Daemon(env=modules)
    yield daemon
    daemon.stop()


@pytest.fixture
def hanging(hanging_server, etc, transport):
    """A server whose NSS module never comes back from names with "hang" in them."""
    etc.write("nsswitch.conf", HANG)
    return Over(hanging_server, transport)


@pytest.fixture
def unasked(upstream, hanging):
    """A way to see that neither that module nor a name server was asked."""

    def ask(name, rdtype="A"):
        before = upstream.asked(name.lower())
        reply = hanging.ask(name, rdtype)
        assert reply.seconds < AT_ONCE, "the module was asked"
        assert upstream.asked(name.lower()) == before, "a name server was asked"
        return reply

    return ask


@pytest.fixture
def over(start, transport):
    """Starts a server with options, asked over each transport."""
    return lambda *options, **how: Over(start(*options, **how), transport)


def outcomes(*rows):
    return table("name, rdtype, outcome", rows)


# --- localhost (RFC 6761 section 6.3) ---


@pytest.mark.row("6.localhost")
@outcomes(("localhost", "A", ["localhost A 127.0.0.1"]),
          ("localhost", "AAAA", ["localhost AAAA ::1"]),
          ("LocalHost", "A", ["LocalHost A 127.0.0.1"]),
          ("localhost", "MX", "NODATA"), ("localhost", "CNAME", "NODATA"),
          ("hang.localhost", "A", ["hang.localhost A 127.0.0.1"]),
          ("hang.localhost", "AAAA", ["hang.localhost AAAA ::1"]),
          ("x.hang.LOCALHOST", "A", ["x.hang.LOCALHOST A 127.0.0.1"]),
          ("hang.localhost", "MX", "NODATA"), ("hang.localhost", "TXT", "NODATA"),
          ("hang.localhost", "HTTPS", "NODATA"))
def test_localhost(unasked, name, rdtype, outcome):
    assert unasked(name, rdtype).outcome == outcome


@pytest.mark.row("6.localhost")
@outcomes(("localhost", "A", ["localhost A 127.0.0.1"]),
          ("localhost", "AAAA", ["localhost AAAA ::1"]), ("localhost", "MX", "NODATA"))
def test_localhost_that_is_in_no_hosts_file(unasked, etc, name, rdtype, outcome):
    etc.write("hosts", "10.0.0.4 v4only.lab\n")
    assert unasked(name, rdtype).outcome == outcome


@pytest.mark.row("6.localhost")
def test_the_hosts_file_may_say_what_localhost_is(unasked, etc):
    etc.write("hosts", "10.0.6.77 localhost\n10.0.6.78 foo.localhost\n")
    assert unasked("localhost").outcome == ["localhost A 10.0.6.77"]
    assert unasked("foo.localhost").outcome == ["foo.localhost A 127.0.0.1"]


@pytest.mark.row("6.reverse-loopback")
@table("name", [LOOPBACK4, LOOPBACK6, LOOPBACK6.upper()])
def test_reverse_names_of_loopback(unasked, etc, name):
    etc.write("hosts", "10.0.0.4 v4only.lab\n")
    assert unasked(name, "PTR").outcome == [f"{name} PTR localhost"]
    assert unasked(name, "A").outcome == "NODATA"


@pytest.mark.row("6.reverse-loopback")
@table("line, name", [("127.0.0.1", LOOPBACK4), ("::1", LOOPBACK6)])
def test_the_hosts_file_may_say_what_loopback_is(unasked, etc, line, name):
    etc.write("hosts", f"{line} mybox.lab\n")
    assert unasked(name, "PTR").outcome == [f"{name} PTR mybox.lab"]


# --- names that do not exist, by decree ---


@pytest.mark.row("6.invalid")
@table("rdtype", ["A", "AAAA", "MX", "HTTPS"])
@table("name", ["invalid", "hang.invalid", "x.hang.INVALID"])
def test_invalid(unasked, name, rdtype):
    """RFC 6761 section 6.4."""
    reply = unasked(name, rdtype)
    assert reply.outcome == "NXDOMAIN"
    assert [owner.lower() for owner, _, _ in reply.soa] == ["invalid."]


@pytest.mark.row("6.onion")
@table("rdtype", ["A", "AAAA", "TXT"])
@table("name", ["onion", "hang.onion", "www.hang.Onion"])
def test_onion(unasked, name, rdtype):
    """RFC 7686 section 2."""
    reply = unasked(name, rdtype)
    assert reply.outcome == "NXDOMAIN"
    assert [owner.lower() for owner, _, _ in reply.soa] == ["onion."]


@pytest.mark.row("6.onion")
def test_onion_for_those_who_resolve_it(over, upstream):
    server = over("-o", "onion=yes")
    before = upstream.asked("yes.onion").get("A", 0)
    assert server.ask("yes.onion").outcome == "NXDOMAIN"
    assert upstream.asked("yes.onion")["A"] == before + 1


@pytest.mark.row("6.onion")
def test_onion_in_the_hosts_file_is_not_read(unasked, etc):
    etc.add("hosts", "10.0.6.9 in-hosts.onion\n")
    assert unasked("in-hosts.onion").outcome == "NXDOMAIN"


@pytest.mark.row("6.internal-alt")
@table("rdtype", ["A", "AAAA", "TXT"])
@table("name", ["alt", "hang.alt", "x.hang.ALT"])
def test_alt(unasked, name, rdtype):
    """RFC 9476 section 3."""
    reply = unasked(name, rdtype)
    assert reply.outcome == "NXDOMAIN"
    assert [owner.lower() for owner, _, _ in reply.soa] == ["alt."]


@pytest.mark.row("6.invalid", "6.onion", "6.internal-alt", "6.localhost")
def test_no_packet_leaves_for_any_of_them(over):
    server = over()
    server.ask("v4only.lab")
    tap = Tap("127.0.0.2")
    for name in "x.invalid", "x.onion", "x.alt", "x.localhost", "_dns.resolver.arpa":
        for rdtype in "A", "AAAA", "TXT":
            server.ask(name, rdtype)
    assert tap.count() == 0


@pytest.mark.row("6.invalid", "6.onion", "6.internal-alt")
@outcomes(("xinvalid", "A", "NXDOMAIN"), ("invalid.example.test", "A", "NXDOMAIN"),
          ("onion.example.test", "A", "NXDOMAIN"), ("xalt", "A", "NXDOMAIN"))
def test_only_whole_labels_count(either, upstream, name, rdtype, outcome):
    assert either.ask(name, rdtype).outcome == outcome
    assert upstream.asked(name)[rdtype] >= 1


# --- ordinary ones ---

ORDINARY = """\
10.0.6.1 host.test
10.0.6.2 www.example.com
10.0.6.3 printer.local
10.0.6.4 nas.home.arpa
10.0.6.5 build.internal
10.0.6.6 tv.lan
10.0.6.7 files.corp
10.0.6.8 use-application-dns.net
"""


@pytest.fixture
def ordinary_hosts(etc):
    etc.add("hosts", ORDINARY)


def ordinary(*names):
    """Each name that hosts knows, and the end of one that only the name server can know."""
    return table("known, address, other", names)


def check_ordinary(either, upstream, known, address, other):
    server, other = either, f"{'tcp' if either.tcp else 'udp'}-{other}"
    assert server.ask(known).outcome == [f"{known} A {address}"]
    assert server.ask(known, "MX").outcome == "NODATA"
    before = upstream.asked(other).get("A", 0)
    assert server.ask(other).outcome == "NXDOMAIN"
    assert upstream.asked(other)["A"] == before + 1


@pytest.mark.row("6.test")
@ordinary(("host.test", "10.0.6.1", "nosuch.test"),
          ("www.example.com", "10.0.6.2", "nosuch.example.com"))
def test_test_and_example(either, ordinary_hosts, upstream, known, address, other):
    check_ordinary(either, upstream, known, address, other)


@pytest.mark.row("6.home.arpa")
@ordinary(("nas.home.arpa", "10.0.6.4", "nosuch.home.arpa"))
def test_home_arpa(either, ordinary_hosts, upstream, known, address, other):
    """RFC 8375 section 4."""
    check_ordinary(either, upstream, known, address, other)


@pytest.mark.row("6.internal-alt")
@ordinary(("build.internal", "10.0.6.5", "nosuch.internal"), ("tv.lan", "10.0.6.6", "no.lan"),
          ("files.corp", "10.0.6.7", "nosuch.corp"))
def test_internal_lan_corp(either, ordinary_hosts, upstream, known, address, other):
    check_ordinary(either, upstream, known, address, other)


@pytest.mark.row("6.use-application-dns")
def test_the_canary_is_ordinary(over, etc, upstream):
    server = over()
    before = upstream.asked("use-application-dns.net").get("A", 0)
    assert server.ask("use-application-dns.net").outcome == "NXDOMAIN"
    assert upstream.asked("use-application-dns.net")["A"] == before + 1
    etc.add("hosts", ORDINARY)
    assert server.ask("use-application-dns.net").outcome == [
        "use-application-dns.net A 10.0.6.8"]


@pytest.mark.row("6.use-application-dns")
@table("rdtype", ["A", "AAAA"])
def test_the_canary_by_option(over, etc, upstream, rdtype):
    """Firefox then leaves DNS to the system."""
    etc.add("hosts", ORDINARY)
    server = over("-o", "canary=yes")
    before = upstream.asked("use-application-dns.net")
    assert server.ask("use-application-dns.net", rdtype).outcome == "NXDOMAIN"
    assert upstream.asked("use-application-dns.net") == before
    assert server.ask("v4only.lab").outcome == ["v4only.lab A 10.0.0.4"]


@pytest.mark.row("6.ipv4only.arpa")
def test_ipv4only_shows_the_translator_of_the_host(either, etc, name_server):
    """RFC 8880 section 7: what the host's name servers say, and for as long as they say."""
    name_server(UP, lambda packet: packet.reply(*{
        "A": ["192.0.0.170", "192.0.0.171"], "AAAA": ["64:ff9b::c000:aa"]}[packet.type]))
    etc.write("resolv.conf", f"nameserver {UP}\n")
    assert sorted(either.ask("ipv4only.arpa").answer) == [
        "ipv4only.arpa A 192.0.0.170", "ipv4only.arpa A 192.0.0.171"]
    reply = either.ask("ipv4only.arpa", "AAAA")
    assert reply.ttls == [("ipv4only.arpa AAAA 64:ff9b::c000:aa", 60)]


# --- mDNS ---


@pytest.mark.row("6.local")
def test_local_goes_to_the_sources_of_the_host(either, etc):
    etc.add("hosts", ORDINARY)
    assert either.ask("printer.local").outcome == ["printer.local A 10.0.6.3"]
    assert either.ask("nosuch.local").outcome == "NXDOMAIN"


@pytest.fixture(scope="module")
def beside_slow_names(modules, module_etc):
    """{transport: [(reply, expected outcome)]} of others: each miss of a module for mDNS costs
    seconds."""
    with module_etc.each_row():
        module_etc.write("nsswitch.conf", HANG)
        return ask_beside_slow_names(modules)


def ask_beside_slow_names(modules):
    server = Daemon("-o", "max-lookups=16", env=modules)
    replies = {"udp": [], "tcp": []}
    hung = [server.send(f"hang{number}.local", rdtype)
            for number in range(50) for rdtype in ("A", "AAAA")]
    end = time.monotonic() + PROMISE_SECONDS - 1
    try:
        while time.monotonic() < end:
            for transport, said in replies.items():
                for name, outcome in (("v4only.lab", ["v4only.lab A 10.0.0.4"]),
                                      ("a.example.test", ["a.example.test A 192.0.2.1"]),
                                      (f"{transport}{len(said)}.example.test", "NXDOMAIN")):
                    said.append((Over(server, transport).ask(name), outcome))
            time.sleep(0.1)
    except BaseException:
        server.kill()
        raise
    finally:
        for pending in hung:
            pending.socket.close()
    server.stop()
    return replies


@pytest.mark.row("6.local")
def test_slow_local_names_do_not_delay_others(beside_slow_names, transport):
    replies = beside_slow_names[transport]
    assert replies
    for reply, outcome in replies:
        assert reply.outcome == outcome
        assert reply.seconds < AT_ONCE


# --- below arpa ---


@pytest.mark.row("6.resolver.arpa")
@outcomes(*[(name, rdtype, "NODATA") for name in ("resolver.arpa", "_dns.resolver.arpa",
                                                  "_DNS.Resolver.ARPA")
            for rdtype in ("A", "AAAA", "TYPE64", "SVCB", "NS", "SOA", "TXT")],
          ("hang.resolver.arpa", "A", "NXDOMAIN"), ("x._dns.resolver.arpa", "TYPE64", "NXDOMAIN"))
def test_resolver_arpa(unasked, name, rdtype, outcome):
    """RFC 9462 sections 4 and 8."""
    assert unasked(name, rdtype).outcome == outcome


PRIVATE = ["1.0.0.10.in-addr.arpa", "1.2.16.172.in-addr.arpa", "1.1.168.192.in-addr.arpa",
           "1.1.254.169.in-addr.arpa", "1." + "0." * 29 + "d.f.ip6.arpa",
           "1." + "0." * 27 + "0.8.e.f.ip6.arpa"]


@pytest.mark.row("6.rfc6303")
@table("name", PRIVATE)
def test_private_reverse_names_are_asked_as_the_host_asks_them(either, etc, name_server, name):
    known = name_server(UP, lambda packet: packet.reply("machine.corp."))
    etc.write("resolv.conf", f"nameserver {UP}\n")
    assert either.ask(name, "PTR").outcome == [f"{name} PTR machine.corp"]
    assert (name, "PTR") in known.questions


@pytest.mark.row("6.rfc6303")
@table("name", PRIVATE)
def test_what_nobody_knows_does_not_exist(either, name):
    """With the SOA of those who deny it."""
    reply = either.ask(name, "PTR")
    assert (reply.outcome, reply.soa) == ("NXDOMAIN", [(".", 30, 30)])


@pytest.mark.row("6.rfc6303")
def test_the_hosts_file_knows_private_addresses(either, etc):
    etc.add("hosts", "192.168.7.7 home.lab\n")
    assert either.ask("7.7.168.192.in-addr.arpa", "PTR").outcome == [
        "7.7.168.192.in-addr.arpa PTR home.lab"]


@pytest.mark.row("6.arpa")
@table("rdtype", ["A", "AAAA"])
@table("name", ["hang.in-addr.arpa", "hang.2.0.192.in-addr.arpa",
                                  "hang.ip6.arpa", "."])
def test_addresses_of_reverse_names_are_not_asked_of_modules(hanging, name, rdtype):
    reply = hanging.ask(name, rdtype)
    assert reply.outcome == ("NODATA" if name == "." else "NXDOMAIN")
    assert reply.seconds < AT_ONCE
