"""Names that /etc/hosts knows: no question leaves the host for them."""

import socket

import dns.reversename
import pytest

from getaddrinfo import libc
from tables import table

pytestmark = pytest.mark.usefixtures("hosts")

# Also in the file are localhost and the names of tests/system/etc/hosts.
HOSTS = """\
10.0.1.1 canon.lab first-alias.lab last-alias.lab
10.0.1.2 both.lab dual-alias.lab
2001:db8:b::2 both.lab dual-alias.lab
10.0.1.3 true.lab middle.lab
10.0.1.3 middle.lab end.lab
10.0.1.4 box.localhost to-special.lab
10.0.1.13 merged.lab
10.0.1.12 merged.lab
10.0.1.11 other.lab merged.lab
10.0.1.21 twice.lab
10.0.1.21 twice.lab
2001:db8:b::21 twice.lab
2001:db8:b::21 twice.lab
10.0.1.31 canonical.lab shared.lab
10.0.1.32 shared.lab
10.0.1.33 MixedCase.Lab
::ffff:10.0.1.41 mapped.lab
fe80::41%lo scoped.lab
fe80::42 link-local.lab
10.0.1.51 under_score.lab bang!.lab plus+sign.lab
10.0.1.61 box
10.0.1.71 inner.outer.lab
"""

TO_CANON = "first-alias.lab CNAME canon.lab"

OUTCOMES = [
    ("v4only.lab", "A", ["v4only.lab A 10.0.0.4"]),
    ("v6only.lab", "AAAA", ["v6only.lab AAAA 2001:db8:a::6"]),
    # One family only: the other one is NODATA though DNS denies the name.
    ("v4only.lab", "AAAA", "NODATA"),
    ("v6only.lab", "A", "NODATA"),
    ("dual.lab", "A", ["dual.lab A 10.0.0.10"]),
    ("dual.lab", "AAAA", ["dual.lab AAAA 2001:db8:a::10"]),

    # An alias with the addresses of its canonical name, whatever is asked.
    ("first-alias.lab", "A", [TO_CANON, "canon.lab A 10.0.1.1"]),
    ("last-alias.lab", "A", ["last-alias.lab CNAME canon.lab", "canon.lab A 10.0.1.1"]),
    ("first-alias.lab", "AAAA", [TO_CANON]),
    ("first-alias.lab", "CNAME", [TO_CANON]),
    ("First-Alias.LAB", "ANY", ["First-Alias.LAB CNAME canon.lab"]),
    ("first-alias.lab", "MX", [TO_CANON]),
    ("first-alias.lab", "TYPE65280", [TO_CANON]),
    ("canon.lab", "CNAME", "NODATA"),
    ("dual-alias.lab", "A", ["dual-alias.lab CNAME both.lab", "both.lab A 10.0.1.2"]),
    ("dual-alias.lab", "AAAA", ["dual-alias.lab CNAME both.lab", "both.lab AAAA 2001:db8:b::2"]),
    # One that has others, or not all, has them itself: a CNAME would be false for one of them.
    ("shared.lab", "A", ["shared.lab A 10.0.1.31", "shared.lab A 10.0.1.32"]),
    ("shared.lab", "CNAME", "NODATA"),
    ("shared.lab", "MX", "NODATA"),
    ("canonical.lab", "A", ["canonical.lab A 10.0.1.31"]),
    ("second-alias.lab", "A", ["second-alias.lab A 10.0.0.10"]),
    ("second-alias.lab", "CNAME", "NODATA"),
    ("ip6-loopback", "AAAA", ["ip6-loopback AAAA ::1"]),
    # One whose canonical name says that it is an alias itself, or is answered by ourselves.
    ("end.lab", "A", ["end.lab A 10.0.1.3"]),
    ("end.lab", "CNAME", "NODATA"),
    ("to-special.lab", "A", ["to-special.lab A 10.0.1.4"]),
    ("to-special.lab", "CNAME", "NODATA"),
    ("to-special.lab", "MX", "NODATA"),

    # All lines count, in their order ("multi on").
    ("merged.lab", "A",
     ["merged.lab A 10.0.1.13", "merged.lab A 10.0.1.12", "merged.lab A 10.0.1.11"]),
    ("twice.lab", "A", ["twice.lab A 10.0.1.21"]),
    ("twice.lab", "AAAA", ["twice.lab AAAA 2001:db8:b::21"]),

    ("mixedcase.lab", "A", ["mixedcase.lab A 10.0.1.33"]),
    ("MIXEDcase.LAB", "A", ["MIXEDcase.LAB A 10.0.1.33"]),
    ("V4Only.Lab", "AAAA", "NODATA"),

    # glibc reads "::1 localhost" as 127.0.0.1 too.
    ("localhost", "A", ["localhost A 127.0.0.1"]),
    ("localhost", "AAAA", ["localhost AAAA ::1"]),
    ("localhost", "MX", "NODATA"),
    ("ip6-localhost", "AAAA", ["ip6-localhost AAAA ::1"]),
    ("ip6-localhost", "A", "NODATA"),

    ("mapped.lab", "A", ["mapped.lab A 10.0.1.41"]),
    ("mapped.lab", "AAAA", "NODATA"),
    # glibc does not read this line; a scope could not travel in a record anyway.
    ("scoped.lab", "AAAA", "NXDOMAIN"),
    ("link-local.lab", "AAAA", ["link-local.lab AAAA fe80::42"]),

    # The hosts file does not mind these characters.
    ("under_score.lab", "A", ["under_score.lab A 10.0.1.51"]),
    ("bang!.lab", "A", ["bang!.lab CNAME under_score.lab", "under_score.lab A 10.0.1.51"]),
    ("plus+sign.lab", "A", ["plus+sign.lab CNAME under_score.lab", "under_score.lab A 10.0.1.51"]),
    ("plus+sign.lab", "AAAA", ["plus+sign.lab CNAME under_score.lab"]),

    ("box", "A", ["box A 10.0.1.61"]),
    ("box", "TXT", "NODATA"),
    ("inner.outer.lab", "A", ["inner.outer.lab A 10.0.1.71"]),
    ("nosuch.lab", "A", "NXDOMAIN"),
]


