"""Commands of a text that are typed, and what must come: README.md and the manuals."""

import os
import pty
import re
import select
import signal
import subprocess
import time

from daemon import PROGRAM

SECONDS = 60
SERVERS = ("scripts/run", "hostdnsd", "dnsmasq ", "unbound ")  # stay in the foreground
CHECKS = re.compile(r"hostdnsd .*-n\b")  # and this one does not
PROMPT = "Enter hostname to be looked up: "
END_OF_DIALOGUE = "Press 'Ctrl + C' to exit or 'Enter' to continue."


class Step:
    """A command, and the lines that it shows."""

    def __init__(self, command, shown=()):
        self.command = command
        self.shown = list(shown)

    def typed(self, line):
        """Whether the line still belongs to the command: text up to a lone END."""
        if not re.search(r"<< END$", self.command.split("\n")[0]) or self.command.endswith("\nEND"):
            return False
        self.command += f"\n{line}"
        return True


def plain(text):
    """Without what differs from one time to the next: blanks, ids, times, process ids."""
    text = re.sub(r"\b[\d.]+ m?s\b", "TIME", text)
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
        self.path = {**os.environ, "PATH": f"{PROGRAM.parent}:{os.environ['PATH']}"}
        self.servers = []

    def start(self, step):
        """Until it has shown what it is to show."""
        path = self.folder / f"output-{len(self.servers)}"
        with path.open("w") as output:
            self.servers.append(subprocess.Popen(
                ["bash", "-c", f"exec {step.command}"], cwd=self.folder, stdin=subprocess.DEVNULL,
                stdout=output, stderr=output, start_new_session=True, env=self.path))
        deadline = time.monotonic() + SECONDS
        while not is_shown(step.shown, path.read_text()):
            assert time.monotonic() < deadline, f"{step.command} shows {path.read_text()}"
            assert self.servers[-1].poll() is None, path.read_text()
            time.sleep(0.01)

    def run(self, step):
        run = subprocess.run(["bash", "-c", step.command], cwd=self.folder, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                             env=self.path, timeout=SECONDS)
        assert is_shown(step.shown, run.stdout), f"{step.command} shows {run.stdout}"

    def try_out(self, step):
        """A command that shows nothing here: it must only be right."""
        if step.command.startswith(SERVERS) and not CHECKS.match(step.command):
            self.start(Step(step.command, ["DNS server is ready ...", "..."]))
            return
        run = subprocess.run(["bash", "-c", step.command], cwd=self.folder, env=self.path,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True, timeout=SECONDS)
        assert run.returncode in (0, 1), f"{step.command} shows {run.stdout}"

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
        if step.command.startswith(SERVERS) and not CHECKS.match(step.command):
            self.start(step)
        elif any(line.startswith(PROMPT) for line in step.shown):
            self.talk(step)
        else:
            self.run(step)

    def stop(self):
        while self.servers:
            server = self.servers.pop()
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
