"""The rows from which the figures in json/ were worked out by hand.

Sessions are named by hand: 1 = e1 to e3, 2 = e4, 3 = e5 and e6, 4 = e7, 5 = e9, 6 = e10 and e11.
"""

from __future__ import annotations

from decimal import Decimal

from tests.support.populate import Row

WEB_NOW = "2026-06-11T10:00:00Z"
TRACKING_NOW = "2025-08-13T10:30:00Z"
NETWORK_NOW = "2025-05-31T19:00:00Z"

_ONE = {
    "visitor": 1,
    "session": 1,
    "country": "RO",
    "timezone": "Europe/Bucharest",
    "browser": "Chrome",
    "os": "Windows",
    "device": "desktop",
}
_TWO = {
    "visitor": 2,
    "country": "DE",
    "timezone": "Europe/Berlin",
    "browser": "Firefox",
    "os": "Linux",
    "device": "desktop",
}
_THREE = {"visitor": 3, "browser": "Safari", "os": "iOS", "device": "mobile"}
_FOUR = {"visitor": 4, "session": 6, "country": "RO", "browser": "Chrome", "os": "Windows", "device": "desktop"}
_SEARCH = {"source": "google.com", "channel": "search", "referrer": "https://www.google.com/"}
_NEWS = {"source": "news.example", "channel": "referral", "referrer": "https://news.example/item?id=1"}
_SIGNUP = {"event_type": "custom", "name": "signup", "path": "/pricing"}
_CAMPAIGN = {
    "utm_source": "newsletter",
    "utm_medium": "email",
    "utm_campaign": "spring sale",
    "utm_content": "banner",
    "utm_term": "shoes",
}
_CLUJ = {
    "region": "Cluj",
    "city": "Cluj-Napoca",
    "language": "ro",
    "screen": "1280x800",
    "hostname": "www.shop.example",
}
_EUR = {"revenue": Decimal("49.5"), "currency": "EUR"}
_USD = {"revenue": Decimal("0.125"), "currency": "USD"}

EVENTS: list[Row] = [
    {"at": "2026-06-10T09:50:00Z", **_ONE, **_SEARCH, **_CAMPAIGN},  # e1: the session begins before the last 24 hours
    {"at": "2026-06-10T10:10:00Z", **_ONE, "path": "/pricing", "title": "Pricing", "hostname": "shop.example"},  # e2
    {"at": "2026-06-10T10:20:00Z", **_ONE, **_SIGNUP, **_EUR, "title": "Pricing"},  # e3
    {"at": "2026-06-10T12:00:00Z", **_TWO, "session": 2},  # e4: a bounce
    {
        "at": "2026-06-11T09:00:00Z",
        **_THREE,
        **_NEWS,
        **_CLUJ,
        "utm_source": "mail",
        "title": "Home",
        "session": 3,
    },  # e5
    {
        "at": "2026-06-11T09:10:00Z",
        **_THREE,
        **_USD,
        "session": 3,
        "path": "/blog/a",
        "url": "https://shop.example/blog/a",
    },  # e6
    {
        "at": "2026-06-11T09:59:59.999Z",
        **_THREE,
        "session": 4,
        "path": "/blog/b",
        "title": "Café_100%",
        "properties": '{"plan":"pro","cart":{"items":3},"trial":true}',
    },  # e7: a bounce
    {"at": "2026-06-11T08:00:00Z", "visitor": 9, "session": 9, "country": "US", "traffic": "bot"},  # e8
    {"at": "2026-06-09T20:00:00Z", **_TWO, "session": 5},  # e9: a bounce
    {"at": "2026-06-10T09:00:00Z", **_FOUR, "path": "/pricing"},  # e10
    {"at": "2026-06-10T09:00:30Z", **_FOUR, **_SIGNUP, **_EUR},  # e11
    {"at": "2026-06-11T09:00:00Z", "visitor": 1, "session": 1, "project_id": 2, "country": "FR"},  # e12: not ours
]

_CALM = {"visitor": 3, "path": "/blog/a", "browser": "Safari", "os": "iOS", "device": "mobile"}

ENGAGEMENTS: list[Row] = [
    {"at": "2026-06-11T09:05:00Z", **_CALM, "engaged_ms": 4_000, "scroll": 30, "lcp": 1000.0, "cls": 0.01},
    {"at": "2026-06-11T09:06:00Z", **_CALM, "engaged_ms": 6_060, "scroll": 80},
    {"at": "2026-06-11T09:07:00Z", "visitor": 5, "path": "/blog/a", "engaged_ms": 500, "scroll": 25, "lcp": 3000.0},
    {
        "at": "2026-06-11T09:08:00Z",
        "visitor": 5,
        "path": "/blog/b",
        "lcp": 2000.5,
        "ttfb": 80.0,
    },  # its scroll is unknown
    {"at": "2026-06-11T09:09:00Z", "visitor": 9, "path": "/blog/a", "engaged_ms": 9_000_000, "traffic": "bot"},
    {"at": "2026-06-11T09:10:00Z", "visitor": 6, "path": "/never-viewed", "engaged_ms": 1_000},
    {"at": "2026-06-09T09:10:00Z", "visitor": 3, "path": "/blog/a", "engaged_ms": 1_000_000},  # before the range
    {"at": "2026-06-11T09:05:00Z", "visitor": 3, "path": "/blog/a", "engaged_ms": 7_000, "project_id": 2},
]

