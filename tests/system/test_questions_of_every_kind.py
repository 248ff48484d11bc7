"""Odd questions that are nonetheless answered: types, classes, identity, parts of names."""

import dns.rdataclass
import pytest

from ask import PROMISE_SECONDS, Connection, Over, Reply, make
from daemon import Daemon
from tables import table

pytestmark = pytest.mark.usefixtures("patience")
QUICK = "127.0.2.9"
V4 = ["v4only.lab A 10.0.0.4"]
IDENTITY = ["version.bind", "version.server", "id.server", "hostname.bind"]
HOSTS = """\
10.0.7.1 box
10.0.7.2 first.deep.below.lab
10.0.7.3 odd!canon plain.lab
10.0.7.4 10.9.9.9 numeric-canon.lab
10.0.7.5 canon.lab alias-seven.lab
10.0.7.6 twice-seven.lab
10.0.7.6 twice-seven.lab
10.0.7.9 order.lab
10.0.7.7 order.lab
10.0.7.8 order.lab
::ffff:10.0.7.10 mapped-seven.lab
"""


@pytest.fixture(scope="module", autouse=True)
def hosts(module_etc):
    module_etc.add("hosts", HOSTS)


def outcomes(*rows):
    return table("name, rdtype, outcome", rows)


@pytest.fixture(scope="module")
def identified():
    daemon = Daemon("-o", "identity=our own words")
    yield daemon
    daemon.stop()


@pytest.fixture(scope="module")
def foreign(modules):
    """A server that finds foreign NSS modules."""
    daemon = Daemon(env=modules)
    yield daemon
    daemon.stop()


# --- class CH ---


@pytest.mark.row("2.17")
@table("name", [*IDENTITY, "VERSION.bind"])
def test_identity_as_the_operator_says(identified, transport, name):
    reply = Over(identified, transport).ask(name, "TXT", "CH")
    assert reply.rcode == "NOERROR"
    (rrset,) = reply.message.answer
    assert (rrset.rdclass, rrset.ttl) == (dns.rdataclass.CH, 0)
    assert rrset[0].strings == (b"our own words",)


@pytest.mark.row("2.15", "2.17")
@table("name, rdtype", [
    ("authors.bind", "TXT"), ("v4only.lab", "A"), ("v4only.lab", "TXT")])
def test_other_names_of_class_ch_are_refused(identified, transport, name, rdtype):
    server = Over(identified, transport)
    assert server.ask(name, rdtype, "CH").outcome == "REFUSED"
    assert server.ask("v4only.lab").outcome == V4


# --- transfers ---


@pytest.mark.row("2.18")
@table("rdtype", ["AXFR", "IXFR"])
@table("name", ["example.test", "dual.lab", "nosuch.lab", "."])
def test_transfers_are_refused(either, name, rdtype):
    assert either.ask(name, rdtype).outcome == "REFUSED"


@pytest.mark.row("2.18", over="tcp")
def test_after_a_refused_transfer_the_connection_stays(server):
    queries = [make("example.test", "AXFR"), make("v4only.lab")]
    with Connection(server.to) as connection:
        for query, outcome in zip(queries, ["REFUSED", V4]):
            connection.send(query.to_wire())
            assert Reply(query, connection.receive(), tcp=True).outcome == outcome


# --- types ---


@pytest.mark.row("2.19")
@outcomes(*[("v4only.lab", rdtype, "FORMERR") for rdtype in ("OPT", "TKEY", "TSIG")],
          *[("v4only.lab", rdtype, "NOTIMP") for rdtype in ("MAILA", "MAILB")],
          *[("v4only.lab", f"TYPE{number}", "NODATA") for number in (0, 128, 200, 248)],
          ("nosuch.lab", "TSIG", "FORMERR"), ("nosuch.lab", "TYPE128", "NXDOMAIN"))
def test_types_that_are_no_data(either, name, rdtype, outcome):
    """RFC 6895 section 3.1."""
    assert either.ask(name, rdtype).outcome == outcome


@pytest.mark.row("2.20")
@outcomes(*[(name, rdtype, outcome)
            for rdtype in ("RRSIG", "NSEC", "DS", "DNSKEY", "NULL", "TYPE666", "TYPE65280")
            for name, outcome in (("v4only.lab", "NODATA"), ("a.example.test", "NODATA"),
                                  ("nosuch.example.test", "NXDOMAIN"))])
def test_types_unknown_to_libc(either, name, rdtype, outcome):
    """RFC 3597 section 3."""
    assert either.ask(name, rdtype).outcome == outcome


# --- names ---


