"""Enriched frames to rows of the store's tables: the last look at names and types before the insert."""

from __future__ import annotations

import io
import math

import polars as pl

from footfall.pipeline.keys import text_keys
from footfall.pipeline.sessions import EVENT_INPUT, SESSION_COLUMNS

INSTANT = pl.Datetime("ms", "UTC")

EVENTS_TABLE = (
    *(
        "project_id",
        "timestamp",
        "id_hi",
        "id_lo",
        "visitor",
        "session",
        "visitor_id",
        "session_id",
        "session_given",
        "own_id",
    ),
    *(
        "event_type",
        "name",
        "category",
        "priority",
        "hostname",
        "path",
        "url_base",
        "url_rest",
        "title",
        "referrer",
        "source",
        "channel",
    ),
    *("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"),
    *("browser", "browser_version", "os", "os_version", "device", "traffic", "country", "region", "city"),
    *("latitude", "longitude"),
    *("language", "screen", "revenue", "currency", "properties", "batch"),
)
REQUESTS_TABLE = (
    *("project_id", "timestamp", "id_hi", "id_lo", "visitor", "session", "user_id", "method", "endpoint", "host"),
    *("status", "bytes", "duration_us", "protocol", "ip_address", "user_agent", "referer"),
    *("browser", "browser_version", "os", "os_version", "device", "traffic", "country", "region", "city"),
    *("provider", "batch"),
)

ENGAGEMENTS_TABLE = (
    *("project_id", "timestamp", "id_hi", "id_lo", "visitor", "visitor_id", "hostname", "path"),
    *("engaged_ms", "scroll", "lcp", "inp", "cls", "fcp", "ttfb"),
    *("browser", "os", "device", "traffic", "country", "batch"),
)


def name_visitors(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """`visitor` becomes the key of the name in `column` where the client gave one."""
    key = text_keys(frame[column])
    return frame.with_columns(visitor=pl.when(pl.col(column) != "").then(key).otherwise("visitor"))


def session_input(frame: pl.DataFrame) -> pl.DataFrame:
    """EVENT_INPUT of enriched events or requests; a request is nobody's pageview and has no session of its own name."""
    if "event_type" in frame.columns:
        return frame.select(
            *(name for name in EVENT_INPUT if name not in {"session_given", "pageview"}),
            session_given=(pl.col("session_id") != "").cast(pl.UInt8),
            pageview=pl.col("event_type") == "pageview",
        ).select(*EVENT_INPUT)
    return frame.select(
        pl.col(name) if name in frame.columns else pl.lit(_ABSENT.get(name, ""), dtype).alias(name)
        for name, dtype in EVENT_INPUT.items()
    )


_ABSENT: dict[str, bool | int] = {"own_id": False, "session_given": 0, "pageview": False}


def with_sessions(frame: pl.DataFrame, sessions: pl.DataFrame) -> pl.DataFrame:
    """Facts with their `session`, and events with its name and whether they brought it themselves."""
    if "session_id" not in frame.columns:
        return frame.with_columns(sessions["session"])
    given = (pl.col("session_id") != "").cast(pl.UInt8)
    return frame.with_columns(pl.col("own_id").cast(pl.UInt8), session_given=given).with_columns(sessions)


def event_rows(frame: pl.DataFrame, batch: int) -> bytes:
    """An Arrow IPC file for the table `events`, of enriched events with their sessions."""
    frame = _split_url(frame)
    revenue = pl.col("revenue").cast(pl.Decimal(18, 4), strict=False).fill_null(0)
    point = pl.col("latitude", "longitude").fill_null(math.nan)
    return arrow(_stamped(frame, batch).with_columns(revenue, point).select(EVENTS_TABLE))


def request_rows(frame: pl.DataFrame, batch: int) -> bytes:
    """An Arrow IPC file for the table `requests`."""
    return arrow(_stamped(frame, batch).select(REQUESTS_TABLE))


def engagement_rows(frame: pl.DataFrame, batch: int) -> bytes:
    """An Arrow IPC file for the table `engagements`, of enriched engagements."""
    vitals = pl.col(pl.Float32).fill_null(math.nan)
    return arrow(_stamped(name_visitors(frame, "visitor_id"), batch).with_columns(vitals).select(ENGAGEMENTS_TABLE))


def session_rows(table: str, before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Rows of the table `sessions`: what to cancel with sign -1, what to add with sign 1."""
    signed = [rows.with_columns(sign=pl.lit(sign, pl.Int8)) for rows, sign in ((before, -1), (after, 1))]
    viewed = pl.col("pageviews") > 0
    return (
        pl.concat(signed)
        .with_columns(
            pl.col("start").cast(INSTANT),
            pl.col("end").cast(INSTANT),
            source_table=pl.lit(table),
            entry_lag=pl.when(viewed).then(pl.col("entry_at") - pl.col("start")).otherwise(0).cast(pl.UInt64),
            exit_lag=pl.when(viewed).then(pl.col("end") - pl.col("exit_at")).otherwise(0).cast(pl.UInt64),
        )
        .select("source_table", "sign", *(_LAGS.get(name, name) for name in SESSION_COLUMNS))
    )


_LAGS = {"entry_at": "entry_lag", "exit_at": "exit_lag"}
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
    return frame.lazy().join(parts, on=["url", "path"], how="left", maintain_order="left").collect()


def arrow(frame: pl.DataFrame) -> bytes:
    out = io.BytesIO()
    frame.write_ipc(out, compression="lz4", compat_level=pl.CompatLevel.oldest())
    return out.getvalue()


def _stamped(frame: pl.DataFrame, batch: int) -> pl.DataFrame:
    return frame.with_columns(pl.col("timestamp").cast(INSTANT), batch=pl.lit(batch, pl.UInt64))
