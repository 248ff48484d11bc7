"""Names that look like addresses, and names that a C string or libc's checks would change."""

import dns.name
import pytest

from ask import make
from getaddrinfo import libc
from tables import table

pytestmark = pytest.mark.usefixtures("patience", "words")
EXAMPLE = [b"example", b"test"]

# libc would make an address of these. On the wire they are names, and only DNS knows any.
NUMERIC = [
    ("192.0.2.10", "NXDOMAIN"),
    ("127.0.0.1", "NXDOMAIN"),
    ("10.0.0.4", "NXDOMAIN"),
    ("127.2", "NXDOMAIN"),
    ("1.2.3", "NXDOMAIN"),
    ("0x7f.1", "NXDOMAIN"),
    ("0x7f000001", "NXDOMAIN"),
    ("0X7F000001", "NXDOMAIN"),
    ("2130706433", "NXDOMAIN"),
    ("017700000001", "NXDOMAIN"),
    ("010.0.0.1", "NXDOMAIN"),
    ("0", "NXDOMAIN"),
    ("::", "NXDOMAIN"),
    ("::1", "NXDOMAIN"),
    ("2001:db8::10", "NXDOMAIN"),
    ("2001:DB8:0:0:0:0:0:10", "NXDOMAIN"),
    ("::ffff:192.0.2.1", "NXDOMAIN"),  # of four labels
    ("::127.0.0.1", "NXDOMAIN"),
    # An empty non-terminal of 1.2.3.4, so it exists.
    ("4", "NODATA"),
    ("1.2.3.4", ["1.2.3.4 A 192.0.2.44"]),
    ("127.1", ["127.1 A 192.0.2.45"]),
    # These libc takes for names as well.
    ("256.1.1.1", "NXDOMAIN"),
    ("1.2.3.4.5", "NXDOMAIN"),
    ("1.2.3.4.example.test", ["1.2.3.4.example.test A 192.0.2.75"]),
]


@pytest.mark.row("3.8")
@table("name, outcome", NUMERIC)
def test_a_name_that_looks_like_an_address(either, name, outcome):
    assert either.ask(name, "A").outcome == outcome


@pytest.mark.row("3.8")
@table("name", [name for name, _ in NUMERIC if ":" in name])
def test_a_name_that_looks_like_an_ipv6_address(either, name):
    for rdtype in "AAAA", "ANY", "MX":
        assert either.ask(name, rdtype).outcome == "NXDOMAIN"


@table("name, outcome", [
    ("127.0.0.1", "NXDOMAIN"), ("2130706433", "NXDOMAIN"), ("1.2.3.4", "NODATA")])
@table("rdtype", ["AAAA", "MX", "CNAME"])
def test_other_types_of_such_a_name(server, name, outcome, rdtype):
    assert server.ask(name, rdtype).outcome == outcome


@pytest.mark.row("3.8")
def test_a_hosts_line_does_not_make_it_an_address(either, etc):
    etc.add("hosts", "10.9.9.9 192.0.2.10\n2001:db8::9 2001:db8::10\n")
    assert either.ask("192.0.2.10", "A").outcome == "NXDOMAIN"
    assert either.ask("2001:db8::10", "AAAA").outcome == "NXDOMAIN"


# Labels libc carries to DNS and back.
CARRIED = [
    ([b"_sip", b"_tcp"], "192.0.2.70"),
    ([b"a_b"], "192.0.2.71"),
    ([b"hyphen-", b"x"], "192.0.2.72"),
    ([b"x", b"-hyphen"], "192.0.2.73"),
    ([b"xn--bcher-kva"], "192.0.2.74"),
    ([b"x" * 63], "192.0.2.76"),
    ([b"a" * 48, b"b" * 63, b"c" * 63, b"d" * 63], "192.0.2.77"),  # 255 octets
]

