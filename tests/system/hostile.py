"""Messages of up to 64 KiB that are made to cost their reader as much as can be."""

import struct

A, NS, CNAME, SOA, NULL, PTR, MINFO, MX, TXT = 1, 2, 5, 6, 10, 12, 14, 15, 16
AAAA, SRV, NAPTR, DNAME, OPT, APL, RRSIG, NSEC3 = 28, 33, 35, 39, 41, 42, 46, 50
HTTPS, TSIG, ANY = 65, 250, 255
HEADER = 12
MOST_LABELS = b"\1a" * 127 + b"\0"  # in 255 octets


def header(questions=1, answers=0, authorities=0, additionals=0, flags=0x0100):
    return struct.pack("!6H", 0x1234, flags, questions, answers, authorities, additionals)


def question(name, rdtype=A, rdclass=1):
    return name + struct.pack("!2H", rdtype, rdclass)


def record(owner, rdtype, data=b"", rdclass=1, ttl=60):
    return owner + struct.pack("!HHIH", rdtype, rdclass, ttl, len(data)) + data


def pointer(at):
    return struct.pack("!H", 0xC000 | at)


def opt(options=b""):
    return record(b"\0", OPT, options, rdclass=1232, ttl=0)


def option(code, data=b""):
    return struct.pack("!2H", code, len(data)) + data


def filled(size, item):
    """As many of them as there is room for. `item` is octets, or a function of the number."""
    items = []
    while True:
        one = item(len(items)) if callable(item) else item
        size -= len(one)
        if size < 0 or len(items) == 65535:
            return items
        items.append(one)


def hops(at, count):
    """Pointers, of which each leads to the one before it."""
    return b"".join(pointer(at - 2 + 2 * number) for number in range(count))
