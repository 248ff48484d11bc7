"""What the processes cannot do, and as whom they run."""

import os
import pathlib
import pwd
import re
import signal
import subprocess

import pytest

from conftest import make_open_folder, say
from daemon import ALONE, INSTRUMENTED, PROGRAM, children_of, wait_until
from web import WEB

NEVER = ["chroot", "clock", "clone-namespace", "clone3", "io_uring", "keys", "memory-of-others", "mount", "perf", "ptrace",
         "setns", "unshare"]
FORBIDDEN = {
    "hostdnsd": NEVER,
    "hostdnsd-lookup": sorted([*NEVER, "chmod", "execve", "fork", "kill", "setuid"]),
    "hostdnsd-serve": sorted([*NEVER, "bind", "chmod", "connect", "executable-memory", "execve",
                              "fork", "kill", "open", "open-to-write", "setuid", "socket",
                              "unix-socket", "unlink"]),
}
FORBIDDEN["hostdnsd-web"] = FORBIDDEN["hostdnsd-serve"]
FORBIDDEN_IN_DNSTAP = FORBIDDEN["hostdnsd-serve"]
REFUSED = {"EPERM", "ENOSYS"}  # the latter for clone3, whereupon libc does without it
NET_BIND_SERVICE = 1 << 10
ROOT = os.getuid() == 0


@pytest.fixture(scope="module")
def inside():
    """A library that tries everything from inside the process that loads it."""
    library = make_open_folder() / "inside.so"
    source = pathlib.Path(__file__).parent / "inside" / "inside.c"
    subprocess.run([os.environ.get("CC", "cc"), "-std=gnu11", "-shared", "-fPIC", "-O1", "-o",
                    library, source], check=True)
    return {"LD_PRELOAD": str(library)}


def tried(text):
    """{process: {call: what came of it}}"""
    return {name: dict(word.split("=") for word in words.split())
            for name, words in re.findall(r"^inside ([^:]+): (.*)$", text, re.M)}


def status(pid):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def processes(server):
    """A child that has just been started has no name of its own yet."""
    wait_until(lambda: "hostdnsd" not in [name for _, name in children_of(server.pid)], "their names")
    return {"hostdnsd": server.pid, **{name: pid for pid, name in children_of(server.pid)}}


if not INSTRUMENTED:  # the checkers need calls that are forbidden, so they do without

    def test_what_is_tried_would_be_possible(inside):
        """Or the next test would prove nothing."""
        text = subprocess.run(["/bin/true"], env={**os.environ, **inside}, check=True,
                              capture_output=True, text=True).stderr
        (calls,) = tried(text).values()
        assert set(calls) == set(FORBIDDEN["hostdnsd-serve"])
        assert not REFUSED & set(calls.values()), calls

    @pytest.mark.parametrize("reloads", [0, 1])
    def test_from_inside_each_process(request, start, inside, reloads):
        server = start(*WEB, env=inside)
        for _ in range(reloads):
            server.reload()
        wait_until(lambda: tried(server.errors()).keys() == FORBIDDEN.keys(), "all four")
        found = {name: sorted(call for call, result in calls.items() if result in REFUSED)
                 for name, calls in tried(server.errors()).items()}
        assert found == FORBIDDEN
        assert server.ask("a.example.test").outcome == ["a.example.test A 192.0.2.1"]
        say(request, [f"{name} cannot: {', '.join(calls)}" for name, calls in found.items()])

    @pytest.mark.parametrize("tap", ["file:/run/tap", "unix:/run/reader"])
    def test_from_inside_the_writer_of_dnstap(start, inside, tap):
        server = start("-o", f"dnstap={tap}", env=inside)
        wait_until(lambda: "hostdnsd-dnstap" in tried(server.errors()), "the process")
        found = tried(server.errors())["hostdnsd-dnstap"]
        assert sorted(call for call, result in found.items() if result in REFUSED) == \
            FORBIDDEN_IN_DNSTAP

    def test_every_process_is_filtered_and_keeps_its_memory_to_itself(start):
        server = start(*WEB, "-o", "workers=2")
        for name, pid in processes(server).items():
            filters = "1" if name == "hostdnsd" else "2"
            wait_until(lambda: status(pid)["Seccomp_filters"] == filters, f"the filter of {name}")
            assert status(pid)["Seccomp"] == "2", name

    def test_what_web_has_of_the_counters_cannot_be_written(start):
        """Nor is there a descriptor by which it could be mapped anew."""
        server = start(*WEB)
        pid = processes(server)["hostdnsd-web"]

        def modes():
            lines = pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines()
            return {line.split()[1] for line in lines if "hostdnsd-counters" in line}

        wait_until(lambda: modes() == {"r--s"}, "the page is for reading")
        kinds = [os.readlink(entry.path).partition(":")[0] for entry in os.scandir(f"/proc/{pid}/fd")]
        assert not [kind for kind in kinds if "counters" in kind]

    def test_reloads_do_not_pile_up_filters(start):
        server = start()
        for _ in range(3):
            server.reload()
        assert status(server.pid)["Seccomp_filters"] == "1"


