"""`resolve` in the hosts: line is a name server: systemd-resolved's stub, which a small server
plays here. libnss_resolve is not needed for it, and need not be installed."""

import contextlib
import pathlib
import shutil
import socket

import dns.flags
import dns.message
import dns.rrset
import pytest

from ask import make
from daemon import wait_until
from name_server import NameServer
from tables import table

STUB = "127.0.0.53"
RUN = pathlib.Path("/run/systemd")
VARLINK = RUN / "resolve/io.systemd.Resolve"
LINES = {
    "fedora": "files myhostname mdns4_minimal [NOTFOUND=return] resolve [!UNAVAIL=return] dns",
    "debian": "files myhostname mdns4_minimal [NOTFOUND=return] mymachines resolve "
              "[!UNAVAIL=return] dns",
    "arch": "mymachines resolve [!UNAVAIL=return] files myhostname dns",
    "other case": "files resolve [!unavail = Return] dns",
    "goes on": "files resolve dns",
}
# What the stub knows, and the lab's name servers do not.
KNOWN = {
    ("web.net.test", "A"): ["web.net.test 77 CNAME host.net.test",
                            "host.net.test 88 A 192.0.2.77"],
    ("mail.net.test", "MX"): ["mail.net.test 99 MX 5 mx.net.test"],
    ("7.0.0.10.in-addr.arpa", "PTR"): ["7.0.0.10.in-addr.arpa 66 PTR host.net.test"],
    ("here", "A"): ["here 0 A 192.0.2.1"],
}
NODATA, NXDOMAIN = ["mail.net.test", "web.net.test", "empty.net.test"], "nosuch.net.test"


def answer(packet):
    """As resolved's stub: a single label that it does not know is refused."""
    name, rdtype = packet.name.to_text(omit_final_dot=True).lower(), packet.type
    message = dns.message.from_wire(packet.reply())
    if (name, rdtype) in KNOWN:
        for text in KNOWN[name, rdtype]:
            owner, ttl, kind, data = text.split(None, 3)
            message.answer.append(dns.rrset.from_text(
                owner + ".", int(ttl), "IN", kind, data + "." * (kind not in ("A", "AAAA"))))
        return message.to_wire()
    if name in NODATA or name == "here":
        return packet.reply()
    if "." not in name or name == "refused.net.test":
        return packet.reply(rcode="REFUSED")
    if name == "broken.net.test":
        return packet.reply(rcode="SERVFAIL")
    return packet.nxdomain()


@pytest.fixture
def run():
    """The folder of resolved's sockets."""
    VARLINK.parent.mkdir(parents=True)
    yield VARLINK
    shutil.rmtree(RUN)


@pytest.fixture
def stub():
    server = NameServer(STUB, answer)
    yield server
    server.close()


def records(reply):
    return [f"{rr.name.to_text(omit_final_dot=True)} {rr.ttl} {text}"
            for rr, text in zip(reply.message.answer,
                                (" ".join(a.split()[1:]) for a in reply.answer))]


@table("line", list(LINES))
def test_answers_are_the_stubs(stub, start, etc, line):
    etc.write("nsswitch.conf", f"hosts: {LINES[line]}\n")
    server = start("-o", "cache-size=0")
    for (name, rdtype), expected in KNOWN.items():
        reply = server.ask(name, rdtype)
        assert reply.rcode == "NOERROR"
        assert records(reply) == expected
    for name in NODATA:
        assert server.ask(name, "TXT").outcome == "NODATA"
    assert server.ask("here", "AAAA").outcome == "NODATA"
    for rdtype in ("A", "AAAA", "MX", "PTR", "TYPE65280"):
        assert server.ask(NXDOMAIN, rdtype).outcome == "NXDOMAIN"
        assert server.ask("nobodys", rdtype).outcome == "NXDOMAIN"
    for rdtype in ("NS", "SOA", "DS", "DNSKEY"):  # a top-level domain may have that
        assert server.ask("nobodys", rdtype).rcode == "SERVFAIL"
    assert server.ask("any.localhost", "A").outcome == ["any.localhost A 127.0.0.1"]
    assert server.ask("v4only.lab", "A").outcome == (
        "NXDOMAIN" if line == "arch" else ["v4only.lab A 10.0.0.4"])


