"""How the suite runs: jobs, their results, what is said at the end, what scripts/test takes."""

import json
import os
import pathlib
import re
import runpy
import shutil
import signal
import subprocess
import tarfile

import pytest

from daemon import is_alive, wait_until

TOP = pathlib.Path(__file__).parents[2]
PYTEST_SAID = """\
.F.s
FAILED tests/system/test_one.py::test_a[x y] - assert 1 == 2
ERROR tests/system/test_one.py::test_b
rows compared: 40
===== 1 failed, 2 passed, 1 skipped, 1 error in 3.21s =====
"""
CMOCKA_SAID = """\
== tests/unit/net/test_one.c
[  PASSED  ] 3 test(s).
[  FAILED  ] tests: 2 test(s), listed below:
[  FAILED  ] a_test
[  FAILED  ] another
== tests/unit/net/test_one.c failed with status 2
== tests/unit/net/test_two.c
== tests/unit/net/test_two.c failed with status 139
"""


class Suite:
    """A run of the suite with a folder for its results."""

    def __init__(self, folder):
        self.folder = folder
        self.env = {key: value for key, value in os.environ.items() if key != "CI"}
        self.env["RESULTS"] = str(folder)

    def run(self, *words, **env):
        done = subprocess.run([*words], env={**self.env, **env}, text=True, timeout=120,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        return done.returncode, done.stdout

    def begin(self, *lists):
        assert self.run(TOP / "tests/report", "--begin", *lists) == (0, "")

    def job(self, kind, name, script):
        return self.run(TOP / "tests/job", kind, name, "sh", "-c", script)

    def says(self, kind, name, text, status=0):
        """A job that prints this."""
        return self.job(kind, name, f"cat << 'END'\n{text}END\nexit {status}")

    def result(self, kind, name):
        return json.loads((self.folder / kind / f"{name}.json").read_text())

    def report(self, **env):
        return self.run(TOP / "tests/report", **env)


@pytest.fixture
def suite(tmp_path):
    return Suite(tmp_path / "results")


def counts(result):
    return [result[word] for word in ("passed", "failed", "skipped", "rows")]


def test_outcomes_of_pytest_are_counted(suite):
    code, said = suite.says("plain", "system/test_one", PYTEST_SAID, status=1)
    result = suite.result("plain", "system/test_one")
    assert (code, counts(result)) == (1, [2, 2, 1, 40])
    assert result["failures"] == ["tests/system/test_one.py::test_a[x y]",
                                  "tests/system/test_one.py::test_b"]
    assert PYTEST_SAID in said
    assert "plain system/test_one: 2 passed, 2 failed, 1 skipped in " in said


def test_a_failure_below_a_live_systemd_can_be_run_again_alone(suite):
    suite.begin("plain=live")
    suite.says("plain", "live", PYTEST_SAID.replace("/system/", "/live/"), status=1)
    code, said = suite.report()
    assert (code, said.splitlines()[:2]) == (1, [
        "FAILED  scripts/test 'tests/live/test_one.py::test_a[x y]'",
        "FAILED  scripts/test tests/live/test_one.py::test_b"])
    assert "plain   live   2 passed, 2 failed, 1 skipped, 40 rows compared: " in said


def test_outcomes_of_cmocka_are_counted_with_the_file_they_belong_to(suite):
    code, _ = suite.says("address", "unit/net", CMOCKA_SAID, status=1)
    result = suite.result("address", "unit/net")
    assert (code, counts(result)) == (1, [3, 3, 0, 0])
    assert result["failures"] == ["tests/unit/net/test_one.c::a_test",
                                  "tests/unit/net/test_one.c::another",
                                  "tests/unit/net/test_two.c"]


def test_what_fuzzing_has_found_is_told_with_the_command_that_shows_it(suite):
    suite.begin("address=fuzzing")
    suite.says("address", "fuzzing", "fuzz one: 9 runs, 3 a second, 2 places reached: passed\n"
               "what it was\nfuzz two: 5 runs, 0 a second, 1 places reached: FAILED\n", status=1)
    assert counts(suite.result("address", "fuzzing")) == [1, 1, 0, 0]
    code, said = suite.report()
    assert (code, said.splitlines()[0]) == (1, "FAILED  make fuzz TARGET=two")
    assert "address fuzzing 1 passed, 1 failed, 0 skipped: " in said


@pytest.mark.parametrize("words, reason", [
    (["nothing"], 'there is no target "nothing"; there are: '),
    ([], "a target is needed, and how many seconds: all "),
    (["wire", "0"], '"0" is no number of seconds'),
    (["wire", "-1"], '"-1" is no number of seconds'),
    (["wire", "--runs", "0"], '"0" is no number of runs')])
def test_a_target_to_fuzz_that_does_not_exist(suite, words, reason):
    code, said = suite.run(TOP / "tests/fuzz/run", *words)
    assert (code, said.count("\n")) == (64, 1)
    assert said.startswith(f"tests/fuzz/run: {reason}")


class Done:
    """What a process of libFuzzer has done."""

    def __init__(self, runs, seconds, edges=1, has_failed=False):
        self.runs, self.seconds, self.edges, self.has_failed = runs, seconds, edges, has_failed
        self.end = ""


@pytest.fixture
def fuzzing(tmp_path, monkeypatch):
    """Runs targets of fuzzing until they have 1000 runs; a process does what `does` says of its
    target, and its options are in `begun`. Gives what was returned."""
    class Fuzzing:
        does, begun = {}, []

        def until(self):
            monkeypatch.setenv("FUZZ_BUILD", str(tmp_path))
            script = runpy.run_path(str(TOP / "tests/fuzz/run"))
            script["fuzz_until"].__globals__["fuzz"] = self.fuzz
            return script["fuzz_until"](list(self.does), 1000)

        def fuzz(self, target, seconds, *options):
            self.begun.append((target, seconds, options[-1]))
            return self.does[target].pop(0)

        def rows(self):
            return [line.split() for line in (tmp_path / "table").read_text().splitlines()[1:]]
    return Fuzzing()


def test_the_fastest_target_of_fuzzing_gets_its_runs_first(fuzzing):
    fuzzing.does = {"slow": [Done(100, 10), Done(900, 60)],
                    "fast": [Done(500, 10), Done(300, 60, edges=7), Done(200, 30)]}
    assert fuzzing.until()
    assert fuzzing.begun == [("slow", 10, "-runs=1000"), ("fast", 10, "-runs=1000"),
                             ("fast", 300, "-runs=500"), ("fast", 300, "-runs=200"),
                             ("slow", 300, "-runs=900")]
    assert fuzzing.rows() == [["slow", "1000", "1000", "70", "14", "1", "0"],
                              ["fast", "1000", "1000", "100", "10", "7", "0"],
                              ["all", "2000", "2000", "170", "11", "8", "0"]]


def test_a_target_that_has_found_something_begins_again_the_next_time(fuzzing):
    fuzzing.does = {"one": [Done(400, 10), Done(100, 10, has_failed=True), Done(1000, 50)]}
    assert not fuzzing.until()
    assert fuzzing.rows()[0] == ["one", "500", "0", "20", "25", "1", "1"]
    assert fuzzing.until()
    assert fuzzing.begun[-1] == ("one", 300, "-runs=1000")
    assert fuzzing.rows()[0] == ["one", "1500", "1000", "70", "21", "1", "1"]


def test_each_target_of_fuzzing_has_seeds(tmp_path):
    targets = [path.stem for path in TOP.glob("tests/fuzz/*.c")]
    assert len(targets) >= 8
    for target in targets:
        subprocess.run([TOP / "tests/fuzz/seeds", target, tmp_path / target], check=True)
        assert len(list((tmp_path / target).iterdir())) >= 5, target


def test_the_lines_of_a_room_are_added_up():
    lines_of_rooms = runpy.run_path(str(TOP / "tests/cover"))["lines_of_rooms"]
    files = [{"filename": f"/x/{name}", "summary": {"lines": {"count": lines, "covered": run}}}
             for name, lines, run in (("src/net/udp.c", 100, 40), ("include/net/udp.h", 10, 5),
                                      ("src/dns/name.c", 50, 50), ("tests/unit/net/test_udp.c", 9, 9))]
    assert lines_of_rooms(files) == {"net": [110, 45], "dns": [50, 50], "all": [160, 95]}


def test_a_job_that_passes_says_one_line(suite):
    suite.begin("plain=unit/net,unit/dns", "address=unit/net")
    code, said = suite.says("plain", "unit/dns", "[  PASSED  ] 3 test(s).\n")
    assert (code, said.count("\n")) == (0, 1)
    assert said.startswith("[  1 of 3,  0:")
    assert "] plain unit/dns: 3 passed in " in said


@pytest.mark.parametrize("kind, variable", [
    ("address", "ASAN_OPTIONS"), ("address", "UBSAN_OPTIONS"), ("thread", "TSAN_OPTIONS")])
def test_a_sanitizers_report_of_any_process_is_a_failure(suite, kind, variable):
    script = f"""
        path=${{{variable}#*log_path=\\'}}
        echo found it > "${{path%%\\'*}}.1"
        echo '[  PASSED  ] 3 test(s).'"""
    code, said = suite.job(kind, "unit/net", script)
    assert (code, counts(suite.result(kind, "unit/net"))) == (1, [3, 1, 0, 0])
    assert "found it" in said


KILLED = "==88==Unable to get registers from thread 86.\n"


@pytest.mark.parametrize("text, failed", [
    (KILLED, 0), (KILLED * 2, 0), (f"{KILLED}==88==ERROR: LeakSanitizer: detected memory leaks\n", 1)])
def test_a_process_that_was_killed_in_its_search_for_leaks_is_no_report(suite, text, failed):
    suite.job("address", "unit/net", f"""
        path=${{ASAN_OPTIONS#*log_path=\\'}}
        printf '%s' '{text}' > "${{path%%\\'*}}.86"
        echo '[  PASSED  ] 3 test(s).'""")
    assert counts(suite.result("address", "unit/net")) == [3, failed, 0, 0]


def test_a_command_that_fails_without_a_count_is_one_failure(suite):
    assert suite.job("plain", "check", "echo wrong; exit 1")[0] == 1
    assert counts(suite.result("plain", "check")) == [0, 1, 0, 0]


ENDS = [signal.SIGTERM, signal.SIGHUP, signal.SIGINT]


def heed_signals():
    """Whoever runs us may have had them ignored, as nohup does."""
    for number in ENDS:
        signal.signal(number, signal.SIG_DFL)


@pytest.mark.parametrize("number", ENDS)
def test_a_job_that_is_ended_leaves_nothing_behind(suite, tmp_path, number):
    """No process, and nothing in the folder for temporary files."""
    scratch, told = tmp_path / "scratch", tmp_path / "pid"
    scratch.mkdir()
    with subprocess.Popen([TOP / "tests/job", "plain", "unit/net", "sh", "-c",
                           f"echo $$ > {told}.new; mv {told}.new {told}; exec sleep 600"],
                          env={**suite.env, "TMPDIR": str(scratch)}, text=True,
                          preexec_fn=heed_signals, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT) as job:
        wait_until(told.exists, "the command")
        job.send_signal(number)
        try:
            assert (job.wait(60), job.stdout.read()) == (128 + number, "")
        finally:
            job.kill()
    assert not is_alive(int(told.read_text()))
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("name", ["HUP", "INT", "QUIT", "USR1"])
def test_a_job_heeds_signals_that_its_caller_ignores(suite, name):
    with subprocess.Popen(["env", f"--ignore-signal={name}", TOP / "tests/job", "plain", "unit/net",
                           "sh", "-c", f"echo '[  PASSED  ] 1 test(s).'; kill -{name} $$; exit 0"],
                          env=suite.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT) as job:
        job.communicate(timeout=60)
    assert job.returncode == 1, "the command was not ended by the signal"


def test_the_report_tells_failures_first_with_the_command_for_each(suite):
    suite.begin("plain=check,unit/net,system/test_one,system/test_two", "address=unit/net,unit/dns")
    suite.says("plain", "check", "")
    suite.says("plain", "unit/net", "[  PASSED  ] 5 test(s).\n")
    suite.says("plain", "system/test_one", PYTEST_SAID, status=1)
    suite.says("address", "unit/net", CMOCKA_SAID, status=1)
    suite.job("plain", "system/test_two", "exit 1")
    code, said = suite.report()
    lines = said.splitlines()
    assert (code, lines[:7]) == (1, [
        "FAILED  scripts/test 'tests/system/test_one.py::test_a[x y]'",
        "FAILED  scripts/test tests/system/test_one.py::test_b",
        "FAILED  scripts/test tests/system/test_two.py",
        "FAILED  scripts/test address tests/unit/net/test_one.c::a_test",
        "FAILED  scripts/test address tests/unit/net/test_one.c::another",
        "FAILED  scripts/test address tests/unit/net/test_two.c",
        "FAILED  address unit/dns: did not run; what was to be built for it?"])
    assert re.match(r"plain   unit   5 passed, 0 failed, 0 skipped: \d+ s \(1 jobs", lines[8])
    assert lines[9].startswith("plain   system 2 passed, 3 failed, 1 skipped, 40 rows compared: ")
    assert lines[-1].startswith("10 passed, 7 failed, 1 skipped in ")


ONE_FAILED = """\
FAILED tests/system/test_one.py::test_a - assert 1 == 2
===== 1 failed, 2 passed in 3.21s =====
"""


def test_what_failed_beside_other_jobs_is_run_once_more(suite):
    suite.begin("plain=check,unit/net,system/test_one", "thread=system/test_one")
    suite.says("plain", "check", "")
    suite.says("plain", "unit/net", "[  PASSED  ] 5 test(s).\n")
    suite.says("plain", "system/test_one", ONE_FAILED, status=1)
    suite.says("thread", "system/test_one", ONE_FAILED, status=1)
    assert suite.run(TOP / "tests/report", "--again") == (
        0, "plain system/test_one\nthread system/test_one\n")


def test_a_live_system_that_could_not_be_made_is_tried_again(suite):
    suite.begin("plain=live,system/test_one")
    suite.says("plain", "live", "boot: debootstrap makes no Debian bookworm\n", status=1)
    suite.says("plain", "system/test_one", "===== 3 passed in 3.21s =====\n")
    assert suite.run(TOP / "tests/report", "--again") == (0, "plain live\n")


@pytest.mark.parametrize("kind, name, text, report", [
    ("plain", "check", "", ""),
    ("plain", "unit/net", CMOCKA_SAID, ""),  # a program of it has crashed
    ("address", "fuzzing", "fuzz two: 5 runs, 0 a second, 1 places reached: FAILED\n", ""),
    ("address", "system/test_one", "no test could be read\n", ""),
    ("address", "system/test_one", ONE_FAILED, "ASAN_OPTIONS")])
def test_what_no_busy_machine_explains_is_not_run_again(suite, kind, name, text, report):
    suite.begin(f"{kind}={name},system/test_two")
    suite.says(kind, "system/test_two", ONE_FAILED, status=1)
    leave = f"""path=${{{report}#*log_path=\\'}}; echo bad > "${{path%%\\'*}}.1"\n""" if report else ""
    suite.job(kind, name, f"{leave}cat << 'END'\n{text}END\nexit 1")
    assert suite.run(TOP / "tests/report", "--again") == (0, "")


def test_many_failures_are_not_put_down_to_a_busy_machine(suite):
    names = [f"system/test_{number}" for number in range(7)]
    suite.begin(f"plain={','.join(names)}")
    for name in names:
        suite.says("plain", name, ONE_FAILED, status=1)
    assert suite.run(TOP / "tests/report", "--again") == (0, "")


@pytest.mark.parametrize("status, code, said_first, sums", [
    (0, 0, "FAILED beside other jobs, passed alone: scripts/test tests/system/test_one.py::test_a",
     "3 passed, 0 failed, 0 skipped"),
    (1, 1, "FAILED  scripts/test tests/system/test_one.py::test_a", "2 passed, 1 failed, 0 skipped")])
def test_what_passes_alone_is_told_and_counts(suite, status, code, said_first, sums):
    suite.begin("plain=system/test_one")
    suite.says("plain", "system/test_one", ONE_FAILED, status=1)
    text = ONE_FAILED if status else "===== 3 passed in 3.21s =====\n"
    suite.run(TOP / "tests/job", "plain", "system/test_one", "sh", "-c",
              f"cat << 'END'\n{text}END\nexit {status}", AGAIN="1")
    ended, said = suite.report()
    lines = said.splitlines()
    assert (ended, lines[0], lines[-1].rpartition(" in ")[0]) == (code, said_first, sums)
    assert ONE_FAILED in (suite.folder / "plain/system/test_one.log").read_text()


def test_the_ends_of_the_logs_tell_why_a_run_was_no_success(suite):
    suite.begin("plain=unit/net,unit/dns,unit/base,unit/log", "address=unit/net")
    suite.says("plain", "unit/net", "[  PASSED  ] 5 test(s).\n")
    suite.says("plain", "unit/base", "[  PASSED  ] 5 test(s).\nskipped: no private network here\n")
    suite.says("plain", "unit/dns", "".join(f"line {number}\n" for number in range(61)), status=1)
    suite.job("address", "unit/net", "path=${ASAN_OPTIONS#*log_path=\\'}; "
                                     "echo heap overflow > \"${path%%\\'*}.1\"")
    code, said = suite.run(TOP / "tests/report", "--why")
    assert (code, said.splitlines()) == (0, [
        "== plain unit/dns, 0 passed, 1 failed, 0 skipped, says in the end:",
        *(f"line {number}" for number in range(1, 61)),
        "== plain unit/base, 5 passed, 0 failed, 1 skipped, says in the end:",
        "[  PASSED  ] 5 test(s).", "skipped: no private network here",
        "== address unit/net, 0 passed, 1 failed, 0 skipped, says in the end:",
        "== address.1", "heap overflow"])


def test_only_the_first_logs_tell_why(suite):
    names = [f"unit/{number}" for number in range(10)]
    suite.begin(f"plain={','.join(names)}")
    for name in names:
        suite.says("plain", name, "bad\n", status=1)
    said = suite.run(TOP / "tests/report", "--why")[1]
    assert (said.count("\nbad\n"), said.splitlines()[-1]) == (8, "== 2 other jobs are not shown")


def test_a_run_in_which_all_passed(suite):
    suite.begin("plain=unit/net")
    suite.says("plain", "unit/net", "[  PASSED  ] 5 test(s).\n")
    code, said = suite.report()
    assert (code, said.splitlines()[-1].rpartition(" in ")[0]) == (0, "5 passed, 0 failed, 0 skipped")


def test_a_run_in_which_nothing_passed_is_a_failure(suite):
    suite.begin("plain=unit/net")
    suite.says("plain", "unit/net", "")
    assert suite.report()[0] == 1


@pytest.mark.parametrize("ci, code", [("true", 1), ("", 0)])
def test_what_is_skipped_is_a_failure_only_in_ci(suite, ci, code):
    suite.begin("plain=unit/net")
    suite.says("plain", "unit/net", "[  PASSED  ] 5 test(s).\nskipped: no private network here\n")
    assert suite.report(CI=ci)[0] == code


def test_rows_that_no_file_has_shown_are_a_failure(suite):
    suite.begin("plain=system/test_one")
    suite.job("plain", "system/test_one", 'echo "==== 5 passed in 1.00s ===="; '
                                          'echo "{}" > "$CONFORMANCE_EVIDENCE"')
    code, said = suite.report()
    assert code == 1
    assert "1.1                    MUST   missing" in said
    assert "FAILED  rows of the conformance table (above)" in said
    assert suite.run(TOP / "tests/report", "--why") == (
        0, "== rows of the conformance table do not hold\n")


@pytest.mark.parametrize("words, reason", [
    (["slow"], "slow is neither quick, address, thread nor a file of tests"),
    (["quick", "tests/system/test_tcp.py"], "quick takes no files"),
    (["thread"], "a file of tests is needed"),
    (["tests/system/test_nothing.py::test_a"], "there is no tests/system/test_nothing.py"),
    (["tests/unit/net/test_nothing.c"], "there is no tests/unit/net/test_nothing.c"),
    (["tests/live/test_nothing.py"], "there is no tests/live/test_nothing.py"),
    (["address", "tests/live"], "tests/live has no sanitizers"),
    (["src/net/tcp.c"], "src/net/tcp.c is neither quick, address, thread nor a file of tests")])
def test_words_that_are_not_understood(suite, words, reason):
    assert suite.run(TOP / "scripts/test", *words) == (64, f"scripts/test: {reason}\n")


@pytest.fixture
def layout(suite, tmp_path):
    """Runs tests/check/layout in a tree with one C file, where clang-format says this version and
    ends like this: what it said, without the version."""
    for place in "src", "include", "tests/check", "bin":
        (tmp_path / place).mkdir(parents=True)
    (tmp_path / "src/a.c").touch()
    (tmp_path / ".clang-format").write_text("# clang-format 14\n")
    shutil.copy(TOP / "tests/check/layout", tmp_path / "tests/check")

    def run(version, *words, status=0, ci=""):
        program = tmp_path / "bin/clang-format"
        program.write_text('#!/bin/sh\n[ "$1" = --version ] && echo clang-format version '
                           f'{version} || echo "$@"\nexit {status}\n')
        program.chmod(0o755)
        return suite.run(tmp_path / "tests/check/layout", *words, CI=ci,
                         PATH=f"{tmp_path}/bin:{only(tmp_path)}")
    return run


def only(folder):
    """A folder with what tests/check/layout calls, where no other clang-format is."""
    place = folder / "tools"
    place.mkdir(exist_ok=True)
    for name in "bash", "sh", "env", "dirname", "sed", "find", "xargs":
        if not (place / name).exists():
            (place / name).symlink_to(shutil.which(name))
    return place


def test_the_layout_is_what_clang_format_says(layout):
    assert layout("14.0.6") == (0, "--dry-run -Werror src/a.c\n")
    assert layout("14.0.6", "--write") == (0, "-i src/a.c\n")
    assert layout("14.0.6", "--if-here", status=1)[0] != 0


def test_another_version_of_clang_format_has_no_word(layout):
    said = "skipped: the layout is checked by clang-format 14, which is not here\n"
    assert layout("15.0.1") == (0, said)
    assert layout("140.0.1") == (0, said)
    assert layout("15.0.1", ci="true") == (1, said)
    assert layout("15.0.1", "--write") == (1, said)
    assert layout("15.0.1", "--if-here", ci="true") == (0, "")


def test_a_source_archive_is_the_same_octets_each_time(suite, tmp_path):
    archives = []
    for build in "one", "two":
        folder = tmp_path / build
        assert suite.run("make", "-s", "-C", TOP, f"BUILD={folder}", "dist")[0] == 0
        archive, = folder.glob("hostdns-*.tar.gz")
        archives.append(archive.read_bytes())
    assert archives[0] == archives[1]
    with tarfile.open(archive) as tar:
        names = {name.partition("/")[2] for name in tar.getnames()}
    assert {"Makefile", "VERSION", "src/README.md", ".github/SECURITY.md", "tests/lab"} < names
    assert not any(name.startswith(("build/", ".git/")) for name in names)


def test_an_archive_makes_the_same_archive_again(suite, tmp_path):
    """Though another user unpacks it, in a folder of another repository."""
    assert suite.run("make", "-s", "-C", TOP, f"BUILD={tmp_path / 'one'}", "dist")[0] == 0
    archive, = (tmp_path / "one").glob("hostdns-*.tar.gz")
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    subprocess.run(["tar", "-C", tmp_path, "-xf", archive], check=True, umask=0o077)
    tree = tmp_path / archive.name.removesuffix(".tar.gz")
    for left_over in "build/hostdns", "tests/system/__pycache__/ask.pyc", "compile_commands.json":
        (tree / left_over).parent.mkdir(exist_ok=True)
        (tree / left_over).touch()
    assert suite.run("make", "-s", "-C", tree, f"BUILD={tmp_path / 'two'}", "dist")[0] == 0
    again, = (tmp_path / "two").glob("hostdns-*.tar.gz")
    assert (again.name, again.read_bytes()) == (archive.name, archive.read_bytes())


def test_the_table_of_faults_names_tests_that_exist():
    """A test that has been renamed or left out would leave a promise without its proof."""
    text = (TOP / ".github/SECURITY.md").read_text()
    table = text.partition("### Every fault, and its test")[2]
    named = re.findall(r"`(?:tests/(live)/)?(test_\w+\.py)::(test_\w+)`", table)
    assert len(named) > 40 and len(named) == table.count("::")
    for folder, file, test in named:
        source = (TOP / "tests" / (folder or "system") / file).read_text()
        assert re.search(rf"^ *def {test}\(", source, re.M), f"{file} has no {test}"
    for file in re.findall(r"`(tests/(?:system|unit|live)/[\w/]+\.\w+)`", text):
        assert (TOP / file).exists(), file


def test_each_file_of_tests_is_a_job(suite):
    """And every file with threads, for ThreadSanitizer, is there."""
    def jobs(kind, **env):
        code, said = suite.run("make", "-s", "--no-print-directory", "-C", TOP, f"kind-{kind}",
                               "GOAL=jobs", **env)
        assert code == 0
        name, _, jobs = said.strip().partition("=")
        assert name == kind
        return set(jobs.split(","))

    system = {f"system/{path.stem}" for path in TOP.glob("tests/system/test_*.py")}
    rooms = {f"unit/{path.parent.name}" for path in TOP.glob("tests/unit/*/test_*.c")}
    assert jobs("plain") == system | rooms | {"check", "lint", "package", "live"}
    assert jobs("plain", QUICK="1") == system | rooms | {"check"}
    without = {f"system/test_{name}" for name in
               ("memory_runs_out", "client_memory", "failing_calls", "failing_starts", "hardening",
                "side_facilities", "suspend", "clock_steps", "loops_by_the_minute", "cost",
                "suite", "tables", "web_page", "conformance_table")}
    assert without < system
    assert jobs("address") == (system | rooms | {"fuzzing"}) - without
    assert {"unit/lookup", "system/test_upstream_threads"} < jobs("thread") < system | rooms
