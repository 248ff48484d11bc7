"""Starts name servers, ours and others, with as little configuration as possible, on one core."""

import contextlib
import dataclasses
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = (TOP / os.environ.get("BUILD", "build")).resolve()
TOOLS = BUILD / "bench"
UNPACKED = TOOLS / "unpacked"
WORK = pathlib.Path("/run/bench")  # in the lab's memory
NAME_SERVER = "127.0.0.5"
HUNG_SERVER = "127.0.0.6"  # the reflector as a name server; names with "hung" at their start hang
START_SECONDS = 20

CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE = CORES[0]
LOAD_CORE = CORES[1 % len(CORES)]
NAME_SERVER_CORE = CORES[2 % len(CORES)] if len(CORES) > 2 else LOAD_CORE

KNOT_CONF = """
server:
    rundir: {work}
    listen: [{address}@53]
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
log:
  - target: stderr
    any: critical
database:
    storage: {work}
zone:
  - domain: .
    storage: {work}
    file: zone
    zonefile-sync: -1
    journal-content: none
"""

ZONE = """
. 3600 SOA ns.bench.lab. admin.bench.lab. 1 3600 3600 3600 3600
. 3600 NS ns.bench.lab.
ns.bench.lab. 3600 A 127.0.0.5
*.bench.lab. 3600 A 10.9.8.7
"""

UNBOUND_CONF = """
server:
    interface: 127.0.0.1@{port}
    num-threads: 1
    username: ""
    chroot: ""
    directory: {work}
    pidfile: ""
    use-syslog: no
    verbosity: 0
    module-config: iterator
    do-not-query-localhost: no
    do-ip6: no
    outgoing-range: 8192
    num-queries-per-thread: 4096
    incoming-num-tcp: 200
    msg-cache-size: 256m
    rrset-cache-size: 256m
remote-control:
    control-enable: no
forward-zone:
    name: .
    forward-addr: {upstream}
"""

KRESD_CONF = """
net.listen('127.0.0.1', {port}, {{ kind = 'dns' }})
cache.open(256 * MB, 'lmdb://{work}/cache')
trust_anchors.remove('.')
policy.add(policy.all(policy.STUB('{upstream}')))
"""

DNSDIST_CONF = """
setLocal('127.0.0.1:{port}')
newServer({{ address = '{upstream}', healthCheckMode = 'up' }})
getPool(''):setCache(newPacketCache({names}, {{ maxTTL = 86400 }}))
setSecurityPollSuffix('')
"""

RESOLVED_CONF = """
[Resolve]
DNS={upstream}
Domains=~.
DNSSEC=no
DNSOverTLS=no
MulticastDNS=no
LLMNR=no
Cache=yes
CacheFromLocalhost=yes
DNSStubListener=no
DNSStubListenerExtra=127.0.0.1:{port}
ReadEtcHosts=no
"""


def warn(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def pinned(core):
    return ["taskset", "-c", ",".join(map(str, core if isinstance(core, list) else [core]))]


def descendants(pid):
    """A process and all of its descendants."""
    parents = {}
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            parents.setdefault(int(fields[1]), []).append(int(path.parent.name))
    found = [pid]
    for one in found:
        found.extend(parents.get(one, []))
    return found


def cpu_seconds(pid):
    """The user and system time of a process with all its threads, also ended ones, by its CPU
    clock (clock_getcpuclockid(3)), which counts nanoseconds."""
    with contextlib.suppress(OSError):
        return time.clock_gettime(~pid << 3 | 2)
    return 0.0


class Server:
    """A running name server and all its processes."""

    def __init__(self, name, command, port, *, address="127.0.0.1", core=SERVER_CORE, env=None,
                 tcp=True):
        self.name = name
        self.address = address
        self.port = port
        self.at = f"{address}:{port}"
        self.log = open(WORK / f"{name}.log", "wb")
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [*pinned(core), *map(str, command)], stdin=subprocess.DEVNULL, stdout=self.log,
            stderr=self.log, env={**os.environ, **(env or {})}, cwd=WORK)
        try:
            self.wait_for_answer()
        except BaseException:
            self.stop()
            raise
        self.tcp = tcp and self.takes_tcp()

    def wait_for_answer(self):
        """Waits for any reply to a question for the root's name servers."""
        question = bytes.fromhex("abcd 0100 0001 0000 0000 0000 00 0002 0001")
        deadline = time.monotonic() + START_SECONDS
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(0.05)
            while time.monotonic() < deadline and self.process.poll() is None:
                with contextlib.suppress(OSError):
                    sock.sendto(question, (self.address, self.port))
                    if sock.recv(4096):
                        return
                    time.sleep(0.005)
        raise RuntimeError(f"{self.name} does not answer: {self.last_words()}")

    def last_words(self):
        text = (WORK / f"{self.name}.log").read_text(errors="replace").strip()
        return text.splitlines()[-1] if text else "it says nothing"

    def takes_tcp(self):
        try:
            socket.create_connection((self.address, self.port), 1).close()
        except OSError:
            return False
        return True

    def pids(self):
        return descendants(self.process.pid)

    def cpu_seconds(self):
        return sum(map(cpu_seconds, self.pids()))

    def pss_bytes(self):
        """The proportional set size, in which a shared page counts by its share."""
        total = 0
        for pid in self.pids():
            for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
        return total

    def stop(self):
        pids = self.pids()
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.process.wait()
        self.log.close()


