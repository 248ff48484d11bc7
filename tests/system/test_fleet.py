"""Several hostdnsd behind dnsdist, with conf/dnsdist.conf as it is, but for the addresses.

Each hostdnsd stands for a host: it has an /etc of its own, in which tests edit the hosts file.
"""

import contextlib
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

import dns.exception
import dns.message
import dns.query
import dns.rcode
import pytest

from conftest import say
from daemon import PROGRAM, Daemon, children_of, is_alive, wait_until

CONF = pathlib.Path(__file__).parents[2] / "conf/dnsdist.conf"
FRONT, HOSTS = "127.0.30.53", ["127.0.30.11", "127.0.30.12", "127.0.30.13"]
NAMES = [f"fleet{number}.lab" for number in range(60)]
CHECK = "192.0.2.53 check.fleet.internal\n"
TRY_SECONDS, TRIES = 1, 20  # of a client that asks again
ONCE_SECONDS = 20  # of one that does not
TTL = 3600  # longer than the test: only an edit that is seen changes an answer


def as_here():
    """The file with the addresses of loopback, and with DoT and DoH as a reader switches them on."""
    text = CONF.read_text()
    text = re.sub(r"^--(?=add)", "", text, flags=re.M)
    text = text.replace("192.0.2.0/24", "127.0.0.0/8")
    return text.replace("192.0.2.", "127.0.30.").replace("/etc/dnsdist/", "/etc/lab/dnsdist/")


def hosts_file(number):
    """Each name has the address 10.30.NUMBER.x."""
    return CHECK + "".join(f"10.30.{number}.{at} {name}\n" for at, name in enumerate(NAMES))


class FleetHost(Daemon):
    """A hostdnsd with its own copy of /etc."""

    ENTER = 'mount --bind "$0" /etc && exec "$@"'

    def __init__(self, address):
        self.etc = pathlib.Path(tempfile.mkdtemp(dir="/run"))
        self.etc.chmod(0o755)
        for name in ("group", "ld.so.cache", "nsswitch.conf", "passwd", "resolv.conf"):
            shutil.copy(f"/etc/{name}", self.etc)
        self.write(hosts_file(0))
        super().__init__("-o", f"ttl={TTL}", "-o", "cache-size=16777216", "-o", "per-client=32768",
                         listen=f"{address}:53",
                         program=("unshare", "--mount", "sh", "-c", self.ENTER, self.etc, PROGRAM))

    def write(self, text):
        """In one step, as careful programs write it."""
        new = self.etc / "hosts.new"
        new.write_text(text)
        new.replace(self.etc / "hosts")

    def die(self):
        """As if the machine's power went: no process of it says goodbye."""
        pids = [self.pid, *(pid for pid, _ in children_of(self.pid))]
        self.kill()
        wait_until(lambda: not any(is_alive(pid) for pid in pids), "the processes are gone")


class Dnsdist:
    """It logs which host it takes for up or down."""

    def __init__(self):
        folder = pathlib.Path("/etc/lab/dnsdist")
        folder.mkdir(exist_ok=True)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30",
                        "-subj", "/CN=fleet.test", "-addext", "subjectAltName=DNS:fleet.test",
                        "-keyout", folder / "server.key", "-out", folder / "server.crt"],
                       check=True, stderr=subprocess.DEVNULL)
        conf = folder / "dnsdist.conf"
        conf.write_text(as_here())
        self.log = folder / "log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(["dnsdist", "--supervised", "--disable-syslog", "-C", conf],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def wait_for(self, address, state):
        """The last word about a host, which must come soon."""
        def said():
            assert self.process.poll() is None, self.log.read_text()
            words = re.findall(rf"{re.escape(address)}:53\b.* as '(\w+)'", self.log.read_text())
            return words[-1:] == [state]

        wait_until(said, f"{address} is {state}")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)


@pytest.fixture(scope="module")
def dnsdist():
    running = Dnsdist()
    yield running
    running.stop()


@pytest.fixture
def fleet(dnsdist):
    """Three that are up."""
    with contextlib.ExitStack() as stack:
        hosts = {}
        for address in HOSTS:
            hosts[address] = FleetHost(address)
            stack.callback(lambda host: host.stopped or host.stop(), hosts[address])
        for address in HOSTS:
            dnsdist.wait_for(address, "up")
        yield hosts
    for address in HOSTS:
        dnsdist.wait_for(address, "down")


class Client:
    """Asks for the names on and on over one transport, until it is told to end."""

    def __init__(self, transport, tries, seconds):
        self.exchange = dns.query.udp if transport == "udp" else dns.query.tcp
        self.tries, self.seconds = tries, seconds
        self.asked = self.again = 0
        self.lost, self.wrong = [], []
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def run(self):
        while not self.over.is_set():
            name = NAMES[self.asked % len(NAMES)]
            self.asked += 1
            reply = self.ask(name)
            if not reply:
                self.lost.append(name)
            elif not reply.answer:
                self.wrong.append(reply.to_text())
            time.sleep(0.002)

    def ask(self, name):
        """A try that fails at once, as a connection may, takes its time as well: otherwise all of
        them would be over before the check."""
        for attempt in range(self.tries):
            begun = time.monotonic()
            self.again += attempt > 0
            with contextlib.suppress(OSError, EOFError, dns.exception.Timeout):
                return self.exchange(dns.message.make_query(name, "A"), FRONT, self.seconds)
            if self.tries > 1:
                time.sleep(max(0, begun + self.seconds - time.monotonic()))
        return None


