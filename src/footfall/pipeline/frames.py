"""The types of the pipeline's frames: one frame per batch of each kind of facts."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from footfall.catalog.columns import REQUESTS, Column, Kind

Schema = dict[str, pl.DataType]

_TYPES: dict[Kind, pl.DataType] = {
    **dict.fromkeys((Kind.LABEL, Kind.TEXT, Kind.CHOICE, Kind.JSON, Kind.MONEY), pl.String()),
    Kind.LABELS: pl.List(pl.String()),
    Kind.FLAG: pl.Boolean(),
    # Unix milliseconds until the rows are written; the store's DateTime is made then.
    **dict.fromkeys((Kind.INSTANT, Kind.SECOND), pl.Int64()),
    Kind.INT8: pl.Int8(),
    Kind.UINT8: pl.UInt8(),
    Kind.UINT16: pl.UInt16(),
    Kind.UINT32: pl.UInt32(),
    Kind.UINT64: pl.UInt64(),
    Kind.FLOAT: pl.Float32(),  # null where it is unknown; the store's NaN is made when the rows are written
}


def collected(lazy: pl.LazyFrame) -> pl.DataFrame:
    """Computed by the engine for frames in memory: the streaming one, polars' default, wakes threads at each step."""
    return lazy.collect(engine="in-memory")


def schema(columns: Iterable[Column]) -> Schema:
    return {column.name: _TYPES[column.kind] for column in columns}


REQUEST_COLUMNS = schema(column for column in REQUESTS if column.spooled)
