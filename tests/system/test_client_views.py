"""The client's views beside dig: the same octets from the same name server."""

import json
import re
import subprocess

import pytest

from daemon import PROGRAM, START_SECONDS
from tables import table

CLIENT = PROGRAM.with_name("hostdns")
NAME_SERVER = "127.0.0.1"  # the lab's knot, at port 53

# What is the time, a random number, or the name of the program.
VARIES = [(r"^; <<>> .*", ""), (r", id: \d+", ", id: N"), (r"Query time: \d+", "Query time: N"),
          (r"^;; WHEN: .*", ";; WHEN"), (r"in \d+ ms\.$", "in N ms."),
          (r"_time: .*", "_time: T"), (r"^ +id: \d+", "id: N")]


def run(program, *args, env=None):
    result = subprocess.run([program, *args], capture_output=True, text=True, env=env,
                            stdin=subprocess.DEVNULL, timeout=START_SECONDS)
    return result.stdout + result.stderr


def plain(text):
    for pattern, fixed in VARIES:
        text = re.sub(pattern, fixed, text, flags=re.M)
    return text


def by_dig(*args):
    return plain(run("dig", f"@{NAME_SERVER}", "+nocookie", *args))


def by_hostdns(*args):
    return plain(run(CLIENT, f"@{NAME_SERVER}#53", "+adflag", *args))


@table("question", [
    *(f"types.example.test {rdtype}" for rdtype in (
        "A", "AAAA", "MX", "TXT", "SRV", "CAA", "HTTPS", "SVCB", "NAPTR", "TYPE65280", "LOC",
        "SSHFP", "TLSA")),
    "types.example.test", "delegated.example.test DS", "delegated.example.test NS",
    "cname-types.example.test MX", "chain1.example.test AAAA", "dname.example.test DNAME",
    "x.dname.example.test A", "nosuch.example.test", "cname-nx.example.test", "example.test SOA",
    "txt.example.test A", "leaf.empty.example.test", "empty.example.test", "broken.test",
    "huge.example.test", "many.example.test", r"a\032space.example.test",
    r"at\064sign.example.test", r"odd\033name.example.test", r"cname-odd.example.test",
    "-x 192.0.2.1", "CH TXT version.bind", "a.example.test b.example.test"])
def test_the_layout_is_digs(question):
    args = question.split()
    assert by_hostdns("+dig", *args) == by_dig(*args)


@table("option", [
    "+noall +answer", "+noall +comments", "+noall +stats", "+noall +question", "+nocomments",
    "+noquestion", "+noanswer", "+noadditional", "+nostats", "+nocmd", "+nottlid", "+noclass",
    "+nottlid +noclass", "+ttlunits", "+ttlunits +noclass", "+qr", "+qr +nocomments +nostats",
    "+nsid +dig", "+dnssec +cd +dig", "+norec +dig", "+noedns +dig", "+bufsize=512 +dig",
    "+tcp +dig", "+multi", "+yaml", "+yaml +qr", "+yaml +noall +answer", "+short",
    "+short +identify", "+nocmd +noques +nocomm +nostat"])
def test_options_are_digs(option):
    args = [word for word in option.split() if word != "+dig"]
    assert by_hostdns("mail.example.test", "MX", *option.split()) == by_dig(
        "mail.example.test", "MX", *args)


A, B, M = "a.example.test", "types.example.test", "mail.example.test"


@table("line", [
    f"{A} A {B} A +short", f"{A} A +short {B} A", f"{A} +noall +answer {B}",
    f"+noall +answer {A} +noanswer +question {B}",
    f"+noall +answer +comments {A} +nocomments {B}", f"+noall +answer mx {M} {A}",
    f"+noall +answer {M} mx {A}", f"+noall +answer -t mx {M} {A}",
    f"+noall +answer {M} -t mx {A}", f"-c CH {A} {B}", f"+noall +stats {A} +tcp {B}",
    f"+noall +answer {M} mx +multi -q {A}", f"+noall +answer -x 192.0.2.1 +question {B}",
    f"{A} +yaml {B}", f"+noall +answer +nottlid {A} +ttlid {B}", f"{A} +cd +nord {B} +ad",
    f"{A} +noedns {B} +nsid {M}", f"{A} +qr {B}", f"{A} +nocmd {B}",
    f"+noall +question {A} +domain=example.test {B}", f"+bufsize=512 {A} +bufsize=900 {B} +qr"])
