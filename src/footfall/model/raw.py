"""What collection hands to the spool: validated, free of what must not be kept, not yet enriched.

Times are Unix milliseconds (UTC). An absent text is `""`, an absent number 0 (but a coordinate, where 0 is one, None):
the store has no NULLs. These structs are encoded as arrays, so a field may only be added at the end, with a default:
spools outlive upgrades.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

EventType = Literal["pageview", "custom"]


class RawEvent(msgspec.Struct, array_like=True, gc=False):
    """One pageview or custom event of any surface."""

    timestamp: int
    id_hi: int
    id_lo: int
    own_id: bool = False  # the sender named the id, so ids don't follow the order of arrival
    event_type: EventType = "custom"  # checked when a spool is read: the store would refuse the whole batch
    name: str = ""
    category: str = ""
    priority: str = ""
    visitor: int = 0  # hash of address and agent; 0 where visitor_id is given
    visitor_id: str = ""  # the client's own name for the visitor
    session_id: str = ""  # the client's own name for the session
    url: str = ""
    path: str = ""  # where the sender names it apart from the URL
    hostname: str = ""
    title: str = ""
    referrer: str = ""
    user_agent: str = ""
    language: str = ""
    screen: str = ""
    country: str = ""  # ISO 3166-1 alpha-2, upper case
    region: str = ""
    city: str = ""
    revenue: str = ""  # a decimal number, as sent
    currency: str = ""
    properties: bytes = b""  # a JSON object, or nothing
    latitude: float | None = None  # degrees, at most 4 decimals
    longitude: float | None = None


class RawRequest(msgspec.Struct, array_like=True, gc=False):
    """One HTTP request that a server, proxy or log saw."""

    timestamp: int
    id_hi: int
    id_lo: int
    visitor: int = 0
    user_id: str = ""
    method: str = ""
    endpoint: str = ""  # path as received, without query and fragment
    host: str = ""
    status: int = 0
    bytes: int = 0
    duration_us: int = 0
    protocol: str = ""
    ip_address: str = ""  # already cut down to what FOOTFALL_STORE_IP allows
    user_agent: str = ""
    referer: str = ""
    country: str = ""
    region: str = ""
    city: str = ""
    provider: str = ""  # network or CDN that the request came through


class ProxyLog(msgspec.Struct, array_like=True, gc=False):
    """Requests through a proxy that were alike, counted by the worker that saw them."""

    timestamp: int
    user_id: int = 0
    order_id: int = 0
    port: int = 0
    protocol: str = ""
    ip_out: str = ""  # addresses are cut down to what FOOTFALL_STORE_IP allows
    ip_from: str = ""
    peer_id: str = ""
    worker: str = ""
    domain: str = ""
    error: str = ""
    count: int = 0
    bytes_sent: int = 0
    bytes_received: int = 0
    error_count: int = 0
    duration_ms: int = 0
    max_concurrency: int = 0


class EventRows(msgspec.Struct, array_like=True, tag="e"):
    """Events of one project, acknowledged together."""

    project_id: int
    received_at: int
    rows: list[RawEvent]


class RequestRows(msgspec.Struct, array_like=True, tag="r"):
    """Requests of one project, acknowledged together."""

    project_id: int
    received_at: int
    rows: list[RawRequest]


class RequestColumns(msgspec.Struct, array_like=True, tag="c"):
    """Requests of one project as an Arrow IPC file with the columns of `RawRequest`: how bulk imports arrive."""

    project_id: int
    received_at: int
    count: int
    ipc: bytes


class ProxyRows(msgspec.Struct, array_like=True, tag="p"):
    """Proxy logs of one project, acknowledged together."""

    project_id: int
    received_at: int
    rows: list[ProxyLog]


Record = EventRows | RequestRows | RequestColumns | ProxyRows


def coalesced(records: Iterable[Record]) -> list[Record]:
    """The same rows in the same order in fewer records: neighbouring events of a project become one record."""
    found: list[Record] = []
    for record in records:
        last = found[-1] if found else None
        if isinstance(record, EventRows) and isinstance(last, EventRows) and last.project_id == record.project_id:
            last.rows.extend(record.rows)
        elif isinstance(record, EventRows):
            found.append(EventRows(record.project_id, record.received_at, list(record.rows)))
        else:
            found.append(record)
    return found


def halves(record: Record) -> list[Record]:
    """A record cut in two; nothing where it has one row, or columns."""
    if isinstance(record, RequestColumns) or len(record.rows) < 2:
        return []
    middle = len(record.rows) // 2
    return [msgspec.structs.replace(record, rows=rows) for rows in (record.rows[:middle], record.rows[middle:])]


def size(record: Record) -> int:
    """Events, requests or proxy logs in a record."""
    return record.count if isinstance(record, RequestColumns) else len(record.rows)
