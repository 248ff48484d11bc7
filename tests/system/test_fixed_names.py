"""Names that the operator has given: fixed addresses for guests, and aliases."""

import subprocess

import pytest

from ask import Over
from daemon import PROGRAM
from tables import table

NAMES = ["host.internal 10.0.2.2", "host.internal fd00::2", "Twice.Internal 10.0.2.3 10.0.2.4",
         "six.internal fd00::6", "alias.internal a.example.test", "chain.internal alias.internal",
         "local.internal host.internal", "gone.internal nosuch.example.test",
         "broken.internal x.qservfail-servfail.fault.test", "files.internal v4only.lab",
         "cname.internal cname-a.example.test", "special.internal hang.localhost",
         "never.internal hang.onion", "deep.under.lab2 10.0.2.7"]


@pytest.fixture(params=["udp", "tcp"])
def server(request, start):
    options = [word for name in NAMES for word in ("-o", f"name={name}")]
    return Over(start(*options, "-o", "ttl=77", "-o", "negative-ttl=33"), request.param)


@table("name, rdtype, expected", [
    ("host.internal", "A", ["host.internal A 10.0.2.2"]),
    ("host.internal", "AAAA", ["host.internal AAAA fd00::2"]),
    ("host.internal", "ANY", ["host.internal A 10.0.2.2", "host.internal AAAA fd00::2"]),
    ("host.internal", "TXT", "NODATA"),
    ("host.internal", "HTTPS", "NODATA"),
    ("HOST.Internal", "A", ["HOST.Internal A 10.0.2.2"]),
    ("twice.internal", "A", ["twice.internal A 10.0.2.3", "twice.internal A 10.0.2.4"]),
    ("twice.internal", "AAAA", "NODATA"),
    ("six.internal", "A", "NODATA"),
    ("2.2.0.10.in-addr.arpa", "PTR", ["2.2.0.10.in-addr.arpa PTR host.internal"]),
    ("2.2.0.10.in-addr.arpa", "A", "NODATA"),
    ("alias.internal", "A", ["alias.internal CNAME a.example.test",
           "a.example.test A 192.0.2.1"]),
    ("alias.internal", "CNAME", ["alias.internal CNAME a.example.test"]),
    ("alias.internal", "AAAA", ["alias.internal CNAME a.example.test", "NODATA"]),
    ("chain.internal", "A", ["chain.internal CNAME alias.internal",
           "alias.internal CNAME a.example.test",
           "a.example.test A 192.0.2.1"]),
    ("local.internal", "A", ["local.internal CNAME host.internal", "host.internal A 10.0.2.2"]),
    ("local.internal", "AAAA", ["local.internal CNAME host.internal",
              "host.internal AAAA fd00::2"]),
    ("files.internal", "A", ["files.internal CNAME v4only.lab", "v4only.lab A 10.0.0.4"]),
    ("cname.internal", "A", ["cname.internal CNAME cname-a.example.test",
           "cname-a.example.test CNAME a.example.test",
           "a.example.test A 192.0.2.1"]),
    ("gone.internal", "A", ["gone.internal CNAME nosuch.example.test", "NXDOMAIN"]),
    ("broken.internal", "A", "SERVFAIL"),
    ("other.host.internal", "A", "NXDOMAIN"),
    ("alias.internal", "ANY", ["alias.internal CNAME a.example.test"]),
    ("local.internal", "ANY", ["local.internal CNAME host.internal"]),
    ("special.internal", "A", ["special.internal CNAME hang.localhost",
             "hang.localhost A 127.0.0.1"]),
    ("never.internal", "A", ["never.internal CNAME hang.onion", "NXDOMAIN"]),
    ("under.lab2", "A", "NODATA"),
    ("lab2", "A", "NODATA"),
    ("other.lab2", "A", "NXDOMAIN"),
])
def test_what_is_said(server, name, rdtype, expected):
    outcome = server.ask(name, rdtype).outcome
    if isinstance(expected, list) and expected[-1] == "NODATA":
        expected = expected[:-1]
    assert outcome == expected


def test_ttls(server):
    assert server.ask("host.internal").ttls == [("host.internal A 10.0.2.2", 77)]
    assert server.ask("alias.internal").ttls == [("alias.internal CNAME a.example.test", 77),
                                                 ("a.example.test A 192.0.2.1", 60)]
    assert server.ask("host.internal", "TXT").soa == [("host.internal.", 33, 33)]


