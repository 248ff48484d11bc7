"""The hosts: line of nsswitch.conf: whatever its sources and their order, the wire says what
getaddrinfo() says."""

import socket

import pytest

from daemon import Daemon
from tables import table

pytestmark = pytest.mark.usefixtures("patience")
FAMILIES = {"A": socket.AF_INET, "AAAA": socket.AF_INET6}
SAYINGS = {socket.EAI_NODATA: "NODATA", socket.EAI_NONAME: "NXDOMAIN",
           socket.EAI_AGAIN: "SERVFAIL"}

# Both have these names; the first source that knows one has the word.
HOSTS = """\
10.0.4.1 a.example.test
10.0.4.2 both.example.test
"""

FILES_THEN_DNS = {
    "v4only.lab A": ["10.0.0.4"],
    "v4only.lab AAAA": "NODATA",
    "a.example.test A": ["10.0.4.1"],
    "both.example.test A": ["10.0.4.2"],
    "both.example.test AAAA": "NODATA",
    "aaaa.example.test A": "NODATA",
    "aaaa.example.test AAAA": ["2001:db8::1"],
    "cname-a.example.test A": ["192.0.2.1"],
    "txt.example.test A": "NODATA",
    "nosuch.example.test A": "NXDOMAIN",
    "x.broken.test A": "SERVFAIL",
    "localhost A": ["127.0.0.1"],
    "lab-host A": "NXDOMAIN",
    "lab-host AAAA": "NXDOMAIN",
    "any.localhost AAAA": ["::1"],
    "printer.local A": "NXDOMAIN",
}
DNS_FIRST = {"a.example.test A": ["192.0.2.1"], "both.example.test A": ["192.0.2.2"],
             "both.example.test AAAA": ["2001:db8::2"]}
WITHOUT_FILES = {**DNS_FIRST, "v4only.lab A": "NXDOMAIN", "v4only.lab AAAA": "NXDOMAIN",
                 "lab-host A": "NXDOMAIN"}
WITHOUT_DNS = {name: "NXDOMAIN" for name in (
    "aaaa.example.test A", "aaaa.example.test AAAA", "cname-a.example.test A",
    "txt.example.test A", "x.broken.test A")}
MYHOSTNAME = {"lab-host A": ["127.0.0.2"], "lab-host AAAA": ["::1"],
              "any.localhost AAAA": ["::1"]}

# The line, and what is different from `files dns`. A source that is not installed, or whose
# daemon does not run, is unavailable and passed over.
LINES = [
    ("files dns", {}),
    ("dns files", DNS_FIRST),
    ("dns", WITHOUT_FILES),
    ("files", WITHOUT_DNS),
    ("files dns myhostname", MYHOSTNAME),
    ("files myhostname dns", MYHOSTNAME),
    ("myhostname files dns", MYHOSTNAME),
    ("dns myhostname files", {**DNS_FIRST, **MYHOSTNAME}),
    ("dns myhostname", {**WITHOUT_FILES, **MYHOSTNAME}),
    ("files [NOTFOUND=return] dns", WITHOUT_DNS),
    ("files [NOTFOUND=return] dns myhostname", WITHOUT_DNS),
    ("files [NOTFOUND=return] mdns4_minimal dns mdns4", WITHOUT_DNS),
    ("files [!UNAVAIL=return] dns", WITHOUT_DNS),
    ("files [UNAVAIL=return] dns", {}),
    ("files dns [!UNAVAIL=return] myhostname", {}),
    ("files dns [NOTFOUND=return] myhostname", {}),
    ("dns [!UNAVAIL=return] files", WITHOUT_FILES),
    ("dns [NOTFOUND=return] files", WITHOUT_FILES),
    ("dns [TRYAGAIN=return] files", DNS_FIRST),
    ("dns [UNAVAIL=return] files", DNS_FIRST),
    ("dns [NOTFOUND=return] myhostname files", WITHOUT_FILES),
    ("files mymachines dns", {}),
    ("files resolve [!UNAVAIL=return] dns", {}),
    ("mymachines resolve [!UNAVAIL=return] files myhostname dns", MYHOSTNAME),
    ("files mdns4_minimal [NOTFOUND=return] dns", {}),
    ("files mdns4_minimal [NOTFOUND=return] dns mdns4", {}),
    ("files mdns4_minimal [NOTFOUND=return] dns myhostname", MYHOSTNAME),
    ("files nosuchmodule dns", {}),
    ("nosuchmodule files dns", {}),
    ("dns nosuchmodule files", DNS_FIRST),
    ("nosuchmodule", {name: "SERVFAIL" for name in FILES_THEN_DNS
                      if not name.partition(" ")[0].endswith("localhost")}),
]