@table("name, rdtype, outcome", OUTCOMES)
def test_outcome(server, name, rdtype, outcome):
    assert server.ask(name, rdtype).outcome == outcome


@table("rdtype", ["A", "AAAA", "CNAME", "MX", "ANY"])
@table("name", ["v4only.lab", "v6only.lab", "dual.lab", "alias.lab"])
def test_nothing_is_asked_upstream(server, upstream, name, rdtype):
    before = upstream.asked(name)
    server.ask(name, rdtype)
    assert upstream.asked(name) == before


def test_any_gives_both_families(server):
    """RFC 8482 section 4.2: what is known cheaply."""
    assert server.ask("dual.lab", "ANY").outcome == [
        "dual.lab A 10.0.0.10", "dual.lab AAAA 2001:db8:a::10"]


def test_the_soa_of_an_alias_is_that_of_its_canonical_name(server):
    for rdtype in "AAAA", "MX":
        assert server.ask("first-alias.lab", rdtype).soa == [("canon.lab.", 5, 5)]
    for rdtype in "A", "CNAME":
        assert server.ask("first-alias.lab", rdtype).soa == []
    assert server.ask("to-special.lab", "MX").soa == [("to-special.lab.", 5, 5)]


def test_an_alias_has_the_ttl_of_its_addresses(start):
    server = start("-o", "ttl=0")
    assert server.ask("first-alias.lab").ttls == [(TO_CANON, 0), ("canon.lab A 10.0.1.1", 0)]


def test_aaaa_of_an_alias_is_filtered(start):
    server = start("-o", "filter-aaaa=yes")
    assert server.ask("dual-alias.lab", "AAAA").outcome == ["dual-alias.lab CNAME both.lab"]
    assert server.ask("second-alias.lab", "AAAA").outcome == "NODATA"


def test_an_alias_of_a_name_of_the_operators_has_the_addresses_itself(start):
    server = start("-o", "name=canon.lab 10.9.9.9")
    assert server.ask("first-alias.lab").outcome == ["first-alias.lab A 10.0.1.1"]
    assert server.ask("first-alias.lab", "CNAME").outcome == "NODATA"
    assert server.ask("canon.lab").outcome == ["canon.lab A 10.9.9.9"]


@pytest.mark.row("9.7")
def test_a_new_line_is_seen_at_once(server, etc):
    assert server.ask("added.lab").outcome == "NXDOMAIN"
    etc.add("hosts", "10.0.1.81 added.lab\n")
    assert server.ask("added.lab").outcome == ["added.lab A 10.0.1.81"]


