"""NSS modules that hang, crash or lie, as foreign ones may: the sources are in nss/."""

import contextlib
import os
import pathlib
import re
import signal
import time

import dns.edns
import pytest

from ask import PATIENCE_SECONDS, PROMISE_SECONDS, gather
from daemon import INSTRUMENTED, Daemon, is_alive, wait_until
from tables import table
from whole import RIGHT, Whole, check_answers

A = ["a.example.test A 192.0.2.1"]
LOCALHOST = ["localhost A 127.0.0.1"]
AT_ONCE = 3.0
COUNT_SECONDS = 1  # how often hung threads are counted
ROUNDS = 5
CAP = 8
SMALL_CAP = 2
QUICK = [
    ("localhost", "A", LOCALHOST),
    ("dual.lab", "AAAA", ["dual.lab AAAA 2001:db8:a::10"]),
    ("a.example.test", "A", A),
    ("nosuch.example.test", "A", "NXDOMAIN"),
    ("4.0.0.10.in-addr.arpa", "PTR", ["4.0.0.10.in-addr.arpa PTR v4only.lab"]),
    ("1.2.0.192.in-addr.arpa", "PTR", ["1.2.0.192.in-addr.arpa PTR a.example.test"]),
]
HANG = [("hang.lab", "A"), ("hang.lab", "AAAA"), ("hang.lab", "MX"),
        ("1.9.9.10.in-addr.arpa", "PTR")]


def quick_outcomes(server):
    """[(name, type, outcome)], each of which came at once."""
    outcomes = []
    for name, rdtype, _ in QUICK:
        reply = server.ask(name, rdtype)
        assert reply.seconds < AT_ONCE
        outcomes.append((name, rdtype, reply.outcome))
    return outcomes


def threads(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"^Threads:\s+(\d+)$", status, re.M)[1])


def lines_about(server, *words):
    return [line for line in server.errors().splitlines()
            if all(word in line for word in words)]


# --- a module that hangs ---


