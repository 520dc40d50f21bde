"""Answers to the proxy surface's JSON: totals are texts, times `2026-03-15 10:15:00` in UTC."""

from __future__ import annotations

from typing import Any

from footfall.model.period import iso_seconds
from footfall.query.fetch import Row
from footfall.query.proxy import ProxyError
from footfall.query.run import Limited

Json = dict[str, Any]

_TIMES = {"bucket": "bucket", "first": "first_visit", "last": "last_visit"}


def rows(found: list[Row]) -> Json:
    return {"data": [_row(row) for row in found]}


def errors(found: list[ProxyError]) -> Json:
    return {"data": [_error(error) for error in found]}


def websites(found: Limited, page: int, limit: int) -> Json:
    pages = -(-found.total // limit)
    return {**rows(found.rows), "page": page, "limit": limit, "total": found.total, "totalPages": pages}


def _row(row: Row) -> Json:
    return {_TIMES.get(name, name): instant(value) if name in _TIMES else str(value) for name, value in row.items()}


def _error(found: ProxyError) -> Json:
    row = found.row
    return {
        "error": row["error"],
        "total_errors": str(row["total_errors"]),
        "first_seen": instant(row["first"]),
        "last_seen": instant(row["last"]),
        "sample_domains": found.domains,
    }


def instant(millis: int) -> str:
    return iso_seconds(millis).replace("T", " ").removesuffix("Z")
