"""Columns: what is sent, derived and stored of each kind of fact, and of sessions, declared once. Pure data.

Derived from here: the pipeline's frames, the caps of texts, the rows that are inserted, what sessionising reads and a
session takes over, what is read back from the store, and the plain dimensions with their filter keys, top lists and
export columns. `model/raw.py` and the migrations are written out, and a test compares them with this declaration.
Columns of events stand in the order in which an export shows them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache, reduce
from importlib import resources
from operator import or_

from footfall.catalog.tables import Table


class Kind(StrEnum):
    """What a column holds. The pipeline maps each kind to a type of its frames (`pipeline/frames.py`)."""

    LABEL = "label"  # a text that repeats
    LABELS = "labels"  # a list of such texts, in order
    TEXT = "text"  # a text that is nearly unique
    CHOICE = "choice"  # one of the column's `choices`, stored as a number
    JSON = "json"  # the text of an object
    MONEY = "money"  # a decimal number, a text until it is stored
    FLAG = "flag"
    INSTANT = "instant"  # Unix milliseconds
    SECOND = "second"  # the same, stored to the second
    INT8 = "int8"
    UINT8 = "uint8"
    UINT16 = "uint16"
    UINT32 = "uint32"
    UINT64 = "uint64"
    FLOAT = "float"  # NaN where it is unknown


class Origin(StrEnum):
    """Where a column comes from, and how far it gets."""

    SENT = "sent"  # spooled as it was collected, and stored
    SPOOLED = "spooled"  # spooled; only what is derived from it is stored
    DERIVED = "derived"  # made by the pipeline, and stored
    WRITTEN = "written"  # added when the rows are written, and stored
    WORKING = "working"  # made by the pipeline for itself


@dataclass(frozen=True, slots=True)
class TopEndpoint:
    """An endpoint of the web surface: labels by events, or by sessions. `example` is a label.

    `pageviews` counts these only. `key` is that of a label in an item, where it is not the dimension's name.
    """

    path: str
    summary: str
    description: str
    example: str
    pageviews: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class Plain:
    """A dimension that is the column's value as it is, under the column's name.

    `unknown` labels rows without a value, `""` where there is no such label.
    """

    filterable: bool = True
    unknown: str = ""
    ignore_case: bool = False
    top: TopEndpoint | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One column of one table.

    cap: the most characters of a text that are kept; 0 where whoever makes the text bounds it.
    first_touch: a session takes it from its first event.
    sessionising: read to find an event's session, or summed up in its row.
    choices: the only possible values. among: the only values that are kept; others count as absent.
    merged: how the store merges rows that agree in everything else: `sum` or `max`.
    export: the name in an export, which reads the dimension `shown`, or without one that of the column's name.
    """

    name: str
    kind: Kind
    origin: Origin = Origin.DERIVED
    cap: int = 0
    first_touch: bool = False
    sessionising: bool = False
    choices: tuple[str, ...] = ()
    among: Callable[[], frozenset[str]] | None = None
    merged: str = ""
    dimension: Plain | None = None
    export: str = ""
    shown: str = ""

    @property
    def spooled(self) -> bool:
        return self.origin in {Origin.SENT, Origin.SPOOLED}

    @property
    def stored(self) -> bool:
        return self.origin not in {Origin.SPOOLED, Origin.WORKING}


@cache
def time_zones() -> frozenset[str]:
    """The names of the IANA database, as packaged: they don't depend on the host."""
    return frozenset(resources.files("tzdata").joinpath("zones").read_text("utf-8").split())


HUMAN = "human"
"""The class of `traffic` that figures about people count."""

TRAFFIC = (HUMAN, "bot", "ai", "monitor", "scanner")

UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
"""Labels of a campaign: parameters of a page's URL, and columns of the same names."""

_URL, _PATH, _REFERRER, _HOST, _AGENT, _UTM = 4_096, 2_048, 2_048, 253, 512, 256
_SHOWN = Plain(filterable=False)
_KNOWN = Plain(filterable=False, unknown="unknown")
_FILTER = Plain()


def _visitor(*, top: TopEndpoint | None = None) -> Plain:
    """A property of the visitor; names of agents are compared in any case."""
    return Plain(unknown="unknown", ignore_case=True, top=top)


