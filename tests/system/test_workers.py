"""Several serve processes on one address."""

import os
import signal
import subprocess

import pytest

from daemon import PROGRAM, children_of, wait_until
from load import Load


def serving(server):
    return sorted(pid for pid, name in children_of(server.pid) if name == "hostdnsd-serve")


def sockets_of(pid):
    """The inodes of its sockets on the network."""
    table = set()
    for kind in "udp", "tcp":
        with open(f"/proc/{pid}/net/{kind}") as lines:
            table |= {line.split()[9] for line in list(lines)[1:]}
    links = [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")]
    return {link[8:-1] for link in links if link.startswith("socket:[")} & table


def test_each_has_sockets_of_its_own(start):
    server = start("-o", "workers=3")
    owned = [sockets_of(pid) for pid in serving(server)]
    assert [len(sockets) for sockets in owned] == [2, 2, 2]
    assert len(set.union(*owned)) == 6


def test_all_of_them_answer(start):
    """The kernel spreads clients by their ports: 100 ports reach all three."""
    server = start("-o", "workers=3")
    before = {pid: ticks(pid) for pid in serving(server)}
    for _ in range(100):
        assert server.ask("localhost").outcome == ["localhost A 127.0.0.1"]
    assert all(ticks(pid) > before[pid] for pid in serving(server))


def ticks(pid):
    """How often it has gone to sleep."""
    with open(f"/proc/{pid}/status") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("voluntary_ctxt"))


@pytest.mark.parametrize("transport", [False, True], ids=["UDP", "TCP"])
def test_each_answers_both_families(start, transport):
    server = start("-o", "workers=2", "-o", "cache-size=100000")
    for _ in range(20):
        assert server.ask("v4only.lab", tcp=transport).outcome == ["v4only.lab A 10.0.0.4"]
        assert server.ask("v4only.lab", "AAAA", tcp=transport).outcome == "NODATA"


def test_one_that_dies_is_replaced_and_the_others_go_on(start):
    server = start("-o", "workers=2")
    first, second = serving(server)
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: first not in serving(server) and len(serving(server)) == 2, "another one")
    assert second in serving(server)
    with Load(server, ["localhost", "v4only.lab"]) as load:
        wait_until(lambda: min(load.asked.values()) > 20, "20 answers")


def test_when_lookup_dies_all_are_told(start, etc):
    """Who waits with either of them is answered at once."""
    etc.write("resolv.conf", "nameserver 127.0.0.3\n")
    server = start("-o", "workers=2")
    waiting = [server.send(f"hangs{number}.example.test") for number in range(20)]
    for _ in range(20):
        server.ask("localhost")
    os.kill(server.child("lookup"), signal.SIGKILL)
    for pending in waiting:
        assert pending.reply().rcode == "SERVFAIL"


def test_a_change_of_the_host_reaches_all(start, etc):
    server = start("-o", "workers=2", "-o", "cache-size=100000", "-o", "ttl=3600")
    for _ in range(20):
        assert server.ask("fresh.worker.lab").outcome == "NXDOMAIN"
    etc.add("hosts", "10.7.7.7 fresh.worker.lab\n")
    server.ask_until(["fresh.worker.lab A 10.7.7.7"], "fresh.worker.lab")
    for _ in range(20):
        server.ask_until(["fresh.worker.lab A 10.7.7.7"], "fresh.worker.lab")


@pytest.mark.parametrize("others", ["1", "2"])
@pytest.mark.parametrize("own", ["1", "2"])
def test_a_second_server_on_the_address_is_refused(start, own, others):
    """Though sockets of one address are many, a stranger's is not taken in."""
    server = start("-o", f"workers={own}")
    result = subprocess.run([PROGRAM, "-l", "%s:%d" % server.to, "-o", f"workers={others}"],
                            capture_output=True, text=True, timeout=20, check=False)
    assert result.returncode == 1
    assert "Address already in use" in result.stderr


@pytest.mark.parametrize("number", ["0", "17", "many"])
def test_a_wrong_number_is_refused(number):
    result = subprocess.run([PROGRAM, "-n", "-o", f"workers={number}"], capture_output=True,
                            text=True, timeout=20, check=False)
    assert result.returncode == 1
    assert f"workers={number}: a number from 1 to 16 is needed" in result.stderr
