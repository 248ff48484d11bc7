"""The web process: what it shows over HTTP, whom it refuses, and that no question waits for it."""

import contextlib
import http.client
import json
import os
import pathlib
import re
import select
import signal
import socket
import subprocess

import pytest

from conftest import make_open_folder
from daemon import PROGRAM, Daemon, children_of, is_alive, standing_still, wait_until
from web import WEB, connect, get, read_all, web_port

CTL = PROGRAM.with_name("hostdnsctl")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; "
                               "connect-src 'self'; img-src 'self'; base-uri 'none'; "
                               "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}
MOST = 64  # connections


def raw(port, octets):
    """What the server says to them."""
    with connect(port) as client:
        with contextlib.suppress(OSError):  # it may have ended already
            client.sendall(octets)
            client.shutdown(socket.SHUT_WR)
        return read_all(client)


def status_of(text):
    match = re.match(r"HTTP/1\.[01] (\d{3}) ", text)
    return int(match[1]) if match else None


@pytest.fixture(scope="module")
def server():
    path = make_open_folder() / "control"
    daemon = Daemon(*WEB, "-o", f"control={path}", "-o", "cache-size=1000000", "-o", "ttl=300",
                    "-o", "web-host=dns.example")
    daemon.path = path
    daemon.web = web_port(daemon)
    yield daemon
    daemon.stop()


# What is shown.

def test_without_the_option_there_is_no_process(start):
    server = start()
    assert "hostdnsd-web" not in [name for _, name in children_of(server.pid)]
    assert "Web page" not in server.said


def test_there_is_a_fourth_process(server):
    """The server is ready before this process has its name."""
    wait_until(lambda: sorted(name for _, name in children_of(server.pid)) == [
        "hostdnsd-lookup", "hostdnsd-serve", "hostdnsd-web"], "the process")


def test_the_metrics_are_those_of_hostdnsctl(server):
    def without_numbers(text):
        return re.sub(r" [\d.]+$", "", text, flags=re.M)

    server.ask("a.example.test")
    status, headers, body = get(server.web, "/metrics")
    assert (status, headers["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    told = subprocess.run([CTL, "-s", server.path, "metrics"], check=True, capture_output=True,
                          text=True, timeout=60).stdout
    assert without_numbers(body) == without_numbers(told)
    assert int(headers["Content-Length"]) == len(body)


def test_promtool_accepts_what_it_scrapes(server):
    said = subprocess.run(["promtool", "check", "metrics"], input=get(server.web, "/metrics")[2],
                          capture_output=True, text=True, timeout=60, check=False)
    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")


def test_health_of_a_server_that_is_well(server):
    status, headers, body = get(server.web, "/healthz")
    assert (status, body) == (200, "ok\n")
    assert headers["Content-Type"] == "text/plain; charset=utf-8"


def figures(port):
    status, headers, body = get(port, "/figures")
    assert (status, headers["Content-Type"]) == (200, "application/json")
    assert body.isascii()
    return json.loads(body)


def test_figures_tell_of_questions(server):
    before = figures(server.web)
    for _ in range(3):
        server.ask("v4only.lab")
    server.ask("nosuch.example.test")

    def counts():
        now = figures(server.web)
        return {row["rcode"]: row["count"] for row in now["rcodes"]}, now

    old = {row["rcode"]: row["count"] for row in before["rcodes"]}
    wait_until(lambda: counts()[0]["NOERROR"] == old["NOERROR"] + 3 and
               counts()[0]["NXDOMAIN"] == old["NXDOMAIN"] + 1, "the answers are counted")
    now = counts()[1]
    assert [row["source"] for row in now["sources"]] == ["DNS", "other sources"]
    assert now["name_servers"][0]["address"] == "127.0.0.2:53"
    assert now["version"] and now["uptime"] >= 0 and now["restarts"] == 0


def test_the_history_grows_by_the_second(server):
    """Each second has what was asked in it; together that is everything."""
    before = figures(server.web)["history"]
    for _ in range(20):
        server.ask("v4only.lab")

    def has_grown():
        history = figures(server.web)["history"]
        return sum(history["rate"]) >= sum(before["rate"]) + 20

    wait_until(has_grown, "the questions in the history")
    history = figures(server.web)["history"]
    assert history["step"] == 1
    assert len({len(history[key]) for key in ("rate", "cached_rate", "median_ms", "p99_ms")}) == 1
    assert sum(history["cached_rate"]) >= sum(before["cached_rate"]) + 19


def test_the_page_has_the_figures(server):
    server.ask("v4only.lab")
    wait_until(lambda: figures(server.web)["rcodes"][0]["count"] > 0, "an answer")
    status, headers, body = get(server.web, "/")
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert re.search(r">NOERROR</span><span class=.number.>[1-9]", body)
    assert "127.0.0.2:53" in body


def test_a_hostile_name_is_text(server, fresh):
    """One whose lookup fails is shown with its name."""
    name = fresh("qservfail").replace(".", r"\<script\>x\<\/script\>.", 1)
    server.ask(name)
    wait_until(lambda: "&lt;script&gt;" in get(server.web, "/")[2], "the name on the page")
    assert "<script>x" not in get(server.web, "/")[2]


def test_elsewhere_is_nothing(server):
    for path in "/x", "/healthz/", "//", "/..", "/%2e%2e/metrics", "/metrics%00":
        assert get(server.web, path)[0] == 404, path
    assert get(server.web, "/healthz?x=y")[0] == 200


# Who is refused.

@pytest.mark.parametrize("path", ["/", "/healthz", "/metrics", "/figures", "/nothing"])
def test_all_replies_have_the_headers(server, path):
    for method, host in ("GET", "localhost"), ("HEAD", "localhost"), ("POST", "localhost"), \
            ("GET", "evil.example"):
        _, headers, _ = get(server.web, path, method, Host=host)
        assert {name: headers.get(name) for name in HEADERS} == HEADERS


def test_head_has_no_body(server):
    status, headers, body = get(server.web, "/healthz", "HEAD")
    assert (status, headers["Content-Length"], body) == (200, "3", "")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "X"])
