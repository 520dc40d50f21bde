"""Requests and answers that /openapi.json shows."""

from __future__ import annotations

from footfall.api.documented import Example, answers

INGEST = Example(
    request={
        "logs": [
            {
                "ts": "2026-03-15 10:15:00",
                "user_id": 1,
                "order_id": 3,
                "port": 443,
                "protocol": "HTTPS",
                "ip_out": "185.199.100.10",
                "ip_from": "78.100.50.12",
                "peer_id": "peer-001",
                "worker": "worker-01",
                "domain": "google.com",
                "error": "",
                "count": 12,
                "bytes_sent": 10240,
                "bytes_received": 524800,
                "error_count": 0,
                "duration_ms": 15000,
                "max_concurrency": 5,
            }
        ]
    },
    answer=None,
)

TRAFFIC = answers(
    {
        "data": [
            {
                "bucket": "2026-03-15 10:00:00",
                "total_bytes_sent": "10240",
                "total_bytes_received": "524800",
                "bytes_total": "535040",
                "total_count": "12",
            }
        ]
    }
)

REQUESTS = answers({"data": [{"bucket": "2026-03-15 10:00:00", "total_count": "12", "total_errors": "0"}]})

CONCURRENCY = answers({"data": [{"bucket": "2026-03-15 10:00:00", "max_concurrency": "5", "total_count": "12"}]})

DOMAINS = answers(
    {
        "data": [
            {
                "domain": "google.com",
                "total_count": "12",
                "bytes_total": "535040",
                "total_bytes_sent": "10240",
                "total_bytes_received": "524800",
                "total_errors": "0",
            }
        ]
    }
)

ERRORS = answers(
    {
        "data": [
            {
                "error": "connect timeout",
                "total_errors": "7",
                "first_seen": "2026-03-15 10:15:00",
                "last_seen": "2026-03-15 11:40:00",
                "sample_domains": ["slow.example", "google.com", "shop.example"],
            }
        ]
    }
)

WEBSITES = answers(
    {
        "data": [
            {
                "domain": "google.com",
                "total_count": "12",
                "bytes_total": "535040",
                "first_visit": "2026-03-15 10:15:00",
                "last_visit": "2026-03-15 10:15:00",
            }
        ],
        "page": 1,
        "limit": 25,
        "total": 48,
        "totalPages": 2,
    }
)
