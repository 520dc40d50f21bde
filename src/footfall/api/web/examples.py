"""One example answer per operation, for the OpenAPI document."""

from __future__ import annotations

from footfall.api.documented import Responses, answers

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


RECENT_EVENTS = answers(
    {
        "items": [
            {
                "id": "01JXE7G6Q0V3T2M9K4D8C5B7AZ",
                "event_type": "custom",
                "custom_event_name": "signup_completed",
                "path": "/pricing",
                "visitor_id": "5b1f0c9e2a7d4e31",
                "session_id": "9c44a1d0e85b7f26",
                "country_code": "RO",
                "browser_family": "Firefox",
                "device_type": "desktop",
                "timestamp": "2026-06-11T09:58:12.304Z",
            }
        ],
        "count": 1,
        "active_visitors": 1,
        "windowMs": 300_000,
    }
)

CUSTOM_EVENTS = answers(
    {
        "items": [
            {"name": "signup_completed", "count": 42, "prev_count": 31, "delta_pct": 35, "spark": [12, 21, 9]},
            {
                "name": "purchase",
                "count": 5,
                "prev_count": 4,
                "delta_pct": 25,
                "spark": [1, 3, 1],
                "revenue": {"EUR": "249.50"},
            },
        ],
        "buckets": ["2026-06-09T00:00:00.000Z", "2026-06-10T00:00:00.000Z", "2026-06-11T00:00:00.000Z"],
        "bucket": "day",
    }
)

TRAFFIC = answers(
    {
        "items": [
            {
                "traffic": "human",
                "count": 402,
                "visitors": 143,
                "prev_count": 350,
                "delta_pct": 15,
                "spark": [190, 212],
            },
            {"traffic": "ai", "count": 31, "visitors": 2, "prev_count": 10, "delta_pct": 210, "spark": [11, 20]},
        ],
        "buckets": ["2026-06-10T00:00:00.000Z", "2026-06-11T00:00:00.000Z"],
        "bucket": "day",
    }
)

PANELS = answers(
    {
        "panels": {
            "top-pages": {"answer": {"items": [{"path": "/pricing", "count": 96, "visitors": 61}]}},
            "top-cities": {
                "error": {
                    "code": "query_limit",
                    "message": "the query exceeds its limit of time; reduce range or filter",
                }
            },
        }
    }
)

PROPERTIES = answers(
    {"items": [{"name": "plan", "count": 42, "visitors": 40, "values": [{"value": "pro", "count": 30}]}]}
)

TOP_FLOWS = answers(
    {
        "items": [
            {
                "steps": ["/", "/pricing", "/signup"],
                "count": 96,
                "visitors": 61,
                "prev_count": 80,
                "delta_pct": 20,
            }
        ]
    }
)

TOP_LOCATIONS = answers(
    {
        "items": [
            {
                "visitor_id": "5b1f0c9e2a7d4e31",
                "country_code": "RO",
                "region": "Cluj",
                "city": "Cluj-Napoca",
                "latitude": 46.7667,
                "longitude": 23.6,
                "last_seen": "2026-06-11T09:58:12.304Z",
                "path": "/pricing",
                "browser_family": "Firefox",
                "os_family": "Linux",
                "device_type": "desktop",
                "events": 7,
            }
        ]
    }
)

VISITOR = answers(
    {
        "visitor": {
            "visitor_id": "5b1f0c9e2a7d4e31",
            "first_seen": "2026-06-02T08:11:40.120Z",
            "last_seen": "2026-06-11T09:58:12.304Z",
            "sessions": 3,
            "pageviews": 11,
            "events": 13,
            "country_code": "RO",
            "browser_family": "Firefox",
            "os_family": "Linux",
            "device_type": "desktop",
            "entry_page": "/",
            "last_page": "/pricing",
            "referrer": "news.example",
        }
    }
)

