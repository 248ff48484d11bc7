"""PTR: from the hosts file, from DNS, and names that only look like reverse names."""

import pytest

from tables import table

pytestmark = pytest.mark.usefixtures("hosts")

HOSTS = """\
10.0.2.1 canon.lab one.lab two.lab
10.0.2.1 later.lab
2001:db8:b::1 canon6.lab one6.lab
10.0.2.2 odd!name.lab fine.lab
10.0.2.3 10.9.9.9
10.0.2.4 """ + " ".join(f"many{number}.lab" for number in range(400)) + "\n"


def ip6(tail, head="8.b.d.0.1.0.0.2"):
    """The ip6.arpa name of an address given by its last and first nibbles."""
    nibbles = 32 - len(tail.split(".")) - len(head.split("."))
    return f"{tail}.{'0.' * nibbles}{head}.ip6.arpa"


ONE_6 = ip6("1", "b.0.0.0.8.b.d.0.1.0.0.2")
LOCAL_6 = "1." + "0." * 31 + "ip6.arpa"
MAPPED = "1.0.2.0.0.0.a.0.f.f.f.f." + "0." * 20 + "ip6.arpa"

OUTCOMES = [
    # The hosts file: the first name of the first line.
    ("1.2.0.10.in-addr.arpa", "PTR", ["1.2.0.10.in-addr.arpa PTR canon.lab"]),
    ("1.2.0.10.in-addr.arpa", "ANY", ["1.2.0.10.in-addr.arpa PTR canon.lab"]),
    (ONE_6, "PTR", [f"{ONE_6} PTR canon6.lab"]),
    ("1.0.0.127.in-addr.arpa", "PTR", ["1.0.0.127.in-addr.arpa PTR localhost"]),
    (LOCAL_6, "PTR", [f"{LOCAL_6} PTR localhost"]),
    # ::ffff:10.0.2.1 is 10.0.2.1.
    (MAPPED, "PTR", [f"{MAPPED} PTR canon.lab"]),
    # No DNS client could use the first name, or an address for a name; an alias is not the name.
    ("2.2.0.10.in-addr.arpa", "PTR", "NODATA"),
    ("3.2.0.10.in-addr.arpa", "PTR", "NODATA"),

    # DNS. Of several PTR records glibc tells the first; all were in the reply.
    ("1.2.0.192.in-addr.arpa", "PTR", ["1.2.0.192.in-addr.arpa PTR a.example.test"]),
    (ip6("1"), "PTR", [f"{ip6('1')} PTR aaaa.example.test"]),
    ("2.2.0.192.in-addr.arpa", "PTR", ["2.2.0.192.in-addr.arpa PTR two-a.example.test",
                                       "2.2.0.192.in-addr.arpa PTR two-b.example.test"]),
    # RFC 2317: a CNAME leads to where the record is.
    ("5.2.0.192.in-addr.arpa", "PTR",
     ["5.2.0.192.in-addr.arpa CNAME 5.0-31.2.0.192.in-addr.arpa",
      "5.0-31.2.0.192.in-addr.arpa PTR delegated.example.test"]),
    ("5.2.0.192.in-addr.arpa", "CNAME",
     ["5.2.0.192.in-addr.arpa CNAME 5.0-31.2.0.192.in-addr.arpa"]),
    ("3.2.0.192.in-addr.arpa", "PTR", "NODATA"),  # exists with TXT only
    ("4.2.0.192.in-addr.arpa", "PTR", "NXDOMAIN"),
    (ip6("2"), "PTR", "NXDOMAIN"),
    # glibc drops a name with odd characters as if something had failed.
    ("6.2.0.192.in-addr.arpa", "PTR", ["6.2.0.192.in-addr.arpa PTR odd!name.example.test"]),
    # A name that reads as an address is a name.
    ("7.2.0.192.in-addr.arpa", "PTR", ["7.2.0.192.in-addr.arpa PTR 10.1.1.1"]),
    ("8.2.0.192.in-addr.arpa", "PTR", ["8.2.0.192.in-addr.arpa PTR 10.1.1.1",
                                       "8.2.0.192.in-addr.arpa PTR good.example.test"]),
    ("1.113.0.203.in-addr.arpa", "PTR", "SERVFAIL"),

    # Other types of a reverse name that exists, and of one that does not.
    ("1.2.0.192.in-addr.arpa", "A", "NODATA"),
    ("1.2.0.192.in-addr.arpa", "AAAA", "NODATA"),
    ("1.2.0.192.in-addr.arpa", "TXT", "NODATA"),
    ("3.2.0.192.in-addr.arpa", "TXT", ['3.2.0.192.in-addr.arpa TXT "no PTR here"']),
    ("2.0.192.in-addr.arpa", "NS", ["2.0.192.in-addr.arpa NS ns.lab"]),
    ("1.2.0.10.in-addr.arpa", "A", "NODATA"),
    ("1.2.0.10.in-addr.arpa", "TXT", "NODATA"),
    (LOCAL_6, "AAAA", "NODATA"),

    # Of parts of addresses the name servers tell: those of the lab have such zones only.
    ("2.0.192.in-addr.arpa", "PTR", "NODATA"),
    ("2.0.192.in-addr.arpa", "A", "NODATA"),
    ("8.b.d.0.1.0.0.2.ip6.arpa", "PTR", "NODATA"),
    ("9.2.0.192.in-addr.arpa", "PTR", "NXDOMAIN"),
    # These are no addresses.
    ("300.2.0.192.in-addr.arpa", "PTR", "NXDOMAIN"),
    ("256.2.0.192.in-addr.arpa", "PTR", "NXDOMAIN"),
    ("010.2.0.192.in-addr.arpa", "PTR", "NXDOMAIN"),
    ("01.2.0.10.in-addr.arpa", "PTR", "NXDOMAIN"),
    ("x.2.0.192.in-addr.arpa", "PTR", "NXDOMAIN"),
    ("-1.2.0.192.in-addr.arpa", "PTR", "NXDOMAIN"),
    ("0x1.2.0.192.in-addr.arpa", "PTR", "NXDOMAIN"),
    ("9.1.2.0.192.in-addr.arpa", "PTR", "NXDOMAIN"),
    ("10.0-31.2.0.192.in-addr.arpa", "PTR", "NXDOMAIN"),
    ("g.0.2.ip6.arpa", "PTR", "NXDOMAIN"),
    ("10.2.ip6.arpa", "PTR", "NXDOMAIN"),
    (f"0.{LOCAL_6}", "PTR", "NXDOMAIN"),

    # PTR of a name that is not a reverse name.
    ("dual.lab", "PTR", "NODATA"),
    ("a.example.test", "PTR", "NODATA"),
    ("nosuch.example.test", "PTR", "NXDOMAIN"),
]


