"""hostdnsctl top: the view as text, and on a terminal, which is tmux's."""

import contextlib
import json
import re
import subprocess

import pytest

from daemon import PROGRAM, standing_still, wait_until
from load import Load

CTL = PROGRAM.with_name("hostdnsctl")
TITLES = ["Hung lookups:", "Failures of the last minutes:", "Slowest lookups of the last minutes:"]


@pytest.fixture
def path(open_folder):
    return open_folder / "control"


@pytest.fixture
def server(start, path):
    return start("-o", f"control={path}", "-o", "workers=2", "-o", "cache-size=1000000")


def once(path, *options):
    result = subprocess.run([CTL, "-s", path, "top", "--once", "--interval", "0.2", *options],
                            capture_output=True, text=True, timeout=60, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout


def figures(text):
    """{label: (a second, in all)}"""
    rows = re.findall(r"^ *(\w[\w ]*?)  +([\d.]+|-) +([\d,]+)\b", text, re.M)
    return {label: (float(rate.replace("-", "0")), int(total.replace(",", ""))) for label, rate, total in rows}


def test_the_figures_of_a_server_under_load(server, path):
    with Load(server, ["localhost", "v4only.lab"]):
        wait_until(lambda: (all_ := figures(once(path)))["Questions"][0] > 0
                   and all_["from the cache"][0] > 0, "questions a second")
        text = once(path)
    assert text.startswith(f"hostdnsd, pid {server.pid}, up ")
    assert ", 2 workers\n" in text
    shown = figures(text)
    assert shown["Questions"][1] >= shown["from the cache"][1] > 0
    assert shown["in other sources"][1] > 0
    assert shown["SERVFAIL"] == (0.0, 0)
    assert re.search(r"from the cache .* \d+\.\d % ", text)
    assert [line for line in text.split("\n") if line.endswith(":")] == TITLES
    assert text.isascii() and "\x1b" not in text


def test_the_names_worth_showing(server, path, etc):
    """One that fails, one that hangs, one that was answered."""
    server.ask("a.example.test")
    assert server.ask("x.qservfail-servfail.fault.test").rcode == "SERVFAIL"
    etc.write("resolv.conf", "nameserver 127.0.0.3\n")
    pending = [server.send(name) for name in ("hang.example.test", r"\027[2j.example.test")]
    wait_until(lambda: r"\027[2j.example.test. A" in once(path).partition("Failures")[0], "what hangs")
    text = once(path)
    hung, failed, _ = re.split("Failures|Slowest", text)
    assert re.search(r"^ +[\d.]+ s  hang\.example\.test\. A$", hung, re.M)
    assert re.search(r" ago  x\.qservfail-servfail\.fault\.test\. A: name server 127\.0\.0\.2:53 says "
                     "SERVFAIL$", failed, re.M)
    assert re.search(r"^Now: 2 lookups in flight, 2 at name servers, 2 hung; ", text, re.M)
    for one in pending:
        assert one.reply().rcode == "SERVFAIL"
    wait_until(lambda: "hang.example.test. A: host resolver: no answer yet" in once(path), "the failure")


def test_json_has_all_of_it(server, path, etc):
    etc.write("resolv.conf", "nameserver 127.0.0.3\n")
    pending = server.send("hang.example.test")

    def told():
        return json.loads(subprocess.run([CTL, "-s", path, "top", "--json"], capture_output=True,
                                         timeout=60, check=True).stdout)

    wait_until(lambda: told()["hung-lookups"] == 1, "the hung lookup")
    said = told()
    assert said["hung"][0]["name"] == "hang.example.test. A"
    assert said["hung"][0]["seconds"] >= 1
    assert said["silent-workers"] == 0
    assert said["counters"]["lookups-in-flight"] == 1
    assert said["status"]["pid"] == server.pid
    pending.reply()


def test_a_worker_that_hangs_is_told_and_holds_up_nobody(server, path):
    with standing_still(server.child("serve")):
        assert ", 2 workers, of which 1 did not answer\n" in once(path)


def test_without_a_terminal_it_says_what_to_do(server, path):
    result = subprocess.run([CTL, "-s", path, "top"], stdin=subprocess.DEVNULL,
                            capture_output=True, text=True, timeout=60, check=False)
    assert (result.returncode, result.stdout) == (69, "")
    assert result.stderr == "hostdnsctl: top needs a terminal; --once prints the view as text\n"


def test_without_a_server_there_is_no_view(path):
    result = subprocess.run([CTL, "-s", path, "top"], capture_output=True, text=True, timeout=60,
                            check=False)
    assert result.returncode == 2
    assert result.stderr == f"hostdnsctl: no server at {path}: No such file or directory\n"


# On a terminal.


class Terminal:
    """A shell's command in tmux, which says at its end how it went and how it left things."""

    def __init__(self, folder, path):
        self.socket = folder / "tmux"
        command = (f"trap : QUIT; stty -g; echo earlier; {CTL} -s {path} top --interval 0.1; "
                   "echo over $?; stty -g; cat")
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "40", command)

    def tmux(self, *words):
        return subprocess.run(["tmux", "-S", self.socket, *words], capture_output=True, text=True,
                              timeout=60, check=True).stdout

    def text(self):
        return self.tmux("capture-pane", "-p")

    def shows(self, *texts):
        wait_until(lambda: all(text in self.text() for text in texts), f"{texts}")

    def press(self, key):
        self.tmux("send-keys", key)

    def resize(self, columns, rows):
        self.tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def ends(self, status):
        """With the screen and the modes of the terminal that were there before."""
        self.shows(f"over {status}")
        wait_until(lambda: len(self.text().split()) == 5, "all that is said at the end")
        modes, earlier, _, said, after = self.text().split()
        assert (earlier, said, modes) == ("earlier", str(status), after)

    def stop(self):
        with contextlib.suppress(subprocess.CalledProcessError):
            self.tmux("kill-server")


