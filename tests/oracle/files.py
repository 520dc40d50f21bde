"""The rows of the listing as a file: all of them, with every column."""

from __future__ import annotations

import json
from typing import Any

from tests.oracle.intake import Event
from tests.oracle.lists import newest_first, row
from tests.oracle.query import Query, Refused
from tests.oracle.urls import UTM

Json = dict[str, Any]


def export(query: Query) -> list[Json] | list[list[str]]:
    """Objects for `ndjson` and `parquet`; for `csv` the header and the cells of each row."""
    kind = query.text("format", "csv")
    if kind not in {"csv", "ndjson", "parquet"}:
        raise Refused(400, "format", kind)
    rows = [full_row(query, event) for event in newest_first(query.events())]
    return rows if kind != "csv" else [HEADER, *([cell(item[name]) for name in HEADER] for item in rows)]


def full_row(query: Query, event: Event) -> Json:
    """Absent values are None, except in `path` and `url`, which are empty texts."""
    agent, place = event.agent, event.place
    return row(query, event) | {
        "category": event.category,
        "priority": event.priority,
        "title": None,  # the batch endpoint has no such fields
        "language": None,
        "timezone": None,
        "screen": None,
        "revenue": None,
        "currency": None,
        **{name: value or None for name, value in zip(UTM, event.page.utm, strict=True)},
        "region": place.region,
        "city": place.city,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "browser_version": agent.browser_version,
        "os_version": agent.os_version,
        "traffic": agent.traffic,
    }


def cell(value: Any) -> str:
    """A text that a spreadsheet would run as a formula gets a leading `'`."""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else value
    return "" if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


HEADER = [
    *("id", "timestamp", "event_type", "custom_event_name", "category", "priority", "path", "url", "hostname", "title"),
    *("referrer", *UTM, "visitor_id", "session_id", "country_code", "region", "city", "latitude", "longitude"),
    *(
        "browser_family",
        "browser_version",
        "os_family",
        "os_version",
        "device_type",
        "language",
        "timezone",
        "screen",
        "traffic",
    ),
    *("revenue", "currency", "properties"),
]