@table("name, says", [("refused.net.test", "REFUSED"), ("broken.net.test", "SERVFAIL")])
def test_a_failure_is_a_failure_with_a_reason(stub, server, etc, name, says):
    etc.write("nsswitch.conf", f"hosts: {LINES['fedora']}\n")
    for rdtype in ("A", "AAAA", "MX"):
        reply = server.ask(name, rdtype, edns=True)
        assert reply.rcode == "SERVFAIL"
        assert f"name server {STUB}:53 says {says}" in str(reply.message.options[0])


def test_resolv_conf_is_asked_next_if_the_line_goes_on(stub, server, etc):
    etc.write("nsswitch.conf", f"hosts: {LINES['goes on']}\n")
    assert server.ask("types.example.test", "MX").rcode == "NOERROR"
    etc.write("nsswitch.conf", f"hosts: {LINES['other case']}\n")
    assert server.ask("nosuch-types.example.test", "MX").outcome == "NXDOMAIN"
    assert server.ask("a.example.test", "A").outcome == "NXDOMAIN"


def test_resolv_conf_is_asked_next_for_a_type_that_the_stub_lacks(server, etc):
    stub = NameServer(STUB, lambda packet: packet.reply())
    try:
        etc.write("nsswitch.conf", f"hosts: {LINES['goes on']}\n")
        assert server.ask("a.example.test").outcome == ["a.example.test A 192.0.2.1"]
        assert server.ask("types.example.test", "MX").rcode == "NOERROR"
        for rdtype in ("A", "MX"):
            assert server.ask("nosuch.example.test", rdtype).outcome == "NODATA", "it is no denial"
            assert server.ask("x.broken.test", rdtype).outcome == "NODATA"
        etc.write("nsswitch.conf", f"hosts: {LINES['other case']}\n")
        assert server.ask("aaaa.example.test", "AAAA").outcome == "NODATA"
    finally:
        stub.close()


def test_no_other_server_is_asked_if_the_line_ends_with_a_denial(stub, server, etc):
    etc.write("nsswitch.conf", "hosts: files resolve [NOTFOUND=return] dns\n")
    assert server.ask("a.example.test", "A").outcome == "NXDOMAIN"
    assert server.ask("a.example.test", "MX").outcome == "NXDOMAIN"


def test_a_denial_that_comes_after_a_failure_is_none(server, etc):
    """systemd-resolved alone may know the name, by the domain of a network."""
    stub = NameServer(STUB, lambda packet: packet.reply(rcode="SERVFAIL"))
    try:
        etc.write("nsswitch.conf", f"hosts: {LINES['goes on']}\n")
        assert server.ask("a.example.test", "A").outcome == ["a.example.test A 192.0.2.1"]
        for rdtype in ("A", "AAAA", "MX"):
            assert server.ask("nosuch.example.test", rdtype).rcode == "SERVFAIL"
    finally:
        stub.close()


def test_the_stub_is_asked_with_do_and_cd(stub, server, etc):
    etc.write("nsswitch.conf", f"hosts: {LINES['fedora']}\n")
    query = make("mail.net.test", "MX", edns=True, want_dnssec=True)
    query.flags |= dns.flags.CD
    server.raw(query.to_wire())
    asked = stub.packets[-1].message
    assert asked.ednsflags & 0x8000
    assert asked.flags & dns.flags.RD and asked.flags & dns.flags.CD


