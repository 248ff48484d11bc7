"""The tools of the bench count right. How fast anything is, no test says."""

import json
import os
import pathlib
import socket
import struct
import subprocess
import threading
import xml.etree.ElementTree

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import pytest

from ask import Server
from daemon import wait_until

TOOLS = pathlib.Path(os.environ.get("BUILD", "build"), "bench").resolve()
SVG = "{http://www.w3.org/2000/svg}"
PATIENCE = ["-o", "60"]  # seconds: a slow machine loses nothing


def tool(name, *arguments):
    run = subprocess.run([TOOLS / name, *map(str, arguments)], capture_output=True, text=True,
                         check=True)
    return json.loads(run.stdout)


def load(to, *arguments):
    return tool("load", *PATIENCE, *arguments, f"{to[0]}:{to[1]}")


@pytest.fixture(scope="module")
def reflector():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    with subprocess.Popen([TOOLS / "reflector", f"127.0.0.1:{port}", "hung"],
                          stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        yield Server("127.0.0.1", port)
        process.kill()


class Recorder:
    """Keeps the questions that arrive, and answers as told, or never."""

    def __init__(self, answer=lambda wire: []):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.to = self.socket.getsockname()
        self.questions = []
        self.answer = answer
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            wire, source = self.socket.recvfrom(4096)
            self.questions.append(dns.message.from_wire(wire))
            for reply in self.answer(wire):
                self.socket.sendto(reply, source)

    @property
    def names(self):
        return [question.question[0].name.to_text() for question in self.questions]


def test_every_question_is_counted_with_its_rcode(server, etc):
    etc.add("hosts", "".join(f"10.0.0.{i} w{i}.bench.lab\n" for i in range(1, 6)))
    server.ask_until(["w1.bench.lab A 10.0.0.1"], "w1.bench.lab")
    result = load(server.to, "-n", 20, "-p", "w", "-i", 1, "-m", 5, "-w", 4)
    assert (result["sent"], result["answered"], result["lost"]) == (20, 20, 0)
    assert result["records"] == 20
    assert result["rcodes"] == {"NOERROR": 20}


def test_the_fields_of_a_result(server):
    result = load(server.to, "-n", 3, "-p", "l", "-z", ".localhost")
    assert set(result) == {"sent", "answered", "lost", "stray", "records", "truncated",
                           "seconds", "rate", "p50_us", "p99_us", "max_us", "rcodes"}
    assert 0 < result["p50_us"] <= result["p99_us"] <= result["max_us"]
    assert result["max_us"] <= result["seconds"] * 1e6
    assert result["rate"] == pytest.approx(3 / result["seconds"], rel=0.01)


def test_names_from_a_file_and_other_rcodes(server, tmp_path):
    names = tmp_path / "names"
    names.write_text("localhost A\nnosuch.example.test\nv4only.lab\n")
    result = load(server.to, "-n", 6, "-f", names)
    assert result["rcodes"] == {"NOERROR": 4, "NXDOMAIN": 2}
    assert result["records"] == 4


def test_questions_as_numbered():
    recorder = Recorder()
    tool("load", "-n", 5, "-p", "x", "-z", ".y.test", "-i", 7, "-m", 3, "-o", 0.1,
         "{}:{}".format(*recorder.to))
    wait_until(lambda: len(recorder.questions) == 5, "five questions")
    assert recorder.names == ["x7.y.test.", "x8.y.test.", "x9.y.test.", "x7.y.test.",
                              "x8.y.test."]
    question = recorder.questions[0]
    assert question.question[0].rdtype == dns.rdatatype.A
    assert question.flags == dns.flags.RD
    assert question.edns == -1
    assert len({question.id for question in recorder.questions}) == 5


def test_edns_as_dig_asks():
    recorder = Recorder()
    tool("load", "-n", 1, "-e", "-o", 0.1, "{}:{}".format(*recorder.to))
    wait_until(lambda: recorder.questions, "a question")
    question = recorder.questions[0]
    assert question.flags == dns.flags.RD | dns.flags.AD
    assert (question.edns, question.payload, question.ednsflags) == (0, 1232, 0)
    assert [(int(option.otype), len(option.to_wire())) for option in question.options] == \
        [(10, 8)]


def test_silence_is_loss(reflector):
    result = tool("load", "-n", 10, "-p", "hung", "-o", 0.2,
                  "{}:{}".format(*reflector.to))
    assert (result["sent"], result["answered"], result["lost"]) == (10, 0, 10)
    assert result["rcodes"] == {}
    assert result["seconds"] >= 0.2


def test_a_reply_to_another_question_is_a_stray():
    def twice_and_wrong(wire):
        wire = bytearray(wire)
        wire[2] |= 0x80
        other = bytearray(wire.replace(b"bench", b"wrong"))
        other[3] = dns.rcode.SERVFAIL
        return [other, bytes(wire), bytes(wire)]

    recorder = Recorder(twice_and_wrong)
    result = load(recorder.to, "-n", 2, "-w", 1)
    assert (result["answered"], result["lost"]) == (2, 0)
    assert result["rcodes"] == {"NOERROR": 2}
    assert result["stray"] >= 3  # the last reply may come when it is over


def test_the_window_bounds_what_waits():
    recorder = Recorder()
    tool("load", "-n", 12, "-w", 4, "-o", 0.3, "{}:{}".format(*recorder.to))
    wait_until(lambda: len(recorder.questions) == 12, "all questions")

    waiting = subprocess.Popen([TOOLS / "load", "-n", "12", "-w", "4", "-o", "600",
                                "{}:{}".format(*recorder.to)], stdout=subprocess.DEVNULL)
    wait_until(lambda: len(recorder.questions) == 16, "a window of questions")
    with pytest.raises(subprocess.TimeoutExpired):
        waiting.wait(0.3)
    assert len(recorder.questions) == 16
    waiting.kill()
    waiting.wait()


def test_a_rate_is_not_exceeded(reflector):
    result = load(reflector.to, "-r", 200, "-n", 41)
    assert result["answered"] == 41
    assert result["seconds"] >= 0.2


def test_one_that_never_sleeps(reflector):
    result = load(reflector.to, "-s", "-n", 1001, "-w", 100)
    assert (result["sent"], result["answered"], result["lost"]) == (1001, 1001, 0)


def test_over_tcp(reflector):
    knot = ("127.0.0.1", 53)
    names = ["-p", "ns", "-z", ".nowhere.test", "-n", 40]
    single = load(knot, "-t", "-w", 4, *names)
    piped = load(knot, "-t", "-w", 10, "-c", 2, *names)
    for result in single, piped:
        assert (result["sent"], result["answered"], result["lost"]) == (40, 40, 0)
        assert result["rcodes"] == {"NXDOMAIN": 40}
    refused = load(reflector.to, "-t", "-w", 1, "-n", 3)
    assert (refused["answered"], refused["lost"]) == (0, 3)


def test_what_ends_a_connection_is_loss():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def close_after_one():
            connection, _ = listener.accept()
            with connection:
                length, = struct.unpack("!H", connection.recv(2, socket.MSG_WAITALL))
                wire = bytearray(connection.recv(length, socket.MSG_WAITALL))
                wire[2] |= 0x80
                connection.sendall(struct.pack("!H", length) + wire)

        threading.Thread(target=close_after_one, daemon=True).start()
        result = load(listener.getsockname(), "-t", "-c", 1, "-w", 3, "-n", 3)
    assert result["answered"] + result["lost"] == 3
    assert result["answered"] <= 1


def test_the_reflector_replies_as_a_server(reflector):
    reply = reflector.ask("some.name.lab", edns=True)
    assert reply.answer == ["some.name.lab A 10.9.8.7"]
    assert reflector.ask("some.name.lab", "AAAA").outcome == "NODATA"


def test_the_direct_caller_counts(etc):
    etc.add("hosts", "".join(f"10.0.0.{i} d{i}.bench.lab\n" for i in range(5)))
    result = tool("direct", 3, 5, "d", 0, ".bench.lab")
    assert result["answered"] == 5
    assert result["cpu_us"] > 0


def test_a_picture_has_bars_as_long_as_its_figures(tmp_path):
    figures = tmp_path / "results.csv"
    figures.write_text("measurement,server,unit,median\ncached,hostdnsd,µs,2.5\n"
                       "cached,a & b,µs,10\ntcp-single,unbound,µs,99\n"
                       "p99-fresh-1000,hostdnsd,µs,1500\np99-fresh-1000,unbound,µs,7\n")
    drawn = subprocess.run(["tests/bench/picture.py", figures], check=True, stdout=subprocess.PIPE)
    picture = xml.etree.ElementTree.fromstring(drawn.stdout)
    bars = [float(bar.get("width")) for bar in list(picture.iter(f"{SVG}rect"))[1:]]
    words = [text.text for text in picture.iter(f"{SVG}text")]
    assert words == ["CPU time of a cached answer over UDP, µs", "hostdnsd", "2.5", "a & b", "10",
                     "Slowest of 100 answers of hostdnsd beside names that hang (p99), ms",
                     "fresh names, 1,000 hung", "1.5"]
    assert bars[1] == bars[2] == 4 * bars[0]
