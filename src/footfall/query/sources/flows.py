"""Flows that the rows of sessions answer: they keep the paths of their first pageviews."""

from __future__ import annotations

from dataclasses import replace

from footfall.catalog.tables import Table
from footfall.model.period import Period
from footfall.query.ast import Flows, Keys
from footfall.query.passes import complete, prepare
from footfall.query.plan import FlowBuckets, FlowsOfSessions, UnknownFlows
from footfall.query.rows import Row, read
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


def of_most(store: Reader, flows: FlowsOfSessions) -> FlowsOfSessions:
    """Narrowed to the buckets of hashes with most sessions: to count by these takes no memory for each rare flow.

    Whether that left out a flow of the ranking, its rows tell (`ranked`).
    """
    most = _kept(flows.asked.limit or 0)
    rows = read(store, FlowBuckets(flows, most + 1))
    beyond = rows[most]["sessions"] if len(rows) > most else 0
    return replace(flows, buckets=tuple(row["bucket"] for row in rows[:most]), beyond=beyond)


def _kept(limit: int) -> int:
    """How many buckets: some flows of the ranking may share theirs with many rare ones."""
    return 2 * limit + 64


def ranked(store: Reader, flows: FlowsOfSessions) -> list[Row]:
    """The rows of a ranking; all flows are counted where one that was left out may belong to it."""
    rows = read(store, flows)
    limit = flows.asked.limit or 0
    if flows.beyond and (len(rows) < limit or rows[-1]["sessions"] <= flows.beyond):
        return read(store, replace(flows, buckets=(), beyond=0))
    return rows
