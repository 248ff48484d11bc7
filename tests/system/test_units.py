"""The units for systemd, as systemd's own tool reads them."""

import os
import pathlib
import re
import shlex
import subprocess

import pytest

from conftest import make_open_folder, say
from daemon import PROGRAM, START_SECONDS, children_of

TOP = pathlib.Path(__file__).parents[2]
WORST_EXPOSURE = 2.0        # of 10; "OK" ends at 5


@pytest.fixture(scope="module")
def units():
    """The folder that they are installed to, beside the program that they name."""
    prefix = make_open_folder()
    env = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}
    subprocess.run(["make", "-s", "-C", TOP, f"BUILD={os.environ.get('BUILD', 'build')}", "install",
                    f"PREFIX={prefix}", "DESTDIR="], env=env, stdout=subprocess.DEVNULL, check=True)
    return prefix / "lib/systemd/system"


def analyze(*words):
    run = subprocess.run(["systemd-analyze", "--no-pager", *words], text=True, check=False,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                         timeout=4 * START_SECONDS)
    return run.returncode, run.stdout


def settings(path):
    """[(key, value)] of a unit."""
    return re.findall(r"^(\w+)=(.*)$", path.read_text(), re.M)


@pytest.mark.parametrize("unit", ["hostdnsd.service", "hostdnsd.socket"])
def test_systemd_understands_every_line(units, unit):
    assert analyze("verify", "--man=no", units / unit) == (0, "")


def test_a_line_that_it_does_not_understand_would_be_seen(units):
    wrong = units / "wrong.service"
    wrong.write_text((units / "hostdnsd.service").read_text() + "\n[Service]\nProtectAll=yes\n")
    assert "ProtectAll" in analyze("verify", "--man=no", wrong)[1]


def test_the_fence_is_tight(units, request):
    status, text = analyze("security", "--offline=yes", f"--threshold={int(WORST_EXPOSURE * 10)}",
                           units / "hostdnsd.service")
    exposure, = re.findall(r"Overall exposure level for hostdnsd.service: ([\d.]+)", text)
    say(request, [f"test_units.py: systemd-analyze security: {exposure}"])
    assert (status, float(exposure) <= WORST_EXPOSURE) == (0, True)


def test_the_program_named_is_the_one_installed(units):
    (start,) = [value for key, value in settings(units / "hostdnsd.service") if key == "ExecStart"]
    assert start == f'"{units.parents[2]}/sbin/hostdnsd" -o control=%t/hostdns/control $OPTIONS'


def test_no_program_is_named_but_those_installed(units):
    """Nothing else need be on the machine."""
    commands = [value for key, value in settings(units / "hostdnsd.service")
                if key.startswith("Exec")]
    assert len(commands) == 2
    for command in commands:
        assert command.startswith(f'"{units.parents[2]}/sbin/hostdns')


def words_of(units, key, folder):
    """The command, as the manager would run it, with `folder` for /run/hostdns."""
    (command,) = [value for found, value in settings(units / "hostdnsd.service") if found == key]
    command = command.replace("%t/hostdns", str(folder)).replace("$OPTIONS", "")
    return shlex.split(command.replace(f"{units.parents[2]}/sbin", str(PROGRAM.parent)))


def test_the_reload_tells_how_it_went(units, start, open_folder):
    """Even if the configuration would move the socket."""
    conf = open_folder / "hostdns.conf"
    conf.write_text(f"ttl = 5\ncontrol = {open_folder}/elsewhere\n")
    server = start("-c", str(conf), program=words_of(units, "ExecStart", open_folder))
    command = words_of(units, "ExecReload", open_folder)
    assert subprocess.run(command, timeout=START_SECONDS, check=False).returncode == 0
    assert len(children_of(server.pid)) >= 2
    conf.write_text("ttl = five\n")
    run = subprocess.run(command, capture_output=True, text=True, timeout=START_SECONDS, check=False)
    assert run.returncode == 1
    assert "ttl=five" in run.stderr


def test_each_address_is_there_for_udp_and_for_tcp(units):
    """Those in comments too, as somebody may take the '#' away."""
    text = (units / "hostdnsd.socket").read_text()
    datagrams = re.findall(r"^#?ListenDatagram=(.*)$", text, re.M)
    assert datagrams == re.findall(r"^#?ListenStream=(.*)$", text, re.M)
    assert datagrams == ["127.0.0.1:5353", "127.0.0.1:53"]
