"""All key figures by bucket."""

from __future__ import annotations

from dataclasses import dataclass, replace

from footfall.query import ast
from footfall.query.ast import Query
from footfall.query.compared import Compared, compare, joined
from footfall.query.fetch import fetch
from footfall.query.listing import NO_SESSIONS, SessionKeyFigures, session_figures
from footfall.query.timerange import TimeRange
from footfall.store.protocol import Reader


@dataclass(frozen=True, slots=True)
class BucketFigures:
    """The key figures of a bucket as if it were the range."""

    bucket: int
    visitors: int
    of_sessions: SessionKeyFigures


@dataclass(frozen=True, slots=True)
class FiguresPoint:
    """A bucket beside the one that it is compared with, None where there is no such bucket.

    `complete` says whether all of the bucket lies in the range.
    """

    figures: Compared[BucketFigures]
    complete: bool


def figures(store: Reader, base: Query, previous: Query | None, time_range: TimeRange) -> list[FiguresPoint]:
    """Every bucket of the range, ascending; the n-th beside the n-th of the previous period."""
    found = _compared(store, base, previous, time_range)
    then = found.previous or []
    points = []
    for place, now in enumerate(found.current):
        before = then[place] if place < len(then) else None
        points.append(FiguresPoint(Compared(now, before), _complete(now.bucket, time_range)))
    return points


def _compared(
    store: Reader, base: Query, previous: Query | None, time_range: TimeRange
) -> Compared[list[BucketFigures]]:
    whole, starts = joined(base, previous), time_range.starts(base.period)
    if previous is None or whole is None or starts[0] != base.period.start:
        return compare(base, previous, lambda query: _series(store, query, time_range.starts(query.period)))
    before = time_range.starts(previous.period)
    found = _series(store, whole, (*before, *starts))
    return Compared(found[len(before) :], found[: len(before)])


def _series(store: Reader, base: Query, starts: tuple[int, ...]) -> list[BucketFigures]:
    rows = {row["bucket"]: row for row in fetch(store, ast.BucketFigures(replace(base, buckets=starts)))}
    return [_figures(at, rows.get(at)) for at in starts]


def _figures(at: int, row: dict[str, int] | None) -> BucketFigures:
    return (
        BucketFigures(at, 0, NO_SESSIONS) if row is None else BucketFigures(at, row["visitors"], session_figures(row))
    )


def _complete(start: int, time_range: TimeRange) -> bool:
    period = time_range.period
    return period.start <= start and time_range.bucket.next(start, time_range.zone) <= period.end