# Labels it does not carry: the name servers are asked for exactly these octets.
NOT_CARRIED = [
    ([b"a space"], "192.0.2.80"),
    # Not "nul", which has another address.
    ([b"nul\0byte"], "192.0.2.81"),
    ([b"dot.ted"], "192.0.2.82"),
    ([b"high\xc8byte"], "192.0.2.83"),
    ([b"per%cent"], "192.0.2.84"),
    ([b"back\\slash"], "192.0.2.85"),
    ([b"sl/ash"], "192.0.2.86"),
    ([b"-dash"], "192.0.2.87"),
    ([b"*", b"literal"], "192.0.2.88"),
    ([b"odd!name"], "192.0.2.89"),
    ([b"plus+sign"], "192.0.2.90"),
    ([b"at@sign"], "192.0.2.91"),
]


@pytest.mark.row("3.6", "3.7")
@table("labels, address", CARRIED + NOT_CARRIED)
def test_odd_labels_are_answered(either, labels, address):
    """RFC 2181 section 11: any octet may stand in a label."""
    reply = either.ask(labels + EXAMPLE, "A")
    owner = dns.name.Name([*labels, *EXAMPLE, b""]).to_text(omit_final_dot=True)
    assert reply.outcome == [f"{owner} A {address}"]


@table("rdtype", ["AAAA", "MX", "CNAME", "PTR"])
@table("labels, address", CARRIED + NOT_CARRIED)
def test_odd_labels_without_such_data(server, labels, address, rdtype):
    assert server.ask(labels + EXAMPLE, rdtype).outcome == "NODATA"


# Names that nobody knows.
UNKNOWN = [
    [b"un known"], [b"un\0known"], [b"un.known"], [b"un\xff"], [b"un%known"], [b"un\\known"],
    [b"un/known"], [b"-unknown"], [b"*"], [b"*", b"unknown"], [b"un\nknown"], [b"un\x7fknown"],
    [b"un\"known"], [b"un;known"], [b"un(known"], [b"un$known"], [b"un:known"], [b"u\xc3\xbcn"],
    # A C string of the first ends before the NUL; the second one's text is a known name.
    [b"a\0"], [b"localhost\0", b"x"],
]


@pytest.mark.row("3.6")
@table("rdtype", ["A", "AAAA", "TXT"])
@table("labels", UNKNOWN)
def test_unknown_odd_names_do_not_exist(either, labels, rdtype):
    """Never FORMERR or REFUSED: the names are legal."""
    assert either.ask(labels + EXAMPLE, rdtype).outcome == "NXDOMAIN"


@pytest.mark.row("3.6")
@table("labels", UNKNOWN + [labels for labels, _ in NOT_CARRIED])
def test_without_dns_odd_names_do_not_exist(server, etc, labels):
    etc.write("nsswitch.conf", "hosts: files\n")
    assert server.ask(labels + EXAMPLE, "A").outcome == "NXDOMAIN"


def test_odd_names_do_not_exist_if_dns_is_not_reached(server, etc):
    """The hosts file ends the search before DNS."""
    etc.write("nsswitch.conf", "hosts: files [NOTFOUND=return] dns\n")
    assert server.ask([b"a space", *EXAMPLE], "A").outcome == "NXDOMAIN"


@pytest.mark.row("3.6")
@table("labels", [
    [b"v4only.lab"],  # one label with a dot inside
    [b"v4only\0", b"lab"],
    [b"v4only", b"lab\0x"],
    [b"localhost\0"],
    [b"local\\host"],
])
def test_an_odd_name_is_not_taken_for_a_hosts_name(either, labels):
    assert either.ask(labels, "A").outcome == "NXDOMAIN"


HOSTS = """\
100.64.0.1 box.tailnet.test. box
100.64.0.2 UPPER.Tailnet.Test. upper.alias.
100.64.0.3 both.ways
100.64.0.4 both.ways.
100.64.0.5 single.
100.64.0.6 plain.test dotted.alias.
2001:db8:c::7 six.tailnet.test.
100.64.0.7 seven.tailnet.test.
2001:db8:c::8 seven.tailnet.test.
100.64.0.9 twice.dotted..
100.64.0.10 192.0.2.99.
no.address comment.tailnet.test
100.64.0.11 comment.tailnet.test. # comment.tailnet.test
100.64.1.1 b\u00fccher.test \u540d\u524d
100.64.1.2 per%cent sl/ash.test -dash.test "quoted".test
100.64.1.3 \u00e9.dotted.test.
100.64.1.4 contr\x01ol.test del\x7fete.test
fe80::1%lo scoped
100.64.1.5 fe80::2%lo
"""

