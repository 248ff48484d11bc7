"""Prints which rows of conformance.py the tests have shown to hold.

Each file of tests runs in a process of its own, which leaves what it knows of the rows in the
file that $CONFORMANCE_EVIDENCE names. Called as a program, with the files of a whole run, this
adds them up:

  conformance_table.py EVIDENCE...

and a row without a passing test makes it fail. Without that variable the rows that the chosen
tests cover are printed after them.
"""

import collections
import json
import os
import pathlib
import sys
import typing

import pytest

from conformance import ROWS, UDP

MARKER = ("row(number, ..., over=TRANSPORT): the test covers these rows of conformance.py; "
          "over which transport is said by its parameter `transport`, else by `over`, else "
          "it is UDP")


def transport_of(item, marker):
    callspec = getattr(item, "callspec", None)
    return (callspec and callspec.params.get("transport")) or marker.kwargs.get("over", UDP)


class Evidence:
    """What is known of one row."""

    def __init__(self, tests=(), passed=(), failed=(), left_out=()):
        self.tests = list(tests)  # in the order of the run: function name, without parameters
        self.passed, self.failed, self.left_out = set(passed), set(failed), set(left_out)

    def add(self, other):
        self.tests += [test for test in other.tests if test not in self.tests]
        self.passed |= other.passed
        self.failed |= other.failed
        self.left_out |= other.left_out

    def plain(self):
        """For JSON."""
        return {"tests": self.tests, "passed": sorted(self.passed),
                "failed": sorted(self.failed), "left_out": sorted(self.left_out)}

    def verdict(self, row):
        """("passed", ...) or what is not so, and whether that is a failure."""
        if self.failed:
            return "FAILED", True
        lacking = [over for over in row.over or (None,)
                   if not (over in self.passed or over is None and self.passed)]
        if not lacking:
            return "passed", False
        if self.left_out.issuperset(lacking) or (self.left_out and lacking == [None]):
            return "not run", False
        return ("missing" if len(lacking) == len(row.over or (None,))
                else f"missing: {lacking[0]}"), True


class ConformanceTable:
    """A pytest plugin."""

    def __init__(self, config):
        self.config = config
        self.evidence = collections.defaultdict(Evidence)
        self.covers = {}  # {test: [(row number, transport)]}

    def pytest_itemcollected(self, item):
        for marker in item.iter_markers("row"):
            for number in marker.args:
                if number not in ROWS:
                    raise pytest.UsageError(f"{item.nodeid}: no row {number} in conformance.py")
                self.covers.setdefault(item.nodeid, []).append(
                    (number, transport_of(item, marker)))
                name = f"{item.path.name}::{getattr(item, 'originalname', item.name)}"
                self.evidence[number].add(Evidence([name]))

    def pytest_deselected(self, items):
        for item in items:
            for number, over in self.covers.get(item.nodeid, []):
                self.evidence[number].left_out.add(over)

    def pytest_runtest_logreport(self, report):
        for number, over in self.covers.get(report.nodeid, []):
            evidence = self.evidence[number]
            if report.failed:
                evidence.failed.add(over)
            elif report.when == "call" and report.passed:
                evidence.passed.add(over)

    def pytest_terminal_summary(self, terminalreporter):
        if path := os.environ.get("CONFORMANCE_EVIDENCE"):
            pathlib.Path(path).write_text(json.dumps(
                {number: found.plain() for number, found in self.evidence.items()}))
        elif chosen := [row for row in verdicts(self.evidence) if row.number in self.evidence]:
            terminalreporter.section("conformance")
            for line in table(chosen):
                terminalreporter.write_line(line)


class Verdict(typing.NamedTuple):
    """What came of a row."""
    number: str
    row: object
    verdict: str
    is_failure: bool
    tests: list


def verdicts(evidence):
    """One for each row there is."""
    for number, row in ROWS.items():
        found = evidence[number] if number in evidence else Evidence()
        yield Verdict(number, row, *found.verdict(row), found.tests)


def table(chosen):
    """A line for each row, then the counts."""
    for number, row, verdict, _, tests in chosen:
        more = f" and {len(tests) - 2} more" if len(tests) > 2 else ""
        yield f"{number:22} {row.level:6} {verdict:12} {', '.join(tests[:2])}{more}"
    yield from summary(chosen)


def summary(chosen):
    """The counts: each row is in one of them."""
    counts = collections.Counter()
    otherwise = []
    for number, row, verdict, _, _ in chosen:
        kind = verdict.partition(":")[0]
        if kind == "passed" and row.otherwise:
            otherwise.append(f"  {number}: {row.otherwise}")
        else:
            counts[kind] += 1
    yield (f"rows: {len(chosen)}, holding: {counts['passed']}, "
           f"decided otherwise: {len(otherwise)}, failed: {counts['FAILED']}, "
           f"missing: {counts['missing']}, not run: {counts['not run']}")
    yield from otherwise


def main(*paths):
    evidence = collections.defaultdict(Evidence)
    for path in paths:
        for number, found in json.loads(pathlib.Path(path).read_text()).items():
            evidence[number].add(Evidence(**found))
    chosen = list(verdicts(evidence))
    print(*table(chosen), sep="\n")
    return 1 if any(row.is_failure for row in chosen) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
