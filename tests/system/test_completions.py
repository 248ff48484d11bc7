"""Completion in bash, zsh and fish: all that the programs list is offered.

In bash and zsh a line is typed; fish says by itself what it would offer for one."""

import fcntl
import os
import pathlib
import pty
import re
import select
import struct
import subprocess
import termios
import time

import pytest

from daemon import PROGRAM

FOLDER = pathlib.Path(__file__).parents[2] / "conf" / "completions"
CLIENT = PROGRAM.with_name("hostdns")
CTL = PROGRAM.with_name("hostdnsctl")
SECONDS = 120  # for a shell to answer on a busy machine
KILL_LINE = "\x15"
PROMPT = "[type] "  # what comes earlier the terminal would edit in its own way
BASH = ["bash", "--norc", "--noprofile", "-i"]
ZSH = ["zsh", "-f", "-i"]
SET_UP = {
    "bash": f"""
bind 'set show-all-if-ambiguous on'
bind 'set completion-query-items -1'
bind 'set page-completions off'
bind 'set enable-bracketed-paste off'
for file in {FOLDER}/*.bash; do . $file; done
""",
    "zsh": f"""
unset zle_bracketed_paste
PROMPT_EOL_MARK= LISTMAX=100000
setopt no_beep no_always_last_prompt
zstyle ':completion:*' verbose no
zstyle ':completion:*:hosts' hosts $(awk '!/^#/ {{ print $2 }}' /etc/hosts)
fpath=({FOLDER} $fpath)
autoload -U compinit
compinit -D -u
""",
}


class Shell:
    """An interactive shell on a terminal wide and high enough for every list."""

    def __init__(self, name, folder):
        command = BASH if name == "bash" else ZSH
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 500, 2000, 0, 0))
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, start_new_session=True, cwd=folder,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            env={"PATH": f"{PROGRAM.parent}:{os.environ['PATH']}", "TERM": "dumb", "PS1": PROMPT,
                 "HOME": str(folder), "LC_ALL": "C"})
        os.close(slave)
        self.count = 0
        self.read_until(PROMPT)
        for line in SET_UP[name].strip().split("\n"):
            self.run(f"{line}\n")

    def run(self, keys):
        """Types keys and then a command that says when the shell is through with them."""
        self.count += 1
        mark = f"<{self.count}>"
        os.write(self.master, f"{keys}{KILL_LINE}echo \"<\"{self.count}\">\"\n".encode())
        text = self.read_until(mark, PROMPT)
        return text[:text.index(mark)].replace(PROMPT, " ")

    def read_until(self, *marks):
        """Reads on until it has seen all of them, one behind the other."""
        text, deadline = "", time.monotonic() + SECONDS
        while not re.search(".*".join(map(re.escape, marks)), text, re.S):
            left = deadline - time.monotonic()
            readable, _, _ = select.select([self.master], [], [], max(left, 0))
            assert readable, f"no {marks} in {text!r}"
            text += os.read(self.master, 65536).decode()
        return text

    def offers(self, line):
        """The words of the line after TAB, and those that it lists below."""
        shown = self.run(f"{line}\t")
        shown = re.sub(r"\x1b\[[\d;?]*[A-Za-z]|echo \"<\".*", " ", shown.replace("\b", ""))
        return set(shown.split())

    def stop(self):
        os.close(self.master)
        self.process.kill()
        self.process.wait()


class Fish:
    """Asks fish for each line."""

    def __init__(self, folder):
        self.folder = folder

    def offers(self, line):
        script = f"for file in {FOLDER}/*.fish; source $file; end; complete -C $argv[1]"
        run = subprocess.run(
            ["fish", "--no-config", "-c", script, line], cwd=self.folder, capture_output=True,
            text=True, timeout=SECONDS, check=True, stdin=subprocess.DEVNULL,
            env={"PATH": f"{PROGRAM.parent}:{os.environ['PATH']}", "HOME": str(self.folder),
                 "LC_ALL": "C"})
        assert run.stderr == ""
        return {offered.split("\t")[0] for offered in run.stdout.split("\n") if offered}

    def stop(self):
        pass


