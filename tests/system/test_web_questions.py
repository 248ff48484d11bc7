"""Recent questions on the web page: the list, one question with its way and packets, and the events."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess

import dns.edns
import dns.message
import dns.name
import pytest

from daemon import PROGRAM, Daemon, is_alive, wait_until
from test_web import WEB, connect, get, web_port

CLIENT = PROGRAM.with_name("hostdns")
BURST = 100  # questions that a process shows at once
READERS = 16  # of events


@pytest.fixture(scope="module")
def server():
    daemon = Daemon(*WEB, "-o", "cache-size=1000000", "-o", "ttl=300")
    daemon.web = web_port(daemon)
    yield daemon
    daemon.stop()


def of_json(port, path):
    status, headers, body = get(port, path)
    assert (status, headers["Content-Type"]) == (200, "application/json"), body
    assert body.isascii() and not re.search(r"[\0-\x09\x0b-\x1f]", body)
    return json.loads(body)


def questions(port):
    return of_json(port, "/questions")


def newest(port, name):
    """The newest question for the name. Waits until it may be shown: most are not in a burst."""
    found = [question for question in questions(port) if question["name"] == name]
    return found[0] if found else None


def shown(server, name, *question, **how):
    """Asks until the question is among those that are shown: (reply, what is shown)."""
    before = {row["id"] for row in questions(server.web)}
    found = []

    def is_shown():
        reply = server.ask(name.removesuffix("."), *question, **how)
        server.ask("localhost")  # a reply leaves before it is written into the ring
        row = newest(server.web, name)
        found[:] = [reply, row]
        return row and row["id"] not in before

    wait_until(is_shown, f"{name} is shown")
    return found


def whole(server, row):
    return of_json(server.web, f"/question/{row['id']}")


def fields(row):
    """Without what differs each time."""
    assert re.fullmatch(r"\d+", row["id"])
    assert 1.6e9 < row["time"] < 4e9 and 0 <= row["ms"] < 60000
    return {key: value for key, value in row.items() if key not in ("id", "time", "ms")}


# --- what is shown of a question ---


def expected(name, **more):
    return {"client": "127.0.0.1", "transport": "udp", "name": name, "type": "A",
            "source": "hosts file", "rcode": "NOERROR", "error": None, "cached": False, **more}


def test_from_the_hosts_file_and_then_from_the_cache(start):
    server = start(*WEB, "-o", "cache-size=1000000", "-o", "ttl=300")
    server.web = web_port(server)
    _, row = shown(server, "v4only.lab.")
    assert fields(row) == expected("v4only.lab.")
    _, row = shown(server, "v4only.lab.")
    assert fields(row) == expected("v4only.lab.", cached=True)


def test_from_a_name_server(server):
    _, row = shown(server, "a.example.test.")
    assert fields(row) == expected("a.example.test.", source="DNS server 127.0.0.2 over UDP")


def test_over_tcp(server):
    _, row = shown(server, "cname-a.example.test.", tcp=True)
    assert fields(row) == expected("cname-a.example.test.", transport="tcp",
                                   source="DNS server 127.0.0.2 over UDP")


def test_another_type(server):
    _, row = shown(server, "v4only.lab.", "AAAA")
    assert fields(row) == expected("v4only.lab.", type="AAAA")


def test_a_denial(server):
    _, row = shown(server, "nosuch.example.test.")
    assert (row["rcode"], row["error"]) == ("NXDOMAIN", None)


def test_a_failure_has_its_error(server, fresh):
    reply, row = shown(server, fresh("qservfail-servfail") + ".", edns=True)
    assert row["rcode"] == reply.rcode == "SERVFAIL"
    assert row["error"].endswith(reply.extended_error[1]) and ": " in row["error"]


def test_what_the_server_itself_answers(server):
    _, row = shown(server, "x.localhost.")
    assert fields(row) == expected("x.localhost.", source="the server itself",
                                   error="Synthesized: special-use name (RFC 6761)")


def test_a_refusal(server):
    _, row = shown(server, "example.test.", "AXFR", tcp=True)
    assert (row["type"], row["rcode"], row["source"]) == ("AXFR", "REFUSED", "the server itself")


def test_a_request_that_cannot_be_read(server):
    def is_shown():
        server.raw(b"\0\7\1\0\0\1\0\0\0\0\0\0\3ww")
        return newest(server.web, "")

    wait_until(is_shown, "a row without a name")
    row = newest(server.web, "")
    assert (row["type"], row["rcode"]) == ("", "FORMERR")
    assert [packet["what"] for packet in whole(server, row)["packets"]] == ["question", "reply"]


HOSTILE = {
    "script": (b"<script>alert(1)</script>",),
    "quotes": (b"\"'`",),
    "controls": (b"\n\r\t\x1b[31m\x7f", b"\x80\xff"),
    "nul": (b"a\0b",),
    "backslash": (b"a\\b.c",),
    "longest": (63 * b"\0", 63 * b"\x01", 63 * b"<", 61 * b"\xff"),
    "unicode": ("ä\u2028".encode(),),
}


@pytest.mark.parametrize("labels", HOSTILE.values(), ids=HOSTILE)
def test_hostile_names_are_text(server, labels):
    name = dns.name.Name([*labels, b""])
    wire = dns.message.make_query(name, "A")

    def is_shown():
        server.raw(wire.to_wire())
        return any(dns.name.from_text(row["name"]) == name for row in questions(server.web)
                   if row["name"])

    wait_until(is_shown, "the name is shown")
    (row, *_) = [row for row in questions(server.web)
                 if row["name"] and dns.name.from_text(row["name"]) == name]
    assert row["name"].isprintable() and row["name"].isascii()
    told = whole(server, row)
    assert bytes.fromhex(told["packets"][0]["hex"])[12:] == wire.to_wire()[12:]


def test_numbers_that_are_not_in_the_ring(server):
    shown(server, "v4only.lab.")
    for number in "0", "99999999", "99999999999999999999999", "-1", "x", "", "1%00", "18446744073709551615":
        assert get(server.web, f"/question/{number}")[0] == 404, number


def test_at_most_two_hundred_are_listed(server):
    rows = questions(server.web)
    assert 0 < len(rows) <= 200
    numbers = [int(row["id"]) for row in rows]
    assert numbers == sorted(set(numbers), reverse=True)


# --- the way and the packets are those that the client shows ---


def client(server, *words):
    address, port = server.to
    return subprocess.run([CLIENT, f"@{address}#{port}", *words], capture_output=True, text=True,
                          timeout=60, check=False).stdout


TIME = r"\d[\d.]* (?:ms|s)"


def drawn_steps(picture):
    """What stands behind "|--": (text and outcome, time)."""
    found = []
    for line in re.findall(r"^ +\|-- (.*)$", picture, re.M):
        text, time, outcome = re.fullmatch(rf"(.*?)(?: +({TIME})(?:  (.*))?)?", line).groups()
        found.append((text + (f", {outcome}" if outcome else ""), time))
    return found


def as_the_client_says(took):
    """The time in milliseconds, as +trace shows it."""
    if took is None:
        return None
    if took < 9.995:
        return f"{took:.2f} ms"
    return f"{took:.0f} ms" if took < 999.5 else f"{took / 1000:.1f} s"


@pytest.mark.parametrize("name", ["v4only.lab", "cname-a.example.test", "nosuch.example.test"])
def test_the_way_is_that_of_trace(start, name):
    server = start(*WEB)
    server.web = web_port(server)
    picture = client(server, name, "A", "+trace")
    server.ask("localhost")
    told = whole(server, newest(server.web, name + "."))
    inner = [step for step in told["way"] if step["step"] in ("probe", "owner", "ask", "verdict")]
    assert [(step["text"], as_the_client_says(step["took"])) for step in inner] == \
        drawn_steps(picture)
    assert len(inner) >= 2
    serve, = [step for step in told["way"] if step["step"] == "serve"]
    assert f"+-> serve    {serve['text']}\n" in picture
    assert re.search(rf"\+<- serve +{re.escape(as_the_client_says(serve['took']))}\n", picture)
    assert told["ms"] == serve["took"]


def dumped(text):
    """What +wire shows: for each packet its octets, and the words of its fields."""
    packets = []
    for line in text.splitlines():
        if re.match(r"(Query to|Reply from) ", line):
            packets.append((bytearray(), []))
        elif packets and (match := re.match(r"([0-9a-f]{4}) ((?: [0-9a-f]{2})+)(?: {2,}(.*))?$", line)):
            packets[-1][0].extend(bytes.fromhex(match[2].replace(" ", "")))
            if match[3]:
                packets[-1][1].append(" ".join(match[3].split()))
        elif packets and line.strip():
            packets[-1][1].append(" ".join(line.split()))
    return packets


def words_of(field):
    source = f"[{field['source']}]" if field["source"] else ""
    return " ".join(" ".join([field["name"], field["value"], field["meaning"], source]).split())


@pytest.mark.parametrize("question", [("v4only.lab", "A"), ("cname-a.example.test", "A"),
                                      ("nosuch.example.test", "AAAA"), ("example.test", "MX")])
def test_the_packets_are_those_of_wire(start, question):
    server = start(*WEB)
    server.web = web_port(server)
    shown_by_client = dumped(client(server, *question, "+wire"))
    server.ask("localhost")
    packets = whole(server, newest(server.web, question[0] + "."))["packets"]
    assert len(shown_by_client) == len(packets) == 2
    for (octets, words), packet in zip(shown_by_client, packets):
        assert packet["hex"] == octets.hex()
        assert packet["len"] == len(octets)
        assert [words_of(field) for field in packet["fields"]] == words
        assert sum(field["len"] for field in packet["fields"]) == len(octets)


# --- privacy ---


def test_clients_can_be_hidden(start):
    server = start(*WEB, "-o", "web-privacy=yes", "-o", "cookies=yes")
    server.web = web_port(server)
    subnet = dns.edns.ECSOption("192.0.2.0", 24)
    cookie = dns.edns.GenericOption(10, b"cookie!!")
    server.ask("v4only.lab", edns=True, options=[subnet, cookie])
    server.ask("localhost")
    row = newest(server.web, "v4only.lab.")
    assert row["client"] == "hidden"
    told = json.dumps(whole(server, row))
    for word in "127.0.0.1", "192.0.2", "subnet", "cookie", b"cookie!!".hex(), "c00002":
        assert word not in told, word
    assert row["rcode"] == "NOERROR" and row["source"] == "hosts file"


def test_those_of_before_are_hidden_too(start, etc):
    base = "listen = 127.0.0.1:0\nweb = 127.0.0.1:0\n"
    etc.write("hostdns.conf", base)
    server = start("-c", "/etc/hostdns.conf", listen=None)
    server.web = web_port(server)
    server.ask("v4only.lab")
    server.ask("localhost")
    assert newest(server.web, "v4only.lab.")["client"] == "127.0.0.1"
    etc.write("hostdns.conf", base + "web-privacy = yes\n")
    server.reload()
    server.ask("cname-a.example.test")
    server.ask("localhost")
    # The page's former process may take a connection before it hears that it retires.
    wait_until(lambda: {row["client"] for row in questions(server.web)} == {"hidden"}, "hidden names")


# --- events ---


class Events:
    """A browser's EventSource."""

    def __init__(self, port, last=None):
        self.socket = connect(port)
        header = f"Last-Event-ID: {last}\r\n" if last else ""
        self.socket.sendall(f"GET /events HTTP/1.1\r\nHost: localhost\r\n{header}\r\n".encode())
        self.text = b""
        self.status = int(self.line().split()[1])
        self.headers = {}
        while line := self.line():
            name, _, value = line.partition(": ")
            self.headers[name] = value
        self.is_chunked = self.headers.get("Transfer-Encoding") == "chunked"
        self.body = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def more(self):
        chunk = self.socket.recv(65536)
        if not chunk:
            raise EOFError("the stream has ended")
        self.text += chunk

    def line(self):
        while b"\r\n" not in self.text:
            self.more()
        line, _, self.text = self.text.partition(b"\r\n")
        return line.decode()

    def more_body(self):
        if not self.is_chunked:
            if not self.text:
                self.more()
            self.body, self.text = self.body + self.text, b""
            return
        size = int(self.line(), 16)
        if size == 0:
            raise EOFError("the stream has ended")
        while len(self.text) < size + 2:
            self.more()
        self.body, self.text = self.body + self.text[:size], self.text[size + 2:]

    def event(self, kind):
        """The next of that kind: (id, data)."""
        while True:
            while b"\n\n" not in self.body:
                self.more_body()
            block, _, self.body = self.body.partition(b"\n\n")
            found = dict(line.split(": ", 1) for line in block.decode("ascii").split("\n"))
            if found.get("event") == kind:
                return found.get("id"), json.loads(found["data"])

    def question(self, name):
        """Its next event about the name."""
        while True:
            number, data = self.event("question")
            assert number == data["id"]
            if data["name"] == name:
                return data