def wait_for_a_count(pid):
    """Until hung threads have just been counted: that happens each second from the start."""
    ticks = int(pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    age = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    time.sleep((0.2 - age) % COUNT_SECONDS)


def is_refusal(reply):
    """RFC 8914: not ready."""
    return bool(reply.extended_error) and (
        reply.extended_error[0] == dns.edns.EDECode.NOT_READY)


class Hanging:
    """Two servers at the same time: some threads of one hang, and all of the other."""

    def __init__(self, env):
        self.some = Daemon("-o", f"max-lookups={CAP}", env=env)
        self.all = Daemon("-o", f"max-lookups={SMALL_CAP}", env=env)
        try:
            self.observe()
        except BaseException:
            self.some.kill()
            self.all.kill()
            raise

    def observe(self):
        quick_outcomes(self.some)
        self.some_lookup = self.some.child("lookup")
        hung = [self.some.send(name, rdtype, edns=True) for name, rdtype in HANG]
        self.all_lookup = lookup = self.all.child("lookup")
        above = self.hang_all(lookup)
        self.quick_meanwhile = quick_outcomes(self.some)
        self.hung = gather(hung)
        self.above = gather(above)
        self.refused = self.ask_until_replaced(lookup)
        self.lookups = 1
        while not any(map(is_refusal, self.refused)) and self.lookups < ROUNDS:
            lookup = self.all.child("lookup")
            gather(self.hang_all(lookup))
            self.refused = self.ask_until_replaced(lookup)
            self.lookups += 1
        wait_until(lambda: lines_about(self.some, "threads hang"), "a line about them")
        self.threads = threads(self.some_lookup)
        self.quick_afterwards = quick_outcomes(self.some)
        self.quick_when_replaced = quick_outcomes(self.all)

    def hang_all(self, lookup):
        """Begun behind a look, so that the last threads count as hung well before another."""
        wait_for_a_count(lookup)
        return [self.all.send(f"hang{number}.lab", "A", edns=True)
                for number in range(2 * SMALL_CAP)]

    def ask_until_replaced(self, lookup):
        """The replies to questions that come while all threads hang. Beside other work none
        may come in time, when the process has been replaced early."""
        pending = []

        def is_replaced():
            pending.append(self.all.send(f"n{len(pending)}.lab", "A", edns=True))
            return self.all.child("lookup") != lookup

        wait_until(is_replaced, "another lookup process")
        return gather(pending)


@pytest.fixture(scope="module")
def hanging(modules, module_etc):
    module_etc.write("nsswitch.conf", "hosts: files hang dns\n")
    both = Hanging(modules)
    yield both
    both.some.stop()
    both.all.stop()
    module_etc.restore()


def test_hung_questions_get_servfail_in_time(hanging):
    assert len(hanging.hung) == len(HANG)
    assert {reply.outcome for reply in hanging.hung} == {"SERVFAIL"}
    assert max(reply.seconds for reply in hanging.hung) < PATIENCE_SECONDS


def test_hung_questions_get_an_extended_error(hanging):
    assert None not in [reply.extended_error for reply in hanging.hung]


def test_other_names_go_on_while_threads_hang(hanging):
    assert hanging.quick_meanwhile == QUICK
    assert hanging.quick_afterwards == QUICK


@pytest.mark.row("9.4")
def test_hung_threads_are_counted_and_logged(hanging):
    (line,) = lines_about(hanging.some, "threads hang")
    assert re.search(rf"\b{len(HANG)} of \d+ lookup threads", line)


@pytest.mark.row("9.4")
def test_hung_threads_are_replaced_up_to_the_cap(hanging):
    """The loop's own thread and those in the module are not all there are."""
    print(f"{hanging.threads} threads, {len(HANG)} of them hang, the cap is {CAP}")
    # ThreadSanitizer has threads of its own in the process.
    assert 1 + len(HANG) < hanging.threads <= 3 + CAP


def test_the_process_stays_as_long_as_not_all_hang(hanging):
    assert hanging.some.child("lookup") == hanging.some_lookup
    assert not lines_about(hanging.some, "starting another")


@pytest.mark.row("9.4")
def test_above_the_cap_questions_get_servfail_in_time(hanging):
    assert {reply.outcome for reply in hanging.above} == {"SERVFAIL"}
    assert None not in [reply.extended_error for reply in hanging.above]
    assert max(reply.seconds for reply in hanging.above) < PATIENCE_SECONDS


@pytest.mark.row("9.3")
def test_when_all_hang_questions_get_servfail_at_once(hanging):
    refused = [reply for reply in hanging.refused if is_refusal(reply)]
    print(f"{len(refused)} of {len(hanging.refused)} questions, with {hanging.lookups} processes")
    assert refused
    assert {reply.outcome for reply in refused} == {"SERVFAIL"}
    assert {reply.extended_error[1] for reply in refused} == {"all lookup threads hang"}
    assert max(reply.seconds for reply in refused) < AT_ONCE


def test_the_others_fail_when_the_process_is_replaced(hanging):
    """Not when their time is up. A name of no source is the worst that may come of them."""
    assert {reply.outcome for reply in hanging.refused} <= {"SERVFAIL", "NXDOMAIN"}
    assert max(reply.seconds for reply in hanging.refused) < PROMISE_SECONDS


def test_a_process_whose_threads_all_hang_is_replaced(hanging):
    assert hanging.all.child("lookup") != hanging.all_lookup
    assert hanging.quick_when_replaced == QUICK


def test_the_replacement_is_logged(hanging):
    assert len(lines_about(hanging.all, f"all {SMALL_CAP} lookup threads hang")) == hanging.lookups
    assert len(lines_about(hanging.all, "lookup", "starting another")) == hanging.lookups


# --- a module that crashes ---


CRASH = "hosts: files crash dns\n"


@pytest.fixture
def crashing(start, modules, etc):
    etc.write("nsswitch.conf", CRASH)
    return start(env=modules)


@table("name, rdtype", [
    ("kill.lab", "A"), ("kill.lab", "AAAA"), ("kill.lab", "TXT"), ("abort.lab", "A"),
    ("2.9.9.10.in-addr.arpa", "PTR")])
def test_the_question_that_crashes_gets_servfail(start, modules, etc, name, rdtype):
    """Of a server each: it starts another process the later, the more often one died."""
    etc.write("nsswitch.conf", CRASH)
    reply = start(env=modules).ask(name, rdtype, edns=True)
    assert reply.outcome == "SERVFAIL"
    assert reply.seconds < AT_ONCE
    assert "died" in reply.extended_error[1]


def test_a_crash_costs_one_restart_of_lookup_and_nothing_else(crashing):
    lookup, serve = crashing.child("lookup"), crashing.child("serve")
    assert crashing.ask("kill.lab").outcome == "SERVFAIL"
    wait_until(lambda: crashing.child("lookup") != lookup, "another lookup process")
    second = crashing.child("lookup")
    assert quick_outcomes(crashing) == QUICK
    assert crashing.child("lookup") == second
    assert crashing.child("serve") == serve
    assert len(lines_about(crashing, "lookup", "died", "starting another")) == 1


def test_questions_in_flight_at_a_crash_get_servfail(crashing, etc, upstream, fresh):
    """Then, not when their time is up."""
    etc.write("resolv.conf", "nameserver 127.0.0.2\nnameserver 127.0.0.3\n")
    names = [fresh("qdrop-drop") for _ in range(5)]
    pendings = [crashing.send(name, "A", edns=True) for name in names]
    for name in names:
        wait_until(lambda: upstream.asked(name), "the question on its way")
    assert crashing.ask("kill.lab").outcome == "SERVFAIL"
    replies = gather(pendings)
    assert {reply.outcome for reply in replies} == {"SERVFAIL"}
    assert {"died" in reply.extended_error[1] for reply in replies} == {True}
    assert max(reply.seconds for reply in replies) < PROMISE_SECONDS - 0.5


def data_kilobytes(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"^VmData:\s+(\d+) kB$", status, re.M)[1])


