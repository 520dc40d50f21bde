"""Compiled queries to rows: the only place where a statement meets a store."""

from __future__ import annotations

import io
from typing import Any

import polars as pl

from footfall.query.cells import CellQuery
from footfall.query.plan import AnyPlan, LookUp
from footfall.query.sql import compile_query
from footfall.store.protocol import Reader

Row = dict[str, Any]


def read(store: Reader, query: AnyPlan | LookUp | CellQuery) -> list[Row]:
    """One dict per row, keyed by the names of bucket, dimensions, metrics and picks."""
    statement = compile_query(query)
    rows = store.query(statement.sql, statement.params).rows
    return [dict(zip(statement.names, row, strict=True)) for row in rows]


def read_frame(store: Reader, query: AnyPlan | LookUp | CellQuery) -> pl.DataFrame:
    """The same rows as a frame, with the engine's types."""
    statement = compile_query(query)
    frame = pl.read_ipc(io.BytesIO(store.arrow(statement.sql, statement.params)))
    frame.columns = list(statement.names)
    return frame
