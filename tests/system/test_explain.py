"""hostdns --explain: who says what about a name, whatever the sources of the host do."""

import json
import os
import pathlib
import pty
import re
import signal
import subprocess
import time

import pytest

from daemon import BUILT, INSTRUMENTED, START_SECONDS, children_of, is_alive, wait_until
from network import with_addresses
from tables import table

CLIENT = BUILT.with_name("hostdns")
NOBODY = "127.0.0.9#9"  # where no server listens
FOR_EVER = 300  # seconds that no test waits
ENV = {**os.environ, "ASAN_OPTIONS": "exitcode=99", "UBSAN_OPTIONS": "exitcode=99"}


def run(*args, env=None):
    return subprocess.run([CLIENT, "--explain", *args], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=FOR_EVER, env={**ENV, **(env or {})})


def explain(name, *args, at=NOBODY, env=None):
    """The object of a name, and the exit status."""
    result = run(f"@{at}", "+json", name, *args, env=env)
    assert result.stderr == ""
    return json.loads(result.stdout), result.returncode


def said(found):
    """{source: its addresses or names, or the outcome}."""
    return {source["source"]: listed(source) for source in found["sources"]}


def listed(part):
    return part.get("addresses") or part.get("names") or part["outcome"]


def answers(found, server):
    """{type: what a server has, or the status}."""
    part, = [part for part in found["servers"] if part["server"] == server]
    return {answer["QTYPEname"]: answer.get("addresses") or answer.get("names") or
            answer.get("status") for answer in part["answers"]}


@table("name, files, dns, all_of_them, code", [
    ("v4only.lab", ["10.0.0.4"], "no_name", ["10.0.0.4"], 0),
    ("dual.lab", ["2001:db8:a::10", "10.0.0.10"], "no_name",
     ["2001:db8:a::10", "10.0.0.10"], 0),
    ("both.example.test", "no_name", ["2001:db8::2", "192.0.2.2"],
     ["2001:db8::2", "192.0.2.2"], 0),
    ("cname-a.example.test", "no_name", ["192.0.2.1"], ["192.0.2.1"], 0),
    ("txt.example.test", "no_name", "no_data", "no_data", 1),
    ("nosuch.example.test", "no_name", "no_name", "no_name", 1),
    ("x.broken.test", "no_name", "failed", "failed", 2),
    ("10.0.0.10", ["dual.lab", "alias.lab", "second-alias.lab"], "no_name", ["dual.lab"], 0),
    ("2001:db8:a::6", ["v6only.lab"], "no_name", ["v6only.lab"], 0),
    ("192.0.2.1", "no_name", ["a.example.test"], ["a.example.test"], 0),
    ("192.0.2.4", "no_name", "no_name", "no_name", 1),
])
def test_each_source_by_itself_and_all(name, files, dns, all_of_them, code):
    found, status = explain(name)
    assert said(found) == {"files": files, "dns": dns}
    assert listed(found.get("getaddrinfo") or found["getnameinfo"]) == all_of_them
    assert status == code


def test_one_family_is_explained_where_its_type_is_given():
    assert said(explain("dual.lab", "A")[0])["files"] == ["10.0.0.10"]
    assert said(explain("dual.lab", "AAAA")[0])["files"] == ["2001:db8:a::10"]


def test_a_canonical_name():
    found, _ = explain("alias.lab")
    assert found["sources"][0]["canonical"] == found["getaddrinfo"]["canonical"] == "dual.lab"


def test_name_servers_and_our_own(start):
    server = start("-o", "cache-size=1000000")
    at = f"127.0.0.1#{server.to[1]}"
    found, _ = explain("both.example.test", at=at)
    assert answers(found, "127.0.0.2:53") == {"A": ["192.0.2.2"], "AAAA": ["2001:db8::2"]}
    assert answers(found, f"127.0.0.1:{server.to[1]}") == {"A": ["192.0.2.2"],
                                                          "AAAA": ["2001:db8::2"]}
    found, _ = explain("both.example.test", at=at)
    kept = found["servers"][1]["answers"][0]
    assert (kept["source"], kept["TTL"] <= 60) == ("DNS server 127.0.0.2", True)
    assert kept["cache_age"] >= 0 and kept["cache_left"] > 0


