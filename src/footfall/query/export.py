"""Raw events in full, page by page: memory is bounded by a page, whatever the range."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import polars as pl

from footfall.catalog.columns import EVENTS, Column, Kind, Origin
from footfall.catalog.dimensions import DIMENSIONS
from footfall.ids import join, render
from footfall.query import build
from footfall.query.ast import Position, Query
from footfall.query.fetch import fetch, fetch_frame
from footfall.store.protocol import Reader

ROWS = 10_000
WEIGHT = 8 << 20
"""Limits of a page: rows, and bytes of their long texts. A page has at least one row."""

_EXPORTED = tuple(column for column in EVENTS if column.export)
"""`id` and `timestamp` stand before them."""

_MAY_BE_EMPTY = {"path", "url"}


@dataclass(frozen=True, slots=True)
class ExportPage:
    """`next` is where the following page begins, None where this is the last."""

    rows: pl.DataFrame
    next: Position | None


def page(store: Reader, base: Query, after: Position | None) -> ExportPage:
    """Events, newest first, equal times by id descending; absent values are null, `properties` a JSON object."""
    keys = fetch(store, build.newest(base, ("weight",), ROWS + 1, after))
    weights = itertools.accumulate(row["weight"] for row in keys[:ROWS])
    count = max(1, sum(weight <= WEIGHT for weight in weights))
    narrowed = build.between(base, keys[min(count, len(keys)) - 1], keys[0]) if keys else base
    shown = fetch_frame(store, build.newest(narrowed, tuple(map(_dimension, _EXPORTED)), count, after))
    following = None
    if len(keys) > count:
        last = shown.row(-1, named=True)
        following = Position(last["timestamp"], last["id_hi"], last["id_lo"])
    return ExportPage(_tidy(shown), following)


def _tidy(found: pl.DataFrame) -> pl.DataFrame:
    ids = [render(join(high, low)) for high, low in found.select("id_hi", "id_lo").iter_rows()]
    return found.select(
        pl.Series("id", ids, dtype=pl.String),
        pl.col("timestamp").cast(pl.Datetime("ms", "UTC")),
        *map(_column, _EXPORTED),
    )


def _dimension(column: Column) -> str:
    return column.shown or column.name


def _column(column: Column) -> pl.Expr:
    name = _dimension(column)
    value = pl.col(name)
    if column.kind is Kind.FLOAT:
        value = value.cast(pl.Float64).round(4).fill_nan(None)
    elif column.kind is Kind.JSON:
        value = pl.when(value == "").then(pl.lit("{}")).otherwise(value)
    elif name not in _MAY_BE_EMPTY:
        value = pl.when(value != _absent(column)).then(value)
    return value.alias(column.export)


def _absent(column: Column) -> str:
    """How the column's dimension shows that there is no value. Derived labels always have one, if only `unknown`."""
    if column.kind is Kind.MONEY:
        return "0"
    return DIMENSIONS[_dimension(column)].empty if column.origin is Origin.SENT else ""
