"""One example answer per operation, for the OpenAPI document."""

from __future__ import annotations

from footfall.api.problem import Responses, answers

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
