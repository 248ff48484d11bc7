"""A name service cache daemon answers in libc's place, and blurs what is asked of it."""

import json
import pathlib
import re
import socket
import subprocess

import pytest

from daemon import PROGRAM, wait_until
from tables import table

CLIENT = PROGRAM.with_name("hostdns")

# The hosts file is not watched: what the cache holds, it keeps, and so shows itself.
CONFIG = """\
enable-cache hosts yes
positive-time-to-live hosts 600
negative-time-to-live hosts 600
check-files hosts no
persistent hosts no
shared hosts no
enable-cache passwd no
enable-cache group no
enable-cache services no
enable-cache netgroup no
"""


class Nscd:
    def __init__(self):
        pathlib.Path("/run/nscd").mkdir(exist_ok=True)
        self.process = subprocess.Popen(["/usr/sbin/nscd", "-F", "-f", "/etc/nscd.lab.conf"],
                                        stderr=subprocess.DEVNULL)
        wait_until(self.answers, "nscd answers")

    def answers(self):
        """Connects as libc does."""
        assert self.process.poll() is None
        with socket.socket(socket.AF_UNIX) as sock:
            return sock.connect_ex("/run/nscd/socket") == 0

    def statistics(self):
        """(hits, misses) of the hosts cache, on positive and on negative entries."""
        said = subprocess.run(["/usr/sbin/nscd", "-f", "/etc/nscd.lab.conf", "-g"], text=True,
                              capture_output=True, check=True).stdout
        hosts = said[said.index("hosts cache:"):]
        hosts = hosts[:hosts.index("services cache:")]
        return [int(number) for number in re.findall(r"(\d+)  cache (?:hits|misses) on", hosts)]

    def stop(self):
        self.process.terminate()
        self.process.wait()
        pathlib.Path("/run/nscd/socket").unlink(missing_ok=True)


@pytest.fixture(scope="module")
def nscd(module_etc):
    module_etc.write("nscd.lab.conf", CONFIG)
    daemon = Nscd()
    yield daemon
    daemon.stop()


def libc(name):
    """What other programs see. A process of its own: libc remembers where nscd is not."""
    said = subprocess.run(["getent", "hosts", name], text=True, capture_output=True).stdout
    return [line.split()[0] for line in said.splitlines()]


def test_other_programs_go_through_nscd(nscd):
    libc("a.example.test")
    positive_hits = nscd.statistics()[0]
    assert libc("a.example.test") == ["192.0.2.1"]
    assert nscd.statistics()[0] == positive_hits + 1


def test_hostdnsd_does_not(nscd, server):
    server.ask("dual.lab")
    before = nscd.statistics()
    for name, rdtype in (("dual.lab", "A"), ("dual.lab", "AAAA"), ("a.example.test", "A"),
                         ("nosuch.example.test", "A"), ("v6only.lab", "A"),
                         ("1.2.0.192.in-addr.arpa", "PTR"), ("10.0.0.10.in-addr.arpa", "PTR"),
                         ("mail.example.test", "MX"), ("x.broken.test", "A")):
        server.ask(name, rdtype)
    assert nscd.statistics() == before


def test_what_nscd_remembers_is_not_believed(nscd, server, etc):
    etc.add("hosts", "10.0.5.1 remembered.lab\n")
    assert libc("remembered.lab") == ["10.0.5.1"]
    etc.restore()
    etc.add("hosts", "10.0.5.2 remembered.lab\n")
    assert libc("remembered.lab") == ["10.0.5.1"]
    assert server.ask("remembered.lab").outcome == ["remembered.lab A 10.0.5.2"]


def test_hostdns_explains_what_nscd_remembers(nscd, etc):
    """It keeps names of getaddrinfo() apart from those of others."""
    etc.add("hosts", "10.0.5.7 explained.lab\n")
    subprocess.run(["getent", "ahosts", "explained.lab"], check=True, stdout=subprocess.DEVNULL)
    etc.restore()
    etc.add("hosts", "10.0.5.8 explained.lab\n")
    said = subprocess.run([CLIENT, "--explain", "+json", "@127.0.0.9#9", "explained.lab"],
                          text=True, capture_output=True, check=True).stdout
    found = json.loads(said)
    assert found["sources"][0]["addresses"] == ["10.0.5.8"]
    assert found["getaddrinfo"]["addresses"] == ["10.0.5.7"]
    assert found["without_nscd"]["addresses"] == ["10.0.5.8"]
    assert ("nscd answers in place of the sources, which would say something else: its "
            "cache may be old (nscd -i hosts empties it).") in found["why"]