if "thread" not in os.environ.get("BUILD", ""):  # it allows no thread to end inside getaddrinfo()
    def test_a_thread_that_a_module_ends_leaves_no_buffers(crashing):
        """An answer's are some 130 kB."""
        lookup = crashing.child("lookup")
        for number in range(120):
            assert crashing.ask(f"leave{number}.lab").outcome == "SERVFAIL"
            if number == 19:
                before = data_kilobytes(lookup)  # libc has its arenas
        if not INSTRUMENTED:
            assert data_kilobytes(lookup) - before < 6000
        assert quick_outcomes(crashing) == QUICK
        assert crashing.child("lookup") == lookup


def test_questions_asked_while_lookup_is_replaced_are_answered(crashing):
    lookup = crashing.child("lookup")
    assert crashing.ask("kill.lab").outcome == "SERVFAIL"
    assert crashing.ask("localhost").outcome == LOCALHOST
    assert crashing.ask("a.example.test").outcome == A
    assert crashing.child("lookup") != lookup


def test_a_client_that_crashes_lookup_again_and_again(crashing):
    """Others are answered in between, if later each time."""
    for _ in range(3):
        assert crashing.ask("kill.lab").outcome == "SERVFAIL"
        reply = crashing.ask("localhost")
        assert reply.outcome == LOCALHOST
        assert reply.seconds < PROMISE_SECONDS
    assert len(lines_about(crashing, "starting another")) == 3


# --- a module that lies ---

BEFORE_DNS, BEHIND_DNS = "hosts: files garbage dns\n", "hosts: files dns garbage\n"
NO_ADDRESS = ("NODATA", "NXDOMAIN", "SERVFAIL")
WHATEVER = object()  # libc believes some of it, by the function that it happens to call
LIES = {
    # label: addresses for A, and for AAAA; None where anything but an address will do
    "good": (["192.0.2.31"], ["2001:db8::31"]),
    "canon-blank": (["192.0.2.32"], None),
    "canon-empty": (["192.0.2.33"], None),
    "canon-dots": (["192.0.2.34"], None),
    "canon-high": (["192.0.2.35"], None),
    "canon-control": (["192.0.2.36"], None),
    "canon-long": (["192.0.2.37"], None),
    "length-short": (WHATEVER, None),
    "length-long": (WHATEVER, None),
    "length-none": (WHATEVER, None),
    "mapped": (["192.0.2.41"], None),
    "scoped": (None, WHATEVER),
    "twice": (["192.0.2.42"], ["2001:db8::42"]),
    "family": (WHATEVER, None),
    "unavail-bare": (None, None),
    "tryagain-bare": (None, None),
    "notfound-bare": (None, None),
    "notfound-erange": (None, None),
    "notfound-success": (None, None),
    "unavail-strange": (None, None),
    "return-status": (None, None),
}


@pytest.fixture(scope="module", params=[BEFORE_DNS, BEHIND_DNS], ids=["before dns", "behind dns"])
def lying(request, modules, module_etc):
    """A server whose module is asked for both families at once, or for one."""
    module_etc.write("nsswitch.conf", request.param)
    server = Daemon(env=modules)
    yield server
    server.stop()
    module_etc.restore()


@table("label", LIES)
@table("rdtype", ["A", "AAAA"])
def test_lies_about_names_do_not_reach_the_wire(lying, label, rdtype):
    """Each reply is checked as it is read: see ask.Reply."""
    lookup = lying.child("lookup")
    addresses = LIES[label][rdtype == "AAAA"]
    name = f"{label}.garbage.lab"
    outcome = lying.ask(name, rdtype, edns=True).outcome
    print(outcome)
    if addresses is WHATEVER:
        assert outcome in NO_ADDRESS or len(outcome) == 1
    elif addresses:
        assert outcome == [f"{name} {rdtype} {address}" for address in addresses]
    else:
        assert outcome in NO_ADDRESS
    assert lying.child("lookup") == lookup, "nothing has crashed"


@table("label", LIES)
def test_lies_do_not_disturb_other_types(lying, label):
    lookup = lying.child("lookup")
    assert lying.ask(f"{label}.garbage.lab", "MX").outcome in NO_ADDRESS
    assert lying.child("lookup") == lookup


@table("rdtype", ["A", "AAAA"])
def test_thousands_of_addresses(lying, rdtype):
    """More than fit a message."""
    reply = lying.ask("thousands.garbage.lab", rdtype, edns=True)
    assert reply.truncated or reply.outcome in NO_ADDRESS


