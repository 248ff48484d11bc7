"""The tests of RFC 8906 section 8, as dig asks them. For a stub a missing SOA or AA is fine."""

import re
import subprocess

import pytest

ZONE = "dual.lab"
SOA = f"SOA {ZONE}"
PLAIN = "+noedns +noad +norec"
EDNS = "+edns=0 +nocookie +noad +norec"
EDNS1 = "+edns=1 +noednsneg +nocookie +noad +norec"


class Said:
    """What dig printed."""

    def __init__(self, text):
        self.text = text
        self.opcode, self.status = re.search(r"opcode: (\w+), status: (\w+)", text).groups()
        flags, self.answers = re.search(r"flags:([^;]*);.* ANSWER: (\d+)", text).groups()
        self.flags = set(flags.split()) - {"MBZ:"}
        edns = re.search(r"EDNS: version: (\d+), flags:([^;]*); udp: (\d+)", text)
        self.edns = edns and (int(edns[1]), edns[2].split())
        self.options = set(re.findall(
            r"^; (COOKIE|NSID|EXPIRE|CLIENT-SUBNET|PADDING|TCP-KEEPALIVE|OPT=\d+)", text, re.M))


@pytest.fixture
def dig(server, transport):
    return lambda words: ask(server, words + (" +tcp" if transport == "tcp" else " +notcp"))


def ask(server, words):
    result = subprocess.run(
        ["dig", f"@{server.to[0]}", "-p", str(server.to[1]), "+tries=1", "+time=5", "+noall",
         "+comments", *words.split()], text=True, capture_output=True, timeout=30)
    assert (result.returncode, result.stderr) == (0, ""), result.stdout
    assert "malformed" not in result.stdout
    assert "MBZ" not in result.stdout, "bits that must be zero"
    return Said(result.stdout)


def check(said, status, flags, edns):
    assert said.status == status
    assert said.flags == {"qr", *flags.split()}
    assert said.edns == edns
    assert said.options == set()


@pytest.mark.row("8.1.1")
def test_soa(dig):
    check(dig(f"{PLAIN} {SOA}"), "NOERROR", "ra", None)


@pytest.mark.row("8.1.2")
def test_an_unknown_type(dig):
    said = dig(f"{PLAIN} TYPE1000 {ZONE}")
    check(said, "NOERROR", "ra", None)
    assert said.answers == "0"


@pytest.mark.row("8.1.3.1")
def test_cd(dig):
    check(dig(f"{PLAIN} +cd {SOA}"), "NOERROR", "ra cd", None)


@pytest.mark.row("8.1.3.2")
def test_ad(dig):
    check(dig(f"+noedns +norec +ad {SOA}"), "NOERROR", "ra", None)


@pytest.mark.row("8.1.3.3")
def test_the_reserved_bit(dig):
    check(dig(f"{PLAIN} +zflag {SOA}"), "NOERROR", "ra", None)


@pytest.mark.row("8.1.3.4")
def test_recursion_desired(dig):
    check(dig(f"+noedns +noad +rec {SOA}"), "NOERROR", "rd ra", None)


@pytest.mark.row("8.1.4")
def test_an_unknown_opcode(dig):
    said = dig("+noedns +noad +norec +opcode=15 +header-only")
    check(said, "NOTIMP", "", None)
    assert said.opcode == "RESERVED15"


@pytest.mark.row("8.1.5", over="tcp")
def test_tcp(server):
    check(ask(server, f"{PLAIN} +tcp {SOA}"), "NOERROR", "ra", None)


@pytest.mark.row("8.2.1")
def test_edns(dig):
    check(dig(f"{EDNS} {SOA}"), "NOERROR", "ra", (0, []))


@pytest.mark.row("8.2.2")
def test_edns_1(dig):
    check(dig(f"{EDNS1} {SOA}"), "BADVERS", "ra", (0, []))


@pytest.mark.row("8.2.3")
def test_an_unknown_option(dig):
    check(dig(f"{EDNS} +ednsopt=100 {SOA}"), "NOERROR", "ra", (0, []))


@pytest.mark.row("8.2.4")
def test_an_unknown_flag(dig):
    check(dig(f"{EDNS} +ednsflags=0x40 {SOA}"), "NOERROR", "ra", (0, []))


@pytest.mark.row("8.2.5")
def test_edns_1_and_an_unknown_flag(dig):
    check(dig(f"{EDNS1} +ednsflags=0x40 {SOA}"), "BADVERS", "ra", (0, []))


@pytest.mark.row("8.2.6")
def test_edns_1_and_an_unknown_option(dig):
    check(dig(f"{EDNS1} +ednsopt=100 {SOA}"), "BADVERS", "ra", (0, []))


@pytest.mark.row("8.2.7")
def test_truncation(server):
    said = ask(server, "+edns=0 +nocookie +noad +norec +ignore +bufsize=512 +dnssec "
               "A many.example.test")
    check(said, "NOERROR", "tc ra", (0, ["do"]))


@pytest.mark.row("8.2.8")
def test_dnssec_ok(dig):
    check(dig(f"{EDNS} +dnssec {SOA}"), "NOERROR", "ra", (0, ["do"]))


@pytest.mark.row("8.2.9")
def test_edns_1_and_dnssec_ok(dig):
    said = dig(f"{EDNS1} +dnssec {SOA}")
    assert said.edns in ((0, []), (0, ["do"]))
    assert (said.status, said.flags, said.options) == ("BADVERS", {"qr", "ra"}, set())


@pytest.mark.row("8.2.10")
def test_several_options(dig):
    check(dig(f"+edns=0 +noad +norec +cookie +nsid +expire +subnet=0.0.0.0/0 {SOA}"),
          "NOERROR", "ra", (0, []))
