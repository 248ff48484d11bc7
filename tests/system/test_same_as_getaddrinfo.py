"""The first promise: the wire says what getaddrinfo() and getnameinfo() say on this host.

Both are asked, in the same network and with the same files, and compared: addresses in
their order, the canonical name, the outcome. libc's codes blur some outcomes; each such
case is written down here with what libc says and what is true.
"""

import ipaddress
import itertools
import socket

import dns.name
import dns.rdatatype
import dns.reversename
import pytest

from ask import gather
from getaddrinfo import FAMILIES, libc
from tables import table

pytestmark = pytest.mark.usefixtures("hosts")
SERVER_OPTIONS = "-o", "udp-size=65507"  # it truncates nothing
REVERSE_SAYINGS = {1: "NXDOMAIN", 2: "SERVFAIL", 3: "SERVFAIL", 4: "NODATA"}

HOSTS = """\
10.0.1.1 canon.lab first-alias.lab last-alias.lab
2001:db8:b::1 canon.lab last-alias.lab
10.0.1.13 merged.lab
10.0.1.12 merged.lab
10.0.1.11 other.lab merged.lab
10.0.1.21 twice.lab
10.0.1.21 twice.lab
10.0.1.31 canonical.lab shared.lab
10.0.1.32 shared.lab
10.0.1.33 MixedCase.Lab
::ffff:10.0.1.41 mapped.lab
fe80::42 link-local.lab
10.0.1.51 under_score.lab bang!.lab plus+sign.lab
10.0.1.61 box
10.0.1.71 inner.outer.lab
10.0.1.81 single
10.0.1.82 mail.example.test
2001:db8:b::82 aaaa.example.test
"""


def wire(reply, rdtype):
    """(what the reply says, the name at the end of its CNAMEs), in the same words."""
    number = dns.rdatatype.from_text(rdtype)
    name = reply.query.question[0].name
    for rr in reply.message.answer:
        if rr.rdtype == dns.rdatatype.CNAME:
            name = rr[0].target
    data = [rr[0].to_text() for rr in reply.message.answer if rr.rdtype == number]
    if data or reply.rcode != "NOERROR":
        return data or reply.rcode, name.to_text(omit_final_dot=True)
    return "NODATA", name.to_text(omit_final_dot=True)


def ask(server, name, rdtype):
    return server.ask(name, rdtype, edns=True, size=65507)


def by_type(names):
    return [(name, rdtype) for name in names for rdtype in FAMILIES]


LOCAL = ["localhost", "LocalHost", "v4only.lab", "V4Only.LAB", "v6only.lab", "dual.lab",
         "alias.lab", "second-alias.lab", "ip6-localhost", "ip6-loopback", "canon.lab",
         "first-alias.lab", "last-alias.lab", "merged.lab", "other.lab", "twice.lab",
         "canonical.lab", "shared.lab", "mixedcase.lab", "mapped.lab", "link-local.lab",
         "under_score.lab", "bang!.lab", "plus+sign.lab", "box", "inner.outer.lab", "single",
         "mail.example.test", "aaaa.example.test"]

# libc asks DNS for the family that the hosts file does not have; the name is local all the
# same.
OTHER_FAMILY = {
    **{(name, "AAAA"): ("NXDOMAIN", "NODATA") for name in (
        "v4only.lab", "V4Only.LAB", "second-alias.lab", "first-alias.lab", "merged.lab",
        "other.lab", "twice.lab", "canonical.lab", "shared.lab", "mixedcase.lab",
        "under_score.lab", "bang!.lab", "plus+sign.lab", "box", "inner.outer.lab")},
    **{(name, "A"): ("NXDOMAIN", "NODATA") for name in ("v6only.lab", "link-local.lab")},
    # "::1" counts as 127.0.0.1 for one family, and is absent when both are asked for.
    ("ip6-localhost", "A"): (["127.0.0.1"], "NODATA"),
    ("ip6-loopback", "A"): (["127.0.0.1"], "NODATA"),
    ("mapped.lab", "AAAA"): (["::ffff:10.0.1.41"], "NODATA"),
}


# These have other addresses than the name that libc calls their canonical one.
THEMSELVES = ["second-alias.lab", "ip6-localhost", "ip6-loopback", "shared.lab", "first-alias.lab"]


@table("name, rdtype", by_type(LOCAL))
def test_local_names(server, stats, name, rdtype):
    libc_says, libc_name = libc(name, rdtype)
    wire_says, wire_name = wire(ask(server, name, rdtype), rdtype)
    expected = OTHER_FAMILY.get((name, rdtype), (wire_says, libc_says))
    assert (libc_says, wire_says) == expected
    if libc_name and isinstance(wire_says, list):
        assert wire_name.lower() == (name if name in THEMSELVES else libc_name).lower()
        stats["canonical names compared"] += 1
    stats["comparisons with getaddrinfo()"] += 1