_COUNTRY = _visitor(
    top=TopEndpoint(
        "top-countries",
        "Countries by events",
        "Events and their visitors by country (ISO 3166-1 alpha-2, or `unknown`).",
        "RO",
    )
)
_BROWSER = _visitor(
    top=TopEndpoint("top-browsers", "Browsers by events", "Events and their visitors by browser family.", "Firefox")
)
_OS = _visitor(
    top=TopEndpoint(
        "top-os", "Operating systems by events", "Events and their visitors by operating-system family.", "Android"
    )
)
_DEVICE = _visitor(
    top=TopEndpoint(
        "top-devices",
        "Device types by events",
        "Events and their visitors by device type: `desktop`, `mobile`, `tablet`, `other` or `unknown`.",
        "mobile",
    )
)
_TIME_ZONE = Plain(
    unknown="unknown",
    top=TopEndpoint(
        "top-timezones",
        "Time zones by events",
        "Events and their visitors by the browser's time zone (IANA name, or `unknown`).",
        "Europe/Bucharest",
    ),
)
_TRAFFIC = Plain(
    top=TopEndpoint(
        "top-traffic",
        "Classes of traffic by events",
        "Events and their visitors by class of the client; only people count unless `bots=1`.",
        "human",
    )
)
_HOSTNAME = Plain(
    top=TopEndpoint(
        "top-hostnames", "Hosts by events", "Events and their visitors by the host of the page.", "shop.example"
    )
)
_TITLE = Plain(
    filterable=False,
    top=TopEndpoint(
        "top-titles",
        "Page titles by pageviews",
        "Pageviews and their visitors by the title of the page.",
        "Pricing",
        pageviews=True,
    ),
)
_REGION = Plain(
    top=TopEndpoint("top-regions", "Regions by events", "Events and their visitors by region of the visitor.", "Cluj")
)
_CITY = Plain(
    top=TopEndpoint(
        "top-cities", "Cities by events", "Events and their visitors by city of the visitor.", "Cluj-Napoca"
    )
)
_LANGUAGE = Plain(
    top=TopEndpoint(
        "top-languages", "Languages by events", "Events and their visitors by the browser's language.", "ro-RO"
    )
)


def _key(name: str, kind: Kind = Kind.UINT64, origin: Origin = Origin.SENT) -> Column:
    return Column(name, kind, origin, sessionising=True)


def _identity(*names: str) -> tuple[Column, ...]:
    """The columns that a fact is known by; `visitor` is replaced where the sender names the visitor."""
    return (
        _key("project_id", Kind.UINT32),
        _key("timestamp", Kind.INSTANT),
        *(_key(name) for name in ("id_hi", "id_lo", "visitor", *names)),
        Column("id_lag", Kind.UINT32, Origin.WRITTEN),
    )


FULL_ID_HI = "full_id_hi"
"""What the store computes of a fact's `id_hi` and `id_lag`: the first half of its id."""

ID_LAG_MOST = 60_000
"""How far the time of an id may be from that of its fact, in milliseconds, where only the distance is stored.

The migration that adds `id_lag` has it, too.
"""


_BATCH = Column("batch", Kind.UINT64, Origin.WRITTEN)
_SESSION = Column("session", Kind.UINT64)
_USER_AGENT = Column("user_agent", Kind.LABEL, Origin.SPOOLED, _AGENT)