@pytest.mark.row("9.7")
def test_a_removed_line_is_seen_at_once(server, etc):
    etc.add("hosts", "10.0.1.82 removed.lab\n")
    assert server.ask("removed.lab").outcome == ["removed.lab A 10.0.1.82"]
    etc.restore()
    assert server.ask("removed.lab").outcome == "NXDOMAIN"


def test_no_hosts_file(server, etc):
    etc.remove("hosts")
    assert server.ask("v4only.lab").outcome == "NXDOMAIN"
    assert server.ask("a.example.test").outcome == ["a.example.test A 192.0.2.1"]


# Lines as editors, other systems and accidents leave them: what libc makes of each is true.
ODD_LINES = (
    "\ufeff10.8.0.1 behind-bom.lab\n"
    "10.8.0.2 before-nul.lab\0 behind-nul.lab\n"
    "10.8.0.3 crlf.lab crlf-alias.lab\r\n"
    "10.8.0.4\vvertical.lab\fform.lab\n"
    "10.8.0.5 before#behind.lab #comment.lab\n"
    "#10.8.0.6 commented.lab\n"
    " \t 10.8.0.7 indented.lab\n"
    "10.8.0.8\n"
    "10.8.0.999 bad-address.lab\n"
    "010.8.0.9 leading-zero.lab\n"
    "10.8.0.10 long." + "l" * 300 + ".lab after-long.lab\n"
    "10.8.0.11 " + "x" * (1 << 20) + " behind-1-mib.lab\n"
    "10.8.0.12 next-line.lab\n"
    "10.8.0.13 nbsp\u00a0inside.lab\n"
    "10.8.0.14 no-newline.lab")
ODD_NAMES = [
    ("behind-bom.lab", None), ("before-nul.lab", "10.8.0.2"), ("behind-nul.lab", None),
    ("crlf.lab", "10.8.0.3"), ("crlf-alias.lab", "10.8.0.3"), ("vertical.lab", "10.8.0.4"),
    ("form.lab", "10.8.0.4"), ("before", "10.8.0.5"), ("behind.lab", None),
    ("before#behind.lab", None), ("comment.lab", None), ("commented.lab", None),
    ("indented.lab", "10.8.0.7"), ("bad-address.lab", None), ("leading-zero.lab", None),
    ("after-long.lab", "10.8.0.10"), ("behind-1-mib.lab", "10.8.0.11"),
    ("next-line.lab", "10.8.0.12"), ("nbsp\u00a0inside.lab", "10.8.0.13"), ("inside.lab", None),
    ("no-newline.lab", "10.8.0.14"), ("nosuch-line.lab", None)]


@pytest.fixture(scope="module")
def odd_lines(module_etc, hosts):  # pylint: disable=unused-argument
    module_etc.add("hosts", ODD_LINES)
    module_etc.rest("hosts")


@table("name, address", ODD_NAMES)
def test_odd_lines_are_read_as_libc_does(server, odd_lines, name, address):
    said = [address] if address else "NXDOMAIN"
    assert libc(name.encode(), "A")[0] == said
    reply = server.ask([label.encode() for label in name.split(".")], "A")
    found = [line.rsplit(" A ")[1] for line in reply.answer if " A " in line]
    assert (found or reply.outcome) == said


@table("address, name", [
    ("10.8.0.1", None), ("10.8.0.2", "before-nul.lab"), ("10.8.0.3", "crlf.lab"),
    ("10.8.0.4", "vertical.lab"), ("10.8.0.6", None), ("10.8.0.8", ""), ("10.8.0.9", None),
    ("10.8.0.12", "next-line.lab"), ("10.8.0.14", "no-newline.lab"), ("10.8.0.99", None)])
def test_addresses_of_odd_lines_are_read_as_libc_does(server, odd_lines, address, name):
    try:
        assert socket.getnameinfo((address, 0), socket.NI_NAMEREQD)[0] == name
    except socket.gaierror as error:
        assert (error.errno, name) == (socket.EAI_NONAME, None)
    reverse = dns.reversename.from_address(address).to_text()
    reply = server.ask(reverse, "PTR")
    said = {None: "NXDOMAIN", "": "NODATA"}
    assert reply.outcome == said.get(name, [f"{reverse.removesuffix('.')} PTR {name}"])


def test_what_is_no_name_in_a_file_of_long_lines_is_not_asked_elsewhere(server, odd_lines, etc):
    """libc gives up a line that its caller has no room for. That is not a source's silence."""
    etc.write("nsswitch.conf", "hosts: files\n")
    assert server.ask("1.2.0.192.in-addr.arpa", "PTR").outcome == "NXDOMAIN"
