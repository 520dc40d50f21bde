"""Requests and answers that /openapi.json shows; a test sends each of them."""

from __future__ import annotations

from footfall.api.documented import Example

SINGLE = Example(
    request={
        "event_name": "signup_completed",
        "category": "user_action",
        "properties": {"plan": "pro", "seats": 3},
        "session_id": "s-4711",
        "page_url": "https://shop.example/signup",
    },
    answer={
        "success": True,
        "event_id": "01JZ8Q4M8W3XK5T7V9B1C2D3E4",
        "message": "Event accepted",
        "timestamp": "2026-06-11T10:00:00Z",
    },
)

BATCH = Example(
    request={
        "client_id": "ada",
        "events": [
            {"event_name": "page_view", "category": "page_view", "page_url": "https://shop.example/pricing"},
            {"event_name": "trial_started", "timestamp": "2026-06-11T09:59:30Z", "priority": "high"},
        ],
    },
    answer={
        "success": True,
        "events_received": 2,
        "events_queued": 2,
        "events_failed": 0,
        "message": "2 of 2 events accepted",
        "timestamp": "2026-06-11T10:00:00Z",
    },
)

STATS = {
    "total_events": 12873,
    "events_by_category": {"page_view": 11002, "user_action": 1871},
    "events_today": 402,
    "events_this_hour": 37,
    "buffer_status": {
        "buffer_size": 0,
        "max_buffer_size": 2000000,
        "flush_interval_seconds": 1.0,
        "last_flush": "2026-06-11T10:00:00Z",
        "events_pending": 0,
        "events_flushed_total": 12873,
    },
}

HEALTH = {
    "status": "healthy",
    "accepting": True,
    "message": "events can be accepted",
    "timestamp": "2026-06-11T10:00:00Z",
}
