"""One client cannot take all the places of those that wait for lookups, nor all their turns."""

import contextlib
import itertools
import os
import pathlib
import socket
import struct
import subprocess
import threading
import time

import pytest

from ask import Reply, make
from daemon import wait_until
from network import with_addresses
from stream import Stream
from test_hostdnsctl import stats

SHARE = 20
SILENT = "nameserver 127.0.0.3\noptions timeout:30\n"
LONG = "-o", "timeout=60000"  # so that a slow test finds them all still waiting
TOO_MANY = (14, "too many questions of this client are waiting")
PATIENCE = 50  # seconds: a datagram that is lost in a crowd is sent again after 30, says resolv.conf
TRY_SECONDS = 2  # until a client looks whether its question was lost
NO_PLACES = (14, "too many questions are waiting")
PLACES = 16384
REFLECTOR = pathlib.Path(os.environ.get("BUILD", "build"), "bench/reflector").resolve()
FOUND = "10.9.8.7"  # what the reflector says of every name but those that begin with "hung"


@pytest.fixture
def path(open_folder):
    return open_folder / "control"


@pytest.fixture
def server(start, etc, path):
    """Names of DNS wait for ever; those of the hosts file do not."""
    etc.write("resolv.conf", SILENT)
    return start("-o", f"per-client={SHARE}", "-o", f"control={path}", *LONG)


def drops(server):
    """The datagrams that have found no room in the server's sockets."""
    rows = [line.split() for name in ("udp", "udp6")
            for line in pathlib.Path("/proc/net", name).read_text().splitlines()[1:]]
    return sum(int(row[-1]) for row in rows if row[1].endswith(f":{server.to[1]:04X}"))


class Client:
    """Asks from one address, and can let questions wait."""

    def __init__(self, server, address, patience=PATIENCE):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.bind((address, 0))
        self.socket.settimeout(min(TRY_SECONDS, patience))
        self.socket.connect(server.to)
        self.server, self.patience = server, patience

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, name):
        query = make(name, edns=True)
        self.socket.send(query.to_wire())
        return query

    def ask(self, name):
        """A question that the kernel has dropped is sent again, as clients do."""
        dropped, deadline = drops(self.server), time.monotonic() + self.patience
        query = self.send(name)
        while True:
            try:
                wire = self.socket.recv(65535)
            except TimeoutError:
                if time.monotonic() > deadline:
                    raise
                before, dropped = dropped, drops(self.server)
                if dropped != before:
                    self.socket.send(query.to_wire())
                continue
            if int.from_bytes(wire[:2], "big") == query.id:
                return Reply(query, wire)


def fill(client, server, path, waiting=SHARE):
    for number in range(SHARE):
        client.send(f"hang{number}.example.test")
    wait_until(lambda: stats(path)["waiting"] == waiting, "all to wait")


def test_above_its_share_a_client_is_told_so_at_once(server, path):
    with Client(server, "127.0.0.1") as client:
        fill(client, server, path)
        reply = client.ask("onemore.example.test")
        assert reply.rcode == "SERVFAIL"
        assert reply.extended_error == TOO_MANY
        assert stats(path)["waiting"] == SHARE


def test_other_clients_are_not_affected(server, path):
    with Client(server, "127.0.0.1") as greedy, Client(server, "127.0.0.2") as other:
        fill(greedy, server, path)
        for _ in range(20):
            assert greedy.ask("localhost").rcode == "SERVFAIL"
            assert other.ask("localhost").outcome == ["localhost A 127.0.0.1"]
        assert other.ask("v4only.lab").outcome == ["v4only.lab A 10.0.0.4"]


def test_other_clients_are_not_affected_with_two_workers(start, etc, path):
    """Which of them has a question depends on the port that it comes from."""
    etc.write("resolv.conf", SILENT)
    server = start("-o", f"per-client={SHARE}", "-o", f"control={path}", "-o", "workers=2", *LONG)
    with contextlib.ExitStack() as stack:
        greedy = [stack.enter_context(Client(server, "127.0.0.1")) for _ in range(20)]
        for number, client in enumerate(greedy):
            for i in range(SHARE):
                client.send(f"hang{number}-{i}.example.test")
        wait_until(lambda: stats(path)["waiting"] == 2 * SHARE, "both to have its share")
        for client in greedy:
            assert client.ask("localhost").rcode == "SERVFAIL"
            with Client(server, "127.0.0.2") as other:
                assert other.ask("localhost").outcome == ["localhost A 127.0.0.1"]
                assert other.ask("v4only.lab").outcome == ["v4only.lab A 10.0.0.4"]


@pytest.fixture
def addresses():
    """Two addresses of one network of 64 bits, and one of another."""
    names = ["2001:db8:1:2::1", "2001:db8:1:2:3::4", "2001:db8:1:3::1"]
    with with_addresses(*(f"{name}/128" for name in names)):
        yield names


def test_an_ipv6_network_of_64_bits_is_one_client(start, etc, path, addresses):
    etc.write("resolv.conf", SILENT)
    server = start("-o", f"per-client={SHARE}", "-o", f"control={path}",
                   "-o", "allow=2001:db8::/32", *LONG, listen="[::1]:0")
    one, neighbour, other = (Client(server, address) for address in addresses)
    with one, neighbour, other:
        fill(one, server, path)
        assert neighbour.ask("onemore.example.test").extended_error == TOO_MANY
        assert other.ask("localhost").outcome == ["localhost A 127.0.0.1"]


