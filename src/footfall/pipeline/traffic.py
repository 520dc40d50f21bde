"""Proxy logs to rows of the table `traffic`: those that agree in all but their figures are summed up."""

from __future__ import annotations

import polars as pl

from footfall.pipeline.frames import TRAFFIC_COLUMNS, TRAFFIC_KEY, TRAFFIC_SUMS
from footfall.pipeline.keys import combine
from footfall.pipeline.rows import INSTANT, arrow

ALONE_FROM = 1 << 40
"""A log with a figure from here on is summed up with no other; 16 million smaller ones always fit 64 bits."""

_SECOND = 1000


def traffic_rows(logs: pl.DataFrame, batch: int, writer: int) -> bytes:
    """An Arrow IPC file for the table `traffic`, of TRAFFIC_COLUMNS."""
    sums = [pl.col(name).sum() for name in TRAFFIC_SUMS]
    return arrow(
        logs.with_columns(writer=_writers(logs, batch, writer), timestamp=pl.col("timestamp") // _SECOND * _SECOND)
        .group_by(*TRAFFIC_KEY, "writer")
        .agg(*sums, pl.col("max_concurrency").max())
        .sort("project_id", "timestamp")
        .select(
            pl.col("timestamp").cast(INSTANT) if name == "timestamp" else pl.col(name)
            for name in (*TRAFFIC_COLUMNS, "writer")
        )
        .with_columns(batch=pl.lit(batch, pl.UInt64))
    )


def _writers(logs: pl.DataFrame, batch: int, writer: int) -> pl.Series:
    """The writer of each log, or a number of its own."""
    large = logs.select(pl.any_horizontal(pl.col(name) >= ALONE_FROM for name in TRAFFIC_SUMS)).to_series()
    own = combine(*(pl.Series([number] * len(logs), dtype=pl.UInt64) for number in (batch, writer)), _places(logs))
    chosen = pl.DataFrame({"large": large, "own": own}).select(
        pl.when("large").then("own").otherwise(pl.lit(writer, pl.UInt64))
    )
    return chosen.to_series()


def _places(logs: pl.DataFrame) -> pl.Series:
    return pl.int_range(len(logs), dtype=pl.UInt64, eager=True)