IN_ZONES = [f"{label}.example.test" for label in (
    "a", "A", "both", "Both", "txt", "leaf.empty", "empty", "any.wild", "other.any.wild", "multi",
    "many", "huge", "mapped", "types", "delegated", "day", "brief", "zero", "cname-a",
    "cname-aaaa", "cname-both", "CNAME-Both", "cname-txt", "cname-nx", "cname-types", "chain1",
    "chain2", "chain3", "chain4", "chain5", "x.dname", "dname", "loop1", "loop2", "_sip._tcp",
    "a_b", "hyphen-.x", "x.-hyphen", "xn--bcher-kva", "1.2.3.4", "x" * 63, "nosuch",
    "nosuch.a", "nosuch.both", "nosuch.leaf.empty", "nosuch.many", "cname-odd",
    ".".join((48 * "a", 63 * "b", 63 * "c", 63 * "d")))] + [
    "example.test", "nosuchtop", "nosuch.test", "nosuch", "ns.lab", "search.test",
    "any.search.test",
    "a.b.c.search.test", "nosuch.signed.test", "signed.test", "a.signed.test", "both.signed.test",
    "alias.signed.test", "long-alias.signed.test", "dangling.signed.test", "x.wild.signed.test",
    "fault.test", "nosuch.lab", "numeric-target", "256.1.1.1", "1.2.3.4.5", "x.broken.test",
    "broken.test", "in-addr.arpa.example.test", "1.2.3.4.example.test"]

ALIAS_WITHOUT = ("NXDOMAIN", "NODATA")  # a CNAME whose target lacks this family
BLURRED = {
    ("cname-a.example.test", "AAAA"): ALIAS_WITHOUT,
    ("cname-aaaa.example.test", "A"): ALIAS_WITHOUT,
    ("cname-txt.example.test", "A"): ALIAS_WITHOUT,
    ("cname-txt.example.test", "AAAA"): ALIAS_WITHOUT,
    ("cname-odd.example.test", "AAAA"): ALIAS_WITHOUT,
    ("loop1.example.test", "A"): ALIAS_WITHOUT,
    ("loop1.example.test", "AAAA"): ALIAS_WITHOUT,
    ("loop2.example.test", "A"): ALIAS_WITHOUT,
    ("loop2.example.test", "AAAA"): ALIAS_WITHOUT,
    ("numeric-target", "AAAA"): ALIAS_WITHOUT,
    # An IPv4 address in an AAAA record is no IPv6 address.
    ("mapped.example.test", "AAAA"): (["::ffff:192.0.2.6"], "NODATA"),
}
# libc keeps a canonical name with odd characters to itself.
CANONICAL = {"cname-odd.example.test": ("cname-odd.example.test", "odd!name.example.test")}


@table("name, rdtype", by_type(IN_ZONES))
def test_names_from_dns(server, stats, name, rdtype):
    libc_says, libc_name = libc(name, rdtype)
    wire_says, wire_name = wire(ask(server, name, rdtype), rdtype)
    assert (libc_says, wire_says) == BLURRED.get((name, rdtype), (wire_says, libc_says))
    if libc_name and isinstance(wire_says, list):
        expected = CANONICAL.get(name, (wire_name, libc_name))
        assert (libc_name, wire_name) == expected
        stats["canonical names compared"] += 1
    stats["comparisons with getaddrinfo()"] += 1


# Each fault that answers at once, for one family and for the other one.
FOUND, FAILED, DENIED, EMPTY = "found", "SERVFAIL", "NXDOMAIN", "NODATA"
FAULTS = {  # what libc says, and what is true
    "ok": (FOUND, FOUND), "tc": (FOUND, FOUND), "optbare": (FOUND, FOUND),
    "optservfail": (FOUND, FOUND), "optrefused": (FOUND, FOUND),
    "servfail": (FAILED, FAILED), "refused": (FAILED, FAILED), "notimp": (FAILED, FAILED),
    "lame": (FAILED, FAILED), "formerr": (DENIED, FAILED), "garbage": (DENIED, FAILED),
    "nodata": (EMPTY, EMPTY), "cname": (DENIED, EMPTY), "cnameself": (DENIED, EMPTY),
    "nxdomain": (DENIED, DENIED), "cnamenx": (DENIED, DENIED),
}