EVENTS = (
    *_identity(),
    _SESSION,
    _key("session_given", Kind.UINT8, Origin.DERIVED),
    _key("own_id", Kind.FLAG),
    Column(
        "event_type",
        Kind.CHOICE,
        Origin.SENT,
        choices=("pageview", "custom"),
        dimension=_FILTER,
        export="event_type",
        shown="event_kind",
    ),
    Column("passive", Kind.FLAG, Origin.SENT, sessionising=True),
    Column("name", Kind.LABEL, Origin.SENT, 120, export="custom_event_name", shown="custom_event_name"),
    Column("category", Kind.LABEL, Origin.SENT, 128, dimension=_SHOWN, export="category"),
    Column("priority", Kind.LABEL, Origin.SENT, 128, dimension=_SHOWN, export="priority"),
    Column("path", Kind.LABEL, Origin.SENT, _PATH, sessionising=True, dimension=_FILTER, export="path"),
    Column("url", Kind.TEXT, Origin.SPOOLED, _URL, dimension=_SHOWN, export="url"),
    Column("url_base", Kind.LABEL, Origin.WRITTEN),
    Column("url_rest", Kind.TEXT, Origin.WRITTEN),
    Column("hostname", Kind.LABEL, Origin.SENT, _HOST, first_touch=True, dimension=_HOSTNAME, export="hostname"),
    Column("title", Kind.LABEL, Origin.SENT, 512, dimension=_TITLE, export="title"),
    Column("referrer", Kind.LABEL, Origin.SENT, _REFERRER, first_touch=True, export="referrer", shown="referrer_url"),
    Column("source", Kind.LABEL, first_touch=True),
    Column("channel", Kind.LABEL, first_touch=True),
    *(Column(name, Kind.LABEL, cap=_UTM, first_touch=True, export=name, shown=f"event_{name}") for name in UTM),
    Column("visitor_id", Kind.TEXT, Origin.SENT, export="visitor_id"),
    Column("session_id", Kind.TEXT, Origin.SENT, sessionising=True, export="session_id"),
    Column("country", Kind.LABEL, Origin.SENT, first_touch=True, dimension=_COUNTRY, export="country_code"),
    Column("region", Kind.LABEL, Origin.SENT, 128, first_touch=True, dimension=_REGION, export="region"),
    Column("city", Kind.LABEL, Origin.SENT, 128, first_touch=True, dimension=_CITY, export="city"),
    Column("latitude", Kind.FLOAT, Origin.SENT, dimension=_SHOWN, export="latitude"),
    Column("longitude", Kind.FLOAT, Origin.SENT, dimension=_SHOWN, export="longitude"),
    Column("browser", Kind.LABEL, first_touch=True, dimension=_BROWSER, export="browser_family"),
    Column("browser_version", Kind.LABEL, dimension=_SHOWN, export="browser_version"),
    Column("os", Kind.LABEL, first_touch=True, dimension=_OS, export="os_family"),
    Column("os_version", Kind.LABEL, dimension=_SHOWN, export="os_version"),
    Column("device", Kind.LABEL, first_touch=True, dimension=_DEVICE, export="device_type"),
    Column("language", Kind.LABEL, Origin.SENT, 64, first_touch=True, dimension=_LANGUAGE, export="language"),
    Column(
        "timezone",
        Kind.LABEL,
        Origin.SENT,
        64,
        first_touch=True,
        among=time_zones,
        dimension=_TIME_ZONE,
        export="timezone",
    ),
    Column("screen", Kind.LABEL, Origin.SENT, 16, first_touch=True, dimension=_SHOWN, export="screen"),
    Column("traffic", Kind.LABEL, first_touch=True, choices=TRAFFIC, dimension=_TRAFFIC, export="traffic"),
    _USER_AGENT,
    Column("revenue", Kind.MONEY, Origin.SENT, sessionising=True, export="revenue"),
    Column("currency", Kind.LABEL, Origin.SENT, 128, sessionising=True, dimension=_SHOWN, export="currency"),
    Column("properties", Kind.JSON, Origin.SENT, dimension=_SHOWN, export="properties"),
    _BATCH,
)

