"""log-queries: one line for each question that was answered, which says all about it."""

import datetime
import json
import re
import socket
import subprocess
import time

import pytest

from ask import Over
from daemon import PROGRAM, wait_until
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
        client, ms, at = line.pop("client"), line.pop("ms"), line.pop("time")
        when = datetime.datetime.fromisoformat(at.replace("Z", "+00:00")).timestamp()
        assert abs(when - time.time()) < 60 and re.search(r"\.\d{3}Z$", at)
        assert re.fullmatch(r"127\.0\.0\.1:\d+", client)
        assert 0 < ms <= (time.monotonic() - begun) * 1000
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
    assert re.fullmatch(r"hostdnsd\[serve\]: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z 127\.0\.0\.1:\d+ asks v4only\.lab\. A over UDP: "
                        r"NOERROR, 1 records from host, \d+\.\d{3} ms", known)


def test_nothing_is_logged_by_default(start):
    server = start()
    server.ask("v4only.lab")
    assert " asks " not in server.errors() and "{" not in server.errors()


def test_what_is_dropped_is_told_at_debug_level(start):
    server = start("-v")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.sendto(b"short", server.to)
    wait_until(lambda: "gets no answer: its request is malformed" in server.errors(), "a line in the log")


def test_a_question_that_is_repeated_does_not_fill_a_disk(start, open_folder):
    """Nothing is lost without a word: what is not written is told, here at the end."""
    path = open_folder / "control"
    server = start("-o", "log-queries=json", "-o", f"control={path}")
    for _ in range(500):
        server.ask("v4only.lab")
    server.ask("v6only.lab")
    stats = subprocess.run([PROGRAM.with_name("hostdnsctl"), "-s", path, "stats"], check=True,
                           capture_output=True, text=True, timeout=60).stdout
    left_out = int(re.search(r"^log-left-out +(\d+)$", stats, re.M).group(1))
    server.stop()
    lines = Log(server).lines()
    written = [line for line in lines if line["name"] == "v4only.lab." and "ms" in line]
    told = [line for line in lines if "left-out" in line]
    assert left_out >= 400 and len(written) + left_out == 500
    assert sum(line["left-out"] for line in told) == left_out
    assert {"client": "127.0.0.1", "transport": "udp", "name": "v4only.lab.", "type": "A",
            "rcode": "NOERROR"}.items() <= told[0].items()
    assert [line["name"] for line in lines].count("v6only.lab.") == 1


def test_what_was_left_out_is_told_though_nobody_asks_any_more(start):
    server = start("-o", "log-queries=text")
    for _ in range(30):
        server.ask("v4only.lab")
    wait_until(lambda: "127.0.0.1 asks v4only.lab. A over UDP: NOERROR, 20 more such lines were "
               "left out\n" in server.errors(), "the line")
