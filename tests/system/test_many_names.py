"""Many names in one run of the client: all at once, in order, none held up by another."""
import os
import pty
import re
import select
import signal
import socket
import subprocess
import threading
import time

import dns.edns
import dns.flags
import dns.message
import dns.rrset
import pytest

from responder import ENOUGH, ENV, HOSTDNS, Responder, heed_ctrl_c
from tables import table

RECORD = bytes.fromhex("c00c 0001 0001 0000003c 0004")  # of the asked name: A, 60 s
TRUNCATED = 0x0200


def question(wire):
    """The octets of header and question, and the first label."""
    end = wire.index(b"\0", 12) + 5
    return wire[:end], wire[13:13 + wire[12]].decode()


def address(label):
    number = int(label.lstrip("abcdefghijklmnopqrstuvwxyz"))
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def reply(wire, flags=0):
    """The address of "a258.test" is 10.0.1.2; a truncated reply has none."""
    asked, label = question(wire)
    count = 0 if flags else 1
    head = wire[:2] + (0x8180 | flags).to_bytes(2, "big") + bytes([0, 1, 0, count, 0, 0, 0, 0])
    return head + asked[12:] + (RECORD + socket.inet_aton(address(label))) * count


class Server(Responder):
    """Hands each datagram to script(server, wire, client); over_tcp(wire) returns a reply."""

    def __init__(self, script=None, over_tcp=reply):
        super().__init__()
        self.script, self.over_tcp = script or honest, over_tcp
        self.labels, self.labels_over_tcp = [], []
        self.held = []
        self.came = threading.Condition()
        self.at = f"@{self.host}#{self.port}"

    def heard(self, wire, client):
        with self.came:
            self.labels.append(question(wire)[1])
            self.came.notify_all()
        self.script(self, wire, client)

    def heard_over_tcp(self, wire):
        self.labels_over_tcp.append(question(wire)[1])
        answer = self.over_tcp(wire)
        return len(answer).to_bytes(2, "big") + answer

    def release(self):
        """Answers what was held back."""
        for wire, client in self.held:
            self.send(reply(wire), client)
        self.held.clear()

    def wait_for(self, count):
        """Until so many questions have come."""
        with self.came:
            assert self.came.wait_for(lambda: len(self.labels) >= count, ENOUGH)


def honest(server, wire, client):
    """Answers over TCP alone for names that begin with "big"; holds back those with "hung"."""
    label = question(wire)[1]
    if label.startswith("hung"):
        server.held.append((wire, client))
    else:
        server.send(reply(wire, TRUNCATED if label.startswith("big") else 0), client)


@pytest.fixture
def server():
    with Server() as running:
        yield running


def run(server, *args, **kwargs):
    return subprocess.run([HOSTDNS, server.at, "+short", *args], capture_output=True, text=True,
                          timeout=ENOUGH, env=ENV, **{"stdin": subprocess.DEVNULL, **kwargs})


def start(server, *args, **kwargs):
    return subprocess.Popen([HOSTDNS, server.at, "+short", *args], env=ENV, text=True, **kwargs)


def outcome(result):
    return result.returncode, result.stdout, result.stderr


def file_of(folder, labels):
    path = folder / "names.txt"
    path.write_text("".join(f"{label}.test A\n" for label in labels))
    return path


def addresses(labels):
    return "".join(f"{address(label)}\n" for label in labels)


def label(number):
    return f"{'big' if number % 50 == 7 else 'a'}{number}"


# Order, and all at once

def test_5000_names_are_right_and_in_order_tcp_among_them(server, tmp_path):
    labels = [label(number) for number in range(5000)]
    assert outcome(run(server, "-f", file_of(tmp_path, labels))) == (0, addresses(labels), "")
    assert sorted(server.labels) == sorted(labels), "each is asked once"
    assert sorted(server.labels_over_tcp) == sorted(labels[7::50])


@table("options", [[], ["-j", "1024"], ["-j3"]])
def test_any_number_at_once_shows_the_same(server, tmp_path, options):
    labels = [label(number) for number in range(1000)]
    assert run(server, *options, "-f", file_of(tmp_path, labels)).stdout == addresses(labels)


def test_names_that_hang_hold_up_nobody(tmp_path):
    """They are answered when all others have been asked."""
    labels = [f"hung{number}" if number % 40 == 0 else label(number) for number in range(2000)]

    def at_the_end(server, wire, client):
        honest(server, wire, client)
        if len(server.labels) == len(labels):
            server.release()

    with Server(at_the_end) as server:
        result = run(server, "-f", file_of(tmp_path, labels))
        assert outcome(result) == (0, addresses(labels), "")
        assert len(server.labels) == len(labels)