def test_nothing_else_than_get_and_head(server, method):
    status, headers, _ = get(server.web, "/metrics", method)
    assert (status, headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "192.0.2.1:80", "[::1]:8053",
                                  "dns.example", "DNS.example:8053"])
def test_hosts_that_mean_this_server(server, host):
    assert get(server.web, "/metrics", Host=host)[0] == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example",
                                  "dns.example.evil.example", "x.dns.example", "127.1"])
def test_names_of_other_sites_are_misdirected(server, host):
    """As in DNS rebinding: a name of somebody else that leads here."""
    for path in "/", "/metrics", "/healthz", "/figures", "/nothing":
        status, _, body = get(server.web, path, Host=host)
        assert status == 421
        assert "hostdns_" not in body


BAD = {  # and the status, or None where the connection may just end
    b"GET / HTTP/1.1\r\n\r\n": 400,
    b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n": 400,
    b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello": 413,
    b"GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n": 413,
    b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + 20000 * b"x" + b"\r\n\r\n": 431,
    b"GET /" + 20000 * b"x" + b" HTTP/1.1\r\nHost: localhost\r\n\r\n": 414,
    b"GET / HTTP/1.1\r\nHost: localhost\r\n" + 5000 * b"a:b\r\n" + b"\r\n": 431,
    b"\r\n\r\n\r\n": None,
    b"\0" * 100: None,
    b"\xff" * 20000: None,
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500): None,  # a TLS client
    b"GET\r\n\r\n": None,
    b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n": None,
    b"GET / HTTP/1.1\nHost: localhost\n\n": None,
    b"GET http://evil.example/metrics HTTP/1.1\r\nHost: localhost\r\n\r\n": 404,
}


@pytest.mark.parametrize("request_octets", BAD, ids=range(len(BAD)))
def test_what_is_no_request(server, request_octets):
    web = server.child("web")
    text = raw(server.web, request_octets)
    if BAD[request_octets] and text:  # what it says may be lost with what it has not read
        assert status_of(text) == BAD[request_octets]
    assert status_of(text) is None or status_of(text) >= 200
    assert "hostdns_" not in text
    assert get(server.web, "/healthz")[0] == 200
    assert server.child("web") == web


def test_http_1_0_without_a_host(server):
    """As a load balancer's health check."""
    assert status_of(raw(server.web, b"GET /healthz HTTP/1.0\r\n\r\n")) == 200
    assert status_of(raw(server.web, b"GET /healthz HTTP/1.0\r\nHost: evil.example\r\n\r\n")) == 421


