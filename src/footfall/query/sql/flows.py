"""Flows of sessions: from their events, or from their rows, which keep the first paths."""

from __future__ import annotations

from dataclasses import replace

from footfall.catalog.columns import FLOW, GAPS, varies_in
from footfall.catalog.metrics import METRICS
from footfall.catalog.tables import TABLES, Table
from footfall.query import build
from footfall.query.ast import Flows, Keys
from footfall.query.plan import FlowBuckets, FlowsOfSessions, UnknownFlows
from footfall.query.sql.binder import Binder
from footfall.query.sql.conditions import condition
from footfall.query.sql.select import in_hours, project, select, where, within
from footfall.query.sql.shapes import in_order, limited, overlapping

FLOWS = ("steps", "sessions", "visitors")
UNKNOWN = ("sessions", "firsts", "lasts")
BUCKETS = ("bucket", "sessions")

_VISITORS = METRICS["visitors"].expressions[Table.EVENTS]
_HASH = "cityHash64(steps)"
_BUCKET = "toUInt16(hash)"
_BIG = " SETTINGS max_bytes_before_external_group_by = 200000000"
_SESSIONS = TABLES[Table.SESSIONS]


def flows(query: Flows, binder: Binder) -> str:
    """Reads the pageviews of whole sessions, also outside of the period: from their first start to their last end."""
    base = query.base
    sessions = select(replace(base, dimensions=("session",)), binder)
    found = f"FROM sessions WHERE {' AND '.join(overlapping(base, binder))}"
    span = f"timestamp >= (SELECT min(start) {found}) AND timestamp <= (SELECT max(end) {found})"
    viewed = condition(build.PAGEVIEW, Table.EVENTS, binder)
    pages = (
        f"SELECT any(visitor) AS visitor, {_first(query.depth, binder)} AS steps FROM events"
        f" WHERE {project(base, binder)} AND {span} AND {viewed} AND session IN ({sessions}) GROUP BY session"
    )
    only = f" WHERE steps IN {binder.lists(query.only)}" if query.only else ""
    return _ranked(query, pages, only, binder)


def _first(depth: int, binder: Binder, viewed: str = "") -> str:
    return f"arrayMap(page -> page.4, arraySlice({in_order('toString(path)', viewed)}, 1, {binder.number(depth)}))"


def _ranked(query: Flows, rows: str, only: str, binder: Binder) -> str:
    return (
        f"SELECT steps AS c0, count() AS c1, {_VISITORS} AS c2 FROM ({rows}){only}"
        f" GROUP BY c0 ORDER BY c1 DESC, c0{limited(query.limit, binder)}"
    )


def flows_of_sessions(query: FlowsOfSessions, binder: Binder) -> str:
    """Sessions are first counted by the hashes of their flows, which takes half the time and a tenth of the memory.

    Flows with as many sessions as the last of the ranking are kept: their steps decide.
    """
    asked = query.asked
    if query.buckets:
        chosen = f"{_BUCKET} IN {binder.numbers(query.buckets)}"
    elif asked.only:
        chosen = f"hash IN (SELECT arrayJoin(arrayMap(steps -> {_HASH}, {binder.lists(asked.only)})))"
    else:
        counted = f"SELECT hash FROM ({_hashes(query, binder)}) GROUP BY hash ORDER BY count() DESC"
        chosen = f"hash IN ({counted}{limited(asked.limit, binder)} WITH TIES)"
    rows = " UNION ALL ".join(_rows(query, f"steps, visitor, {_HASH} AS hash", binder))
    only = f" WHERE steps IN {binder.lists(asked.only)}" if asked.only else ""
    return _ranked(asked, f"SELECT steps, visitor FROM ({rows}) WHERE {chosen}", only, binder) + _BIG


def buckets(query: FlowBuckets, binder: Binder) -> str:
    hashes = _hashes(query.flows, binder)
    counted = f"SELECT {_BUCKET} AS c0, count() AS c1 FROM ({hashes}) GROUP BY c0 ORDER BY c1 DESC, c0"
    return counted + limited(query.limit, binder)


def _hashes(query: FlowsOfSessions, binder: Binder) -> str:
    return " UNION ALL ".join(_rows(query, f"{_HASH} AS hash", binder))


def _rows(query: FlowsOfSessions, shown: str, binder: Binder) -> list[str]:
    """What is shown of each session's steps and visitor: first of the rows of sessions, then of those in `besides`."""
    depth = binder.number(query.asked.depth)
    rows = [where(query.sessions, binder), "pageviews > 0"]
    if query.besides:
        rows.append(f"session NOT IN {_members(query.besides, binder)}")
    steps = f"SELECT arraySlice(flow, 1, {depth}) AS steps, visitor FROM sessions WHERE {' AND '.join(rows)}"
    found = [f"SELECT {shown} FROM ({steps})"]
    if query.besides:
        events = _steps_of_events(query, query.besides, binder)
        found.append(f"SELECT {shown} FROM (SELECT steps, person AS visitor FROM ({events}))")
    return found


def _steps_of_events(query: FlowsOfSessions, sessions: UnknownFlows | Keys, binder: Binder) -> str:
    base = query.asked.base
    viewed = condition(build.PAGEVIEW, Table.EVENTS, binder)
    steps = f"arrayMap(step -> toLowCardinality(step), {_first(query.asked.depth, binder, viewed)})"
    rows = [project(base, binder), within(query.span or base.period, Table.EVENTS, binder)]
    rows += filter(None, [in_hours(query.hours, binder)])
    rows.append(f"session IN {_members(sessions, binder)}")
    return (
        f"SELECT any(visitor) AS person, {steps} AS steps FROM events WHERE {' AND '.join(rows)}"
        f" GROUP BY session HAVING countIf({where(base, binder)}) > 0 AND countIf({viewed}) > 0"
    )


def _members(sessions: UnknownFlows | Keys, binder: Binder) -> str:
    if isinstance(sessions, Keys):
        return binder.numbers(sessions.values)
    return f"(SELECT session FROM sessions WHERE {_unknown(sessions, binder)})"


def unknown(query: UnknownFlows, binder: Binder) -> str:
    first, last = _SESSIONS.millis.format("start"), _SESSIONS.millis.format("end")
    return (
        f"SELECT groupArray(session) AS c0, groupArray({first}) AS c1, groupArray({last}) AS c2"
        f" FROM sessions WHERE {_unknown(query, binder)}"
    )


def _unknown(query: UnknownFlows, binder: Binder) -> str:
    """Sessions of several versions; those whose events differ in what is asked about; those that pause at an edge.

    All rows of superseded sessions: the version that is left may reach further than those that it replaces.
    """
    base = query.base
    rows = " AND ".join(overlapping(base, binder))
    differ = FLOW | varies_in(term.key for term in base.filters)
    start, end = (binder.instant(at) for at in (base.period.start, base.period.end))
    kinds = (
        f"bitAnd(varies, {differ}) != 0",
        f"bitAnd(varies, {GAPS}) != 0 AND (start < {start} OR end >= {end})",
        f"session IN (SELECT session FROM sessions WHERE {rows} AND sign < 0)",
    )
    return f"{rows} AND ({' OR '.join(kinds)})"
