"""Frames for tests: columns that a test does not name hold what an absent value is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from footfall.catalog.columns import EVENTS, REQUESTS, Column
from footfall.pipeline.frames import schema


def events(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    return _frame(rows, EVENTS)


def requests(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    return _frame(rows, REQUESTS)


def _frame(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column]) -> pl.DataFrame:
    def column(name: str, dtype: pl.DataType) -> pl.Series:
        absent: Any = "" if dtype == pl.String else False if dtype == pl.Boolean else 0
        return pl.Series(name, [row.get(name, absent) for row in rows], dtype=dtype)

    spooled = schema(each for each in columns if each.spooled)
    return pl.DataFrame([column(name, dtype) for name, dtype in spooled.items()])
