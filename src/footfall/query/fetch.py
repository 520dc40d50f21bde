"""Questions to rows: the one place where a statement meets a store."""

from __future__ import annotations

import io
from typing import Any

import polars as pl

from footfall.query.ast import Question
from footfall.query.passes import complete
from footfall.query.sql import compile_query
from footfall.store.protocol import Reader

Row = dict[str, Any]


def fetch(store: Reader, question: Question) -> list[Row]:
    """A dict per row, by the names of bucket, dimensions, metrics and picks."""
    statement = compile_query(complete(question))
    rows = store.query(statement.sql, statement.params).rows
    return [dict(zip(statement.names, row, strict=True)) for row in rows]


def fetch_frame(store: Reader, question: Question) -> pl.DataFrame:
    """The same as columns, of the engine's types."""
    statement = compile_query(complete(question))
    frame = pl.read_ipc(io.BytesIO(store.arrow(statement.sql, statement.params)))
    frame.columns = list(statement.names)
    return frame
