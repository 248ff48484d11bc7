"""Copies of all messages go to a reader or to a file, and no answer waits for either."""

import os
import pathlib
import re
import signal
import socket
import subprocess
import time

import dns.edns
import pytest

from conftest import make_open_folder
from daemon import PROGRAM, children_of, wait_until
from load import Load
from tap import Capture, messages

A = "a.example.test"
ANSWER = [f"{A} A 192.0.2.1"]


@pytest.fixture
def folder():
    """The server's user may write here."""
    made = make_open_folder()
    made.chmod(0o777)
    return made


@pytest.fixture
def reader(folder):
    capture = Capture(folder)
    yield capture
    capture.end()


def stats(server):
    said = subprocess.run(["/run/programs/hostdnsctl", "-s", server.control, "stats"], check=True,
                          capture_output=True, text=True).stdout
    return {name: int(value) for name, value in map(str.split, said.splitlines())}


def begin(start, folder, tap, *options):
    server = start("-o", f"control={folder}/control", "-o", f"dnstap={tap}", *options)
    server.control = f"{folder}/control"
    return server


def wait_for(server, counter, least):
    wait_until(lambda: stats(server)[counter] >= least, f"{counter} of {least}")


def is_read(server):
    wait_until(lambda: stats(server)["dnstap-waiting"] == 0, "a reader")


def raw_exchange(server, wire, tcp):
    """(our address, the reply) of one question."""
    kind = socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.settimeout(30)
        sock.connect(server.to)
        sock.sendall(len(wire).to_bytes(2, "big") + wire if tcp else wire)
        reply = sock.makefile("rb")
        if not tcp:
            return sock.getsockname(), sock.recv(65535)
        return sock.getsockname(), reply.read(int.from_bytes(reply.read(2), "big"))


def query(name, ident):
    wire = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return ident.to_bytes(2, "big") + b"\1\0\0\1" + bytes(6) + wire + b"\0\0\1\0\1"


@pytest.mark.parametrize("cached", [False, True], ids=["looked up", "fast path"])
@pytest.mark.parametrize("tcp", [False, True], ids=["udp", "tcp"])
def test_a_reader_gets_what_clients_said_and_heard(start, folder, reader, tcp, cached):
    server = begin(start, folder, f"unix:{reader.socket}", "-o", "dnstap-identity=tap.test",
                   "-o", "dnstap-version=7", "-o", f"cache-size={cached << 20}")
    if cached:
        server.ask(A)
    is_read(server)
    wire = query(A, 4242)
    before = time.time()
    asker, reply = raw_exchange(server, wire, tcp)
    server.stop()
    after = time.time()  # the server looks at its clock when the reply has left
    reader.end()
    asked, answered = messages(reader.file, "CQ", "CR")[-2:]
    assert (asked.type, asked.query) == ("CQ", wire)
    assert (answered.type, answered.response) == ("CR", reply)
    for message in asked, answered:
        assert (message.asker, message.server, message.tcp) == (asker, server.to, tcp)
        assert (message.identity, message.version) == ("tap.test", "7")
        assert before <= message.asked <= after
    assert asked.asked == answered.asked <= answered.answered <= after


def test_queries_to_name_servers_are_those_of_a_forwarder(start, folder, reader):
    """Over UDP, and over TCP behind a truncated reply."""
    server = begin(start, folder, f"unix:{reader.socket}")
    is_read(server)
    assert server.ask("x.qtc-ok.fault.test").outcome == ["x.qtc-ok.fault.test A 192.0.2.200"]
    server.stop()
    reader.end()
    name = b"\1x\6qtc-ok\5fault\4test\0"
    found = messages(reader.file, "FQ", "FR")
    queries = {(m.asker, m.tcp, m.query[:2]): m for m in found if m.type == "FQ"}
    replies = [m for m in found if m.type == "FR"]
    about = [m.response for m in replies if not m.tcp and name in m.response]
    assert about and all(response[2] & 0x02 for response in about), "TC is set"
    assert [m for m in replies if m.tcp and name in m.response and b"\xc0\0\2\xc8" in m.response]
    for reply in replies:
        asked = queries[reply.asker, reply.tcp, reply.response[:2]]
        assert reply.server == asked.server == ("127.0.0.2", 53)
        assert asked.query[12:20] == reply.response[12:20]
        assert abs(reply.asked - asked.asked) < 1 and reply.answered >= reply.asked


def test_dnstap_read_shows_a_file(start, folder):
    server = begin(start, folder, f"file:{folder}/tap")
    assert server.ask(A).outcome == ANSWER
    assert server.ask(A, tcp=True).outcome == ANSWER
    server.stop()
    text = subprocess.run(["dnstap-read", folder / "tap"], check=True, capture_output=True,
                          text=True).stdout
    to = f"{server.to[0]}:{server.to[1]}"
    for arrow, kind, way in ("->", "CQ", "UDP"), ("<-", "CR", "UDP"), ("->", "CQ", "TCP"), \
            ("<-", "CR", "TCP"):
        assert re.search(rf"{kind} 127\.0\.0\.1:\d+ {arrow} {to} {way} \d+b {A}/IN/A$", text, re.M)
    assert re.search(r"FQ 127\.0\.0\.1:\d+ -> 127\.0\.0\.2:53 UDP", text)
    kdig = subprocess.run(["kdig", "-G", folder / "tap"], check=True, capture_output=True, text=True)
    assert f"{A}." in kdig.stdout
    assert not pathlib.Path(folder, "tap").stat().st_mode & 0o007