REQUESTS = (
    *_identity(),
    _SESSION,
    Column("user_id", Kind.TEXT, Origin.SENT),
    Column("method", Kind.LABEL, Origin.SENT, 128, dimension=_SHOWN),
    Column("endpoint", Kind.LABEL, Origin.SENT, _PATH, dimension=_SHOWN),
    Column("host", Kind.LABEL, Origin.SENT, _HOST, dimension=_KNOWN),
    Column("status", Kind.UINT16, Origin.SENT),
    Column("bytes", Kind.UINT64, Origin.SENT),
    Column("duration_us", Kind.UINT64, Origin.SENT, dimension=_SHOWN),
    Column("protocol", Kind.LABEL, Origin.SENT, 128, dimension=_SHOWN),
    Column("ip_address", Kind.TEXT, Origin.SENT, dimension=_SHOWN),
    replace(_USER_AGENT, origin=Origin.SENT, dimension=_SHOWN),
    Column("referer", Kind.LABEL, Origin.SENT, _REFERRER, dimension=replace(_KNOWN, unknown="direct")),
    Column("browser", Kind.LABEL, dimension=_BROWSER),
    Column("browser_version", Kind.LABEL),
    Column("os", Kind.LABEL, dimension=_OS),
    Column("os_version", Kind.LABEL),
    Column("device", Kind.LABEL, dimension=_DEVICE),
    Column("traffic", Kind.LABEL, choices=TRAFFIC, dimension=_TRAFFIC),
    Column("country", Kind.LABEL, Origin.SENT, dimension=_COUNTRY),
    Column("region", Kind.LABEL, Origin.SENT, 128),
    Column("city", Kind.LABEL, Origin.SENT, 128),
    Column("provider", Kind.LABEL, Origin.SENT, 128, dimension=_KNOWN),
    _BATCH,
)

ENGAGEMENTS = (
    *_identity(),
    Column("visitor_id", Kind.TEXT, Origin.SENT),
    Column("hostname", Kind.LABEL, Origin.SENT, _HOST, dimension=_HOSTNAME),
    Column("path", Kind.LABEL, Origin.SENT, _PATH, dimension=_FILTER),
    Column("url", Kind.TEXT, Origin.SPOOLED, _URL),
    _USER_AGENT,
    Column("engaged_ms", Kind.UINT32, Origin.SENT),
    Column("scroll", Kind.INT8, Origin.SENT),
    *(Column(name, Kind.FLOAT, Origin.SENT) for name in ("lcp", "inp", "cls", "fcp", "ttfb")),
    Column("browser", Kind.LABEL, dimension=_BROWSER),
    Column("os", Kind.LABEL, dimension=_OS),
    Column("device", Kind.LABEL, dimension=_DEVICE),
    Column("traffic", Kind.LABEL, choices=TRAFFIC, dimension=_TRAFFIC),
    Column("country", Kind.LABEL, Origin.SENT, dimension=_COUNTRY),
    _BATCH,
)

PROXY_LOGS = (
    Column("project_id", Kind.UINT32, Origin.SENT),
    Column("timestamp", Kind.SECOND, Origin.SENT),
    *(Column(name, Kind.LABEL, Origin.SENT, dimension=_SHOWN) for name in ("domain", "worker", "protocol")),
    *(Column(name, Kind.UINT64, Origin.SENT) for name in ("user_id", "order_id")),
    Column("port", Kind.UINT16, Origin.SENT),
    Column("error", Kind.LABEL, Origin.SENT, dimension=_SHOWN),
    *(Column(name, Kind.TEXT, Origin.SENT) for name in ("peer_id", "ip_from", "ip_out")),
    Column("writer", Kind.UINT64, Origin.WRITTEN),
    *(
        Column(name, Kind.UINT64, Origin.SENT, merged="sum")
        for name in ("count", "bytes_sent", "bytes_received", "error_count", "duration_ms")
    ),
    Column("max_concurrency", Kind.UINT64, Origin.SENT, merged="max"),
    replace(_BATCH, merged="max"),
)

VARIES = ("traffic", "country", "region", "city", "browser", "os", "device", "language", "timezone", "screen")
"""First-touch columns by their bit in `sessions.varies`, set where the events of a session differ in the column.

Stored: names are only added, at the end, by a migration that sets the new bit in the sessions that it finds, and that
empties their `variants`.
"""

_VARY = {**{name: 1 << bit for bit, name in enumerate(VARIES)}, "screen_class": 1 << VARIES.index("screen")}


def varies_in(dimensions: Iterable[str]) -> int:
    """The bits of `sessions.varies` that say whether a session's events differ in one of these dimensions."""
    return reduce(or_, (_VARY.get(name, 0) for name in dimensions), 0)


GAPS = 1 << 14
"""A bit of `sessions.varies`: between two neighbouring events lie more than SESSION_GAP."""

FLOW = 1 << 15
"""A bit of `sessions.varies`: `flow` is not known."""

MIXED = 1 << VARIES.index("traffic") | GAPS
"""Bits of `sessions.varies`: without any, a session counts as people in every cell that it goes on in, or in none."""

