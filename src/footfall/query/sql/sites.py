"""Figures of many projects in one pass over their events."""

from __future__ import annotations

from footfall.catalog.columns import HUMAN
from footfall.catalog.tables import TABLES, Table
from footfall.clock import DAY
from footfall.query.ast import SiteDays, SiteFigures, SitesWithRows, SiteVisitors
from footfall.query.sql.binder import Binder

FIGURES = ("project", "live", "today", "yesterday", "week", "previous_week", "last")

_MILLIS = TABLES[Table.EVENTS].millis
_WEEK = 7 * DAY


def figures(query: SiteFigures, binder: Binder) -> str:
    """Periods differ by project: each is looked up by the project's place in an array."""
    projects = [project for group in query.zones for project in group.projects]
    today = [group.starts[-1] for group in query.zones for _ in group.projects]
    then = [group.yesterday for group in query.zones for _ in group.projects]
    place = f"indexOf({binder.numbers(tuple(projects))}, project_id)"
    since = {
        "today": f"arrayElement({binder.instants(tuple(today))}, place)",
        "from": f"arrayElement({binder.instants(tuple(period.start for period in then))}, place)",
        "to": f"arrayElement({binder.instants(tuple(period.end for period in then))}, place)",
    }
    now = query.now
    counted = (
        f"at >= {_instant(now - query.live, binder)}",
        f"at >= {since['today']}",
        f"at >= {since['from']} AND at < {since['to']}",
        f"at >= {_instant(now - _WEEK, binder)}",
        f"at >= {_instant(now - 2 * _WEEK, binder)} AND at < {_instant(now - _WEEK, binder)}",
    )
    human = f"traffic = {binder.text(HUMAN)}"
    shown = ", ".join(
        f"uniqExactIf(visitor, {human} AND {when}) AS c{number}" for number, when in enumerate(counted, start=1)
    )
    rows = (
        f"SELECT project_id, {place} AS place, {_MILLIS.format('timestamp')} AS at, visitor, traffic"
        f" FROM events WHERE {_where(query.zones, now, binder)}"
    )
    return f"SELECT project_id AS c0, {shown}, max(at) AS c6 FROM ({rows}) GROUP BY c0 ORDER BY c0"


def visitors(query: SiteVisitors, binder: Binder) -> str:
    """The starts of days differ by zone, and clocks may change among them; what is before the first falls to day 0."""
    days = [
        f"project_id IN {binder.numbers(group.projects)},"
        f" roundDown({_MILLIS.format('timestamp')}, {binder.instants((0, *group.starts))})"
        for group in query.zones
    ]
    day = f"multiIf({', '.join(days)}, toInt64(0))"
    rows = f"{_where(query.zones, query.now, binder)} AND traffic = {binder.text(HUMAN)}"
    return (
        f"SELECT project_id AS c0, {day} AS c1, uniqExact(visitor) AS c2 FROM events WHERE {rows}"
        " GROUP BY c0, c1 ORDER BY c0, c1"
    )


def with_rows(query: SitesWithRows, binder: Binder) -> str:
    rows = f"WHERE project_id IN {binder.numbers(query.projects)}"
    shown = "SELECT DISTINCT project_id AS c0,"
    return " UNION ALL ".join(f"{shown} {binder.text(table.value)} AS c1 FROM {table} {rows}" for table in query.tables)


def _where(zones: tuple[SiteDays, ...], now: int, binder: Binder) -> str:
    projects = tuple(project for group in zones for project in group.projects)
    first = min(group.starts[0] for group in zones)
    return (
        f"project_id IN {binder.numbers(projects)} AND timestamp >= {binder.instant(first)}"
        f" AND timestamp < {binder.instant(now)}"
    )


def _instant(millis: int, binder: Binder) -> str:
    return f"toUnixTimestamp64Milli({binder.instant(millis)})"