def test_names_of_the_command_line_are_asked_at_once():
    """Nothing is answered before all of them have come, A and AAAA of each."""
    labels = [f"hung{number}" for number in range(20)]

    def when_all_came(server, wire, client):
        server.held.append((wire, client))
        if len(server.labels) == 40:
            server.release()

    with Server(when_all_came) as server:
        result = run(server, *[f"{label}.test" for label in labels])
        assert result.stdout == addresses(labels)


@table("options, at_once", [(["-j", "1"], 1), (["-j", "3"], 3), ([], 64)])
def test_as_many_are_asked_at_the_same_time_as_j_says(tmp_path, options, at_once):
    """What comes while nobody is answered; more if that lasts, but not with -j 1."""
    together = []

    def wait_and_see(server, wire, client):
        server.held.append((wire, client))
        if not select.select([server.socket], [], [], 0.1)[0]:
            together.append(len(server.held))
            server.release()

    labels = [f"a{number}" for number in range(at_once + 5)]
    with Server(wait_and_see) as server:
        assert run(server, *options, "-f", file_of(tmp_path, labels)).stdout == addresses(labels)
        assert max(together) == 1 if at_once == 1 else max(together) >= at_once


def test_a_conversation_over_two_pipes(server):
    with start(server, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as client:
        for number in range(6):
            client.stdin.write(f"{'big' if number % 2 else 'a'}{number}.test A\n")
            client.stdin.flush()
            assert select.select([client.stdout], [], [], ENOUGH)[0]
            assert client.stdout.readline() == f"10.0.0.{number}\n"
        client.stdin.close()
        assert client.wait(ENOUGH) == 0


# Files

def test_a_file_of_names_and_types(server, tmp_path):
    names = tmp_path / "names"
    names.write_text("# by hand\n; as dig has it\n\nA a1.test\na2.test\tA ; here, too\n"
                     "  a3.test A #\na4.test A")
    assert outcome(run(server, "a9.test", "A", "-f", names)) == (
        0, addresses(["a9", "a1", "a2", "a3", "a4"]), "")
    with names.open() as lines:
        assert run(server, "-f", "-", stdin=lines).stdout == addresses(["a1", "a2", "a3", "a4"])


def test_mistakes_in_a_file_stand_where_they_belong(server, tmp_path):
    names = tmp_path / "names"
    names.write_bytes(b"a1.test A\na2.test b.test\n" + b"x" * 70000 + b"\n..\na\0b\na3.test A\n")
    result = run(server, "-f", names)
    assert (result.returncode, result.stdout) == (64, addresses(["a1", "a3"]))
    assert result.stderr.splitlines() == [
        "hostdns: line 2: more than one NAME", "hostdns: line 3: too long",
        'hostdns: "..": not a domain name', "hostdns: line 5: a NUL"]


@table("file, code, message", [
    ("nowhere/names", 66, "cannot open nowhere/names: No such file or directory"),
    ("/", 74, "cannot read names: Is a directory")])
def test_a_file_that_cannot_be_read(server, file, code, message):
    assert outcome(run(server, "-f", file)) == (code, "", f"hostdns: {message}\n")


@table("value", ["0", "1025", "x", ""])
def test_how_many_at_once_is_a_number(server, value):
    result = run(server, "-j", value, "a1.test")
    assert result.returncode == 64 and "-j: " in result.stderr and result.stderr.count("\n") == 1


# What ends it

def test_ctrl_c_ends_it_at_once_and_what_was_answered_is_there(server, tmp_path):
    labels = ["a1", *[f"hung{number}" for number in range(200)]]
    with start(server, "-f", file_of(tmp_path, labels), stdout=subprocess.PIPE,
               preexec_fn=heed_ctrl_c) as client:
        assert client.stdout.readline() == "10.0.0.1\n"
        server.wait_for(64)
        client.send_signal(signal.SIGINT)
        assert client.wait(ENOUGH) == -signal.SIGINT


def test_a_full_disk_ends_it_with_a_line(server, tmp_path):
    names = file_of(tmp_path, [f"a{number}" for number in range(5000)])
    with open("/dev/full", "w") as full, \
            start(server, "-f", names, stdout=full, stderr=subprocess.PIPE) as client:
        _, said = client.communicate(timeout=ENOUGH)
    assert (client.returncode, said) == (74, "hostdns: cannot write: No space left on device\n")
    assert len(server.labels) < 1000


def test_a_closed_output_is_never_the_server_s_socket(server):
    result = subprocess.run(["sh", "-c", '"$@" >&-', "sh", HOSTDNS, server.at, "a1.test", "A"],
                            stderr=subprocess.PIPE, text=True, env=ENV, timeout=ENOUGH)
    assert (result.returncode, result.stderr) == (
        74, "hostdns: cannot write: Bad file descriptor\n")
    assert server.labels == ["a1"]


def ignore_sigpipe():
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)


