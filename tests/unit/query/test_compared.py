from __future__ import annotations

import pytest

from footfall.catalog.tables import Table
from footfall.model.period import Period
from footfall.query.ast import Query
from footfall.query.compared import Compared, compare, compare_counts

BASE = Query(project=1, table=Table.EVENTS, period=Period(10, 20))
BEFORE = Query(project=1, table=Table.EVENTS, period=Period(0, 10))


@pytest.mark.parametrize(("previous", "found"), [(None, Compared(10)), (BEFORE, Compared(10, 0))])
def test_compare(previous: Query | None, found: Compared[int]) -> None:
    assert compare(BASE, previous, lambda query: query.period.start) == found


@pytest.mark.parametrize(
    ("counts", "previous", "found"),
    [
        ({"a": 3, "b": 1}, None, {"a": Compared(3), "b": Compared(1)}),
        ({"a": 3, "b": 1}, BEFORE, {"a": Compared(3, 2), "b": Compared(1, 0)}),
        ({}, BEFORE, {}),
    ],
)
def test_compare_counts(counts: dict[str, int], previous: Query | None, found: dict[str, Compared[int]]) -> None:
    def read(query: Query, keys: tuple[str, ...]) -> dict[str, int]:
        assert (query, keys) == (BEFORE, ("a", "b")), "nothing is read without a previous period or without keys"
        return {"a": 2}

    assert compare_counts(counts, previous, read) == found
