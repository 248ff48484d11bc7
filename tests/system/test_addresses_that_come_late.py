"""Addresses to listen on that the host has only later: the server does not wait for them, says
that they are not there yet, and answers at them as soon as they are."""

import os
import signal
import socket
import subprocess

import pytest

from ask import Server
from daemon import PROGRAM, START_SECONDS, wait_until
from network import Guest, ip

FOUND = ["v4only.lab A 10.0.0.4"]
LATE = [("10.9.0.1", "10.9.0.2", 24, 5399), ("fd09::1", "fd09::2", 64, 5399),
        ("10.9.0.1", "10.9.0.2", 24, 5353)]  # 5353 is shared with multicast DNS
ALLOW = ["-o", "allow=127.0.0.0/8 10.9.0.0/24 fd09::/64 fe80::/10"]


@pytest.fixture
def guest():
    other = Guest()
    yield other
    subprocess.run(["ip", "link", "delete", "host0"], stderr=subprocess.DEVNULL, check=False)
    other.close()


def place_of(address, port):
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def plug_in(guest, inner, bits):
    guest.link("host0", "guest0")
    guest.run(ip, f"address add {inner}/{bits} dev guest0{' nodad' * (':' in inner)}")
    guest.run(ip, "link set guest0 up")
    ip("link set host0 up")


def status(control):
    return subprocess.run([PROGRAM.with_name("hostdnsctl"), "-s", control, "status"], text=True,
                          capture_output=True, timeout=START_SECONDS, check=True).stdout


def answers(guest, address, port):
    """Asked from another network, and the reply comes from where the question went to."""
    for tcp in False, True:
        assert guest.run(Server(address, port).ask, "v4only.lab", tcp=tcp).outcome == FOUND


def awaited(server, place):
    return server.errors().count(f"this host does not have the address {place} yet")


def has_come(server, place):
    wait_until(lambda: f"this host has the address {place} now" in server.errors(), "the line")


@pytest.fixture(params=[1, 2], ids=["1 worker", "2 workers"])
def workers(request):
    return request.param


@pytest.mark.parametrize("address, inner, bits, port", LATE)
def test_an_address_comes_with_its_link(start, guest, open_folder, workers, address, inner, bits,
                                        port):
    place, control = place_of(address, port), open_folder / "control"
    open_folder.chmod(0o777)
    server = start(*ALLOW, "-o", f"workers={workers}", "-l", place, "-o", f"control={control}",
                   listen="127.0.0.1:5398")
    server.to = "127.0.0.1", 5398
    assert server.ask("v4only.lab").outcome == FOUND
    assert awaited(server, place) == 1
    assert f"listens: {place}, which the host does not have now\n" in status(control)
    plug_in(guest, inner, bits)
    ip(f"address add {address}/{bits} dev host0{' nodad' * (':' in address)}")
    answers(guest, address, port)
    has_come(server, place)
    assert f"listens: {place}\n" in status(control)
    assert awaited(server, place) == 1


def test_an_address_goes_and_comes_again(start, guest, open_folder):
    control = open_folder / "control"
    open_folder.chmod(0o777)
    plug_in(guest, "10.9.0.2", 24)
    ip("address add 10.9.0.1/24 dev host0")
    server = start(*ALLOW, "-l", "10.9.0.1:5399", "-o", f"control={control}")
    answers(guest, "10.9.0.1", 5399)
    ip("address delete 10.9.0.1/24 dev host0")
    assert "10.9.0.1:5399, which the host does not have now\n" in status(control)
    ip("address add 10.9.0.1/24 dev host0")
    answers(guest, "10.9.0.1", 5399)
    assert server.errors().count("does not have") == 0, "it was there at the start"


@pytest.mark.parametrize("address, inner, scope", [("fd09::1", "fd09::2", ""),
                                                   ("fe80::9:1", "fe80::9:2", "%host0")])
def test_an_address_that_is_tentative(start, guest, address, inner, scope):
    """It is until a link is up, on which others could have it, and a second after that."""
    guest.link("host0", "guest0")
    guest.run(ip, f"address add {inner}/64 dev guest0 nodad")
    ip("link set host0 up")
    ip(f"address add {address}/64 dev host0")
    shown = subprocess.run(["ip", "-6", "address", "show", "dev", "host0", "tentative"],
                           capture_output=True, text=True, check=True).stdout
    assert f"inet6 {address}/64" in shown
    place = place_of(address + scope, 5399)
    server = start(*ALLOW, "-l", place)
    assert awaited(server, place) == 1
    guest.run(ip, "link set guest0 up")
    has_come(server, place)
    answers(guest, address + scope.replace("host0", "guest0"), 5399)


