"""Chooses the source of each query. It may ask the store what the sources hold at the moment."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from enum import StrEnum

from footfall.catalog.tables import Table
from footfall.query import build
from footfall.query.ast import AnyQuery, BucketFigures, Flows, Kpis, Query, Retention, Whole
from footfall.query.passes import complete, prepare
from footfall.query.sources import flows, retention, rolled, sessions, summed
from footfall.store.protocol import Reader

KPIS_OF_EVENTS = ("visitors", "pageviews")
KPIS_OF_SESSIONS = ("sessions", "bounces", "duration_ms")


class Source(StrEnum):
    """What figures are computed from. Each gives the same."""

    FACTS = "facts"
    SESSIONS = "sessions"
    ROLLUPS = "rollups"


ALL = frozenset(Source)


def choose(store: Reader, query: AnyQuery, allowed: Collection[Source] = ALL) -> AnyQuery:
    """The query for its source, ready to be compiled."""
    chosen: AnyQuery | None = None
    if isinstance(query, Flows):
        return (flows.of_sessions(store, query) if Source.SESSIONS in allowed else None) or complete(query)
    if isinstance(query, Retention):
        return (retention.of_sessions(store, query) if Source.SESSIONS in allowed else None) or complete(query)
    if Source.FACTS in allowed and not _long(query):
        return complete(query)
    if Source.ROLLUPS in allowed:
        chosen = _from_rollups(store, query)
    if chosen is None and Source.SESSIONS in allowed:
        chosen = _from_sessions(store, query)
    return chosen or complete(query)


def _long(query: AnyQuery) -> bool:
    """Whether the query is of so many facts that another source pays for looking up what that has."""
    base = query.base if isinstance(query, Kpis) else query
    return isinstance(base, Query) and base.period.length > rolled.FACTS_UP_TO


def _from_rollups(store: Reader, query: AnyQuery) -> Whole | None:
    if isinstance(query, Kpis | BucketFigures):
        query = build.totals(query.base, *KPIS_OF_EVENTS, *KPIS_OF_SESSIONS)
    if not isinstance(query, Query):
        return None
    asked = prepare(query)
    return summed.answered(store, asked) if query.table in summed.SUMMED else rolled.answered(store, asked)


def _from_sessions(store: Reader, query: AnyQuery) -> Whole | None:
    if isinstance(query, Query):
        asked = prepare(query)
        parts = sessions.parts(store, asked)
        return Whole(asked, parts) if parts else None
    if isinstance(query, Kpis):
        base = query.base
        events = prepare(build.totals(base, *KPIS_OF_EVENTS))
        whole = prepare(build.totals(replace(base, table=Table.SESSIONS), *KPIS_OF_SESSIONS))
        parts = sessions.parts(store, events, whole)
        asked = build.totals(base, *KPIS_OF_EVENTS, *KPIS_OF_SESSIONS)
        return Whole(asked, parts) if parts else None
    return None
