"""What collection hands to the spool: validated, free of what must not be kept, not yet enriched.

Times are Unix milliseconds (UTC). The store has no NULLs, so an absent text is `""` and an absent number 0; only absent
measurements and coordinates, for which 0 is a valid value, are None. These structs are encoded as arrays, so new fields
go to the end, with a default: spools outlive upgrades.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Literal

import msgspec
from msgspec.structs import astuple

from footfall.clock import SECOND
from footfall.model.flat import Flat, flattened, is_whole, joined, listed, one_by_one

EventType = Literal["pageview", "custom"]

_FOLDED = 16
"""Longest text that stands once for all events of a record."""

_AT_ONCE = 200
"""Rows that become columns at once: their fields are still in the processor's cache, and others run in between."""


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
    timezone: str = ""  # the browser's, an IANA name
    passive: bool = False  # a custom event that is no interaction, by its sender's word: it does not end a bounce


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


class RawEngagement(msgspec.Struct, array_like=True, gc=False):
    """How a page was read, reported when the view ends. Not an event: it changes no session and no count of events."""

    timestamp: int
    id_hi: int
    id_lo: int
    visitor: int = 0  # as in `RawEvent`
    visitor_id: str = ""
    hostname: str = ""
    path: str = ""
    url: str = ""
    user_agent: str = ""
    country: str = ""
    engaged_ms: int = 0  # visible and in focus
    scroll: int = -1  # deepest point that was seen, in percent of the page; -1 where it was not measured
    lcp: float | None = None  # web vitals, in milliseconds except cls, which has no unit
    inp: float | None = None
    cls: float | None = None
    fcp: float | None = None
    ttfb: float | None = None


class EventRows(msgspec.Struct, array_like=True, tag="e"):
    """Events of one project, acknowledged together."""

    project_id: int
    received_at: int
    rows: list[RawEvent]


Texts = list[str] | str | Flat
Numbers = list[int] | int | Flat
Flags = list[bool] | bool | Flat
Floats = list[float | None] | float | Flat | None


class EventFields(msgspec.Struct, array_like=True, gc=False):
    """The fields of `RawEvent`, each a column of `model/flat.py`."""

    timestamp: Numbers
    id_hi: Numbers
    id_lo: Numbers
    own_id: Flags = False
    event_type: list[EventType] | EventType | Flat = "custom"
    name: Texts = ""
    category: Texts = ""
    priority: Texts = ""
    visitor: Numbers = 0
    visitor_id: Texts = ""
    session_id: Texts = ""
    url: Texts = ""
    path: Texts = ""
    hostname: Texts = ""
    title: Texts = ""
    referrer: Texts = ""
    user_agent: Texts = ""
    language: Texts = ""
    screen: Texts = ""
    country: Texts = ""
    region: Texts = ""
    city: Texts = ""
    revenue: Texts = ""
    currency: Texts = ""
    properties: list[bytes] | bytes | Flat = b""
    latitude: Floats = None
    longitude: Floats = None
    timezone: Texts = ""
    passive: Flags = False


class EventColumns(msgspec.Struct, array_like=True, tag="v"):
    """Events of one project, acknowledged together, as columns: how a spool keeps `EventRows` of many."""

    project_id: int
    received_at: int
    count: int
    fields: EventFields

    @classmethod
    def of(cls, record: EventRows) -> EventColumns:
        """At least one row."""
        columns: list[list[Any]] = [[] for _ in RawEvent.__struct_fields__]
        for start in range(0, len(record.rows), _AT_ONCE):
            rows = zip(*map(astuple, record.rows[start : start + _AT_ONCE]), strict=True)
            for column, values in zip(columns, rows, strict=True):
                column.extend(values)
        fields = EventFields(*map(one_or_all, columns))
        return cls(record.project_id, record.received_at, len(record.rows), fields)

    @property
    def rows(self) -> list[RawEvent]:
        """Made anew at each call."""
        values = (one_by_one(column, self.count) for column in astuple(self.fields))
        return [RawEvent(*row) for row in zip(*values, strict=True)]

    @property
    def is_whole(self) -> bool:
        """Whether each flat column has a value for each row."""
        return all(is_whole(column, self.count) for column in astuple(self.fields))

    def flattened(self) -> EventColumns:
        """The same with flat columns."""
        fields = EventFields(*map(flattened, astuple(self.fields)))
        return EventColumns(self.project_id, self.received_at, self.count, fields)


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


