"""dig and kdig, as people type them: what test_interoperability_clients.py does not ask."""

import subprocess

from tables import table

CLIENTS = ["dig", "kdig"]

QUESTIONS = [
    (["A", "chain1.example.test"],
     [*(f"{name}.example.test." for name in ("chain2", "chain3", "chain4", "chain5", "both")),
      "192.0.2.2"]),
    (["MX", "types.example.test"], ["10 mail.example.test.", "20 mail.elsewhere.test."]),
    (["TXT", "txt.example.test"], ['"only text"']),
    (["SRV", "types.example.test"], ["1 2 443 a.example.test."]),
    (["NS", "."], ["ns.lab."]),
    (["-x", "192.0.2.2"], ["two-a.example.test.", "two-b.example.test."]),
    (["-x", "192.0.2.5"], ["5.0-31.2.0.192.in-addr.arpa.", "delegated.example.test."]),
    (["AAAA", "localhost"], ["::1"]),
    (["MX", "localhost"], []),
    (["-x", "127.0.0.1"], ["localhost."]),
    (["-x", "2001:db8::1"], ["aaaa.example.test."]),
]


def ask(client, server, *words):
    """What the client prints."""
    result = subprocess.run(
        [client, "@127.0.0.1", "-p", str(server.to[1]), *words], text=True,
        capture_output=True, timeout=30)
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout


@table("client", CLIENTS)
@table("words, expected", QUESTIONS)
def test_short_answer(server, client, words, expected):
    assert ask(client, server, *words, "+short").splitlines() == expected


@table("client", CLIENTS)
@table("how", ["+noedns", "+edns=0", "+dnssec", "+nsid", "+padding=128",
               "+subnet=192.0.2.0/24"])
def test_with_every_kind_of_edns(server, client, how):
    assert ask(client, server, "A", "a.example.test", "+short", how).split() == ["192.0.2.1"]


def test_dig_finds_nothing_to_complain_about(server):
    """No "recursion not available", no bits that must be zero, no malformed message."""
    said = ask("dig", server, "A", "chain1.example.test")
    assert "flags: qr rd ra; QUERY: 1, ANSWER: 6, AUTHORITY: 0, ADDITIONAL: 1" in said
    assert "WARNING" not in said.upper()
    assert "MBZ" not in said


def test_dig_shows_the_reason_of_a_failure(server):
    said = ask("dig", server, "A", "x.broken.test")
    assert "status: SERVFAIL" in said
    assert "EDE: 22" in said
    assert "name server 127.0.0.2:53 says SERVFAIL" in said


@table("client", CLIENTS)
def test_a_truncated_answer_is_used_as_far_as_it_goes(server, client):
    said = ask(client, server, "A", "many.example.test", "+noedns", "+ignore", "+short")
    assert len(said.split()) == 29
