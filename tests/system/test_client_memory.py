"""The programs for people end at once without memory, and say so, whatever was not allocated."""

import itertools
import os
import subprocess

import pytest

from conftest import make_open_folder
from daemon import PROGRAM, START_SECONDS
from failing_memory import Page, build_preload
from tables import table

CLIENT = PROGRAM.with_name("hostdns")
OS_ERROR = 71


@pytest.fixture(scope="module")
def run():
    folder = make_open_folder()
    build_preload(folder)
    page = Page(folder)

    def failing(args, stdin, number, for_good=False, program=CLIENT):
        """(status, stdout, stderr, whether an allocation has failed)"""
        with subprocess.Popen(
                [program, *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, preexec_fn=lambda: page.arm(
                    pid=os.getpid(), fails_at=number, for_good=for_good),
                env={"LD_PRELOAD": str(folder / "fail_alloc.so"), "FAIL_ALLOC": str(page.path),
                     "LC_ALL": "C.UTF-8"}) as client:
            shown, said = client.communicate(stdin.encode(), START_SECONDS)
        _, failed = page.disarm()
        return client.returncode, shown.decode(), said.decode(), failed > 0

    return failing


@table("for_good, args, stdin", [
    (False, "@127.0.0.1#53 a.example.test", ""),
    (True, "@127.0.0.1#53 a.example.test", ""),
    (False, "@127.0.0.1#53 +short", "a.example.test\nmulti.example.test A\n"),
    (False, "@127.0.0.1#53 +dig types.example.test MX +tcp", ""),
    (False, "@127.0.0.1#53 +json mail.example.test MX", ""),
    (False, "@127.0.0.1#53 +yaml mail.example.test MX", ""),
    (False, "@127.0.0.1#53 +wire mail.example.test MX", ""),
    (False, "--explain @127.0.0.1#53 alias.lab", ""),
    (True, "--explain @127.0.0.1#53 +json 10.0.0.10", ""),
    (False, "+wire=-", "12340100000100000000000001610000010001")])
def test_without_memory_it_says_so_and_ends(run, for_good, args, stdin):
    assert run(args.split(), stdin, 0, False)[0] == 0
    for number in range(1, 2000):
        status, shown, said, failed = run(args.split(), stdin, number, for_good)
        if not failed:
            break
        where = f"allocation {number} of {args}: {status} {said} {shown}"
        assert status == OS_ERROR and said.endswith("hostdns: out of memory\n"), where
    assert number > 1 and not failed


@table("command", ["status", "stats json", "top --once", "flush"])
def test_hostdnsctl_says_so_as_well(run, start, command):
    control = f"{make_open_folder()}/control"
    start("-o", f"control={control}")
    for number in itertools.chain(range(1, 40), range(40, 100000, 97)):
        status, _, said, failed = run(["-s", control, *command.split()], "", number,
                                      program=CLIENT.with_name("hostdnsctl"))
        if not failed:
            break
        assert (status, said) == (OS_ERROR, "hostdnsctl: out of memory\n"), (command, number)
    assert (status, failed) == (0, False)
