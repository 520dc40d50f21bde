"""One example answer per operation, and the errors that all of them may give, for the OpenAPI document."""

from __future__ import annotations

from typing import Any

from footfall.api.web.schema import Error

Responses = dict[int | str, dict[str, Any]]


def answers(example: dict[str, Any]) -> Responses:
    """FastAPI's `responses` of an operation that answers with `example`."""
    return {200: {"content": {"application/json": {"example": example}}}, **_ERRORS}


def _error(description: str, code: str, message: str) -> dict[str, Any]:
    example = {"error": {"code": code, "message": message}}
    return {"model": Error, "description": description, "content": {"application/json": {"example": example}}}


_ERRORS: Responses = {
    400: _error("A parameter does not hold.", "bad_filter", "filter: a value is missing at position 8, the end"),
    401: _error("No valid token.", "unauthorized", "the token is malformed, unknown, expired or revoked"),
    403: _error("The token lacks the scope.", "forbidden", "the token lacks the scope 'read'"),
    404: _error("No such project for this token.", "not_found", "project 'shop' does not exist"),
    500: _error("The query failed.", "query_limit", "the query took too long; reduce range or filter"),
    503: _error("Try again later.", "unavailable", "the store is overloaded"),
}

KPIS = answers(
    {
        "current": {"visitors": 143, "pageviews": 402, "sessions": 181, "bounceRate": 0.42, "avgDurationSec": 96.5},
        "previous": {"visitors": 120, "pageviews": 350, "sessions": 156, "bounceRate": 0.47, "avgDurationSec": 82.1},
        "range": {
            "chip": "7d",
            "from": "2026-06-04T10:00:00.000Z",
            "to": "2026-06-11T10:00:00.000Z",
            "bucket": "day",
            "hasPrevious": True,
        },
    }
)

TIMESERIES = answers(
    {
        "items": [
            {
                "bucket": "2026-06-10T00:00:00.000Z",
                "pageviews": 62,
                "visitors": 21,
                "sessions": 28,
                "previousPageviews": 55,
                "previousVisitors": 19,
                "previousSessions": 25,
            }
        ],
        "bucket": "day",
    }
)

EVENTS = answers(
    {
        "items": [
            {
                "id": "01JXE7G6Q0V3T2M9K4D8C5B7AZ",
                "event_type": "pageview",
                "custom_event_name": None,
                "path": "/pricing",
                "url": "https://shop.example/pricing",
                "visitor_id": "5b1f0c9e2a7d4e31",
                "session_id": "9c44a1d0e85b7f26",
                "country_code": "RO",
                "browser_family": "Firefox",
                "os_family": "Linux",
                "device_type": "desktop",
                "referrer": "https://news.example/item?id=1",
                "hostname": "shop.example",
                "properties": {"plan": "pro"},
                "timestamp": "2026-06-11T09:58:12.304Z",
            }
        ],
        "count": 1,
        "next_cursor": None,
    }
)

COUNT = answers({"count": 402})


def top(label: str, value: str) -> Responses:
    return answers({"items": [{label: value, "count": 96, "visitors": 61, "prev_count": 80, "delta_pct": 20}]})