def listen(port, last=None):
    """As a browser does, which tries again: those that have left may not be noticed yet."""
    found = []

    def is_heard():
        found[:] = [Events(port, last)]
        if found[0].status == 200:
            return True
        found[0].socket.close()
        return False

    wait_until(is_heard, "a place among the readers")
    return found[0]


@contextlib.contextmanager
def with_server(start, *options):
    server = start(*WEB, *options)
    server.web = web_port(server)
    yield server


def test_questions_come_as_they_are_asked(server):
    with listen(server.web) as events:
        assert (events.status, events.headers["Content-Type"]) == (200, "text/event-stream")
        assert events.headers["Cache-Control"] == "no-store"
        events.event("figures")
        _, row = shown(server, "dual.lab.")
        assert fields(events.question("dual.lab.")) == fields(row)


def test_figures_come_each_second(server):
    with listen(server.web) as events:
        _, first = events.event("figures")
        _, second = events.event("figures")
    assert 0.9 < second["time"] - first["time"] < 60
    assert set(second) >= {"time", "rate", "cached_rate", "median_ms", "p99_ms", "hung", "waiting",
                           "shown", "not_shown"}


def test_a_reader_goes_on_where_it_has_stopped(start):
    with with_server(start) as server:
        for name in "v4only.lab.", "v6only.lab.", "dual.lab.":
            shown(server, name)
        names = {row["id"]: row["name"] for row in questions(server.web)}
        first = min(names, key=int)
        with Events(server.web, last=first) as events:
            numbers = [events.event("question")[0] for _ in range(len(names) - 1)]
        assert numbers == sorted(set(names) - {first}, key=int)


