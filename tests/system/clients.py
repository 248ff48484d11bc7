"""Asks a server with the DNS clients that people use, and reads all that they print.

Each function starts the real program and returns the records that it shows, sorted, as
"name TYPE data"; or, if it shows none, the RCODE or NODATA in its own words. A line that
is not understood, an unexpected exit status and words on stderr are failures.
"""

import json
import re
import subprocess
import sys
import tempfile

import dns.rdatatype
import dns.resolver
import dns.reversename

PATIENCE_SECONDS = 120  # for a client beside an instrumented server
WAIT = "20"  # seconds for one reply


def run(*words, stderr=""):
    """(All that the program prints, its exit status); `stderr` is a pattern."""
    result = subprocess.run(words, text=True, capture_output=True, timeout=PATIENCE_SECONDS,
                            check=False)
    assert re.fullmatch(stderr, result.stderr), (result.stdout, result.stderr)
    return result.stdout, result.returncode


def run_well(*words, stderr=""):
    text, status = run(*words, stderr=stderr)
    assert status == 0, text
    return text


def record(name, rdtype, data):
    return f"{name.removesuffix('.')} {rdtype} {data.removesuffix('.')}"


def address(name, data):
    return record(name, "AAAA" if ":" in data else "A", data)


def asked_at(name, rdtype):
    """-x and the address, or name and type."""
    return ["-x", name] if rdtype == "PTR" else [name, rdtype]


# Those that print the whole message.

def sections(text, status_word):
    """The outcome in a text in the master file format below ";; ... SECTION:" lines."""
    rcode = re.search(rf"{status_word}: (\w+)[,;]", text)[1]
    flags, answers, authorities = re.search(
        r"lags: ([a-z ]*?) ?; QUERY: 1[,;] ANSWER: (\d+)[,;] AUTHORITY: (\d+)", text).groups()
    assert flags == "qr rd ra"
    found = {"ANSWER": [], "AUTHORITY": [], "ADDITIONAL": []}
    for line in text.splitlines():
        if heading := re.fullmatch(r";; (\w+) SECTION:", line):
            section = heading[1]
        elif line and line[0] != ";":
            name, _, rdclass, rdtype, data = line.split(maxsplit=4)
            assert rdclass == "IN"
            found[section].append(record(name, rdtype, data))
    assert len(found["ANSWER"]) == int(answers)
    assert len(found["AUTHORITY"]) == int(authorities)
    assert not found["ADDITIONAL"]
    denial = rcode == "NXDOMAIN" or (rcode == "NOERROR" and not found["ANSWER"])
    assert [line.split()[1] for line in found["AUTHORITY"]] == ["SOA"] * denial
    if found["ANSWER"]:
        assert rcode == "NOERROR"
        return sorted(found["ANSWER"])
    return "NODATA" if rcode == "NOERROR" else rcode


def dig(server, name, rdtype, over_tcp=False):
    text = run_well("dig", f"@{server.to[0]}", "-p", str(server.to[1]), "+tries=1",
                    f"+timeout={WAIT}", *asked_at(name, rdtype))
    assert "WARNING" not in text
    assert text.startswith(";; Truncated, retrying in TCP mode.") == over_tcp
    assert f"({'TCP' if over_tcp else 'UDP'})\n" in text
    return sections(text, "status")


def kdig(server, name, rdtype, over_tcp=False):
    to, port = server.to
    retry = rf";; WARNING: truncated reply from {to}@{port}\(UDP\), retrying over TCP\n+"
    text = run_well("kdig", f"@{to}", "-p", str(port), "+retry=0", f"+timeout={WAIT}",
                    *asked_at(name, rdtype), stderr=retry if over_tcp else "")
    assert f"From {to}@{port}({'TCP' if over_tcp else 'UDP'})" in text
    return sections(text, "status")


def drill(server, name, rdtype, over_tcp=False):
    """With -a it goes on after a truncated reply: with EDNS first, over TCP then."""
    words = asked_at(name, rdtype)
    text = run_well("drill", *(["-a"] if over_tcp else []), "-p", str(server.to[1]), words[0],
                    f"@{server.to[0]}", *words[1:])
    return sections(text, "rcode")


# Those that print sentences.

def meaning(line, known):
    """What a line says: a record, a word, or None."""
    for pattern, read in known.items():
        if match := re.fullmatch(pattern, line):
            return read and read(*match.groups())
    raise AssertionError(f"not understood: {line!r}")


def sentences(text, status, known):
    """The outcome in a text, every line of which is one of `known`: {pattern: what to read}."""
    said = [found for line in text.splitlines() if (found := meaning(line, known))]
    records = sorted(found for found in said if " " in found)
    if not records:
        (outcome,) = said
        assert status == (outcome != "NODATA")
        return outcome
    assert (len(records), status) == (len(said), 0), text
    return records


def host(server, name, rdtype, over_tcp=False):
    to, port = server.to
    words = [name] if rdtype == "PTR" else ["-t", rdtype, name]
    text, status = run("host", "-W", WAIT, "-R", "1", "-p", str(port), *words, to)
    return sentences(text, status, {
        "": None,
        "Using domain server:": None, f"Name: {to}": None, f"Address: {to}#{port}": None,
        "Aliases: ": None,
        r"(\S+) has address (\S+)": lambda name, data: record(name, "A", data),
        r"(\S+) has IPv6 address (\S+)": lambda name, data: record(name, "AAAA", data),
        r"(\S+) is an alias for (\S+)": lambda name, data: record(name, "CNAME", data),
        r"(\S+) domain name pointer (\S+)": lambda name, data: record(name, "PTR", data),
        f"{name} has no {rdtype} record": lambda: "NODATA",
        rf"Host {name} not found: \d\((\w+)\)": lambda rcode: rcode,
    })


