"""Queries to rows: passes complete a query, its source is chosen, and the store is read."""

from __future__ import annotations

import polars as pl

from footfall.query.ast import AnyQuery
from footfall.query.remembering import RememberingReader
from footfall.query.rows import Row, read, read_frame
from footfall.query.sources import choose
from footfall.store.protocol import Reader

__all__ = ["Row", "fetch", "fetch_frame"]


def fetch(store: Reader, query: AnyQuery) -> list[Row]:
    """One dict per row, keyed by the names of bucket, dimensions, metrics and picks."""
    return read(store, _chosen(store, query))


def fetch_frame(store: Reader, query: AnyQuery) -> pl.DataFrame:
    """The same rows as a frame, with the engine's types."""
    return read_frame(store, _chosen(store, query))


def _chosen(store: Reader, query: AnyQuery) -> AnyQuery:
    chosen = choose(store, query)
    if isinstance(store, RememberingReader):
        store.timing.note(chosen)
    return chosen
