"""Asks a store and puts the parts of an answer together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from footfall.catalog.tables import Table
from footfall.model.period import Bucket, Period
from footfall.query import build
from footfall.query.ast import Position, Query
from footfall.query.passes import complete
from footfall.query.sql import compile_query
from footfall.query.window import starts
from footfall.store.protocol import Store

Row = dict[str, Any]

_SERIES = ("pageviews", "visitors", "sessions")


@dataclass(frozen=True, slots=True)
class Kpis:
    """`bounce_rate` is a share to 4 decimals, `average_duration` seconds to 1; both are 0 without sessions."""

    visitors: int
    pageviews: int
    sessions: int
    bounce_rate: float
    average_duration: float


@dataclass(frozen=True, slots=True)
class Point:
    """A bucket's figures by metric; `previous` is None where there is no period before."""

    bucket: int
    current: dict[str, int]
    previous: dict[str, int] | None


@dataclass(frozen=True, slots=True)
class Ranked:
    """`previous` is the label's count in the period before; None where none was asked for or there is none."""

    label: str
    count: int
    visitors: int
    previous: int | None = None

    @property
    def delta_percent(self) -> int | None:
        return delta_percent(self.count, self.previous)


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a listing; `next` is where the following page begins, None where this one is the last."""

    rows: list[Row]
    next: Position | None


@dataclass(frozen=True, slots=True)
class Limited:
    """The first rows of an answer, and how many there were before the limit."""

    rows: list[Row]
    total: int


def fetch(store: Store, query: Query) -> list[Row]:
    """The answer to any query: a dict per row, by the names of bucket, dimensions and metrics."""
    statement = compile_query(complete(query))
    rows = store.query(statement.sql, statement.params).rows
    return [dict(zip(statement.names, row, strict=True)) for row in rows]


def first_row(store: Store, project: int, table: Table = Table.EVENTS) -> int | None:
    """The time of a project's first row in Unix milliseconds; None where it has none."""
    rows = fetch(store, build.first(project, table))
    return rows[0]["timestamp"] if rows else None


def count(store: Store, base: Query) -> int:
    found: int = fetch(store, build.totals(base, "events"))[0]["events"]
    return found


def kpis(store: Store, base: Query) -> Kpis:
    """Of events: who came and what was seen; of their whole sessions: bounces and durations."""
    people = fetch(store, build.totals(base, "visitors", "pageviews", "sessions"))[0]
    visits = fetch(store, build.visits(base))[0]
    among = visits["sessions"]
    bounce_rate = round(visits["bounces"] / among, 4) if among else 0.0
    average = round(visits["duration_ms"] / among / 1000, 1) if among else 0.0
    return Kpis(people["visitors"], people["pageviews"], people["sessions"], bounce_rate, average)


def timeline(store: Store, base: Query, bucket: Bucket, previous: Period | None) -> list[Point]:
    """Every bucket of the period, ascending; the n-th is set beside the n-th of the period before."""
    current = _buckets(store, base, bucket)
    before = list(_buckets(store, replace(base, period=previous), bucket).values()) if previous else None
    none = dict.fromkeys(_SERIES, 0)
    return [
        Point(at, figures, None if before is None else before[place] if place < len(before) else none)
        for place, (at, figures) in enumerate(current.items())
    ]


def _buckets(store: Store, base: Query, bucket: Bucket) -> dict[int, dict[str, int]]:
    filled = {at: dict.fromkeys(_SERIES, 0) for at in starts(bucket, base.period)}
    for row in fetch(store, build.series(base, bucket, *_SERIES)):
        filled[row["bucket"]] = {name: row[name] for name in _SERIES}
    return filled


def top(store: Store, base: Query, ranking: build.TopList, limit: int, previous: Period | None = None) -> list[Ranked]:
    """The `limit` labels with the highest counts; ties by label. With `previous`, what each had counted then."""
    rows = fetch(store, build.top(base, ranking, limit))
    found = [Ranked(row[ranking.dimension], row[ranking.count], row["visitors"]) for row in rows]
    if previous is None or not found:
        return found
    then = build.counts_of(replace(base, period=previous), ranking, tuple(row.label for row in found))
    before = {row[ranking.dimension]: row[ranking.count] for row in fetch(store, then)}
    return [replace(row, previous=before.get(row.label, 0)) for row in found]


def endpoints(store: Store, base: Query, limit: int) -> Limited:
    """Hits, visitors, first and last by (endpoint, method), most hits first."""
    rows = fetch(store, build.endpoints(base, limit))
    if len(rows) < limit:
        return Limited(rows, len(rows))
    return Limited(rows, fetch(store, build.totals(base, "endpoint_methods"))[0]["endpoint_methods"])


def endpoint_totals(store: Store, base: Query) -> Row:
    return fetch(store, build.totals(base, "hits", "endpoints", "visitors", "first", "last"))[0]


def endpoint_trend(store: Store, base: Query, bucket: Bucket) -> list[Row]:
    """Buckets that have hits, newest first."""
    return fetch(store, build.series(base, bucket, "hits", "visitors", "endpoints", newest_first=True))


def page(store: Store, base: Query, dimensions: tuple[str, ...], limit: int, after: Position | None = None) -> Page:
    """`limit` rows, newest first, starting below `after`."""
    rows = fetch(store, build.newest(base, dimensions, limit + 1, after))
    shown = rows[:limit]
    if len(rows) <= limit:
        return Page(shown, None)
    last = shown[-1]
    return Page(shown, Position(last["timestamp"], last["id_hi"], last["id_lo"]))


def delta_percent(now: int, before: int | None) -> int | None:
    """The change in whole percent, half to even; None where there was nothing before."""
    return round(Fraction(100 * (now - before), before)) if before else None


def event_counts(store: Store, project: int) -> dict[str, int]:
    """A project's events by category, bots included."""
    base = build.everything(project)
    return {row["category"]: row["events"] for row in fetch(store, build.by_category(base))}


def events_since(store: Store, project: int, start: int, end: int) -> int:
    """A project's events in [start, end), bots included."""
    return count(store, replace(build.everything(project), period=Period(start, end)))