@pytest.mark.row("3.7")
@outcomes(("_http._tcp.v4only.lab", "SRV", "NXDOMAIN"),
          ("_http._tcp.a.example.test", "SRV", "NXDOMAIN"),
          ("_sip._tcp.example.test", "SRV", "NODATA"),
          ("_sip._tcp.example.test", "A", ["_sip._tcp.example.test A 192.0.2.70"]),
          ("_tcp.example.test", "SRV", "NODATA"))
def test_underscores(either, name, rdtype, outcome):
    """RFC 2181 section 11."""
    assert either.ask(name, rdtype).outcome == outcome


@pytest.mark.row("3.9")
@outcomes((".", "A", "NODATA"), (".", "AAAA", "NODATA"), (".", "MX", "NODATA"),
          (".", "NS", [". NS ns.lab"]),
          (".", "SOA", [". SOA ns.lab. admin.lab. 1 3600 600 86400 30"]))
def test_the_root(either, name, rdtype, outcome):
    assert either.ask(name, rdtype).outcome == outcome


@pytest.mark.row("3.9")
@table("rdtype", ["A", "AAAA"])
def test_the_root_where_dns_is_no_source(either, etc, rdtype):
    etc.write("nsswitch.conf", "hosts: files\n")
    assert either.ask(".", rdtype).outcome == "NODATA"


@pytest.mark.row("3.11")
@outcomes(("box", "A", ["box A 10.0.7.1"]), ("box", "AAAA", "NODATA"),
          ("single", "A", ["single A 192.0.2.60"]), ("single", "AAAA", "NODATA"),
          ("nosuchbox", "A", "NXDOMAIN"), ("nosuchbox", "AAAA", "NXDOMAIN"))
def test_single_labels(either, name, rdtype, outcome):
    assert either.ask(name, rdtype).outcome == outcome


@pytest.mark.row("3.12")
def test_a_name_above_a_local_name_exists(start, transport):
    """RFC 8020: NXDOMAIN would deny what is below."""
    server = Over(start(), transport)
    for rdtype in "A", "AAAA", "MX", "ANY", "CNAME":
        assert server.ask("deep.below.lab", rdtype).outcome == "NODATA"
        assert server.ask("Below.Lab", rdtype).outcome == "NODATA"
    assert server.ask("other.below.lab").outcome == "NXDOMAIN"
    assert server.ask("first.deep.below.lab").outcome == ["first.deep.below.lab A 10.0.7.2"]


@pytest.mark.row("3.12")
@table("name", ["00", "0x7f", "10.0.7.3", "fe80::7"])
def test_one_that_looks_like_an_address_exists_as_well(either, etc, name):
    assert either.ask(name).outcome == "NXDOMAIN"
    etc.add("hosts", f"10.0.7.3 child.{name}\n")
    assert either.ask(name).outcome == "NODATA"
    assert either.ask(name, "MX").outcome == "NODATA"


@pytest.mark.row("3.12")
def test_what_counts_is_that_libc_finds_the_name_below(either, etc):
    etc.write("nsswitch.conf", "hosts: dns\n")
    assert either.ask("deep.below.lab").outcome == "NXDOMAIN"
    etc.write("nsswitch.conf", "hosts: dns files\n")
    assert either.ask("deep.below.lab").outcome == "NODATA"
    etc.write("nsswitch.conf", "hosts: files\n")
    assert either.ask("deep.below.lab", "AAAA").outcome == "NODATA"
    assert either.ask("deep.above.lab", "AAAA").outcome == "NXDOMAIN"


@pytest.mark.row("3.12", "9.7")
def test_a_line_that_comes_and_goes(either, etc):
    assert either.ask("above.edited.lab").outcome == "NXDOMAIN"
    etc.add("hosts", "10.0.7.77 x.above.edited.lab\n")
    assert either.ask("above.edited.lab").outcome == "NODATA"
    etc.write("hosts", "127.0.0.1 localhost\n")
    assert either.ask("above.edited.lab").outcome == "NXDOMAIN"


@pytest.mark.row("3.12")
def test_above_a_name_that_does_not_exist_nothing_does(either):
    assert either.ask("not.there.lab").outcome == "NXDOMAIN"
    assert either.ask("there.lab").outcome == "NXDOMAIN"


@pytest.mark.row("3.13")
@outcomes(("2.0.192.in-addr.arpa", "PTR", "NODATA"), ("192.in-addr.arpa", "PTR", "NXDOMAIN"),
          ("in-addr.arpa", "PTR", "NODATA"),  # localhost's address is below
          ("8.b.d.0.1.0.0.2.ip6.arpa", "NS", ["8.b.d.0.1.0.0.2.ip6.arpa NS ns.lab"]),
          ("1.2.ip6.arpa", "PTR", "NXDOMAIN"),
          ("300.2.0.192.in-addr.arpa", "PTR", "NXDOMAIN"),
          ("010.2.0.192.in-addr.arpa", "PTR", "NXDOMAIN"),
          ("x.2.0.192.in-addr.arpa", "PTR", "NXDOMAIN"), ("10.2.ip6.arpa", "PTR", "NXDOMAIN"))
