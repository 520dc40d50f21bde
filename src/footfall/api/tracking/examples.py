"""One example answer per operation, and the errors that all of them may give, for the OpenAPI document."""

from __future__ import annotations

from typing import Any

from footfall.api.tracking.schema import Error

Responses = dict[int | str, dict[str, Any]]


def answers(example: dict[str, Any]) -> Responses:
    """FastAPI's `responses` of an operation that answers with `example`."""
    return {200: {"content": {"application/json": {"example": example}}}, **_ERRORS}


def _error(description: str, code: str, message: str) -> dict[str, Any]:
    example = {"error": {"code": code, "message": message}}
    return {"model": Error, "description": description, "content": {"application/json": {"example": example}}}


_ERRORS: Responses = {
    400: _error("A parameter does not hold.", "bad_parameter", "from: 'soon' is not an ISO 8601 timestamp"),
    401: _error("No valid token.", "unauthorized", "the token is malformed, unknown, expired or revoked"),
    403: _error("The token lacks the scope.", "forbidden", "the token lacks the scope 'read'"),
    404: _error("No such project for this token.", "not_found", "project 'shop' does not exist"),
    500: _error("The query failed.", "query_limit", "the query took too long; reduce range or filter"),
    503: _error("Try again later.", "unavailable", "the store is overloaded"),
}

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
            }
        ],
        "count": 1,
    }
)
