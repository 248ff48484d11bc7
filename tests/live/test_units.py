"""The service and the socket unit, under a real service manager."""

import os
import pathlib
import re
import signal
import subprocess

import pytest

from ask import Server
from conftest import edited, run, service, wait_until

SERVICE, SOCKET = "hostdnsd.service", "hostdnsd.socket"
RUN = pathlib.Path("/run/hostdns")
OPTIONS, CONF = "/etc/default/hostdnsd", "/etc/hostdns.conf"
SERVER = Server("127.0.0.1", 5353)
FOUND = ["localhost A 127.0.0.1"]
ENOUGH = 3000  # questions, each a line


def systemctl(*words):
    return subprocess.run(["systemctl", *words], timeout=60, check=False).returncode


@pytest.fixture(autouse=True)
def nothing_is_left():
    yield
    assert systemctl("stop", SOCKET, SERVICE) == 0
    assert service(SERVICE, "ActiveState") == "inactive", "it ended as it should"
    assert (RUN.exists(), processes(), open_ports()) == (False, {}, [])


def open_ports():
    """[(protocol, address)] of what is bound to our port or to port 53 of 127.0.0.1."""
    rows = [line.split() for line in run("ss", "-Hlntu").splitlines()]
    return [(row[0], row[4]) for row in rows if row[4] in ("127.0.0.1:5353", "127.0.0.1:53")]


def main_pid():
    return int(service(SERVICE, "MainPID"))


def processes():
    """{name: process id} of what is in the service's control group."""
    group = service(SERVICE, "ControlGroup")
    found = {}
    for folder in ("/sys/fs/cgroup/systemd", "/sys/fs/cgroup"):
        file = pathlib.Path(f"{folder}{group}/cgroup.procs")
        if group and file.exists():
            for pid in file.read_text().split():
                found[pathlib.Path(f"/proc/{pid}/comm").read_text().strip()] = int(pid)
    return found


def journal():
    run("journalctl", "--sync")
    return run("journalctl", "--no-pager", "--output=cat", "--unit", SERVICE)


def test_when_the_start_is_over_it_can_answer():
    assert systemctl("start", SERVICE) == 0
    assert SERVER.ask("localhost").outcome == FOUND
    assert sorted(processes()) == ["hostdnsd", "hostdnsd-lookup", "hostdnsd-serve"]
    assert open_ports() == [("udp", "127.0.0.1:5353"), ("tcp", "127.0.0.1:5353")]


def test_no_process_is_root_or_may_become_it():
    assert systemctl("start", SERVICE) == 0
    user = service(SERVICE, "UID")
    for pid in processes().values():
        status = dict(line.split(":\t", 1) for line in
                      pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
        assert set(status["Uid"].split()) == {user} and user != "0"
        assert status["NoNewPrivs"] == "1"


def test_a_wrong_configuration_fails_the_start_and_the_journal_says_why():
    with edited(OPTIONS, "OPTIONS=-o ttl=five\n"):
        assert systemctl("start", SERVICE) != 0
        assert "ttl=five" in journal()


def test_the_journal_has_the_time_of_a_question_itself():
    with edited(OPTIONS, "OPTIONS=-o log-queries=text\n"):
        assert systemctl("start", SERVICE) == 0
        assert SERVER.ask("localhost").outcome == FOUND
        wait_until(lambda: " asks localhost. " in journal(), "its line")
        assert re.search(r"^hostdnsd\[serve\]: 127\.0\.0\.1:\d+ asks localhost\. A over UDP: ",
                         journal(), re.M)


def test_a_journal_that_stands_still_delays_nobody():
    """Lines wait, and those that the journal still takes are there when it goes on."""
    with edited(OPTIONS, "OPTIONS=-o log-queries=text\n"):
        assert systemctl("start", SERVICE) == 0
        pid = int(service("systemd-journald.service", "MainPID"))
        os.kill(pid, signal.SIGSTOP)
        try:
            for number in range(ENOUGH):
                assert SERVER.ask(f"n{number}.invalid").rcode == "NXDOMAIN"
        finally:
            os.kill(pid, signal.SIGCONT)
        assert SERVER.ask("localhost").outcome == FOUND
        wait_until(lambda: " asks localhost. " in journal(), "its line")


def test_a_reload_keeps_the_process_and_tells_how_it_went():
    with edited(OPTIONS, f"OPTIONS=-c {CONF}\n"), edited(CONF, "ttl = 5\n") as conf:
        assert systemctl("start", SERVICE) == 0
        pid = main_pid()
        assert SERVER.ask("localhost").outcome == FOUND
        conf.write_text("name = new.test 10.0.0.9\n")
        assert systemctl("reload", SERVICE) == 0
        assert SERVER.ask("new.test").outcome == ["new.test A 10.0.0.9"]
        conf.write_text("ttl = five\n")
        assert systemctl("reload", SERVICE) != 0
        assert (service(SERVICE, "ActiveState"), main_pid()) == ("active", pid)
        assert SERVER.ask("new.test").outcome == ["new.test A 10.0.0.9"]


@pytest.mark.parametrize("name", ["hostdnsd-serve", "hostdnsd-lookup"])
def test_a_child_that_is_killed_is_replaced(name):
    assert systemctl("start", SERVICE) == 0
    pid, child = main_pid(), processes()[name]
    os.kill(child, signal.SIGKILL)
    wait_until(lambda: processes().get(name, child) != child, "another one")
    assert SERVER.ask("localhost").outcome == FOUND
    assert main_pid() == pid


def test_a_server_that_is_killed_is_started_again():
    assert systemctl("start", SERVICE) == 0
    pid = main_pid()
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: main_pid() not in (0, pid) and
               service(SERVICE, "ActiveState") == "active", "another one")
    assert SERVER.ask("localhost").outcome == FOUND