def test_parts_of_reverse_names(either, name, rdtype, outcome):
    """RFC 1035 section 3.5, RFC 3596 section 2.5."""
    assert either.ask(name, rdtype).outcome == outcome


@pytest.mark.row("3.14")
@outcomes(("5.0-31.2.0.192.in-addr.arpa", "PTR",
           ["5.0-31.2.0.192.in-addr.arpa PTR delegated.example.test"]),
          ("10.0-31.2.0.192.in-addr.arpa", "PTR", "NXDOMAIN"),
          ("300-31.2.0.192.in-addr.arpa", "PTR", "NXDOMAIN"),
          ("5.2.0.192.in-addr.arpa", "PTR",
           ["5.2.0.192.in-addr.arpa CNAME 5.0-31.2.0.192.in-addr.arpa",
            "5.0-31.2.0.192.in-addr.arpa PTR delegated.example.test"]))
def test_classless_delegation(either, name, rdtype, outcome):
    """RFC 2317."""
    assert either.ask(name, rdtype).outcome == outcome


@pytest.mark.row("3.15")
@outcomes(*[("4.0.0.10.in-addr.arpa", rdtype, "NODATA") for rdtype in ("A", "AAAA", "TXT")],
          *[("1.2.0.192.in-addr.arpa", rdtype, "NODATA") for rdtype in ("A", "AAAA", "TXT")],
          ("v4only.lab", "PTR", "NODATA"), ("a.example.test", "PTR", "NODATA"),
          ("nosuch.example.test", "PTR", "NXDOMAIN"))
def test_reverse_names_are_not_forward_names(either, name, rdtype, outcome):
    assert either.ask(name, rdtype).outcome == outcome


# --- records of local names ---


@pytest.mark.row("4.4")
@outcomes(("twice-seven.lab", "A", ["twice-seven.lab A 10.0.7.6"]),
          ("dual.lab", "A", ["dual.lab A 10.0.0.10"]))
def test_no_record_comes_twice(either, name, rdtype, outcome):
    """RFC 2181 section 5."""
    assert either.ask(name, rdtype).outcome == outcome


@pytest.mark.row("4.5")
@outcomes(("mapped.example.test", "AAAA", "NODATA"), ("v4only.lab", "AAAA", "NODATA"),
          ("mapped-seven.lab", "AAAA", "NODATA"),
          ("mapped-seven.lab", "A", ["mapped-seven.lab A 10.0.7.10"]))
def test_no_mapped_addresses(either, name, rdtype, outcome):
    assert either.ask(name, rdtype).outcome == outcome


@pytest.mark.row("4.8")
def test_the_order_is_that_of_libc_each_time(either):
    expected = [f"order.lab A 10.0.7.{last}" for last in (9, 7, 8)]
    for _ in range(10):
        assert either.ask("order.lab").outcome == expected


@pytest.mark.row("4.9")
@outcomes(("alias-seven.lab", "A", ["alias-seven.lab CNAME canon.lab", "canon.lab A 10.0.7.5"]),
          ("alias-seven.lab", "CNAME", ["alias-seven.lab CNAME canon.lab"]),
          ("cname-both.example.test", "A", ["cname-both.example.test CNAME both.example.test",
                                            "both.example.test A 192.0.2.2"]))
def test_aliases(either, name, rdtype, outcome):
    assert either.ask(name, rdtype).outcome == outcome


@pytest.mark.row("4.10")
@outcomes(("plain.lab", "A", ["plain.lab A 10.0.7.3"]), ("plain.lab", "CNAME", "NODATA"),
          ("numeric-canon.lab", "A", ["numeric-canon.lab A 10.0.7.4"]))
def test_odd_canonical_names(either, name, rdtype, outcome):
    assert either.ask(name, rdtype).outcome == outcome


@pytest.mark.row("4.10")
@table("label, address", [
    ("canon-blank", "192.0.2.32"), ("canon-empty", "192.0.2.33"), ("canon-dots", "192.0.2.34"),
    ("canon-high", "192.0.2.35"), ("canon-control", "192.0.2.36"),
    ("canon-long", "192.0.2.37")])
def test_canonical_names_that_are_no_names(foreign, etc, transport, label, address):
    etc.write("nsswitch.conf", "hosts: files garbage dns\n")
    name = f"{label}.garbage.lab"
    assert Over(foreign, transport).ask(name).outcome == [f"{name} A {address}"]