def test_a_reader_may_come_late_die_and_come_back(start, folder):
    server = begin(start, folder, f"unix:{folder}/reader")
    assert server.ask(A).outcome == ANSWER
    wait_until(lambda: "no reader" in server.errors(), "the missing reader")
    for name in "first", "second":
        before = stats(server)["dnstap-frames"]
        capture = Capture(folder, name)
        is_read(server)
        assert server.ask(A).outcome == ANSWER
        wait_for(server, "dnstap-frames", before + 2)
        capture.kill()
        wait_until(lambda: stats(server)["dnstap-waiting"] == 1, "the loss of the reader")
        assert server.ask(A).outcome == ANSWER
    assert server.errors().count("has a reader") == 2
    assert server.errors().count("no reader") == 3
    wait_for(server, "dnstap-lost", 2)
    assert "missing: dnstap" in subprocess.run(
        ["/run/programs/hostdnsctl", "-s", server.control, "status"], check=True,
        capture_output=True, text=True).stdout


def test_a_stopped_reader_costs_messages_but_no_answer(start, folder, reader):
    server = begin(start, folder, f"unix:{reader.socket}", "-o", "cache-size=1048576")
    is_read(server)
    reader.stop()
    padding = dns.edns.GenericOption(12, bytes(1000))
    asked = 0
    while stats(server)["dnstap-lost"] == 0:
        for _ in range(100):
            assert server.ask(A, edns=True, options=[padding]).outcome == ANSWER
        asked += 100
        assert asked < 20000
    reader.go_on()
    before = stats(server)["dnstap-frames"]
    assert server.ask(A).outcome == ANSWER
    wait_for(server, "dnstap-frames", before + 1)
    server.stop()
    assert server.errors().count("no reader") == 0
    reader.end()
    assert len(messages(reader.file, "CQ")) > 100


def test_a_stopped_reader_does_not_delay_the_end(start, folder, reader):
    server = begin(start, folder, f"unix:{reader.socket}")
    is_read(server)
    reader.stop()
    server.ask(A)
    server.stop()


def test_a_reload_continues_the_file_or_begins_a_new_one(start, folder):
    server = begin(start, folder, f"file:{folder}/tap")
    for name in "one", "two", "three":
        server.ask(f"{name}.example.test")
        if name == "two":
            (folder / "tap").rename(folder / "old")
        server.reload()
        # The process of before the reload still has the old file for a moment.
        is_read(server)
    server.stop()
    names = [[m.query[13:13 + m.query[12]].decode() for m in messages(folder / file, "CQ")]
             for file in ("old", "tap")]
    assert names == [["one", "two"], ["three"]]


def test_reloads_under_load_lose_no_question_and_no_message(start, folder):
    """Each question is in the file, with its answer. Processes that retire may have to share
    their memory with new ones, and what finds it busy is counted."""
    server = begin(start, folder, f"file:{folder}/tap", "-o", "workers=2", "-o",
                   "cache-size=1048576")
    names = [A, "both.example.test", "mail.example.test"]
    with Load(server, names) as load:
        for _ in range(5):
            server.reload()
    lost = stats(server)["dnstap-lost"]
    server.stop()
    missing = 2 * sum(load.asked.values()) - len(messages(folder / "tap", "CQ", "CR"))
    assert 0 <= missing <= lost < 50


def test_the_process_is_replaced_when_it_dies(start, folder, reader):
    server = begin(start, folder, f"unix:{reader.socket}")
    is_read(server)
    first = server.child("dnstap")
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: stats(server)["restarts-dnstap"] == 1, "the death")
    assert server.ask(A).outcome == ANSWER
    wait_until(lambda: server.child("dnstap") != first, "another process")
    before = stats(server)["dnstap-frames"]
    is_read(server)
    server.ask(A)
    wait_for(server, "dnstap-frames", before + 2)


def test_without_the_option_there_is_no_process(start):
    server = start()
    assert "hostdnsd-dnstap" not in {name for _, name in children_of(server.pid)}


def test_a_full_disk_costs_messages_but_no_answer(start, folder):
    disk = folder / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k,mode=777", "tap", disk], check=True)
    try:
        server = begin(start, folder, f"file:{disk}/tap", "-o", "cache-size=1048576")
        while stats(server)["dnstap-lost"] == 0:
            for _ in range(50):
                assert server.ask(A).outcome == ANSWER
        wait_until(lambda: "dnstap cannot write" in server.errors(), "the log line")
        before = stats(server)["dnstap-frames"]
        subprocess.run(["mount", "-o", "remount,size=1m", disk], check=True)
        is_read(server)
        assert server.ask(A).outcome == ANSWER
        wait_for(server, "dnstap-frames", before + 2)
        server.stop()
        assert len(messages(disk / "tap", "CQ")) > 50
    finally:
        subprocess.run(["umount", disk], check=True)


@pytest.mark.parametrize("text", ["nothing of dnstap\n", ""], ids=["other content", "a folder"])
def test_what_is_no_file_of_dnstap_is_left_alone(start, folder, text):
    path = folder / "tap"
    if text:
        path.write_text(text)
        path.chmod(0o666)
    else:
        path.mkdir()
    server = begin(start, folder, f"file:{path}")
    assert server.ask(A).outcome == ANSWER
    wait_until(lambda: "dnstap cannot" in server.errors(), "the log line")
    server.stop()
    assert not text or path.read_text() == text


@pytest.mark.parametrize("value", ["reader", "unix:reader", "file:", "tcp:/reader",
                                   "unix:/" + 107 * "x"])
def test_a_wrong_value_is_told_with_its_place(value, folder):
    path = folder / "conf"
    path.write_text(f"ttl = 5\ndnstap = {value}\n")
    said = subprocess.run([PROGRAM, "-n", "-c", path], capture_output=True, text=True)
    assert said.returncode == 1
    assert said.stderr == (f"hostdnsd: {path}:2: dnstap={value}: unix:PATH or file:PATH is needed, "
                           "with an absolute path of at most 107 or 255 octets\n")
