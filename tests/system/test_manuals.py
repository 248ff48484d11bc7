"""The manuals cannot lie: their examples are typed, and what comes must be what they show."""

import pathlib

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from name_server import NameServer
from network import with_addresses
from typed import Reader, Step

SRC = pathlib.Path(__file__).parents[2] / "src"
PAGES = ["client/hostdns.1", "ctl/hostdnsctl.8", "daemon/hostdnsd.8"]
NAME_SERVER = "192.0.2.53"  # the one of the examples
RECORDS = {("example.test.", "MX"): (3600, "10 mail.example.test."),
           ("www.example.test.", "A"): (60, "192.0.2.80")}


def stories(page):
    """Lists of commands, those behind a "$ " in a literal text, with what is shown below."""
    found, literal = [], False
    for line in page.read_text().split("\n"):
        line = line.replace(r"\&", "").replace(r"\-", "-").replace(r"\e", "\\")
        if line.startswith(".Dl $ "):
            found.append([Step(line[6:])])
        elif line.startswith(".Bd -literal"):
            found.append([])
            literal = True
        elif line.startswith(".Ed"):
            literal = False
        elif literal and line.startswith("$ "):
            found[-1].append(Step(line[2:]))
        elif literal and found[-1]:
            found[-1][-1].shown.append(line)
    return [story for story in found if story]


def answer(packet):
    ttl, data = RECORDS.get((packet.name.to_text(), packet.type), (0, None))
    reply = dns.message.make_response(packet.message)
    reply.flags |= dns.flags.RA
    if not any(name == packet.name.to_text() for name, _ in RECORDS):
        reply.set_rcode(dns.rcode.NXDOMAIN)
    if data:
        reply.answer.append(dns.rrset.from_text(packet.name, ttl, "IN", packet.type, data))
    return reply.to_wire()


@pytest.fixture
def reader(etc, start, tmp_path):
    """Of a host that has the name server of the examples, and hostdnsd where nobody has asked
    for one. Names of the files that are mentioned are there."""
    etc.write("resolv.conf", f"nameserver {NAME_SERVER}\nsearch example.test\n")
    (tmp_path / "names.txt").write_text("localhost\nv4only.lab MX\nnosuch.localhost\n")
    (tmp_path / "hostdns.conf").write_text("ttl = 30\n")
    with with_addresses(f"{NAME_SERVER}/32"):
        server = NameServer(NAME_SERVER, answer)
        running = Reader(tmp_path)
        yield running
        running.stop()
        server.close()


@pytest.mark.parametrize("page", PAGES)
def test_it_goes_as_it_says(reader, start, page):
    told = stories(SRC / page)
    assert len(told) >= 2
    if page != "daemon/hostdnsd.8":
        start("-o", "cache-size=100", listen="127.0.0.1:5353")
    for story in told:
        for step in story:
            if step.shown:
                reader.play(step)
            else:
                reader.try_out(step)
        reader.stop()