@pytest.mark.row("4.11")
@outcomes(("dual.lab", "CNAME", "NODATA"), ("BOTH.example.test", "CNAME", "NODATA"),
          ("cname-a.example.test", "CNAME", ["cname-a.example.test CNAME a.example.test"]),
          ("nosuch.example.test", "CNAME", "NXDOMAIN"))
def test_cname_questions(either, name, rdtype, outcome):
    """RFC 2181 section 10.1."""
    assert either.ask(name, rdtype).outcome == outcome


@pytest.mark.row("4.12")
@outcomes(("cname-a.example.test", "TXT", ["cname-a.example.test CNAME a.example.test"]),
          ("cname-both.example.test", "MX", ["cname-both.example.test CNAME both.example.test"]),
          ("alias-seven.lab", "MX", ["alias-seven.lab CNAME canon.lab"]),
          ("cname-types.example.test", "SRV",
           ["cname-types.example.test CNAME types.example.test",
            "types.example.test SRV 1 2 443 a.example.test"]))
def test_other_types_of_an_alias(either, name, rdtype, outcome):
    """RFC 1034 section 3.6.2."""
    assert either.ask(name, rdtype).outcome == outcome


@pytest.mark.row("4.14")
@outcomes(("5.7.0.10.in-addr.arpa", "PTR", ["5.7.0.10.in-addr.arpa PTR canon.lab"]),
          # Neither the text of an address nor what no DNS client could use.
          ("3.7.0.10.in-addr.arpa", "PTR", "NODATA"),
          ("4.7.0.10.in-addr.arpa", "PTR", "NODATA"),
          ("99.7.0.10.in-addr.arpa", "PTR", "NXDOMAIN"))
def test_the_name_of_an_address(either, name, rdtype, outcome):
    assert either.ask(name, rdtype).outcome == outcome


@pytest.mark.row("4.15")
@outcomes(("dual.lab", "ANY", ["dual.lab A 10.0.0.10", "dual.lab AAAA 2001:db8:a::10"]),
          ("both.example.test", "ANY", ["both.example.test A 192.0.2.2",
                                        "both.example.test AAAA 2001:db8::2"]),
          ("nosuch.example.test", "ANY", "NXDOMAIN"), ("txt.example.test", "ANY", "NODATA"))
def test_any(either, name, rdtype, outcome):
    """RFC 8482 section 4.2."""
    assert either.ask(name, rdtype).outcome == outcome


@pytest.mark.row("4.16")
@table("rdtype", ["HTTPS", "SVCB"])
@table("name, outcome", [("dual.lab", "NODATA"), ("alias.lab", ["alias.lab CNAME dual.lab"]),
                         ("second-alias.lab", "NODATA"), ("box", "NODATA")])
def test_service_bindings_of_local_names_cost_no_question(either, upstream, name, outcome, rdtype):
    before = upstream.asked(name)
    assert either.ask(name, rdtype).outcome == outcome
    assert upstream.asked(name) == before


@pytest.mark.row("4.16")
@table("rdtype", ["HTTPS", "SVCB"])
def test_service_bindings_do_not_wait_for_addresses(start, name_server, etc, transport, rdtype):
    """A browser asks for all of them at once."""
    quick = name_server(QUICK, lambda packet: None if packet.type in ("A", "AAAA")
                        else packet.reply())
    etc.write("resolv.conf", f"nameserver {QUICK}\n")
    server = start()
    pendings = [server.send("page.up.test", address) for address in ("A", "AAAA")]
    quick.wait_for(2)
    reply = Over(server, transport).ask("page.up.test", rdtype)
    assert reply.outcome == "NODATA"
    assert reply.seconds < PROMISE_SECONDS / 2
    for pending in pendings:
        pending.socket.close()


@pytest.mark.row("7.8", over="tcp")
def test_one_id_for_two_questions_on_a_connection(server):
    queries = {rdtype: make("both.example.test", rdtype) for rdtype in ("A", "AAAA")}
    queries["AAAA"].id = queries["A"].id
    with Connection(server.to) as connection:
        connection.send(*(query.to_wire() for query in queries.values()))
        wires = [connection.receive() for _ in queries]
    types = {"A": 1, "AAAA": 28}
    for rdtype, address in ("A", "192.0.2.2"), ("AAAA", "2001:db8::2"):
        (wire,) = [wire for wire in wires if wire[31:33] == types[rdtype].to_bytes(2, "big")]
        assert Reply(queries[rdtype], wire, tcp=True).outcome == [
            f"both.example.test {rdtype} {address}"]
