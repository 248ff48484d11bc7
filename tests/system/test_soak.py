"""What `make soak` does for an hour, for a moment: until all of it has happened."""

import os
import pathlib
import socket
import subprocess
import sys
import xml.etree.ElementTree

import pytest

from daemon import INSTRUMENTED, wait_until

TOP = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(TOP / "tests/soak"))

# pylint: disable=wrong-import-position
from course import Run
from figures import Rest, grown, slower
from picture import draw
from soak import Soak, Use
from troubles import Weather

RUN = TOP / "tests/soak/run.py"
PACE = 0.1
PATIENCE = 600  # seconds


def all_has_happened(soak, weather):
    """Or something has failed."""
    return (weather.failures() or soak.failures() or soak.ledger.numbers or
            all(weather.times().values()) and soak.least_asked() >= 10 and
            {kill.role for kill in soak.ledger.kills} >= {"serve", "lookup"})


def test_everything_at_the_same_time(open_folder, etc):
    open_folder.chmod(0o777)
    with Soak(open_folder, etc, pause=0.02, slow=4 if INSTRUMENTED else 1) as soak:
        with Weather(soak, PACE, burst_rate=200 if INSTRUMENTED else 2000) as weather:
            run = Run(soak, weather, minutes=1)
            weather.storm.set()
            wait_until(lambda: all_has_happened(soak, weather), "all of it", PATIENCE)
            run.sample()
            weather.storm.clear()
            run.rest("early")
            asked = soak.least_asked()
            wait_until(lambda: soak.least_asked() > asked, "more questions", PATIENCE)
            run.sample()
            run.rest("late")
            figures = run.figures()
    # A busy machine may be slow to tell of what changed at first; what comes of lifetimes alone is
    # for test_lifetimes_refreshed.py.
    broken = [line for line in figures["broken"] + soak.end if "only lifetimes" not in line]
    assert broken == [], soak.log.last
    assert figures["questions"] > 0 and len(figures["samples"]) == 2
    xml.etree.ElementTree.fromstring(draw(figures))


@pytest.mark.parametrize("words, said", [
    (["much"], '"much" is no number of minutes'),
    (["0"], '"0" is no number of minutes from above 0 to 10000'),
    (["nan"], '"nan" is no number of minutes from above 0 to 10000'),
    (["1", "gently"], '"gently" is none of plain, address, thread, valgrind'),
    (["1", "plain", "more"], "two arguments at most: MINUTES and KIND")])
def test_wrong_arguments_are_told_in_one_line(words, said):
    done = subprocess.run([RUN, *words], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (64, f"soak: {said}\n")


def test_without_namespaces_one_line_tells_it(tmp_path):
    """unshare fails, and this lab's own /etc is hidden."""
    (tmp_path / "unshare").write_text("#!/bin/sh\necho 'unshare: not permitted' >&2\nexit 1\n")
    (tmp_path / "unshare").chmod(0o755)
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", f"mount -t tmpfs none /etc; PATH={tmp_path}:$PATH {RUN} 1"],
        capture_output=True, text=True, check=False, env={**os.environ, "CI": ""})
    assert (done.returncode, done.stdout, done.stderr) == (
        1, "skipped: no private network here: unshare: not permitted\n", "")


def latencies(p99, reflector):
    return {"reflector": {"answers": 9000, "p99": reflector},
            **{kind: {"answers": 9000, "p99": p99} for kind in ("DNS", "hosts", "fresh")}}


def test_a_server_that_becomes_slower_is_told():
    assert list(slower(latencies(10, 1), latencies(19, 1))) == []
    assert len(list(slower(latencies(10, 1), latencies(21, 1)))) == 3
    assert list(slower(latencies(10, 1), latencies(21, 1.5))) == [], "the machine did"


def test_a_process_that_grows_is_told():
    def rest(name, *use):
        return Rest(name, 0, {"serve": Use(*use)})

    assert not list(grown(rest("early", 1000, 9, 1), rest("late", 2000, 9, 4)))
    assert list(grown(rest("early", 1000, 9, 1), rest("late", 3000, 10, 20))) == [
        "serve has 3000 kilobytes instead of 1000 late than early",
        "serve has 10 descriptors instead of 9 late than early",
        "serve has 20 threads instead of 1 late than early"]


def test_a_descriptor_that_is_left_open_is_named():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        before = Use()
        before.add(os.getpid())
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as another:
            another.connect(("127.0.0.9", 9))
            after = Use()
            after.add(os.getpid())
    (told,) = grown(Rest("early", 0, {"serve": before}), Rest("late", 0, {"serve": after}))
    assert "0900007F:0009" in told
