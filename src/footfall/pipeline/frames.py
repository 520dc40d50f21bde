"""The columns that the pipeline starts from: one polars frame of events and one of requests per batch."""

from __future__ import annotations

import polars as pl

EVENT_COLUMNS: dict[str, pl.DataType] = {
    "project_id": pl.UInt32(),
    "timestamp": pl.Int64(),  # Unix milliseconds; the store's DateTime64(3) is made at the end
    "id_hi": pl.UInt64(),
    "id_lo": pl.UInt64(),
    "own_id": pl.Boolean(),
    "event_type": pl.String(),
    "name": pl.String(),
    "category": pl.String(),
    "priority": pl.String(),
    "visitor": pl.UInt64(),
    "visitor_id": pl.String(),
    "session_id": pl.String(),
    "url": pl.String(),
    "path": pl.String(),
    "hostname": pl.String(),
    "title": pl.String(),
    "referrer": pl.String(),
    "user_agent": pl.String(),
    "language": pl.String(),
    "screen": pl.String(),
    "country": pl.String(),
    "region": pl.String(),
    "city": pl.String(),
    "revenue": pl.String(),
    "currency": pl.String(),
    "properties": pl.String(),
    "latitude": pl.Float32(),  # null where unknown, as longitude
    "longitude": pl.Float32(),
}

REQUEST_COLUMNS: dict[str, pl.DataType] = {
    "project_id": pl.UInt32(),
    "timestamp": pl.Int64(),
    "id_hi": pl.UInt64(),
    "id_lo": pl.UInt64(),
    "visitor": pl.UInt64(),
    "user_id": pl.String(),
    "method": pl.String(),
    "endpoint": pl.String(),
    "host": pl.String(),
    "status": pl.UInt16(),
    "bytes": pl.UInt64(),
    "duration_us": pl.UInt64(),
    "protocol": pl.String(),
    "ip_address": pl.String(),
    "user_agent": pl.String(),
    "referer": pl.String(),
    "country": pl.String(),
    "region": pl.String(),
    "city": pl.String(),
}
