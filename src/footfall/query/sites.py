"""Every project at a glance: who is there, today and this week, in a number of statements that does not grow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta, tzinfo

from footfall.catalog.tables import Table
from footfall.clock import MINUTE
from footfall.model.period import Bucket, Period, to_datetime, to_millis
from footfall.query.ast import SiteDays, SiteFigures, SitesWithRows, SiteVisitors
from footfall.query.compared import Compared
from footfall.query.fetch import fetch
from footfall.store.protocol import Reader

DAYS = 28
"""Days of a sparkline, today included."""

LIVE = 5 * MINUTE
"""Who has an event within this time is there."""

_TABLES = (Table.EVENTS, Table.REQUESTS, Table.PROXY_LOGS)


@dataclass(frozen=True, slots=True)
class SiteOverview:
    """Visitors of one project. `days` counts them by day; `last_event` is None where the store has none of `DAYS`.

    `instead` are the other tables that have rows of a project without any event.
    """

    live: int
    today: Compared[int]
    week: Compared[int]
    days: list[int]
    last_event: int | None
    has_events: bool
    instead: frozenset[Table] = frozenset()


def overviews(store: Reader, zones: Mapping[int, tzinfo], now: int) -> dict[int, SiteOverview]:
    """By number, of the projects whose zones these are.

    `today` begins at midnight and is compared with yesterday up to the same time of day; `week` is the last 7 times 24
    hours, compared with the 7 before.
    """
    if not zones:
        return {}
    days = tuple(_days(zone, projects, now) for zone, projects in _grouped(zones))
    figures = {row["project"]: row for row in fetch(store, SiteFigures(days, now, LIVE))}
    visitors = {(row["project"], row["day"]): row["visitors"] for row in fetch(store, SiteVisitors(days, now))}
    silent = tuple(project for project in zones if project not in figures)
    there: defaultdict[int, set[Table]] = defaultdict(set)
    for row in fetch(store, SitesWithRows(silent, _TABLES)) if silent else ():
        there[row["project"]].add(Table(row["table"]))
    return {
        project: _overview(
            figures.get(project), [visitors.get((project, at), 0) for at in group.starts], there[project]
        )
        for group in days
        for project in group.projects
    }


def _grouped(zones: Mapping[int, tzinfo]) -> Iterable[tuple[tzinfo, tuple[int, ...]]]:
    found: dict[tzinfo, list[int]] = defaultdict(list)
    for project, zone in zones.items():
        found[zone].append(project)
    return [(zone, tuple(projects)) for zone, projects in found.items()]


def _days(zone: tzinfo, projects: tuple[int, ...], now: int) -> SiteDays:
    """The days up to now; clocks may change among them."""
    starts = [Bucket.DAY.floor(now, zone)]
    while len(starts) < DAYS:
        starts.insert(0, Bucket.DAY.floor(starts[0] - 1, zone))
    local = to_datetime(now).astimezone(zone).replace(tzinfo=None, fold=0) - timedelta(days=1)
    return SiteDays(projects, tuple(starts), Period(starts[-2], to_millis(local.replace(tzinfo=zone))))


def _overview(row: dict[str, int] | None, days: list[int], there: set[Table]) -> SiteOverview:
    """`there` are the tables that have rows of a project without figures."""
    if row is None:
        has_events = Table.EVENTS in there
        instead = frozenset[Table]() if has_events else frozenset(there)
        return SiteOverview(0, Compared(0, 0), Compared(0, 0), days, None, has_events, instead)
    today, week = Compared(row["today"], row["yesterday"]), Compared(row["week"], row["previous_week"])
    return SiteOverview(row["live"], today, week, days, row["last"], has_events=True)
