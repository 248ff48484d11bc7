"""README.md cannot lie: what it shows is typed, and what comes must be what it shows.

A block of it that has a prompt is a dialogue: lines behind "$ " or "# " are typed, those below
must come. The blocks of a section are one story: what is started in the foreground runs on.
"""

import pathlib
import re
import shlex
import subprocess

import pytest

from typed import Reader, Step, is_shown

README = pathlib.Path(__file__).parents[2] / "README.md"
SECTIONS = ["hostdns", "A first try", "Watch it",
            "A network namespace, a container, a virtual machine", "dnsmasq sends one domain here",
            "unbound in front", "Configuration"]


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


ROOMS = "base|dns|net|channel|upstream|lookup|serve|daemon|client|ctl|web|dnstap"
NAMED = rf"`((?:src|include|scripts|tests|conf|\.github|\.ci|{ROOMS})/(?!ROOM)[\w./]*)`(?:, `(\w+)`)?"
PAGES = [README, *(README.parent / name for name in (
    "src/README.md", "src/DECISIONS.md", "tests/bench/README.md", ".github/SECURITY.md",
    ".github/CONTRIBUTING.md"))]


def test_files_and_functions_that_are_named_exist():
    """`src/net/loop.c`, `scripts/run`; in src/README.md `net/loop.c`, or "`net/loop.c`, `loop_run`"."""
    top = README.parent
    pages = [" ".join(page.read_text().split()).replace("tests/unit/ROOM/test_MODULE.c", "")
             for page in PAGES]
    named = [name for page in pages for name in re.findall(NAMED, page)]
    assert {("scripts/packages", ""), ("dns/reply.c", "reply_write"),
            ("tests/system/test_bounds.py", "")} < set(named)
    for name, function in named:
        path = next((path for path in (top / name, top / "src" / name, top / "include" / name)
                     if path.exists()), None)
        assert path, name
        assert not function or re.search(rf"\b{function}\(", path.read_text()), (name, function)


def typed_commands(page):
    """What stands in a page as a block of commands, and in words between backticks."""
    text, block = page.read_text(), r"^    (\S.*)$"
    words = re.findall(r"`([^`]+)`", re.sub(block, "", text, flags=re.M))
    return re.findall(block, text, re.M) + [" ".join(word.split()) for word in words]


def phony():
    """The targets of the Makefile that are no files, which its .PHONY lists."""
    text = (README.parent / "Makefile").read_text().replace("\\\n", " ")
    return set(re.search(r"^\.PHONY:(.*)$", text, re.M)[1].split())


def test_commands_for_those_who_carry_on_exist():
    """Of CONTRIBUTING.md and of what continuous integration runs: each file and each target."""
    top = README.parent
    commands = typed_commands(top / ".github/CONTRIBUTING.md")
    commands += re.findall(r"run: (.*)", (top / ".github/workflows/ci.yml").read_text())
    targets, files = set(), set()
    for command in commands:
        for part in re.split(r" && | & ?|; ", command):
            words = shlex.split(part)
            if words[:1] == ["make"]:
                targets |= {word for word in words[1:] if "=" not in word}
            files |= {word.partition("::")[0] for word in words
                      if re.match(r"(?:scripts|tests|\.ci)/(?!unit/ROOM)", word)}
    assert {"lint", "bench", "build/unit/net/test_tcp"} <= targets
    assert {"tests/lab", "scripts/test", ".ci/run"} <= files
    for target in targets:
        name = re.sub(r"^build/(unit/\S+)$", r"tests/\1.c", target)
        assert target in phony() or (top / name).is_file(), target
    for name in files:
        assert (top / name).exists(), name