# Clients that are slow or many.

def test_clients_that_say_nothing_do_not_keep_others_out(server):
    idle = [connect(server.web) for _ in range(MOST + 30)]
    try:
        assert get(server.web, "/healthz")[0] == 200
        assert server.ask("localhost").outcome == ["localhost A 127.0.0.1"]
        ended = [client for client in idle if select.select([client], [], [], 0)[0]]
        assert ended  # the oldest
    finally:
        for client in idle:
            client.close()


def test_a_slow_client_has_ten_seconds(server):
    """However often it sends another octet."""
    with connect(server.web) as client:
        client.settimeout(1)
        client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ")
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            while True:
                with contextlib.suppress(socket.timeout):
                    if not client.recv(1):
                        break
                client.sendall(b"x")
    assert get(server.web, "/healthz")[0] == 200


def test_many_at_the_same_time(server):
    clients = []
    for _ in range(50):
        clients.append(connect(server.web))
        clients[-1].sendall(b"GET /figures HTTP/1.1\r\nHost: localhost\r\n\r\n")
    for client in clients:
        with client:
            text = read_all(client)
            assert status_of(text) == 200
            json.loads(text.partition("\r\n\r\n")[2])


def test_connections_leave_nothing_behind(server):
    def descriptors():
        return server.descriptors("web")

    wait_until(lambda: descriptors() < 16, "those of earlier tests to end")
    before = descriptors()
    for _ in range(200):
        assert get(server.web, "/healthz")[0] == 200
    wait_until(lambda: descriptors() <= before, "the connections end")


# No question waits for it.

def answers(server):
    return server.ask("localhost").outcome == ["localhost A 127.0.0.1"] and \
        server.ask("v4only.lab").outcome == ["v4only.lab A 10.0.0.4"]


def test_one_that_dies_is_replaced_and_its_socket_stays(start):
    server = start(*WEB)
    port = web_port(server)
    for _ in range(3):
        old = server.child("web")
        os.kill(old, signal.SIGKILL)
        assert server.ask("localhost").outcome == ["localhost A 127.0.0.1"]
        wait_until(lambda: server.child("web") != old, "another web process")
        assert get(port, "/healthz")[0] == 200
    assert "the web process (pid " in server.errors()
    wait_until(lambda: 'hostdns_restarts_total{process="web"} 3\n' in get(port, "/metrics")[2],
               "the deaths are counted")
    assert 'hostdns_restarts_total{process="serve"} 0\n' in get(port, "/metrics")[2]


def test_a_crash_costs_no_question(start):
    server = start(*WEB)
    os.kill(server.child("web"), signal.SIGABRT)
    for _ in range(20):
        assert server.ask("localhost").outcome == ["localhost A 127.0.0.1"]


def test_one_that_stands_still_keeps_nobody_waiting(start):
    """Commands and changes of the host go to all processes, but wait for none."""
    path = make_open_folder() / "control"
    server = start(*WEB, "-o", f"control={path}")
    port = web_port(server)
    with standing_still(server.child("web")), connect(port) as client:
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        for level in range(30):
            subprocess.run([CTL, "-s", path, "log", ("info", "debug")[level % 2]], check=True,
                           timeout=60)
            assert server.ask("localhost").outcome == ["localhost A 127.0.0.1"]
        assert not select.select([client], [], [], 0)[0]
    assert get(port, "/healthz")[0] == 200


def test_a_server_ends_though_it_stands_still(start):
    server = start(*WEB)
    web = server.child("web")
    with contextlib.suppress(ProcessLookupError), standing_still(web):
        server.stop()
        assert not is_alive(web)


def test_it_is_not_healthy_while_lookup_is_being_replaced(start):
    """Processes that die soon after their start are started again after a pause, which doubles."""
    server = start(*WEB)
    port = web_port(server)
    assert get(port, "/healthz")[::2] == (200, "ok\n")

    def lookups():
        return [pid for pid, name in children_of(server.pid) if name == "hostdnsd-lookup"]

    def is_ill():
        for pid in lookups():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return get(port, "/healthz")[::2] == (503, "The lookup process is being started.\n") and (
            'hostdns_processes_starting{process="lookup"} 1\n' in get(port, "/metrics")[2])

    wait_until(is_ill, "a pause that is long enough to ask twice")
    wait_until(lambda: get(port, "/healthz")[0] == 200, "another lookup process", seconds=60)
    assert 'hostdns_processes_starting{process="lookup"} 0\n' in get(port, "/metrics")[2]


