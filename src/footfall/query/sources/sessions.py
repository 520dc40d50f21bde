"""Queries that the rows of sessions can answer, which are a quarter of the events and need no join."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from heapq import nlargest
from itertools import pairwise
from typing import TypeVar

from footfall.catalog.columns import GAPS, varies_in
from footfall.catalog.dimensions import DIMENSIONS
from footfall.catalog.metrics import METRICS
from footfall.catalog.tables import Table
from footfall.clock import HOUR
from footfall.model.period import Period
from footfall.model.session import SESSION_GAP
from footfall.query.ast import Keys, Query
from footfall.query.passes import complete
from footfall.query.plan import AnyPart, MatchedPart, Mixed, Part, Uneven
from footfall.query.rows import Row, read
from footfall.store.protocol import Reader

MAX_UNEVEN = 200_000
"""With more uneven sessions, reading events alone is cheaper."""

_MAX_WINDOWS = 3
"""Where there are too many hours: each is compared with every row."""

_MAX_WINDOWS_OF_FEW = 400
"""Of a few visitors, whose events lie far apart: each window is looked up in the key, which leaves few rows."""

MAX_KEYS = 5_000
"""A remote server bounds the size of a parameter."""


def parts(store: Reader, *queries: Query) -> tuple[Part, ...]:
    """The parts that sessions answer, and those that facts must, of prepared queries about the same time and people.

    None where sessions can't answer all of them, or where too many are uneven.
    """
    if not all(map(eligible, queries)):
        return ()
    uneven = _uneven(queries)
    found = read(store, uneven)
    if sum(len(row["sessions"]) for row in found) > MAX_UNEVEN:
        return ()
    windows = _windows(found, uneven.base)
    if not windows:  # all are inside
        return tuple(Part(replace(query, table=Table.SESSIONS), differing=uneven.differing) for query in queries)
    those = members_of(uneven, found)
    even = [_even(query, uneven, those, found) for query in queries]
    hours = _hours(found, uneven.base)
    rest = [
        Part(_rest(query, () if hours else windows, hours, those), among=those, signed=query.table is Table.SESSIONS)
        for query in queries
    ]
    return (*even, *rest)


def key_figures(store: Reader, events: Query, sessions: Query) -> tuple[AnyPart, ...]:
    """The same of two prepared queries without dimensions: of visitors and pageviews, and of figures of sessions.

    Each row of sessions and each event of an uneven one is read once for all of them.
    """
    if not eligible(events) or not eligible(sessions):
        return ()
    uneven = _uneven((events, sessions))
    found = read(store, uneven)
    if sum(len(row["sessions"]) for row in found) > MAX_UNEVEN:
        return ()
    those = members_of(uneven, found)
    whole = replace(sessions, metrics=(*events.metrics, *sessions.metrics))
    even = _even(whole, uneven, those, found)
    windows, hours = _windows(found, uneven.base), _hours(found, uneven.base)
    if not windows:
        return (even,)
    rest = _rest(replace(whole, buckets=()), () if hours else windows, hours, those)
    (matching,) = rest.within
    matched = replace(matching.query, buckets=events.buckets)
    rest = replace(rest, within=(), buckets=events.buckets)
    if isinstance(those, Keys):  # the events have them among their keys
        return (even, MatchedPart(replace(rest, keys=(*rest.keys, those)), matched))
    return (even, MatchedPart(rest, matched, those))


def _uneven(queries: Collection[Query]) -> Uneven:
    """Those that matter to these queries, which are about the same time and people."""
    one = next(iter(queries))
    base = Query(
        project=one.project,
        table=Table.SESSIONS,
        period=one.period,
        buckets=one.buckets,
        bots=True,
        keys=one.keys,
        longest=one.longest,
    )
    return Uneven(base, _differing(queries), across=any(query.table is Table.EVENTS for query in queries))


def _even(query: Query, uneven: Uneven, those: Uneven | Keys | None, found: list[Row]) -> Part:
    """The rows of the others. Those of superseded sessions may tell enough, but of another version."""
    superseded = {key for row in found for key in row["superseded"]}
    without = those if isinstance(those, Uneven) and len(superseded) > MAX_KEYS else _keys(superseded)
    rows = replace(query, table=Table.SESSIONS)
    return Part(rows, without=without, differing=uneven.differing, inside=uneven.across)


def _windows(found: list[Row], base: Query) -> tuple[Period, ...]:
    return windows_of(found, base.period, _MAX_WINDOWS_OF_FEW if base.keys else _MAX_WINDOWS)


def _hours(found: list[Row], base: Query) -> tuple[int, ...]:
    return () if base.keys else hours_of(found, base.period)


def _differing(queries: Collection[Query]) -> int:
    """The bits of `varies` of what these queries group by or filter by, and of long pauses.

    In whatever else the events of a session differ, its row tells what is asked.
    """
    names = (name for query in queries for name in (*query.dimensions, *(term.key for term in query.filters)))
    return varies_in(names) | GAPS


SessionsT = TypeVar("SessionsT", Uneven, Mixed)


def members_of(sessions: SessionsT, found: list[Row]) -> SessionsT | Keys:
    """By their keys, where these are few enough for a parameter."""
    keys = {key for row in found for key in row["sessions"]}
    return (_keys(keys) or sessions) if len(keys) <= MAX_KEYS else sessions


def _keys(found: set[int]) -> Keys | None:
    return Keys("session", tuple(sorted(found))) if found else None


def _rest(query: Query, windows: tuple[Period, ...], hours: tuple[int, ...], among: Uneven | Keys) -> Query:
    """The same of facts, in these windows and hours only. What belongs to other sessions is not looked for."""

    def narrowed(rows: Query) -> Query:
        keys = (*rows.keys, among) if isinstance(among, Keys) else rows.keys
        cut = replace(rows, keys=keys)
        return replace(cut, windows=windows, hours=hours) if rows.table is Table.EVENTS else cut

    rest = complete(query)
    members = tuple(replace(member, query=narrowed(member.query)) for member in rest.within)
    if query.table is Table.EVENTS:
        rest = replace(rest, windows=windows, hours=hours)
    return replace(rest, within=members)


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
