"""What is not needed to answer questions may be missing, at the start and on a reload: that is
one line in the log and one in the status, everything else goes on, and a reload tries again.
preload/refuse.c takes away what the kernel gives."""

import fcntl
import json
import os
import pathlib
import re
import socket
import subprocess

import pytest

from conftest import make_open_folder
from daemon import PROGRAM, Daemon, wait_until
from load import Load

CTL = PROGRAM.with_name("hostdnsctl")
SOURCE = pathlib.Path(__file__).parents[2]
NAMES = ["v4only.lab", "both.example.test", "a.example.test"]

REFUSED = {  # by refuse.c: the facility, and what it means that it is missing
    "inotify": ("inotify", "no inotify: edits are seen within a second only: "
                           "Too many open files"),
    "watches": ("inotify", "no more inotify watches: some edits are seen within a second "
                           "only (raise fs.inotify.max_user_watches)"),
    "netlink": ("netlink", "no netlink: changes of addresses and routes are not noticed: "
                           "Address family not supported by protocol"),
    "sockets": ("sockets", "other users' sockets at the server's addresses are not noticed: "
                           "Address family not supported by protocol"),
    "counters": ("counters", "counters will start from 0 at each reload: Too many open files"),
    "filter": ("filter", "this process runs without a filter of system calls: Invalid argument"),
}
ALL = [row for word, row in REFUSED.items() if word != "watches"]


@pytest.fixture(scope="module")
def library():
    built = make_open_folder() / "refuse.so"
    subprocess.run([os.environ.get("CC", "cc"), "-std=gnu11", "-shared", "-fPIC", "-O1", "-o",
                    built, pathlib.Path(__file__).parent / "preload/refuse.c"], check=True)
    return built


@pytest.fixture
def path(open_folder):
    open_folder.chmod(0o777)
    return open_folder / "control"


class Kernel:
    """What it refuses, from now on."""

    def __init__(self, library, page):
        self.page = page
        page.write_bytes(bytes(4096))
        self.env = {"LD_PRELOAD": str(library), "REFUSED": str(page)}

    def refuses(self, *words):
        with self.page.open("r+b") as file:
            file.write(" ".join(words).encode().ljust(4096, b"\0"))


@pytest.fixture
def kernel(library, open_folder):
    return Kernel(library, open_folder / "refused")


def ask_status(path, *words):
    return subprocess.run([CTL, "-s", path, *words, "status"], capture_output=True, text=True,
                          check=True).stdout


def status(path):
    return json.loads(ask_status(path, "--json"))


def missing(path):
    """[(facility, text)], in JSON and in lines alike."""
    rows = [(row["facility"], row["text"]) for row in status(path)["missing"]]
    assert rows == re.findall(r"^missing: (\w+), (.*)$", ask_status(path), re.M)
    return rows


def lines(server):
    """Those of what is missing."""
    texts = {text for _, text in REFUSED.values()}
    return [line for line in server.errors().splitlines()
            if line.partition(": ")[2] in texts]


def start_refused(start, kernel, path):
    """At an address that a multicast DNS responder may share, so others' sockets matter."""
    return start("-o", f"control={path}", "-o", "cache-size=16777216", "-o", "ttl=300",
                 listen="127.0.0.1:5353", env=kernel.env)


def an_edit_is_seen(server, etc, number):
    etc.write("hosts", f"10.0.0.4 v4only.lab\n10.0.9.{number} edited.lab\n")
    server.ask_until([f"edited.lab A 10.0.9.{number}"], "edited.lab")


@pytest.mark.parametrize("word", REFUSED)
def test_each_may_be_missing(start, kernel, path, etc, word):
    kernel.refuses(word)
    server = start_refused(start, kernel, path)
    with Load(server, NAMES):
        assert missing(path) == [REFUSED[word]]
        assert len(lines(server)) == 1
        an_edit_is_seen(server, etc, 1)
        kernel.refuses()
        server.reload()
        assert missing(path) == [] or word == "filter"  # the children that retire lack it still
        an_edit_is_seen(server, etc, 2)
        for number in 2, 3:  # a reload that takes it away, and one more
            kernel.refuses(word)
            server.reload()
            if word == "counters":  # a reload finds them as they are
                assert missing(path) == []
            elif word == "filter":  # the supervisor has it, and the children have not
                text = "children run without a filter of system calls; see the log"
                assert missing(path) == [("filter", text)]
            else:
                assert missing(path) == [REFUSED[word]]
                # The process from before may have looked once more, found them and lost them.
                assert len(lines(server)) == number or word in ("watches", "sockets")
            an_edit_is_seen(server, etc, number + 1)