# As it is asked by DNS, as libc is asked, and what both say.
IN_HOSTS = [
    ("box.tailnet.test", "box.tailnet.test.", ["100.64.0.1"]),
    ("BOX.Tailnet.test", "BOX.Tailnet.test.", ["100.64.0.1"]),
    ("box", "box", ["100.64.0.1"]),
    ("upper.tailnet.test", "upper.tailnet.test.", ["100.64.0.2"]),
    ("upper.alias", "upper.alias.", ["100.64.0.2"]),
    ("both.ways", "both.ways", ["100.64.0.3"]),  # a name that libc finds as it is comes first
    ("single", "single.", ["100.64.0.5"]),
    ("plain.test", "plain.test", ["100.64.0.6"]),
    ("dotted.alias", "dotted.alias.", ["100.64.0.6"]),
    ("seven.tailnet.test", "seven.tailnet.test.", ["100.64.0.7"]),
    ("192.0.2.99", "192.0.2.99.", ["100.64.0.10"]),
    ("comment.tailnet.test", "comment.tailnet.test.", ["100.64.0.11"]),
    ([b"b\xc3\xbccher", b"test"], "b\u00fccher.test", ["100.64.1.1"]),
    ([b"B\xc3\xbcCHER", b"test"], "B\u00fcCHER.test", ["100.64.1.1"]),
    (["\u540d\u524d".encode()], "\u540d\u524d", ["100.64.1.1"]),
    ([b"per%cent"], "per%cent", ["100.64.1.2"]),
    ([b"sl/ash", b"test"], "sl/ash.test", ["100.64.1.2"]),
    ([b"-dash", b"test"], "-dash.test", ["100.64.1.2"]),
    ([b'"quoted"', b"test"], '"quoted".test', ["100.64.1.2"]),
    ([b"\xc3\xa9", b"dotted", b"test"], "\u00e9.dotted.test.", ["100.64.1.3"]),
    ([b"contr\x01ol", b"test"], "contr\x01ol.test", ["100.64.1.4"]),
    ([b"DEL\x7fete", b"test"], "DEL\x7fete.test", ["100.64.1.4"]),
    # Letters beyond ASCII have no case, and Latin-1 is not UTF-8.
    ([b"B\xc3\x9cCHER", b"test"], "B\u00dcCHER.test", "NXDOMAIN"),
    ([b"b\xfccher", b"test"], b"b\xfccher.test", "NXDOMAIN"),
    ("twice.dotted", "twice.dotted.", "NXDOMAIN"),
]


@pytest.mark.row("3.6")
@table("name, text, says", IN_HOSTS)
def test_names_of_the_hosts_file_as_libc_finds_them(either, etc, name, text, says):
    etc.add("hosts", HOSTS)
    assert libc(text if isinstance(text, bytes) else text.encode(), "A")[0] == says
    reply = either.ask(name, "A")
    found = [line.rsplit(" A ")[1] for line in reply.answer if " A " in line]
    assert (found or reply.outcome) == says


@table("name, rdtype, outcome", [
    ("box.tailnet.test", "AAAA", "NODATA"), ("box.tailnet.test", "MX", "NODATA"),
    ("six.tailnet.test", "A", "NODATA"),
    ("six.tailnet.test", "AAAA", ["six.tailnet.test AAAA 2001:db8:c::7"]),
    ("seven.tailnet.test", "AAAA", ["seven.tailnet.test AAAA 2001:db8:c::8"]),
    ("box", "A", ["box CNAME box.tailnet.test", "box.tailnet.test A 100.64.0.1"]),
    ("dotted.alias", "A", ["dotted.alias CNAME plain.test", "plain.test A 100.64.0.6"]),
    ("1.0.64.100.in-addr.arpa", "PTR", ["1.0.64.100.in-addr.arpa PTR box.tailnet.test"]),
    # They are above names of the file, and so exist.
    ("tailnet.test", "A", "NODATA"), ("ways", "A", "NODATA"),
    ("y.tailnet.test", "A", "NXDOMAIN"), ("scoped", "AAAA", "NXDOMAIN"),
    ([b"fe80::2%lo"], "A", "NXDOMAIN"), ([b"fe80::1%lo"], "AAAA", "NXDOMAIN"),
    ([b"b\xc3\xbccher", b"test"], "AAAA", "NODATA"),
    ([b"b\xc3\xbccher", b"test"], "TXT", "NODATA")])
