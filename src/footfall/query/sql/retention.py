"""Cohorts of visitors and their returns: from events, or from the rows of sessions."""

from __future__ import annotations

from dataclasses import replace

from footfall.catalog.columns import VARIES
from footfall.catalog.tables import TABLES, Table
from footfall.clock import DAY
from footfall.model.period import Period
from footfall.query.ast import Keys, Query, Retention, RetentionOfSessions, UnknownVisitors
from footfall.query.passes.clamp import EARLIEST
from footfall.query.sql.binder import Binder
from footfall.query.sql.select import bucket_of, where

COHORTS = ("cohort", "bucket", "visitors")
UNKNOWN = ("visitors",)

_ONE_PASS = 100 * DAY

_SETTINGS = " SETTINGS max_bytes_before_external_group_by = 400000000, ignore_data_skipping_indices = 'visitor_key'"
"""The index of visitors costs more than it saves where their events lie all over the time."""

_MILLIS = TABLES[Table.SESSIONS].millis


def retention(query: Retention, binder: Binder) -> str:
    return _cohorts(_of_events(query, None, binder))


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
    found = (
        f"SELECT min({first}) AS cohort,"
        f" arrayDistinct(arrayConcat(groupArray({first}), groupArrayIf({last}, {first} != {last}))) AS buckets"
        f" FROM sessions WHERE {' AND '.join(rows)} GROUP BY visitor{begun}"
    )
    if query.besides:
        found += f" UNION ALL {_of_events(query.asked, query.besides, binder)}"
    return _cohorts(found) + _SETTINGS


def _long(base: Query, since: int) -> bool:
    """Whether grouping all visitors costs less than first finding those of the range among the earlier ones."""
    return base.period.end - since > _ONE_PASS


def _cohorts(visitors: str) -> str:
    return (
        f"SELECT cohort AS c0, arrayJoin(buckets) AS c1, count() AS c2 FROM ({visitors})"
        " GROUP BY c0, c1 ORDER BY c0, c1"
    )


def _of_events(query: Retention, visitors: UnknownVisitors | Keys | None, binder: Binder) -> str:
    base, before = _from(query.base, query.since), _until(query.base, query.since)
    among = f" AND visitor IN {_members(visitors, binder)}" if visitors else ""
    return (
        f"SELECT {bucket_of('min(timestamp)', base, binder)} AS cohort,"
        f" groupUniqArray({bucket_of('timestamp', base, binder)}) AS buckets"
        f" FROM events WHERE {where(base, binder)}{among}"
        f" AND visitor NOT IN (SELECT visitor FROM events WHERE {where(before, binder)}{among}) GROUP BY visitor"
    )


def unknown(query: UnknownVisitors, binder: Binder) -> str:
    return f"SELECT groupUniqArray(visitor) AS c0 FROM sessions WHERE {_unknown(query, binder)}"


def _members(visitors: UnknownVisitors | Keys, binder: Binder) -> str:
    if isinstance(visitors, Keys):
        return binder.numbers(visitors.values)
    return f"(SELECT visitor FROM sessions WHERE {_unknown(visitors, binder)})"


def _unknown(query: UnknownVisitors, binder: Binder) -> str:
    """Sessions whose events differ in what is asked about; in the range also long ones, and one that the end cuts.

    A session that lasts less than a day touches two buckets at most; the last bucket may end before it has an event.
    """
    base = query.sessions
    asked = {term.key for term in base.filters}
    differ = sum(1 << bit for bit, name in enumerate(VARIES) if name in asked)
    anything = replace(base, filters=())
    end, last = binder.instant(base.period.end), binder.instant(base.buckets[-1])
    long = f"{_MILLIS.format('end')} - {_MILLIS.format('start')} >= {binder.number(DAY)}"
    within = f"start >= {binder.instant(query.since)} AND ({long} OR (end >= {end} AND start < {last}))"
    found = f"{where(anything, binder)} AND (bitAnd(varies, {differ}) != 0 OR {within})"
    if _long(base, query.since):
        return found
    return f"{found} AND visitor IN ({_inside(anything, query.since, binder)})"


def _before(base: Query, since: int, binder: Binder) -> str:
    earlier = where(_until(base, since), binder)
    return f"SELECT visitor FROM sessions WHERE {earlier} AND visitor IN ({_inside(base, since, binder)})"


def _inside(base: Query, since: int, binder: Binder) -> str:
    return f"SELECT visitor FROM sessions WHERE {where(_from(base, since), binder)}"


def _from(base: Query, since: int) -> Query:
    return replace(base, period=Period(since, base.period.end))


def _until(base: Query, since: int) -> Query:
    return replace(base, period=Period(EARLIEST, since))
