"""Rows put straight into the store's tables, with sessions computed by a plain function: a second opinion."""

from __future__ import annotations

import io
import itertools
import json
import math
import zlib
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import polars as pl

from footfall.pipeline.keys import text_key
from footfall.query.timerange import instant
from footfall.store.protocol import Store

GAP = 30 * 60 * 1000
Row = dict[str, Any]

_tokens = itertools.count(1)

EVENT: Row = {
    "project_id": 1,
    "id_hi": 0,
    "session": None,
    "visitor_id": "",
    "session_id": "",
    "event_type": "pageview",
    "name": "",
    "category": "",
    "priority": "",
    "hostname": "",
    "path": "/",
    "url": "",
    "title": "",
    "referrer": "",
    "source": "",
    "channel": "",
    "utm_source": "",
    "utm_medium": "",
    "utm_campaign": "",
    "utm_content": "",
    "utm_term": "",
    "browser": "unknown",
    "os": "unknown",
    "device": "unknown",
    "traffic": "human",
    "country": "",
    "language": "",
    "timezone": "",
    "properties": "",
    "region": "",
    "city": "",
    "screen": "",
    "revenue": Decimal(0),
    "currency": "",
}
REQUEST: Row = {
    "project_id": 1,
    "id_hi": 0,
    "session": 0,
    "method": "GET",
    "endpoint": "/",
    "host": "",
    "status": 200,
    "ip_address": "",
    "user_agent": "",
    "referer": "",
    "browser": "unknown",
    "os": "unknown",
    "device": "unknown",
    "traffic": "human",
    "country": "",
    "bytes": 0,
    "duration_us": 0,
    "user_id": "",
    "protocol": "",
    "provider": "",
}
LOG: Row = {
    "project_id": 1,
    "domain": "google.com",
    "worker": "",
    "protocol": "",
    "user_id": 0,
    "order_id": 0,
    "error": "",
    "count": 1,
    "bytes_sent": 0,
    "bytes_received": 0,
    "error_count": 0,
    "max_concurrency": 0,
}
ENGAGEMENT: Row = {
    "project_id": 1,
    "id_hi": 0,
    "visitor_id": "",
    "hostname": "",
    "path": "/",
    "engaged_ms": 0,
    "scroll": -1,
    **dict.fromkeys(("lcp", "inp", "cls", "fcp", "ttfb"), math.nan),
    "browser": "unknown",
    "os": "unknown",
    "device": "unknown",
    "traffic": "human",
    "country": "",
}
_FIRST_TOUCH = ("hostname", "referrer", "source", "channel", "utm_source", "utm_medium", "utm_campaign", "utm_content",
                "utm_term")  # fmt: skip
_VARYING = ("traffic", "country", "region", "city", "browser", "os", "device", "language", "timezone", "screen")
_GAPS, _FLOW_STEPS = 1 << 14, 5
_INTEGERS = {
    "project_id": pl.UInt32,
    "id_hi": pl.UInt64,
    "id_lo": pl.UInt64,
    "visitor": pl.UInt64,
    "session": pl.UInt64,
    "status": pl.UInt16,
    "sign": pl.Int8,
    "version": pl.UInt64,
    "events": pl.UInt32,
    "pageviews": pl.UInt32,
    "varies": pl.UInt16,
    "flow": pl.List(pl.String),
    "bytes": pl.UInt64,
    "revenue": pl.Decimal(18, 4),
    "duration_us": pl.UInt64,
    "engaged_ms": pl.UInt32,
    "scroll": pl.Int8,
    **dict.fromkeys(("order_id", "count", "bytes_sent", "bytes_received", "error_count", "batch"), pl.UInt64),
}
_TIMES = ("timestamp", "start", "end")
_STORED = {"url": "url_rest"}  # a URL that is kept whole


def at(text: str) -> int:
    """Unix milliseconds of an ISO timestamp."""
    found = instant(text)
    assert found is not None, text
    return found


def populate(
    store: Store,
    events: Iterable[Row] = (),
    requests: Iterable[Row] = (),
    logs: Iterable[Row] = (),
    engagements: Iterable[Row] = (),
) -> None:
    """Insert events (and their sessions), requests, proxy logs and engagements.

    A row needs `at` (ISO text or milliseconds) and `visitor` (a number) or `visitor_id`; `session`, where it is not
    given, comes from `session_id` or from the gap. `id_lo` counts upwards in the order given.
    """
    full = [_complete(EVENT, row, number) for number, row in enumerate(events, start=1)]
    name_sessions(full)
    insert(store, "events", full)
    insert(store, "sessions", session_rows(full))
    insert(store, "requests", [_complete(REQUEST, row, number) for number, row in enumerate(requests, start=1)])
    insert(
        store, "engagements", [_complete(ENGAGEMENT, row, number) for number, row in enumerate(engagements, start=1)]
    )
    insert(store, "proxy_logs", [_complete(LOG, row) for row in logs])


