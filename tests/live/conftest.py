"""A host below a live systemd (tests/boot): its links, their name servers, its files.

    uplink   10.9.0.1   knot: the zones of tests/system, and corp.test, a search domain
    vpn      10.9.1.1   knot: split.test, which only this link's server knows; all else REFUSED
    dead     10.9.2.1   a closed port, for dead.test
    mute     10.9.3.1   takes questions and never answers, for mute.test

Each is a network namespace at the other end of a cable, and systemd-resolved knows which domain
belongs to which link, as a VPN's client would have told it.
"""

import contextlib
import pathlib
import subprocess
import sys
import time

import pytest

SYSTEM = pathlib.Path(__file__).parents[1] / "system"
sys.path.insert(0, str(SYSTEM))

PATIENCE_SECONDS = 60
HERE = pathlib.Path(__file__).parent
RESOLVED = """\
[Resolve]
DNSSEC=no
LLMNR=no
MulticastDNS=no
"""
KNOT = """\
server:
    rundir: {run}
    listen: {address}@53
log:
  - target: stderr
    any: error
database:
    storage: {run}
template:
  - id: default
    storage: {zones}
    file: "%s.zone"
    zonefile-sync: -1
    zonefile-load: whole
    journal-content: none
zone:
"""
# What real hosts have behind "hosts:".
LINES = {
    "Debian": "files mdns4_minimal [NOTFOUND=return] dns",
    "Debian+resolved": "files myhostname mdns4_minimal [NOTFOUND=return] mymachines "
                       "resolve [!UNAVAIL=return] dns",
    "Fedora": "files myhostname mdns4_minimal [NOTFOUND=return] resolve [!UNAVAIL=return] dns",
    "Arch": "mymachines resolve [!UNAVAIL=return] files myhostname dns",
}
LINKS = {  # the domains that resolved sends to each
    "uplink": ["corp.test", "~."], "vpn": ["~split.test", "~refused.test"],
    "dead": ["~dead.test"], "mute": ["~mute.test"]}


def run(*words):
    """What a command says; it must succeed."""
    return subprocess.run(words, check=True, text=True, stdout=subprocess.PIPE,
                          timeout=PATIENCE_SECONDS).stdout


