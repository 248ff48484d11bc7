"""Reads a DNS message octet by octet, without dnspython: a second opinion on replies."""

import typing

HEADER = 12
OPT = 41


class Record(typing.NamedTuple):
    section: int  # 1 answer, 2 authority, 3 additional
    owner: bytes
    type: int
    ttl: int
    start: int  # of the data
    length: int


def u16(wire, at):
    assert at + 2 <= len(wire), "cut"
    return int.from_bytes(wire[at:at + 2], "big")


def read_name(wire, at):
    """(the name without compression, where it ends). Pointers point back, into the message."""
    name, end, limit = bytearray(), None, at
    while True:
        assert at < len(wire), "name runs over the end"
        length = wire[at]
        if length >= 0xC0:
            target = u16(wire, at) & 0x3FFF
            end = end or at + 2
            assert HEADER <= target < limit, "a pointer that does not point back"
            at = limit = target
            continue
        assert length < 0x40, "no such label type"
        name += wire[at:at + 1 + length]
        at += 1 + length
        if length == 0:
            assert len(name) <= 255
            return bytes(name), end or at


def read_message(wire):
    """([question], [Record]): what the counts announce, and nothing behind it."""
    assert len(wire) >= HEADER
    at, questions, records = HEADER, [], []
    for _ in range(u16(wire, 4)):
        name, at = read_name(wire, at)
        questions.append((name, u16(wire, at), u16(wire, at + 2)))
        at += 4
    for section in 1, 2, 3:
        for _ in range(u16(wire, 4 + 2 * section)):
            owner, at = read_name(wire, at)
            length = u16(wire, at + 8)
            ttl = int.from_bytes(wire[at + 4:at + 8], "big")
            records.append(Record(section, owner, u16(wire, at), ttl, at + 10, length))
            at += 10 + length
            assert at <= len(wire), "a record runs over the end"
    assert at == len(wire), "octets behind the message"
    return questions, records
