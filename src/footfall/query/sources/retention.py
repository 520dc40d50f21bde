"""Retention that the rows of sessions answer: a session begins and ends with an event."""

from __future__ import annotations

from dataclasses import replace

from footfall.catalog.tables import Table
from footfall.query.ast import Keys, Retention, RetentionOfSessions, UnknownVisitors
from footfall.query.passes import complete, prepare
from footfall.query.rows import read
from footfall.query.sources.sessions import MAX_KEYS, MAX_UNEVEN, eligible
from footfall.store.protocol import Reader


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
    return RetentionOfSessions(complete(query), sessions, few if visitors else None)