def test_a_reload_takes_an_address_that_is_not_there(start, guest, open_folder):
    conf = open_folder / "hostdns.conf"
    conf.write_text("listen = 127.0.0.1:0\nallow = 127.0.0.0/8 10.9.0.0/24\n")
    server = start("-c", conf, listen=None)
    conf.write_text(conf.read_text() + "listen = 10.9.0.1:5399\n")
    os.kill(server.pid, signal.SIGHUP)
    wait_until(lambda: "reloaded: listening on 10.9.0.1:5399" in server.errors(), "the reload")
    assert awaited(server, "10.9.0.1:5399") == 1
    plug_in(guest, "10.9.0.2", 24)
    ip("address add 10.9.0.1/24 dev host0")
    answers(guest, "10.9.0.1", 5399)
    has_come(server, "10.9.0.1:5399")


def make_link(guest):
    plug_in(guest, "fe80::9:2", 64)
    ip("address add fe80::9:1/64 dev host0 nodad")


ON_LINK = "[fe80::9:1%host0]:53"


def is_served_on_the_link(server, guest, times):
    """Its `times`-th coming; port 53, which takes a right that the server has kept."""
    wait_until(lambda: server.errors().count(f"reloaded: listening on {ON_LINK}") == times,
               "a reload by itself")
    answers(guest, "fe80::9:1%guest0", 53)


def test_a_link_that_comes_and_is_made_anew(start, guest, open_folder, workers):
    """The address alone would not say where, so it cannot even be bound to before."""
    control = open_folder / "control"
    open_folder.chmod(0o777)
    server = start(*ALLOW, "-l", ON_LINK, "-o", f"workers={workers}", "-o", f"control={control}")
    assert awaited(server, ON_LINK) == 1
    assert f"listens: {ON_LINK}, which the host does not have now\n" in status(control)
    make_link(guest)
    is_served_on_the_link(server, guest, 1)
    assert f"listens: {ON_LINK}\n" in status(control)
    ip("link delete host0")
    assert f"listens: {ON_LINK}, which the host does not have now\n" in status(control)
    make_link(guest)
    is_served_on_the_link(server, guest, 2)
    assert server.ask("v4only.lab").outcome == FOUND, "the other address"


def test_a_reload_takes_a_link_that_is_not_there(start, guest, open_folder):
    conf = open_folder / "hostdns.conf"
    conf.write_text("listen = 127.0.0.1:0\nallow = 127.0.0.0/8 fe80::/10\n")
    server = start("-c", conf, listen=None)
    conf.write_text(conf.read_text() + f"listen = {ON_LINK}\n")
    os.kill(server.pid, signal.SIGHUP)
    wait_until(lambda: awaited(server, ON_LINK) == 1, "the reload")
    make_link(guest)
    is_served_on_the_link(server, guest, 1)


def test_a_server_may_have_no_other_address(guest, open_folder):
    control = open_folder / "control"
    open_folder.chmod(0o777)
    with subprocess.Popen([PROGRAM, *ALLOW, "-l", ON_LINK, "-o", f"control={control}"], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline() == "DNS server is ready ...\n"
        make_link(guest)
        assert "yet" in process.stderr.readline()
        while "reloaded: listening" not in process.stderr.readline():
            assert process.poll() is None
        answers(guest, "fe80::9:1%guest0", 53)
        process.terminate()
        process.communicate(timeout=START_SECONDS)
    assert process.returncode == 0


def test_while_the_configuration_is_wrong_a_link_that_comes_changes_nothing(start, guest,
                                                                            open_folder):
    conf = open_folder / "hostdns.conf"
    conf.write_text(f"listen = 127.0.0.1:0\nlisten = {ON_LINK}\n"
                    "allow = 127.0.0.0/8 fe80::/10\n")
    server = start("-c", conf, listen=None)
    good = conf.read_text()
    conf.write_text("ttl = five\n")
    make_link(guest)
    wait_until(lambda: "not reloaded" in server.errors(), "the refusal")
    assert server.ask("v4only.lab").outcome == FOUND
    conf.write_text(good)
    os.kill(server.pid, signal.SIGHUP)
    is_served_on_the_link(server, guest, 1)
    assert server.errors().count("not reloaded") == 1


def test_an_address_that_somebody_else_awaits_is_in_use(start):
    start(*ALLOW, "-l", "10.9.0.1:5399")
    second = subprocess.run([PROGRAM, *ALLOW, "-l", "10.9.0.1:5399"], capture_output=True,
                            text=True, timeout=START_SECONDS, check=False)
    assert second.returncode == 1
    assert "cannot listen on 10.9.0.1:5399: Address already in use" in second.stderr


def test_another_user_cannot_bind_to_it_before_it_comes(start):
    start(*ALLOW, "-l", "10.9.0.1:5399")
    for kind in socket.SOCK_DGRAM, socket.SOCK_STREAM:
        with socket.socket(type=kind) as intruder, pytest.raises(OSError, match="in use"):
            intruder.setsockopt(socket.IPPROTO_IP, 15, 1)  # IP_FREEBIND
            intruder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            intruder.bind(("10.9.0.1", 5399))
