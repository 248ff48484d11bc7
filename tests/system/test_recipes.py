"""conf/recipes: each file is used as it is, by the program that it is for or by the part of that
program which resolves names.

The host of a recipe is a network of its own, in which no port and no address is taken.
"""

import contextlib
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree

import pytest

from daemon import PROGRAM, wait_until

RECIPES = pathlib.Path(__file__).parents[2] / "conf/recipes"
KNOWN = "10.0.0.7 printer.office printer\n"
DNSMASQ = "{http://libvirt.org/schemas/network/dnsmasq/1.0}"


class Network:
    """A network namespace, which a sleeping process holds open."""

    def __init__(self, stack):
        self.stack = stack
        self.holder = self.start("unshare", "--net", "sleep", "infinity", inside=False)
        own = pathlib.Path("/proc/self/ns/net").readlink()
        wait_until(lambda: pathlib.Path(f"/proc/{self.holder.pid}/ns/net").readlink() != own,
                   "a network")
        self.run("ip", "link", "set", "lo", "up")

    def words(self, command):
        return ["nsenter", "--net", "--target", str(self.holder.pid), *command]

    def start(self, *command, inside=True, **how):
        """Something that ends with the test."""
        process = subprocess.Popen(self.words(command) if inside else command,
                                   stdin=subprocess.DEVNULL, **how)
        self.stack.callback(process.wait)
        self.stack.callback(process.terminate)
        return process

    def run(self, *command):
        return subprocess.run(self.words(command), check=True, text=True, timeout=60,
                              stdout=subprocess.PIPE).stdout

    def hostdnsd(self, *options):
        server = self.start(PROGRAM, *options, stdout=subprocess.PIPE, text=True)
        assert "ready" in server.stdout.readline()

    def address_of(self, name, at, port=53):
        """What a guest gets; "" if nobody answers."""
        run = subprocess.run(self.words(["dig", f"@{at}", "-p", str(port), "+short", "+tries=1",
                                         "+time=10", name]),
                             text=True, check=False, stdout=subprocess.PIPE, timeout=60)
        return run.stdout.strip() if run.returncode == 0 else ""

    def wait_for_address(self, name, at, address):
        wait_until(lambda: self.address_of(name, at) == address, f"{name} is {address}", 60)


@pytest.fixture
def network(etc):
    """Makes networks; programs in them end in the reverse order of their start."""
    etc.add("hosts", KNOWN)
    with contextlib.ExitStack() as stack:
        yield lambda: Network(stack)


@pytest.fixture
def folder():
    """One that every server can read, whoever it has become."""
    path = pathlib.Path(tempfile.mkdtemp(dir="/run"))
    path.chmod(0o755)
    return path


def bridge(host, guest, address, block):
    """A cable from the host's address, a bridge's, to a guest, which has the block's last but one."""
    host.run("ip", "link", "add", "bridge0", "type", "veth", "peer", "name", "eth0",
             "netns", str(guest.holder.pid))
    host.run("ip", "address", "add", f"{address}/{block}", "dev", "bridge0")
    guest.run("ip", "address", "add", f"{address.rpartition('.')[0]}.200/{block}", "dev", "eth0")
    host.run("ip", "link", "set", "bridge0", "up")
    guest.run("ip", "link", "set", "eth0", "up")


def lines_for(recipe):
    """The lines "key = value" that its comments ask to write into the file of hostdnsd."""
    return "".join(f"{line}\n" for line in
                   re.findall(r"^#   (\w+ = .*)$", (RECIPES / recipe).read_text(), re.M))


# Starts a process in place of a container. podman gives options to a runtime of this name only.
RUNTIME = """\
#!/bin/sh
while [ $# -gt 0 ]; do
    [ "$1" != --pid-file ] || { sleep infinity >/dev/null 2>&1 & echo $! >"$2"; }
    shift
done
"""


def resolv_conf_of_a_container(folder):
    """The one that podman writes. The runtime that would make the container has no part in that,
    and needs control groups that a test may not make."""
    etc = pathlib.Path("/etc/containers/containers.conf.d")
    etc.mkdir(parents=True, exist_ok=True)
    shutil.copy(RECIPES / "containers.conf", etc / "hostdns.conf")
    # Its locks would else be in /dev/shm, which is the machine's.
    (etc / "lab.conf").write_text('[engine]\nlock_type = "file"\n')
    pathlib.Path("/etc/containers/policy.json").write_text(
        '{"default": [{"type": "insecureAcceptAnything"}]}\n')
    for name in "etc", "proc", "sys", "dev":
        (folder / "system" / name).mkdir(parents=True)
    runtime = folder / "crun"
    runtime.write_text(RUNTIME)
    runtime.chmod(0o755)

    def podman(*words):
        return subprocess.run(
            ["podman", "--root", folder / "root", "--runroot", folder / "run",
             "--cgroup-manager=cgroupfs", "--storage-driver=vfs", f"--runtime={runtime}", *words],
            check=True, text=True, timeout=60, stdout=subprocess.PIPE).stdout.strip()

    podman("init", podman("create", "--cgroups=disabled", "--network=host", "--rootfs",
                          folder / "system", "/none"))
    written, = (folder / "run").rglob("resolv.conf")
    return written.read_text()


