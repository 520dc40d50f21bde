"""One example answer per operation, for the OpenAPI document."""

from __future__ import annotations

from footfall.api.documented import Responses, answers

STATS = answers(
    {
        "stats": [
            {
                "endpoint": "/",
                "method": "GET",
                "hit_count": 245,
                "unique_users": 89,
                "last_access": "2025-08-13T10:30:00Z",
                "first_access": "2025-08-06T14:22:00Z",
                "error_rate": 0.0122,
                "p50_ms": 12.401,
                "p95_ms": 87.22,
                "p99_ms": 240.5,
                "bytes": 1254400,
            }
        ],
        "period": "week",
        "total_endpoints": 8,
    }
)

SUMMARY = answers(
    {
        "period": "day",
        "total_hits": 1247,
        "total_endpoints": 12,
        "total_unique_users": 234,
        "oldest_visit": "2025-08-13T00:00:04Z",
        "newest_visit": "2025-08-13T10:30:00Z",
        "tracking_active": True,
    }
)

TRENDS = answers(
    {
        "trends": [{"time_bucket": "2025-08-13", "hits": 567, "unique_users": 123, "unique_endpoints": 8}],
        "granularity": "day",
        "period": "7d",
    }
)

VISITS = answers(
    {
        "visits": [
            {
                "user_hash": "5b1f0c9e2a7d4e31",
                "endpoint": "/login",
                "method": "POST",
                "ip_address": "192.0.2.7",
                "user_agent": "curl/8.5.0",
                "referer": None,
                "timestamp": "2025-08-13T10:30:00Z",
                "status": 401,
                "bytes": 512,
                "duration_ms": 12.5,
                "host": "shop.example",
                "protocol": "HTTP/1.1",
                "country_code": None,
                "user_id": None,
            }
        ],
        "count": 1,
    }
)

TOP_USERS = answers(
    {
        "items": [
            {
                "user_hash": "5b1f0c9e2a7d4e31",
                "user_id": "ada",
                "hit_count": 96,
                "bytes": 491520,
                "last_access": "2025-08-13T10:30:00Z",
                "first_access": "2025-08-06T14:22:00Z",
            }
        ],
        "period": "all",
    }
)

_STATUSES = {"1xx": 0, "2xx": 229, "3xx": 12, "4xx": 3, "5xx": 1}
_DURATIONS = {"p50_ms": 12.401, "p95_ms": 87.22, "p99_ms": 240.5, "bytes": 1254400}
_FIGURES = {"hit_count": 245, "unique_users": 89, "statuses": _STATUSES, **_DURATIONS}
_SEEN = {"first_access": "2025-08-12T00:22:00Z", "last_access": "2025-08-13T10:30:00Z"}

OVERVIEW = answers(
    {
        "current": _FIGURES,
        "previous": None,
        "items": [{"bucket": "2025-08-13T00:00:00Z", **_FIGURES}],
        "granularity": "day",
        "period": "day",
    }
)

ENDPOINTS = answers(
    {
        "items": [{"endpoint": "/login", "method": "POST", **_FIGURES, **_SEEN, "trend": [112, 133]}],
        "total": 8,
        "buckets": ["2025-08-12T00:00:00Z", "2025-08-13T00:00:00Z"],
        "granularity": "day",
        "period": "week",
    }
)

CONSUMERS = answers(
    {
        "items": [
            {
                "consumer": "ada",
                "user_id": "ada",
                "hit_count": 245,
                "endpoints": 6,
                "statuses": _STATUSES,
                **_DURATIONS,
                **_SEEN,
            }
        ],
        "period": "week",
    }
)


def top(label: str, value: str | int) -> Responses:
    row = {label: value, "hit_count": 96, "unique_users": 61, "bytes": 491520}
    return answers({"items": [row], "period": "all"})