@pytest.fixture
def terminal(server, open_folder, path):
    running = Terminal(open_folder, path)
    yield running
    running.stop()


def test_it_lives_and_ends_by_q(server, terminal):
    """The lists keep their places while the figures change."""
    terminal.shows(f"hostdnsd, pid {server.pid}, up ", *TITLES)
    before = figures(terminal.text())["Questions"][1]
    with Load(server, ["localhost", "v4only.lab"]):
        wait_until(lambda: (shown := figures(terminal.text()))["Questions"][1] > before
                   and shown["Questions"][0] > 0, "questions a second")
    terminal.press("q")
    terminal.ends(0)


@pytest.mark.parametrize("key", ["C-c", "C-\\"])
def test_a_signal_leaves_the_terminal_as_it_was(terminal, key):
    terminal.shows(*TITLES)
    terminal.press(key)
    terminal.ends(0)


def test_it_follows_the_size_of_the_window(server, terminal):
    terminal.shows(*TITLES)
    terminal.resize(50, 20)
    wait_until(lambda: len(terminal.text().rstrip("\n").split("\n")) <= 20 and all(
        title[:50] in terminal.text() for title in TITLES), "a small view")
    assert "LOOKUPS" not in terminal.text()
    terminal.resize(120, 50)
    terminal.shows("LOOKUPS      IN ALL")
    terminal.resize(5, 2)  # too small for anything, and no reason to end
    terminal.resize(100, 40)
    terminal.shows(f"hostdnsd, pid {server.pid}, up ", *TITLES)
    terminal.press("q")
    terminal.ends(0)


def test_it_says_that_a_server_hangs_or_is_gone_and_can_be_left_then(server, terminal, start, path):
    terminal.shows(*TITLES)
    with standing_still(server.pid):
        terminal.shows("the server hangs")
    wait_until(lambda: "the server hangs" not in terminal.text(), "new figures")
    server.stop()
    terminal.shows("no server: ")
    another = start("-o", f"control={path}")
    terminal.shows(f"hostdnsd, pid {another.pid}, up ")
    with standing_still(another.pid):
        terminal.press("q")
        terminal.ends(0)