def test_places_come_back_with_the_answers(start, etc, path):
    etc.write("resolv.conf", SILENT)
    server = start("-o", f"per-client={SHARE}", "-o", f"control={path}", "-o", "timeout=1000")
    with Client(server, "127.0.0.1") as client:
        fill(client, server, path)
        wait_until(lambda: stats(path)["waiting"] == 0, "the answers")
        assert client.ask("localhost").outcome == ["localhost A 127.0.0.1"]


def test_both_transports_count_together(server, path):
    with Client(server, "127.0.0.1") as client, Stream(server) as stream:
        fill(client, server, path)
        query = make("onemore.example.test", edns=True)
        stream.send(query)
        assert stream.reply_to(query).extended_error == TOO_MANY


def test_a_client_that_breaks_off_gives_its_places_back(server, path):
    """At once, not when the time is over. Who only says that he has asked all still waits."""
    with Stream(server) as stream:
        stream.send(*(make(f"hang{number}.example.test") for number in range(SHARE)))
        stream.socket.shutdown(socket.SHUT_WR)
        wait_until(lambda: stats(path)["waiting"] == SHARE, "all to wait")
        stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    wait_until(lambda: stats(path)["waiting"] == 0, "no more to wait", seconds=3)
    assert server.ask("localhost").outcome == ["localhost A 127.0.0.1"]


def test_two_thousand_at_once_are_all_answered(start):
    """With the share that is there by default."""
    server = start()
    with Client(server, "127.0.0.1") as client:
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32 << 20)
        client.socket.settimeout(PATIENCE)
        ids = {client.send(f"n{number}.example.test").id for number in range(2000)}
        seen = set()
        while seen != ids:
            seen.add(int.from_bytes(client.socket.recv(65535)[:2], "big"))


@pytest.fixture
def crowded(start, etc, path):
    """Starts a server with names that hang and names that do not, where one client may fill
    all places; nobody waits too long in vain."""
    etc.write("resolv.conf", "nameserver 127.0.0.8\noptions timeout:30\n")
    with subprocess.Popen([REFLECTOR, "127.0.0.8:53", "hung"], stdout=subprocess.PIPE,
                          text=True) as process:
        assert process.stdout.readline() == "ready\n"

        def run(timeout=60000):
            return start("-o", f"per-client={2 * PLACES}", "-o", f"control={path}",
                         "-o", f"timeout={timeout}", listen="127.0.0.1:0")

        yield run
        process.kill()


class Flood:
    """Asks without end for names that hang, from these addresses."""

    def __init__(self, server, addresses):
        self.clients = [Client(server, address) for address in addresses]
        self.asks = Client(server, addresses[0], patience=1)
        self.fresh = itertools.count()
        self.over = False
        self.thread = threading.Thread(target=self.run)

    def run(self):
        for number in itertools.count():
            if self.over:
                return
            if number % 64 == 0:
                time.sleep(0.01)  # the socket has room for the others' questions
            self.clients[number % len(self.clients)].socket.send(
                wire_of(f"hung{number:08}".encode()))

    def fills_all(self):
        """Who floods gets no place for one more name; one that it gets may wait long."""
        with contextlib.suppress(TimeoutError):
            return self.asks.ask(f"more{next(self.fresh)}.lab").extended_error == NO_PLACES
        return False

    def __enter__(self):
        self.thread.start()
        wait_until(self.fills_all, "all places to be taken", seconds=120)
        return self

    def __exit__(self, *_):
        self.over = True
        self.thread.join()
        for client in self.clients + [self.asks]:
            client.socket.close()


def wire_of(label):
    """A question for the address of a name of one label."""
    return (b"\0\1\1\0\0\1\0\0\0\0\0\0" + bytes([len(label)]) + label +
            b"\0\0\1\0\1")


def all_is_well_with(client, fresh):
    """Local names, cached ones, and those that nobody has asked for."""
    assert client.ask("localhost").outcome == ["localhost A 127.0.0.1"]
    assert client.ask("cached.lab").outcome == [f"cached.lab A {FOUND}"]
    for number in range(20):
        name = f"{fresh}{number}.lab"
        assert client.ask(name).outcome == [f"{name} A {FOUND}"]


@pytest.mark.parametrize("addresses", [["127.5.0.1"],
                                       [f"127.5.0.{number}" for number in range(1, 251)]],
                         ids=["one", "a network"])
def test_hung_names_that_fill_all_places_give_way_to_others(crowded, addresses):
    """Even if each address has less than the other client; over both transports."""
    server = crowded()
    streams = [Stream(server, addresses[0]) for _ in range(50)]
    with Client(server, "127.0.0.2") as other:
        all_is_well_with(other, "before")
        for number in range(100):
            other.send(f"hungother{number}.example.test")
        for number, stream in enumerate(streams):
            stream.send(*(make(f"hungtcp{number}-{i}.example.test") for i in range(128)))
        with Flood(server, addresses) as flood:
            all_is_well_with(other, "beside")
            wait_until(flood.fills_all, "all places to be taken again", seconds=120)
            with Stream(server, "127.0.0.2") as stream:
                for name in "localhost", "cached.lab", "freshtcp.lab":
                    query = make(name)
                    stream.send(query)
                    assert stream.reply_to(query).rcode == "NOERROR"
        all_is_well_with(other, "after")
    for stream in streams:
        stream.socket.close()