def truth(own, other):
    """RFC 4074 section 4.2: a denial counts unless the other family disproves it."""
    return EMPTY if FAULTS[own][1] == DENIED and FAULTS[other][1] in (FOUND, EMPTY) else FAULTS[own][1]


@table("a, aaaa", itertools.product(FAULTS, FAULTS))
def test_faults(server, stats, a, aaaa):
    name = f"same.q{a}-{aaaa}.fault.test"
    for rdtype, own, other, address in (("A", a, aaaa, "192.0.2.200"),
                                        ("AAAA", aaaa, a, "2001:db8::200")):
        expected = [[address] if word == FOUND else word
                    for word in (FAULTS[own][0], truth(own, other))]
        assert [libc(name, rdtype)[0], wire(ask(server, name, rdtype), rdtype)[0]] == expected
        stats["comparisons with getaddrinfo()"] += 1


# libc takes these for addresses. With a final dot it takes them for names as the wire does.
NUMERIC = ["192.0.2.10", "127.0.0.1", "10.0.0.4", "127.1", "127.2", "1.2.3", "1.2.3.4", "4", "0",
           "0x7f.1", "0x7f000001", "2130706433", "017700000001", "010.0.0.1"]


@table("name, rdtype", by_type(NUMERIC))
def test_numeric_names(server, stats, name, rdtype):
    assert libc(name, "A")[0] == [socket.inet_ntoa(socket.inet_aton(name))]
    assert libc(name, "AAAA")[0] == "NO SUCH FAMILY"
    assert wire(ask(server, name, rdtype), rdtype)[0] == libc(name + ".", rdtype)[0]
    stats["comparisons with getaddrinfo()"] += 1


# libc asks for them and throws the answer away: the octets, and the true address.
ODD = [(b"a space", "192.0.2.80"), (b"high\xc8byte", "192.0.2.83"), (b"per%cent", "192.0.2.84"),
       (b"sl/ash", "192.0.2.86"), (b"-dash", "192.0.2.87"), (b"odd!name", "192.0.2.89"),
       (b"plus+sign", "192.0.2.90"), (b"at@sign", "192.0.2.91"), (b"un known", None),
       (b"un%known", None), (b"-unknown", None), (b"un\xffknown", None)]


@table("label, address", ODD)
def test_odd_names(server, stats, label, address):
    labels = [label, b"example", b"test"]
    assert libc(b".".join(labels), "A")[0] == "NXDOMAIN"
    assert wire(ask(server, labels, "A"), "A")[0] == ([address] if address else "NXDOMAIN")
    stats["comparisons with getaddrinfo()"] += 1


def libc_names(address):
    """[name], the one that getnameinfo() gives, or an outcome, which gethostbyaddr() tells."""
    try:
        name = socket.gethostbyaddr(address)[0]
    except socket.herror as error:
        return REVERSE_SAYINGS[error.errno]
    assert socket.getnameinfo((address, 0), socket.NI_NAMEREQD) == (name, "0")
    return [name]


ADDRESSES = [
    "127.0.0.1", "::1", "10.0.0.4", "10.0.0.10", "2001:db8:a::6", "2001:db8:a::10", "10.0.1.1",
    "10.0.1.11", "10.0.1.12", "10.0.1.21", "10.0.1.31", "10.0.1.61", "10.0.1.81", "10.0.1.82",
    "2001:db8:b::1", "fe80::42", "192.0.2.1", "192.0.2.3", "192.0.2.4", "192.0.2.5", "192.0.2.99",
    "2001:db8::1", "2001:db8::2", "203.0.113.1", "10.9.9.9", "0.0.0.0", "255.255.255.255",
    "2001:db9::1", "::", "198.18.1.1", "198.18.14.1", "198.18.3.1", "198.18.4.1", "198.18.5.1",
    "198.18.6.1", "198.18.7.1", "198.18.8.1", "198.18.9.1", "198.18.10.1", "198.18.17.1"]

# What libc says and what is true. None: an outcome without names, now this one, now that.
REVERSE = {
    # libc tells one name of several.
    "192.0.2.2": (["two-a.example.test"], ["two-a.example.test", "two-b.example.test"]),
    "192.0.2.8": (["10.1.1.1"], ["10.1.1.1", "good.example.test"]),
    # libc does not take such a name; DNS clients may.
    "192.0.2.6": (None, ["odd!name.example.test"]),
    "198.18.16.1": (None, "NODATA"),  # an unfinished chain
    "198.18.18.1": (None, "NODATA"),  # an alias of itself
}


