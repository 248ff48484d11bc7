"""Where root has less to give up than usual, or nothing: namespaces, containers, other users."""

import pathlib
import shutil
import subprocess

import pytest

from daemon import ALONE, PROGRAM, children_of, wait_until

NONE, BIND = "0000000000000000", "0000000000000400"     # CAP_NET_BIND_SERVICE is 10


def states(server):
    found = {}
    for pid, name in [(server.pid, "hostdnsd"), *children_of(server.pid)]:
        lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
        found[name] = dict(line.split(":\t", 1) for line in lines)
    return found


def capabilities(server):
    return {name: [state[f"Cap{kind}"] for kind in ("Inh", "Prm", "Eff", "Amb")]
            for name, state in states(server).items()}


def users(server):
    return {user for state in states(server).values() for user in state["Uid"].split()}


def reload(server):
    server.reload()
    wait_until(lambda: len(children_of(server.pid)) == 2, "the end of the old processes")


def assert_it_works(server):
    assert server.ask("a.example.test").outcome == ["a.example.test A 192.0.2.1"]
    reload(server)
    assert server.ask("a.example.test").outcome == ["a.example.test A 192.0.2.1"]


KEPT = {"hostdnsd": [BIND] * 4, "hostdnsd-serve": [NONE] * 4, "hostdnsd-lookup": [NONE] * 4}


def test_in_a_namespace_without_other_users_only_capabilities_go(start):
    server = start(program=["unshare", "--user", "--map-root-user", PROGRAM])
    assert capabilities(server) == KEPT
    assert_it_works(server)
    assert capabilities(server) == KEPT
    assert "goes on as root" not in server.errors()


if not ALONE:

    def test_root_that_may_not_become_another_user_goes_on_and_says_so_once(start):
        """As in a container that was started without these capabilities."""
        server = start(program=["setpriv", "--bounding-set=-setuid,-setgid", PROGRAM])
        assert users(server) == {"0"}
        assert capabilities(server) == KEPT
        assert_it_works(server)
        assert capabilities(server) == KEPT
        assert server.errors().count("goes on as root without capabilities, since it needs "
                                     "CAP_SETUID and CAP_SETGID to become user nobody\n") == 1

    def test_without_the_capability_for_the_bounding_set_it_becomes_the_user(start):
        server = start(program=["setpriv", "--bounding-set=-setpcap", PROGRAM])
        assert users(server) == {"65534"}
        assert capabilities(server) == KEPT
        assert_it_works(server)

    def test_without_any_capability_it_still_works(start):
        server = start(program=["setpriv", "--bounding-set=-all", "--inh-caps=-all", PROGRAM])
        assert set(sum(capabilities(server).values(), [])) == {NONE}
        assert_it_works(server)

    def test_who_is_not_root_stays_who_he_is(start, open_folder):
        program = open_folder / "hostdnsd"
        shutil.copy(PROGRAM, program)
        server = start("-o", "user=nobody", program=["setpriv", "--reuid=daemon", "--regid=daemon",
                                                     "--clear-groups", program])
        assert users(server) == {"1"}
        assert set(sum(capabilities(server).values(), [])) == {NONE}
        assert_it_works(server)

    def test_the_user_has_all_its_groups(start, etc):
        etc.add("group", "readers:x:4400:daemon\n")
        server = start("-o", "user=daemon")
        assert {state["Groups"].strip() for state in states(server).values()} == {"1 4400"}

    def test_the_bounding_set_is_empty(start):
        assert {state["CapBnd"] for state in states(start()).values()} == {NONE}


@pytest.mark.parametrize("user", ["nosuchuser", "root", "0"])
def test_a_wrong_user_is_named_with_its_line(open_folder, user):
    conf = open_folder / "hostdns.conf"
    conf.write_text(f"ttl = 5\nuser = {user}\n")
    run = subprocess.run([PROGRAM, "-n", "-c", conf], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (
        1, f"hostdnsd: {conf}:2: user={user}: a user of this host other than root is needed\n")