def test_resolved_may_stop_and_start(server, etc, run):
    """Each next question is right: nothing hangs, and nothing is denied."""
    etc.write("nsswitch.conf", f"hosts: {LINES['fedora']}\n")
    assert server.ask("a.example.test", "A").outcome == ["a.example.test A 192.0.2.1"]
    for name in ("both.example.test", "txt.example.test"):
        stub = NameServer(STUB, answer)
        run.touch()  # as when it makes its socket, after that of its stub
        wait_until(lambda: server.ask("mail.net.test", "MX").rcode == "NOERROR", "the stub is asked")
        stub.close()
        run.unlink()
        reply = server.ask(name, "A")
        assert reply.rcode == "NOERROR" and reply.seconds < 3


def test_without_resolved_and_dns_nothing_is_denied(server, etc):
    etc.write("nsswitch.conf", "hosts: files resolve\n")
    assert server.ask("v4only.lab", "A").outcome == ["v4only.lab A 10.0.0.4"]
    for rdtype in ("A", "MX"):
        assert server.ask("a.example.test", rdtype).rcode == "SERVFAIL"


@contextlib.contextmanager
def varlink(path):
    """Somebody who listens there, as resolved does with its stub switched off."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(path))
        path.chmod(0o666)
        sock.listen(64)
        yield
    path.unlink()


@table("line", ["fedora", "arch", "other case"])
def test_without_a_stub_no_denial_is_passed_on_that_dns_has_not_confirmed(start, etc, run, line):
    etc.write("nsswitch.conf", f"hosts: {LINES[line]}\n")
    with varlink(run):
        server = start("-o", "cache-size=0")
        assert server.ask("v4only.lab", "A").outcome == ["v4only.lab A 10.0.0.4"]
        assert server.ask("v4only.lab", "AAAA").outcome == "NODATA"
        assert server.ask("v4only.lab", "MX").outcome == "NODATA"
        assert server.ask("a.example.test", "A").outcome == ["a.example.test A 192.0.2.1"]
        assert server.ask("types.example.test", "MX").rcode == "NOERROR"
        assert server.ask("txt.example.test", "A").outcome == "NODATA"
        assert server.ask("nosuch.example.test", "A").outcome == "NXDOMAIN"
        assert server.ask("x.broken.test", "A").rcode == "SERVFAIL"
        assert server.ask("1.2.0.192.in-addr.arpa", "PTR").rcode == "NOERROR"
        assert server.ask("99.2.0.192.in-addr.arpa", "PTR").outcome == "NXDOMAIN"


@table("line", ["files [NOTFOUND=retrun] dns", "files resolve [] dns", "files [NOTFOUND=return",
                "files dns\npasswd: files [NOTFOUND=return", "files [] dns\nhosts: files dns"])
def test_a_line_that_libc_cannot_use_fails_with_one_warning(start, etc, line):
    server = start()
    etc.write("nsswitch.conf", f"hosts: {line}\n")
    for name in ("a.example.test", "v4only.lab", "nosuch.example.test"):
        assert server.ask(name, "A").rcode == "SERVFAIL"
    assert server.errors().count("cannot use the hosts: line") == 1
    etc.write("nsswitch.conf", "hosts: files dns\n")
    assert server.ask("dual.lab", "A").outcome == ["dual.lab A 10.0.0.10"]


@table("line", ["", "[NOTFOUND=return] files dns"])
def test_a_line_without_a_source_fails_and_ends_nothing(start, etc, line):
    server = start()
    before = server.child("lookup")
    etc.write("nsswitch.conf", f"hosts: {line}\n")
    assert server.ask("a.example.test", "A").rcode == "SERVFAIL"
    etc.write("nsswitch.conf", "hosts: files dns\n")
    assert server.ask("dual.lab", "A").outcome == ["dual.lab A 10.0.0.10"]
    assert server.child("lookup") == before


def test_a_long_line_is_followed(stub, server, etc):
    etc.write("nsswitch.conf", f"hosts: files {'nosuch ' * 2400}resolve [!UNAVAIL=return] dns\n")
    assert server.ask("mail.net.test", "MX").rcode == "NOERROR"
