"""The Debian package, under a real service manager: installed, upgraded, removed and purged."""

import json
import os
import pathlib
import pwd
import re
import subprocess

import pytest

from ask import Server
from conftest import run, service, wait_until
from load import Load
from tap import Capture, messages
from web import get

SERVICE, SOCKET = "hostdnsd.service", "hostdnsd.socket"
SERVER = Server("127.0.0.1", 5353)
FOUND = ["localhost A 127.0.0.1"]
CONF = pathlib.Path("/etc/hostdns.conf")
UNIT = pathlib.Path("/usr/lib/systemd/system") / SERVICE
WEB_PORT = 8053
LOGS = pathlib.Path("/var/log/hostdns")
TAP = LOGS / "messages.tap"
LOCAL, ASIDE = pathlib.Path("/usr/local"), pathlib.Path("/srv/local")
# What changes at any time, and what dpkg knows of packages that are not ours.
CHANGING = "/proc", "/sys", "/srv", "/tmp", "/root", "/var/log", "/var/tmp", "/var/cache", "/var/lib/dpkg"


def dpkg(*words):
    """What dpkg and the scripts of the package said; it must succeed."""
    done = subprocess.run(["dpkg", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout
    return done.stdout


def packages():
    """{version: file}, the lower version first."""
    found = {path.name.split("_")[1]: path
             for path in pathlib.Path(os.environ["PACKAGES"]).glob("hostdns_*.deb")}
    return dict(sorted(found.items(), key=lambda pair: len(pair[0])))


(FIRST, FIRST_FILE), (LATER, LATER_FILE) = packages().items()


def files():
    skipped = [word for path in CHANGING for word in ("-path", path, "-prune", "-o")]
    return set(run("find", "/", "-xdev", *skipped, "-print").splitlines())


def version_that_runs():
    return run("hostdnsctl", "status").split()[1].rstrip(",")


def main_pid():
    return int(service(SERVICE, "MainPID"))


@pytest.fixture(scope="module", autouse=True)
def nothing_in_usr_local():
    """Units and programs of `make install` would be used in place of those of the package."""
    run("cp", "-a", LOCAL, ASIDE)
    for path in LOCAL.iterdir():
        run("rm", "-r", path)
    run("systemctl", "daemon-reload")
    yield
    run("cp", "-a", f"{ASIDE}/.", LOCAL)
    run("systemctl", "daemon-reload")


@pytest.fixture(autouse=True)
def purged():
    yield
    dpkg("--purge", "hostdns")
    run("systemctl", "reset-failed")


@pytest.fixture
def installed():
    dpkg("--install", FIRST_FILE)


def configure(*lines):
    """A running server obeys."""
    CONF.write_text("".join(f"{line}\n" for line in lines))
    run("systemctl", "reload", SERVICE)


@pytest.fixture
def watched(installed):
    """Who asks what is shown on the page and written to a file."""
    configure(f"web = 127.0.0.1:{WEB_PORT}", f"dnstap = file:{TAP}")


def page(path):
    """It must be there."""
    status, _, body = get(WEB_PORT, path)
    assert status == 200
    return body


def taken_messages():
    """(messages of clients in the file, messages that were lost), once the server has ended."""
    lost = json.loads(run("hostdnsctl", "--json", "stats"))["dnstap-lost"]
    run("systemctl", "stop", SERVICE)
    return messages(TAP, "CQ", "CR"), lost


def test_it_answers_once_it_is_installed(installed):
    assert SERVER.ask("localhost").outcome == FOUND
    assert version_that_runs() == FIRST
    assert run("systemctl", "is-enabled", SERVICE) == "enabled\n"
    assert service(SOCKET, "ActiveState") == "inactive", "it takes the place of `listen`"
    assert int(service(SERVICE, "UID")) == pwd.getpwnam("hostdns").pw_uid


def test_its_configuration_is_read(installed):
    configure("name = new.test 10.0.0.9")
    assert SERVER.ask("new.test").outcome == ["new.test A 10.0.0.9"]


def test_the_page_shows_who_asks_what(watched):
    """All that it needs comes with the package, and the fence of the unit lets it."""
    assert page("/healthz") == "ok\n"
    assert FIRST in page("/")
    SERVER.ask("localhost")
    wait_until(lambda: '"localhost' in page("/questions"), "the question on the page")


def test_messages_are_written_to_the_folder_of_the_unit(watched):
    SERVER.ask("localhost")
    heard, lost = taken_messages()
    assert ([message.type for message in heard], lost) == (["CQ", "CR"], 0)
    assert b"\x09localhost\0" in heard[0].query and b"\x7f\0\0\1" in heard[1].response


def test_messages_are_given_to_a_reader_below_run(installed):
    folder = pathlib.Path("/run/readers")
    folder.mkdir()
    reader = Capture(folder)
    configure(f"dnstap = unix:{reader.socket}")
    SERVER.ask("localhost")
    run("systemctl", "stop", SERVICE)
    reader.end()
    assert [message.type for message in messages(reader.file)] == ["CQ", "CR"]
    run("rm", "-r", folder)


def test_an_upgrade_loses_no_question(installed):
    pid = main_pid()
    with Load(SERVER, ["localhost", "live-host"]):
        dpkg("--install", LATER_FILE)
        assert version_that_runs() == LATER
    assert main_pid() == pid


def test_an_upgrade_loses_no_question_while_the_server_is_watched(watched):
    """The page and its counters go on, and the file has each question with its answer."""
    pid = main_pid()
    with Load(SERVER, ["localhost", "live-host"]) as load:
        dpkg("--install", LATER_FILE)
        assert version_that_runs() == LATER
        assert page("/healthz") == "ok\n"
    assert main_pid() == pid
    assert LATER in page("/")
    asked = sum(load.asked.values())
    answered = re.findall(r"^hostdns_questions_total\{.*\} (\d+)$", page("/metrics"), re.M)
    assert sum(map(int, answered)) == asked
    heard, lost = taken_messages()
    assert 0 <= 2 * asked - len(heard) <= lost < 50


def test_an_upgrade_keeps_what_was_edited(installed):
    CONF.write_text("name = new.test 10.0.0.9\n")
    dpkg("--install", LATER_FILE)
    assert SERVER.ask("new.test").outcome == ["new.test A 10.0.0.9"]


def test_a_new_unit_needs_a_restart(installed):
    pid = main_pid()
    UNIT.write_text(UNIT.read_text().replace("TimeoutStopSec=10\n", "TimeoutStopSec=11\n"))
    run("systemctl", "daemon-reload")
    dpkg("--install", LATER_FILE)
    assert service(SERVICE, "TimeoutStopUSec") == "10s"
    assert main_pid() not in (0, pid)
    assert (version_that_runs(), SERVER.ask("localhost").outcome) == (LATER, FOUND)


def test_an_upgrade_that_refuses_the_configuration_lets_the_old_server_go_on(installed):
    pid = main_pid()
    CONF.write_text("ttl = five\n")
    assert "refuses to reload" in dpkg("--install", LATER_FILE)
    assert (main_pid(), version_that_runs()) == (pid, FIRST)
    assert SERVER.ask("localhost").outcome == FOUND
    CONF.write_text("")
    run("systemctl", "reload", SERVICE)
    assert version_that_runs() == LATER


def test_what_an_administrator_has_disabled_is_not_started(installed):
    run("systemctl", "disable", "--now", SERVICE)
    dpkg("--install", LATER_FILE)
    assert service(SERVICE, "ActiveState") == "inactive"


def test_a_removal_closes_the_managers_socket_before_it_stops_the_service(installed):
    """Otherwise a question between the two would start the service again."""
    run("systemctl", "stop", SERVICE)
    run("systemctl", "enable", "--now", SOCKET)
    assert SERVER.send("localhost").reply(30).outcome == FOUND
    dpkg("--remove", "hostdns")
    said = run("journalctl", "--output=cat", f"--unit={SOCKET}", f"--unit={SERVICE}").splitlines()
    ends = [line.split()[0] for line in said if line.startswith(("Closed ", "Stopped "))]
    assert ends[-2:] == ["Closed", "Stopped"]
    assert run("ss", "-Hln", "-A", "udp,tcp", "src", "127.0.0.1:5353") == ""


def test_removed_it_leaves_its_configuration_and_purged_it_leaves_nothing():
    before = files()
    dpkg("--install", FIRST_FILE)
    configure(f"dnstap = file:{TAP}")
    assert SERVER.ask("localhost").outcome == FOUND
    dpkg("--remove", "hostdns")
    assert CONF.exists() and TAP.exists() and not UNIT.exists()
    assert service(SERVICE, "ActiveState") == "inactive"
    assert not pathlib.Path("/run/hostdns").exists()
    dpkg("--purge", "hostdns")
    assert files() - before == set()
    assert not LOGS.is_symlink() and not list(pathlib.Path("/var/log").rglob("hostdns*"))
    assert not list(pathlib.Path("/var/lib/dpkg/info").glob("hostdns*"))
    assert pwd.getpwnam("hostdns"), "Debian keeps users, whose files may be anywhere"
