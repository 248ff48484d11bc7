"""hostdns +wire: messages octet by octet, asked for or out of files."""

import re
import struct
import subprocess

import dns.message

from daemon import PROGRAM, START_SECONDS
from tables import table

CLIENT = PROGRAM.with_name("hostdns")
QUERY = dns.message.make_query("www.example.test", "AAAA").to_wire()


def run(*args, stdin=b""):
    result = subprocess.run([CLIENT, *args], input=stdin, capture_output=True,
                            timeout=START_SECONDS)
    return result.returncode, result.stdout.decode("ascii"), result.stderr.decode()


def octets(shown):
    """Of each message that is shown, what its octets come to."""
    found = []
    for line in shown.splitlines():
        if line.startswith(("Query", "Reply", "Message")):
            found.append(b"")
        elif found and re.match("[0-9a-f]{4} ", line):
            assert int(line[:4], 16) == len(found[-1]), "every octet has its place"
            found[-1] += bytes.fromhex(line[5:30])
    return found


@table("name, rdtype, said", [
    ("mail.example.test", "MX", "the lowest is tried first"),
    ("types.example.test", "TXT", '"second string"'), ("types.example.test", "SRV", "443"),
    ("types.example.test", "HTTPS", "alpn"), ("types.example.test", "NAPTR", "E2U+sip"),
    ("types.example.test", "CAA", '"issue"'), ("types.example.test", "TLSA", "usage"),
    ("types.example.test", "TYPE65280", "a type without rules here"),
    ("example.test", "SOA", "rises with each change"), ("nosuch.example.test", "A", "NXDOMAIN"),
    ("chain1.example.test", "A", "-> 0x000c chain1.example.test."),
    ("signed.test", "DNSKEY", "signs the zone"), ("huge.example.test", "A", "198.51.100.200")])
def test_every_octet_of_query_and_reply_is_shown(name, rdtype, said):
    status, shown, _ = run("@127.0.0.1#53", "+wire", "+dnssec", name, rdtype)
    query, reply = octets(shown)
    assert dns.message.from_wire(query).question[0].to_text() == f"{name}. IN {rdtype}"
    assert dns.message.from_wire(query).is_response(dns.message.from_wire(reply))
    assert said in shown
    assert status == (1 if "NXDOMAIN" in said else 0)


def test_no_reply_is_told():
    status, shown, _ = run("@127.0.0.9#9", "+wire", "+tries=1", "+timeout=1", "a.test", "A")
    assert (status, len(octets(shown))) == (3, 1)
    assert "No reply: Connection refused\n" in shown


def captured(link, *frames, magic=0xa1b2c3d4, fraction=0):
    head = struct.pack("<IHHiIII", magic, 2, 4, 0, 0, 65535, link)
    return head + b"".join(
        struct.pack("<IIII", 1700000000, fraction, len(frame), len(frame)) + frame
        for frame in frames)


def packet(protocol, payload):
    return bytes.fromhex("4500") + struct.pack(">H", 20 + len(payload)) + struct.pack(
        ">IBBH", 0, 64, protocol, 0) + bytes.fromhex("7f000001" "7f000002") + payload


def datagram(wire):
    return packet(17, struct.pack(">HHHH", 40000, 53, 8 + len(wire), 0) + wire)


def segment(sequence, octets, flags=0x10):
    return packet(6, struct.pack(">HHIIBBHHH", 40000, 53, sequence, 0, 0x50, flags, 0, 0, 0) + octets)


def in_segments():
    """Two messages, out of order, overlapping, and again."""
    stream = 2 * (struct.pack(">H", len(QUERY)) + QUERY)
    return [segment(0, b"", flags=2)] + [
        segment(1 + at, stream[at:at + 30]) for at in (50, 0, 20, 0, 40)]


