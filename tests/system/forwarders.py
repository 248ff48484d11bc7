"""Starts forwarders that people put in front of a name server, on port 53 of an address.

They wait long for a reply and never ask twice by themselves: how often they ask then says
something about what they keep, however slow the server is.
"""

import subprocess
import tempfile

import dns.exception
import dns.message
import dns.query

from ask import PATIENCE_SECONDS
from daemon import wait_until

SECONDS = 4 * PATIENCE_SECONDS  # for a forwarder's reply, beside an instrumented server

# 0x20: letters of the question are of mixed case, and must come back as they were sent.
UNBOUND = """\
server:
    interface: {address}
    do-ip6: no
    chroot: ""
    username: "{user}"
    pidfile: ""
    directory: "{folder}"
    use-syslog: no
    num-threads: 1
    do-not-query-localhost: no
    use-caps-for-id: yes
    unknown-server-time-limit: 20000
    infra-cache-min-rtt: 20000
    infra-cache-max-rtt: 60000
    trust-anchor-signaling: no
    local-zone: "test." nodefault
    local-zone: "localhost." nodefault
    local-zone: "2.0.192.in-addr.arpa." nodefault
{more}
remote-control:
    control-enable: no
forward-zone:
    name: "{domain}"
    forward-addr: {to[0]}@{to[1]}
{rest}
"""
THE_REST = """\
forward-zone:
    name: "."
    forward-addr: {0}
"""
NOT_VALIDATING = '    module-config: "iterator"\n'
VALIDATING = """\
    module-config: "validator iterator"
    domain-insecure: "lab."
    trust-anchor: "{anchor}"
"""

# Taken for up whatever it says.
DNSDIST = """\
setLocal("{address}:53")
setUDPTimeout(20)
newServer({{address="{to[0]}:{to[1]}"}}):setUp()
getPool(""):setCache(newPacketCache(1000))
setSecurityPollSuffix("")
"""


def write(folder, text, **values):
    path = f"{folder}/conf"
    with open(path, "w", encoding="ascii") as file:
        file.write(text.format(folder=folder, **values))
    return path


def unbound(address, to, folder, more=NOT_VALIDATING, domain=".", rest=None, user=""):
    return ["unbound", "-d", "-c",
            write(folder, UNBOUND, address=address, to=to, more=more, domain=domain, user=user,
                  rest=THE_REST.format(rest) if rest else "")]


def dnsdist(address, to, folder):
    return ["dnsdist", "--supervised", "--disable-syslog",
            "-C", write(folder, DNSDIST, address=address, to=to)]


def dnsmasq(address, to, _folder, domain="", rest=None, more=(), user=""):
    return ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=",
            f"--listen-address={address}", "--bind-interfaces", f"--user={user}", "--group=",
            "--no-resolv", "--no-hosts", f"--server={domain and f'/{domain}/'}{to[0]}#{to[1]}",
            *([f"--server={rest}"] if rest else []), "--cache-size=1000", *more]


class Forwarder:
    """A running one; `command` is one of the functions above."""

    def __init__(self, command, address, to, **how):
        self.address = address
        self.folder = tempfile.TemporaryDirectory(prefix="forwarder-", dir="/etc/lab")
        self.process = subprocess.Popen(
            command(address, to, self.folder.name, **how), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_until(self.is_up, "the forwarder answers", SECONDS)
        except BaseException:
            self.stop()
            raise

    def is_up(self):
        assert self.process.poll() is None
        try:
            return self.ask("v4only.lab", seconds=0.5).answer != []
        except (OSError, dns.exception.Timeout):
            return False

    def ask(self, name, rdtype="A", seconds=SECONDS, **how):
        """Its reply, over TCP if it is truncated."""
        query = dns.message.make_query(name, rdtype, **{"use_edns": 0, "payload": 1232, **how})
        reply, _ = dns.query.udp_with_fallback(query, self.address, seconds,
                                               ignore_unexpected=True)
        asked, answered = query.question[0], reply.question[0]
        assert asked.to_text() == answered.to_text(), "in the asker's letter case"
        return reply

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=SECONDS)
        self.folder.cleanup()