@table("name, rdtype, outcome", OUTCOMES)
def test_outcome(server, name, rdtype, outcome):
    assert server.ask(name, rdtype).outcome == outcome


def test_letter_case_does_not_matter(server):
    assert server.ask("1.2.0.10.IN-ADDR.ARPA", "PTR").answer[0] == (
        "1.2.0.10.IN-ADDR.ARPA PTR canon.lab")
    assert server.ask(ONE_6.upper(), "PTR").answer[0] == f"{ONE_6.upper()} PTR canon6.lab"


def test_a_host_with_many_names(server):
    reply = server.ask("4.2.0.10.in-addr.arpa", "PTR")
    assert reply.answer == ["4.2.0.10.in-addr.arpa PTR many0.lab"]


# Apexes and first labels of addresses, for which the name server below has something to say.
PARTS = ["in-addr.arpa", "10.in-addr.arpa", "168.192.IN-ADDR.arpa", "99.10.in-addr.arpa",
         "113.0.203.in-addr.arpa", "ip6.arpa", "f.ip6.arpa", "0.2.ip6.arpa",
         "d.c.b.a.8.b.d.0.1.0.0.2.ip6.arpa", "0." * 31 + "ip6.arpa"]


@pytest.fixture
def zones(etc, name_server):
    """A name server that has all reverse names."""
    data = {"PTR": "zone.example.test.", "NS": "ns.example.test.", "TXT": '"a zone"',
            "SOA": "ns.example.test. admin.example.test. 1 60 60 60 60", "A": "192.0.2.1"}
    etc.write("resolv.conf", "nameserver 127.0.0.53\n")
    return name_server("127.0.0.53", lambda packet: packet.reply(data[packet.type]))


@table("rdtype", ["PTR", "NS", "TXT", "SOA", "A"])
@table("name", PARTS)
def test_the_name_servers_tell_of_parts_of_addresses(server, zones, name, rdtype):
    reply = server.ask(name, rdtype)
    assert len(reply.answer) == 1 and reply.answer[0].startswith(f"{name} {rdtype} ")
    assert (name.lower(), rdtype) in [packet.question for packet in zones.asked]


@table("name, outcome", [
    # 10.0.2.1, 2001:db8:b::1 and localhost's addresses are in the hosts file.
    ("2.0.10.in-addr.arpa", "NODATA"), ("0.10.in-addr.arpa", "NODATA"),
    ("10.in-addr.arpa", "NODATA"), ("in-addr.arpa", "NODATA"), ("127.in-addr.arpa", "NODATA"),
    ("b.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", "NODATA"), ("0.2.ip6.arpa", "NODATA"),
    ("ip6.arpa", "NODATA"), ("0.0.ip6.arpa", "NODATA"),
    ("3.0.10.in-addr.arpa", "NXDOMAIN"), ("0.2.10.in-addr.arpa", "NXDOMAIN"),
    ("9.in-addr.arpa", "NXDOMAIN"), ("8.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", "NXDOMAIN"),
    ("1.2.ip6.arpa", "NXDOMAIN")])
@table("rdtype", ["PTR", "TXT", "A"])
def test_a_part_of_an_address_of_the_hosts_file_is_not_denied(
        server, etc, name_server, name, outcome, rdtype):
    """RFC 8020: else who is told so would not ask for the address."""
    etc.write("resolv.conf", "nameserver 127.0.0.53\n")
    name_server("127.0.0.53", lambda packet: packet.nxdomain())
    assert server.ask(name, rdtype).outcome == outcome


@table("name", PARTS)
def test_without_dns_parts_of_addresses_have_no_data(server, etc, name):
    etc.write("nsswitch.conf", "hosts: files\n")
    for rdtype in "PTR", "TXT":
        assert server.ask(name, rdtype).outcome == "NODATA"


def test_a_failure_is_no_denial_of_a_part_of_an_address(server, etc, name_server):
    etc.write("resolv.conf", "nameserver 127.0.0.53\n")
    name_server("127.0.0.53", lambda packet: packet.reply(rcode="SERVFAIL"))
    assert server.ask("168.192.in-addr.arpa", "PTR").outcome == "SERVFAIL"


@table("name", ["1.2.0.10.in-addr.arpa", "1.0.0.127.in-addr.arpa"])
def test_nothing_is_asked_upstream(server, upstream, name):
    server.ask(name, "PTR")
    assert upstream.asked(name) == {}