def test_many_readers_and_one_more(server):
    with contextlib.ExitStack() as stack:
        readers = [stack.enter_context(listen(server.web)) for _ in range(READERS)]
        for reader in readers:
            reader.event("figures")
        with Events(server.web) as one_more:
            assert one_more.status == 503
        _, row = shown(server, "v6only.lab.", "AAAA")
        for reader in readers:
            assert fields(reader.question("v6only.lab.")) == fields(row)
        assert get(server.web, "/healthz")[0] == 200

    listen(server.web).socket.close()


def test_a_slow_reader_keeps_nobody_waiting(server):
    with connect(server.web) as slow, listen(server.web) as events:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        slow.sendall(b"GET /events HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: 1\r\n\r\n")
        for number in range(2 * BURST):
            server.ask(f"n{number}.localhost")
        _, row = shown(server, "last.localhost.")
        assert events.question("last.localhost.")["id"] == row["id"]
        assert get(server.web, "/healthz")[0] == 200


def test_a_reload_ends_the_stream_and_another_goes_on(start):
    with with_server(start, "-o", "workers=2") as server:
        _, row = shown(server, "v4only.lab.")
        old = server.child("web")
        with Events(server.web, last=row["id"]) as events:
            events.event("figures")
            server.reload()
            with pytest.raises((EOFError, ConnectionResetError)):
                while True:
                    events.event("figures")
        wait_until(lambda: not is_alive(old), "the old web process leaves")
        with Events(server.web, last=row["id"]) as events:
            _, other = shown(server, "dual.lab.")
            assert int(other["id"]) > int(row["id"])
            events.question("dual.lab.")
        assert newest(server.web, "v4only.lab.")["id"] == row["id"]


