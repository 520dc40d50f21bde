"""Answers about derived tables, kept until those are written."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from footfall.store.clickhouse.kept import Kept
from footfall.store.protocol import Rows

SQL = "SELECT stamp FROM rolled_up WHERE project_id = 1 UNION ALL SELECT stamp FROM touched"


class Asked:
    """Gives the number of times it was asked."""

    def __init__(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        self.times = 0
        self._meanwhile = meanwhile

    def __call__(self) -> Rows:
        self.times += 1
        self._meanwhile()
        return Rows(("times",), [(self.times,)])


@pytest.fixture
def kept() -> Kept:
    return Kept({"rolled_up", "touched"})


def test_an_answer_is_kept_by_its_parameters(kept: Kept) -> None:
    asked = Asked()
    found = [kept.answer(SQL, {"p0": value}, asked).scalar for value in (1, 2, 1, 2)]
    assert found == [1, 2, 1, 2]


@pytest.mark.parametrize("written", ["touched", "ALTER TABLE rolled_up DELETE WHERE 1"])
def test_a_write_ends_it(kept: Kept, written: str) -> None:
    asked = Asked()
    kept.answer(SQL, None, asked)
    kept.forget(written)
    assert kept.answer(SQL, None, asked).scalar == 2


def test_a_write_to_another_table_does_not(kept: Kept) -> None:
    asked = Asked()
    kept.answer(SQL, None, asked)
    kept.forget("events")
    assert kept.answer(SQL, None, asked).scalar == 1


def test_what_was_asked_before_a_write_is_not_kept_after_it(kept: Kept) -> None:
    """It may have been read before the write, which ended while the answer was on its way."""
    kept.answer(SQL, None, Asked(meanwhile=lambda: kept.forget("touched")))
    asked = Asked()
    asked.times = 7
    assert kept.answer(SQL, None, asked).scalar == 8


@pytest.mark.parametrize(
    "sql", ["SELECT count() FROM events", "SELECT 1 FROM touched JOIN events USING (hour)", "SELECT 1"]
)
def test_other_answers_are_not_kept(kept: Kept, sql: str) -> None:
    asked = Asked()
    assert [kept.answer(sql, None, asked).scalar for _ in range(2)] == [1, 2]


def test_a_store_that_others_write_to_keeps_none() -> None:
    asked, none = Asked(), Kept(())
    assert [none.answer(SQL, None, asked).scalar for _ in range(2)] == [1, 2]


def test_the_longest_unused_answers_go(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has one row, and counts as one more."""
    monkeypatch.setattr("footfall.store.clickhouse.kept.MAX_ROWS", 4)
    asked = Asked()
    found = [kept.answer(SQL, {"p0": value}, asked).scalar for value in (1, 2, 1, 3, 1, 2)]
    assert found == [1, 2, 1, 3, 1, 4]
