"""The table at the end of a run, with small folders of tests and a few rows."""

import os
import pathlib
import runpy
import signal
import sys
import traceback

import pytest

TABLE = pathlib.Path(__file__).parent / "conformance_table.py"
CONFTEST = """
import pytest
from conformance_table import MARKER, ConformanceTable

def pytest_configure(config):
    config.addinivalue_line("markers", MARKER)
    config.pluginmanager.register(ConformanceTable(config))

@pytest.fixture(params=["udp", "tcp"])
def transport(request):
    return request.param
"""
ROWS = """
import typing
UDP = "udp"

class Row(typing.NamedTuple):
    number: str
    level: str
    what: str
    over: tuple
    otherwise: str

ROWS = {row.number: row for row in [
    Row("1.1", "MUST", "", ("udp", "tcp"), ""), Row("1.2", "SHOULD", "", ("udp",), ""),
    Row("1.3", "CHOICE", "", (), "for a reason")]}
"""
GOOD = """
import pytest

@pytest.mark.row("1.1")
def test_one(transport):
    pass

@pytest.mark.row("1.2", "1.3")
def test_two():
    pass
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "conformance_table.py").write_text(TABLE.read_text())
    (tmp_path / "conformance.py").write_text(ROWS)
    (tmp_path / "conftest.py").write_text(CONFTEST)
    return tmp_path


def run(folder, module, *words, evidence=None):
    """Like python -m, but in a child of this process, which has imported pytest already: that
    takes longer than all that is tested here. (exit status, what it said)"""
    said = folder / "said"
    child = os.fork()
    if child == 0:
        status = 70
        try:
            enter(folder, said, evidence)
            sys.argv = [module, *map(str, words)]
            runpy.run_module(module, run_name="__main__", alter_sys=True)
        except SystemExit as end:
            status = int(end.code or 0)
        except BaseException:  # pylint: disable=broad-except
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), said.read_text()


def enter(folder, said, evidence):
    """Makes the child what a new interpreter in the folder would be."""
    signal.alarm(60)
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    # A file that is written anew within a second, as long as before, would be the old one.
    sys.dont_write_bytecode = True
    for name in "conformance", "conformance_table", "conftest":
        sys.modules.pop(name, None)
    os.environ.pop("CONFORMANCE_EVIDENCE", None)
    if evidence:
        os.environ["CONFORMANCE_EVIDENCE"] = str(folder / evidence)
    sys.stdout = sys.stderr = said.open("w")
    os.dup2(sys.stdout.fileno(), 1)
    os.dup2(sys.stdout.fileno(), 2)


@pytest.fixture
def pytest_run(folder):
    """Runs some files of tests together, each given by its text."""
    def runs(*texts, options=(), evidence=None):
        paths = []
        for number, text in enumerate(texts):
            paths.append(folder / f"test_{evidence or 'rows'}_{number}.py")
            paths[-1].write_text(text)
        return run(folder, "pytest", "-q", "-p", "no:cacheprovider", *paths, *options,
                   evidence=evidence)

    return runs


@pytest.fixture
def whole(folder, pytest_run):
    """Runs each file by itself and adds up the evidence, as for the whole suite."""
    def runs(*texts, options=()):
        shards = [f"shard{number}" for number in range(len(texts))]
        for shard, text in zip(shards, texts):
            pytest_run(text, options=options, evidence=shard)
        return run(folder, "conformance_table", *shards)

    return runs


def verdicts(said):
    """{row: verdict} of what was printed."""
    return {line.split()[0]: line[30:42].strip() for line in said.splitlines()
            if line[:3] in ("1.1", "1.2", "1.3")}


def test_each_row_has_a_line_and_is_counted(whole):
    code, said = whole(GOOD)
    assert (code, verdicts(said)) == (0, {"1.1": "passed", "1.2": "passed", "1.3": "passed"})
    assert ("rows: 3, holding: 2, decided otherwise: 1, failed: 0, missing: 0, not run: 0\n"
            "  1.3: for a reason\n") in said
    assert "::test_one" in said


def test_evidence_of_several_files_is_added_up(whole):
    """Over UDP in one file, over TCP in another, and the other rows in a third."""
    over = "import pytest\n@pytest.mark.row('1.1', over='{}')\ndef test_one():\n    pass\n"
    others = GOOD.replace('@pytest.mark.row("1.1")\n', "")
    code, said = whole(over.format("udp"), over.format("tcp"), others)
    assert (code, verdicts(said)) == (0, {"1.1": "passed", "1.2": "passed", "1.3": "passed"})
    code, said = whole(over.format("udp"), others)
    assert (code, verdicts(said)["1.1"]) == (1, "missing: tcp")


def test_a_failure_in_one_file_counts_whatever_others_say(whole):
    code, said = whole(GOOD, GOOD.replace("def test_two():\n    pass",
                                          "def test_two():\n    assert False"))
    assert (code, verdicts(said)["1.2"]) == (1, "FAILED")


def test_a_row_without_a_test_makes_the_run_fail(whole):
    code, said = whole(GOOD.replace('"1.2", ', ""))
    assert (code, verdicts(said)["1.2"]) == (1, "missing")


def test_a_row_that_holds_over_udp_only_makes_the_run_fail(whole):
    code, said = whole(GOOD.replace("transport", ""))
    assert (code, verdicts(said)["1.1"]) == (1, "missing: tcp")


@pytest.mark.parametrize("body", ["assert False", "pytest.skip()"])
def test_a_row_whose_test_does_not_pass(whole, body):
    code, said = whole(GOOD.replace("def test_two():\n    pass", f"def test_two():\n    {body}"))
    assert (code, verdicts(said)["1.2"]) == (1, "FAILED" if "assert" in body else "missing")


def test_a_test_over_tcp_may_say_so(whole):
    code, said = whole(GOOD.replace('row("1.1")', 'row("1.1", over="tcp")')
                       .replace("transport", ""))
    assert (code, verdicts(said)["1.1"]) == (1, "missing: udp")


def test_only_the_rows_of_chosen_tests_are_printed(pytest_run):
    code, said = pytest_run(GOOD.replace('"1.2", ', ""))
    assert (code, verdicts(said)) == (0, {"1.1": "passed", "1.3": "passed"})
    assert verdicts(pytest_run("def test_other():\n    pass\n")[1]) == {}


def test_a_test_that_was_left_out_by_name_is_not_missing(whole):
    """Where a machine cannot run it. Rows without any test still are."""
    without = ("--deselect", "test_shard0_0.py::test_two")
    code, said = whole(GOOD, options=without)
    assert code == 0
    assert verdicts(said) == {"1.1": "passed", "1.2": "not run", "1.3": "not run"}
    code, said = whole(GOOD.replace('"1.1"', '"1.2"'), options=without)
    assert (code, verdicts(said)["1.1"]) == (1, "missing")


def test_a_number_that_is_no_row(pytest_run):
    code, said = pytest_run(GOOD.replace("1.2", "1.22"))
    assert code != 0
    assert "no row 1.22" in said
