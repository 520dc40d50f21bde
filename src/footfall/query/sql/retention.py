"""Cohorts of visitors and their returns: from events, or from the rows of sessions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from footfall.catalog.columns import FLOW, varies_in
from footfall.catalog.tables import TABLES, Table
from footfall.clock import DAY, HOUR
from footfall.model.period import Period
from footfall.query.ast import Keys, Query, Retention
from footfall.query.passes.clamp import EARLIEST
from footfall.query.plan import RetentionOfSessions, UnknownReturns
from footfall.query.sql.binder import Binder
from footfall.query.sql.select import bucket_of, conditions, sliced, where

COHORTS = ("cohort", "bucket", "visitors")
UNKNOWN = ("sessions", "firsts", "lasts")

ONE_PASS = 100 * DAY
"""Over longer ranges, grouping all visitors costs less than first finding those of the range among the earlier ones."""

_SHORTEST_DAY = 12 * HOUR
"""No clocks make a shorter one, but for those that leave out a whole day."""

_SETTINGS = (
    " SETTINGS max_bytes_before_external_group_by = 400000000, ignore_data_skipping_indices = 'visitor_key',"
    " use_index_for_in_with_subqueries = 0, optimize_move_to_prewhere = 0"
)
"""Indices of visitors cost more than they save where their rows lie all over the time.

Sets that a key or PREWHERE may use are made while the statement is planned, which one thread does.
"""

_MILLIS = TABLES[Table.SESSIONS].millis

Cut = Callable[[Query, int], Query]
"""Keeps what a query reads of one side of `since`, or all of it."""


def retention(query: Retention, binder: Binder) -> str:
    base, since = query.base, query.since

    def told(cut: Cut, shown: str) -> str:
        return f"SELECT {shown} FROM events WHERE {where(cut(base, since), binder)}"

    pair = _pair(base, since, binder, "timestamp")
    if _long(base, since):
        return _cohorts(query, told(_whole, pair), "groupUniqArray", binder)
    earlier = f"{told(_until, 'visitor')} AND visitor IN ({told(_from, 'visitor')})"
    return _cohorts(query, told(_from, pair), "groupUniqArray", binder, earlier)


def retention_of_sessions(query: RetentionOfSessions, binder: Binder) -> str:
    """A session begins and ends with an event, and touches no bucket in between: `unknown` has the others."""
    base, asked, since = query.sessions, replace(query.asked.base, hours=query.hours), query.asked.since
    among = f"session IN {_members(query.besides, binder)}" if query.besides else ""

    def told(cut: Cut, of_session: str, of_event: str, only: str = "") -> str:
        rows = f"SELECT {of_session} FROM sessions WHERE {where(cut(base, since), binder)}{only}"
        if not among:
            return rows
        events = f"SELECT {of_event} FROM events PREWHERE {among} WHERE {where(cut(asked, since), binder)}"
        return f"{rows} AND NOT {among} UNION ALL {events}"

    pairs = _pair(base, since, binder, "start", "end"), _pair(asked, since, binder, "timestamp")
    if _long(base, since):
        return _cohorts(query.asked, told(_whole, *pairs), "groupArray", binder)
    matching = " AND ".join(conditions(base, binder)) or "1"
    inside = where(replace(_from(base, since), filters=()), binder)
    inside += f" AND ({matching} OR {among})" if among else f" AND {matching}"
    earlier = told(_until, "visitor", "visitor", f" AND visitor IN (SELECT visitor FROM sessions WHERE {inside})")
    return _cohorts(query.asked, told(_from, *pairs), "groupArray", binder, earlier)


def _long(base: Query, since: int) -> bool:
    return base.period.end - since > ONE_PASS


def _cohorts(query: Retention, pairs: str, collect: str, binder: Binder, earlier: str = "") -> str:
    """Of pairs of places of buckets, by visitor. Visitors in `earlier` are left out.

    A pair is one number: collected, they take a third of the room and the time of times.
    """
    rows = [*([f"visitor NOT IN ({earlier})"] if earlier else []), *sliced(query.slice, binder)] or ["1"]
    starts = binder.instants(query.base.buckets)
    places = f"arrayDistinct(arrayFlatten(arrayMap(pair -> [intDiv(pair, 65536), pair % 65536], {collect}(pair))))"
    visitors = f"SELECT {places} AS places FROM ({pairs}) WHERE {' AND '.join(rows)} GROUP BY visitor"
    return (
        f"SELECT {starts}[first] AS c0, {starts}[place] AS c1, count() AS c2"
        f" FROM (SELECT arrayMin(places) AS first, arrayJoin(places) AS place FROM ({visitors}))"
        f" WHERE first > 0 GROUP BY first, place ORDER BY c0, c1{_SETTINGS}"
    )


def _pair(base: Query, since: int, binder: Binder, first: str, last: str = "") -> str:
    """A row's visitor, and the places of the buckets that it begins and ends in."""
    start = _place(first, base, since, binder)
    return f"visitor, toUInt32({start} * 65536 + {_place(last, base, since, binder) if last else start}) AS pair"


