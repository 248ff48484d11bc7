"""A table as one case: nothing in it may go unseen."""

import contextlib
import threading

import pytest

from tables import counts, table


@pytest.fixture(autouse=True)
def uncounted():
    """These rows compare nothing with hostdns."""
    before = counts.copy()
    yield
    counts.clear()
    counts.update(before)


def differences(test, **fixtures):
    """The lines that a table fails with."""
    with pytest.raises(pytest.fail.Exception) as failure:
        test(**fixtures)
    return str(failure.value).splitlines()


def test_every_row_that_differs_is_told():
    ran = []

    @table("name, number", [("one", 1), ("two", 3), ("three", 3), ("four", 5)])
    def numbers(name, number):
        ran.append(name)
        assert {"one": 1, "two": 2, "three": 3, "four": 4}[name] == number

    said = differences(numbers)
    assert ran == ["one", "two", "three", "four"]
    assert said[0] == "2 of 4 rows differ"
    assert [line for line in said if line.startswith("- ")] == [
        "- name='two', number=3", "- name='four', number=5"]
    assert any("AssertionError: assert 2 == 3" in line for line in said)


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("fail", [lambda: {}["key"], pytest.fail, lambda: pytest.skip("row"),
                                  lambda: bytes([300])])
def test_whatever_fails_a_row_hides_no_other(fail, together):
    @table("number", [1, 2, 3], together=together)
    def numbers(number):
        assert number != 3
        if number == 1:
            fail()

    assert differences(numbers)[0] == "2 of 3 rows differ"


@pytest.mark.parametrize("rows", [[], (), {}, iter(())])
def test_an_empty_table_is_refused(rows):
    with pytest.raises(ValueError, match="proves nothing"):
        table("number", rows)


def test_a_row_too_short_and_a_column_that_no_test_takes_are_refused():
    with pytest.raises(ValueError):
        table("name, number", [("one", 1), ("two",)])
    with pytest.raises(TypeError):
        table("name", ["one"])(lambda number: None)


@pytest.fixture
def fixed():
    return 3


@pytest.mark.filterwarnings("error")
@table("number", [1, 2])
@table("other", [2, 1])
def test_tables_are_multiplied_and_fixtures_stay(request, fixed, number, other):
    assert fixed == 3
    seen = request.node.__dict__.setdefault("seen", [])
    seen.append((number, other))
    assert [(1, 2), (2, 2), (1, 1), (2, 1)][:len(seen)] == seen
    assert request.node.get_closest_marker("filterwarnings").args == ("error",)


class Undone:
    """A fixture whose changes end with the row."""

    def __init__(self):
        self.changes = []

    @contextlib.contextmanager
    def each_row(self):
        yield
        self.changes.clear()


def test_what_a_row_changed_is_undone_behind_it():
    @table("number", [1, 2])
    def numbers(undone, number):
        assert undone.changes == []
        undone.changes.append(number)

    undone = Undone()
    numbers(undone=undone)
    assert undone.changes == []


def test_rows_that_run_together_are_there_at_the_same_time():
    everybody = threading.Barrier(3, timeout=60)

    @table("number", [1, 2, 3], together=True)
    def numbers(number):
        everybody.wait()
        assert number

    before = counts["rows compared"]
    numbers()
    assert counts["rows compared"] == before + 3
    with pytest.raises(TypeError):
        numbers(undone=Undone())
