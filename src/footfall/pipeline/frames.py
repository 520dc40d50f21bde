"""The columns that the pipeline starts from: one polars frame per batch of events, and of each other kind."""

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
    "provider": pl.String(),
}

ENGAGEMENT_COLUMNS: dict[str, pl.DataType] = {
    "project_id": pl.UInt32(),
    "timestamp": pl.Int64(),
    "id_hi": pl.UInt64(),
    "id_lo": pl.UInt64(),
    "visitor": pl.UInt64(),
    "visitor_id": pl.String(),
    "hostname": pl.String(),
    "path": pl.String(),
    "url": pl.String(),
    "user_agent": pl.String(),
    "country": pl.String(),
    "engaged_ms": pl.UInt32(),
    "scroll": pl.Int8(),  # -1 where it was not measured
    "lcp": pl.Float32(),  # null where it was not measured, as the others
    "inp": pl.Float32(),
    "cls": pl.Float32(),
    "fcp": pl.Float32(),
    "ttfb": pl.Float32(),
}

TRAFFIC_KEY: dict[str, pl.DataType] = {
    "project_id": pl.UInt32(),
    "timestamp": pl.Int64(),
    "domain": pl.String(),
    "worker": pl.String(),
    "protocol": pl.String(),
    "user_id": pl.UInt64(),
    "order_id": pl.UInt64(),
    "port": pl.UInt16(),
    "error": pl.String(),
    "peer_id": pl.String(),
    "ip_from": pl.String(),
    "ip_out": pl.String(),
}
"""What a proxy log says but its figures; logs that agree in it, to the second, are one row of the store."""

TRAFFIC_SUMS: dict[str, pl.DataType] = {
    "count": pl.UInt64(),
    "bytes_sent": pl.UInt64(),
    "bytes_received": pl.UInt64(),
    "error_count": pl.UInt64(),
    "duration_ms": pl.UInt64(),
}

TRAFFIC_COLUMNS: dict[str, pl.DataType] = {**TRAFFIC_KEY, **TRAFFIC_SUMS, "max_concurrency": pl.UInt64()}
