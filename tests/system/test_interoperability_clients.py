"""Real clients ask for each kind of answer, and the matrix of who asked what is printed.

Each client is the real program; what it prints is read whole and must be the expected data.
"""

import json
import re
import subprocess
import sys
import tempfile

import dns.exception
import dns.resolver
import dns.reversename
import pytest

from daemon import Daemon

PATIENCE = 60  # seconds for a client beside an instrumented server

LARGE = "huge.example.test"
MANY = [f"198.51.100.{number}" for number in range(101, 201)]

# What is asked, and what is known: data, or why there are none.
QUESTIONS = {
    "A": ("a.example.test", "A", ["192.0.2.1"]),
    "AAAA": ("aaaa.example.test", "AAAA", ["2001:db8::1"]),
    "NODATA": ("txt.example.test", "A", "NODATA"),
    "NXDOMAIN": ("nosuch.example.test", "A", "NXDOMAIN"),
    "CNAME": ("cname-a.example.test", "A", ["192.0.2.1", "a.example.test"]),
    "PTR": ("192.0.2.1", "PTR", ["a.example.test"]),
    "SERVFAIL": ("x.broken.test", "A", "SERVFAIL"),
    "TCP": (LARGE, "A", MANY),
}


def run(*words, codes=(0,), **how):
    """All that the program prints."""
    result = subprocess.run(words, text=True, capture_output=True, timeout=PATIENCE, check=False,
                            **how)
    assert result.returncode in codes, (result.returncode, result.stdout, result.stderr)
    return result.stdout


def said(rcode, data):
    """The data without final dots, or in a word why there are none."""
    data = [word.removesuffix(".") for word in data]
    return sorted(data) if data else {"NOERROR": "NODATA"}.get(rcode, rcode)


def answer_section(text):
    """The data of the records in dig's way of printing them."""
    _, _, section = text.partition(";; ANSWER SECTION:\n")
    lines = section.partition("\n\n")[0].splitlines() if not section.startswith("\n") else []
    return [line.split()[-1] for line in lines]


def dig(server, name, rdtype):
    words = ["-x", name] if rdtype == "PTR" else [name, rdtype]
    text = run("dig", f"@{server.to[0]}", "-p", str(server.to[1]), "+tries=1", "+timeout=20", *words)
    assert "WARNING" not in text.upper()
    return said(re.search(r"status: (\w+)", text)[1], answer_section(text))


def kdig(server, name, rdtype):
    words = ["-x", name] if rdtype == "PTR" else [name, rdtype]
    text = run("kdig", f"@{server.to[0]}", "-p", str(server.to[1]), "+retry=0", "+timeout=20",
               *words)
    assert "WARNING" not in text
    return said(re.search(r"status: (\w+)", text)[1], answer_section(text))


def drill(server, name, rdtype):
    """It does not go on to TCP by itself: -t makes it."""
    words = ["-x", name] if rdtype == "PTR" else [name, rdtype]
    text = run("drill", *(["-t"] if name == LARGE else []), "-p", str(server.to[1]), *words[:1],
               f"@{server.to[0]}", *words[1:])
    return said(re.search(r"rcode: (\w+)", text)[1], answer_section(text))


def host(server, name, rdtype):
    """It asks with -t A for names; the reverse name it makes itself."""
    words = [name] if rdtype == "PTR" else ["-t", rdtype, name]
    text = run("host", "-W", "20", "-R", "1", "-p", str(server.to[1]), *words, server.to[0],
               codes=(0, 1))
    denied = re.search(r"not found: \d\((\w+)\)", text)
    data = re.findall(r"(?:has address|has IPv6 address|is an alias for|domain name pointer) "
                      r"(\S+)$", text, re.M)
    assert data or denied or f"{name} has no {rdtype} record" in text, text
    return said(denied[1] if denied else "NOERROR", data)


def nslookup_words(text):
    """Data and RCODE as both programs of this name print them, below who was asked."""
    denied = re.search(r"server can't find [^:]*: (\w+)", text)
    asked, _, rest = text.partition("\n\n")
    answers = rest if asked.startswith("Server:") else text  # a PTR's stands alone
    data = re.findall(r"^Address: (\S+)$|(?:canonical name|name) = (\S+)$", answers, re.M)
    data = ["".join(words) for words in data]
    assert data or denied or "Non-authoritative answer:" in answers, text
    return said(denied[1] if denied else "NOERROR", data)


def nslookup(server, name, rdtype):
    words = [name] if rdtype == "PTR" else [f"-type={rdtype}", name]
    return nslookup_words(run("nslookup", f"-port={server.to[1]}", "-timeout=20", "-retry=0",
                              *words, server.to[0], codes=(0, 1)))


def busybox(server, name, rdtype):
    words = [name] if rdtype == "PTR" else [f"-type={rdtype.lower()}", name]
    return nslookup_words(run("busybox", "nslookup", *words, f"{server.to[0]}:{server.to[1]}",
                              codes=(0, 1)))


NODE = """
const dns = require('dns');
const [server, name, type] = process.argv.slice(1);
const resolver = new dns.Resolver({timeout: 20000, tries: 1});
resolver.setServers([server]);
const tell = (error, data) => console.log(JSON.stringify(error ? error.code : data));
if (type === 'PTR') resolver.reverse(name, tell);
else resolver.resolve(name, type, tell);
"""
NODE_CODES = {"ENODATA": "NODATA", "ENOTFOUND": "NXDOMAIN", "ESERVFAIL": "SERVFAIL"}


