"""Totals of two kinds of rows are read in two statements, and come as if they were one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from footfall.catalog.tables import Table
from footfall.model.period import Period
from footfall.query.ast import Order, Query
from footfall.query.halves import read_at_once
from footfall.query.plan import AnyPart, CellPart, Cells, Part, UnmixedPart, Whole
from footfall.store.protocol import Rows

EVENTS, SESSIONS = ("visitors", "pageviews"), ("sessions",)
BASE = Query(project=1, table=Table.EVENTS, period=Period(0, 300), buckets=(0, 100, 200))
CELLS = CellPart(BASE, Cells(("events", "sessions"), ("day",), (100,), (1,)))


class Answering:
    """Answers a statement by whether it has sessions' figures; `asked` counts statements."""

    def __init__(self, of_events: list[tuple[int, ...]], of_sessions: list[tuple[int, ...]]) -> None:
        self._of_events, self._of_sessions = of_events, of_sessions
        self.asked = 0

    def query(self, sql: str, *_: Any) -> Rows:
        self.asked += 1
        return Rows((), self._of_sessions if "FROM sessions" in sql else self._of_events)

    def arrow(self, *_: Any) -> bytes:
        raise NotImplementedError


def whole(asked: Query = BASE, *more: AnyPart) -> Whole:
    asked = replace(asked, metrics=(*EVENTS, *SESSIONS))
    events = Part(replace(asked, metrics=EVENTS))
    sessions = replace(asked, metrics=SESSIONS, table=Table.SESSIONS, windows=(Period(0, 100),))
    return Whole(asked, (CELLS, events, UnmixedPart(sessions), *more))


def test_a_bucket_that_one_half_has_rows_in_has_zeros_of_the_other():
    store = Answering([(0, 5, 9), (200, 1, 2)], [(100, 3), (200, 1)])
    assert read_at_once(store, whole()) == [
        {"bucket": 0, "visitors": 5, "pageviews": 9, "sessions": 0},
        {"bucket": 100, "visitors": 0, "pageviews": 0, "sessions": 3},
        {"bucket": 200, "visitors": 1, "pageviews": 2, "sessions": 1},
    ]
    assert store.asked == 2


def test_the_newest_come_first_where_that_is_asked():
    asked = replace(BASE, order=(Order("bucket", descending=True),))
    found = read_at_once(Answering([(0, 5, 9)], [(100, 3)]), whole(asked))
    assert [row["bucket"] for row in found] == [100, 0]


def test_a_single_row_has_the_figures_of_both():
    asked = replace(BASE, buckets=())
    found = read_at_once(Answering([(5, 9)], [(3,)]), whole(asked))
    assert found == [{"visitors": 5, "pageviews": 9, "sessions": 3}]


@pytest.mark.parametrize(
    ("asked", "more"),
    [
        ({"limit": 1}, ()),
        ({"dimensions": ("country",), "buckets": ()}, ()),
        ({}, (Part(replace(BASE, metrics=("visitors", "sessions"))),)),
    ],
)
def test_what_is_ranked_or_overlaps_is_one_statement(asked, more):
    store = Answering([], [])
    assert read_at_once(store, whole(replace(BASE, **asked), *more)) == []
    assert store.asked == 1
