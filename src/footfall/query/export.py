"""Raw events in full, page by page: memory is bounded by a page, whatever the range."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import polars as pl

from footfall.ids import join, render
from footfall.query import build
from footfall.query.ast import Position, Query
from footfall.query.fetch import fetch, fetch_frame
from footfall.store.protocol import Reader

ROWS = 10_000
WEIGHT = 32 << 20
"""Most rows of a page, and bytes of their long texts; one row always goes."""

COLUMNS = {
    "event_type": "event_kind",
    "custom_event_name": "custom_event_name",
    "category": "category",
    "priority": "priority",
    "path": "path",
    "url": "url",
    "hostname": "hostname",
    "title": "title",
    "referrer": "referrer_url",
    **{name: f"event_{name}" for name in ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")},
    "visitor_id": "visitor_id",
    "session_id": "session_id",
    "country_code": "country",
    "region": "region",
    "city": "city",
    "latitude": "latitude",
    "longitude": "longitude",
    "browser_family": "browser",
    "browser_version": "browser_version",
    "os_family": "os",
    "os_version": "os_version",
    "device_type": "device",
    "language": "language",
    "screen": "screen",
    "traffic": "traffic",
    "revenue": "revenue",
    "currency": "currency",
    "properties": "properties",
}
"""Dimensions by the name that a column has; `id` and `timestamp` stand before them."""

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
    shown = fetch_frame(store, build.newest(narrowed, tuple(COLUMNS.values()), count, after))
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
        *(_column(name, dimension) for name, dimension in COLUMNS.items()),
    )


def _column(name: str, dimension: str) -> pl.Expr:
    column = pl.col(dimension)
    if name in {"latitude", "longitude"}:
        return column.cast(pl.Float64).round(4).fill_nan(None).alias(name)
    absent = {"country_code": "unknown", "revenue": "0"}.get(name, "")
    if name == "properties":
        column = pl.when(column == absent).then(pl.lit("{}")).otherwise(column)
    elif name not in _MAY_BE_EMPTY:
        column = pl.when(column != absent).then(column)
    return column.alias(name)