def write(name, text):
    path = WORK / name
    path.write_text(text)
    return path


def start_hostdnsd(port, options=(), **how):
    return Server("hostdnsd", [BUILD / "hostdnsd", "-l", f"127.0.0.1:{port}", *options], port,
                  **how)


def ms_until_ready():
    """The time from fork to the line in which hostdnsd says that it can answer."""
    start = time.monotonic()
    with subprocess.Popen([*pinned(SERVER_CORE), BUILD / "hostdnsd", "-l", "127.0.0.1:5400"],
                          stdout=subprocess.PIPE) as process:
        while b"ready" not in (line := process.stdout.readline()):
            if not line:
                raise RuntimeError("hostdnsd did not get ready")
        passed = (time.monotonic() - start) * 1e3
        process.send_signal(signal.SIGINT)
        process.stdout.read()
    return passed


@dataclasses.dataclass
class Wish:
    """What a measurement needs each server to be able to do."""

    cached: int = 1000  # names for which its cache has room
    waiting: int = 150  # questions that may wait for the name server; dnsmasq's default
    upstream: str = NAME_SERVER
    hosts: bool = False  # it also answers from the hosts file


def hostdnsd(port, wish):
    """Its cache has 300 octets for each name. It asks the name servers of resolv.conf."""
    return start_hostdnsd(port, ["-o", f"cache-size={max(4 << 20, wish.cached * 300)}"])


def reflector(port, _):
    return Server("reflector", [TOOLS / "reflector", f"127.0.0.1:{port}"], port)


def unbound(port, wish):
    conf = write("unbound.conf", UNBOUND_CONF.format(port=port, work=WORK,
                                                     upstream=wish.upstream))
    return Server("unbound", ["unbound", "-d", "-c", conf], port)


def dnsmasq(port, wish):
    """It is not asked over TCP, because it forks for each connection and our sums lack ended
    processes. The more questions may wait, the more each packet costs: it walks through that many
    sockets."""
    hosts = ["--no-hosts", "--addn-hosts=/etc/hosts"] if wish.hosts else []
    return Server("dnsmasq", [
        "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", f"--port={port}",
        "--listen-address=127.0.0.1", "--bind-interfaces", "--no-resolv",
        f"--server={wish.upstream}", f"--cache-size={wish.cached + 100}",
        f"--dns-forward-max={wish.waiting}", "--user=", "--group=", "--pid-file=",
        "--log-facility=-", *hosts], port, tcp=False)


def knot_resolver(port, wish):
    shutil.rmtree(WORK / "kresd", ignore_errors=True)
    (WORK / "kresd").mkdir()
    conf = write("kresd.conf", KRESD_CONF.format(port=port, work=WORK / "kresd",
                                                 upstream=wish.upstream))
    return Server("knot-resolver", ["kresd", "-n", "-c", conf, WORK / "kresd"], port)


def dnsdist(port, wish):
    conf = write("dnsdist.conf", DNSDIST_CONF.format(port=port, upstream=wish.upstream,
                                                     names=2 * wish.cached + 1000))
    return Server("dnsdist", ["dnsdist", "--supervised", "--disable-syslog", "-C", conf], port)


def fleet_front(port, addresses):
    """dnsdist with the project's own configuration, which takes the hosts for up."""
    text = (pathlib.Path(__file__).parents[2] / "conf/dnsdist.conf").read_text()
    for number, address in enumerate(addresses, 11):
        text = text.replace(f"192.0.2.{number}:53", address)
    text = text.replace("192.0.2.53:53", f"127.0.0.1:{port}").replace("192.0.2.0/24", "127.0.0.0/8")
    text += "for _, one in ipairs(getServers()) do one:setUp() end\n"
    return Server("dnsdist", ["dnsdist", "--supervised", "--disable-syslog", "-C",
                              write("fleet.conf", text)], port)