@contextlib.contextmanager
def load(tries, seconds):
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(Client(transport, tries, seconds))
               for transport in ("udp", "udp", "tcp")]


def wait_for_more(clients, number=len(NAMES)):
    """Until each has asked for every name once more."""
    aims = [client.asked + number for client in clients]
    wait_until(lambda: all(client.asked >= aim for client, aim in zip(clients, aims)), "questions", 60)


def address_of(name):
    reply = dns.query.udp(dns.message.make_query(name, "A"), FRONT, ONCE_SECONDS)
    return [rr.address for rrset in reply.answer for rr in rrset]


def test_each_host_has_a_share_of_the_names(fleet):
    """And all questions for a name go to the same."""
    for number, host in enumerate(fleet.values(), 1):
        host.write(hosts_file(number))
    for number, address in enumerate(HOSTS, 1):
        fleet[address].ask_until([f"{NAMES[0]} A 10.30.{number}.0"], NAMES[0])
    shares = [address_of(name)[0].split(".")[2] for name in NAMES]
    assert set(shares) == {"1", "2", "3"}
    assert [address_of(name)[0].split(".")[2] for name in NAMES] == shares


def test_a_host_that_dies_under_load(fleet, dnsdist, request):
    """A client that asks again loses nothing, and one that does not, nothing after the check."""
    with load(TRIES, TRY_SECONDS) as patient:
        wait_for_more(patient)
        begun = time.monotonic()
        fleet[HOSTS[0]].die()
        dnsdist.wait_for(HOSTS[0], "down")
        seconds = time.monotonic() - begun
        with load(1, ONCE_SECONDS) as impatient:
            wait_for_more(impatient)
            wait_for_more(patient)
    for client in patient + impatient:
        assert (client.lost, client.wrong) == ([], [])
    say(request, [f"test_fleet.py: {sum(client.asked for client in patient + impatient)} questions, "
                  f"{sum(client.again for client in patient)} asked again, 0 lost; the check took "
                  f"{seconds:.1f} s"])


def test_the_survivors_see_edits(fleet, dnsdist):
    """Each has cached all names for an hour."""
    fleet[HOSTS[1]].die()
    dnsdist.wait_for(HOSTS[1], "down")
    survivors = [fleet[HOSTS[0]], fleet[HOSTS[2]]]
    for at, name in enumerate(NAMES):
        for host in survivors:
            assert host.ask(name).outcome == [f"{name} A 10.30.0.{at}"]
        assert address_of(name) == [f"10.30.0.{at}"]
    for host in survivors:
        host.write(hosts_file(7))
    for host in survivors:
        host.ask_until([f"{NAMES[0]} A 10.30.7.0"], NAMES[0])
    for at, name in enumerate(NAMES):
        assert address_of(name) == [f"10.30.7.{at}"]


def test_a_host_that_comes_back_is_asked_again(fleet, dnsdist):
    fleet[HOSTS[2]].die()
    dnsdist.wait_for(HOSTS[2], "down")
    fleet[HOSTS[2]] = FleetHost(HOSTS[2])
    try:
        dnsdist.wait_for(HOSTS[2], "up")
        fleet[HOSTS[2]].write(hosts_file(9))
        fleet[HOSTS[2]].ask_until([f"{NAMES[0]} A 10.30.9.0"], NAMES[0])
        assert {address_of(name)[0].split(".")[2] for name in NAMES} == {"0", "9"}
    finally:
        fleet[HOSTS[2]].stop()


def test_a_host_without_look_ups_is_down(fleet, dnsdist):
    """Its serve process still answers what it knows by itself, such as localhost."""
    host = fleet[HOSTS[0]]
    host.write("".join(hosts_file(0).splitlines(keepends=True)[1:]))
    dnsdist.wait_for(HOSTS[0], "down")
    assert host.ask("localhost").outcome == ["localhost A 127.0.0.1"]
    for at, name in enumerate(NAMES):
        assert address_of(name) == [f"10.30.0.{at}"]


CHECKED = ("+tls-ca=/etc/lab/dnsdist/server.crt", "+tls-hostname=fleet.test")


@pytest.mark.parametrize("transport", [("+notcp",), ("+tcp",), ("+tls", *CHECKED),
                                       ("+https", *CHECKED)], ids=lambda words: words[0])
@pytest.mark.usefixtures("fleet")
def test_every_transport(transport):
    """TLS and HTTPS with a certificate that the client checks."""
    run = subprocess.run(["kdig", f"@{FRONT}", *transport, "+short", "+retry=0",
                          f"+timeout={ONCE_SECONDS}", NAMES[5], "A"],
                         capture_output=True, text=True, check=False)
    assert run.stdout == "10.30.0.5\n", run.stderr


def test_a_slow_answer_is_waited_for(fleet):
    """hostdnsd tells after 4.4 seconds that nobody answers, and dnsdist passes that on."""
    for host in fleet.values():
        (host.etc / "resolv.conf").write_text("nameserver 127.0.0.3\noptions timeout:30\n")

    def has_failed():
        query = dns.message.make_query(f"slow{time.monotonic_ns()}.example.test", "A")
        reply = dns.query.udp(query, FRONT, ONCE_SECONDS)
        return dns.rcode.to_text(reply.rcode()) == "SERVFAIL"

    wait_until(has_failed, "SERVFAIL", 60)