def test_no_server_is_needed(etc):
    etc.write("resolv.conf", "nameserver 127.0.0.9\n")
    found, status = explain("v4only.lab")
    assert (listed(found["getaddrinfo"]), status) == (["10.0.0.4"], 0)
    assert [server["text"] for server in found["servers"]] == [
        "nobody answers there", "nobody answers there: is hostdnsd running?"]


def test_a_silent_name_server_holds_up_nobody(etc):
    etc.write("resolv.conf", "nameserver 127.0.0.3\nnameserver 127.0.0.4\nnameserver 127.0.0.2\n")
    began = time.monotonic()
    found, _ = explain("a.example.test", "+timeout=2", "+tries=1")
    assert [server["text"] for server in found["servers"][:2]] == ["no reply within 2 s"] * 2
    assert answers(found, "127.0.0.2:53")["A"] == ["192.0.2.1"]
    assert INSTRUMENTED or time.monotonic() - began < START_SECONDS


@pytest.fixture
def line(etc):
    return lambda text: etc.write("nsswitch.conf", f"hosts: {text}\n")


@table("name, outcome, text, code", [
    ("hang.test", "silent", "no answer within 1 s", 3),
    ("abort.test", "crashed", "crashed (SIGABRT)", 2),
    ("kill.test", "crashed", "was killed (SIGKILL)", 2),
    ("leave.test", "ended", "ended the process that asked it (exit status 0)", 2),
    ("10.9.9.1", "silent", "no answer within 1 s", 3),
    ("10.9.9.2", "crashed", "was killed (SIGKILL)", 2),
])
def test_a_source_that_hangs_or_crashes(line, modules, name, outcome, text, code):
    """The others say what they know. A process may take a while to end."""
    line("files hang crash dns")
    patience = 1 if outcome == "silent" else 30
    found, status = explain(name, f"+timeout={patience}", "+tries=1", env=modules)
    module = "hang" if outcome == "silent" else "crash"
    told = {source["source"]: source for source in found["sources"]}
    if not (INSTRUMENTED and name == "leave.test"):  # which a sanitizer takes amiss
        assert (told[module]["outcome"], told[module]["text"]) == (outcome, text)
    assert {told[other]["outcome"] for other in told if other != module} == {"no_name"}
    all_of_them = found.get("getaddrinfo") or found["getnameinfo"]
    assert (all_of_them["outcome"], status) == (outcome, code)


def test_a_source_that_is_not_installed(line):
    line("files nosuchmodule dns")
    found, _ = explain("v4only.lab")
    assert found["sources"][1]["text"] == "not installed (libnss_nosuchmodule.so.2)"


@table("label, outcome", [
    ("not-found", "no_name"), ("no-data", "no_data"), ("try-again", "failed"),
    ("no-recovery", "unavailable"), ("no-memory", "broken"), ("system", "broken")])
def test_every_way_in_which_a_source_may_fail(line, modules, label, outcome):
    line("status")
    found, _ = explain(f"{label}.test", env=modules)
    assert said(found) == {"status": outcome}


@table("label", ["good", "canon-blank", "canon-empty", "canon-dots", "canon-high", "canon-control",
                 "canon-long", "length-short", "length-long", "length-none", "no-address",
                 "mapped", "scoped", "twice", "thousands", "family", "unavail-bare",
                 "tryagain-bare", "notfound-bare", "notfound-erange", "notfound-success",
                 "unavail-strange", "status-strange", "return-status"])
def test_nothing_that_a_source_says_reaches_a_terminal_raw(line, modules, label):
    line("garbage files")
    result = run(f"@{NOBODY}", f"{label}.test", env=modules)
    assert result.returncode in (0, 1, 2)
    assert result.stdout.startswith(f"Name:            {label}.test\n")
    assert re.fullmatch(r"[ -~\n]*", result.stdout)


def test_control_octets_of_a_canonical_name_are_escaped(line, modules):
    line("garbage")
    found, _ = explain("canon-control.test", env=modules)
    assert found["sources"][0]["canonical"] == r"a\010b\001.test"