def give_a_link():
    """Adds a link, because systemd-resolved asks nobody while only loopback is up."""
    for kind in "dummy", "veth", "bridge":
        made = subprocess.run(["ip", "link", "add", "bench0", "type", kind],
                              capture_output=True, check=False)
        if made.returncode == 0:
            for command in ("addr add 198.51.100.1/24 dev bench0", "link set bench0 up"):
                subprocess.run(["ip", *command.split()], check=True)
            if kind == "veth":
                subprocess.run(["ip", "link", "set", "veth0", "up"], check=False)
            return


def give_a_user():
    """Adds the user that it runs as to the lab's /etc."""
    for name, line in (("passwd", "systemd-resolve:x:0:0::/:/usr/sbin/nologin\n"),
                       ("group", "systemd-resolve:x:0:\n")):
        path = pathlib.Path("/etc", name)
        if "systemd-resolve:" not in path.read_text():
            with path.open("a") as file:
                file.write(line)


def systemd_resolved(port, wish):
    program = next((path for path in (UNPACKED / "lib/systemd/systemd-resolved",
                                      pathlib.Path("/lib/systemd/systemd-resolved"))
                    if path.exists()), None)
    if program is None:
        raise RuntimeError("systemd-resolved is neither unpacked (scripts/bench) nor installed")
    if not pathlib.Path("/sys/class/net/bench0").exists():
        give_a_link()
    give_a_user()
    pathlib.Path("/etc/systemd").mkdir(exist_ok=True)
    pathlib.Path("/run/systemd").mkdir(exist_ok=True)
    pathlib.Path("/etc/systemd/resolved.conf").write_text(
        RESOLVED_CONF.format(port=port, upstream=wish.upstream))
    libraries = ":".join(map(str, UNPACKED.glob("usr/lib/*/systemd")))
    return Server("systemd-resolved", [program], port,
                  env={"LD_LIBRARY_PATH": libraries, "SYSTEMD_LOG_TARGET": "console"})


STARTERS = {
    "hostdnsd": hostdnsd,
    "reflector": reflector,
    "unbound": unbound,
    "dnsmasq": dnsmasq,
    "knot-resolver": knot_resolver,
    "dnsdist": dnsdist,
    "systemd-resolved": systemd_resolved,
}


@contextlib.contextmanager
def running(names, **wish):
    """The servers that start, by name; `wish` has the fields of Wish."""
    started = {}
    try:
        for number, name in enumerate(names):
            try:
                started[name] = STARTERS[name](5400 + number, Wish(**wish))
            except (OSError, RuntimeError, subprocess.SubprocessError) as error:
                warn(f"without {name}: {error}")
        yield started
    finally:
        for server in started.values():
            server.stop()


@contextlib.contextmanager
def name_servers():
    """Runs knot with a wildcard and the reflector with names that hang; resolv.conf names knot."""
    WORK.mkdir(exist_ok=True)
    (WORK / "knot").mkdir(exist_ok=True)
    write("knot/zone", ZONE)
    conf = write("knot.conf", KNOT_CONF.format(work=WORK / "knot", address=NAME_SERVER))
    how = {"core": NAME_SERVER_CORE, "tcp": False}
    knot = Server("knot", ["knotd", "-c", conf], 53, address=NAME_SERVER, **how)
    hung = Server("hung", [TOOLS / "reflector", f"{HUNG_SERVER}:53", "hung"], 53,
                  address=HUNG_SERVER, **how)
    use_name_server(NAME_SERVER)
    try:
        yield
    finally:
        hung.stop()
        knot.stop()


def use_name_server(address):
    pathlib.Path("/etc/resolv.conf").write_text(f"nameserver {address}\n")


def use_hosts(prefix="", count=0):
    """Replaces the hosts file in one step by one with that many names PREFIX NUMBER .hosts.lab."""
    lines = ["127.0.0.1 localhost", "::1 localhost"]
    lines += [f"10.0.{i >> 8}.{i & 255} {prefix}{i}.hosts.lab" for i in range(count)]
    new = pathlib.Path("/etc/hosts.new")
    new.write_text("\n".join(lines) + "\n")
    new.replace("/etc/hosts")
