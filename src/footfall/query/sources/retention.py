"""Retention that the rows of sessions answer: a session begins and ends with an event."""

from __future__ import annotations

from dataclasses import replace

from footfall.catalog.tables import Table
from footfall.query.ast import Retention
from footfall.query.passes import complete, prepare
from footfall.query.plan import RetentionOfSessions, UnknownReturns
from footfall.query.rows import read
from footfall.query.sources.sessions import MAX_UNEVEN, eligible, hours_of, keys_of
from footfall.store.protocol import Reader


def of_sessions(store: Reader, query: Retention) -> RetentionOfSessions | None:
    """None where sessions can't answer it, or where the rows of too many of them don't tell enough."""
    sessions = prepare(replace(query.base, table=Table.SESSIONS, metrics=("sessions",)))
    if not eligible(sessions) or not sessions.buckets:
        return None
    unknown = UnknownReturns(sessions, query.since)
    (found,) = read(store, unknown)
    if len({*found["sessions"]}) > MAX_UNEVEN:
        return None
    besides = keys_of(found["sessions"], unknown)
    spans = [{"first": first, "last": last} for first, last in zip(found["firsts"], found["lasts"], strict=True)]
    return RetentionOfSessions(complete(query), sessions, besides, hours_of(spans, query.base.period))