def test_containers(network, folder):
    """The container's network is the one of the comments."""
    nameserver, = re.findall(r"^nameserver (.*)$", resolv_conf_of_a_container(folder), re.M)
    conf = folder / "hostdns.conf"
    conf.write_text(lines_for("containers.conf"))
    assert f"listen = {nameserver}:53\n" in conf.read_text()
    host, guest = network(), network()
    host.hostdnsd("-c", conf)  # before the bridge exists
    bridge(host, guest, nameserver, 16)
    guest.wait_for_address("printer.office", nameserver, "10.0.0.7")


def qemu_is_understood(network):
    """slirp4netns is the network of QEMU's user mode, libslirp, for a network namespace."""
    host, guest = network(), network()
    host.hostdnsd("-c", RECIPES / "qemu.conf")
    host.start("slirp4netns", "--configure", str(guest.holder.pid), "tap0",
               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    nameserver, = re.findall(r"^#   nameserver (.*)$", (RECIPES / "qemu.conf").read_text(), re.M)
    wait_until(lambda: "10.0.2.100" in guest.run("ip", "address", "show"), "the guest's address")
    guest.wait_for_address("printer.office", nameserver, "10.0.0.7")
    guest.wait_for_address("host.internal", nameserver, "10.0.2.2")


# There is nothing to try where the kernel makes no TUN device, as in many containers.
if os.access("/dev/net/tun", os.R_OK | os.W_OK):
    test_qemu = qemu_is_understood


def test_libvirt(network, folder):
    """libvirt writes the options into the file of the network's dnsmasq."""
    top = xml.etree.ElementTree.parse(RECIPES / "libvirt.xml").getroot()
    options = [option.get("value") for option in top.iter(f"{DNSMASQ}option")]
    address = top.find("ip").get("address")
    conf = folder / "default.conf"
    conf.write_text("".join(f"{line}\n" for line in [
        "strict-order", "except-interface=lo", "bind-dynamic", "interface=bridge0", "user=",
        "group=", "pid-file=", *options]))
    host, guest = network(), network()
    host.hostdnsd()
    bridge(host, guest, address, 24)
    host.start("dnsmasq", "--keep-in-foreground", f"--conf-file={conf}")
    guest.wait_for_address("printer.office", address, "10.0.0.7")


def test_libvirt_understands_the_network():
    """The commands of the comment are typed to libvirt's driver for tests, whose host is made up."""
    recipe = (RECIPES / "libvirt.xml").read_text()
    commands = "; ".join(re.findall(r"^ +virsh (.*)$", recipe, re.M))
    assert commands.count("; ") == 4
    commands = commands.replace("net-define", "net-define --validate")
    run = subprocess.run(["virsh", "-c", "test:///default", f"{commands}; net-dumpxml default"],
                         cwd=RECIPES, capture_output=True, text=True, check=False, timeout=60)
    assert (run.returncode, run.stderr) == (0, "")
    assert "<bridge name='virbr0' stp='on' delay='0'/>" in run.stdout


def test_networkmanager(network, folder):
    """NetworkManager runs dnsmasq like this, and tells it the name servers over D-Bus."""
    shutil.copy(RECIPES / "networkmanager.conf", folder / "hostdns.conf")
    host = network()
    host.hostdnsd()
    host.start("dnsmasq", "--no-resolv", "--keep-in-foreground", "--no-hosts", "--bind-interfaces",
               "--pid-file=", "--listen-address=127.0.0.1", "--cache-size=400", "--clear-on-reload",
               "--conf-file=/dev/null", "--proxy-dnssec", "--user=", "--group=",
               f"--conf-dir={folder}")
    host.wait_for_address("printer.office", "127.0.0.1", "10.0.0.7")
    assert host.address_of("printer", "127.0.0.1") == "", "another domain does not come here"


def test_every_recipe_is_used():
    """resolved.conf is, under a live systemd, in tests/live."""
    assert sorted(path.name for path in RECIPES.iterdir()) == [
        "containers.conf", "libvirt.xml", "networkmanager.conf", "qemu.conf", "resolved.conf"]