def nslookup_sentences(text, status, name, server, more):
    """Of both programs of this name. Here a "Name:" and its "Address:" are one line."""
    to, port = server.to
    text = re.sub(r"^Name:\t(\S+)\nAddress: (\S+)$", r"\1 has \2", text, flags=re.M)
    return sentences(text, status, {
        "": None,
        f"Server:\t\t{to}(:{port})?": lambda _: None,
        rf"Address:\t{to}[#:]{port}": None,
        "Non-authoritative answer:": None,
        r"(\S+) has (\S+)": address,
        r"(\S+)\tcanonical name = (\S+)": lambda name, data: record(name, "CNAME", data),
        r"(\S+)\tname = (\S+)": lambda name, data: record(name, "PTR", data),
        rf"\*\* server can't find {name}: (\w+)": lambda rcode: rcode,
        **more,
    })


def nslookup(server, name, rdtype, over_tcp=False):
    to, port = server.to
    words = [name] if rdtype == "PTR" else [f"-type={rdtype}", name]
    text, status = run("nslookup", f"-port={port}", f"-timeout={WAIT}", "-retry=0", *words, to)
    assert text.startswith(";; Truncated, retrying in TCP mode.\n") == over_tcp
    return nslookup_sentences(text, status, name, server, {
        ";; Truncated, retrying in TCP mode.": None,
        f";; Got SERVFAIL reply from {to}": None,
        "Authoritative answers can be found from:": None,
        rf"\*\*\* Can't find {name}: No answer": lambda: "NODATA",
    })


def busybox(server, name, rdtype, over_tcp=False):
    """It says nothing at all where there are no data."""
    words = [name] if rdtype == "PTR" else [f"-type={rdtype.lower()}", name]
    text, status = run("busybox", "nslookup", *words, "{}:{}".format(*server.to))
    nothing = "Non-authoritative answer:\n\n"
    if text.endswith(f"\n{nothing}"):
        text = text.removesuffix(nothing) + "nothing\n"
    return nslookup_sentences(text, status, name, server, {"nothing": lambda: "NODATA"})


# Libraries, in programs of their own. They tell data only.

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


def node(server, name, rdtype, over_tcp=False):
    """c-ares. Only the data of the asked type."""
    data = json.loads(run_well("node", "-e", NODE, "--", "{}:{}".format(*server.to), name, rdtype))
    return sorted(data) if isinstance(data, list) else NODE_CODES[data]


def dnspython(server, name, rdtype, over_tcp=False):
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port, resolver.lifetime = [server.to[0]], server.to[1], int(WAIT)
    resolver.retry_servfail = False
    asked = dns.reversename.from_address(name) if rdtype == "PTR" else name
    try:
        reply = resolver.resolve(asked, rdtype)
    except dns.resolver.NoAnswer:
        return "NODATA"
    except dns.resolver.NXDOMAIN:
        return "NXDOMAIN"
    except dns.resolver.NoNameservers as error:
        return re.search(r"answered (\w+)$", str(error))[1]
    return sorted(record(rrset.name.to_text(), dns.rdatatype.to_text(rrset.rdtype), rr.to_text())
                  for rrset in reply.response.answer for rr in rrset)


# Prints data and canonical name, or what the error is.
GLIBC = """
import json, socket, sys
name, rdtype = sys.argv[1:]
family = {"A": socket.AF_INET, "AAAA": socket.AF_INET6}.get(rdtype, socket.AF_UNSPEC)
try:
    if rdtype == "PTR":
        name, aliases, addresses = socket.gethostbyaddr(name)
        data = [name, *aliases]
    else:
        found = socket.getaddrinfo(name, None, family, socket.SOCK_STREAM,
                                   flags=socket.AI_CANONNAME)
        data = [entry[4][0] for entry in found] + [found[0][3]]
except socket.gaierror as error:
    data = {socket.EAI_NODATA: "NODATA", socket.EAI_NONAME: "NXDOMAIN",
            socket.EAI_AGAIN: "SERVFAIL"}[error.errno]
print(json.dumps(data))
"""
MOUNT = ('mount --bind "$1" /etc/resolv.conf && mount --bind "$2" /etc/nsswitch.conf && '
         'shift 2 && exec "$@"')


def through_libc(server, *words, options=f"timeout:{WAIT} attempts:1", search=""):
    """What a program prints whose libc asks this server alone; the server sees the lab's files."""
    assert server.to[1] == 53, "resolv.conf has no port"
    with (tempfile.NamedTemporaryFile("w", dir="/etc/lab") as resolv,
          tempfile.NamedTemporaryFile("w", dir="/etc/lab") as nsswitch):
        resolv.write(f"nameserver {server.to[0]}\noptions {options}\n")
        resolv.write(f"search {search}\n" if search else "")
        resolv.flush()
        nsswitch.write("hosts: dns\n")
        nsswitch.flush()
        return run_well("unshare", "--mount", "sh", "-c", MOUNT, "sh", resolv.name,
                        nsswitch.name, *words)


def glibc(server, name, rdtype, over_tcp=False):
    """Addresses and the canonical name. The type CNAME it cannot ask for: A is asked instead."""
    data = json.loads(through_libc(server, sys.executable, "-c", GLIBC, name,
                                   "A" if rdtype == "CNAME" else rdtype))
    return sorted(data) if isinstance(data, list) else data
