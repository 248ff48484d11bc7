"""README.md cannot lie: what it shows is typed, and what comes must be what it shows.

A block of it that has a prompt is a dialogue: lines behind "$ " or "# " are typed, those below
must come. The blocks of a section are one story: what is started in the foreground runs on.
"""

import os
import pathlib
import pty
import re
import select
import signal
import subprocess
import time

import pytest

from daemon import PROGRAM

README = pathlib.Path(__file__).parents[2] / "README.md"
SECONDS = 60
SERVERS = ("scripts/run", "dnsmasq ", "unbound ")  # stay in the foreground
PROMPT = "Enter hostname to be looked up: "
END_OF_DIALOGUE = "Press 'Ctrl + C' to exit or 'Enter' to continue."
SECTIONS = ["A first try", "A network namespace, a container, a virtual machine",
            "dnsmasq sends one domain here", "unbound in front", "Configuration"]


class Step:
    """A command, and the lines that it shows."""

    def __init__(self, command):
        self.command = command
        self.shown = []

    def typed(self, line):
        """Whether the line still belongs to the command: text up to a lone END."""
        if not re.search(r"<< END$", self.command.split("\n")[0]) or self.command.endswith("\nEND"):
            return False
        self.command += f"\n{line}"
        return True


def sections():
    """{heading: [Step]} of README.md."""
    found, steps, block = {}, [], False
    for line in README.read_text().split("\n"):
        if match := re.match(r"#+ (.*)", line):
            steps, block = found.setdefault(match[1], []), False
        elif not line and block:
            steps[-1].shown.append("")
        elif not line.startswith("    "):
            block = False
        elif line[4:6] in ("$ ", "# ") and not (steps and block and steps[-1].typed(line[4:])):
            block = True
            steps.append(Step(line[6:]))
        elif block and not steps[-1].typed(line[4:]):
            steps[-1].shown.append(line[4:])
    return {heading: steps for heading, steps in found.items() if steps}


STORIES = sections()


def plain(text):
    """Without what differs from one time to the next: blanks, ids, times, process ids."""
    text = re.sub(r"\bid: \d+", "id:", re.sub(r"\[\d+(:\d+)?\]", "[]", text.replace("\r", "")))
    return [" ".join(line.split()) for line in text.strip("\n").split("\n")]


def is_shown(shown, real):
    """Whether the real lines are those shown, with anything where "..." stands."""
    pattern = "".join("(?:.*\n)*" if line == "..." else
                      re.escape(line).replace(r"\.\.\.", ".*") + "\n"
                      for line in plain("\n".join(shown)))
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in plain(real))) is not None


class Reader:
    """Types commands in a folder that has build/ and scripts/run, as the tree does."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "build").symlink_to(PROGRAM.parent)
        (folder / "scripts").mkdir()
        (folder / "scripts/run").write_text('#!/bin/sh\nexec build/hostdnsd "$@"\n')
        (folder / "scripts/run").chmod(0o755)
        self.servers = []

    def start(self, step):
        """Until it has shown what it is to show."""
        path = self.folder / f"output-{len(self.servers)}"
        with path.open("w") as output:
            self.servers.append(subprocess.Popen(
                ["bash", "-c", f"exec {step.command}"], cwd=self.folder, stdin=subprocess.DEVNULL,
                stdout=output, stderr=output, start_new_session=True))
        deadline = time.monotonic() + SECONDS
        while not is_shown(step.shown, path.read_text()):
            assert time.monotonic() < deadline, f"{step.command} shows {path.read_text()}"
            assert self.servers[-1].poll() is None, path.read_text()
            time.sleep(0.01)

    def run(self, step):
        run = subprocess.run(["bash", "-c", step.command], cwd=self.folder, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                             timeout=SECONDS)
        assert is_shown(step.shown, run.stdout), f"{step.command} shows {run.stdout}"

    def talk(self, step):
        """With a program that asks: what stands behind its prompt is typed, then Ctrl+C."""
        answers = [line.removeprefix(PROMPT) for line in step.shown if line.startswith(PROMPT)]
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(self.folder)
            os.environ["TERM"] = "dumb"
            os.execv(step.command, [step.command])
        text = ""
        for wanted, typed in [*((PROMPT, f"{name}\n") for name in answers),
                              (END_OF_DIALOGUE, "\x03"), (None, None)]:
            text += read_terminal(terminal, wanted)
            if typed:
                os.write(terminal, typed.encode())
        os.close(terminal)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert is_shown(step.shown, text.replace("\x07", "")), text

    def play(self, step):
        if step.command.startswith(SERVERS):
            self.start(step)
        elif any(line.startswith(PROMPT) for line in step.shown):
            self.talk(step)
        else:
            self.run(step)

    def stop(self):
        for server in reversed(self.servers):
            server.send_signal(signal.SIGINT)
            server.wait(timeout=SECONDS)


def read_terminal(terminal, wanted):
    """Up to a text, or up to the end."""
    text, deadline = "", time.monotonic() + SECONDS
    while wanted is None or wanted not in text:
        readable, _, _ = select.select([terminal], [], [], max(deadline - time.monotonic(), 0))
        assert readable, f"no {wanted!r} in {text!r}"
        try:
            chunk = os.read(terminal, 4096)
        except OSError:  # the other end is closed
            chunk = b""
        if not chunk:
            assert wanted is None, text
            break
        text += chunk.decode()
    return text


@pytest.fixture
def reader(etc, tmp_path):
    etc.add("hosts", "10.0.0.7 printer.office printer\n")
    running = Reader(tmp_path)
    yield running
    running.stop()
    subprocess.run(["ip", "netns", "delete", "guest"], stderr=subprocess.DEVNULL)


def test_every_dialogue_is_known():
    assert list(STORIES) == SECTIONS


@pytest.mark.parametrize("heading", SECTIONS)
def test_it_goes_as_it_says(reader, heading):
    for step in STORIES[heading]:
        reader.play(step)


@pytest.mark.parametrize("shown, real, right", [
    (["a", "b"], "a\nb\n", True),
    (["a", "b"], "a\nc\n", False),
    (["a"], "a\nb\n", False),
    (["a", "...", "c"], "a\nb\nb\nc\n", True),
    (["a", "...", "c"], "a\nb\n", False),
    (["a ... c"], "a b c\n", True),
    (["a ... c"], "a b\nc\n", False),
    (["id: 1,  x"], "id: 22, x", True),
])
def test_what_counts_as_shown(shown, real, right):
    assert is_shown(shown, real) == right


ROOMS = "base|dns|net|channel|upstream|lookup|serve|daemon|client|ctl"
NAMED = rf"`((?:src|scripts|tests|conf|{ROOMS})/[\w./]*)`(?:, `(\w+)`)?"


def test_files_and_functions_that_are_named_exist():
    """`src/net/loop.c`, `scripts/run`; in src/README.md `net/loop.c`, or "`net/loop.c`, `loop_run`"."""
    top = README.parent
    pages = [" ".join(page.read_text().split()) for page in (
        README, top / "src/README.md", top / ".github/SECURITY.md")]
    named = [name for page in pages for name in re.findall(NAMED, page)]
    assert {("scripts/packages", ""), ("dns/reply.c", "reply_write"),
            ("tests/system/test_bounds.py", "")} < set(named)
    for name, function in named:
        path = next((path for path in (top / name, top / "src" / name, top / "include" / name)
                     if path.exists()), None)
        assert path, name
        assert not function or re.search(rf"\b{function}\(", path.read_text()), (name, function)