def test_a_serve_process_that_is_killed_leaves_a_ring_that_can_be_read(start):
    with with_server(start, "-o", "workers=2") as server:
        with Events(server.web) as events:
            for number in range(5):
                pid = server.child("serve")
                for name in range(50):
                    server.ask(f"n{name}.localhost")
                os.kill(pid, signal.SIGKILL)
                wait_until(lambda pid=pid: not is_alive(pid), "its end")
                name = f"after{number}.localhost."
                shown(server, name)
                assert events.question(name)["rcode"] == "NOERROR"


# --- a burst ---


def totals(server):
    return of_json(server.web, "/figures")["totals"]


def ask_many(server, count, name="v4only.lab", at_once=50):
    """Each is answered."""
    query = dns.message.make_query(name, "A")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(30)
        sock.connect(server.to)
        answered = 0
        for first in range(0, count, at_once):
            for number in range(first, min(first + at_once, count)):
                query.id = number % 65536
                sock.send(query.to_wire())
            for _ in range(min(at_once, count - first)):
                sock.recv(65535)
                answered += 1
    return answered


@pytest.mark.parametrize("workers", [1, 2])
def test_those_that_are_shown_and_those_that_are_not_add_up(start, workers):
    with with_server(start, "-o", "cache-size=1000000", "-o", "ttl=300", "-o",
                     f"workers={workers}") as server:
        before = totals(server)
        assert ask_many(server, 10000) == 10000
        wait_until(lambda: totals(server)["questions"] == before["questions"] + 10000,
                   "all are counted")
        after = totals(server)
        assert after["shown"] + after["not_shown"] == after["questions"]
        assert BURST <= after["shown"] - before["shown"] < 10000
        assert len(questions(server.web)) == min(200, after["shown"])
