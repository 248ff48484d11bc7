"""TCP: clients that are many, slow or gone, and descriptors that are not there."""

import contextlib
import itertools
import os
import pathlib
import resource
import select
import signal
import socket
import struct

import dns.message
import pytest

from ask import PATIENCE_SECONDS, gather, make
from daemon import wait_until
from descriptors import limit_descriptors
from stream import LOCALHOST, Stream, answers_tcp, answers_udp, framed, streams

PATIENT = "nameserver 127.0.0.2\noptions attempts:1\n"  # for four seconds


@contextlib.contextmanager
def many_descriptors(count):
    """For the test itself; a server started before keeps the limit it was given."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert hard == resource.RLIM_INFINITY or hard >= count
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, count), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


# Limits.


@pytest.mark.row("7.18", over="tcp")
def test_one_too_many_takes_the_place_of_the_oldest_idle_one(start):
    """The clients are four, since one alone would have little time when no place is left."""
    server = start("-o", "tcp-clients=4", "-o", "tcp-idle=3600")
    with contextlib.ExitStack() as stack:
        opened = [stack.enter_context(Stream(server, f"127.{number}.0.1")) for number in range(1, 5)]
        for stream in opened[1:] + opened[:1]:  # now the second is idle longest
            stream.ask("localhost")
        with Stream(server, "127.5.0.1") as new:
            assert new.ask("localhost").outcome == LOCALHOST
            assert opened[1].is_closed()
            assert not opened[2].is_closed(0.2)
    answers_udp(server)


@pytest.mark.row("7.18", over="tcp")
def test_a_client_that_is_owed_an_answer_keeps_its_place(start, etc, fresh):
    etc.write("resolv.conf", PATIENT)
    server = start("-o", "tcp-clients=2", "-o", "tcp-idle=3600")
    names = [make(fresh("qslow2-ok")) for _ in range(2)]
    with Stream(server, "127.1.0.1") as first, Stream(server, "127.2.0.1") as second:
        opened = [first, second]  # of two clients, or they would have little time to ask
        for stream, query in zip(opened, names):
            stream.send(query, make("example.test", "AXFR"))
            stream.read_wire()  # so the other question has been read too
        with Stream(server, "127.3.0.1") as third:
            assert third.is_closed()
        answers_udp(server)
        for stream, query in zip(opened, names):
            assert len(stream.reply_to(query).answer) == 1


@pytest.mark.row("7.18", over="tcp")
def test_one_client_cannot_take_all_connections(start):
    server = start("-o", "tcp-clients=100", "-o", "tcp-per-client=3", "-o", "tcp-idle=3600")
    with Stream(server, "127.0.0.77") as other:
        other.ask("localhost")
        with streams(server, 4, "127.0.0.78") as greedy:
            greedy[3].ask("localhost")
            assert greedy[0].is_closed()  # its own oldest one, not another's
            assert not greedy[1].is_closed(0.2)
            assert other.ask("localhost").outcome == LOCALHOST


@pytest.mark.parametrize("addresses", [["127.0.0.2"],
                                       [f"127.5.0.{number}" for number in range(1, 41)]],
                         ids=["one", "a network"])
def test_a_flood_of_connections_closes_nobody_elses(start, addresses):
    server = start("-o", "tcp-clients=20", "-o", "tcp-per-client=20", "-o", "tcp-idle=3600")
    with Stream(server, "127.0.0.3") as other, contextlib.ExitStack() as stack:
        assert other.ask("localhost").outcome == LOCALHOST
        for address in itertools.islice(itertools.cycle(addresses), 80):
            stream = stack.enter_context(Stream(server, address))
            with contextlib.suppress(EOFError, ConnectionError):  # it may be idle for 0.2 seconds
                assert stream.ask("localhost").outcome == LOCALHOST
        assert other.ask("localhost").outcome == LOCALHOST


@pytest.mark.row("7.18", over="tcp")
def test_a_client_that_keeps_all_connections_busy_keeps_nobody_out(start, etc):
    etc.write("resolv.conf", "nameserver 127.0.0.3\noptions timeout:30\n")
    server = start("-o", "tcp-clients=21", "-o", "tcp-per-client=20", "-o", "tcp-idle=3600",
                   "-o", "timeout=60000")
    with contextlib.ExitStack() as stack:
        greedy = []
        for number in range(20):  # none is idle, or it would be for 0.2 seconds at the most
            greedy.append(stack.enter_context(Stream(server, "127.0.0.2")))
            greedy[-1].send(make(f"hung{number}.example.test"), make("example.test", "AXFR"))
            greedy[-1].read_wire()  # so the other question has been read too
        with streams(server, 9, "127.0.0.4") as others:
            for stream in others:
                assert stream.ask("localhost").outcome == LOCALHOST
        assert sum(stream.is_closed(0.05) for stream in greedy) == 8


@pytest.mark.row("7.18", over="tcp")
def test_udp_does_not_notice_idle_and_slow_connections(start):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, hard))
    try:
        server = start("-o", "tcp-clients=3000", "-o", "tcp-per-client=3000", "-o", "tcp-idle=600")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    question = framed(make("localhost").to_wire())
    with many_descriptors(2000), streams(server, 1200) as opened:
        wait_until(lambda: server.descriptors("serve") >= 1200, "1,200 connections", 60)
        slow = opened[1000:]
        for octet in question[:-1]:
            for stream in slow:
                stream.send_wire(bytes([octet]))
            answers_udp(server, 10)
        gather([server.send("localhost") for _ in range(200)])
        for stream in slow:
            stream.send_wire(question[-1:])
        for stream in slow:
            assert len(stream.read_wire()) > 12
        assert opened[0].ask("localhost").outcome == LOCALHOST


@pytest.mark.row("7.18", over="tcp")
def test_a_storm_of_5000_connections(start):
    server = start()
    sources = [f"127.0.0.{number}" for number in range(20, 30)]
    with many_descriptors(5500), contextlib.ExitStack() as stack:
        for number in range(5000):
            stream = stack.enter_context(Stream(server, sources[number % len(sources)]))
            with contextlib.suppress(ConnectionError):
                stream.send(make("example.test", "AXFR"))
            if number % 100 == 0:
                answers_udp(server)
        answers_tcp(server)
        answers_udp(server, 10)
        assert server.descriptors("serve") <= 1000 + 64
    wait_until(lambda: server.descriptors("serve") < 64, "all connections closed", 60)
    assert server.errors() == ""


# Clients that do not read, and ones that are gone.


def resident_bytes(pid):
    pages = int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.row("7.20", over="tcp")
def test_a_client_that_never_reads_costs_little_memory(start):
    """It may send until the server takes no more; when that lasts, it is closed."""
    server = start("-o", "tcp-idle=2")
    with Stream(server, receive_buffer=4096) as warm_up:
        warm_up.ask("many.example.test")
    before, most = resident_bytes(server.child("serve")), 0
    questions = framed(*(make("many.example.test").to_wire() for _ in range(100)))
    with Stream(server, receive_buffer=4096) as stream:
        stream.socket.setblocking(False)
        sent, rest = 0, b""
        with contextlib.suppress(ConnectionError):
            while sent < 100_000 * len(questions) // 100:
                _, writable, _ = select.select([], [stream.socket], [], PATIENCE_SECONDS)
                assert writable, "a client that takes nothing is closed"
                rest = rest or questions
                count = stream.socket.send(rest)
                rest = rest[count:]
                sent += count
                most = max(most, resident_bytes(server.child("serve")) - before)
        assert sent < 100_000 * len(questions) // 100, "it was closed before it had sent all"
    assert most < 32 << 20
    answers_udp(server)
    answers_tcp(server)


@pytest.mark.row("7.20", over="tcp")
def test_a_slow_reader_gets_everything(server):
    queries = {query.id: query for query in (make("many.example.test") for _ in range(500))}
    with Stream(server, receive_buffer=4096) as stream:
        stream.send(*queries.values())
        answers_udp(server, 20)
        while queries:
            reply = stream.reply_to(*queries.values())
            assert len(reply.answer) == 60
            del queries[reply.query.id]


@pytest.mark.row("7.20", over="tcp")
def test_connections_that_are_reset(server, fresh):
    before = server.descriptors("serve")
    name = fresh("qslow1-ok")
    for number in range(100):
        stream = Stream(server)
        stream.send(make(name), *(make("many.example.test") for _ in range(number % 7)))
        stream.send_wire(b"\0\x20ab"[:number % 5])
        stream.reset()
    answers_udp(server)
    answers_tcp(server)
    wait_until(lambda: server.descriptors("serve") <= before, "all connections closed")


@pytest.mark.row("7.21", over="tcp")
def test_the_lookup_for_a_client_that_is_gone_is_used_by_the_next(start, etc, upstream, fresh):
    etc.write("resolv.conf", PATIENT)
    server = start()
    server.ask(fresh("qok-ok"))  # the name server is known to answer what has an OPT record
    name = fresh("qslow1-ok")
    stream = Stream(server)
    stream.send(make(name))
    wait_until(lambda: upstream.asked(name).get("A") == 1, "the question upstream")
    stream.reset()
    wait_until(lambda: upstream.answered(name, "A") == 1, "the answer")
    assert server.ask(name).outcome == [f"{name} A 192.0.2.200"]
    assert upstream.asked(name)["A"] == 1


@pytest.mark.row("7.23", over="tcp")
def test_data_in_the_first_segment_are_not_taken(server):
    """RFC 7413: a client that has been given no cookie sends its data later, and is answered."""
    syn_data = 1 << 5  # tcpi_options of struct tcp_info
    query = make("v4only.lab")
    for _ in range(2):  # the first one could be given a cookie, the second use it
        with socket.socket() as sock:
            sock.sendto(framed(query.to_wire()), socket.MSG_FASTOPEN, server.to)
            sock.settimeout(PATIENCE_SECONDS)
            (length,) = struct.unpack("!H", sock.recv(2, socket.MSG_WAITALL))
            reply = dns.message.from_wire(sock.recv(length, socket.MSG_WAITALL))
            assert reply.id == query.id and len(reply.answer) == 1
            info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 16)
            assert not info[5] & syn_data


# Without descriptors.


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.row("7.22", over="tcp")
def test_without_descriptors_idle_connections_make_room(start):
    server = start("-o", "tcp-idle=3600")
    serve = server.child("serve")
    limit_descriptors(serve, 8)
    with streams(server, 40) as opened:
        assert opened[39].ask("localhost").outcome == LOCALHOST
        assert opened[0].is_closed()
        answers_udp(server, 10)
    assert server.child("serve") == serve


@pytest.mark.row("7.22", over="tcp")
def test_without_descriptors_new_connections_wait_in_peace(start, etc, fresh):
    etc.write("resolv.conf", PATIENT)
    server = start("-o", "tcp-idle=3600")
    serve = server.child("serve")
    limit_descriptors(serve, 4)
    queries = [make(fresh("qslow3-ok")) for _ in range(4)]
    with streams(server, 4) as busy:
        for stream, query in zip(busy, queries):
            stream.send(query, make("example.test", "AXFR"))
            stream.read_wire()
        with Stream(server) as waiting:
            waiting.send(make("example.test", "AXFR"))
            before = cpu_seconds(serve)
            assert not waiting.is_closed(1)
            assert cpu_seconds(serve) - before < 0.5
            answers_udp(server, 10)
            waiting.socket.settimeout(PATIENCE_SECONDS)
            for stream, query in zip(busy, queries):
                assert len(stream.reply_to(query).answer) == 1
            assert len(waiting.read_wire()) > 12
    assert server.child("serve") == serve


# Processes.


@pytest.mark.row("7.16", over="tcp")
def test_a_restart_does_not_wait_for_old_connections(start):
    first = start("-o", "tcp-idle=1")
    with Stream(first) as stream:
        assert stream.is_closed()  # by the server, whose port is in TIME-WAIT now
        first.stop()
        second = start(listen=f"127.0.0.1:{first.to[1]}")
        answers_tcp(second)


def test_the_serve_process_is_killed(start):
    """The listening socket is the supervisor's: who connects meanwhile is served later."""
    server = start()
    with Stream(server) as stream:
        stream.ask("localhost")
        os.kill(server.child("serve"), signal.SIGKILL)
        assert stream.is_closed()
    answers_tcp(server)