class ProxyColumns(msgspec.Struct, array_like=True, gc=False):
    """What the workers of a proxy counted: a list per field, one item per log."""

    timestamp: list[int]
    user_id: list[int]
    order_id: list[int]
    port: list[int]
    protocol: list[str]
    ip_out: list[str]  # addresses are cut down to what FOOTFALL_STORE_IP allows
    ip_from: list[str]
    peer_id: list[str]
    worker: list[str]
    domain: list[str]
    error: list[str]
    count: list[int]
    bytes_sent: list[int]
    bytes_received: list[int]
    error_count: list[int]
    duration_ms: list[int]
    max_concurrency: list[int]


class ProxyLogs(msgspec.Struct, array_like=True, tag="p"):
    """Proxy logs of one project, acknowledged together: as columns, which halves the work on both sides."""

    project_id: int
    received_at: int
    columns: ProxyColumns

    @property
    def count(self) -> int:
        return len(self.columns.timestamp)


class EngagementRows(msgspec.Struct, array_like=True, tag="g"):
    """Engagements of one project, acknowledged together."""

    project_id: int
    received_at: int
    rows: list[RawEngagement]


Record = EventRows | EventColumns | RequestRows | RequestColumns | ProxyLogs | EngagementRows


def one_or_all(values: Sequence[Any]) -> Any:
    """A column of `EventFields`: the value that all have, or a list of them.

    Long texts are listed also where all are alike: a few bytes that stand for a lot of memory would escape every bound.
    """
    first = values[0]
    if isinstance(first, str | bytes) and len(first) > _FOLDED:
        return [*values]
    # Most columns that differ do so between their ends.
    return first if first == values[-1] and values.count(first) == len(values) else [*values]


def coalesced(records: Iterable[Record]) -> list[Record]:
    """The same rows in the same order in fewer records.

    Neighbouring events of a project that were received within a second become one record.
    """
    groups: list[list[Record]] = []
    for record in records:
        if groups and _are_together(groups[-1][0], record):
            groups[-1].append(record)
        else:
            groups.append([record])
    return [group[0] if len(group) == 1 else _joined(group) for group in groups]


def _are_together(one: Record, other: Record) -> bool:
    alike = type(one) is type(other) and isinstance(one, EventRows | EventColumns)
    return alike and one.project_id == other.project_id and abs(other.received_at - one.received_at) < SECOND


def _joined(group: Sequence[Any]) -> Record:
    """All of `EventRows`, or all of `EventColumns`."""
    project, received_at = group[0].project_id, group[0].received_at
    if isinstance(group[0], EventRows):
        return EventRows(project, received_at, [*chain.from_iterable(record.rows for record in group)])
    counts = [record.count for record in group]
    columns = zip(*(astuple(record.fields) for record in group), strict=True)
    return EventColumns(project, received_at, sum(counts), EventFields(*(joined(parts, counts) for parts in columns)))


def halves(record: Record) -> list[Record]:
    """A record divided in two; empty where it has one row, or is a file of columns."""
    if isinstance(record, RequestColumns) or size(record) < 2:
        return []
    places = range(size(record))
    middle = len(places) // 2
    return [some(record, places[:middle]), some(record, places[middle:])]


def some(record: EventRows | EventColumns | RequestRows | ProxyLogs | EngagementRows, places: Sequence[int]) -> Record:
    """A record with the rows at these places, in their order."""
    match record:
        case EventColumns(project, received_at, count, fields):
            return EventColumns(project, received_at, len(places), EventFields(*_at(places, astuple(fields), count)))
        case ProxyLogs(project, received_at, columns):
            return ProxyLogs(project, received_at, ProxyColumns(*_at(places, astuple(columns), record.count)))
    return msgspec.structs.replace(record, rows=[record.rows[place] for place in places])


def _at(places: Sequence[int], columns: Iterable[Any], count: int) -> Iterator[Any]:
    for column in columns:
        if isinstance(column, list | Flat):
            values = listed(column, count)
            yield [values[place] for place in places]
        else:
            yield column


def size(record: Record) -> int:
    """Events, requests, proxy logs or engagements in a record."""
    return record.count if isinstance(record, EventColumns | RequestColumns | ProxyLogs) else len(record.rows)


_PIECE = 500
"""Rows that are freed at once: a tenth of a millisecond."""


def pieces(record: Record) -> Iterator[Record]:
    """The same rows in records of few, which are taken from this one, so that other threads run in between.

    A list that is dropped frees all of its rows in one go: 100,000 keep every thread waiting for tens of milliseconds.
    """
    if isinstance(record, EventColumns | RequestColumns | ProxyLogs) or len(record.rows) <= _PIECE:
        yield record
        return
    rows = record.rows
    rows.reverse()
    while rows:
        some = rows[-_PIECE:]
        del rows[-_PIECE:]
        some.reverse()
        yield msgspec.structs.replace(record, rows=some)
