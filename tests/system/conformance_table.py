"""Prints, after the tests, which rows of conformance.py they have shown to hold.

When the whole folder ran, a row without a passing test makes the run fail.
"""

import collections
import pathlib

import pytest

from conformance import ROWS, UDP

HERE = pathlib.Path(__file__).parent
MARKER = ("row(number, ..., over=TRANSPORT): the test covers these rows of conformance.py; "
          "over which transport is said by its parameter `transport`, else by `over`, else "
          "it is UDP")


def transport_of(item, marker):
    callspec = getattr(item, "callspec", None)
    return (callspec and callspec.params.get("transport")) or marker.kwargs.get("over", UDP)


class Evidence:
    """What is known of one row."""

    def __init__(self):
        self.tests = {}  # in the order of the run: function name, without parameters
        self.passed, self.failed, self.left_out = set(), set(), set()  # transports

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
        self.complete = False

    def pytest_itemcollected(self, item):
        for marker in item.iter_markers("row"):
            for number in marker.args:
                if number not in ROWS:
                    raise pytest.UsageError(f"{item.nodeid}: no row {number} in conformance.py")
                self.covers.setdefault(item.nodeid, []).append(
                    (number, transport_of(item, marker)))
                name = f"{item.path.name}::{getattr(item, 'originalname', item.name)}"
                self.evidence[number].tests[name] = True

    def pytest_deselected(self, items):
        for item in items:
            for number, over in self.covers.get(item.nodeid, []):
                self.evidence[number].left_out.add(over)

    def pytest_collection_finish(self):
        """The whole folder, but for tests that were deselected by name."""
        option = self.config.option
        paths = [pathlib.Path(self.config.invocation_params.dir, arg).resolve()
                 for arg in self.config.args if "::" not in arg]
        folder = any(path in (HERE, *HERE.parents) for path in paths)
        chosen = option.keyword or option.markexpr or getattr(option, "lf", False)
        self.complete = bool(folder and not chosen and not option.ignore
                             and not option.ignore_glob and not option.collectonly)

    def pytest_runtest_logreport(self, report):
        for number, over in self.covers.get(report.nodeid, []):
            evidence = self.evidence[number]
            if report.failed:
                evidence.failed.add(over)
            elif report.when == "call" and report.passed:
                evidence.passed.add(over)

    def verdicts(self):
        """[(row, verdict, is a failure, tests)]; without rows that no chosen test covers."""
        found = []
        for number, row in ROWS.items():
            evidence = self.evidence[number] if number in self.evidence else Evidence()
            verdict, failure = evidence.verdict(row)
            if self.complete or evidence.passed or evidence.failed:
                found.append((row, verdict, failure, list(evidence.tests)))
        return found

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session, exitstatus):
        if self.complete and exitstatus == pytest.ExitCode.OK and any(
                failure for _, _, failure, _ in self.verdicts()):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter):
        verdicts = self.verdicts()
        if not verdicts:
            return
        terminalreporter.section("conformance")
        for row, verdict, _, tests in verdicts:
            more = f" and {len(tests) - 2} more" if len(tests) > 2 else ""
            terminalreporter.write_line(
                f"{row.number:22} {row.level:6} {verdict:12} {', '.join(tests[:2])}{more}")
        for line in summary(verdicts):
            terminalreporter.write_line(line)


def summary(verdicts):
    """The counts: each row is in one of them."""
    counts = collections.Counter()
    otherwise = []
    for row, verdict, _, _ in verdicts:
        kind = verdict.partition(":")[0]
        if kind == "passed" and row.otherwise:
            otherwise.append(f"  {row.number}: {row.otherwise}")
        else:
            counts[kind] += 1
    yield (f"rows: {len(verdicts)}, holding: {counts['passed']}, "
           f"decided otherwise: {len(otherwise)}, failed: {counts['FAILED']}, "
           f"missing: {counts['missing']}, not run: {counts['not run']}")
    yield from otherwise