def test_what_listens_is_there_before_the_first_question():
    assert systemctl("start", SOCKET) == 0
    assert service(SERVICE, "ActiveState") == "inactive"
    assert open_ports() == [("udp", "127.0.0.1:5353"), ("tcp", "127.0.0.1:5353")]
    pending = SERVER.send("localhost")
    assert pending.reply(30).outcome == FOUND
    assert service(SERVICE, "ActiveState") == "active"


def test_a_connection_starts_it_as_well():
    assert systemctl("start", SOCKET) == 0
    assert SERVER.ask("localhost", tcp=True).outcome == FOUND


def test_a_restart_loses_no_question():
    """The manager holds the sockets meanwhile."""
    assert systemctl("start", SOCKET) == 0
    assert SERVER.ask("localhost").outcome == FOUND
    assert systemctl("stop", SERVICE) == 0
    pending = SERVER.send("localhost")
    assert pending.reply(30).outcome == FOUND


def test_port_53_through_the_socket_unit():
    drop_in = pathlib.Path("/etc/systemd/system/hostdnsd.socket.d/port53.conf")
    drop_in.parent.mkdir(exist_ok=True)
    with edited(drop_in, "[Socket]\nListenDatagram=127.0.0.1:53\nListenStream=127.0.0.1:53\n"):
        assert systemctl("daemon-reload") == systemctl("start", SOCKET) == 0
        assert Server("127.0.0.1", 53).send("localhost").reply(30).outcome == FOUND
        assert Server("127.0.0.1", 53).ask("localhost", tcp=True).outcome == FOUND
        assert SERVER.ask("localhost").outcome == FOUND
        assert systemctl("stop", SOCKET, SERVICE) == 0
    assert systemctl("daemon-reload") == 0


@pytest.fixture
def late():
    """An address that the host does not have, and what gives it to it."""
    def come():
        run("ip", "address", "add", "10.77.0.1/32", "dev", "lo")

    with edited(CONF, "listen = 127.0.0.1:5353\nlisten = 10.77.0.1:53\n"
                      "allow = 127.0.0.0/8 10.77.0.1\n"), \
            edited(OPTIONS, f"OPTIONS=-c {CONF}\n"):
        yield "10.77.0.1", come
    run("ip", "address", "delete", "10.77.0.1/32", "dev", "lo")


def is_answered_at(address):
    for tcp in False, True:
        assert Server(address, 53).ask("localhost", tcp=tcp).outcome == FOUND


def test_the_start_does_not_wait_for_an_address(late):
    """And the fence of the unit keeps nobody from binding to it."""
    address, come = late
    assert systemctl("start", SERVICE) == 0
    assert SERVER.ask("localhost").outcome == FOUND
    assert f"does not have the address {address}:53 yet" in journal()
    come()
    is_answered_at(address)


def test_the_socket_unit_does_not_wait_for_an_address(late):
    address, come = late
    drop_in = pathlib.Path("/etc/systemd/system/hostdnsd.socket.d/late.conf")
    drop_in.parent.mkdir(exist_ok=True)
    with edited(drop_in, f"[Socket]\nListenDatagram={address}:53\nListenStream={address}:53\n"):
        assert systemctl("daemon-reload") == systemctl("start", SOCKET) == 0
        assert SERVER.send("localhost").reply(30).outcome == FOUND
        assert f"does not have the address {address}:53 yet" in journal()
        come()
        is_answered_at(address)
        assert systemctl("stop", SOCKET, SERVICE) == 0
    assert systemctl("daemon-reload") == 0


def test_a_stopped_process_is_noticed():
    """WatchdogSec=, shortened; the server has to say that it is alive, all of it."""
    drop_in = pathlib.Path("/etc/systemd/system/hostdnsd.service.d/watchdog.conf")
    drop_in.parent.mkdir(exist_ok=True)
    with edited(drop_in, "[Service]\nWatchdogSec=6\nTimeoutAbortSec=2\n"):
        assert systemctl("daemon-reload") == systemctl("start", SERVICE) == 0
        pid = main_pid()
        os.kill(pid, signal.SIGSTOP)
        wait_until(lambda: main_pid() not in (0, pid) and
                   service(SERVICE, "ActiveState") == "active", "another one")
        assert SERVER.ask("localhost").outcome == FOUND
        pid, serve = main_pid(), processes()["hostdnsd-serve"]
        os.kill(serve, signal.SIGSTOP)
        wait_until(lambda: serve not in processes().values(), "the end of the stopped child")
        wait_until(lambda: "hostdnsd-serve" in processes(), "another one")
        assert SERVER.ask("localhost").outcome == FOUND
        assert systemctl("stop", SERVICE) == 0
    assert systemctl("daemon-reload") == 0