def test_an_option_behind_a_name_is_of_that_name_as_with_dig(line):
    assert by_hostdns("+dig", *line.split()) == by_dig(*line.split())


@table("question", ["DNSKEY +dnssec", "DNSKEY +multi +dnssec", "DNSKEY +rrcomments", "SOA +multi",
                    "SOA +dnssec +multi", "CDS +multi", "CDNSKEY", "NSEC +dnssec", "DNSKEY +yaml"])
def test_keys_and_signatures_are_digs(question):
    args = ["signed.test", *question.split()]
    assert by_hostdns("+dig", *args) == by_dig(*args)


def test_a_truncated_reply_is_digs():
    args = ["huge.example.test", "+ignore"]
    assert by_hostdns("+dig", *args) == by_dig(*args)
    assert by_hostdns("huge.example.test", "A", "+short") == by_dig("huge.example.test", "+short")


def test_a_chain_is_short_as_with_dig():
    args = ["chain1.example.test", "AAAA", "+short"]
    assert by_hostdns(*args) == by_dig(*args)


@table("rdtype", ["TLSA", "SSHFP", "LOC", "CAA", "HTTPS", "TYPE65280", "TXT"])
def test_data_is_short_as_with_dig(rdtype):
    args = ["types.example.test", rdtype, "+short"]
    assert by_hostdns(*args) == by_dig(*args)


def test_keys_are_short_as_with_dig():
    args = ["signed.test", "DNSKEY", "+short", "+dnssec"]
    assert by_hostdns(*args) == by_dig(*args)


def test_an_alias_that_leads_to_nothing_is_short_as_with_dig():
    shown = subprocess.run([CLIENT, f"@{NAME_SERVER}#53", "cname-types.example.test", "LOC",
                            "+short"], capture_output=True, text=True, timeout=START_SECONDS)
    assert shown.stdout == run("dig", f"@{NAME_SERVER}", "cname-types.example.test", "LOC", "+short")
    missing = subprocess.run([CLIENT, f"@{NAME_SERVER}#53", "cname-types.example.test", "RP",
                              "+short"], capture_output=True, text=True, timeout=START_SECONDS)
    assert (missing.stdout, missing.returncode) == ("types.example.test.\n", 1)
    assert "the name exists but has no RP records" in missing.stderr


def test_the_layout_of_hostdnsd_with_a_reason(start):
    """That of a failure, which dig shows in its words."""
    server = start()
    port = str(server.to[1])
    args = ["a.qok-drop.fault.test", "AAAA", "-p", port, "+timeout=10", "+tries=1"]
    shown = plain(run(CLIENT, "@127.0.0.1", "+dig", "+adflag", *args))
    assert shown == plain(run("dig", "@127.0.0.1", "+nocookie", *args))
    assert "status: SERVFAIL" in shown and "; EDE: 22 (No Reachable Authority): (" in shown


def jsons(*args):
    return [json.loads(line) for line in run(CLIENT, f"@{NAME_SERVER}#53", "+json",
                                             *args).splitlines()]


def test_json_is_one_object_a_question():
    found, = jsons("mail.example.test", "MX")
    assert (found["QNAME"], found["QTYPEname"], found["RCODE"], found["status"]) == (
        "mail.example.test.", "MX", 0, "NOERROR")
    assert (found["QR"], found["AA"], found["TC"], found["RD"], found["Opcode"]) == (
        True, True, False, True, 0)
    record, = found["answerRRs"]
    assert record == {
        "NAME": "mail.example.test.", "TYPE": 15, "TYPEname": "MX", "CLASS": 1, "CLASSname": "IN",
        "TTL": 60, "RDLENGTH": 18, "rdataMX": "10 a.example.test.",
        "RDATAHEX": "000A0161076578616D706C65047465737400"}
    assert [record["rdataA"] for record in found["additionalRRs"]] == ["192.0.2.1"]
    assert (found["server"], found["transport"]) == ("127.0.0.1:53", "UDP")
    assert [answer["QNAME"] for answer in jsons("a.example.test", "A", "b.example.test", "A")] == [
        "a.example.test.", "b.example.test."]
    assert [answer["QTYPEname"] for answer in jsons("both.example.test")] == ["A", "AAAA"]