@table("kind, content, count", [
    ("raw", QUERY, 1), ("from a stream", struct.pack(">H", len(QUERY)) + QUERY, 1),
    ("hex", QUERY.hex().encode(), 1), ("hex with colons", QUERY.hex(":").encode(), 1),
    ("hex behind a comment", b"; what came\n" + QUERY.hex().encode(), 1),
    ("pcap", captured(101, datagram(QUERY), datagram(QUERY)), 2),
    ("pcap of an Ethernet", captured(1, bytes(12) + b"\x08\0" + datagram(QUERY)), 1),
    ("pcap of TCP", captured(101, *in_segments()), 2)])
def test_messages_of_a_file(tmp_path_factory, kind, content, count):
    path = tmp_path_factory.mktemp("wire") / "file"
    path.write_bytes(content)
    assert octets(run(f"+wire={path}")[1]) == [QUERY] * count, kind
    assert octets(run("+wire=-", stdin=content)[1]) == [QUERY] * count


LONG = QUERY + 64 * b"a"    # with lines that tools leave out


@table("tool", [
    ["hexdump", "-C"], ["xxd"], ["xxd", "-p"], ["xxd", "-i"], ["xxd", "-g1"], ["xxd", "-c7"],
    ["xxd", "-a"], ["od", "-tx1"], ["od", "-tx1z"], ["od", "-Ax", "-tx1"], ["od", "-Ad", "-tx1"],
    ["od", "-An", "-v", "-tx1"]])
def test_what_other_tools_show_is_read(tool):
    for wire in QUERY, LONG:
        text = subprocess.run(tool, input=wire, capture_output=True, check=True).stdout
        status, shown, error = run("+wire=-", stdin=text)
        assert (status, octets(shown), error) == (0, [wire], ""), text.decode()


@table("tool", [["hexdump"], ["xxd", "-e"], ["xxd", "-b"], ["od", "-x"], ["od", "-c"], ["od"]])
def test_what_cannot_be_told_is_refused(tool):
    text = subprocess.run(tool, input=QUERY, capture_output=True, check=True).stdout
    status, shown, error = run("+wire=-", stdin=text)
    assert (status, shown) == (65, ""), text.decode()
    assert error.startswith("hostdns: -: line 1: ")


def test_a_packet_tells_its_time():
    nanoseconds = captured(101, datagram(QUERY), magic=0xa1b23c4d, fraction=123456789)
    assert ("Message 1, 34 octets, 2023-11-14 22:13:20.123456789 UTC "
            "127.0.0.1 port 40000 -> 127.0.0.2 port 53, UDP\n") in run("+wire=-", stdin=nanoseconds)[1]


@table("content, error", [
    (captured(101, datagram(QUERY), datagram(QUERY))[:-5],
     "the file ends within packet 2, with 57 of its 62 octets"),
    (captured(101, datagram(QUERY), in_segments()[0], in_segments()[2]),
     "127.0.0.1 port 40000 -> 127.0.0.2 port 53, TCP: 6 octets are missing at the end of a message"),
    (captured(101, datagram(QUERY)) + b"abc", "the file ends within the header of packet 2")])
def test_what_is_missing_is_told_behind_the_rest(content, error):
    status, shown, said = run("+wire=-", stdin=content)
    assert octets(shown)[0] == QUERY
    assert (status, said) == (65, f"hostdns: -: {error}\n")


def test_what_is_shown_can_be_read_again():
    _, shown, _ = run("+wire=-", stdin=captured(101, datagram(QUERY), datagram(LONG)))
    assert octets(run("+wire=-", stdin=shown.encode())[1]) == [QUERY, LONG]
    dump = "".join(line + "\n" for line in shown.splitlines() if re.match("[0-9a-f]{4} ", line))
    assert octets(run("+wire=-", stdin=dump.encode())[1]) == [QUERY, LONG]


@table("content, status, error", [
    (b"", 65, "no DNS message in it"),
    (b"hello", 65, "line 1: text that is not hexadecimal digits"),
    (captured(101), 65, "no DNS message in it")])
def test_a_file_without_messages_is_told(content, status, error):
    assert run("+wire=-", stdin=content) == (status, "", f"hostdns: -: {error}\n")


def test_a_file_that_is_not_there_is_told():
    assert run("+wire=/nonexistent") == (
        66, "", "hostdns: cannot read /nonexistent: No such file or directory\n")
