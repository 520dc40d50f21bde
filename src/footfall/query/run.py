"""Asks a store and puts the parts of an answer together."""

from __future__ import annotations

from dataclasses import dataclass, replace

from footfall.catalog.columns import HUMAN
from footfall.catalog.tables import Table
from footfall.model.period import Bucket, Period
from footfall.query import build
from footfall.query.ast import Order, Position, Query
from footfall.query.fetch import Row, fetch
from footfall.query.shares import average, delta_percent, share
from footfall.query.window import Window
from footfall.store.protocol import Reader

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
class Spark:
    """A ranked name with its counts by bucket, oldest first."""

    ranked: Ranked
    counts: list[int]


@dataclass(frozen=True, slots=True)
class Property:
    """A ranked name with its most frequent values and their counts."""

    ranked: Ranked
    values: list[tuple[str, int]]


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


def first_row(store: Reader, project: int, table: Table = Table.EVENTS) -> int | None:
    """The time of a project's first row in Unix milliseconds; None where it has none."""
    rows = fetch(store, build.first(project, table))
    return rows[0]["timestamp"] if rows else None


def count(store: Reader, base: Query) -> int:
    found: int = fetch(store, build.totals(base, "events"))[0]["events"]
    return found


def visitors(store: Reader, base: Query) -> int:
    found: int = fetch(store, build.totals(base, "visitors"))[0]["visitors"]
    return found


def programs(store: Reader, base: Query) -> dict[str, int]:
    """Events that figures about people leave out, by class; most first, ties by class."""
    order = (Order("events", descending=True), Order("traffic"))
    asked = replace(base, dimensions=("traffic",), metrics=("events",), order=order, bots=True)
    return {row["traffic"]: row["events"] for row in fetch(store, asked) if row["traffic"] != HUMAN}


def kpis(store: Reader, base: Query) -> Kpis:
    """Of matching events: who came and what was seen; of their whole sessions: bounces and durations."""
    (found,) = fetch(store, build.kpis(base))
    sessions = found["sessions"]
    return Kpis(
        found["visitors"],
        found["pageviews"],
        sessions,
        share(found["bounces"], sessions),
        average(found["duration_ms"], sessions, unit=1000),
    )


def timeline(store: Reader, base: Query, window: Window) -> list[Point]:
    """Every bucket of the window, ascending; the n-th is set beside the n-th of the period before."""
    current = _buckets(store, base, window.starts())
    before = None
    if window.previous:
        then = replace(base, period=window.previous)
        before = list(_buckets(store, then, window.starts(window.previous)).values())
    none = dict.fromkeys(_SERIES, 0)
    return [
        Point(at, figures, None if before is None else before[place] if place < len(before) else none)
        for place, (at, figures) in enumerate(current.items())
    ]


def _buckets(store: Reader, base: Query, starts: tuple[int, ...]) -> dict[int, dict[str, int]]:
    filled = {at: dict.fromkeys(_SERIES, 0) for at in starts}
    for row in fetch(store, build.series(base, starts, *_SERIES)):
        filled[row["bucket"]] = {name: row[name] for name in _SERIES}
    return filled


def top(store: Reader, base: Query, ranking: build.TopList, limit: int, previous: Period | None = None) -> list[Ranked]:
    """The `limit` labels with the highest counts; ties by label. With `previous`, what each had counted then."""
    rows = fetch(store, build.top(base, ranking, limit))
    found = [Ranked(row[ranking.dimension], row[ranking.count], row["visitors"]) for row in rows]
    if previous is None or not found:
        return found
    then = build.counts_of(replace(base, period=previous), ranking, tuple(row.label for row in found))
    before = {row[ranking.dimension]: row[ranking.count] for row in fetch(store, then)}
    return [replace(row, previous=before.get(row.label, 0)) for row in found]


def endpoints(store: Reader, base: Query, limit: int) -> Limited:
    """Hits, visitors, first and last by (endpoint, method), most hits first."""
    rows = fetch(store, build.endpoints(base, limit))
    if len(rows) < limit:
        return Limited(rows, len(rows))
    return Limited(rows, fetch(store, build.totals(base, "endpoint_methods"))[0]["endpoint_methods"])


def endpoint_totals(store: Reader, base: Query) -> Row:
    return fetch(store, build.totals(base, "hits", "endpoints", "visitors", "first", "last"))[0]


def endpoint_trend(store: Reader, base: Query, bucket: Bucket) -> list[Row]:
    """Buckets that have hits, newest first."""
    starts = bucket.starts(base.period)
    return fetch(store, build.series(base, starts, "hits", "visitors", "endpoints", newest_first=True))


def custom_events(store: Reader, base: Query, window: Window, limit: int) -> list[Spark]:
    """Names by count, each with its count per bucket of the window."""
    ranked = top(store, base, build.CUSTOM_EVENTS, limit, window.previous)
    starts = window.starts()
    counts = {row.label: dict.fromkeys(starts, 0) for row in ranked}
    asked = build.series_of(base, build.CUSTOM_EVENTS, tuple(counts), starts)
    for row in fetch(store, asked) if counts else ():
        counts[row["custom_event_name"]][row["bucket"]] = row["events"]
    return [Spark(row, list(counts[row.label].values())) for row in ranked]


def properties(store: Reader, base: Query, limit: int, values: int) -> list[Property]:
    """Names by the events that have them, each with its most frequent values."""
    ranked = top(store, base, build.PROPERTIES, limit)
    found: dict[str, list[tuple[str, int]]] = {row.label: [] for row in ranked}
    for row in fetch(store, build.values_of(base, tuple(found), values)) if found else ():
        found[row["property"]].append((row["property_value"], row["events"]))
    return [Property(row, found[row.label]) for row in ranked]


def page(store: Reader, base: Query, dimensions: tuple[str, ...], limit: int, after: Position | None = None) -> Page:
    """`limit` rows, newest first, starting below `after`."""
    # Few columns decide which rows these are; the wide ones are then read for their time alone.
    found = fetch(store, build.newest(base, (), limit + 1, after))
    if not found:
        return Page([], None)
    rows = fetch(store, build.newest(build.between(base, found[-1], found[0]), dimensions, limit + 1, after))
    shown = rows[:limit]
    if len(rows) <= limit:
        return Page(shown, None)
    last = shown[-1]
    return Page(shown, Position(last["timestamp"], last["id_hi"], last["id_lo"]))


def event_counts(store: Reader, project: int) -> dict[str, int]:
    """A project's events by category, bots included."""
    base = build.everything(project)
    return {row["category"]: row["events"] for row in fetch(store, build.by_category(base))}


def events_since(store: Reader, project: int, start: int, end: int) -> int:
    """A project's events in [start, end), bots included."""
    return count(store, replace(build.everything(project), period=Period(start, end)))
