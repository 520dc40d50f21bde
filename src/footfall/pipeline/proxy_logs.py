"""Proxy logs to rows of the table `proxy_logs`: logs that differ in their figures only are summed up."""

from __future__ import annotations

import polars as pl

from footfall.catalog.columns import PROXY_LOGS
from footfall.clock import SECOND
from footfall.pipeline.keys import combine
from footfall.pipeline.rows import Stamp, arrow, as_stored

ALONE_FROM = 1 << 40
"""A log with a figure of at least this is never summed up with others; sums of 16 million smaller ones fit 64 bits."""

_SPOOLED = [column for column in PROXY_LOGS if column.spooled]
_KEY = [column.name for column in _SPOOLED if not column.merged]
"""All of a proxy log but its figures; logs that agree in these, to the second, become one row."""

_SUMS = [column.name for column in _SPOOLED if column.merged == "sum"]
_MAXIMA = [column.name for column in _SPOOLED if column.merged == "max"]


def proxy_log_rows(logs: pl.DataFrame, stamp: Stamp) -> bytes:
    """An Arrow IPC file for the table `proxy_logs`, of the frame that `decode.facts` gives."""
    seconds = pl.col("timestamp") // SECOND * SECOND
    return arrow(
        _summed_up(logs.with_columns(writer=_writers(logs, stamp), timestamp=seconds))
        .with_columns(batch=pl.lit(stamp.batch, pl.UInt64))
        .select(as_stored(column) for column in PROXY_LOGS if column.stored)
    )


def _summed_up(logs: pl.DataFrame) -> pl.DataFrame:
    """One row for logs that are alike. Most have a hash that no other has, so that nothing is done with them."""
    keys = [*_KEY, "writer"]
    several = logs.select(keys).hash_rows().is_duplicated()
    if not several.any():
        return logs
    alike = logs.filter(several).group_by(keys).agg(pl.col(_SUMS).sum(), pl.col(_MAXIMA).max())
    return pl.concat([logs.filter(~several), alike.select(logs.columns)])


def _writers(logs: pl.DataFrame, stamp: Stamp) -> pl.Expr:
    """The writer of each log, or a number of its own."""
    writer = pl.lit(stamp.writer, pl.UInt64)
    large = logs.select(pl.any_horizontal(pl.col(name) >= ALONE_FROM for name in _SUMS)).to_series()
    if not large.any():
        return writer
    numbers = (pl.Series([number] * len(logs), dtype=pl.UInt64) for number in (stamp.batch, stamp.writer))
    return pl.when(large).then(pl.lit(combine(*numbers, _places(logs)))).otherwise(writer)


def _places(logs: pl.DataFrame) -> pl.Series:
    return pl.int_range(len(logs), dtype=pl.UInt64, eager=True)