def _place(time: str, base: Query, since: int, binder: Binder) -> str:
    """Counted from 1; 0 is before all of them."""
    starts, end = binder.instants(base.buckets), binder.number(len(base.buckets) + 1)
    place = f"transform({bucket_of(time, base, binder)}, {starts}, range(1, {end}), 0)"
    return f"if({time} < {binder.instant(since)}, 0, {place})"


def unknown(query: UnknownReturns, binder: Binder) -> str:
    start, end = (_MILLIS.format(name) for name in ("start", "end"))
    rows = _unknown(query, f"session, {start} AS first, {end} AS last", binder)
    return f"SELECT groupArray(session) AS c0, groupArray(first) AS c1, groupArray(last) AS c2 FROM ({rows})"


def _members(sessions: UnknownReturns | Keys, binder: Binder) -> str:
    if isinstance(sessions, Keys):
        return binder.numbers(sessions.values)
    return f"({_unknown(sessions, 'session', binder)})"


def _unknown(query: UnknownReturns, columns: str, binder: Binder) -> str:
    """Sessions whose events differ in what is asked about, or that may begin or end in a bucket without an event.

    A session that is shorter than any day touches two buckets at most; the last bucket may end before it has an event.
    Those of several versions, too, and all of their rows: the one that is left may say something else.
    """
    base, since = replace(query.sessions, filters=()), query.since
    differ, first = _differ(query.sessions), _first(query.sessions, binder)
    end, last = binder.instant(base.period.end), binder.instant(base.buckets[-1])
    long = f"{_MILLIS.format('end')} - {_MILLIS.format('start')} >= {binder.number(_SHORTEST_DAY)}"
    suspect = f"({differ} OR {long} OR (end >= {end} AND start < {last}))"
    one = f"{bucket_of('start', base, binder)} = {bucket_of('end', base, binder)}"
    late = (
        f"{where(_from(base, since), binder)} AND start >= {binder.instant(since)}"
        f" AND NOT ({first} AND {one} AND NOT ({long}))"
    )
    early = f"{where(_until(base, since), binder)} AND NOT {first}"
    rows = where(base, binder)
    superseded = f"session IN (SELECT session FROM sessions WHERE {rows} AND sign < 0)"
    return (
        f"SELECT {columns} FROM sessions PREWHERE {differ} WHERE {early}"
        f" UNION ALL SELECT {columns} FROM sessions PREWHERE {suspect} WHERE {late}"
        f" UNION ALL SELECT {columns} FROM sessions WHERE {rows} AND {superseded}"
    )


def _differ(sessions: Query) -> str:
    """Whether the events of a session differ in what the filters ask about."""
    return f"(bitAnd(varies, {varies_in(term.key for term in sessions.filters)}) != 0)"


def _first(sessions: Query, binder: Binder) -> str:
    """Whether a session's first event has what its row says, and matches."""
    return f"({' AND '.join([f'bitAnd(varies, {FLOW}) = 0', *conditions(sessions, binder)])})"


def _whole(base: Query, _: int) -> Query:
    return base


def _from(base: Query, since: int) -> Query:
    return replace(base, period=Period(since, base.period.end))


def _until(base: Query, since: int) -> Query:
    return replace(base, period=Period(EARLIEST, since))
