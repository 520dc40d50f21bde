"""Chooses the source of each query. It may ask the store what the sources hold at the moment."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from enum import StrEnum
from functools import partial
from typing import TypeVar

from footfall.catalog.tables import Table
from footfall.clock import DAY
from footfall.model.period import Period
from footfall.query import build
from footfall.query.ast import (
    AnyQuery,
    Breakdowns,
    BucketFigures,
    DetailedLabels,
    Flows,
    Funnel,
    Kpis,
    LabelCount,
    Order,
    Query,
    Retention,
    SessionRevenue,
    Slice,
    TotalledLabels,
    map_queries,
)
from footfall.query.passes import complete, prepare
from footfall.query.plan import AnyPart, AnyPlan, CellPart, LabelsOfWhole, LongestSession, TotalledWhole, Whole
from footfall.query.rows import read
from footfall.query.sources import breakdowns, earned, facts, flows, funnels, retention, rolled, sessions, summed
from footfall.query.sources.facts import amount
from footfall.query.sql.retention import ONE_PASS
from footfall.store.protocol import Reader

KPIS_OF_EVENTS = ("visitors", "pageviews")
KPIS_OF_SESSIONS = ("sessions", "bounces", "duration_ms")

FACTS_UP_TO_ROWS = 2_000_000
"""Up to so many, reading facts costs less than looking up uneven sessions and reading the others' rows."""

_SLICE_EVENTS = 50_000_000
"""Of so many, visitors are grouped within the memory of a query: beyond it they would go to disk (performance.md)."""

JourneyT = TypeVar("JourneyT", bound=Funnel | Retention)


class Source(StrEnum):
    """What figures are computed from. Each gives the same."""

    FACTS = "facts"
    SESSIONS = "sessions"
    ROLLUPS = "rollups"


ALL = frozenset(Source)


def choose(store: Reader, query: AnyQuery, allowed: Collection[Source] = ALL) -> AnyPlan:
    """The query for its source, ready to be compiled."""
    query = map_queries(query, partial(_bounded, store))
    return _chosen(store, query, allowed) or complete(query)


def _chosen(store: Reader, query: AnyQuery, allowed: Collection[Source]) -> AnyPlan | None:
    """None where facts answer it."""
    match query:
        case Flows():
            return flows.of_sessions(store, query) if Source.SESSIONS in allowed else None
        case Retention():
            return retention.of_sessions(store, query) if Source.SESSIONS in allowed else None
        case Funnel():
            return funnels.by_time(query)
        case Breakdowns():
            return breakdowns.of_cells(store, query) if Source.ROLLUPS in allowed else None
        case DetailedLabels() | TotalledLabels():
            return _list(store, query, allowed)
        case _:
            return _figures(store, query, allowed)


def _figures(store: Reader, query: AnyQuery, allowed: Collection[Source]) -> Whole | LabelsOfWhole | None:
    base = _base(query)
    if base is None:
        return None
    of_sessions = base.table is Table.SESSIONS or isinstance(query, Kpis | BucketFigures | SessionRevenue)
    if Source.FACTS in allowed and facts.suffice(store, base, sessions=of_sessions):
        return None
    chosen = _from_rollups(store, query) if Source.ROLLUPS in allowed else None
    if chosen is None and Source.SESSIONS in allowed:
        return _from_sessions(store, query, least=FACTS_UP_TO_ROWS if Source.FACTS in allowed else 0)
    return chosen


def _bounded(store: Reader, query: Query) -> Query:
    """The query with the duration of the longest session, which its parts take over."""
    if query.longest is not None or query.table not in {Table.EVENTS, Table.SESSIONS}:
        return query
    (found,) = read(store, LongestSession(query.project))
    return replace(query, longest=max(found["days"], 1) * DAY)


def _base(query: AnyQuery) -> Query | None:
    """What another source than facts may answer; None where none does."""
    if isinstance(query, Query):
        return query
    return query.base if isinstance(query, Kpis | BucketFigures | LabelCount | SessionRevenue) else None


def _list(
    store: Reader, query: DetailedLabels | TotalledLabels, allowed: Collection[Source]
) -> Whole | TotalledWhole | None:
    """From cells the list alone: its details and totals have others."""
    if isinstance(query, DetailedLabels):
        listed = replace(query.listed, filters=(*query.listed.filters, *query.only))
        chosen = _figures(store, listed, {*allowed} - {Source.SESSIONS})
        return chosen if isinstance(chosen, Whole) else None
    chosen = _figures(store, query.listed, allowed)
    if not isinstance(chosen, Whole):
        return None
    return chosen if any(isinstance(part, CellPart) for part in chosen.parts) else TotalledWhole(chosen)


def _from_rollups(store: Reader, query: AnyQuery) -> Whole | LabelsOfWhole | None:
    if isinstance(query, LabelCount):
        listed = _from_rollups(store, query.base)
        return LabelsOfWhole(listed) if isinstance(listed, Whole) else None
    if earned.asks(query):
        return earned.answered(store, query)
    if isinstance(query, Kpis | BucketFigures):
        query = _key_figures(query.base)
    if not isinstance(query, Query):
        return None
    asked = prepare(query)
    return summed.answered(store, asked) if query.table in summed.SUMMED else rolled.answered(store, asked)


def _from_sessions(store: Reader, query: AnyQuery, *, least: int) -> Whole | None:
    """None where the period has fewer facts than `least`, too."""
    asked: Query
    parts: tuple[AnyPart, ...]
    if isinstance(query, Query):
        asked = prepare(query)
        if not sessions.eligible(asked) or (least and amount(store, asked) < least):
            return None
        parts = sessions.parts(store, asked)
    elif isinstance(query, Kpis | BucketFigures):
        asked = _key_figures(query.base)
        of_events = prepare(build.totals(query.base, *KPIS_OF_EVENTS))
        of_sessions = prepare(build.totals(replace(query.base, table=Table.SESSIONS), *KPIS_OF_SESSIONS))
        if not sessions.eligible(of_events) or (least and amount(store, asked) < least):
            return None
        parts = sessions.key_figures(store, of_events, of_sessions)
    elif isinstance(query, SessionRevenue):
        return None if least and amount(store, query.base) < least else earned.of_sessions(store, query)
    else:
        return None
    return Whole(asked, parts) if parts else None


def _key_figures(base: Query) -> Query:
    order = (Order("bucket"),) if base.buckets else ()
    return replace(base, metrics=(*KPIS_OF_EVENTS, *KPIS_OF_SESSIONS), order=order)


def slices(store: Reader, query: JourneyT) -> list[JourneyT]:
    """The same of groups of visitors, to be asked one after the other, where there are too many to be grouped at once.

    Over a short range, retention groups the visitors of the range only.
    """
    base = query.base
    if isinstance(query, Retention) and base.period.end - query.since <= ONE_PASS:
        base = replace(base, period=Period(query.since, base.period.end))
    of = 1 + amount(store, base) // _SLICE_EVENTS
    return [replace(query, slice=Slice(rest, of)) for rest in range(of)] if of > 1 else [query]
