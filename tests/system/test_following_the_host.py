"""Edits of the host's files and changes of its addresses count at once, though answers are
kept: the next question, at most a second later, has the new answer, and nothing is lost."""

import contextlib
import itertools
import os
import pathlib
import re
import threading
import time

import pytest

from daemon import wait_until
from load import Load
from network import ip

NAME = "a.example.test"
FROM_DNS = [f"{NAME} A 192.0.2.1"]
FROM_HOSTS = [f"{NAME} A 10.0.4.1"]
LINE = f"10.0.4.1 {NAME}\n"
ETC = pathlib.Path("/etc")
FLIPS = 300  # so many that a fault shows
SERVER_OPTIONS = "-o", "cache-size=16777216", "-o", "ttl=300"


@contextlib.contextmanager
def steady(server, stats, names):
    """Questions for other names all the time, so that an edit meets some under way."""
    with Load(server, names) as load:
        yield
    stats["questions during edits, none of them lost"] += sum(load.asked.values())


@pytest.fixture
def load(server, stats):
    with steady(server, stats, ["v4only.lab", "both.example.test", "a.example.test"]):
        yield


@pytest.fixture
def local_load(server, stats):
    """For edits by which names of DNS come and go."""
    with steady(server, stats, ["v4only.lab", "localhost"]):
        yield


def seen_within(server, outcome, *question):
    """Seconds until the answer is this one; the promise is one second."""
    begun = time.monotonic()
    server.ask_until(outcome, *question)
    return time.monotonic() - begun


def in_place(path, text):
    """Over what is there: if it were empty for a moment, that would be true as well."""
    with path.open("r+") as file:
        file.write(text)
        file.truncate()


def by_rename(path, text):
    new = path.with_name("new.tmp")
    new.write_text(text)
    new.replace(path)


def by_link(path, text):
    """The file becomes, or is, a symbolic link, which is switched to another file."""
    target = pathlib.Path(f"/run/{path.name}.{time.monotonic_ns()}")
    target.write_text(text)
    link = path.with_name("new.link")
    link.symlink_to(target)
    link.replace(path)


WAYS = [in_place, by_rename, by_link]


@pytest.fixture
def back(etc):
    """Real files again, as they were; for a moment there are none, so a load ends before."""
    etc.old.update({name: (ETC / name).read_text() for name in
                    ("hosts", "nsswitch.conf", "resolv.conf", "host.conf")})
    yield
    for name in etc.old:
        if (ETC / name).is_symlink():
            (ETC / name).unlink()


def note(stats, what, seconds):
    stats[f"ms until seen: {what}"] = round(seconds * 1000)


@pytest.mark.row("9.7")
@pytest.mark.parametrize("change", WAYS)
def test_a_line_added_changed_and_removed_in_hosts(server, back, load, stats, change):
    hosts = ETC / "hosts"
    old = hosts.read_text()
    server.ask_until(FROM_DNS, NAME)
    change(hosts, old + LINE)
    note(stats, f"hosts, line added {change.__name__}", seen_within(server, FROM_HOSTS, NAME))
    change(hosts, old + LINE.replace("10.0.4.1", "10.0.4.2"))
    note(stats, f"hosts, line changed {change.__name__}",
         seen_within(server, [f"{NAME} A 10.0.4.2"], NAME))
    change(hosts, old)
    note(stats, f"hosts, line removed {change.__name__}", seen_within(server, FROM_DNS, NAME))


def test_a_name_that_was_missing_just_before(server, back, load, stats):
    assert server.ask("new.example.test").outcome == "NXDOMAIN"
    in_place(ETC / "hosts", (ETC / "hosts").read_text() + "10.0.4.3 new.example.test\n")
    note(stats, "hosts, name that was NXDOMAIN",
         seen_within(server, ["new.example.test A 10.0.4.3"], "new.example.test"))


def test_the_parent_of_a_name_that_goes(server, back):
    """It exists as long as there is a name below it, and not longer."""
    hosts = ETC / "hosts"
    old = hosts.read_text()
    seen = len(changes(server, "hosts"))
    in_place(hosts, old + "10.0.4.9 deep.parent.example.test\n")
    wait_until(lambda: len(changes(server, "hosts")) > seen, "the edit to be over")
    assert server.ask("deep.parent.example.test").outcome == ["deep.parent.example.test A 10.0.4.9"]
    assert server.ask("parent.example.test").outcome == "NODATA"
    in_place(hosts, old)
    server.ask_until("NXDOMAIN", "deep.parent.example.test")
    server.ask_until("NXDOMAIN", "parent.example.test")