@table("how, code, said", [
    ({}, -signal.SIGPIPE, ""),
    ({"preexec_fn": ignore_sigpipe}, 74, "hostdns: cannot write: Broken pipe\n")])
def test_a_reader_that_goes_ends_it(server, tmp_path, how, code, said):
    names = file_of(tmp_path, [f"a{number}" for number in range(50000)])
    with start(server, "-f", names, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
               **how) as client:
        client.stdout.readline()
        client.stdout.close()
        assert client.stderr.read() == said
        assert client.wait(ENOUGH) == code


class Terminal:
    """That a client has for standard error, and perhaps for input."""

    def __init__(self):
        self.master, self.slave = pty.openpty()
        self.text = ""

    def see(self, pattern):
        deadline = time.monotonic() + ENOUGH
        while not re.search(pattern, self.text):
            ready, _, _ = select.select([self.master], [], [], deadline - time.monotonic())
            assert ready, self.text
            self.text += os.read(self.master, 4096).decode()


def own_terminal():
    import fcntl
    import termios
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def test_a_terminal_that_goes_ends_it(server):
    terminal = Terminal()
    with start(server, stdin=terminal.slave, stdout=subprocess.PIPE, start_new_session=True,
               preexec_fn=own_terminal) as client:
        os.close(terminal.slave)
        os.write(terminal.master, b"a1.test A\n")
        assert client.stdout.readline() == "10.0.0.1\n"
        os.close(terminal.master)
        assert client.wait(ENOUGH) == -signal.SIGHUP


# The progress line

def test_progress_of_long_work_is_shown_on_a_terminal_and_taken_away(server, tmp_path):
    terminal = Terminal()
    names = file_of(tmp_path, ["a1", "hung2", "a3"])
    with start(server, "-f", names, stdout=subprocess.PIPE, stderr=terminal.slave) as client:
        terminal.see("\rhostdns: 1 names answered, 1 asked")
        server.release()
        assert client.stdout.read() == addresses(["a1", "hung2", "a3"])
        assert client.wait(ENOUGH) == 0
        terminal.see("asked *\r +\r$")
    os.close(terminal.slave)
    os.close(terminal.master)


# Replies that are odd

def long_reply(wire, make):
    query = dns.message.from_wire(wire)
    answer = dns.message.make_response(query, our_payload=65535)
    make(answer, query.question[0].name.to_text())
    return answer.to_wire(max_size=65535)


def options_without_end(answer, name):
    answer.answer.append(dns.rrset.from_text(name, 60, "IN", "A", "192.0.2.1"))
    answer.use_edns(0, options=[dns.edns.GenericOption(65001, bytes(100))] * 620)


def aliases_without_end(answer, name):
    for number in range(1800):
        answer.answer.append(dns.rrset.from_text(name, 60, "IN", "CNAME", f"{number}.t."))
        name = f"{number}.t."


# As dig does: who asks with +short sees where an alias leads, also where that is nowhere.
ALIASES = "".join(f"{number}.t.\n" for number in range(1800))


def one_circle(answer, name):
    for owner, target in (name, "x.test."), ("x.test.", name):
        answer.answer += [dns.rrset.from_text(owner, 60, "IN", "CNAME", target)] * 1000


@table("make, expected", [(options_without_end, (0, "192.0.2.1\n")),
                          (aliases_without_end, (1, ALIASES)), (one_circle, (1, ""))])
def test_64_kib_of_anything_is_read(make, expected):
    with Server(over_tcp=lambda wire: long_reply(wire, make)) as server:
        result = run(server, "big1.test", "A")
        assert (result.returncode, result.stdout) == expected


def garbage_first(server, wire, client):
    asked, _ = question(wire)
    for octets in b"\0", wire[:2], wire[:2] + b"\xff" * 500, bytes(500), asked[:-1], \
            bytes([wire[0] ^ 1]) + reply(wire)[1:], reply(wire.replace(b"test", b"tset")):
        server.send(octets, client)
    server.send(reply(wire), client)


def test_garbage_beside_each_answer_changes_none(tmp_path):
    labels = [f"a{number}" for number in range(300)]
    with Server(garbage_first) as server:
        result = run(server, "-f", file_of(tmp_path, labels))
        assert outcome(result) == (0, addresses(labels), "")
        assert len(server.labels) == len(labels), "none is asked twice"
