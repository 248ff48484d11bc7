"""make install places what it says, below any folder; make uninstall removes just that."""

import os
import pathlib
import subprocess

import pytest

from daemon import PROGRAM

TOP = pathlib.Path(__file__).parents[2]
PLACED = {
    "bin/hostdns": 0o755,
    "lib/systemd/system/hostdnsd.service": 0o644,
    "lib/systemd/system/hostdnsd.socket": 0o644,
    "lib/sysusers.d/hostdns.conf": 0o644,
    "sbin/hostdnsctl": 0o755,
    "sbin/hostdnsd": 0o755,
    "share/bash-completion/completions/hostdns": 0o644,
    "share/bash-completion/completions/hostdnsctl": 0o644,
    "share/bash-completion/completions/hostdnsd": 0o644,
    "share/doc/hostdns/examples/containers.conf": 0o644,
    "share/doc/hostdns/examples/dnsdist.conf": 0o644,
    "share/doc/hostdns/examples/grafana-dashboard.json": 0o644,
    "share/doc/hostdns/examples/libvirt.xml": 0o644,
    "share/doc/hostdns/examples/networkmanager.conf": 0o644,
    "share/doc/hostdns/examples/prometheus-alerts.yml": 0o644,
    "share/doc/hostdns/examples/qemu.conf": 0o644,
    "share/doc/hostdns/examples/resolved.conf": 0o644,
    "share/doc/hostdns/hostdns.conf": 0o644,
    "share/fish/vendor_completions.d/hostdns.fish": 0o644,
    "share/fish/vendor_completions.d/hostdnsctl.fish": 0o644,
    "share/fish/vendor_completions.d/hostdnsd.fish": 0o644,
    "share/man/man1/hostdns.1": 0o644,
    "share/man/man5/hostdns.conf.5": 0o644,
    "share/man/man8/hostdnsctl.8": 0o644,
    "share/man/man8/hostdnsd.8": 0o644,
    "share/zsh/site-functions/_hostdns": 0o644,
    "share/zsh/site-functions/_hostdnsctl": 0o644,
    "share/zsh/site-functions/_hostdnsd": 0o644,
}
# (DESTDIR below the test's folder, PREFIX)
PLACES = [("", "/usr/local"), ("stage", "/usr"), ("a stage", "/opt/host dns")]


def make(target, **variables):
    """With nothing left of a make that runs these tests."""
    env = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}
    values = [f"{key}={value}" for key, value in variables.items()]
    run = subprocess.run(["make", "-C", TOP, f"BUILD={os.environ.get('BUILD', 'build')}", target,
                          *values], env=env, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return run


def tree(folder):
    """{path: mode} of the files below a folder."""
    return {str(path.relative_to(folder)): path.stat().st_mode & 0o7777
            for path in folder.rglob("*") if path.is_file()}


def folders(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_dir()}


@pytest.fixture(params=PLACES, ids=lambda place: place[1])
def place(request, tmp_path):
    """The variables for make, and the folder they lead to, made with the user's own umask."""
    stage, prefix = request.param
    old = os.umask(0o077)
    yield {"DESTDIR": tmp_path / stage, "PREFIX": prefix}, tmp_path / stage / prefix[1:]
    os.umask(old)


def test_what_is_placed(place):
    variables, folder = place
    make("install", **variables)
    assert tree(folder) == PLACED
    made = [folder, *(folder / name for name in folders(folder))]
    assert {path.stat().st_mode & 0o777 for path in made} == {0o755}
    for name in ("bin/hostdns", "sbin/hostdnsctl", "sbin/hostdnsd"):
        run = subprocess.run([folder / name, "-V"], capture_output=True, text=True, check=True)
        assert run.stdout.startswith(f"{pathlib.Path(name).name} ")


def test_uninstall_removes_just_that(place):
    variables, folder = place
    foreign = ["bin/hostdns-other", "sbin/dnsd", "share/man/man8/hostdnsd.8.gz", "share/doc/other/README",
               "share/bash-completion/completions/dig", "etc/hostdns.conf"]
    for name in foreign:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("foreign\n")
    files, dirs = tree(folder), folders(folder)
    make("install", **variables)
    assert tree(folder) == {**files, **PLACED}
    make("uninstall", **variables)
    assert tree(folder) == files
    assert folders(folder) >= dirs
    assert not (folder / "share/doc/hostdns").exists()


def test_what_lies_in_our_folder_stays(place):
    variables, folder = place
    make("install", **variables)
    mine = folder / "share/doc/hostdns/notes"
    mine.write_text("mine\n")
    make("uninstall", **variables)
    assert tree(folder) == {"share/doc/hostdns/notes": mine.stat().st_mode & 0o777}


def test_uninstall_where_nothing_is(tmp_path):
    make("uninstall", DESTDIR=tmp_path, PREFIX="/usr")
    assert tree(tmp_path) == {}


def test_units_name_the_program(place, tmp_path):
    variables, folder = place
    units = tmp_path / "conf"
    units.mkdir()
    (units / "some.service.in").write_text("[Service]\nExecStart=@SBINDIR@/hostdnsd -n\n")
    (units / "some.socket").write_text("[Socket]\nListenStream=53\n")
    said = f"{units}/some.service.in {units}/some.socket"
    make("install", UNITS=said, **variables)
    installed = folder / "lib/systemd/system"
    assert tree(installed) == {"some.service": 0o644, "some.socket": 0o644}
    assert (installed / "some.service").read_text() == \
        f"[Service]\nExecStart={variables['PREFIX']}/sbin/hostdnsd -n\n"
    assert (installed / "some.socket").read_text() == "[Socket]\nListenStream=53\n"
    make("uninstall", UNITS=said, **variables)
    assert tree(installed) == {}


def test_the_sample_is_a_configuration(tmp_path):
    make("install", DESTDIR=tmp_path, PREFIX="/usr")
    sample = tmp_path / "usr/share/doc/hostdns/hostdns.conf"
    subprocess.run([PROGRAM, "-n", "-c", sample], check=True)
