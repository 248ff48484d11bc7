"""The table at the end of a run, with small folders of tests and a few rows."""

import pathlib
import subprocess
import sys

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
    (tmp_path / "test_other.py").write_text("def test_other():\n    pass\n")

    def run(tests, *options):
        (tmp_path / "test_rows.py").write_text(tests)
        result = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options],
            cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
        return result.returncode, result.stdout + result.stderr

    return run


def verdicts(said):
    """{row: verdict} of what was printed."""
    return {line.split()[0]: line[30:42].strip() for line in said.splitlines()
            if line[:3] in ("1.1", "1.2", "1.3")}


def test_each_row_has_a_line_and_is_counted(folder):
    code, said = folder(GOOD, ".")
    assert (code, verdicts(said)) == (0, {"1.1": "passed", "1.2": "passed", "1.3": "passed"})
    assert ("rows: 3, holding: 2, decided otherwise: 1, failed: 0, missing: 0, not run: 0\n"
            "  1.3: for a reason\n") in said
    assert "test_rows.py::test_one" in said


def test_a_row_without_a_test_makes_the_run_fail(folder):
    code, said = folder(GOOD.replace('"1.2", ', ""), ".")
    assert (code, verdicts(said)["1.2"]) == (1, "missing")


def test_a_row_that_holds_over_udp_only_makes_the_run_fail(folder):
    code, said = folder(GOOD.replace("transport", ""), ".")
    assert (code, verdicts(said)["1.1"]) == (1, "missing: tcp")


@pytest.mark.parametrize("body", ["assert False", "pytest.skip()"])
def test_a_row_whose_test_does_not_pass(folder, body):
    code, said = folder(GOOD.replace("def test_two():\n    pass", f"def test_two():\n    {body}"),
                        ".")
    assert (code, verdicts(said)["1.2"]) == (1, "FAILED" if "assert" in body else "missing")


def test_a_test_over_tcp_may_say_so(folder):
    code, said = folder(GOOD.replace('row("1.1")', 'row("1.1", over="tcp")')
                        .replace("transport", ""), ".")
    assert (code, verdicts(said)["1.1"]) == (1, "missing: udp")


@pytest.mark.parametrize("options", [["test_other.py"], ["-k", "other"],
                                     ["test_other.py::test_other"], ["--ignore", "test_rows.py"]])
def test_rows_may_be_missing_when_some_tests_were_chosen(folder, options):
    code, said = folder(GOOD, *options)
    assert (code, verdicts(said)) == (0, {})


def test_a_test_that_was_left_out_by_name_is_not_missing(folder):
    """Where a machine cannot run it. Rows without any test still are."""
    code, said = folder(GOOD, ".", "--deselect", "test_rows.py::test_two")
    assert code == 0
    assert verdicts(said) == {"1.1": "passed", "1.2": "not run", "1.3": "not run"}
    code, said = folder(GOOD.replace('"1.1"', '"1.2"'), ".", "--deselect",
                        "test_rows.py::test_two")
    assert (code, verdicts(said)["1.1"]) == (1, "missing")


def test_a_number_that_is_no_row(folder):
    code, said = folder(GOOD.replace("1.2", "1.22"), ".")
    assert code != 0
    assert "no row 1.22" in said