REQUESTS: list[Row] = [
    {"at": "2025-08-06T14:22:00Z", "visitor": 1, "bytes": 1_000, "duration_us": 40, "host": "shop.example"},
    {
        "at": "2025-08-13T10:29:59Z",
        "visitor": 1,
        "user_id": "ada",
        "user_agent": "Firefox",
        "browser": "Firefox",
        "country": "RO",
        "referer": "https://shop.example/",
        "host": "shop.example",
        "protocol": "HTTP/1.1",
        "status": 404,
        "bytes": 500,
        "duration_us": 90,
    },
    {"at": "2025-08-13T00:00:00Z", "visitor": 2, "duration_us": 60},
    {
        "at": "2025-08-12T23:59:59.999Z",
        "visitor": 2,
        "method": "POST",
        "endpoint": "/login",
        "status": 401,
        "traffic": "bot",
        "ip_address": "192.0.2.7",
        "user_agent": "curl/8.5.0",
    },
    {"at": "2024-08-13T10:00:00Z", "visitor": 3, "endpoint": "/old", "status": 0},
    {"at": "2025-08-13T10:00:00Z", "visitor": 7, "project_id": 2},
]

_BRAZIL = {
    "visitor": 1,
    "session": 1,
    "country": "BR",
    "device": "desktop",
    "os": "Windows",
    "browser": "Chrome",
    "protocol": "https",
    "provider": "Cloudflare",
}
_GERMANY = {
    "visitor": 3,
    "session": 3,
    "country": "DE",
    "device": "mobile",
    "os": "iOS",
    "browser": "Safari",
    "protocol": "HTTPS",
    "provider": "Telekom",
}
_PROGRAM = {
    "visitor": 2,
    "session": 2,
    "device": "other",
    "os": "Linux",
    "protocol": "HTTP/1.1",
    "method": "POST",
    "endpoint": "/login",
    "traffic": "bot",
}
_WITHIN = {"endpoint": "/pricing", "referer": "https://shop.example/"}

NETWORK_REQUESTS: list[Row] = [
    {"at": "2025-05-31T18:45:10Z", **_BRAZIL, "bytes": 4_000},
    {"at": "2025-05-31T18:50:00Z", **_BRAZIL, **_WITHIN, "bytes": 3_000},
    {"at": "2025-05-31T18:59:59.999Z", **_BRAZIL, **_WITHIN, "bytes": 2_000},
    {"at": "2025-05-31T18:46:00Z", **_PROGRAM, "bytes": 677},
    {"at": "2025-05-30T19:00:00Z", **_GERMANY, "bytes": 500},  # the first instant of the last 24 hours
    {"at": "2025-05-30T18:59:59.999Z", **_GERMANY, "endpoint": "/old", "bytes": 100},
    {"at": "2025-05-31T19:00:00Z", **_BRAZIL, "bytes": 1},  # now: not yet
    {"at": "2025-05-24T18:59:59.999Z", **_BRAZIL, "bytes": 1},  # a week and a millisecond ago
    {"at": "2025-05-31T18:50:00Z", **_BRAZIL, "bytes": 1, "project_id": 2},
]

_LARGEST = (1 << 63) - 1
_GOOGLE = {"domain": "google.com", "user_id": 1, "order_id": 3, "protocol": "HTTPS", "worker": "worker-01"}
_SECOND_ORDER = {"user_id": 2, "order_id": 4, "worker": "worker-01"}
_TIMEOUT = {"error": "timeout", "error_count": 2}
_MOST = {"bytes_sent": _LARGEST, "bytes_received": _LARGEST}

LOGS: list[Row] = [
    {
        "at": "2026-03-15T10:15:00Z",
        **_GOOGLE,
        "count": 12,
        "bytes_sent": 10_240,
        "bytes_received": 524_800,
        "max_concurrency": 5,
    },
    {"at": "2026-03-15T10:15:00Z", **_GOOGLE, "count": 1, "bytes_sent": 1, "bytes_received": 1, "max_concurrency": 7},
    {
        "at": "2026-03-15T10:59:59Z",
        **_GOOGLE,
        **_TIMEOUT,
        "worker": "worker-02",
        "count": 8,
        "bytes_sent": 1_000,
        "bytes_received": 2_000,
        "max_concurrency": 9,
    },
    {
        "at": "2026-03-15T11:00:00Z",
        **_SECOND_ORDER,
        **_TIMEOUT,
        "domain": "a.example",
        "protocol": "HTTP",
        "count": 20,
        "bytes_sent": 5,
        "bytes_received": 6,
        "max_concurrency": 1,
    },
    {
        "at": "2026-03-16T00:00:00Z",
        **_SECOND_ORDER,
        **_MOST,
        "domain": "b.example",
        "protocol": "HTTPS",
        "error": "refused",
        "error_count": 1,
        "count": 1,
        "max_concurrency": 2,
    },
    {"at": "2026-03-15T10:15:00Z", **_GOOGLE, "count": 1, "project_id": 2},
]
