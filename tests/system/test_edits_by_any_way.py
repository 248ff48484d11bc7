"""/etc/hosts leads through links, folders and mounts to a file; whatever of these changes, the
answers follow within a second, though they are kept. inotify tells at once what it can tell;
mounts it cannot, and the server sees all of it without inotify, too."""

import contextlib
import os
import pathlib
import subprocess
import time

import pytest

import way
from ask import gather
from daemon import PROGRAM, WITHOUT_INOTIFY, Daemon, wait_until

NAME = "a.example.test"
FROM_DNS = [f"{NAME} A 192.0.2.1"]
HOSTS = pathlib.Path("/etc/hosts")
RUN = pathlib.Path("/run/way")
OPTIONS = ("-o", "cache-size=16777216", "-o", "ttl=300")


@pytest.fixture(scope="module", params=["inotify", "no inotify"])
def server(request):
    how = {"program": WITHOUT_INOTIFY} if request.param == "no inotify" else {}
    daemon = Daemon(*OPTIONS, **how)
    daemon.way = request.param
    yield daemon
    daemon.stop()


@pytest.fixture(autouse=True)
def back(etc):
    etc.old["hosts"] = HOSTS.read_text()
    for name in "resolv.conf", "nsswitch.conf":
        etc.old[name] = pathlib.Path("/etc", name).read_text()
    etc.old["gai.conf"] = None
    yield
    run(f"rm -rf {RUN} /etc/static /etc/s1 /etc/s2")
    for name in etc.old:
        pathlib.Path("/etc", name).unlink(missing_ok=True)


def run(command):
    subprocess.run(command, shell=True, check=True)


def line(number):
    return f"10.0.4.{number} {NAME}\n"


def says(number):
    return [f"{NAME} A 10.0.4.{number}"]


def put(path, number):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(line(number))


def lead(link, target):
    """The link is there, or leads elsewhere from now on, in one step."""
    new = link.with_name("new.link")
    new.symlink_to(target)
    new.replace(link)


# Each is a generator of (what has just been done, what is true since).

def a_folder_among_the_links():
    """As NixOS has /etc/static, and Kubernetes ..data in a config map."""
    put(pathlib.Path("/etc/s1/hosts"), 1)
    put(pathlib.Path("/etc/s2/hosts"), 2)
    lead(pathlib.Path("/etc/static"), "s1")
    lead(HOSTS, "static/hosts")
    yield "link made", says(1)
    lead(pathlib.Path("/etc/static"), "s2")
    yield "folder switched", says(2)
    lead(pathlib.Path("/etc/static"), "s1")
    yield "folder switched back", says(1)


def a_folder_that_comes_later():
    lead(HOSTS, RUN / "x/hosts")
    yield "dangling link", FROM_DNS
    put(RUN / "x/hosts", 1)
    yield "folder came", says(1)
    run(f"rm -r {RUN}")
    yield "folder removed", FROM_DNS
    put(RUN / "x/hosts", 2)
    yield "folder made again", says(2)
    (RUN / "x").rename(RUN / "y")
    yield "folder renamed", FROM_DNS
    (RUN / "y").rename(RUN / "x")
    yield "folder back", says(2)


def a_chain_of_links():
    put(RUN / "a/hosts", 1)
    put(RUN / "b/hosts", 2)
    (RUN / "b/in").mkdir()
    lead(RUN / "four", "a/hosts")
    lead(RUN / "three", f"{RUN}/./four")
    lead(RUN / "a/two", "../three")
    lead(HOSTS, f"../run/way/b/../a/two")
    yield "chain made", says(1)
    lead(RUN / "four", "b/hosts")
    yield "last link of a chain", says(2)
    lead(RUN / "a/two", f"{RUN}/a/hosts")
    yield "first link of a chain", says(1)
    lead(RUN / "down", "b/in")
    lead(RUN / "a/two", f"{RUN}/down/../hosts")
    yield "a folder above a link's", says(2)


def a_mount_over_the_file():
    run("rm /etc/hosts; touch /etc/hosts")
    yield "empty file", FROM_DNS
    put(RUN / "hosts", 1)
    run(f"mount --bind {RUN}/hosts /etc/hosts")
    try:
        yield "file mounted over it", says(1)
        put(RUN / "hosts", 2)
        yield "mounted file written", says(2)
    finally:
        run("umount /etc/hosts")
    yield "mount taken away", FROM_DNS


def a_mount_over_the_folder():
    put(RUN / "hosts", 1)
    lead(HOSTS, RUN / "hosts")
    yield "link made", says(1)
    run(f"mount -t tmpfs test {RUN}")
    try:
        yield "file system mounted over the folder", FROM_DNS
        put(RUN / "hosts", 2)
        yield "file made on it", says(2)
    finally:
        run(f"umount {RUN}")
    yield "file system taken away", says(1)