# Reloads.

def test_a_reload_keeps_the_socket_and_the_numbers(start):
    server = start(*WEB, "-o", "workers=2")
    port = web_port(server)
    for number in range(3):
        old = server.child("web")
        server.reload()
        wait_until(lambda: not is_alive(old), "the old web process leaves")
        assert f"hostdns_reloads_total {number + 1}\n" in get(port, "/metrics")[2]
        assert get(port, "/healthz")[0] == 200
    assert server.child("web") != old


def test_requests_during_reloads_are_answered(start):
    server = start(*WEB)
    port = web_port(server)
    for _ in range(3):
        before = server.errors().count("reloaded")
        os.kill(server.pid, signal.SIGHUP)
        while server.errors().count("reloaded") == before:
            assert get(port, "/healthz")[::2] == (200, "ok\n")


@contextlib.contextmanager
def port_of_its_own():
    """A port that nobody has."""
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def is_refused(port):
    """While a process that retires still has the socket, the connection is reset later."""
    with contextlib.suppress(ConnectionResetError, http.client.RemoteDisconnected):
        try:
            get(port, "/healthz")
        except ConnectionRefusedError:
            return True
    return False


def test_a_reload_switches_it_on_moves_it_and_switches_it_off(start, etc):
    base = "listen = 127.0.0.1:0\n"
    etc.write("hostdns.conf", base)
    server = start("-c", "/etc/hostdns.conf", listen=None)
    with port_of_its_own() as port, port_of_its_own() as other:
        pass
    etc.write("hostdns.conf", base + f"web = 127.0.0.1:{port}\n")
    server.reload()
    assert get(port, "/healthz")[0] == 200
    etc.write("hostdns.conf", base + f"web = 127.0.0.1:{other}\n")
    server.reload()
    assert get(other, "/healthz")[0] == 200
    wait_until(lambda: is_refused(port), "nobody listens there any more")
    etc.write("hostdns.conf", base)
    server.reload()
    wait_until(lambda: "hostdnsd-web" not in [name for _, name in children_of(server.pid)],
               "it leaves")
    assert is_refused(other)


def test_a_reload_to_an_address_in_use_is_refused(start, etc):
    base = "listen = 127.0.0.1:0\n"
    etc.write("hostdns.conf", base + "web = 127.0.0.1:0\n")
    server = start("-c", "/etc/hostdns.conf", listen=None)
    port = web_port(server)
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        etc.write("hostdns.conf", base + f"web = 127.0.0.1:{taken}\n")
        server.reload()
        said = f"cannot listen on 127.0.0.1:{taken}: Address already in use"
        assert "not reloaded" in server.errors() and said in server.errors()
    assert get(port, "/healthz")[0] == 200


# What may be missing.

def status(path):
    return json.loads(subprocess.run([CTL, "-s", path, "--json", "status"], check=True,
                                     capture_output=True, text=True, timeout=60).stdout)


def test_the_status_tells_where_it_is(server):
    told = status(server.path)
    assert told["web"] == f"127.0.0.1:{server.web}"
    assert [row["role"] for row in told["processes"]] == ["serve", "lookup", "web"]
    lines = subprocess.run([CTL, "-s", server.path, "status"], check=True, capture_output=True,
                           text=True, timeout=60).stdout
    assert f"web: http://127.0.0.1:{server.web}/\n" in lines


def test_an_address_in_use_costs_the_page_alone(start):
    path = make_open_folder() / "control"
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        server = start("-o", f"web=127.0.0.1:{taken}", "-o", f"control={path}")
        said = f"no web page: cannot listen on 127.0.0.1:{taken}: Address already in use"
        assert said in server.errors()
        assert server.ask("localhost").outcome == ["localhost A 127.0.0.1"]
        (row,) = status(path)["missing"]
        assert row["facility"] == "web" and row["text"].startswith(said)
        assert status(path)["web"] is None
        server.reload()
        assert "not reloaded" not in server.errors()
    server.reload()
    wait_until(lambda: not status(path)["missing"], "the reload finds it free")
    assert get(taken, "/healthz")[0] == 200


