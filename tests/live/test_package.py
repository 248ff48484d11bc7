"""The Debian package, under a real service manager: installed, upgraded, removed and purged."""

import os
import pathlib
import pwd
import subprocess

import pytest

from ask import Server
from conftest import run, service
from load import Load

SERVICE, SOCKET = "hostdnsd.service", "hostdnsd.socket"
SERVER = Server("127.0.0.1", 5353)
FOUND = ["localhost A 127.0.0.1"]
CONF = pathlib.Path("/etc/hostdns.conf")
UNIT = pathlib.Path("/usr/lib/systemd/system") / SERVICE
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


def test_it_answers_once_it_is_installed(installed):
    assert SERVER.ask("localhost").outcome == FOUND
    assert version_that_runs() == FIRST
    assert run("systemctl", "is-enabled", SERVICE) == "enabled\n"
    assert service(SOCKET, "ActiveState") == "inactive", "it takes the place of `listen`"
    assert int(service(SERVICE, "UID")) == pwd.getpwnam("hostdns").pw_uid


def test_its_configuration_is_read(installed):
    CONF.write_text("name = new.test 10.0.0.9\n")
    run("systemctl", "reload", SERVICE)
    assert SERVER.ask("new.test").outcome == ["new.test A 10.0.0.9"]


def test_an_upgrade_loses_no_question(installed):
    pid = main_pid()
    with Load(SERVER, ["localhost", "live-host"]):
        dpkg("--install", LATER_FILE)
        assert version_that_runs() == LATER
    assert main_pid() == pid


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
    assert CONF.exists() and SERVER.ask("localhost").outcome == FOUND
    dpkg("--remove", "hostdns")
    assert CONF.exists() and not UNIT.exists()
    assert service(SERVICE, "ActiveState") == "inactive"
    assert not pathlib.Path("/run/hostdns").exists()
    dpkg("--purge", "hostdns")
    assert files() - before == set()
    assert not list(pathlib.Path("/var/lib/dpkg/info").glob("hostdns*"))
    assert pwd.getpwnam("hostdns"), "Debian keeps users, whose files may be anywhere"
