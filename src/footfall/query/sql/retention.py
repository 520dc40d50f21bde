"""Cohorts of visitors and their returns: from events, or from the rows of sessions."""

from __future__ import annotations

from dataclasses import replace

from footfall.catalog.columns import FLOW, VARIES
from footfall.catalog.tables import TABLES, Table
from footfall.clock import DAY
from footfall.model.period import Period
from footfall.query.ast import Keys, Query, Retention
from footfall.query.passes.clamp import EARLIEST
from footfall.query.plan import RetentionOfSessions, UnknownVisitors
from footfall.query.sql.binder import Binder
from footfall.query.sql.select import bucket_of, conditions, where

COHORTS = ("cohort", "bucket", "visitors")
UNKNOWN = ("visitors", "firsts", "lasts")

ONE_PASS = 100 * DAY
"""Over longer ranges, grouping all visitors costs less than first finding those of the range among the earlier ones."""

_SETTINGS = " SETTINGS max_bytes_before_external_group_by = 400000000, ignore_data_skipping_indices = 'visitor_key'"
"""The index of visitors costs more than it saves where their events lie all over the time."""

_MILLIS = TABLES[Table.SESSIONS].millis


def retention(query: Retention, binder: Binder) -> str:
    return _cohorts(_of_events(query, binder))


def retention_of_sessions(query: RetentionOfSessions, binder: Binder) -> str:
    """A session begins and ends with an event, and touches no bucket in between: `unknown` has the others.

    Superseded rows may stay: events never leave, so the visitor still has those that such a row begins and ends with.
    """
    since, base = query.asked.since, query.sessions
    first, last = (bucket_of(name, base, binder) for name in ("start", "end"))
    if _long(base, since):
        rows, begun = [where(base, binder)], f" HAVING min(start) >= {binder.instant(since)}"
    else:
        rows, begun = [where(_from(base, since), binder), f"visitor NOT IN ({_before(base, since, binder)})"], ""
    if query.besides:
        rows.append(f"visitor NOT IN {_members(query.besides, binder)}")
    rows += _slice(query.asked, binder)
    found = (
        f"SELECT min({first}) AS cohort,"
        f" arrayDistinct(arrayConcat(groupArray({first}), groupArrayIf({last}, {first} != {last}))) AS buckets"
        f" FROM sessions WHERE {' AND '.join(rows)} GROUP BY visitor{begun}"
    )
    if query.besides and not (query.asked.slice and query.asked.slice.rest):  # one slice has all of these
        found += f" UNION ALL {_of_besides(query, query.besides, binder)}"
    return _cohorts(found) + _SETTINGS


def _long(base: Query, since: int) -> bool:
    return base.period.end - since > ONE_PASS


def _cohorts(visitors: str) -> str:
    return (
        f"SELECT cohort AS c0, arrayJoin(buckets) AS c1, count() AS c2 FROM ({visitors})"
        " GROUP BY c0, c1 ORDER BY c0, c1"
    )


def _of_events(query: Retention, binder: Binder) -> str:
    before = where(_until(query.base, query.since), binder)
    known = f"visitor NOT IN (SELECT visitor FROM events WHERE {before})"
    return _grouped(query, [known, *_slice(query, binder)], binder)


def _of_besides(query: RetentionOfSessions, visitors: UnknownVisitors | Keys, binder: Binder) -> str:
    """Before the range, of those sessions only whose rows do not tell whether they have an event that counts."""
    asked = query.asked
    earlier, base = _until(query.sessions, asked.since), _until(asked.base, asked.since)
    among = f"visitor IN {_members(visitors, binder)}"
    before = f"SELECT visitor FROM sessions WHERE {among} AND {_known(query.sessions)} AND {where(earlier, binder)}"
    if query.windows:  # which the key finds; rows are compared with so many only where the visitor is one of these
        events = where(replace(base, windows=query.windows), binder)
        before += f" UNION ALL SELECT visitor FROM events PREWHERE {among} WHERE {events}"
    return _grouped(asked, [among, f"visitor NOT IN ({before})"], binder)


