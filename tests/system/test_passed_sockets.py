"""Sockets that a service manager has opened: LISTEN_FDS, as sd_listen_fds(3) describes it."""

import os
import socket
import subprocess

import pytest

from ask import Server
from daemon import PROGRAM
from web import WEB, get, web_port


def activation(sockets):
    """(the command that has these as descriptors 3, 4, ... and becomes the server, how)."""
    numbers = [sock.fileno() for sock in sockets]
    # By way of numbers far above, so that none is overwritten before it is moved.
    moves = "".join(f"exec {100 + i}<&{fd}; " for i, fd in enumerate(numbers))
    moves += "".join(f"exec {3 + i}<&{100 + i} {100 + i}<&-; " for i in range(len(numbers)))
    command = ["bash", "-c", f'{moves}export LISTEN_PID=$$; exec "$@"', "bash", PROGRAM]
    return command, {"env": {**os.environ, "LISTEN_FDS": str(len(numbers))}, "pass_fds": numbers}


@pytest.fixture
def pair():
    """A UDP and a TCP socket on one port of 127.0.0.1."""
    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        tcp.bind(("127.0.0.1", 0))
        tcp.listen()
        udp.bind(tcp.getsockname())
        yield udp, tcp


@pytest.fixture
def activate(start):
    def run(*sockets, options=()):
        command, process = activation(sockets)
        return start(*options, listen=None, program=command, **process)

    return run


def refusal(*sockets):
    command, process = activation(sockets)
    result = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False,
                            **process)
    assert result.returncode == 1
    return result.stderr


@pytest.mark.parametrize("transport", [False, True], ids=["UDP", "TCP"])
def test_the_passed_sockets_are_served(activate, pair, transport):
    server = activate(*pair)
    assert server.to == pair[0].getsockname()
    assert server.ask("localhost", tcp=transport).outcome == ["localhost A 127.0.0.1"]


def test_a_passed_socket_may_be_for_the_web_page(activate, pair):
    """The other sockets are for questions, before and after a reload."""
    with socket.socket() as web:
        web.bind(("127.0.0.1", 0))
        web.listen()
        port = web.getsockname()[1]
        server = activate(*pair, web, options=("-o", f"web=127.0.0.1:{port}"))
        for _ in range(2):
            assert server.ask("localhost", tcp=True).outcome == ["localhost A 127.0.0.1"]
            assert get(port, "/healthz")[0] == 200
            server.reload()
    assert f"listening on 127.0.0.1:{port}" not in server.errors()


def test_a_web_page_at_any_port_leaves_them_alone(activate, pair):
    server = activate(*pair, options=WEB)
    assert server.ask("localhost", tcp=True).outcome == ["localhost A 127.0.0.1"]
    assert get(web_port(server), "/healthz")[0] == 200


def test_what_came_before_the_start_is_answered(activate, pair):
    """That is the point of it: the sockets are there before the server."""
    early = Server(*pair[0].getsockname()).send("localhost")
    activate(*pair)
    assert early.reply().outcome == ["localhost A 127.0.0.1"]


def test_they_take_the_place_of_listen(activate, pair):
    server = activate(*pair, options=("-o", "listen=127.0.0.7:5399"))
    assert "127.0.0.7" not in server.said
    with socket.socket() as client, pytest.raises(ConnectionRefusedError):
        client.connect(("127.0.0.7", 5399))


@pytest.mark.parametrize("kind", [0, 1], ids=["only UDP", "only TCP"])
def test_one_transport_is_enough(activate, pair, kind):
    server = activate(pair[kind])
    assert server.ask("localhost", tcp=bool(kind)).outcome == ["localhost A 127.0.0.1"]


def test_several_addresses(activate, pair):
    with socket.socket(type=socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.9", 0))
        activate(*pair, other)
        assert Server(*other.getsockname()).ask("localhost").rcode == "NOERROR"


def test_workers_share_them(activate, pair):
    server = activate(*pair, options=("-o", "workers=3"))
    for _ in range(20):
        assert server.ask("localhost").rcode == "NOERROR"
        assert server.ask("localhost", tcp=True).rcode == "NOERROR"


def test_a_reload_keeps_them(activate, pair):
    server = activate(*pair)
    server.reload()
    assert server.ask("localhost").rcode == "NOERROR"
    assert server.ask("localhost", tcp=True).rcode == "NOERROR"


def test_those_of_another_process_are_left_alone(start):
    server = start(env={"LISTEN_FDS": "1", "LISTEN_PID": "1"})
    assert server.ask("localhost").rcode == "NOERROR"


def test_a_descriptor_that_is_no_such_socket_is_named(tmp_path):
    with open(tmp_path / "file", "w") as file:
        assert "LISTEN_FDS: descriptor 3 is neither" in refusal(file)


def test_a_tcp_socket_that_does_not_listen_is_named(pair):
    with socket.socket() as tcp:
        tcp.bind(("127.0.0.1", 0))
        assert "LISTEN_FDS: descriptor 4 is neither" in refusal(pair[0], tcp)