def note(server, stats, what, outcome):
    """Waits for the answer, and until it is kept, so that the next change has to be seen. How
    long it took is printed; a promise it cannot be, for the machine may be busy."""
    begun = time.monotonic()
    server.ask_until(outcome, NAME)
    stats[f"ms until seen with {server.way}, {what}"] = round((time.monotonic() - begun) * 1000)
    keep(server)


def keep(server):
    wait_until(lambda: way.of(server.ask(NAME, edns=True, options=[way.ASK])).serve.how in
               ("cache", "failure"), "an answer that is kept")


@pytest.mark.parametrize("change", [a_folder_among_the_links, a_folder_that_comes_later,
                                 a_chain_of_links, a_mount_over_the_file,
                                 a_mount_over_the_folder])
def test_the_hosts_file(server, stats, change):
    server.ask_until(FROM_DNS, NAME)
    keep(server)
    with contextlib.closing(change()) as steps:
        for what, outcome in steps:
            note(server, stats, f"{change.__name__}: {what}", outcome)


def test_name_servers_behind_a_link(server, stats):
    """As resolvconf has it. Without the file it is the one of this host, which knows the name."""
    server.ask_until(FROM_DNS, NAME)
    lead(pathlib.Path("/etc/resolv.conf"), f"..{RUN}/resolv.conf")
    server.ask_until(FROM_DNS, NAME)
    keep(server)
    RUN.mkdir()
    (RUN / "resolv.conf").write_text("nameserver 127.0.0.9\n")
    note(server, stats, "resolv.conf: folder came", "SERVFAIL")
    run(f"rm -r {RUN}")
    note(server, stats, "resolv.conf: folder removed", FROM_DNS)


def test_sources_behind_a_link(server, stats):
    """All of /etc/static is switched at once, as NixOS does; here the sources are others."""
    old = pathlib.Path("/etc/nsswitch.conf").read_text()
    for folder, text in ("s1", old), ("s2", "hosts: files\n"):
        pathlib.Path("/etc", folder).mkdir()
        pathlib.Path("/etc", folder, "nsswitch.conf").write_text(text)
    lead(pathlib.Path("/etc/static"), "s1")
    lead(pathlib.Path("/etc/nsswitch.conf"), "static/nsswitch.conf")
    server.ask_until(FROM_DNS, NAME)
    keep(server)
    lead(pathlib.Path("/etc/static"), "s2")
    note(server, stats, "nsswitch.conf: folder switched", "NXDOMAIN")
    lead(pathlib.Path("/etc/static"), "s1")
    note(server, stats, "nsswitch.conf: folder switched back", FROM_DNS)


@pytest.mark.parametrize("name", ["hosts", "resolv.conf", "nsswitch.conf"])
@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")],
                         ids=["FIFO", "device"])
def test_what_never_ends_in_the_place_of_a_file(server, make, name):
    """libc would read for ever. What is asked meanwhile is answered in time, and nothing of it
    stays when the file is back."""
    path = pathlib.Path("/etc", name)
    text = path.read_text()
    path.unlink()
    make(path)
    for _ in range(2):
        gather([server.send(f"n{number}.example.test") for number in range(50)])
        gather([server.send(f"10.{number}.0.10.in-addr.arpa", "PTR") for number in range(50)])
    new = path.with_name("new")
    new.write_text(text)
    new.replace(path)
    server.ask_until(FROM_DNS, NAME)
    server.ask_until(["v4only.lab A 10.0.0.4"], "v4only.lab")


def test_what_libc_reads_once_behind_a_link(server):
    """New processes read it."""
    for folder in "s1", "s2":
        pathlib.Path("/etc", folder).mkdir()
        pathlib.Path("/etc", folder, "gai.conf").write_text(f"# {folder}\n")
    before = server.errors().count("reloaded")
    lead(pathlib.Path("/etc/static"), "s1")
    lead(pathlib.Path("/etc/gai.conf"), "static/gai.conf")
    wait_until(lambda: server.errors().count("reloaded") == before + 1, "new processes")
    lead(pathlib.Path("/etc/static"), "s2")
    wait_until(lambda: server.errors().count("reloaded") == before + 2, "newer ones")


def test_a_mount_that_reaches_the_view_of_the_server(start):
    """A service has mounts of its own, which follow those of the host."""
    run("mount --make-shared /etc")
    try:
        server = start(*OPTIONS, program=["unshare", "--mount", "--propagation", "slave", PROGRAM])
        server.ask_until(FROM_DNS, NAME)
        keep(server)
        put(RUN / "hosts", 1)
        run(f"mount --bind {RUN}/hosts /etc/hosts")
        try:
            server.ask_until(says(1), NAME)
            keep(server)
        finally:
            run("umount /etc/hosts")
        server.ask_until(FROM_DNS, NAME)
    finally:
        run("mount --make-private /etc")


def test_that_inotify_is_away_is_told_once_by_each_program(server):
    told = server.errors().count("edits are seen within a second only")
    assert told == (1 + server.errors().count("reloaded") if server.way == "no inotify" else 0)