@pytest.mark.row("9.6")
@pytest.mark.parametrize("change", WAYS)
def test_another_name_server(server, back, local_load, stats, change):
    """One that knows nothing, and back."""
    server.ask_until(FROM_DNS, NAME)
    old = (ETC / "resolv.conf").read_text()
    change(ETC / "resolv.conf", "nameserver 127.0.0.9\n")
    note(stats, f"resolv.conf {change.__name__}", seen_within(server, "SERVFAIL", NAME))
    change(ETC / "resolv.conf", old)
    seen_within(server, FROM_DNS, NAME)


@pytest.mark.parametrize("change", WAYS)
def test_other_sources(server, back, local_load, stats, change):
    server.ask_until(FROM_DNS, NAME)
    old = (ETC / "nsswitch.conf").read_text()
    change(ETC / "nsswitch.conf", "hosts: files\n")
    note(stats, f"nsswitch.conf {change.__name__}", seen_within(server, "NXDOMAIN", NAME))
    change(ETC / "nsswitch.conf", old)
    seen_within(server, FROM_DNS, NAME)


def test_a_file_that_goes_and_comes(server, back, stats):
    server.ask_until(["v4only.lab A 10.0.0.4"], "v4only.lab")
    old = (ETC / "hosts").read_text()
    (ETC / "hosts").unlink()
    note(stats, "hosts removed", seen_within(server, "NXDOMAIN", "v4only.lab"))
    (ETC / "hosts").write_text(old)
    note(stats, "hosts created", seen_within(server, ["v4only.lab A 10.0.0.4"], "v4only.lab"))


@pytest.mark.parametrize("what", ["address", "route"])
def test_the_network_is_followed(server, local_load, stats, name_server, etc, what):
    """A VPN that comes up, and with it a name server that was out of reach; then it goes."""
    etc.write("resolv.conf", "nameserver 10.98.0.1\noptions timeout:1 attempts:1\n")
    name = f"{what}.vpn.test"
    seen_within(server, "SERVFAIL", name)
    change = {"address": "10.98.0.1/32", "route": "local 10.98.0.1/32"}[what]
    ip(f"{what} add {change} dev lo")
    try:
        name_server("10.98.0.1", lambda packet: packet.reply("192.0.2.9"))
        note(stats, f"{what} that came", seen_within(server, [f"{name} A 192.0.2.9"], name))
    finally:
        ip(f"{what} del {change} dev lo")
    note(stats, f"{what} that went", seen_within(server, "SERVFAIL", name))


def test_host_conf_by_effect(server, back, local_load, stats):
    """libc reads it once: the processes are replaced."""
    hosts = ETC / "hosts"
    in_place(hosts, hosts.read_text() + "10.0.5.1 many.lab\n10.0.5.2 many.lab\n")
    both = ["many.lab A 10.0.5.1", "many.lab A 10.0.5.2"]
    server.ask_until(both, "many.lab")
    by_rename(ETC / "host.conf", "multi off\n")
    note(stats, "host.conf", seen_within(server, both[:1], "many.lab"))
    by_rename(ETC / "host.conf", "multi on\n")
    note(stats, "host.conf, back", seen_within(server, both, "many.lab"))


def test_gai_conf_by_effect(server, back, local_load, stats):
    """Which address comes first."""
    hosts = ETC / "hosts"
    in_place(hosts, hosts.read_text() + "10.0.6.1 order.lab\n172.16.6.1 order.lab\n")
    server.ask_until(["order.lab A 10.0.6.1", "order.lab A 172.16.6.1"], "order.lab")
    (ETC / "gai.conf").write_text("precedence ::ffff:172.16.0.0/108 100\n"
                                  "precedence ::ffff:0:0/96 10\n")
    note(stats, "gai.conf", seen_within(server, ["order.lab A 172.16.6.1",
                                                 "order.lab A 10.0.6.1"], "order.lab"))
    (ETC / "gai.conf").unlink()
    note(stats, "gai.conf, removed", seen_within(server, ["order.lab A 10.0.6.1",
                                                          "order.lab A 172.16.6.1"], "order.lab"))


def test_an_address_that_comes_and_goes_is_noticed(start):
    """It may decide the order of addresses, or which name server can be reached."""
    server = start()
    lines = len(changes(server, "addresses or routes"))
    ip("address add 10.99.0.1/32 dev lo")
    ip("address del 10.99.0.1/32 dev lo")
    wait_until(lambda: len(changes(server, "addresses or routes")) > lines, "a line in the log")


def changes(server, what):
    return [line for line in server.errors().splitlines() if re.search(f"{what}.* changed", line)]


@pytest.mark.parametrize("name", ["hosts", "nsswitch.conf", "resolv.conf", "host.conf",
                                  "gai.conf"])
