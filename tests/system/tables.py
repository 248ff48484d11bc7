"""A table of outcomes is one test case, which tells every row that differs.

    @table("name, rdtype, outcome", [("v4only.lab", "A", ["v4only.lab A 10.0.0.4"]), ...])
    def test_names(server, name, rdtype, outcome):
        assert server.ask(name, rdtype).outcome == outcome

It is written as pytest.mark.parametrize is, and two tables on one test are all their pairs.
A case for each row would cost more than what most rows ask. The other arguments stay
fixtures, made once for the table; what a row does through one that has each_row(), such as
etc or start, is undone behind that row.
"""

import collections
import concurrent.futures
import contextlib
import functools
import inspect
import itertools
import pathlib
import reprlib
import traceback

import pytest

counts = collections.Counter()  # of this run
short = reprlib.Repr()
short.maxstring = short.maxother = 100
FAILURES = (Exception, pytest.fail.Exception, pytest.skip.Exception)  # a row may not be skipped


def table(names, rows, together=False):
    """Rows that run together wait at the same time; none may change what another sees."""
    names = [name.strip() for name in names.split(",")]
    rows = [dict(zip(names, row if len(names) > 1 else [row], strict=True)) for row in rows]
    if not rows:
        raise ValueError("a table without rows proves nothing")

    def decorate(test):
        body, below, beside = getattr(test, "table", (test, [{}], False))
        every = [{**other, **row} for other, row in itertools.product(below, rows)]
        signature = inspect.signature(body)
        fixtures = [parameter for name, parameter in signature.parameters.items()
                    if name not in every[0]]
        if len(fixtures) + len(every[0]) != len(signature.parameters):
            raise TypeError(f"{body.__name__} does not take every column of {names}")

        @functools.wraps(body)
        def run(**values):
            judge = functools.partial(difference, body, values)
            if run.table[2]:
                found = all_at_once(judge, every, values)
            else:
                found = [judge(row) for row in every]
            counts["rows compared"] += len(every)
            differing = [text for text in found if text]
            if differing:
                pytest.fail("\n".join([f"{len(differing)} of {len(every)} rows differ",
                                       *differing]), pytrace=False)

        run.table = body, every, together or beside
        run.__signature__ = signature.replace(parameters=fixtures)
        return run

    return decorate


def all_at_once(judge, rows, values):
    if any(hasattr(value, "each_row") for value in values.values()):
        raise TypeError("rows that change the host or start servers do not run together")
    with concurrent.futures.ThreadPoolExecutor(len(rows)) as pool:
        return list(pool.map(judge, rows))


def difference(body, values, row):
    """What is not as the row says, or None."""
    try:
        with contextlib.ExitStack() as undo:
            for value in values.values():
                if hasattr(value, "each_row"):
                    undo.enter_context(value.each_row())
            body(**values, **row)
    except FAILURES as error:
        where = " > ".join(f"{pathlib.Path(frame.filename).name}:{frame.lineno}"
                           for frame in traceback.extract_tb(error.__traceback__)
                           if frame.filename != __file__)
        title = ", ".join(f"{name}={short.repr(value)}" for name, value in row.items())
        return f"- {title}\n  {where}: {type(error).__name__}: {error}"
    return None


def pytest_terminal_summary(terminalreporter):
    """Of the whole run, so that nobody takes few cases for little proof."""
    for what, number in counts.items():
        terminalreporter.write_line(f"{what}: {number}")