def test_json_of_hostdnsd_has_the_source(start):
    port = str(start().to[1])
    found, = [json.loads(line) for line in run(
        CLIENT, "@127.0.0.1", "-p", port, "+json", "v4only.lab", "A").splitlines()]
    assert (found["answerRRs"][0]["rdataA"], found["source"]) == ("10.0.0.4", "hosts file")


@pytest.mark.parametrize("view", ["+json", "+yaml"])
def test_no_picture_of_the_way_stands_behind_what_programs_read(start, view):
    port = str(start().to[1])
    said = run(CLIENT, "@127.0.0.1", "-p", port, view, "+trace", "v4only.lab", "A")
    assert said.count("10.0.0.4") >= 1 and "hostdnsd-" not in said
    if view == "+json":
        assert json.loads(said)["answerRRs"][0]["rdataA"] == "10.0.0.4"


def test_json_tells_failures_too():
    missing, = jsons("nosuch.example.test", "A")
    assert (missing["status"], missing["RCODE"], missing["answerRRs"]) == ("NXDOMAIN", 3, [])
    lost, = [json.loads(line) for line in run(
        CLIENT, "@127.0.0.9#9", "+json", "+tries=1", "+timeout=1", "a.test", "A").splitlines()]
    assert (lost["QNAME"], lost["error"]) == ("a.test.", "Connection refused")


def test_json_tells_the_reason_and_the_age(start):
    """As far as hostdnsd on this host tells them."""
    port = str(start("-o", "cache-size=1000000").to[1])
    args = [CLIENT, "@127.0.0.1", "-p", port, "+json", "+timeout=10", "+tries=1"]
    lost = json.loads(run(*args, "a.qok-drop.fault.test", "AAAA"))
    assert (lost["status"], lost["ede"][0]["code"], lost["ede"][0]["name"]) == (
        "SERVFAIL", 22, "No Reachable Authority")
    assert lost["ede"][0]["text"]
    fresh, kept = [json.loads(run(*args, "a.example.test", "A")) for _ in range(2)]
    assert (fresh["source"], kept["source"]) == ("DNS server 127.0.0.2 over UDP",
                                                 "DNS server 127.0.0.2")
    assert "cache_age" not in fresh and kept["cache_age"] >= 0


def test_odd_octets_in_json_are_ascii():
    found, = jsons(r"high\200byte.example.test", "A")
    assert found["QNAME"] == r"high\200byte.example.test."


UTF8 = {"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}


def test_names_in_letters():
    """Of bücher.example.test the zone has the name in ASCII."""
    args = [CLIENT, f"@{NAME_SERVER}#53", "b\u00fccher.example.test"]
    assert run(*args, "+short", env=UTF8) == "192.0.2.74\n"
    assert "Name:            xn--bcher-kva.example.test\n" in run(*args, env=UTF8)
    assert "Name:            b\u00fccher.example.test\n" in run(*args, "+idnout", env=UTF8)
    assert run(*args, "+short", env={**UTF8, "LC_ALL": "C"}) == "192.0.2.74\n"
    assert r"b\195\188cher.example.test: no such name" in run(*args, "+noidnin", env=UTF8)


def test_octets_that_are_no_letters_are_a_mistake():
    result = subprocess.run([CLIENT, f"@{NAME_SERVER}#53", b"b\xfccher.example.test"],
                            capture_output=True, env=UTF8, timeout=START_SECONDS)
    assert (result.returncode, result.stdout) == (64, b"")
    assert b"not a name in the letters of this locale" in result.stderr


@table("args, env, is_coloured", [
    ([], {}, False), (["--color=always"], {}, True), (["--color=never"], {}, False),
    (["--color=always"], {"NO_COLOR": "1"}, True)])
def test_colours_are_for_terminals(args, env, is_coloured):
    shown = run(CLIENT, f"@{NAME_SERVER}#53", "a.example.test", "A", *args,
                env={**UTF8, "TERM": "xterm", **env})
    assert ("\x1b[" in shown) == is_coloured
