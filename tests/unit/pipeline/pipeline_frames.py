"""Frames for tests: columns that a test does not name hold what an absent value is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from footfall.pipeline.frames import EVENT_COLUMNS, REQUEST_COLUMNS


def events(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    return _frame(rows, EVENT_COLUMNS)


def requests(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    return _frame(rows, REQUEST_COLUMNS)


def _frame(rows: Sequence[Mapping[str, Any]], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    def column(name: str, dtype: pl.DataType) -> pl.Series:
        absent: Any = "" if dtype == pl.String else False if dtype == pl.Boolean else 0
        return pl.Series(name, [row.get(name, absent) for row in rows], dtype=dtype)

    return pl.DataFrame([column(name, dtype) for name, dtype in schema.items()])
