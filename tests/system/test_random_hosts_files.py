"""Hosts files of odd pieces in any order, at rest and just written: what getaddrinfo() and
getnameinfo() find is what the wire says. The seed is fixed, so a failure comes again."""

import random
import re
import socket

import dns.reversename
import pytest

from getaddrinfo import libc

ROUNDS = 12
LABELS = ["a", "b", "box", "WWW", "_srv", "x-", "10", "0x7f", "b\u00fccher", "plus+s", "bang!",
          "per%cent", "c:d", "l" * 63, "local-host"]
ADDRESSES = ["10.7.0.1", "10.7.0.2", "10.7.0.3", "2001:db8:7::1", "2001:DB8:7:0::2", "010.7.0.1",
             "10.7.0.08", "10.7", "0x0a.7.0.1", "10.7.0.256", "10.7.0.1.", "no-address",
             "fe80::7%lo", "2001:db8:7::1%lo"]
PLAIN = ADDRESSES[:4]
BLANKS = [" ", " ", "\t", "  ", "\v", "\f", "\r", " \t "]
ENDS = ["", "", "", "#", "#glued", " # comment", " ", "\r", "\0", "\0 behind-nul", " " + "w" * 300,
        " " + "v" * 70000]


class Words:
    """What a round's file is made of. No name is asked in two rounds, for denials are kept, and
    none is above another one, or it would be there without addresses."""

    def __init__(self, chance, number):
        self.chance = chance
        self.names = [".".join([*chance.choices(LABELS, k=chance.randint(1, 3)), f"n{index}",
                                f"r{number}"]) for index in range(12)]

    def line(self):
        chance = self.chance
        names = [self.spelled(chance.choice(self.names)) for _ in range(chance.randint(0, 3))]
        words = [chance.choice(PLAIN if chance.random() < 0.7 else ADDRESSES), *names]
        text = chance.choice(BLANKS).join(words) + chance.choice(ENDS)
        # glibc moves a line to its first word, but not the NUL, and reads on behind it.
        begins = ["", "", "", "#", "\ufeff"] + ([] if "\0" in text else [" ", "\t"])
        return chance.choice(begins) + text

    def spelled(self, name):
        return self.chance.choice([name, name, name, name.upper(), f"{name}.", f"{name}x"])

    def file(self):
        lines = [self.line() for _ in range(self.chance.randint(1, 15))]
        return "\n".join(lines) + self.chance.choice(["\n", "", "\r\n"])

    def near(self):
        """Of each name: itself, and names that differ in little."""
        return sorted({variant for name in self.names
                       for variant in (name, f"{name}x", name.swapcase(), name[1:])
                       if not variant.startswith(".")})


def found_by_libc(name):
    """(addresses of IPv4, of IPv6), empty lists if there is none; also as `name.` in the file."""
    for spelled in name, f"{name}.":
        found = [libc(spelled.encode(), rdtype)[0] for rdtype in ("A", "AAAA")]
        if any(isinstance(saying, list) for saying in found):
            break
    return [saying if isinstance(saying, list) else [] for saying in found]


def found_by_wire(server, name):
    labels = [label.encode() for label in name.split(".")]
    replies = [server.ask(labels, rdtype) for rdtype in ("A", "AAAA")]
    assert {reply.rcode for reply in replies} <= {"NOERROR", "NXDOMAIN"}
    assert replies[0].rcode == replies[1].rcode, "a name exists for both families or for none"
    found = [[line.rsplit(maxsplit=1)[1] for line in reply.answer
              if line.split()[-2] == rdtype] for reply, rdtype in zip(replies, ("A", "AAAA"))]
    assert replies[0].rcode == ("NOERROR" if any(found) else "NXDOMAIN")
    return found


def name_by_libc(address):
    try:
        return socket.getnameinfo((address, 0), socket.NI_NAMEREQD)[0].lower()
    except UnicodeDecodeError:
        return "odd"
    except socket.gaierror as error:
        return None if error.errno == socket.EAI_NONAME else "odd"  # for one that is too long


def name_by_wire(server, address):
    """Names beyond letters, digits and "-_" are not told, and lines without one tell none."""
    reply = server.ask(dns.reversename.from_address(address).to_text(), "PTR")
    if reply.rcode == "NXDOMAIN":
        return None
    return reply.answer[0].split()[-1].lower() if reply.answer else "odd"


def is_plain(name):
    return 0 < max(map(len, name.split("."))) < 64 and re.fullmatch("[a-z0-9_.-]*", name)


@pytest.mark.parametrize("rests", [True, False], ids=["at rest", "just written"])
def test_what_libc_finds_is_what_the_wire_says(server, etc, stats, rests):
    chance = random.Random(rests)
    for number in range(ROUNDS):
        words = Words(chance, 2 * number + rests)
        text = words.file()
        etc.write("hosts", text)
        if rests:
            etc.rest("hosts")
            server.ask(f"first.r{2 * number + rests}")  # has the words read
        for name in words.near():
            assert found_by_wire(server, name) == found_by_libc(name), (number, name, text)
            stats["names compared with getaddrinfo()"] += 1
        for address in PLAIN:
            said = name_by_libc(address)
            expected = "odd" if said is not None and not is_plain(said) else said
            wire = name_by_wire(server, address)
            assert (wire or "").rstrip(".") == (expected or "").rstrip("."), (number, address, text)
            stats["addresses compared with getnameinfo()"] += 1
