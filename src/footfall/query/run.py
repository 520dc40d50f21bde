"""Asks a store and puts the parts of an answer together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from footfall.catalog.tables import Table
from footfall.clock import DAY
from footfall.model.period import Bucket, Period
from footfall.query import ast, build, timerange
from footfall.query.ast import Position, Query
from footfall.query.cells import FirstFrozen
from footfall.query.compared import Compared, compare, joined
from footfall.query.fetch import Row, fetch, planned, read
from footfall.query.plan import Whole
from footfall.query.shares import average, share
from footfall.query.timerange import TimeRange
from footfall.query.together import both
from footfall.store.protocol import Reader

_RANKED_FROM = 14 * DAY
"""Over periods as long, labels are ranked first where cells answer: figures of all take too much memory."""

_SERIES = ("pageviews", "visitors", "sessions")


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """`bounce_rate` is a share to 4 decimals, `average_duration` seconds to 1; both are 0 without sessions."""

    visitors: int
    pageviews: int
    sessions: int
    bounce_rate: float
    average_duration: float


@dataclass(frozen=True, slots=True)
class TimePoint:
    """A bucket by its start, with its figures by metric."""

    bucket: int
    figures: Compared[dict[str, int]]


@dataclass(frozen=True, slots=True)
class RowsPage:
    """Rows of a listing; `next` is where the following page starts, None on the last page."""

    rows: list[Row]
    next: Position | None


@dataclass(frozen=True, slots=True)
class Limited:
    """The rows of an answer within its limit, and the number of rows without the limit."""

    rows: list[Row]
    total: int


def beginning(store: Reader, project: int, table: Table = Table.EVENTS) -> int | None:
    """When a project's history begins, in Unix milliseconds; None if it has none.

    At its first row, or with the first day whose figures stay though its rows are gone.
    """
    rows = fetch(store, build.first(project, table))
    first = rows[0]["timestamp"] if rows else None
    days = read(store, FirstFrozen(project, table.value))
    return days[0]["start"] if days else first


def count(store: Reader, base: Query) -> int:
    found: int = fetch(store, build.totals(base, "events"))[0]["events"]
    return found


def visitors(store: Reader, base: Query) -> int:
    found: int = fetch(store, build.totals(base, "visitors"))[0]["visitors"]
    return found


def kpis(store: Reader, base: Query, previous: Query | None) -> Compared[KeyFigures]:
    """Visitors and pageviews of the matching events; bounces and durations of their whole sessions."""
    whole = joined(base, previous)
    if previous is not None and whole is not None and not base.filters:
        starts = (previous.period.start, base.period.start)
        found = fetch(store, ast.BucketFigures(replace(whole, buckets=starts)))
        rows = {row["bucket"]: row for row in found}
        then, now = (_key_figures(rows.get(start)) for start in starts)
        return Compared(now, then)
    # With a filter, no cell tells them: a query of each period takes no longer than one of both, and two run at once.
    return compare(base, previous, lambda query: _key_figures(fetch(store, ast.Kpis(query))[0]))


def _key_figures(row: Row | None) -> KeyFigures:
    if row is None:
        return KeyFigures(0, 0, 0, 0.0, 0.0)
    sessions = row["sessions"]
    return KeyFigures(
        row["visitors"],
        row["pageviews"],
        sessions,
        share(row["bounces"], sessions),
        average(row["duration_ms"], sessions, unit=1000),
    )


def timeline(store: Reader, base: Query, previous: Query | None, time_range: TimeRange) -> list[TimePoint]:
    """Every bucket of the range, ascending; the n-th beside the n-th of the previous period."""
    found = compare(base, previous, lambda query: _series(store, query, time_range.starts(query.period)))
    if found.previous is None:
        return [TimePoint(at, Compared(figures)) for at, figures in found.current.items()]
    then = list(found.previous.values())
    then += [dict.fromkeys(_SERIES, 0)] * (len(found.current) - len(then))
    return [
        TimePoint(at, Compared(figures, before))
        for (at, figures), before in zip(found.current.items(), then, strict=False)
    ]


def _series(store: Reader, base: Query, starts: tuple[int, ...]) -> dict[int, dict[str, int]]:
    filled = {at: dict.fromkeys(_SERIES, 0) for at in starts}
    for row in fetch(store, build.series(base, starts, *_SERIES)):
        filled[row["bucket"]] = {name: row[name] for name in _SERIES}
    return filled


def top_requests(store: Reader, base: Query, ranking: build.TopList, limit: int) -> list[Row]:
    """Labels of requests with their figures, highest counts first; ties by label."""
    asked = build.top(base, ranking, limit)
    if not ranking.many:
        return fetch(store, asked)
    ranked = fetch(store, replace(asked, metrics=(ranking.count,)))
    labels = tuple(row[ranking.dimension] for row in ranked)
    return fetch(store, build.among(asked, labels)) if labels else []


def endpoints(store: Reader, base: Query, limit: int) -> Limited:
    """`build.ENDPOINT_FIGURES` by (endpoint, method), most hits first."""
    rows = of_most(store, build.endpoints(base, limit))
    if len(rows) < limit:
        return Limited(rows, len(rows))
    return Limited(rows, fetch(store, build.totals(base, "endpoint_methods"))[0]["endpoint_methods"])


def of_most(store: Reader, query: Query) -> list[Row]:
    """The rows of a query by endpoint and method, most hits first."""
    if query.period.length < _RANKED_FROM or not isinstance(planned(store, query), Whole):
        return fetch(store, query)
    ranked = fetch(store, replace(query, metrics=("hits",)))
    names = tuple(sorted({row["endpoint"] for row in ranked}))

    def figures(names: tuple[str, ...]) -> list[Row]:
        return fetch(store, build.among(query, names)) if names else []

    # Each statement merges states of visitors on one thread. Neighbours are stored side by side.
    middle = len(names) // 2
    first, second = both(partial(figures, names[:middle]), partial(figures, names[middle:]))
    return sorted((*first, *second), key=lambda row: (-row["hits"], row["endpoint"], row["method"]))[: query.limit]


def endpoint_totals(store: Reader, base: Query) -> Row:
    return fetch(store, build.totals(base, "hits", "endpoints", "visitors", "first", "last"))[0]


def endpoint_trend(store: Reader, base: Query, bucket: Bucket) -> list[Row]:
    """Buckets that have hits, newest first. UserError(`bad_parameter`) where they may be too many for one answer."""
    starts = timerange.starts(bucket, base.period)
    if not starts:
        return []
    return fetch(store, build.series(base, starts, "hits", "visitors", "endpoints", newest_first=True))


def within_history(store: Reader, base: Query) -> Query:
    """The base, its period cut to the time from the project's `beginning` to its last row."""
    first = beginning(store, base.project, base.table)
    if first is None:
        return replace(base, period=Period(base.period.start, base.period.start))
    start, end = max(base.period.start, first), base.period.end
    if rows := fetch(store, build.last(base.project, base.table)):
        end = min(end, rows[0]["timestamp"] + 1)
    return replace(base, period=Period(start, max(start, end)))


def page(
    store: Reader, base: Query, dimensions: tuple[str, ...], limit: int, after: Position | None = None
) -> RowsPage:
    """`limit` rows, newest first, starting below `after`."""
    # Narrow columns decide which rows make the page; the wide ones are then read within that time only.
    found = fetch(store, build.newest(base, (), limit + 1, after))
    if not found:
        return RowsPage([], None)
    rows = fetch(store, build.newest(build.between(base, found[-1], found[0]), dimensions, limit + 1, after))
    shown = rows[:limit]
    if len(rows) <= limit:
        return RowsPage(shown, None)
    last = shown[-1]
    return RowsPage(shown, Position(last["timestamp"], last["id_hi"], last["id_lo"]))


def event_counts(store: Reader, project: int) -> dict[str, int]:
    """A project's events by category, bots included."""
    base = build.everything(project)
    return {row["category"]: row["events"] for row in fetch(store, build.by_category(base))}


def events_since(store: Reader, project: int, start: int, end: int) -> int:
    """A project's events in [start, end), bots included."""
    return count(store, replace(build.everything(project), period=Period(start, end)))