@pytest.fixture(scope="module", params=["bash", "zsh", "fish"])
def shell(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("completion")
    (folder / "some.conf").touch()
    running = Fish(folder) if request.param == "fish" else Shell(request.param, folder)
    yield running
    running.stop()


def helped(program, pattern):
    text = subprocess.run([program, "-h"], capture_output=True, text=True, check=True).stdout
    found = set(re.findall(pattern, text, re.M))
    assert found
    return found


def test_every_flag_of_the_server(shell):
    flags = helped(PROGRAM, r"^ +(-\w)\b")
    assert {"-c", "-n"} <= flags
    assert flags <= shell.offers("hostdnsd -")


def test_every_key_of_the_server(shell):
    keys = helped(PROGRAM, r"^ +([a-z][\w-]*)=")
    assert {"listen", "tcp-idle"} <= keys
    assert keys <= {word.rstrip("=") for word in shell.offers("hostdnsd -o ")}


def test_only_keys_that_fit(shell):
    assert {"cache-size", "canary"} <= {word.rstrip("=") for word in shell.offers("hostdnsd -n -o ca")}
    assert "ttl" not in str(shell.offers("hostdnsd -n -o ca"))


def test_values_of_switches(shell):
    def values(key):
        return {word.removeprefix(f"{key}=") for word in shell.offers(f"hostdnsd -o {key}=")}

    assert {"yes", "no"} <= values("onion")
    assert not {"yes", "no"} & values("ttl")


def test_the_configuration_file(shell):
    assert "some.conf" in shell.offers("hostdnsd -c so")


def test_every_option_of_the_client(shell):
    options = helped(CLIENT, r"^ +([-+]+\w+)")
    assert {"-x", "+short"} <= options
    assert options <= shell.offers("hostdns -") | shell.offers("hostdns +")


def test_a_file_of_names(shell):
    assert "some.conf" in shell.offers("hostdns -f so")


def test_every_command_of_the_control_program(shell):
    """No server runs here."""
    commands = helped(CTL, r"^  ([a-z]+)")
    assert {"status", "log", "stop"} <= commands
    assert commands <= shell.offers("hostdnsctl ")
    assert commands <= shell.offers("hostdnsctl -s some.conf ")
    flags = helped(CTL, r"(?:^  |, )(--?\w+)\b")
    assert {"-s", "-h", "--help", "-V", "--json", "--once", "--interval"} <= flags
    assert flags <= shell.offers("hostdnsctl -")
    assert {"--once", "--interval"} <= shell.offers("hostdnsctl top --")


def test_words_behind_a_command(shell):
    assert {"error", "warning", "info", "debug"} <= shell.offers("hostdnsctl log ")
    assert "warning" in shell.offers("hostdnsctl -s some.conf log wa")
    for command in "stats", "status", "top --once", "top --interval 2":
        assert "json" in shell.offers(f"hostdnsctl {command} ")


NOT_BEHIND_A_COMMAND = {"reload", "stop", "help", "some.conf", "v4only.lab"}


@pytest.mark.parametrize("command", ["stats", "flush", "status", "log", "reload", "flush stop"])
def test_no_command_behind_a_command(shell, command):
    assert not NOT_BEHIND_A_COMMAND & (shell.offers(f"hostdnsctl {command} ") - set(command.split()))


def test_nothing_behind_a_whole_command(shell):
    assert not {"json", "error", "info"} & (shell.offers("hostdnsctl stats json ") - {"json"})
    assert "error" not in shell.offers("hostdnsctl log info ")


def test_the_socket_of_the_control_program(shell):
    assert "some.conf" in shell.offers("hostdnsctl -s so")


def test_names_and_types(shell):
    assert "v4only.lab" in shell.offers("hostdns v4o")
    assert {"MX", "TXT", "HTTPS"} <= shell.offers("hostdns example.test ")
    assert "MX" not in shell.offers("hostdns ")


def test_types_are_those_of_the_client(shell, server):
    """A word that is no type would be looked up as a name. Whether the denial could be confirmed,
    which the client also says, depends on how busy the name server is."""
    types = shell.offers("hostdns example.test ") - shell.offers("hostdns ") - {"example.test"}
    assert len(types) > 10
    words = [word for rdtype in sorted(types) for word in ("nosuch.example.test", rdtype)]
    run = subprocess.run([CLIENT, f"@{server.to[0]}:{server.to[1]}", *words],
                         capture_output=True, text=True)
    said = f"hostdns: nosuch.example.test: no such name (NXDOMAIN), says {server.to[0]} port {server.to[1]}"
    assert [line[:len(said)] for line in run.stderr.splitlines()] == [said] * len(types)