def _grouped(query: Retention, conditions: list[str], binder: Binder) -> str:
    base = _from(query.base, query.since)
    rows = " AND ".join([where(base, binder), *conditions])
    return (
        f"SELECT {bucket_of('min(timestamp)', base, binder)} AS cohort,"
        f" groupUniqArray({bucket_of('timestamp', base, binder)}) AS buckets"
        f" FROM events WHERE {rows} GROUP BY visitor"
    )


def _slice(query: Retention, binder: Binder) -> list[str]:
    part = query.slice
    return [f"visitor % {binder.number(part.of)} = {binder.number(part.rest)}"] if part else []


def unknown(query: UnknownVisitors, binder: Binder) -> str:
    first, last = (_MILLIS.format(name) for name in ("start", "end"))
    base = query.sessions
    matching = " AND ".join([_known(base), *conditions(base, binder)])
    doubtful = f"start < {binder.instant(query.since)} AND NOT ({matching})"
    rows = _unknown(query, "*", binder)
    shown = ", ".join(f"groupArrayIf({time}, {doubtful}) AS c{place}" for place, time in enumerate((first, last), 1))
    return f"SELECT groupUniqArray(visitor) AS c0, {shown} FROM ({rows})"


def _members(visitors: UnknownVisitors | Keys, binder: Binder) -> str:
    if isinstance(visitors, Keys):
        return binder.numbers(visitors.values)
    return f"({_unknown(visitors, 'visitor', binder)})"


def _unknown(query: UnknownVisitors, columns: str, binder: Binder) -> str:
    """Sessions whose events differ in what is asked about; in the range also long ones, and one that the end cuts.

    A session that lasts less than a day touches two buckets at most; the last bucket may end before it has an event.
    Of visitors of the range only, over a short one: few sessions differ, so these are looked for among its visitors.
    """
    base, since = replace(query.sessions, filters=()), query.since
    differ = _differ(query.sessions)
    end, last = binder.instant(base.period.end), binder.instant(base.buckets[-1])
    long = f"{_MILLIS.format('end')} - {_MILLIS.format('start')} >= {binder.number(DAY)}"
    late = (
        f"{where(_from(base, since), binder)} AND start >= {binder.instant(since)}"
        f" AND ({differ} OR {long} OR (end >= {end} AND start < {last}))"
    )
    early = f"{where(_until(base, since), binder)} AND {differ}"
    if not _long(base, since):
        differing = f"SELECT visitor FROM sessions PREWHERE {differ} WHERE {where(_until(base, since), binder)}"
        early += f" AND visitor IN ({_inside(base, since, binder)} AND visitor IN ({differing}))"
    return f"SELECT {columns} FROM sessions WHERE {early} UNION ALL SELECT {columns} FROM sessions WHERE {late}"


def _differ(sessions: Query) -> str:
    """Whether the events of a session differ in what the filters ask about."""
    asked = {term.key for term in sessions.filters}
    bits = sum(1 << bit for bit, name in enumerate(VARIES) if name in asked)
    return f"(bitAnd(varies, {bits}) != 0)"


def _known(sessions: Query) -> str:
    """Whether a session begins with an event that has what its row says."""
    return f"(NOT {_differ(sessions)} OR bitAnd(varies, {FLOW}) = 0)"


def _before(base: Query, since: int, binder: Binder) -> str:
    earlier = where(_until(base, since), binder)
    return f"SELECT visitor FROM sessions WHERE {earlier} AND visitor IN ({_inside(base, since, binder)})"


def _inside(base: Query, since: int, binder: Binder) -> str:
    return f"SELECT visitor FROM sessions WHERE {where(_from(base, since), binder)}"


def _from(base: Query, since: int) -> Query:
    return replace(base, period=Period(since, base.period.end))


def _until(base: Query, since: int) -> Query:
    return replace(base, period=Period(EARLIEST, since))