# Where libc's word and the truth differ: what libc says, and what is true.
BLURRED = {
    # The hosts file has the other family, and owns the name: libc goes on to DNS only where
    # it is asked for this family alone.
    ("v4only.lab AAAA", "NXDOMAIN", "NODATA"),
    ("both.example.test AAAA", "NXDOMAIN", "NODATA"),
    ("both.example.test AAAA", "2001:db8::2", "NODATA"),
    # A source that follows DNS does not know the name: it still exists, or may.
    ("aaaa.example.test A", "NXDOMAIN", "NODATA"),
    ("txt.example.test A", "NXDOMAIN", "NODATA"),
    ("x.broken.test A", "NXDOMAIN", "SERVFAIL"),
    # RFC 6761: these are loopback, and no name server's to answer.
    ("localhost A", "NXDOMAIN", "127.0.0.1"),
    ("localhost A", "NODATA", "127.0.0.1"),
    ("any.localhost AAAA", "NXDOMAIN", "::1"),
    ("any.localhost AAAA", "NODATA", "::1"),
    # The last source is unavailable.
    ("x.broken.test A", "NODATA", "SERVFAIL"),
    ("nosuch.example.test A", "NODATA", "NXDOMAIN"),
    ("lab-host A", "NODATA", "NXDOMAIN"),
    ("printer.local A", "NODATA", "NXDOMAIN"),
}
# Without any source libc fails, but says so for one family only.
UNRELIABLE = {"nosuchmodule"}


def libc(name, rdtype):
    try:
        found = socket.getaddrinfo(name, None, FAMILIES[rdtype], socket.SOCK_STREAM)
    except socket.gaierror as error:
        return SAYINGS[error.errno]
    except OSError:  # EAI_SYSTEM: there is no source
        return "SERVFAIL"
    return list(dict.fromkeys(entry[4][0] for entry in found))


def addresses(outcome):
    """Without the CNAMEs, which libc does not tell."""
    if isinstance(outcome, str):
        return outcome
    return [text.split()[-1] for text in outcome if text.split()[1] != "CNAME"] or "NODATA"


@pytest.fixture(scope="module")
def answers(module_etc, words):  # pylint: disable=unused-argument
    """{(line, question): (what libc says, what the wire says)}.

    A daemon for each line: what one learns unasked it keeps for a second.
    """
    found = {}
    with module_etc.each_row():
        module_etc.add("hosts", HOSTS)
        module_etc.rest("hosts")
        for line, _ in LINES:
            module_etc.write("nsswitch.conf", f"hosts: {line}\n")
            daemon = Daemon()
            for question in FILES_THEN_DNS:
                name, rdtype = question.split()
                found[line, question] = (libc(name, rdtype),
                                         addresses(daemon.ask(name, rdtype).outcome))
            daemon.stop()
    return found


@table("question", FILES_THEN_DNS)
@table("line, changes", LINES)
def test_outcome(answers, stats, line, changes, question):
    libc_says, wire_says = answers[line, question]
    assert wire_says == {**FILES_THEN_DNS, **changes}[question]
    stats["questions under hosts: lines"] += 1
    if wire_says != libc_says and line not in UNRELIABLE:
        libc_says = "".join(libc_says) if isinstance(libc_says, list) else libc_says
        wire_says = "".join(wire_says)
        assert (question, libc_says, wire_says) in BLURRED


@table("line", ["files dns myhostname", "dns files", "myhostname files dns"])
@table("name, rdtype, outcome", [
    ("types.example.test", "MX", ["types.example.test MX 10 mail.example.test",
                                  "types.example.test MX 20 mail.elsewhere.test"]),
    ("nosuch.example.test", "MX", "NXDOMAIN"),
    ("v4only.lab", "MX", "NODATA"),
    ("odd\\032one.example.test", "A", "NXDOMAIN"),
    ("odd\\033name.example.test", "A", ["odd!name.example.test A 192.0.2.89"]),
    ("1.2.0.192.in-addr.arpa", "PTR", ["1.2.0.192.in-addr.arpa PTR a.example.test"]),
    ("4.2.0.192.in-addr.arpa", "PTR", "NXDOMAIN"),
    ("4.0.0.10.in-addr.arpa", "PTR", ["4.0.0.10.in-addr.arpa PTR v4only.lab"]),
    ("1.113.0.203.in-addr.arpa", "PTR", "SERVFAIL"),
])
def test_other_types(server, etc, line, name, rdtype, outcome):
    etc.write("nsswitch.conf", f"hosts: {line}\n")
    assert server.ask(name, rdtype).outcome == outcome
