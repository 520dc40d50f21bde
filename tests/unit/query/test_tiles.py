"""A period is covered by the longest cells that lie in it, each in one bucket; the rest are gaps."""

from __future__ import annotations

import pytest

from footfall.clock import DAY
from footfall.model.period import Bucket, Period
from footfall.query.sources.tiles import Cell, gaps, tile

MAY, JUNE, JULY = (Bucket.MONTH.floor(at) for at in (1_778_000_000_000, 1_781_000_000_000, 1_784_000_000_000))


def cell(grain: Bucket, start: int) -> Cell:
    return Cell(grain, Period(start, grain.next(start)), 1, frozenset({"events"}))


def days(first: int, count: int) -> list[Cell]:
    return [cell(Bucket.DAY, first + number * DAY) for number in range(count)]


def test_the_longest_cells_come_first() -> None:
    found = tile(Period(MAY, JULY), [*days(MAY, 61), cell(Bucket.MONTH, JUNE)])
    assert [one.grain for one in found.cells] == [Bucket.DAY] * 31 + [Bucket.MONTH]
    assert found.gaps == ()


def test_the_edges_of_the_period_are_gaps() -> None:
    found = tile(Period(MAY + 1, MAY + 3 * DAY - 1), days(MAY, 5))
    assert [one.period.start for one in found.cells] == [MAY + DAY]
    assert found.gaps == (Period(MAY + 1, MAY + DAY), Period(MAY + 2 * DAY, MAY + 3 * DAY - 1))


def test_a_missing_cell_is_a_gap() -> None:
    found = tile(Period(MAY, MAY + 3 * DAY), [days(MAY, 3)[0], days(MAY, 3)[2]])
    assert found.gaps == (Period(MAY + DAY, MAY + 2 * DAY),)


def test_no_cell_reaches_over_the_start_of_a_bucket() -> None:
    middle = MAY + 10 * DAY
    found = tile(Period(MAY, JUNE), [cell(Bucket.MONTH, MAY), *days(MAY, 31)], (MAY, middle))
    assert {one.grain for one in found.cells} == {Bucket.DAY}
    assert len(found.cells) == 31


def test_cells_of_another_zone_do_not_overlap() -> None:
    shifted = Cell(Bucket.DAY, Period(MAY + DAY // 2, MAY + DAY + DAY // 2), 1, frozenset())
    found = tile(Period(MAY, MAY + 2 * DAY), [days(MAY, 1)[0], shifted])
    assert [one.period for one in found.cells] == [Period(MAY, MAY + DAY)]
    assert found.gaps == (Period(MAY + DAY, MAY + 2 * DAY),)


@pytest.mark.parametrize(
    ("covered", "left"),
    [([], [(0, 9)]), ([(0, 9)], []), ([(2, 3), (5, 9)], [(0, 2), (3, 5)]), ([(0, 4)], [(4, 9)])],
)
def test_gaps(covered: list[tuple[int, int]], left: list[tuple[int, int]]) -> None:
    assert gaps(Period(0, 9), [Period(*pair) for pair in covered]) == tuple(Period(*pair) for pair in left)
