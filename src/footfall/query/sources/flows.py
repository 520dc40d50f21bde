"""Flows that the rows of sessions answer: they keep the paths of their first pageviews."""

from __future__ import annotations

from dataclasses import replace

from footfall.catalog.tables import Table
from footfall.model.period import Period
from footfall.query.ast import Flows, FlowsOfSessions, Keys, UnknownFlows
from footfall.query.passes import complete, prepare
from footfall.query.rows import read
from footfall.query.sources.sessions import MAX_KEYS, MAX_UNEVEN, eligible
from footfall.store.protocol import Reader


def of_sessions(store: Reader, query: Flows) -> FlowsOfSessions | None:
    """None where sessions can't answer it, or where too many of their rows don't tell enough."""
    sessions = prepare(replace(query.base, table=Table.SESSIONS, metrics=("sessions",)))
    if not eligible(sessions):
        return None
    unknown = UnknownFlows(sessions)
    (found,) = read(store, unknown)
    if len(found["sessions"]) > MAX_UNEVEN:
        return None
    asked, span = complete(query), Period(found["first"], found["last"] + 1)
    if not found["sessions"]:
        return FlowsOfSessions(asked, sessions)
    if len(found["sessions"]) > MAX_KEYS:
        return FlowsOfSessions(asked, sessions, unknown, span)
    keys = Keys("session", tuple(sorted(found["sessions"])))
    return FlowsOfSessions(asked, sessions, keys, span)