OUTCOMES = [
    ("dual.lab", "A", ["dual.lab A 10.0.0.10"]),
    ("v4only.lab", "AAAA", "NODATA"),
    ("a.example.test", "A", ["a.example.test A 192.0.2.1"]),
    ("a.example.test", "AAAA", "NODATA"),
    ("txt.example.test", "A", "NODATA"),
    ("nosuch.example.test", "A", "NXDOMAIN"),
    ("nosuch.example.test", "AAAA", "NXDOMAIN"),
    ("nosuch.lab", "A", "NXDOMAIN"),
    ("x.broken.test", "A", "SERVFAIL"),
    ("x.qformerr-ok.fault.test", "A", "SERVFAIL"),
    ("x.qdrop-ok.fault.test", "A", "SERVFAIL"),
    ("x.qnxdomain-ok.fault.test", "A", "NODATA"),
    ("cname-a.example.test", "A",
     ["cname-a.example.test CNAME a.example.test", "a.example.test A 192.0.2.1"]),
    ("types.example.test", "TXT", ['types.example.test TXT "first" "second string"',
                                   'types.example.test TXT "another record"']),
    ("1.2.0.192.in-addr.arpa", "PTR", ["1.2.0.192.in-addr.arpa PTR a.example.test"]),
    ("3.2.0.192.in-addr.arpa", "PTR", "NODATA"),
    ("4.2.0.192.in-addr.arpa", "PTR", "NXDOMAIN"),
    ("1.113.0.203.in-addr.arpa", "PTR", "SERVFAIL"),
]


@table("name, rdtype, outcome", OUTCOMES)
def test_outcomes_are_told_apart(nscd, server, name, rdtype, outcome):
    assert server.ask(name, rdtype).outcome == outcome


def test_edits_of_the_hosts_file_are_seen(nscd, server, etc):
    assert server.ask("added.lab").outcome == "NXDOMAIN"
    etc.add("hosts", "10.0.5.3 added.lab\n")
    assert server.ask("added.lab").outcome == ["added.lab A 10.0.5.3"]


@table("line, lab, dns", [
    ("files", ["v4only.lab A 10.0.0.4"], "NXDOMAIN"),
    ("dns", "NXDOMAIN", ["a.example.test A 192.0.2.1"]),
    ("dns files", ["v4only.lab A 10.0.0.4"], ["a.example.test A 192.0.2.1"]),
    ("files [NOTFOUND=return] dns", ["v4only.lab A 10.0.0.4"], "NXDOMAIN"),
    ("nosuchmodule files dns # comment", ["v4only.lab A 10.0.0.4"],
     ["a.example.test A 192.0.2.1"]),
])
def test_edits_of_nsswitch_conf_are_seen(nscd, start, etc, line, lab, dns):
    server = start()
    assert server.ask("v4only.lab").outcome == ["v4only.lab A 10.0.0.4"]
    etc.write("nsswitch.conf", f"passwd: files\nhosts: {line}\ngroup: files\n")
    assert server.ask("v4only.lab").outcome == lab
    assert server.ask("a.example.test").outcome == dns
    etc.restore()
    assert server.ask("a.example.test").outcome == ["a.example.test A 192.0.2.1"]


def test_nscd_that_comes_and_goes(nscd, start, etc):
    """Each time the next question counts."""
    nscd.stop()
    server = start()
    try:
        for address in "10.0.5.4", "10.0.5.5", "10.0.5.6":
            etc.restore()
            etc.add("hosts", f"{address} coming.lab\n")
            assert server.ask("coming.lab").outcome == [f"coming.lab A {address}"]
            assert server.ask("nosuch.example.test").outcome == "NXDOMAIN"
            nscd.__init__()
            assert libc("coming.lab") == [address]
            assert server.ask("txt.example.test").outcome == "NODATA"
            assert server.ask("x.broken.test").outcome == "SERVFAIL"
            nscd.stop()
    finally:
        nscd.__init__()