def wait_until(condition, what, seconds=PATIENCE_SECONDS):
    """Waits for a condition that no event announces."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} seconds: {what}"
        time.sleep(0.05)


def found(*question, at=()):
    """Whether a name server has records, asked from a network."""
    said = subprocess.run([*at, "drill", *question], stdout=subprocess.PIPE, text=True,
                          timeout=PATIENCE_SECONDS, check=False).stdout
    return "rcode: NOERROR" in said and "ANSWER: 0" not in said


def service(unit, prop):
    """What the manager knows of a unit."""
    return run("systemctl", "show", "--value", f"--property={prop}", unit).strip()


def say(request, lines):
    """Prints them between the dots, captured or not."""
    plugins = request.config.pluginmanager
    with plugins.get_plugin("capturemanager").global_and_fixture_disabled():
        plugins.get_plugin("terminalreporter").ensure_newline()
        for line in lines:
            plugins.get_plugin("terminalreporter").write_line(line)


@contextlib.contextmanager
def edited(path, text):
    """A file with another content for a while."""
    file = pathlib.Path(path)
    before = file.read_text() if file.exists() else None
    file.write_text(text)
    try:
        yield file
    finally:
        if before is None:
            file.unlink()
        else:
            file.write_text(before)


def lay_cable(number, name):
    """A link of this host, and the address at its other end."""
    network = f"10.9.{number}"
    run("ip", "netns", "add", name)
    run("ip", "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name)
    run("ip", "address", "add", f"{network}.2/24", "dev", name)
    # Not one of the link alone, which no record can name.
    run("ip", "link", "set", name, "addrgenmode", "none")
    run("ip", "address", "add", f"2001:db8:9:{number}::2/64", "dev", name, "nodad")
    run("ip", "link", "set", name, "up")
    run("ip", "-n", name, "address", "add", f"{network}.1/24", "dev", "eth0")
    for device in "lo", "eth0":
        run("ip", "-n", name, "link", "set", device, "up")
    return f"{network}.1"


def knot_at(name, address, zones, folder):
    """knotd in a network; its first zone is there when it answers."""
    home = folder / name
    home.mkdir()
    text = KNOT.format(run=home, address=address, zones=folder / "zones")
    text += "".join(f"  - domain: {zone}\n" for zone in zones)
    (home / "knot.conf").write_text(text.replace("domain: .\n", "domain: .\n    file: root.zone\n")
                                    .replace("signed.test\n",
                                             "signed.test\n    dnssec-signing: on\n"))
    server = subprocess.Popen(["ip", "netns", "exec", name, "knotd", "-c", home / "knot.conf"])
    wait_until(lambda: found(f"@{address}", zones[0], "SOA", at=("ip", "netns", "exec", name)),
               f"{name}'s name server")
    return server


def write_zones(folder):
    """The zones of the lab, ours, and in corp.test an answer of 64 KiB."""
    folder.mkdir()
    for zone in [*(SYSTEM / "zones").glob("*.zone"), *(HERE / "zones").glob("*.zone")]:
        (folder / zone.name).write_text(zone.read_text())
    with (folder / "corp.test.zone").open("a") as zone:
        for number in range(250):
            zone.write(f'long 300 TXT "{number:03}{"x" * 240}"\n')


@pytest.fixture(scope="session", autouse=True)
def started_often():
    """Tests restart resolved more often than systemd would let an administrator."""
    drop_in = pathlib.Path("/run/systemd/system/systemd-resolved.service.d/often.conf")
    drop_in.parent.mkdir(parents=True)
    drop_in.write_text("[Unit]\nStartLimitIntervalSec=0\n")
    run("systemctl", "daemon-reload")


@pytest.fixture(scope="session")
def name_servers(tmp_path_factory):
    """{link: the address of its name server}; the default route is the uplink's."""
    folder = tmp_path_factory.mktemp("names")
    write_zones(folder / "zones")
    addresses = {name: lay_cable(number, name) for number, name in enumerate(LINKS)}
    run("ip", "route", "add", "default", "via", addresses["uplink"])
    public = [path.name.removesuffix(".zone").replace("root", ".")
              for path in (folder / "zones").glob("*.zone") if path.name != "split.test.zone"]
    servers = [knot_at("uplink", addresses["uplink"], public, folder),
               knot_at("vpn", addresses["vpn"], ["split.test"], folder),
               subprocess.Popen(["ip", "netns", "exec", "mute", "python3", "-c",
                                 "import signal, socket\n"
                                 "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
                                 "s.bind(('', 53))\n"
                                 "signal.pause()"])]
    yield addresses
    for server in servers:
        server.terminate()
        server.wait()


@pytest.fixture(scope="module")
def network(name_servers):
    """resolved knows the links for a file of tests, whatever another file has told it."""
    drop_in = pathlib.Path("/etc/systemd/resolved.conf.d/lab.conf")
    drop_in.parent.mkdir(exist_ok=True)
    with edited(drop_in, RESOLVED):
        run("systemctl", "restart", "systemd-resolved")
        for name, domains in LINKS.items():
            run("resolvectl", "dns", name, name_servers[name])
            run("resolvectl", "domain", name, *domains)
        wait_until(lambda: found("@127.0.0.53", "intranet.split.test") and
                   found("@127.0.0.53", "both.example.test"), "resolved knows its links")
        yield
        for name in LINKS:
            run("resolvectl", "revert", name)


@contextlib.contextmanager
def hostdnsd(port, sources, hosts):
    """One on a host with this hosts: line and file, which looks up each question anew."""
    with edited("/etc/nsswitch.conf", f"passwd: files\nhosts: {sources}\n"), \
         edited("/etc/hosts", hosts):
        server = subprocess.Popen(
            ["hostdnsd", "-l", f"127.0.0.1:{port}", "-o", "cache-size=0"],
            stdout=subprocess.PIPE, text=True)
        try:
            assert "ready" in server.stdout.readline()
            yield
        finally:
            server.terminate()
            assert server.wait(30) == 0
