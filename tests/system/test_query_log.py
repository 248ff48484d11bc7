"""log-queries: one line for each question that was answered, which says all about it."""

import json
import re
import socket
import time

import pytest

from ask import Over
from daemon import wait_until
from tables import table


class Log:
    """The lines that a server has logged for its questions."""

    def __init__(self, server):
        self.server = server

    def lines(self):
        return [json.loads(line) for line in self.server.errors().splitlines()
                if line.startswith("{")]

    def after(self, count):
        wait_until(lambda: len(self.lines()) > count, "a line in the log")
        return self.lines()[count]

    def of(self, name, rdtype="A", transport="udp"):
        """Asks, and the line about it without what differs from run to run."""
        count = len(self.lines())
        begun = time.monotonic()
        Over(self.server, transport).ask(name, rdtype)
        line = self.after(count)
        client, ms = line.pop("client"), line.pop("ms")
        assert re.fullmatch(r"127\.0\.0\.1:\d+", client)
        assert 0 <= ms <= (time.monotonic() - begun) * 1000 + 1
        return line


def said(name, rdtype="A", **more):
    return {"transport": "udp", "name": name, "type": rdtype, "rcode": "NOERROR",
            "records": 1, "source": "dns", "cached": False, "ede": None, "reason": None, **more}


@pytest.fixture
def log(start):
    return Log(start("-o", "log-queries=json", "-o", "cache-size=16777216"))


def test_a_name_of_the_hosts_file(log):
    assert log.of("v4only.lab") == said("v4only.lab.", source="host")


def test_a_name_of_dns_and_its_repetition(log):
    assert log.of("a.example.test") == said("a.example.test.")
    assert log.of("a.example.test") == said("a.example.test.", cached=True)


def test_a_name_that_the_server_answers_itself(log):
    assert log.of("name.invalid") == said("name.invalid.", rcode="NXDOMAIN", records=0,
                                          source="itself", ede=29,
                                          reason="special-use name (RFC 6761)")


def test_a_failure_with_its_reason(log, etc):
    etc.write("resolv.conf", "nameserver 127.0.0.9\n")
    line = log.of("gone.example.test")
    assert line["reason"] and isinstance(line["ede"], int)
    assert line == said("gone.example.test.", rcode="SERVFAIL", records=0, ede=line["ede"],
                        reason=line["reason"])


def test_over_tcp(log):
    assert log.of("v4only.lab", "AAAA", "tcp") == said("v4only.lab.", "AAAA", transport="tcp",
                                                       records=0, source="host")


@table("octet", [0, 10, 34, 92, 127, 195, 255])
def test_odd_octets_in_the_name(log, octet):
    line = log.of([bytes([65, octet, 66]), b"test"])
    shown = chr(octet) if octet == 34 else "\\\\" if octet == 92 else f"\\{octet:03}"
    assert line["name"] == f"A{shown}B.test."


def test_text_is_one_line_too(start):
    server = start("-o", "log-queries=text")
    server.ask([b"a\nb", b"test"])
    server.ask("v4only.lab")

    def asked():
        return [line for line in server.errors().splitlines() if " asks " in line]

    wait_until(lambda: len(asked()) == 2, "two lines")
    odd, known = asked()
    assert r" asks a\010b.test. A over UDP: " in odd
    assert re.fullmatch(r"hostdnsd\[serve\]: 127\.0\.0\.1:\d+ asks v4only\.lab\. A over UDP: "
                        r"NOERROR, 1 records from host, \d+ ms", known)


def test_nothing_is_logged_by_default(start):
    server = start()
    server.ask("v4only.lab")
    assert " asks " not in server.errors() and "{" not in server.errors()


def test_what_is_dropped_is_told_at_debug_level(start):
    server = start("-v")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.sendto(b"short", server.to)
    wait_until(lambda: "not answered: malformed" in server.errors(), "a line in the log")