def test_what_a_source_prints_is_told_and_goes_nowhere_else(line, modules):
    line("noisy")
    result = run(f"@{NOBODY}", "+json", "noisy.test", env=modules)
    assert result.stderr == ""
    found = json.loads(result.stdout)
    assert found["sources"][0]["printed"] == r"\027[31mon stderr\010on stdout\010"


@table("args, message", [
    (["a.example.test", "MX"], "--explain is about addresses of a name"),
    ([], "--explain: NAME is missing"),
    (["a..b"], "not a domain name"),
])
def test_what_cannot_be_explained_is_a_mistake(args, message):
    result = run(*args)
    assert (result.returncode, result.stdout) == (64, "")
    assert message in result.stderr


def test_several_names_are_explained_one_after_the_other():
    result = run(f"@{NOBODY}", "v4only.lab", "nosuch.example.test")
    assert result.returncode == 1
    assert re.findall("^Name: +(.*)$", result.stdout, re.M) == ["v4only.lab", "nosuch.example.test"]
    assert "\n\nName:" in result.stdout


def begin_to_hang(modules):
    """A client whose child hangs in a module; and those children."""
    client = subprocess.Popen([CLIENT, "--explain", f"@{NOBODY}", "hang.test", "+timeout=300"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              stdin=subprocess.DEVNULL, env={**ENV, **modules})
    children = []

    def hang():
        children[:] = [pid for pid, _ in children_of(client.pid)]
        return len(children) == 3  # hang by itself, all, all with AI_ADDRCONFIG

    wait_until(hang, "three children that hang")
    return client, children


@table("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_child_is_left_whatever_ends_it(line, modules, number):
    line("hang")
    client, children = begin_to_hang(modules)
    client.send_signal(number)
    output, errors = client.communicate(timeout=FOR_EVER)
    assert (client.returncode, output, errors) == (-number, b"", b"")
    wait_until(lambda: not any(is_alive(pid) for pid in children), "the children end")


def test_a_person_sees_who_is_waited_for(line, modules):
    """On standard error, if that is a terminal, until all have ended."""
    line("files hang")
    master, slave = pty.openpty()
    client = subprocess.Popen([CLIENT, "--explain", f"@{NOBODY}", "hang.test", "+timeout=300"],
                              stdout=subprocess.PIPE, stderr=slave, stdin=subprocess.DEVNULL,
                              env={**ENV, **modules})
    os.close(slave)
    shown = b""
    while not shown.endswith(b"getaddrinfo()"):
        shown += os.read(master, 4096)
    assert shown.startswith(b"\rhostdns: waiting for hang, getaddrinfo()")
    client.send_signal(signal.SIGINT)
    output, _ = client.communicate(timeout=FOR_EVER)
    assert (client.returncode, output) == (-signal.SIGINT, b"")
    os.close(master)


def test_a_closed_pipe_ends_it():
    client = subprocess.Popen([CLIENT, "--explain", f"@{NOBODY}", "v4only.lab"],
                              stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, env=ENV)
    client.stdout.close()
    assert client.wait(FOR_EVER) == -signal.SIGPIPE


def test_a_full_disk_is_told():
    with open("/dev/full", "w") as full:
        result = subprocess.run([CLIENT, "--explain", f"@{NOBODY}", "v4only.lab"], stdout=full,
                                stderr=subprocess.PIPE, text=True, env=ENV, timeout=FOR_EVER)
    assert (result.returncode, result.stderr) == (
        74, "hostdns: cannot write: No space left on device\n")


@table("nsswitch, line, sources", [
    ("passwd: files\n", "files dns", ["files", "dns"]),
    (None, "files dns", ["files", "dns"]),
    ("hosts: files [BROKEN] dns\n", "files [BROKEN] dns", []),
    ("hosts: dns files dns\n", "dns files dns", ["dns", "files"]),
])
def test_the_line_that_libc_takes(etc, nsswitch, line, sources):
    if nsswitch is None:
        etc.remove("nsswitch.conf")
    else:
        etc.write("nsswitch.conf", nsswitch)
    found, _ = explain("v4only.lab")
    assert (found["hosts"], list(said(found))) == (line, sources)


def test_names_in_letters():
    """Of bücher.example.test the zone has the name in ASCII."""
    env = {"LC_ALL": "C.UTF-8"}
    found, _ = explain("b\u00fccher.example.test", env=env)
    assert (found["name"], listed(found["getaddrinfo"])) == (
        "xn--bcher-kva.example.test", ["192.0.2.74"])
    found, _ = explain("b\u00fccher.example.test", "+idnout", env=env)
    assert found["name"] == "b\u00fccher.example.test"


# Why

ONLY_HERE = ("files knows the name, and DNS does not: programs that ask name servers by themselves "
             "find it at hostdnsd only.")
AS_IT_IS = " Over DNS a name is asked for as it is, so the whole name has to be given."
FIRST = "and these first, as the name has fewer dots than ndots says."
SEARCH = "getaddrinfo() tries the domains of the search list, "


@table("name, why", [
    ("v4only.lab", [ONLY_HERE]),
    ("10.0.0.4", [ONLY_HERE.replace("knows the name", "has a name for it")]),
    ("both.example.test", ["All that know it say the same."]),
    ("nosuch.example.test", ["Nobody knows it."]),
    ("x.broken.test", ["The source that should know it fails, so nobody can tell."]),
    ("txt.example.test", ["The name exists, but has no such addresses."]),
    ("127.1", ["getaddrinfo() takes 127.1 for the address 127.0.0.1, and asks no source; over DNS "
               "it is a name like any other."]),
    ("odd!name.example.test", [
        "127.0.0.2 knows the name, but libc drops answers for names that are no host names, which "
        'have letters, digits, "-" and "_", but no "-" in front.']),
    ("a.qok-servfail.fault.test", [
        "127.0.0.2 fails for IPv6 (SERVFAIL): getaddrinfo() hides that, and gives the other "
        "addresses alone."]),
    ("printer.local", [
        "Names below .local belong to multicast DNS (RFC 6762), and no source of the hosts: line "
        "speaks it, as mdns4_minimal does."]),
])
def test_why(name, why):
    assert explain(name)[0]["why"] == why


@table("name, options, why", [
    ("both", "", [f"both is found as both.example.test: {SEARCH}{FIRST}{AS_IT_IS}"]),
    ("both.example", "", [f"both.example is found as both.example.test: {SEARCH}"
                          f"when the name itself brings nothing.{AS_IT_IS}"]),
    ("both.example", "options ndots:3", [
        f"both.example is found as both.example.test: {SEARCH}{FIRST}{AS_IT_IS}"]),
    ("both.", "", ["Nobody knows it."]),
    ("both.example.test", "", ["All that know it say the same."]),
    ("dual.lab", "", [
        "files knows the name, and the search ends there: dns, which says 2001:db8::99, "
        "192.0.2.99 of dual.lab.search.test, is not asked.", ONLY_HERE]),
])
def test_the_search_list(etc, name, options, why):
    etc.write("resolv.conf", f"nameserver 127.0.0.2\nsearch example.test test search.test\n{options}\n")
    assert explain(name)[0]["why"] == why


@table("text, hosts, name, why", [
    ("files [NOTFOUND=return] dns", "", "both.example.test", [
        'files says "not found", and [NOTFOUND=return] behind it ends the search: dns, which knows '
        "the name, is not asked."]),
    ("files dns", "10.0.4.2 both.example.test\n", "both.example.test", [
        "files knows the name, and the search ends there: dns, which says 2001:db8::2, 192.0.2.2, "
        "is not asked."]),
    ("dns files", "10.0.4.2 both.example.test\n", "both.example.test", [
        "dns knows the name, and the search ends there: files, which says 10.0.4.2, is not asked."]),
    ("files", "", "both.example.test", [
        "The hosts: line has neither dns nor resolve, so that no name server is asked, though "
        "127.0.0.2 knows the name."]),
    ("files nosuchmodule", "", "nosuch.example.test", [
        "nosuchmodule stands in the hosts: line but is not installed: libc passes it over."]),
    ("files mdns4_minimal [NOTFOUND=return] dns", "", "printer.local", [
        "mdns4_minimal has nobody to ask: avahi-daemon does not run, or a name server has a zone "
        '"local" of its own, and such names are left to DNS.']),
    ("files mdns4_minimal [NOTFOUND=return] dns", "", "a.printer.local", [
        "mdns4_minimal takes only names of one label before .local."]),
    ("files dns myhostname", "", "txt.example.test", [
        "127.0.0.2 knows that the name exists, without addresses; a source behind dns, which does "
        "not know it, has the last word."]),
    ("files [BROKEN] dns", "", "v4only.lab", [
        "libc cannot use the hosts: line of nsswitch.conf, or another one there, and asks no source "
        "at all."]),
    ("files hang", "", "hang.test", [
        "hang has not come back within 1 s: every program that looks this up waits for it."]),
    ("files hang", "10.0.4.4 hang.test\n", "hang.test", [
        "hang does not come back in time, but the search ends before it: programs do not notice.",
        ONLY_HERE]),
])
def test_why_by_the_hosts_line(etc, modules, line, text, hosts, name, why):
    etc.add("hosts", hosts)
    line(text)
    assert explain(name, "+timeout=1", "+tries=1", env=modules)[0]["why"] == why


def test_a_file_that_libc_hangs_on(etc):
    etc.write("resolv.conf", "nameserver 127.0.0.2\nsortlist x/\n")
    found, status = explain("v4only.lab", "+timeout=1", "+tries=1")
    assert (said(found), status) == ({"files": "silent", "dns": "silent"}, 3)
    assert answers(found, "127.0.0.2:53")["A"] == "NXDOMAIN"
    assert found["why"] == ["libc hangs before it comes to any source: resolv.conf may hold what it "
                            "cannot read."]


@pytest.mark.parametrize("name", ["hosts", "resolv.conf", "nsswitch.conf"])
@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")],
                         ids=["FIFO", "device"])
def test_what_never_ends_in_the_place_of_a_file(etc, name, make):
    etc.remove(name)
    path = pathlib.Path("/etc", name)
    make(path)
    found, status = explain("v4only.lab")
    path.unlink()
    assert (set(said(found).values()), found["getaddrinfo"]["outcome"], status) == (
        {"unasked"}, "unasked", 2)
    assert found["why"] == [
        f"/etc/{name} is a FIFO or a device, which libc would read for ever, and so would every "
        "program that looks up a name; it was not asked."]


def test_the_domains_are_not_asked_if_name_servers_agree(etc, name_server):
    """Nobody is told more of a name than it takes."""
    server = name_server("127.0.0.11", lambda packet: packet.reply(
        *["192.0.2.1"] * (packet.type == "A")))
    etc.write("resolv.conf", "nameserver 127.0.0.11\nsearch corp.test\n")
    assert explain("a.test")[0]["why"] == ["All that know it say the same."]
    assert {packet.question[0] for packet in server.asked} == {"a.test"}


def test_a_domain_that_has_the_name_as_well_is_not_the_reason(etc):
    """A dead name server says nothing, and the next one knows the name as it is; below
    search.test every name exists."""
    etc.write("resolv.conf", "nameserver 127.0.0.9\nnameserver 127.0.0.2\nsearch search.test\n")
    found, _ = explain("a.example.test")
    assert listed(found["getaddrinfo"]) == ["192.0.2.1"]
    assert found["why"] == ["All that know it say the same."]


class Changing:
    """A name server whose answer for all names may change."""

    def __init__(self, name_server, etc):
        self.address = "192.0.2.1"
        name_server("127.0.0.11", self.answer)
        etc.write("resolv.conf", "nameserver 127.0.0.11\n")

    def answer(self, packet):
        return packet.reply(*[self.address] * (packet.type == "A"))


def test_an_answer_that_the_server_has_kept(start, etc, name_server):
    upstream = Changing(name_server, etc)
    at = f"127.0.0.1#{start('-o', 'cache-size=1000000').to[1]}"
    assert explain("kept.test", at=at)[0]["why"] == ["All that know it say the same."]
    upstream.address = "192.0.2.2"
    found, _ = explain("kept.test", at=at)
    sentence, = found["why"]
    assert re.fullmatch(r"What 127\.0\.0\.1 port \d+ says is \d+ s old, and would now be found "
                        r"otherwise; it is kept for \d+ s more \(hostdnsctl flush forgets it\)\.",
                        sentence)


def test_an_answer_that_is_stale(start, etc, name_server):
    """Its name server is gone by now."""
    dying = name_server("127.0.0.11", lambda packet: packet.reply("192.0.2.9").replace(
        b"\0\0\0\x3c", b"\0\0\0\x01") if packet.type == "A" else packet.reply())
    etc.write("resolv.conf", "nameserver 127.0.0.11\noptions timeout:1 attempts:1\n")
    at = f"127.0.0.1#{start('-o', 'cache-size=1000000', '-o', 'stale=3600').to[1]}"
    assert answers(explain("brief.test", at=at)[0], at.replace("#", ":"))["A"] == ["192.0.2.9"]
    dying.close()
    told = []

    def is_stale():
        told[:] = explain("brief.test", at=at)[0]["why"]
        return "stale" in told[-1]

    wait_until(is_stale, "the answer is stale")
    assert re.fullmatch(r"What 127\.0\.0\.1 port \d+ says is stale, \d+ s old: it could not look "
                        r"the name up again\.", told[-1])


def test_silent_and_differing_name_servers(etc, name_server):
    def other(packet):
        return packet.reply(*["192.0.2.211"] * (packet.type == "A"))

    name_server("127.0.0.11", other)
    etc.write("resolv.conf", "nameserver 127.0.0.3\nnameserver 127.0.0.11\nnameserver 127.0.0.2\n"
                             "options timeout:1 attempts:1\n")
    found, _ = explain("a.example.test", "+timeout=5", "+tries=1")
    assert found["why"] == [
        "127.0.0.3 does not answer, and libc waits for it before it asks 127.0.0.11.",
        "127.0.0.11 and 127.0.0.2 say different things; libc takes the word of the first one of "
        "resolv.conf that answers."]


def test_the_order_of_addresses(etc):
    name = "both.example.test"
    assert explain(name)[0]["getaddrinfo"]["addresses"] == ["2001:db8::2", "192.0.2.2"]
    etc.write("gai.conf", "precedence ::ffff:0:0/96 100\n")
    found, _ = explain(name)
    assert found["why"] == [
        "getaddrinfo() sorts the addresses (RFC 6724) by the rules in /etc/gai.conf."]


def test_a_host_without_ipv6():
    """The lab has no addresses but those of loopback."""
    with with_addresses("192.0.2.200/32"):
        found, _ = explain("both.example.test")
    assert found["AI_ADDRCONFIG"]["addresses"] == ["192.0.2.2"]
    assert found["why"] == [
        "Programs that set AI_ADDRCONFIG, as many do, are given no IPv6 addresses, since this host "
        "has none but 127.0.0.1 and ::1."]


def test_variables_that_libc_heeds():
    found, _ = explain("both", env={"LOCALDOMAIN": "example.test"})
    assert listed(found["getaddrinfo"]) == ["2001:db8::2", "192.0.2.2"]
    assert found["search"] == ["example.test"]
    assert found["why"] == [f"both is found as both.example.test: {SEARCH}{FIRST}{AS_IT_IS}",
                            "The environment has variables that change what libc does: LOCALDOMAIN."]
    found, _ = explain("both.example.test", env={"RES_OPTIONS": "ndots:3"})
    assert found["ndots"] == 3


def test_names_without_a_dot_may_have_aliases(tmp_path):
    """See hostname(7)."""
    aliases = tmp_path / "aliases"
    aliases.write_text("other both.example.test\n")
    found, _ = explain("other", env={"HOSTALIASES": str(aliases)})
    assert listed(found["getaddrinfo"]) == ["2001:db8::2", "192.0.2.2"]
    assert found["why"][-1] == (
        "The environment has variables that change what libc does: HOSTALIASES.")


def test_colours_are_for_who_wants_them():
    assert "\x1b[32m10.0.0.4\x1b[0m" in run(f"@{NOBODY}", "v4only.lab", "--color=always").stdout
    assert "\x1b" not in run(f"@{NOBODY}", "v4only.lab").stdout
