"""Answers to the web surface's JSON."""

from __future__ import annotations

import json
from typing import Any

from footfall.api.web.parse import Question
from footfall.ids import join, render
from footfall.model.period import iso
from footfall.query import cursor
from footfall.query.run import Kpis, Page, Point, Ranked, Row

Json = dict[str, Any]

ROW_DIMENSIONS = (
    "event_type",
    "custom_event_name",
    "path",
    "url",
    "visitor_id",
    "session_id",
    "country",
    "browser",
    "os",
    "device",
    "referrer_url",
    "hostname",
    "properties",
)


def kpis(asked: Question, current: Kpis, previous: Kpis | None) -> Json:
    window = asked.window
    span = {"chip": window.chip, "from": iso(window.period.start), "to": iso(window.period.end)}
    return {
        "current": _figures(current),
        "previous": _figures(previous) if previous else None,
        "range": {**span, "bucket": window.bucket.value, "hasPrevious": previous is not None},
    }


def _figures(found: Kpis) -> Json:
    return {
        "visitors": found.visitors,
        "pageviews": found.pageviews,
        "sessions": found.sessions,
        "bounceRate": found.bounce_rate,
        "avgDurationSec": found.average_duration,
    }


def timeseries(asked: Question, points: list[Point]) -> Json:
    return {"items": [_point(point) for point in points], "bucket": asked.window.bucket.value}


def _point(point: Point) -> Json:
    before = point.previous or {}
    return {
        "bucket": iso(point.bucket),
        **point.current,
        "previousPageviews": before.get("pageviews"),
        "previousVisitors": before.get("visitors"),
        "previousSessions": before.get("sessions"),
    }


def events(asked: Question, page: Page) -> Json:
    following = cursor.encode(asked.base.period, page.next) if page.next else None
    return {"items": [_event(row) for row in page.rows], "count": len(page.rows), "next_cursor": following}


def _event(row: Row) -> Json:
    return {
        "id": render(join(row["id_hi"], row["id_lo"])),
        "event_type": row["event_type"],
        "custom_event_name": row["custom_event_name"] or None,
        "path": row["path"],
        "url": row["url"],
        "visitor_id": row["visitor_id"],
        "session_id": row["session_id"],
        "country_code": row["country"] if row["country"] != "unknown" else None,
        "browser_family": row["browser"],
        "os_family": row["os"],
        "device_type": row["device"],
        "referrer": row["referrer_url"] or None,
        "hostname": row["hostname"] or None,
        "properties": json.loads(row["properties"]) if row["properties"] else {},
        "timestamp": iso(row["timestamp"]),
    }


def top(label: str, ranked: list[Ranked], *, compare: bool) -> Json:
    return {"items": [_ranked(label, row, compare=compare) for row in ranked]}


def _ranked(label: str, row: Ranked, *, compare: bool) -> Json:
    item: Json = {label: row.label, "count": row.count, "visitors": row.visitors}
    return item | {"prev_count": row.previous, "delta_pct": row.delta_percent} if compare else item
