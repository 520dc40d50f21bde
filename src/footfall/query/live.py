"""What goes on right now on one site."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from footfall.clock import MINUTE
from footfall.model.period import Bucket, Period
from footfall.query import build, run
from footfall.query.ast import Pick, Query
from footfall.query.fetch import Row, fetch
from footfall.store.protocol import Reader

THERE = 5 * MINUTE
"""Who has an event within this time is there."""

MINUTES = 30
"""Minutes that are looked back on; the current one is the last of them."""

MAX_PAGES = 20
MAX_EVENTS = 100
_MAX_VISITORS = 10_000


@dataclass(frozen=True, slots=True)
class Moment:
    """`pages` are where visitors are, by their number; `minutes` counts visitors; `events` are newest first."""

    at: int
    visitors: int
    pages: list[tuple[str, int]]
    minutes: list[int]
    events: list[Row]


def moment(store: Reader, base: Query, now: int, dimensions: tuple[str, ...]) -> Moment:
    """`base` with its filters; its period does not count. Events have these dimensions."""
    last = Bucket.MINUTE.floor(now)
    starts = tuple(last - place * MINUTE for place in reversed(range(MINUTES)))
    there, recent = replace(base, period=Period(now - THERE, now)), replace(base, period=Period(starts[0], now))
    counts = {row["bucket"]: row["visitors"] for row in fetch(store, build.series(recent, starts, "visitors"))}
    return Moment(
        at=now,
        visitors=run.visitors(store, there),
        pages=_pages(store, there),
        minutes=[counts.get(start, 0) for start in starts],
        events=run.page(store, recent, dimensions, MAX_EVENTS).rows,
    )


def _pages(store: Reader, there: Query) -> list[tuple[str, int]]:
    """The latest page of each visitor; most visitors first, ties by path."""
    latest = Pick("path", "path", among=(build.PAGEVIEW,))
    views = replace(there, filters=(*there.filters, build.PAGEVIEW))
    rows = fetch(store, replace(views, dimensions=("visitor",), picks=(latest,), limit=_MAX_VISITORS))
    found = Counter(row["path"] for row in rows)
    return sorted(found.items(), key=lambda item: (-item[1], item[0]))[:MAX_PAGES]
