"""What the compiler and the linker were asked for against faults in C is in the programs."""

import os
import pathlib
import subprocess

import pytest

from daemon import BUILT
from tables import table

CHECK = pathlib.Path(__file__).parents[1] / "check/hardening"
JUMPS, MARKED = (("-fcf-protection", "full") if os.uname().machine == "x86_64"
                 else ("-mbranch-protection", "standard"))
GOOD = (f"-O2 -fPIE -fstack-protector-strong {JUMPS}={MARKED} -U_FORTIFY_SOURCE "
        "-D_FORTIFY_SOURCE=2 -pie -Wl,-z,relro,-z,now,-z,noexecstack")
CODE = """
#include <stdio.h>
#include <string.h>
#ifdef ODD
int odd __attribute__((section(".odd,\\"awx\\",@progbits#"))) = 1;
#endif
""" + "".join(f"int f{number}(int x) {{ return x + {number}; }}\n" for number in range(20)) + """
int main(int count, char **words)
{
    char copy[16];

    strcpy(copy, words[0]);
    return printf("%s %d\\n", copy, count);
}
"""


def found(*programs):
    """What the check finds, without the names of the programs."""
    lines = subprocess.run([CHECK, *programs], text=True, check=False,
                           stdout=subprocess.PIPE).stdout.splitlines()
    return [line.split(": ", 1)[1] for line in lines]


@table("program", ["hostdnsd", "hostdns", "hostdnsctl"])
def test_nothing_is_missing(program):
    assert found(BUILT.parent / program) == []


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """Compiles a program with GOOD and these flags; its path."""
    folder = tmp_path_factory.mktemp("compiled")

    def with_flags(flags):
        subprocess.run(["cc", "-xc", "-", "-o", folder / "program", *GOOD.split(), *flags.split()],
                       input=CODE, text=True, check=True)
        return folder / "program"

    return with_flags


@table("flags, finding", [
    ("", None),
    ("-no-pie", "it is not position-independent (-pie)"),
    ("-Wl,-z,norelro", "its tables of addresses stay writable (-z relro -z now)"),
    ("-Wl,-z,lazy", "its tables of addresses stay writable (-z relro -z now)"),
    ("-Wl,-z,execstack", "its stack is executable (-z noexecstack)"),
    ("-DODD", "it has memory that is writable and executable"),
    ("-fno-stack-protector", "no function checks its stack (-fstack-protector-strong)"),
    ("-U_FORTIFY_SOURCE", "no call checks its buffer (-D_FORTIFY_SOURCE)"),
    (f"{JUMPS}=none", "jumps may lead anywhere (-fcf-protection, -mbranch-protection)"),
    ("-g -fstack-clash-protection", "a file was compiled without -ftrivial-auto-var-init=zero"),
    ("-g -ftrivial-auto-var-init=zero", "a file was compiled without -fstack-clash-protection"),
    ("-g -ftrivial-auto-var-init=zero -fstack-clash-protection", None)])
def test_what_is_missing_is_found(compiled, flags, finding):
    assert found(compiled(flags)) == ([finding] if finding else [])
