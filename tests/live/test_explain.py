"""hostdns --explain on the hosts: lines of whole distributions."""

import json
import subprocess

import pytest

from conftest import LINES, hostdnsd, run, wait_until

PORT, OTHER_PORT = 5302, 5303
OURS = f"127.0.0.1 port {PORT}"
HOSTS = "127.0.0.1 localhost\n10.0.0.7 printer.office printer\n"
MDNS = ["Debian", "Debian+resolved", "Fedora"]

ALIKE = ["All that know it say the same."]
EXISTS = ["The name exists, but has no such addresses."]
HIDES = 'resolve says "no such name" for failures, too; over DNS 127.0.0.53 says: '
ONLY_CONFIRMED = (f'{OURS} says SERVFAIL where getaddrinfo() says "no such name": it passes on no '
                  "denial that nobody has confirmed.")


def explain(name):
    said = subprocess.run(["hostdns", "--explain", "+json", f"@127.0.0.1#{PORT}", name],
                          stdout=subprocess.PIPE, text=True, timeout=60, check=False).stdout
    return json.loads(said)


def outcomes(found):
    return {source["source"]: source["outcome"] for source in found["sources"]}


@pytest.fixture(scope="module", params=LINES)
def line(network, request):
    with hostdnsd(PORT, LINES[request.param], HOSTS):
        yield request.param


def test_each_source_is_asked(line):
    found = explain("both.example.test")
    words = [word for word in LINES[line].split() if not word.startswith("[")]
    assert [source["source"] for source in found["sources"]] == words
    assert found["getaddrinfo"]["outcome"] == "found"
    knowing = [source for source, outcome in outcomes(found).items() if outcome == "found"]
    assert knowing == [word for word in words if word in ("resolve", "dns")]
    assert found["why"] == ALIKE


def test_a_name_of_the_hosts_file(line):
    expected = {"Debian": ["files knows the name, and DNS does not: programs that ask name servers "
                           "by themselves find it at hostdnsd only."]}
    assert explain("printer.office")["why"] == expected.get(line, ALIKE)


def test_a_name_without_addresses(line):
    """Since systemd 254 resolve tells these apart from names that do not exist."""
    found = explain("txt.example.test")
    if outcomes(found).get("resolve") == "no_name":
        assert found["why"] == ['resolve says "no such name" for names without addresses, too; '
                                "over DNS 127.0.0.53 knows that it exists."]
    else:
        assert found["why"] == EXISTS


def test_a_name_that_does_not_exist(line):
    assert explain("nosuch.example.test")["why"] == ["Nobody knows it."]


def test_resolve_hides_failures(line):
    found = explain("x.refused.test")
    if line == "Debian":
        assert found["why"] == ["The source that should know it fails, so nobody can tell."]
    else:
        assert found["why"] == [f"{HIDES}REFUSED (the server refuses to answer this query).",
                                ONLY_CONFIRMED]


def test_resolve_hides_a_dead_name_server(line):
    found = explain("x.dead.test")
    if line != "Debian":
        assert outcomes(found)["resolve"] == "no_name"
        assert found["why"][0].startswith(f"{HIDES}SERVFAIL (server failure)")


def test_the_search_domains_of_libc_and_of_resolved(line):
    found = explain("www")
    assert found["getaddrinfo"]["canonical"] == "www.corp.test"
    if line == "Debian":
        assert found["why"] == [
            "www is found as www.corp.test: getaddrinfo() tries the domains of the search list, and "
            "these first, as the name has fewer dots than ndots says. Over DNS a name is asked for "
            "as it is, so the whole name has to be given."]
    else:
        assert found["why"] == [
            "systemd-resolved tries its own search domains: it has found www.corp.test. Over DNS it "
            "takes a name as it is, and refuses those of one label."]


def test_a_name_of_one_label_that_nobody_knows(line):
    expected = {"Debian": ["127.0.0.53, systemd-resolved's stub, refuses names of one label, which "
                           "libc takes for a failure."]}
    assert explain("nosuchlabel")["why"] == expected.get(line, ["Nobody knows it."])


def test_a_name_of_the_vpn(line):
    assert explain("intranet.split.test")["why"] == ALIKE


def test_names_of_multicast_dns(line):
    if line not in MDNS:
        assert explain("nosuch.local")["why"] == [
            "Names below .local belong to multicast DNS (RFC 6762), and no source of the hosts: "
            "line speaks it, as mdns4_minimal does."]
        return
    wait_until(lambda: outcomes(explain("live-host.local"))["mdns4_minimal"] == "found",
               "Avahi has a name for the machine")
    assert "mdns4_minimal looks for IPv4 addresses alone." in explain("live-host.local")["why"]
    assert explain("nosuch.local")["why"] == [
        "mdns4_minimal waited 5 s for an answer from the network before it said that there is none.",
        f"{OURS} does not wait that long, and says SERVFAIL."]


def test_names_of_an_address(line):
    assert explain("192.0.2.1")["why"] == ALIKE
    assert explain("10.0.0.7")["why"] == ALIKE


@pytest.mark.parametrize("behind", ["Fedora", "Arch"])
def test_resolved_that_does_not_run(network, behind):
    run("systemctl", "stop", "systemd-resolved")
    try:
        with hostdnsd(OTHER_PORT, LINES[behind], HOSTS):
            found = explain("both.example.test")
    finally:
        run("systemctl", "start", "systemd-resolved")
    assert outcomes(found)["resolve"] == "unavailable"
    assert found["why"] == [
        "systemd-resolved does not run, so resolve is passed over.",
        "resolv.conf names 127.0.0.53, systemd-resolved's stub, and nobody listens there."]
