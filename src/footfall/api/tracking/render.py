"""Answers to the tracking surface's JSON. Instants are to the second."""

from __future__ import annotations

from typing import Any

from footfall.model.period import Bucket, iso_seconds
from footfall.query.fetch import Row

Json = dict[str, Any]

VISIT_DIMENSIONS = ("user_hash", "endpoint", "method", "ip_address", "user_agent", "referrer_url")


def stats(rows: list[Row], period: str, total: int) -> Json:
    return {"stats": [_endpoint(row) for row in rows], "period": period, "total_endpoints": total}


def _endpoint(row: Row) -> Json:
    return {
        "endpoint": row["endpoint"],
        "method": row["method"],
        "hit_count": row["hits"],
        "unique_users": row["visitors"],
        "last_access": iso_seconds(row["last"]),
        "first_access": iso_seconds(row["first"]),
    }


def summary(row: Row, period: str) -> Json:
    return {
        "period": period,
        "total_hits": row["hits"],
        "total_endpoints": row["endpoints"],
        "total_unique_users": row["visitors"],
        "oldest_visit": iso_seconds(row["first"]) if row["hits"] else None,
        "newest_visit": iso_seconds(row["last"]) if row["hits"] else None,
        "tracking_active": True,
    }


def trends(rows: list[Row], granularity: Bucket, period: str) -> Json:
    return {
        "trends": [_trend(row, granularity) for row in rows],
        "granularity": granularity.value,
        "period": period,
    }


def _trend(row: Row, granularity: Bucket) -> Json:
    return {
        "time_bucket": _bucket(row["bucket"], granularity),
        "hits": row["hits"],
        "unique_users": row["visitors"],
        "unique_endpoints": row["endpoints"],
    }


def _bucket(start: int, granularity: Bucket) -> str:
    """`2025-08-13T15:00:00Z`, `2025-08-13` (a day, a week's Monday) or `2025-08`."""
    text = iso_seconds(start)
    if granularity is Bucket.HOUR:
        return text
    return text[:7] if granularity is Bucket.MONTH else text[:10]


def visits(rows: list[Row]) -> Json:
    return {"visits": [_visit(row) for row in rows], "count": len(rows)}


def _visit(row: Row) -> Json:
    return {
        "user_hash": row["user_hash"],
        "endpoint": row["endpoint"],
        "method": row["method"],
        "ip_address": row["ip_address"] or None,
        "user_agent": row["user_agent"] or None,
        "referer": row["referrer_url"] or None,
        "timestamp": iso_seconds(row["timestamp"]),
    }
