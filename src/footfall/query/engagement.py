"""Engagement with pages: time in focus, scroll depth and web vitals, beside pageviews."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from footfall.catalog.columns import HUMAN
from footfall.catalog.dimensions import DIMENSIONS
from footfall.catalog.tables import Table
from footfall.errors import UserError
from footfall.query import build
from footfall.query.ast import Engagement, Query
from footfall.query.fetch import fetch
from footfall.query.shares import average
from footfall.query.sql.engagement import VITALS
from footfall.store.protocol import Reader

KEYS = tuple(row.name for row in DIMENSIONS.values() if row.filterable and Table.ENGAGEMENTS in row.expressions)
"""Filter keys that engagement reports have, too."""


@dataclass(frozen=True, slots=True)
class PageEngagement:
    """`engaged_seconds` per pageview; `scroll` averages each visitor's deepest; `vitals` are third quartiles by name.

    To 1 decimal, `cls` to 4; None where nothing was measured.
    """

    path: str
    pageviews: int
    engaged_seconds: float
    scroll: float | None
    vitals: dict[str, float | None]


@dataclass(frozen=True, slots=True)
class ProgramCounts:
    """What programs of a class reported."""

    events: int
    engagements: int


def pages(store: Reader, base: Query, limit: int, ranking: build.TopList = build.TOP_PAGES) -> list[PageEngagement]:
    """Most pageviews first, ties by path. UserError(`bad_filter`) for a key that is not one of `KEYS`."""
    unknown = next((term.key for term in base.filters if term.key not in KEYS), None)
    if unknown is not None:
        raise UserError("bad_filter", f"filter: {unknown!r} does not apply to engagement (known: {', '.join(KEYS)})")
    counted = replace(ranking, figures=())
    viewed = {row["path"]: row["events"] for row in fetch(store, build.top(base, counted, limit))}
    reports = {row["path"]: row for row in fetch(store, engagement_of(base, tuple(viewed)))} if viewed else {}
    return [_page(path, views, reports.get(path, {})) for path, views in viewed.items()]


def programs(store: Reader, base: Query) -> dict[str, ProgramCounts]:
    """What figures about people leave out, by class of visitor; most first, ties by class.

    Engagements count where they have all that the filter asks about.
    """
    events = {row["traffic"]: row["events"] for row in fetch(store, build.by_class_of_traffic(base))}
    reports: dict[str, int] = {}
    if all(term.key in KEYS for term in base.filters):
        found = fetch(store, build.engagements_by_class(base))
        reports = {row["traffic"]: row["engagements"] for row in found}
    counts = {
        name: ProgramCounts(events.get(name, 0), reports.get(name, 0))
        for name in {**events, **reports}
        if name != HUMAN
    }
    return dict(sorted(counts.items(), key=lambda item: (-item[1].events - item[1].engagements, item[0])))


def engagement_of(base: Query, paths: tuple[str, ...]) -> Engagement:
    return Engagement(replace(base, table=Table.ENGAGEMENTS, dimensions=("path",), only=paths))


def _page(path: str, views: int, report: dict[str, float]) -> PageEngagement:
    seconds = average(int(report.get("engaged_ms", 0)), views, unit=1000)
    vitals = {name: _measured(report.get(name), 4 if name == "cls" else 1) for name in VITALS}
    return PageEngagement(path, views, seconds, _measured(report.get("scroll"), 1), vitals)


def _measured(value: float | None, digits: int) -> float | None:
    return None if value is None or math.isnan(value) else round(value, digits)