def test_a_check_tells_that_the_library_cannot_be_loaded(open_folder):
    """In one line, and only if there is to be a page."""
    def check(*options, **env):
        return subprocess.run([PROGRAM, "-n", *options], env={**os.environ, **env},
                              capture_output=True, text=True, check=False)

    (open_folder / "libmicrohttpd.so.12").write_text("no library")
    without = {"LD_LIBRARY_PATH": str(open_folder)}
    done = check("-o", "web=127.0.0.1:8053", **without)
    assert done.returncode == 0
    assert re.fullmatch(r"hostdnsd: web=127\.0\.0\.1:8053: there will be no page: "
                        r"\S*libmicrohttpd\.so\.12: .*\n", done.stderr)
    for options, env in ((), without), (("-o", "web=127.0.0.1:8053"), {}):
        done = check(*options, **env)
        assert (done.returncode, done.stderr) == (0, "")


def test_without_the_library_the_rest_goes_on(start, open_folder):
    """A file of its name that is none."""
    path = make_open_folder() / "control"
    (open_folder / "libmicrohttpd.so.12").write_text("no library")
    server = start(*WEB, "-o", f"control={path}", env={"LD_LIBRARY_PATH": str(open_folder)})
    wait_until(lambda: status(path)["missing"], "the status tells")
    assert [row["facility"] for row in status(path)["missing"]] == ["web"]
    assert "libmicrohttpd" in server.errors()
    assert server.ask("localhost").outcome == ["localhost A 127.0.0.1"]
    assert "hostdnsd-web" not in [name for _, name in children_of(server.pid)]


def test_a_library_that_cannot_be_loaded_for_a_while_is_tried_again(start, open_folder):
    """It was there, so it will be: memory or descriptors may have run out."""
    server = start(*WEB, env={"LD_LIBRARY_PATH": str(open_folder)})
    port = web_port(server)
    assert get(port, "/healthz")[0] == 200
    (open_folder / "libmicrohttpd.so.12").write_text("no library")
    os.kill(server.child("web"), signal.SIGKILL)
    wait_until(lambda: "no web page: " in server.errors(), "a process that cannot load it")
    (open_folder / "libmicrohttpd.so.12").unlink()
    assert get(port, "/healthz")[0] == 200


def test_the_same_holds_behind_a_reload(start, open_folder):
    server = start(*WEB, env={"LD_LIBRARY_PATH": str(open_folder)})
    port = web_port(server)
    (open_folder / "libmicrohttpd.so.12").write_text("no library")
    server.reload()
    wait_until(lambda: "hostdnsd[web]: no web page: " in server.errors(),
               "a process that cannot load it")
    (open_folder / "libmicrohttpd.so.12").unlink()
    assert get(port, "/healthz")[0] == 200


def test_strangers_are_warned_of(start):
    server = start("-o", "web=0.0.0.0:0")
    assert "web=0.0.0.0:0: not a loopback address: whoever reaches it sees what clients ask" in \
        server.errors()
    assert "not a loopback address" not in start(*WEB).errors()


def test_a_dry_run_checks_the_keys(etc):
    etc.write("hostdns.conf", "web = nowhere\nweb-host = a/b\nweb-privacy = maybe\n")
    said = subprocess.run([PROGRAM, "-n", "-c", "/etc/hostdns.conf"], capture_output=True, text=True,
                          timeout=60, check=False)
    assert said.returncode == 1
    assert [line.partition(": ")[2].split("=")[0] for line in said.stderr.splitlines()] == [
        "/etc/hostdns.conf:1: web", "/etc/hostdns.conf:2: web-host",
        "/etc/hostdns.conf:3: web-privacy"]


def test_no_library_is_loaded_into_the_other_processes(server):
    """The library brings others with it, which run code of their own."""
    for name, pid in {"hostdnsd": server.pid, **{name: pid for pid, name in
                                                 children_of(server.pid)}}.items():
        mapped = pathlib.Path(f"/proc/{pid}/maps").read_text()
        assert ("libmicrohttpd" in mapped) == (name == "hostdnsd-web"), name