def wire_names(server, address):
    name = dns.reversename.from_address(address)
    if address.startswith("::ffff:"):  # dnspython takes it for the IPv4 address
        name = dns.name.from_text(ipaddress.ip_address(address).reverse_pointer)
    said = wire(ask(server, name.to_text(omit_final_dot=True), "PTR"), "PTR")[0]
    return [text.removesuffix(".") for text in said] if isinstance(said, list) else said


@table("address", [*ADDRESSES, *REVERSE])
def test_reverse_names(server, stats, address):
    libc_says, wire_says = libc_names(address), wire_names(server, address)
    expected = REVERSE.get(address, (wire_says, libc_says))
    if expected[0] is None and isinstance(libc_says, str):
        libc_says = None
    assert (libc_says, wire_says) == expected
    stats["comparisons with getnameinfo()"] += 1


def test_the_reverse_name_of_a_mapped_address(server, stats):
    """The hosts file has it as an IPv4 address; glibc 2.41 looks for that as well, 2.36 does not."""
    names = ["canon.lab"]
    assert libc_names("::ffff:10.0.1.1") in ("NXDOMAIN", names)
    assert wire_names(server, "::ffff:10.0.1.1") == names
    stats["comparisons with getnameinfo()"] += 1


# Each fault for each class of types. Where no RCODE came that is worth passing on: SERVFAIL.
RCODES = {
    "ok": "NOERROR", "drop": "SERVFAIL", "slow2": "SERVFAIL", "servfail": "SERVFAIL",
    "refused": "SERVFAIL", "notimp": "SERVFAIL", "formerr": "SERVFAIL", "nxdomain": "NXDOMAIN",
    "nodata": "NOERROR", "lame": "SERVFAIL", "garbage": "SERVFAIL", "short": "SERVFAIL",
    "wrongid": "SERVFAIL", "wrongquestion": "SERVFAIL", "tc": "NOERROR",
    "optdrop": "NOERROR", "optformerr": "NOERROR", "optbare": "NOERROR",
    "optservfail": "NOERROR", "optnotimp": "NOERROR", "optrefused": "NOERROR",
    "tcpsilent": "SERVFAIL", "cname": "NOERROR", "cnamenx": "NXDOMAIN", "cnameself": "NOERROR",
}
REVERSE_NETWORKS = {  # as the fault server has them
    "ok": 1, "drop": 2, "servfail": 3, "refused": 4, "notimp": 5, "formerr": 6, "nxdomain": 7,
    "nodata": 8, "lame": 9, "garbage": 10, "short": 11, "wrongid": 12, "wrongquestion": 13,
    "tc": 14, "tcpsilent": 15, "cname": 16, "cnamenx": 17, "cnameself": 18}
SILENT = ("drop", "slow2", "short", "wrongid", "wrongquestion", "tcpsilent")
CLASSES = ["A", "AAAA", "MX", "TXT", "SRV", "CAA", "NS", "SOA", "DS", "DNSKEY", "HTTPS", "PTR",
           "TYPE65280", "ANY"]


@pytest.fixture(scope="module")
def every_fault(server, module_etc):
    """{(fault, class of types): reply}; the faults that are waited for all at once."""
    questions = {(fault, rdtype): (f"table.q{fault}-{fault}.fault.test", rdtype)
                 for fault in RCODES for rdtype in CLASSES}
    questions.update({(fault, "reverse"): (f"9.{network}.18.198.in-addr.arpa", "PTR")
                      for fault, network in REVERSE_NETWORKS.items()})
    questions.update({(fault, "odd"): (f"odd\\032one.q{fault}-{fault}.fault.test", "A")
                      for fault in RCODES})
    replies = {}
    for faults in ([fault] for fault in RCODES if fault not in SILENT):
        replies.update(ask_all(server, questions, faults))
    replies.update(ask_all(server, questions, SILENT))
    return replies


def ask_all(server, questions, faults):
    sent = {key: server.send(*question, edns=True) for key, question in questions.items()
            if key[0] in faults}
    by_id = {pending.query.id: key for key, pending in sent.items()}
    return {by_id[reply.query.id]: reply for reply in gather(sent.values())}


@table("kind", [*CLASSES, "reverse", "odd"])
@table("fault", RCODES)
def test_rcode_of_each_fault_for_each_type(every_fault, stats, fault, kind):
    if (fault, kind) not in every_fault:  # the reverse zone does not have it
        assert kind == "reverse" and fault not in REVERSE_NETWORKS
        return
    expected = RCODES[fault]
    # RFC 1034 section 4.3.2: who asks for ANY gets the CNAME itself.
    if kind == "ANY" and fault == "cnamenx":
        expected = "NOERROR"
    assert every_fault[fault, kind].rcode == expected, every_fault[fault, kind].extended_error
    stats["faults by type"] += 1
