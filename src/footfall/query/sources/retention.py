"""Retention that the rows of sessions answer: a session begins and ends with an event."""

from __future__ import annotations

from dataclasses import replace

from footfall.catalog.tables import Table
from footfall.model.period import Period
from footfall.query.ast import Keys, Retention
from footfall.query.passes import complete, prepare
from footfall.query.plan import RetentionOfSessions, UnknownVisitors
from footfall.query.rows import read
from footfall.query.sources.sessions import MAX_KEYS, MAX_UNEVEN, eligible
from footfall.store.protocol import Reader

_MAX_WINDOWS = 400
"""Each is looked up in the key."""


def of_sessions(store: Reader, query: Retention) -> RetentionOfSessions | None:
    """None where sessions can't answer it, or where too many visitors have sessions whose rows don't tell enough."""
    sessions = prepare(replace(query.base, table=Table.SESSIONS, metrics=("sessions",)))
    if not eligible(sessions) or not sessions.buckets:
        return None
    unknown = UnknownVisitors(sessions, query.since)
    (found,) = read(store, unknown)
    visitors = tuple(sorted(found["visitors"]))
    if len(visitors) > MAX_UNEVEN:
        return None
    few = Keys("visitor", visitors) if len(visitors) <= MAX_KEYS else unknown
    windows = _windows(list(zip(found["firsts"], found["lasts"], strict=True)))
    return RetentionOfSessions(complete(query), sessions, few if visitors else None, windows)


def _windows(spans: list[tuple[int, int]]) -> tuple[Period, ...]:
    """The times of these sessions, or one that holds all of them where they are many."""
    if len(spans) > _MAX_WINDOWS:
        spans = [(min(first for first, _ in spans), max(last for _, last in spans))]
    return tuple(Period(first, last + 1) for first, last in sorted(spans))