def test_all_may_be_missing_at_once(start, kernel, path, etc):
    kernel.refuses(*REFUSED)
    server = start_refused(start, kernel, path)
    with Load(server, NAMES):
        assert sorted(missing(path)) == sorted(ALL)
        an_edit_is_seen(server, etc, 1)
        server.reload()
        assert sorted(missing(path)) == sorted(ALL)
        an_edit_is_seen(server, etc, 2)


def test_watches_that_run_out_while_it_runs_are_told_once(start, kernel, path, etc):
    server = start_refused(start, kernel, path)
    kernel.refuses("watches")
    for number in range(3):
        an_edit_is_seen(server, etc, number)
    wait_until(lambda: status(path)["missing"], "the look that finds it")
    assert missing(path) == [REFUSED["watches"]]
    assert len(lines(server)) == 1
    kernel.refuses()
    an_edit_is_seen(server, etc, 4)
    wait_until(lambda: not status(path)["missing"], "the look that has them again")


def test_counters_go_on_without_a_page_of_their_own(start, kernel, path):
    """All processes count, but a reload begins anew."""
    kernel.refuses("counters")
    server = start_refused(start, kernel, path)

    def questions():
        stats = subprocess.run([CTL, "-s", path, "stats"], capture_output=True, text=True,
                               check=True).stdout
        return int(re.search(r"^questions-udp +(\d+)$", stats, re.M)[1])

    for _ in range(10):
        server.ask("v4only.lab")
    wait_until(lambda: questions() == 10, "the last one")
    server.reload()
    assert questions() == 0


def test_the_control_socket(start, open_folder, path):
    """In a folder that is not there yet, and then where a file is in the way."""
    path = open_folder / "later/control"
    conf = open_folder / "hostdns.conf"
    conf.write_text(f"control = {path}\n")
    server = start("-c", str(conf))
    with Load(server, NAMES):
        assert server.errors() == (
            f"hostdnsd: no control socket at {path}: No such file or directory; hostdnsctl "
            "cannot reach this server (-o control=PATH chooses another place)\n")
        path.parent.mkdir()
        path.parent.chmod(0o777)
        server.reload()
        assert missing(path) == []
        other = open_folder / "taken"
        other.write_text("precious")
        conf.write_text(f"control = {other}\n")
        server.reload()
        text = f"no control socket at {other}: File exists; it stays where it was"
        assert missing(path) == [("control", text)]
        assert server.errors().count(text) == 1
        assert other.read_text() == "precious"


def test_a_service_manager(start, open_folder, path):
    """That is not there, comes, and goes."""
    at = open_folder / "notify"
    text = "the service manager cannot be reached: "
    server = start("-o", f"control={path}", env={"NOTIFY_SOCKET": str(at)})
    with Load(server, NAMES), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        wait_until(lambda: text in server.errors(), "the line")
        assert missing(path) == [("notify", f"{text}No such file or directory")]
        manager.bind(str(at))
        at.chmod(0o777)
        server.reload()
        assert missing(path) == []
        manager.close()
        server.reload()
        assert missing(path) == [("notify", f"{text}Connection refused")]
        assert server.errors().count(text) == 2


def test_the_log(path):
    """A pipe that is full from the start, and is read later."""
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    os.write(writer, b"x" * 4096)
    server = Daemon("-o", f"control={path}", pass_fds=(writer,),
                    program=["bash", "-c", f'exec "$@" 2>&{writer}', "bash", PROGRAM])
    try:
        with Load(server, NAMES):
            subprocess.run([CTL, "-s", path, "reload"], check=True)
            wait_until(lambda: status(path)["missing"], "the line of the reload, which is lost")
            assert missing(path) == [("log", "nobody reads it; lines lost so far: 1")]
            os.read(reader, 4096)
            subprocess.run([CTL, "-s", path, "reload"], check=True)
            assert missing(path) == []
        server.stop()
    finally:
        if not server.stopped:
            server.kill()
        os.close(reader)
        os.close(writer)


def test_the_manual_names_each():
    table = (SOURCE / "include/daemon/facilities.h").read_text()
    page = (SOURCE / "src/ctl/hostdnsctl.8").read_text()
    listed = page.partition(".Sh MISSING FACILITIES")[2].partition(".Sh")[0]
    assert re.findall(r"ROW\(\w+, \"(\w+)\"\)", table) == re.findall(r"^\.It Cm (\w+)$", listed,
                                                                       re.M)