@table("line", ["files dns", "files", "files myhostname dns", "files dns myhostname"])
def test_what_else_is_said_of_such_names(server, etc, name, rdtype, outcome, line):
    etc.add("hosts", HOSTS)
    etc.write("nsswitch.conf", f"hosts: {line}\n")
    assert server.ask(name, rdtype).outcome == outcome


@table("name", ["box.tailnet.test", "upper.alias", "seven.tailnet.test"])
def test_behind_dns_such_names_are_found_too(server, etc, name):
    etc.add("hosts", HOSTS)
    etc.write("nsswitch.conf", "hosts: dns files\n")
    assert server.ask(name, "A").outcome == [f"{name} A {libc(name + '.', 'A')[0][0]}"]


FAILURES = [("qservfail-ok", "SERVFAIL"), ("qrefused-ok", "SERVFAIL"),
            ("qformerr-ok", "SERVFAIL"), ("qgarbage-ok", "SERVFAIL"),
            ("qnxdomain-ok", "NODATA"), ("qnxdomain-nxdomain", "NXDOMAIN"),
            ("qnxdomain-servfail", "NXDOMAIN"), ("qnodata-ok", "NODATA"),
            ("qtc-ok", ["odd\\032x.qtc-ok.fault.test A 192.0.2.200"])]


@table("faults, outcome", FAILURES)
def test_failures_on_the_direct_way(server, faults, outcome):
    assert server.ask([b"odd x", faults.encode(), b"fault", b"test"], "A").outcome == outcome


@pytest.fixture
def impatient(etc):
    etc.write("resolv.conf", "nameserver 127.0.0.2\noptions timeout:1 attempts:1\n")


@table("faults", [b"qdrop-ok", b"qwrongid-ok", b"qshort-ok", b"qwrongquestion-ok"], together=True)
def test_silence_on_the_direct_way(server, impatient, faults):
    assert server.ask([b"odd x", faults, b"fault", b"test"], "A").outcome == "SERVFAIL"


def test_the_direct_way_fails_over(server, etc):
    """Port closed, then a server that refuses, then a good one."""
    etc.write("resolv.conf", "nameserver 127.0.0.9\nnameserver 127.0.0.2\n"
              "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    reply = server.ask([b"over x", b"qrefused-refused", b"fault", b"test"], "A")
    assert reply.outcome == ["over\\032x.qrefused-refused.fault.test A 192.0.2.200"]


LONGEST = [b"l" * 63, b"m" * 63, b"n" * 63, b"o" * 61]  # 255 octets with the root


@pytest.mark.row("3.2")
def test_a_name_of_255_octets(either):
    assert either.ask(LONGEST, "A").outcome == "NXDOMAIN"


@pytest.mark.row("3.2", "3.3")
@table("octet", [b"\\", b"\"", b"\xff", b"\0", b"."])
def test_a_name_of_255_octets_that_all_need_escapes(either, octet):
    """1004 characters as text."""
    assert either.ask([octet * len(label) for label in LONGEST], "A").outcome == "NXDOMAIN"


@pytest.mark.row("3.2")
def test_a_name_of_256_octets_is_formerr(either):
    """RFC 1035 section 3.1."""
    query = make(LONGEST, "A").to_wire()
    longer = query[:12] + bytes([1]) + b"x" + query[12:]
    assert either.raw(longer)[3] & 0x0F == 1