def test_a_kept_answer_goes_behind_the_alias_and_ages(start):
    server = start("-o", "name=alias.internal a.example.test", "-o", "cache-size=1000000")
    plain = ["a.example.test A 192.0.2.1"]
    for _ in range(3):
        assert server.ask("a.example.test").outcome == plain
        assert server.ask("alias.internal").outcome == ["alias.internal CNAME a.example.test",
                                                        *plain]


def test_an_alias_of_a_signed_name_has_its_signatures(start):
    server = start("-o", "name=alias.internal a.signed.test")
    plain = server.ask("a.signed.test", want_dnssec=True).answer
    answer = server.ask("alias.internal", want_dnssec=True).answer
    assert answer == ["alias.internal CNAME a.signed.test", *plain]
    assert any(" RRSIG " in record for record in answer)


def test_filter_aaaa_holds_for_them(start):
    server = start("-o", "name=host.internal 10.0.2.2 fd00::2", "-o", "filter-aaaa=yes")
    assert server.ask("host.internal", "AAAA").outcome == "NODATA"
    assert server.ask("host.internal", "ANY").outcome == ["host.internal A 10.0.2.2"]


def test_they_win_over_the_host(start):
    server = start("-o", "name=a.example.test 10.9.9.9", "-o", "name=localhost 10.9.9.8")
    assert server.ask("a.example.test").outcome == ["a.example.test A 10.9.9.9"]
    assert server.ask("localhost").outcome == ["localhost A 10.9.9.8"]


def test_an_alias_of_a_special_name_is_not_looked_up(start, upstream, etc, modules):
    """RFC 7686 section 2: nobody else may see names below onion."""
    etc.write("nsswitch.conf", "hosts: files hang dns\n")
    server = start("-o", "name=alias.internal hang.onion", env=modules)
    before = upstream.asked("hang.onion")
    reply = server.ask("alias.internal")
    assert reply.outcome == ["alias.internal CNAME hang.onion", "NXDOMAIN"]
    assert upstream.asked("hang.onion") == before


def test_they_win_over_special_names(start):
    server = start("-o", "name=box.localhost 10.9.9.7", "-o", "name=service.onion 10.9.9.6")
    assert server.ask("box.localhost").outcome == ["box.localhost A 10.9.9.7"]
    assert server.ask("service.onion").outcome == ["service.onion A 10.9.9.6"]
    assert server.ask("other.localhost").outcome == ["other.localhost A 127.0.0.1"]
    assert server.ask("other.onion").outcome == "NXDOMAIN"


def test_a_thousand_names_in_a_file(start, open_folder):
    conf = open_folder / "hostdns.conf"
    conf.write_text("".join(f"name = n{i}.internal 10.1.{i // 256}.{i % 256}\n"
                            for i in range(1000)))
    server = start("-c", str(conf))
    assert server.ask("n999.internal").outcome == ["n999.internal A 10.1.3.231"]
    assert server.ask("231.3.1.10.in-addr.arpa", "PTR").outcome == [
        "231.3.1.10.in-addr.arpa PTR n999.internal"]


@table("lines, number, why", [
    (["name = lonely.internal"], 1, "a name and its addresses, or another name, are needed"),
    (["name = a..b 10.0.0.1"], 1, "a name and its addresses, or another name, are needed"),
    (["name = a.internal 10.0.0.1 10.0.0"], 1, "addresses such as 10.0.2.2 or fd00::2 are needed"),
    (["name = a.internal 10.0.0.300"], 1, "addresses or a name are needed behind the name"),
    (["name = a.internal b.internal 10.0.0.1"], 1, "an alias has one target and no addresses"),
    (["name = a.internal 10.0.0.1", "name = a.internal b.internal"], 2,
     "an alias has one target and no addresses"),
    (["name = a.internal b.internal", "name = a.internal 10.0.0.1"], 2,
     "an alias has one target and no addresses"),
    (["name = a.internal a.internal"], 1, "a loop, or a chain of too many aliases"),
    (["name = a.internal b.internal", "name = b.internal c.internal",
      "name = c.internal A.internal"], 3, "a loop, or a chain of too many aliases"),
])
def test_a_wrong_line_is_named(tmp_path, lines, number, why):
    conf = tmp_path / "hostdns.conf"
    conf.write_text("".join(line + "\n" for line in lines))
    result = subprocess.run([PROGRAM, "-n", "-c", conf], capture_output=True, text=True,
                            timeout=20, check=False)
    assert result.returncode == 1
    value = lines[number - 1].removeprefix("name =").strip()
    assert result.stderr == f"hostdnsd: {conf}:{number}: name={value}: {why}\n"