def node(server, name, rdtype):
    """c-ares. It tells an alias only to who asks for it."""
    def ask(asked):
        return json.loads(run("node", "-e", NODE, "--", f"{server.to[0]}:{server.to[1]}", name,
                              asked))

    data = ask(rdtype)
    if isinstance(data, str):
        return NODE_CODES[data]
    return said("NOERROR", data + (ask("CNAME") if name.startswith("cname") else []))


def dnspython(server, name, rdtype):
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port, resolver.lifetime = [server.to[0]], server.to[1], 20
    resolver.retry_servfail = False
    asked = dns.reversename.from_address(name) if rdtype == "PTR" else name
    try:
        reply = resolver.resolve(asked, rdtype)
    except dns.resolver.NoAnswer:
        return "NODATA"
    except dns.resolver.NXDOMAIN:
        return "NXDOMAIN"
    except dns.resolver.NoNameservers as error:
        return re.search(r"answered (SERVFAIL)", str(error))[1]
    aliases = [] if reply.canonical_name == reply.qname else [reply.canonical_name.to_text()]
    return said("NOERROR", [rr.to_text() for rr in reply] + aliases)


# Runs where resolv.conf names the server; prints data and canonical name, or h_errno's word.
GLIBC = """
import json, socket, sys
name, rdtype = sys.argv[1:]
family = socket.AF_INET6 if rdtype == "AAAA" else socket.AF_INET
try:
    if rdtype == "PTR":
        data = [socket.gethostbyaddr(name)[0]]
    else:
        found = socket.getaddrinfo(name, None, family, socket.SOCK_STREAM,
                                   flags=socket.AI_CANONNAME)
        data = [entry[4][0] for entry in found]
        if found[0][3] != name:
            data.append(found[0][3])
except socket.gaierror as error:
    data = {socket.EAI_NODATA: "NODATA", socket.EAI_NONAME: "NXDOMAIN",
            socket.EAI_AGAIN: "SERVFAIL"}[error.errno]
print(json.dumps(data))
"""
MOUNT = "mount --bind $1 /etc/resolv.conf && mount --bind $2 /etc/nsswitch.conf && shift 2 && exec \"$@\""


def glibc(server, name, rdtype):
    """The host's own libc, with a resolv.conf of its own that names us on port 53."""
    with (tempfile.NamedTemporaryFile("w", dir="/etc/lab") as resolv,
          tempfile.NamedTemporaryFile("w", dir="/etc/lab") as nsswitch):
        resolv.write(f"nameserver {server.to[0]}\noptions timeout:20 attempts:1\n")
        nsswitch.write("hosts: dns\n")
        resolv.flush()
        nsswitch.flush()
        data = json.loads(run("unshare", "--mount", "sh", "-c", MOUNT, "sh", resolv.name,
                              nsswitch.name, sys.executable, "-c", GLIBC, name, rdtype))
    return data if isinstance(data, str) else said("NOERROR", data)


CLIENTS = {
    "dig": dig, "host": host, "nslookup": nslookup, "kdig": kdig, "drill": drill,
    "BusyBox nslookup": busybox, "Node": node, "dnspython": dnspython, "glibc": glibc,
}
# It never asks over TCP, and shows what a truncated reply has: as much as 512 octets hold.
WITHOUT_TCP = {"BusyBox nslookup"}


@pytest.fixture(scope="module")
def server53():
    """On the port that libc asks."""
    daemon = Daemon(listen="127.0.0.5:53")
    yield daemon
    daemon.stop()


@pytest.fixture(scope="module")
def matrix(request):
    """{(client, question): what was seen}, printed at the end of the file."""
    seen = {}
    yield seen
    plugins = request.config.pluginmanager
    write = plugins.get_plugin("terminalreporter").write_line
    with plugins.get_plugin("capturemanager").global_and_fixture_disabled():
        plugins.get_plugin("terminalreporter").ensure_newline()
        write(f"{'':18}" + "".join(f"{question:10}" for question in QUESTIONS))
        for client in CLIENTS:
            write(f"{client:18}" + "".join(f"{seen.get((client, question), '-'):10}"
                                           for question in QUESTIONS))


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("client", CLIENTS)
def test_client(server53, matrix, client, question):
    name, rdtype, expected = QUESTIONS[question]
    outcome = CLIENTS[client](server53, name, rdtype)
    if question == "TCP" and client in WITHOUT_TCP:
        assert set(outcome) < set(expected)
        assert len(outcome) >= 28  # 16 octets each behind header and question
        matrix[client, question] = f"{len(outcome)}/100"
        return
    assert outcome == (sorted(expected) if isinstance(expected, list) else expected)
    matrix[client, question] = "ok"


def test_every_client_asked_everything(matrix):
    """The whole file has to run for it."""
    assert set(matrix) == {(client, question) for client in CLIENTS for question in QUESTIONS}


def test_the_last_question_needs_tcp(server53):
    """Otherwise the last column would say nothing."""
    assert server53.ask(LARGE, edns=True).truncated