def test_each_edit_is_one_line_in_the_log(start, back, name):
    server = start()
    path = ETC / name
    before = len(changes(server, name))
    reloads = server.errors().count("reloaded")
    old = path.read_text() if path.exists() else None
    by_rename(path, (old or "") + "# edited\n")
    wait_until(lambda: len(changes(server, name)) == before + 1, "a line in the log")
    if name in ("host.conf", "gai.conf"):  # no edit is seen at the moment of the replacement
        wait_until(lambda: server.errors().count("reloaded") > reloads, "new processes")
    if old is None:
        os.unlink(path)
    else:
        by_rename(path, old)
    wait_until(lambda: len(changes(server, name)) == before + 2, "another one")


def test_an_answer_that_was_under_way_is_not_kept(server, back, upstream, fresh):
    """It was found before the edit and arrives behind it."""
    in_place(ETC / "resolv.conf", "nameserver 127.0.0.2\noptions timeout:3\n")
    name = fresh("qslow1-ok")
    pending = server.send(name)
    wait_until(lambda: upstream.asked(name).get("A") == 1, "the question upstream")
    in_place(ETC / "hosts", (ETC / "hosts").read_text() + f"10.0.4.4 {name}\n")
    server.ask_until([f"{name} A 10.0.4.4"], name)
    pending.reply()
    assert server.ask(name).outcome == [f"{name} A 10.0.4.4"]


def test_a_line_that_is_edited_while_a_name_server_is_asked_denies_no_name(
        start, etc, name_server):
    """The one line says that DNS is asked first, the other that the hosts file is; by either of
    them the name is there."""
    one = name_server("127.0.23.9", lambda packet: None)
    etc.write("resolv.conf", f"nameserver {one.address}\noptions timeout:4 attempts:1\n")
    etc.write("nsswitch.conf", "hosts: dns files\n")
    server = start()
    pending = server.send("v4only.lab", "AAAA")
    packet = one.wait_for(1)[0]
    etc.write("nsswitch.conf", "hosts: files dns\n")
    one.answer = lambda packet: packet.nxdomain()
    one.send(packet, packet.nxdomain())
    assert pending.reply().outcome == "NODATA"


@pytest.fixture
def lines_that_change(etc):
    """The hosts: line is another one all the time, and nothing that was read of the hosts file
    is believed, so libc is asked for each name."""
    lines = itertools.cycle(["hosts: files dns\n", "hosts: dns files\n"])
    over = threading.Event()

    def flip():
        while not over.is_set():
            etc.write("nsswitch.conf", next(lines))
            time.sleep(0.0005)  # not to take the processor from the server

    hosts = ETC / "hosts"
    before = hosts.read_text()
    etc.hosts_are_of_the_future = True
    etc.write("hosts", before)
    thread = threading.Thread(target=flip)
    thread.start()
    yield
    over.set()
    thread.join()
    etc.hosts_are_of_the_future = False
    etc.write("hosts", before)


@pytest.mark.usefixtures("lines_that_change")
def test_lines_that_are_edited_while_libc_is_asked_deny_no_name(start):
    """Each is right: by either line DNS is asked for a name that the hosts file does not have."""
    server = start()
    for number in range(FLIPS):
        name = f"n{number}.wild.example.test"
        assert server.ask(name, "CAA").outcome == "NODATA"


@pytest.mark.parametrize("line", ["files dns", "files myhostname dns", "files"])
def test_an_answer_of_the_hosts_file_is_as_old_as_the_file(start, etc, line):
    """Nothing is kept for clients (ttl 0); lookup keeps what it has read, and asks each time
    whether the file is still the same."""
    etc.keep("hosts")
    etc.write("nsswitch.conf", f"hosts: {line}\n")
    server = start("-o", "ttl=0", "-o", "negative-ttl=0")
    for number in range(30):
        address, gone = f"10.7.0.{number + 100}", f"n{number}.kept.lab"
        # Each way to change a file; as long as the one before, and sometimes not at rest.
        change = (in_place, etc_write)[number % 2]
        change(ETC / "hosts", f"{address} one.kept.lab alias.kept.lab\n{address} {gone:16}\n")
        if number % 3 == 0:
            etc.rest("hosts")
        for _ in range(3):
            assert server.ask("one.kept.lab").outcome == [f"one.kept.lab A {address}"]
            assert server.ask("alias.kept.lab").answer[-1] == f"one.kept.lab A {address}"
            assert server.ask("one.kept.lab", "AAAA").outcome == "NODATA"
            assert server.ask(gone).outcome == [f"{gone} A {address}"]
            assert server.ask(f"n{number - 1}.kept.lab").outcome == "NXDOMAIN"
            reverse = ".".join(reversed(address.split("."))) + ".in-addr.arpa"
            assert server.ask(reverse, "PTR").outcome == [f"{reverse} PTR one.kept.lab"]


def etc_write(path, text):
    new = path.with_name("hosts.new")
    new.write_text(text)
    new.replace(path)
