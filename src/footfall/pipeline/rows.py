"""Enriched frames to rows of the store's tables: names and types as the insert needs them."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass

import polars as pl

from footfall.catalog.columns import COLUMNS, ID_LAG_MOST, MIXED, SESSIONS, Column, Kind
from footfall.catalog.tables import Table
from footfall.pipeline.earned import MONEY
from footfall.pipeline.frames import collected
from footfall.pipeline.keys import text_keys
from footfall.pipeline.session_state import EVENT_INPUT

INSTANT = pl.Datetime("ms", "UTC")


@dataclass(frozen=True, slots=True)
class Stamp:
    """What marks the rows of a batch: its number, and its writer, whose batches are applied one after the other."""

    batch: int
    writer: int


def name_visitors(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """`visitor` becomes the key of the name in `column` where the client gave one."""
    key = text_keys(frame[column])
    return frame.with_columns(visitor=pl.when(pl.col(column) != "").then(key).otherwise("visitor"))


def session_input(frame: pl.DataFrame) -> pl.DataFrame:
    """EVENT_INPUT of enriched events or requests. A request is no pageview, and its sender never names a session."""
    if "event_type" in frame.columns:
        return frame.select(
            *(name for name in EVENT_INPUT if name not in {"revenue", "session_given", "pageview"}),
            _money(pl.col("revenue")),
            session_given=(pl.col("session_id") != "").cast(pl.UInt8),
            pageview=pl.col("event_type") == "pageview",
        ).select(*EVENT_INPUT)
    return frame.select(
        pl.col(name) if name in frame.columns else pl.lit(_ABSENT.get(name, ""), dtype).alias(name)
        for name, dtype in EVENT_INPUT.items()
    )


_ABSENT: dict[str, bool | int] = {
    "own_id": False,
    "session_given": 0,
    "passive": False,
    "revenue": 0,
    "pageview": False,
}


def with_sessions(frame: pl.DataFrame, sessions: pl.DataFrame) -> pl.DataFrame:
    """Facts with their `session`; events also with its name, and whether the sender gave that name."""
    if "session_id" not in frame.columns:
        return frame.with_columns(sessions["session"])
    given = (pl.col("session_id") != "").cast(pl.UInt8)
    return frame.with_columns(session_given=given).with_columns(sessions)


def event_rows(frame: pl.DataFrame, stamp: Stamp) -> bytes:
    """An Arrow IPC file for the table `events`, of enriched events with their sessions."""
    return _rows(Table.EVENTS, _split_url(frame), stamp)


def request_rows(frame: pl.DataFrame, stamp: Stamp) -> bytes:
    """An Arrow IPC file for the table `requests`, of enriched requests with their sessions."""
    return _rows(Table.REQUESTS, frame, stamp)


def engagement_rows(frame: pl.DataFrame, stamp: Stamp) -> bytes:
    """An Arrow IPC file for the table `engagements`, of enriched engagements."""
    return _rows(Table.ENGAGEMENTS, frame, stamp)


def session_rows(table: Table, before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Rows of the table `sessions`: those of `before` cancel with sign -1, those of `after` are added with sign 1."""
    signed = [rows.with_columns(sign=pl.lit(sign, pl.Int8)) for rows, sign in ((before, -1), (after, 1))]
    viewed = pl.col("pageviews") > 0
    return (
        pl.concat(signed)
        .with_columns(
            source_table=pl.lit(table.value),
            entry_lag=pl.when(viewed).then(pl.col("entry_at") - pl.col("start")).otherwise(0).cast(pl.UInt64),
            exit_lag=pl.when(viewed).then(pl.col("end") - pl.col("exit_at")).otherwise(0).cast(pl.UInt64),
        )
        .select(as_stored(column) for column in SESSIONS if column.stored)
    )


def unmixed() -> pl.Expr:
    """Whether a session's events are of one class of traffic, without long pauses: cells count it where it goes on."""
    return (pl.col("varies") & MIXED) == 0


def _shorten_ids(frame: pl.DataFrame) -> pl.DataFrame:
    """`id_lag`, and `id_hi` without a time where that lies near the fact's; else 0, and `id_hi` as it is."""
    lag = (pl.col("id_hi") // _ID_TIME).cast(pl.Int64) - pl.col("timestamp") + ID_LAG_MOST + 1
    near = lag.is_between(1, 2 * ID_LAG_MOST + 1)
    return frame.with_columns(
        id_lag=pl.when(near).then(lag).otherwise(0).cast(pl.UInt32),
        id_hi=pl.when(near).then(pl.col("id_hi") % _ID_TIME).otherwise("id_hi"),
    )


_ID_TIME = 1 << 16
"""The unit of the milliseconds in the first half of an id (footfall/ids.py)."""

_BASE = r"^([A-Za-z][A-Za-z0-9+.-]*://[^/?#]*)"


def _split_url(frame: pl.DataFrame) -> pl.DataFrame:
    """`url_base` and `url_rest` around the path, where the path stands in the URL; else all of it in `url_rest`."""
    url, path = pl.col("url"), pl.col("path")
    base = url.str.extract(_BASE).fill_null("")
    after = url.str.slice(base.str.len_chars())
    split = (base != "") & after.str.starts_with(path)
    parts = (
        frame.lazy()
        .select("url", "path")
        .unique()
        .with_columns(
            url_base=pl.when(split).then(base).otherwise(pl.lit("")),
            url_rest=pl.when(split).then(after.str.slice(path.str.len_chars())).otherwise(url),
        )
    )
    return collected(frame.lazy().join(parts, on=["url", "path"], how="left", maintain_order="left"))


def arrow(frame: pl.DataFrame) -> bytes:
    out = io.BytesIO()
    frame.write_ipc(out, compression="lz4", compat_level=pl.CompatLevel.oldest())
    return out.getvalue()


def _rows(table: Table, frame: pl.DataFrame, stamp: Stamp) -> bytes:
    stamped = _shorten_ids(frame).with_columns(batch=pl.lit(stamp.batch, pl.UInt64))
    return arrow(stamped.select(as_stored(column) for column in COLUMNS[table] if column.stored))


def as_stored(column: Column) -> pl.Expr:
    """A column of a frame as the store takes it."""
    value = pl.col(column.name)
    match column.kind:
        case Kind.INSTANT | Kind.SECOND:
            return value.cast(INSTANT)
        case Kind.MONEY:
            return _money(value)
        case Kind.FLAG:
            return value.cast(pl.UInt8)
        case Kind.FLOAT:
            return value.fill_null(math.nan)
        case _:
            return value


def _money(amount: pl.Expr) -> pl.Expr:
    """A text as an amount; 0 where it is none."""
    return amount.cast(MONEY, strict=False).fill_null(0)
