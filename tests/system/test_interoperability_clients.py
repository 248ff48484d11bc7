"""Real clients ask for each kind of answer; the matrix of who asked what is printed."""

import pytest

import clients
from daemon import Daemon
from tables import table

HUGE = [f"huge.example.test A 198.51.100.{number}" for number in range(101, 201)]

# What is asked, and what is known: records, or why there are none.
QUESTIONS = {
    "A": ("a.example.test", "A", ["a.example.test A 192.0.2.1"]),
    "AAAA": ("aaaa.example.test", "AAAA", ["aaaa.example.test AAAA 2001:db8::1"]),
    "hosts": ("alias.lab", "A", ["alias.lab CNAME dual.lab", "dual.lab A 10.0.0.10"]),
    "NODATA": ("txt.example.test", "A", "NODATA"),
    "NXDOMAIN": ("nosuch.example.test", "A", "NXDOMAIN"),
    "CNAME": ("cname-a.example.test", "CNAME", ["cname-a.example.test CNAME a.example.test"]),
    "alias": ("cname-a.example.test", "A", ["a.example.test A 192.0.2.1",
                                            "cname-a.example.test CNAME a.example.test"]),
    "PTR": ("192.0.2.1", "PTR", ["1.2.0.192.in-addr.arpa PTR a.example.test"]),
    "SERVFAIL": ("x.broken.test", "A", "SERVFAIL"),
    "TCP": ("huge.example.test", "A", HUGE),
}

CLIENTS = {
    "dig": clients.dig, "host": clients.host, "nslookup": clients.nslookup, "kdig": clients.kdig,
    "drill": clients.drill, "BusyBox nslookup": clients.busybox, "Node": clients.node,
    "dnspython": clients.dnspython, "glibc": clients.glibc,
}

# Where a client shows less than all records, what it shows of them.
SHOWN = {
    ("Node", "A"): ["192.0.2.1"],
    ("Node", "AAAA"): ["2001:db8::1"],
    ("Node", "hosts"): ["10.0.0.10"],
    ("Node", "CNAME"): ["a.example.test"],
    ("Node", "alias"): ["192.0.2.1"],
    ("Node", "PTR"): ["a.example.test"],
    ("Node", "TCP"): [f"198.51.100.{number}" for number in range(101, 201)],
    ("glibc", "A"): ["192.0.2.1", "a.example.test"],
    ("glibc", "AAAA"): ["2001:db8::1", "aaaa.example.test"],
    ("glibc", "hosts"): ["10.0.0.10", "dual.lab"],
    ("glibc", "CNAME"): ["192.0.2.1", "a.example.test"],
    ("glibc", "alias"): ["192.0.2.1", "a.example.test"],
    ("glibc", "PTR"): ["a.example.test"],
    ("glibc", "TCP"): [*(f"198.51.100.{number}" for number in range(101, 201)),
                       "huge.example.test"],
    # 35 octets of header and question, 16 of each address: so many fit in 512.
    ("BusyBox nslookup", "TCP"): HUGE[:29],
}

# What a client cannot ask, and the nearest that it can.
NEAREST = {
    ("glibc", "CNAME"): "getaddrinfo has no such type: AI_CANONNAME tells the alias's target",
    ("BusyBox nslookup", "TCP"): "never asks over TCP: shows what a reply of 512 octets has",
}

ROWS, COLUMNS = list(CLIENTS), list(QUESTIONS)


@pytest.fixture(scope="module")
def server53():
    """On the port that libc asks."""
    daemon = Daemon(listen="127.0.0.5:53")
    yield daemon
    daemon.stop()


@table("question", QUESTIONS, together=True)
@pytest.mark.parametrize("client", CLIENTS)
def test_client(server53, matrix, client, question):
    name, rdtype, expected = QUESTIONS[question]
    outcome = CLIENTS[client](server53, name, rdtype, over_tcp=question == "TCP")
    assert outcome == SHOWN.get((client, question), expected)
    matrix.fill(client, question, NEAREST.get((client, question)))


def test_glibc_asks_for_both_families_at_once(server53):
    """From one socket, the second question before the first reply."""
    assert clients.glibc(server53, "both.example.test", "both") == [
        "192.0.2.2", "2001:db8::2", "both.example.test"]


def test_glibc_takes_one_family_where_the_other_has_no_data(server53):
    assert clients.glibc(server53, "aaaa.example.test", "both") == [
        "2001:db8::1", "aaaa.example.test"]


def test_the_last_question_needs_tcp(server53):
    """Otherwise the last column would say nothing."""
    assert server53.ask("huge.example.test", edns=True).truncated


def test_every_client_asked_everything(matrix):
    """The whole file has to run for it."""
    assert matrix.missing() == []