def test_no_process_can_gain_privileges_or_dump_core(start):
    server = start(*WEB)
    for pid in processes(server).values():
        assert status(pid)["NoNewPrivs"] == "1"
        limits = pathlib.Path(f"/proc/{pid}/limits").read_text()
        assert re.search(r"^Max core file size +0 +0 ", limits, re.M)


@pytest.mark.parametrize("reloads", [0, 1])
def test_only_the_supervisor_has_a_capability_and_only_one(start, reloads):
    """To bind ports below 1024 on a reload."""
    server = start(*WEB)
    for _ in range(reloads):
        server.reload()
    for name, pid in processes(server).items():
        wanted = NET_BIND_SERVICE if name == "hostdnsd" and ROOT else 0
        for kind in "CapEff", "CapPrm", "CapAmb":
            assert int(status(pid)[kind], 16) == wanted, (name, kind)


def test_a_reload_can_open_a_port_below_1024(start, etc):
    etc.write("hostdns.conf", "listen = 127.0.0.1:5353\n")
    server = start("-c", "/etc/hostdns.conf", listen=None)
    etc.write("hostdns.conf", "listen = 127.0.0.1:5353\nlisten = 127.0.0.7:53\n")
    os.kill(server.pid, signal.SIGHUP)
    wait_until(lambda: "listening on 127.0.0.7:53\n" in server.errors(), "the reload")


if ROOT and not ALONE:
    @pytest.mark.parametrize("user", [None, "daemon"])
    def test_no_process_stays_root(start, user):
        """Started by root: nobody, or who is named, with the groups of that user."""
        server = start(*WEB, *(["-o", f"user={user}"] if user else []))
        entry = pwd.getpwnam(user or "nobody")
        for pid in processes(server).values():
            assert set(status(pid)["Uid"].split()) == {str(entry.pw_uid)}
            assert set(status(pid)["Gid"].split()) == {str(entry.pw_gid)}
            assert set(status(pid)["Groups"].split()) <= {str(entry.pw_gid)}

    def test_a_user_hostdns_is_preferred(start, etc):
        etc.add("passwd", "hostdns:x:4321:4321::/:/bin/false\n")
        server = start()
        assert set(status(server.pid)["Uid"].split()) == {"4321"}


if ROOT and ALONE:
    def test_where_there_is_no_other_user_root_has_no_power(start):
        """In the namespace of somebody who is not root outside."""
        server = start()
        for pid in processes(server).values():
            assert set(status(pid)["Uid"].split()) == {"0"}
            assert int(status(pid)["CapBnd"], 16) & ~NET_BIND_SERVICE == 0 or \
                int(status(pid)["CapEff"], 16) & ~NET_BIND_SERVICE == 0


@pytest.mark.parametrize("user", ["root", "nosuchuser", "x" * 40])
def test_a_user_who_will_not_do_is_refused(user):
    result = subprocess.run([PROGRAM, "-n", "-o", f"user={user}"], capture_output=True,
                            text=True, timeout=20, check=False)
    assert result.returncode == 1
    assert f"-o user={user}: a user of this host other than root is needed" in result.stderr
