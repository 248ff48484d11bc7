"""Reads the way of an answer from the reply: include/dns/way.h, written down once more."""

import ipaddress
import struct

import dns.edns
import dns.rdatatype

OPTION = 65353
ASK = dns.edns.GenericOption(OPTION, b"")
KINDS = ["serve", "kept", "source", "lookup", "probe", "owner", "try", "verdict"]
HOW = ["itself", "cache", "stale", "failure", "looked up", "joined"]
SOURCES = ["dns", "host", "files", "mdns", "machine", "resolved"]
PROBES = ["settled", "leads to dns", "knows name"]
OUTCOMES = {0xFFFF: "silent", 0xFFFE: "unreachable", 0xFFFD: "truncated", 0xFFFC: "asks us",
            0xFFFB: "forged", 0xFFFA: "other case"}
FAST, OVER_TCP, LEFT_OUT = 1, 2, 4


class Step:
    """One step; what its code and data mean depends on the kind."""

    def __init__(self, kind, flags, code, at, took, data):
        self.kind, self.flags, self.code, self.at, self.took = kind, flags, code, at, took
        self.data = data

    @property
    def how(self):
        return HOW[self.code]

    @property
    def source(self):
        return SOURCES[self.code]

    @property
    def probe(self):
        return PROBES[self.code]

    @property
    def outcome(self):
        return OUTCOMES.get(self.code, self.code)

    @property
    def text(self):
        return self.data.decode("ascii")

    @property
    def kept(self):
        """(seconds since the cache has it, seconds left)"""
        return struct.unpack("!II", self.data)

    @property
    def endpoint(self):
        data = self.data[2:] if self.kind == "try" else self.data
        return (str(ipaddress.ip_address(data[2:])), int.from_bytes(data[:2], "big")) \
            if data else None

    @property
    def type(self):
        return dns.rdatatype.to_text(int.from_bytes(self.data[:2], "big"))


class Way:
    """The steps of a reply's option."""

    def __init__(self, data):
        self.steps = []
        while data:
            kind, length, flags, code, at, took = struct.unpack_from("!BBBHII", data)
            self.steps.append(Step(KINDS[kind - 1], flags, code, at, took, data[13:13 + length]))
            assert len(data) >= 13 + length
            data = data[13 + length:]

    @property
    def kinds(self):
        return [step.kind for step in self.steps]

    def all(self, kind):
        return [step for step in self.steps if step.kind == kind]

    def __getattr__(self, kind):
        """The only step of a kind."""
        (step,) = self.all(kind)
        return step


def of(reply):
    """The way that a reply tells; None if it tells none."""
    found = [option.to_wire() for option in reply.message.options if option.otype == OPTION]
    assert len(found) <= 1
    return Way(found[0]) if found else None
