"""Answers to the tracking surface's JSON. Instants are to the second."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from footfall.catalog.metrics import PERCENTILES, STATUS_CLASSES
from footfall.model.period import Bucket, iso_seconds
from footfall.query.endpoints import Endpoints, Overview
from footfall.query.fetch import Row
from footfall.query.shares import share

Json = dict[str, Any]

VISIT_DIMENSIONS = (
    "user_hash",
    "endpoint",
    "method",
    "ip_address",
    "user_agent",
    "referrer_url",
    "status",
    "response_bytes",
    "duration_us",
    "host",
    "protocol",
    "country",
    "user_id",
)


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
        "error_rate": share(row["failed"], row["answered"]) if row["answered"] else None,
        **_percentiles(row),
        "bytes": row["bytes"] or None,
    }


def _percentiles(row: Row) -> Json:
    return {f"p{percent}_ms": _ms(us) for percent, us in zip(PERCENTILES, row["durations"], strict=True)}


def _ms(us: float) -> float | None:
    """To whole microseconds; None for what was not sent, which is stored as 0 and estimated as NaN."""
    return None if not us or math.isnan(us) else round(us) / 1000


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
        "status": int(row["status"]) or None,
        "bytes": row["response_bytes"] or None,
        "duration_ms": _ms(row["duration_us"]),
        "host": _known(row["host"]),
        "protocol": row["protocol"] or None,
        "country_code": _known(row["country"]),
        "user_id": row["user_id"] or None,
    }


def _known(label: str) -> str | None:
    return None if label == "unknown" else label


def top(rows: list[Row], dimension: str, label: str, read: Callable[[str], str | int | None], period: str) -> Json:
    items = [
        {
            label: read(row[dimension]),
            "hit_count": row["hits"],
            "unique_users": row["visitors"],
            "bytes": row["bytes"] or None,
        }
        for row in rows
    ]
    return {"items": items, "period": period}


def top_users(rows: list[Row], period: str) -> Json:
    items = [
        {
            "user_hash": f"{row['visitor']:016x}",
            "user_id": row["named_user"] or None,
            "hit_count": row["hits"],
            "bytes": row["bytes"] or None,
            "last_access": iso_seconds(row["last"]),
            "first_access": iso_seconds(row["first"]),
        }
        for row in rows
    ]
    return {"items": items, "period": period}


_NO_REQUESTS: Row = {
    "hits": 0,
    "visitors": 0,
    "status_classes": [0] * len(STATUS_CLASSES),
    "durations": [0] * len(PERCENTILES),
    "bytes": 0,
}


def overview(found: Overview, starts: tuple[int, ...], granularity: str, period: str) -> Json:
    points = {row["bucket"]: row for row in found.points}
    current, previous = found.figures.current, found.figures.previous
    return {
        "current": _figures(current),
        "previous": None if previous is None else _figures(previous),
        "items": [{"bucket": iso_seconds(at), **_figures(points.get(at, _NO_REQUESTS))} for at in starts],
        "granularity": granularity,
        "period": period,
    }


def _figures(row: Row) -> Json:
    return {"hit_count": row["hits"], "unique_users": row["visitors"], **_answered(row)}


def _answered(row: Row) -> Json:
    counts = zip(STATUS_CLASSES, row["status_classes"], strict=True)
    return {
        "statuses": {f"{digit}xx": count for digit, count in counts},
        **_percentiles(row),
        "bytes": row["bytes"] or None,
    }


def _seen(row: Row) -> Json:
    return {"first_access": iso_seconds(row["first"]), "last_access": iso_seconds(row["last"])}


def endpoints(found: Endpoints, starts: tuple[int, ...], granularity: str, period: str) -> Json:
    items = [
        {
            "endpoint": row["endpoint"],
            "method": row["method"],
            **_figures(row),
            **_seen(row),
            "trend": found.trends.get((row["endpoint"], row["method"])),
        }
        for row in found.found.rows
    ]
    return {
        "items": items,
        "total": found.found.total,
        "buckets": [iso_seconds(at) for at in starts],
        "granularity": granularity,
        "period": period,
    }


def consumers(rows: list[Row], period: str) -> Json:
    items = [
        {
            "consumer": row["consumer"],
            "user_id": row["named_user"] or None,
            "hit_count": row["hits"],
            "endpoints": row["endpoints"],
            **_answered(row),
            **_seen(row),
        }
        for row in rows
    ]
    return {"items": items, "period": period}
