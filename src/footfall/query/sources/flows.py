"""Flows that the rows of sessions answer: they keep the paths of their first pageviews."""

from __future__ import annotations

from dataclasses import replace

from footfall.catalog.tables import Table
from footfall.model.period import Period
from footfall.query.ast import Flows
from footfall.query.build import PEOPLE
from footfall.query.passes import complete, prepare
from footfall.query.plan import FlowBuckets, FlowsOfSessions, UnknownFlows
from footfall.query.rows import Row, read
from footfall.query.sources.facts import amount
from footfall.query.sources.sessions import MAX_UNEVEN, eligible, hours_of, keys_of
from footfall.store.protocol import Reader

MANY = 5_000_000
"""Of fewer events, to count flows by their whole hashes takes no longer."""


def of_sessions(store: Reader, query: Flows) -> FlowsOfSessions | None:
    """None where sessions can't answer it, or where too many of their rows don't tell enough."""
    sessions = prepare(replace(query.base, table=Table.SESSIONS, metrics=("sessions",)))
    if not eligible(sessions):
        return None
    unknown = UnknownFlows(sessions)
    (found,) = read(store, unknown)
    if len({*found["sessions"]}) > MAX_UNEVEN:
        return None
    besides = keys_of(found["sessions"], unknown)
    spans = [{"first": first, "last": last} for first, last in zip(found["firsts"], found["lasts"], strict=True)]
    span = Period(min(found["firsts"]), max(found["lasts"]) + 1) if besides else None
    return FlowsOfSessions(complete(query), sessions, besides, span, hours_of(spans, query.base.period))


def ranked(store: Reader, flows: FlowsOfSessions) -> list[Row]:
    """The rows of a plan.

    Of many sessions, only flows of the buckets of hashes with most sessions are counted, which takes no memory for each
    rare one; all of them, where a flow of another bucket may belong to the ranking.
    """
    limit = flows.asked.limit
    if not limit or flows.asked.only or not _has_many(store, flows):
        return read(store, flows)
    most = _kept(limit)
    buckets = read(store, FlowBuckets(flows, most + 1))
    if not buckets:
        return []
    rows = read(store, replace(flows, buckets=tuple(row["bucket"] for row in buckets[:most])))
    beyond = buckets[most]["sessions"] if len(buckets) > most else 0
    if beyond and (len(rows) < limit or rows[-1]["sessions"] <= beyond):
        return read(store, flows)
    return rows


def _has_many(store: Reader, flows: FlowsOfSessions) -> bool:
    """With a filter, nobody knows before they are read."""
    return flows.sessions.filters in {(), (PEOPLE,)} and amount(store, flows.asked.base) > MANY


def _kept(limit: int) -> int:
    """How many buckets: some flows of the ranking may share theirs with many rare ones."""
    return 2 * limit + 64