@table("label", ["no-address", "status-strange"])
@table("line", [BEFORE_DNS, BEHIND_DNS])
def test_lies_that_libc_itself_cannot_bear(start, modules, etc, line, label):
    """It crashes; that costs a restart of lookup at the most."""
    etc.write("nsswitch.conf", line)
    server = start(env={**modules, **{  # a crash is no report of a sanitizer's
        name: ":".join([os.environ.get(name, ""), "handle_segv=0", "handle_abort=0"]).strip(":")
        for name in ("ASAN_OPTIONS", "TSAN_OPTIONS")}})
    for rdtype in "A", "AAAA":
        assert server.ask(f"{label}.garbage.lab", rdtype).outcome in NO_ADDRESS, rdtype
        assert server.ask("localhost").outcome == LOCALHOST, rdtype


ROWS = [row for row in range(24) if row != 22]  # row 22 makes libc abort


@table("row", ROWS)
def test_lies_about_addresses_do_not_reach_the_wire(lying, row):
    """A PTR record has a name of at least one label, without blanks or control characters,
    and is there once."""
    lookup = lying.child("lookup")
    reply = lying.ask(f"{row}.9.9.10.in-addr.arpa", "PTR", edns=True)
    print(reply.outcome)
    for rrset in reply.message.answer:
        target = rrset[0].target
        assert len(target.labels) > 1
        assert re.fullmatch(r"[!-\[\]-~]+", target.to_text())
    assert lying.child("lookup") == lookup


def test_other_names_are_answered_beside_lies(lying):
    assert quick_outcomes(lying) == QUICK


# --- a module that does to its process what it must not ---

# A process that ends inside getaddrinfo() is a fault to ThreadSanitizer.
DEEDS = ["block", "errno"] + ([] if INSTRUMENTED else ["exit", "close"])


@pytest.mark.parametrize("line", ["files rude dns", "files rude [NOTFOUND=return] dns"])
@pytest.mark.parametrize("deed", DEEDS)
def test_a_rude_module_spoils_its_own_question_alone(start, modules, etc, line, deed):
    """Others may fail while the process is replaced, and are answered afterwards. No process is
    left that nobody can end any more, and nothing is open that was not."""
    etc.write("nsswitch.conf", f"hosts: {line}\n")
    server = start(env=modules)
    right = {question: records for question, records in RIGHT.items()
             if "NOTFOUND" not in line or not question[0].endswith("example.test")}
    whole = Whole(server, right)
    for rdtype in "A", "MX":
        assert server.ask(f"{deed}.lab", rdtype).outcome in ("NXDOMAIN", "SERVFAIL")
        check_answers(server, right)
        whole.check()


# --- a module that is out of order ---


def test_no_type_is_denied_while_libc_fails(start, modules, etc):
    """A browser would take the denial of HTTPS for one of the name."""
    etc.write("nsswitch.conf", "hosts: files old dns\n")
    server = start(env=modules)
    types = ["A", "AAAA", "MX", "HTTPS", "ANY", "CNAME"]
    assert {rdtype: server.ask("down.lab", rdtype).outcome for rdtype in types
            } == dict.fromkeys(types, "SERVFAIL")
    assert server.ask("v4only.lab", "MX").outcome == "NODATA"


# --- a module that leaves a process behind ---


def named(name):
    """The processes that are called so; a file of tests has a lab of its own."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/comm"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if path.read_text().strip() == name and is_alive(int(path.parent.name)):
                found.append(path)
    return sorted(found)


if not INSTRUMENTED:  # the checkers do without the filter that refuses it

    @pytest.mark.parametrize("deed", ["owner", "limit"])
    def test_a_module_reaches_no_other_process(start, modules, etc, deed):
        etc.write("nsswitch.conf", "hosts: files rude dns\n")
        server = start(env=modules)
        limits = pathlib.Path(f"/proc/{server.pid}/limits")
        before = limits.read_text()
        assert server.ask(f"{deed}.lab").outcome == "NXDOMAIN"
        assert server.ask("a.example.test").outcome == A
        assert (server.process.poll(), limits.read_text()) == (None, before)

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
    def test_no_process_of_a_module_outlives_the_server(etc, modules, start, number):
        etc.write("nsswitch.conf", "hosts: files daemon dns\n")
        others = named("hostdnsd-lookup")  # of the servers for all tests of this file
        server = start(env=modules)
        assert server.ask("daemon.example.test").outcome == "NXDOMAIN"
        assert server.ask("a.example.test").outcome == A
        if number == signal.SIGINT:
            server.stop()
        else:
            server.kill()
        wait_until(lambda: named("hostdnsd-lookup") == others, "the end of every process")
