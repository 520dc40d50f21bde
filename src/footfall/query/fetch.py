"""Queries to rows: passes complete a query, its source is chosen, and the store is read."""

from __future__ import annotations

import polars as pl

from footfall.query.ast import AnyQuery
from footfall.query.halves import read_at_once
from footfall.query.plan import AnyPlan, FlowsOfSessions, FunnelByTime
from footfall.query.remembering import RememberingReader
from footfall.query.rows import Row, read, read_frame
from footfall.query.sources import choose, flows, funnels
from footfall.store.protocol import Reader

__all__ = ["Row", "fetch", "fetch_frame", "planned", "read"]


def fetch(store: Reader, query: AnyQuery) -> list[Row]:
    """One dict per row, keyed by the names of bucket, dimensions, metrics and picks."""
    match planned(store, query):
        case FlowsOfSessions() as plan:
            return flows.ranked(store, plan)
        case FunnelByTime() as plan:
            return funnels.counted(store, plan)
        case plan:
            return read_at_once(store, plan)


def fetch_frame(store: Reader, query: AnyQuery) -> pl.DataFrame:
    """The same rows as a frame, with the engine's types."""
    return read_frame(store, planned(store, query))


def planned(store: Reader, query: AnyQuery) -> AnyPlan:
    """The query for the source that was chosen, to be read."""
    chosen = choose(store, query)
    if isinstance(store, RememberingReader):
        store.timing.note(chosen)
    return chosen
