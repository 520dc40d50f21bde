"""Every project at a glance equals what each project's own surface says."""

from __future__ import annotations

import random
from datetime import UTC
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from tests.support.populate import Row, at, populate

from footfall.catalog.tables import Table
from footfall.clock import DAY, HOUR, MINUTE
from footfall.model.period import Period
from footfall.query import run, sites, timerange
from footfall.query.ast import Query
from footfall.query.compared import Compared
from footfall.store.protocol import Rows, Store

NOW = at("2026-03-30T10:00:00Z")
ZONES = {1: UTC, 2: ZoneInfo("Europe/Bucharest"), 3: ZoneInfo("America/New_York"), 4: UTC, 5: ZoneInfo("Pacific/Apia")}
"""Clocks went forward the day before in Bucharest, and three weeks before in New York."""


class Counting:
    """A reader that counts statements."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.statements = 0

    def query(self, sql: str, params: Any = None) -> Rows:
        self.statements += 1
        return self._store.query(sql, params)


def test_by_hand(store: Store) -> None:
    populate(
        store,
        [
            {"at": "2026-03-30T09:58:00Z", "visitor": 1},  # now, today and this week
            {"at": "2026-03-30T00:00:00Z", "visitor": 2},
            {"at": "2026-03-29T23:59:59.999Z", "visitor": 3},  # yesterday, but not up to now
            {"at": "2026-03-29T09:59:59.999Z", "visitor": 4},
            {"at": "2026-03-23T10:00:00Z", "visitor": 5},
            {"at": "2026-03-23T09:59:59.999Z", "visitor": 6},  # the week before
            {"at": "2026-03-30T09:59:00Z", "visitor": 7, "traffic": "bot"},
            {"at": "2026-03-30T10:00:00Z", "visitor": 8},  # from now on
            {"at": "2026-02-01T00:00:00Z", "visitor": 1, "project_id": 4},
        ],
    )
    found = sites.overviews(store, {1: UTC, 4: UTC, 9: UTC}, NOW)
    assert found[1].live == 1
    assert found[1].today == Compared(2, 1)
    assert found[1].week == Compared(5, 1)
    assert found[1].days == [*[0] * 20, 2, *[0] * 5, 2, 2]
    assert found[1].last_event == at("2026-03-30T09:59:00Z")
    assert [found[number].has_events for number in (1, 4, 9)] == [True, True, False]
    assert found[4] == sites.SiteOverview(0, Compared(0, 0), Compared(0, 0), [0] * 28, None, has_events=True)


def test_it_equals_each_project_s_own_figures(store: Store) -> None:
    dice = random.Random(7)
    rows: list[Row] = [
        {
            "at": NOW - dice.randrange(1, 30 * DAY),
            "visitor": dice.randrange(1, 60),
            "project_id": dice.choice((1, 2, 3, 5)),
        }
        for _ in range(3_000)
    ]
    rows += [{"at": NOW - dice.randrange(1, 10 * MINUTE), "visitor": n, "project_id": 2} for n in range(1, 9)]
    populate(store, rows)
    reader = Counting(store)
    found = sites.overviews(reader, ZONES, NOW)  # type: ignore[arg-type]  # all that it calls
    assert reader.statements == 3
    for number, zone in ZONES.items():

        def visitors(start: int, end: int = NOW, number: int = number) -> int:
            return run.visitors(store, Query(project=number, table=Table.EVENTS, period=Period(start, end)))

        today = timerange.calendar("today", NOW, zone, zone)
        week = timerange.rolling("7d", NOW, zone)
        one = found[number]
        assert one.live == visitors(NOW - 5 * MINUTE)
        assert one.today.current == visitors(today.period.start)
        assert week.previous is not None
        assert one.week == Compared(visitors(week.period.start), visitors(week.previous.start, week.previous.end))
        assert one.days[-1] == one.today.current
        starts = timerange.starts(timerange.Bucket.DAY, Period(today.period.start - 27 * DAY + 2 * HOUR, NOW), zone)
        edges = [*starts, NOW]
        assert one.days == [visitors(*edge) for edge in pairwise(edges)], number


def test_nobody_asks_for_nothing(store: Store) -> None:
    assert sites.overviews(store, {}, NOW) == {}