SESSIONS = answers(
    {
        "sessions": [
            {
                "session_id": "9c44a1d0e85b7f26",
                "start": "2026-06-11T09:56:02.117Z",
                "end": "2026-06-11T09:58:12.304Z",
                "duration_ms": 130_187,
                "page_count": 1,
                "entry_page": "/pricing",
                "exit_page": "/pricing",
                "event_count": 2,
                "events": [
                    {
                        "path": "/pricing",
                        "url": "https://shop.example/pricing",
                        "event_type": "pageview",
                        "custom_event_name": None,
                        "timestamp": "2026-06-11T09:56:02.117Z",
                    },
                    {
                        "path": "/pricing",
                        "url": "https://shop.example/pricing",
                        "event_type": "custom",
                        "custom_event_name": "signup_completed",
                        "timestamp": "2026-06-11T09:58:12.304Z",
                    },
                ],
            }
        ],
        "next_cursor": None,
    }
)

FUNNEL = answers(
    {
        "steps": [
            {"filter": "path:/pricing", "visitors": 120, "conversion": 1.0, "step_conversion": 1.0, "drop_off": 0},
            {
                "filter": "custom_event_name:signup_completed",
                "visitors": 42,
                "conversion": 0.35,
                "step_conversion": 0.35,
                "drop_off": 78,
            },
        ],
        "conversion": 0.35,
        "window": "7d",
    }
)

GOALS = answers(
    {
        "items": [
            {
                "name": "Signup",
                "filter": "custom_event_name:signup_completed",
                "visitors": 42,
                "count": 44,
                "rate": 0.2937,
                "prev_count": 31,
                "delta_pct": 42,
                "prev_visitors": 30,
                "revenue": {"EUR": "49.50"},
            }
        ],
        "visitors": 143,
    }
)

RETENTION = answers(
    {
        "period": "week",
        "items": [
            {"cohort": "2026-06-01T00:00:00.000Z", "visitors": 80, "returned": [80, 22], "retention": [1.0, 0.275]},
            {"cohort": "2026-06-08T00:00:00.000Z", "visitors": 64, "returned": [64], "retention": [1.0]},
        ],
    }
)

ENGAGEMENT = answers(
    {
        "items": [
            {
                "path": "/pricing",
                "pageviews": 96,
                "engagedSec": 41.3,
                "scrollDepth": 72.5,
                "lcp": 1840.0,
                "inp": 96.0,
                "cls": 0.02,
                "fcp": 910.0,
                "ttfb": 210.0,
            }
        ]
    }
)

DROPPED = answers(
    {
        "dropped": [{"reason": "origin", "count": 12}],
        "programs": [{"class": "bot", "count": 40, "engagements": 2}],
        "hosts": [{"host": "staging.shop.example", "count": 12}],
        "ignored": [{"name": "visitorId", "count": 3}],
    }
)

EXPORT: Responses = {
    **RETENTION,
    200: {
        "description": "The file.",
        "content": {
            "text/csv": {"schema": {"type": "string"}, "example": "id,timestamp,event_type,…\r\n"},
            "application/x-ndjson": {
                "schema": {"type": "string"},
                "example": '{"id":"01JXE7G6Q0V3T2M9K4D8C5B7AZ",…}\n',
            },
            "application/vnd.apache.parquet": {"schema": {"type": "string", "format": "binary"}},
        },
    },
}

LIVE: Responses = {
    **RETENTION,
    200: {
        "description": "Server-sent events `now`, `events` and `end`.",
        "content": {
            "text/event-stream": {
                "schema": {"type": "string"},
                "example": 'event: now\ndata: {"visitors":3,"pages":[{"path":"/","visitors":2}],"minutes":[0,4,3],'
                '"at":"2026-06-11T10:00:00.000Z"}\n\n',
            }
        },
    },
}


def top(label: str, value: str) -> Responses:
    """Files are left to the description of `format`: a second type of the answer would burden every typed client."""
    return answers({"items": [{label: value, "count": 96, "visitors": 61, "prev_count": 80, "delta_pct": 20}]})