def _complete(defaults: Row, row: Row, number: int | None = None) -> Row:
    found = {**({} if number is None else {"id_lo": number}), **defaults, **row}
    if found.get("visitor_id"):
        found["visitor"] = text_key(found["visitor_id"])
    moment = found.pop("at")
    found["timestamp"] = moment if isinstance(moment, int) else at(moment)
    return found


def name_sessions(events: list[Row]) -> None:
    """Give every event without one its session: the client's, or a run without a gap over 30 minutes."""
    last: dict[tuple[int, int], Row] = {}
    for event in sorted(events, key=lambda row: (row["timestamp"], row["id_hi"], row["id_lo"])):
        who = (event["project_id"], event["visitor"])
        if event["session"] is None:
            before = last.get(who)
            if event["session_id"]:
                event["session"] = zlib.crc32(f"{who} {event['session_id']}".encode())
            elif before and event["timestamp"] - before["timestamp"] <= GAP:
                event["session"] = before["session"]
            else:
                event["session"] = zlib.crc32(f"{who} {event['timestamp']}".encode())
        last[who] = event


def session_rows(events: list[Row], sign: int = 1, version: int = 1) -> list[Row]:
    """One row per session of these events."""
    groups: dict[tuple[int, int], list[Row]] = defaultdict(list)
    for event in events:
        groups[event["project_id"], event["session"]].append(event)
    return [_session(sorted(group, key=_order)) | {"sign": sign, "version": version} for group in groups.values()]


def _order(event: Row) -> tuple[int, int, int]:
    return event["timestamp"], event["id_hi"], event["id_lo"]


def _session(events: list[Row]) -> Row:
    """`events` in order of time, then id."""
    first, last = events[0], events[-1]
    views = [event for event in events if event["event_type"] == "pageview"]
    return {
        "project_id": first["project_id"],
        "source_table": "events",
        "start": first["timestamp"],
        "end": last["timestamp"],
        "visitor": first["visitor"],
        "session": first["session"],
        "session_id": first["session_id"],
        "events": len(events),
        "pageviews": len(views),
        "entry_lag": views[0]["timestamp"] - first["timestamp"] if views else 0,
        "exit_lag": last["timestamp"] - views[-1]["timestamp"] if views else 0,
        "entry_page": views[0]["path"] if views else "",
        "exit_page": views[-1]["path"] if views else "",
        **{name: first[name] for name in (*_FIRST_TOUCH, *_VARYING)},
        "varies": _varies(events),
        "flow": [view["path"] for view in views[:_FLOW_STEPS]],
        "earned": _earned(events),
    }


def _earned(events: list[Row]) -> str:
    """What they sum up to by currency, of those with revenue."""
    sums: dict[str, Decimal] = {}
    for event in events:
        if event["revenue"]:
            sums[event["currency"]] = sums.get(event["currency"], Decimal(0)) + event["revenue"]
    told = [{"currency": currency, "amount": str(amount)} for currency, amount in sorted(sums.items())]
    return json.dumps(told) if told else ""


def _varies(events: list[Row]) -> int:
    """A bit for each column in which the events differ, and one for a pause over 30 minutes."""
    differ = sum(1 << bit for bit, name in enumerate(_VARYING) if len({event[name] for event in events}) > 1)
    pauses = (after["timestamp"] - before["timestamp"] for before, after in itertools.pairwise(events))
    return differ + (_GAPS if any(pause > GAP for pause in pauses) else 0)


def insert(store: Store, table: str, rows: list[Row]) -> None:
    if rows:
        store.insert(table, arrow(rows), token=f"populate-{next(_tokens)}")


def arrow(rows: list[Row]) -> bytes:
    """Rows as an insert takes them."""
    rows = [{_STORED.get(name, name): value for name, value in row.items()} for row in rows]
    frame = pl.DataFrame(rows, infer_schema_length=None, schema_overrides=_INTEGERS)
    times = [pl.from_epoch(name, "ms").dt.replace_time_zone("UTC") for name in _TIMES if name in frame.columns]
    buffer = io.BytesIO()
    frame.with_columns(times).write_ipc(buffer, compat_level=pl.CompatLevel.oldest())
    return buffer.getvalue()


__all__ = ["EVENT", "arrow", "at", "insert", "name_sessions", "populate", "session_rows"]
