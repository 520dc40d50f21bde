"""Queries that the rows of sessions can answer, which are a quarter of the events and need no join."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from heapq import nlargest
from itertools import pairwise
from typing import NamedTuple, TypeVar

from footfall.catalog.columns import GAPS, varies_in
from footfall.catalog.dimensions import DIMENSIONS, Level, level_of
from footfall.catalog.metrics import METRICS
from footfall.catalog.tables import Table
from footfall.clock import HOUR
from footfall.model.period import Period
from footfall.model.session import SESSION_GAP
from footfall.query.ast import Keys, Query
from footfall.query.passes import complete
from footfall.query.plan import AnyPart, MatchedPart, Mixed, Part, Uneven, Variants
from footfall.query.rows import Row, read
from footfall.store.protocol import Reader

MAX_UNEVEN = 200_000
"""With more uneven sessions, reading events alone is cheaper."""

MAX_TOLD = 50_000
"""The same of sessions that differ and tell their variants, each of which takes some microseconds to parse."""

_MAX_WINDOWS = 3
"""Where there are too many hours: each is compared with every row."""

_MAX_WINDOWS_OF_FEW = 400
"""Of a few visitors, whose events lie far apart: each window is looked up in the key, which leaves few rows."""

MAX_KEYS = 5_000
"""A remote server bounds the size of a parameter."""


class _Apart(NamedTuple):
    """Uneven sessions as they were looked up, how they are named, and the times of their events within the period.

    `superseded` are those of several versions, `told` the sessions that differ and tell how.
    """

    uneven: Uneven
    those: Uneven | Keys
    superseded: Uneven | Keys | None
    told: Variants
    windows: tuple[Period, ...]
    hours: tuple[int, ...]


def parts(store: Reader, query: Query) -> tuple[Part, ...]:
    """The parts of a prepared query that sessions answer, and that which facts must.

    Nothing where sessions can't answer it, or where too many are uneven.
    """
    apart = _look_up(store, query) if eligible(query) else None
    if apart is None:
        return ()
    even = _even(query, apart)
    told = (_of_variants(query, apart.told),) if query.table is Table.EVENTS else ()
    if not apart.windows:  # all are inside
        return (replace(even, inside=False), *told)
    return (even, *told, Part(_rest(query, apart), among=apart.those, signed=query.table is Table.SESSIONS))


def _of_variants(query: Query, told: Variants) -> Part:
    """Events of variants, whose rows tell what is said of sessions."""
    of_sessions = tuple(term for term in query.filters if level_of(term.key) is Level.SESSION)
    others = tuple(term for term in query.filters if term not in of_sessions)
    rows = replace(told, base=replace(told.base, filters=of_sessions))
    return Part(complete(replace(query, filters=others)), rows)


def key_figures(store: Reader, events: Query, sessions: Query) -> tuple[AnyPart, ...]:
    """The same of two prepared queries about the same, of visitors and pageviews, and of figures of sessions.

    Each row of sessions and each event of an uneven one is read once for all of them.
    """
    apart = _look_up(store, events) if eligible(events) and eligible(sessions) else None
    if apart is None:
        return ()
    whole = replace(sessions, metrics=(*events.metrics, *sessions.metrics))
    even = _even(whole, apart)
    if not apart.windows:
        return (even,)
    rest = _rest(replace(whole, buckets=()), apart)
    (matching,) = rest.within
    matched = replace(matching.query, buckets=events.buckets)
    rest = replace(rest, within=(), buckets=events.buckets)
    if isinstance(apart.those, Keys):  # the events have them among their keys
        return (even, MatchedPart(replace(rest, keys=(*rest.keys, apart.those)), matched))
    return (even, MatchedPart(rest, matched, apart.those))


def _look_up(store: Reader, query: Query) -> _Apart | None:
    """None where they are too many."""
    base = Query(
        project=query.project,
        table=Table.SESSIONS,
        period=query.period,
        buckets=query.buckets,
        bots=True,
        keys=query.keys,
        longest=query.longest,
    )
    uneven = Uneven(base, _differing(query), across=query.table is Table.EVENTS)
    rows = read(store, uneven)
    if sum(len(row["sessions"]) for row in rows) > MAX_UNEVEN or sum(row["told"] for row in rows) > MAX_TOLD:
        return None
    found = [row for row in rows if row["sessions"]]
    windows = windows_of(found, base.period, _MAX_WINDOWS_OF_FEW if base.keys else _MAX_WINDOWS)
    superseded = keys_of({key for row in found for key in row["superseded"]}, uneven)
    told = Variants(base, uneven.differing, superseded)
    hours = () if base.keys else hours_of(found, base.period)
    return _Apart(uneven, members_of(uneven, found), superseded, told, windows, hours)


def _even(query: Query, apart: _Apart) -> Part:
    """The rows of the others. Those of superseded sessions may tell enough, but of another version."""
    told = apart.told if query.table is Table.SESSIONS else None
    rows, differing = replace(query, table=Table.SESSIONS), apart.uneven.differing
    return Part(rows, told, without=apart.superseded, differing=differing, inside=apart.uneven.across)


def _differing(query: Query) -> int:
    """The bits of `varies` of what the query groups by or filters by, and of long pauses.

    In whatever else the events of a session differ, its row tells what is asked.
    """
    return varies_in((*query.dimensions, *(term.key for term in query.filters))) | GAPS


SessionsT = TypeVar("SessionsT", Uneven, Mixed)


def members_of(sessions: SessionsT, found: list[Row]) -> SessionsT | Keys:
    """By their keys, where these are few enough for a parameter."""
    keys = {key for row in found for key in row["sessions"]}
    return (_keys(keys) or sessions) if len(keys) <= MAX_KEYS else sessions


def _keys(found: set[int]) -> Keys | None:
    return Keys("session", tuple(sorted(found))) if found else None


def _rest(query: Query, apart: _Apart) -> Query:
    """The same of facts, in the times of uneven sessions only. What belongs to others is not looked for."""

    def at_their_times(rows: Query) -> Query:
        if rows.table is not Table.EVENTS:
            return rows
        return replace(rows, hours=apart.hours, windows=() if apart.hours else apart.windows)

    def narrowed(rows: Query) -> Query:
        keys = (*rows.keys, apart.those) if isinstance(apart.those, Keys) else rows.keys
        return at_their_times(replace(rows, keys=keys))

    rest = complete(query)
    members = tuple(replace(member, query=narrowed(member.query)) for member in rest.within)
    return replace(at_their_times(rest), within=members)


def eligible(query: Query) -> bool:
    plain = not (query.picks or query.after or query.within or query.each)
    keyed = all(keys.column == "visitor" for keys in query.keys)
    names = (*query.dimensions, *(term.key for term in query.filters))
    return (
        query.table in {Table.EVENTS, Table.SESSIONS}
        and plain
        and keyed
        and bool(query.metrics)
        and all({query.table, Table.SESSIONS} <= METRICS[name].parts.keys() for name in query.metrics)
        and all(name in DIMENSIONS and Table.SESSIONS in DIMENSIONS[name].expressions for name in names)
        and all(query.table in DIMENSIONS[name].expressions for name in query.dimensions)
        and (query.table is Table.EVENTS or long_enough(query.period))
    )


def long_enough(period: Period) -> bool:
    """Whether each session without long pauses that overlaps the period has an event in it."""
    return period.length >= SESSION_GAP


Found = TypeVar("Found")


def keys_of(sessions: Collection[int], found: Found) -> Keys | Found | None:
    """These sessions by key, or as what found them, where they are too many."""
    keys = set(sessions)
    return found if len(keys) > MAX_KEYS else _keys(keys)


def hours_of(found: list[Row], period: Period) -> tuple[int, ...]:
    """The hours since 1970 (UTC) that lie in these spans, `first` to `last`; none where they are most of the period.

    However many hours there are, a row is looked up among them once; it is compared with each of several windows.
    """
    hours = set[int]()
    for row in found:
        hours.update(range(row["first"] // HOUR, row["last"] // HOUR + 1))
        if len(hours) > MAX_KEYS or 2 * len(hours) * HOUR > period.length:
            return ()
    return tuple(sorted(hours))


def windows_of(uneven: list[Row], within: Period, most: int = _MAX_WINDOWS) -> tuple[Period, ...]:
    """The times in the period that rows of `Uneven` cover; the narrowest gaps are closed until they are `most`."""
    merged: list[Period] = []
    found = [Period(row["first"], row["last"] + 1) for row in uneven]
    for period in sorted(found, key=lambda period: period.start):
        cut = Period(max(period.start, within.start), min(period.end, within.end))
        if merged and cut.start <= merged[-1].end:
            merged[-1] = Period(merged[-1].start, max(merged[-1].end, cut.end))
        elif cut.length > 0:
            merged.append(cut)
    gaps = [after.start - before.end for before, after in pairwise(merged)]
    cuts = sorted(nlargest(most - 1, range(len(gaps)), gaps.__getitem__))
    bounds = [0, *(at + 1 for at in cuts), len(merged)]
    return tuple(Period(merged[first].start, merged[end - 1].end) for first, end in pairwise(bounds) if first < end)