UNEVEN = (1 << len(VARIES)) - 1 | GAPS
"""Bits of `sessions.varies`: with any, a session is uneven, and `variants` tells what its events don't share."""

ALL_VARY = UNEVEN | FLOW
"""`sessions.varies` where nothing is known, since events of the session are gone."""

SESSIONS = (
    Column("project_id", Kind.UINT32),
    Column("source_table", Kind.CHOICE, Origin.WRITTEN, choices=("events", "requests")),
    Column("sign", Kind.INT8, Origin.WRITTEN),
    Column("start", Kind.INSTANT),
    Column("end", Kind.INSTANT),
    Column("visitor", Kind.UINT64),
    Column("session", Kind.UINT64),
    Column("version", Kind.UINT64),
    Column("session_id", Kind.TEXT),
    Column("joined", Kind.UINT8),
    Column("own_ids", Kind.UINT8),
    Column("events", Kind.UINT32),
    Column("pageviews", Kind.UINT32),
    Column("passive_events", Kind.UINT32),
    Column("entry_at", Kind.INSTANT, Origin.WORKING),
    Column("exit_at", Kind.INSTANT, Origin.WORKING),
    Column("entry_lag", Kind.UINT64, Origin.WRITTEN),
    Column("exit_lag", Kind.UINT64, Origin.WRITTEN),
    Column("entry_page", Kind.LABEL),
    Column("exit_page", Kind.LABEL),
    *(
        Column(column.name, column.kind, dimension=column.dimension if column.name in VARIES else None)
        for column in EVENTS
        if column.first_touch
    ),
    Column("varies", Kind.UINT16),
    Column("variants", Kind.JSON),
    Column("flow", Kind.LABELS),
    Column("earned", Kind.JSON),
)
"""Sessions of events, and of requests, which fill what requests have."""

COLUMNS: Mapping[Table, tuple[Column, ...]] = {
    Table.EVENTS: EVENTS,
    Table.REQUESTS: REQUESTS,
    Table.ENGAGEMENTS: ENGAGEMENTS,
    Table.PROXY_LOGS: PROXY_LOGS,
    Table.SESSIONS: SESSIONS,
}


def _caps(columns: Iterable[Column]) -> dict[str, int]:
    return {column.name: column.cap for column in columns if column.cap}


TEXT_CAPS: Mapping[str, int] = {name: cap for columns in COLUMNS.values() for name, cap in _caps(columns).items()}
"""The most characters that are kept of a text, by the column's name, which has one cap in all tables."""

FIRST_TOUCH = tuple(column.name for column in EVENTS if column.first_touch)
"""Columns that a session takes from its first event."""

VARIES_UNKNOWN = 0xFFFF
"""`sessions.varies` where nothing is known, since an earlier version began the session: to be worked out."""

VARIANT = (*VARIES, "events", "pageviews")
"""What `sessions.variants` says of a variant: events of an uneven session that agree in all columns of VARIES.

A JSON list of objects with these keys, ordered by their values; `''` where it is not told, since an earlier version
stored the session, and of sessions that are not uneven.
"""

NO_VARIANTS = "[]"
"""`sessions.variants` where they can't be told: there are more than MAX_VARIANTS, or events are gone."""

MAX_VARIANTS = 32

PAYMENT = ("currency", "amount")
"""What `sessions.earned` says of each currency in which events of the session have revenue: what they add up to.

A JSON list of objects with these keys, in order of the currency; amounts are decimal numbers, as texts.
"""

EARNED_UNKNOWN = "?"
"""`sessions.earned` where it is not known, since an earlier version stored the session; `''` where that is nothing."""

NO_PAYMENTS = "[]"
"""`sessions.earned` where it can't be told: it is in more than MAX_CURRENCIES."""

MAX_CURRENCIES = 32

FLOW_STEPS = 5
"""The most paths in `sessions.flow`: those of the first pageviews in order of (time, id)."""


def column(table: Table, name: str) -> Column:
    return next(column for column in COLUMNS[table] if column.name == name)


def stored(table: Table) -> tuple[str, ...]:
    """The names of a table's columns, except those that the store computes."""
    return tuple(column.name for column in COLUMNS[table] if column.stored)
