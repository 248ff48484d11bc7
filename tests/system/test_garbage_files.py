"""Files of the host that are garbage, or endless: no answer is wrong while they are so, and the
first one after an edit that mends them is right."""

import contextlib
import pathlib
import random
import socket

import pytest

from daemon import INSTRUMENTED, wait_until
from tables import table

MEGABYTE = 1 << 20
LINES = 100_000 if INSTRUMENTED else 1_000_000
RIGHT = {("localhost", "A"): ["localhost A 127.0.0.1"],
         ("v4only.lab", "A"): ["v4only.lab A 10.0.0.4"],
         ("v4only.lab", "MX"): "NODATA",
         ("4.0.0.10.in-addr.arpa", "PTR"): ["4.0.0.10.in-addr.arpa PTR v4only.lab"],
         ("a.example.test", "A"): ["a.example.test A 192.0.2.1"],
         ("nosuch.example.test", "A"): "NXDOMAIN"}

def noise(octets):
    return random.Random(7).randbytes(octets).replace(b"\0", b"x")


GARBAGE = {
    "noise": noise(MEGABYTE),
    "zeros": bytes(MEGABYTE),
    "one line": b"x" * MEGABYTE,
    "blanks": b" " * MEGABYTE,
    "newlines": b"\n" * MEGABYTE,
    "half words": b"nameserver\noptions\nsearch\nsortlist\n" * 25_000,
    "words": b"nameserver 127.0.0.2\nhosts: files dns\noptions timeout:1\n" * 19_000,
    "one long word list": b"hosts: " + b"files " * 170_000 + b"\n",
    "numbers": b"nameserver 999.1.1.1\noptions timeout:99999999999999999999\n" * 18_000,
}


def put(etc, name, octets):
    """Replaces the file in one step."""
    path = etc.keep(name)
    new = path.with_name(f"{name}.new")
    new.write_bytes(octets)
    new.replace(path)


def outcome(server, question):
    with contextlib.suppress(TimeoutError):
        return server.send(*question).reply().outcome


def wait_for_right_answers(server):
    for question, right in RIGHT.items():
        wait_until(lambda question=question, right=right: outcome(server, question) == right,
                   question)


@table("name", ["resolv.conf", "nsswitch.conf", "host.conf", "gai.conf"])
@table("kind", GARBAGE)
def test_garbage_makes_no_wrong_answer(start, etc, name, kind):
    """A name of the hosts file is never denied; that of DNS may be, if no source of the line is
    left that knows it, as getaddrinfo() would deny it."""
    server = start()
    put(etc, name, GARBAGE[kind])
    for question, right in RIGHT.items():
        allowed = (right, "SERVFAIL", None)
        if name == "nsswitch.conf" and question[0].endswith("example.test"):
            allowed += ("NXDOMAIN",)
        assert outcome(server, question) in allowed, question
    etc.restore()
    wait_for_right_answers(server)
    assert " died: " not in server.errors() and " ended " not in server.errors()


NAMED = ["A", "AAAA", "MX", "HTTPS", "TXT", "ANY", "CNAME"]  # each would deny the whole name
PTR = ("4.0.0.10.in-addr.arpa", "PTR")


@pytest.mark.parametrize("text", ["hosts: files [dns\n", "hosts: files [NOTFOUND=x] dns\n",
                                  "passwd: files [x]\nhosts: files dns\n"])
def test_a_line_that_libc_cannot_use_denies_nothing(start, etc, text):
    server = start()
    etc.write("nsswitch.conf", text)
    server.ask_until("SERVFAIL", "v4only.lab")
    assert {rdtype: outcome(server, ("v4only.lab", rdtype)) for rdtype in NAMED} == dict.fromkeys(
        NAMED, "SERVFAIL")
    assert outcome(server, PTR) == "SERVFAIL"
    etc.restore()
    wait_for_right_answers(server)


@pytest.mark.parametrize("kind", ["folder", "socket"])
def test_what_is_no_file_in_the_place_of_nsswitch_conf_denies_nothing(start, etc, kind):
    """A folder is there if the file was to be mounted into a container, and was missing."""
    server = start()
    path = etc.keep("nsswitch.conf")
    path.unlink()
    if kind == "folder":
        path.mkdir()
    else:
        with socket.socket(socket.AF_UNIX) as other:
            other.bind(str(path))
    try:
        server.ask_until("SERVFAIL", "v4only.lab")
        assert {rdtype: outcome(server, ("v4only.lab", rdtype)) for rdtype in NAMED
                } == dict.fromkeys(NAMED, "SERVFAIL")
        assert outcome(server, PTR) == "SERVFAIL"
    finally:
        if kind == "folder":
            path.rmdir()
        else:
            path.unlink()
        etc.restore()
    wait_for_right_answers(server)


EFFECTS = {"hosts": "the names there are not found",
           "nsswitch.conf": "its hosts: line is not followed",
           "resolv.conf": "its name servers are not asked"}


@pytest.mark.parametrize("name", EFFECTS)
def test_a_file_that_the_servers_user_may_not_read_is_told(start, etc, name):
    """Once for each time that it becomes so, because libc goes on as if there were none."""
    server = start()
    told = f"the server's user may not read /etc/{name}, so {EFFECTS[name]}\n"
    path = etc.keep(name)
    for count in 1, 2:
        path.chmod(0o600)
        wait_until(lambda count=count: outcome(server, ("a.example.test", "A"))
                   and server.errors().count(told) >= count, "the warning")
        outcome(server, ("b.example.test", "A"))
        assert server.errors().count(told) == count
        path.chmod(0o644)
        wait_for_right_answers(server)


@pytest.mark.parametrize("name", EFFECTS)
def test_a_file_in_a_folder_that_the_servers_user_may_not_search_is_told(
        start, etc, open_folder, name):
    server = start()
    told = f"the server's user may not read /etc/{name}, so {EFFECTS[name]}\n"
    path, moved = etc.keep(name), open_folder / name
    moved.write_bytes(path.read_bytes())
    open_folder.chmod(0o700)
    path.unlink()
    path.symlink_to(moved)
    wait_until(lambda: outcome(server, ("a.example.test", "A")) and told in server.errors(),
               "the warning")
    outcome(server, ("b.example.test", "A"))
    assert server.errors().count(told) == 1
    etc.restore()
    wait_for_right_answers(server)


def many_lines():
    return "".join(f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255} n{n}.many.lab\n"
                   for n in range(LINES)).encode()


HOSTS = {"a million lines": many_lines,
         "one line of 1 MiB": lambda: b"10.9.9.9 first.lab " + b"word " * (MEGABYTE // 5),
         "one word of 1 MiB": lambda: b"10.9.9.9 " + b"w" * MEGABYTE,
         "noise": lambda: noise(MEGABYTE)}


@pytest.mark.parametrize("kind", HOSTS)
def test_an_endless_hosts_file_makes_no_wrong_answer(start, etc, kind):
    """Its other lines count, in front and behind."""
    server = start()
    own = pathlib.Path("/etc/hosts").read_bytes()
    put(etc, "hosts", own + HOSTS[kind]() + b"\n10.0.7.7 last.lab\n")
    questions = {**RIGHT, ("last.lab", "A"): ["last.lab A 10.0.7.7"]}
    for question, right in questions.items():
        assert outcome(server, question) in (right, "SERVFAIL", None), question
    for question, right in questions.items():
        wait_until(lambda question=question, right=right: outcome(server, question) == right,
                   question, 60)
    etc.restore()
    assert server.ask_until("NXDOMAIN", "last.lab")
