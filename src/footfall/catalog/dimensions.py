"""Dimensions: what rows can be grouped by, listed with and filtered on.

A column's plain value is one where the column says so (`catalog/columns.py`). Another is a row here and a golden case
(docs/extending.md). Definitions: docs/semantics.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from footfall.catalog.columns import COLUMNS, FULL_ID_HI, UTM, Column, Plain, TopEndpoint
from footfall.catalog.tables import Table


class Level(StrEnum):
    """What has the property: a filter on a session's property takes all events of the sessions that match."""

    EVENT = "event"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class Dimension:
    """`expressions` are SQL, per table that has the dimension.

    `empty` is the label of rows whose value is unknown, `''` where there is no such label. `ignore_case` and
    `choices` (the only possible values) concern filters; `filterable` names are keys of the filter string. A value
    with a `/` is compared with `urls` instead, where a dimension has that. `top` is the list of its values.
    """

    name: str
    expressions: Mapping[Table, str]
    level: Level = Level.EVENT
    empty: str = ""
    ignore_case: bool = False
    choices: tuple[str, ...] = ()
    filterable: bool = True
    urls: str = ""
    top: TopEndpoint | None = None


def _request(name: str, expression: str = "", *, empty: str = "") -> Dimension:
    return Dimension(name, {Table.REQUESTS: expression or name}, empty=empty, filterable=False)


def _logged(name: str, expression: str) -> Dimension:
    """A property of proxy logs."""
    return Dimension(name, {Table.PROXY_LOGS: expression}, filterable=False)


def _visit(
    name: str, column: str = "", *, empty: str = "", urls: str = "", top: TopEndpoint | None = None
) -> Dimension:
    return Dimension(name, {Table.SESSIONS: column or name}, Level.SESSION, empty, urls=urls, top=top)


def _campaign(name: str) -> Dimension:
    path, title = f"top-{name.replace('_', '-')}s", f"Sessions by `{name}`"
    return _visit(name, top=TopEndpoint(path, title, f"Sessions and their visitors by `{name}`.", _CAMPAIGN[name]))


def _shown(name: str, expression: str) -> Dimension:
    """Shown in listings and details; no filter key."""
    return Dimension(name, {Table.EVENTS: expression}, filterable=False)


def _of_visit(name: str, expression: str) -> Dimension:
    """The same, of sessions."""
    return Dimension(name, {Table.SESSIONS: expression}, Level.SESSION, filterable=False)


def _key(name: str, expression: str) -> Dimension:
    """A column of both events and requests; no filter key."""
    return Dimension(name, {Table.EVENTS: expression, Table.REQUESTS: expression}, filterable=False)


_VISITED = (Table.EVENTS, Table.REQUESTS, Table.SESSIONS)
_HASH = "leftPad(lower(hex({})), 16, '0')"
_VISITOR_ID = f"if(visitor_id != '', visitor_id, {_HASH.format('visitor')})"
_SESSION_ID = f"if(session_id != '', session_id, {_HASH.format('session')})"

# Top-level names whose value is not null, with the text that a filter on `prop.<name>` compares.
_PROPERTY_TEXT = "JSONExtract(properties, name, 'Nullable(String)')"
_PROPERTIES = (
    "arrayJoin(arrayFilter(pair -> isNotNull(pair.2),"
    f" arrayMap(name -> (name, {_PROPERTY_TEXT}), JSONExtractKeys(properties))))"
)

SCREENS = ("mobile", "tablet", "laptop", "desktop")
"""Classes of screens by their width in CSS pixels: below 576, 992, 1440, and wider."""

_WIDTH = "toUInt32OrZero(extract(screen, '^[0-9]{1,6}'))"
_SCREEN_CLASS = (
    f"multiIf({_WIDTH} = 0, '', {_WIDTH} < 576, 'mobile', {_WIDTH} < 992, 'tablet', {_WIDTH} < 1440, 'laptop',"
    " 'desktop')"
)

_CAMPAIGN = dict(zip(UTM, ("newsletter", "email", "spring sale", "banner", "shoes"), strict=True))
"""Labels of a campaign, each with a value as an example."""


def _plain() -> tuple[Dimension, ...]:
    """The dimensions that columns declare; a name means the same in every table that has it.

    The first table's declaration holds, events before others.
    """
    found: dict[str, Dimension] = {}
    for table, columns in COLUMNS.items():
        for column in columns:
            if column.dimension:
                row = found.get(column.name) or _of_column(column, column.dimension)
                found[column.name] = replace(row, expressions={**row.expressions, table: column.name})
    return tuple(found.values())


def _of_column(column: Column, plain: Plain) -> Dimension:
    return Dimension(
        column.name,
        {},
        empty=plain.unknown,
        ignore_case=plain.ignore_case,
        choices=column.choices,
        filterable=plain.filterable,
        top=plain.top,
    )


_ROWS = (
    *_plain(),
    Dimension("custom_event_name", {Table.EVENTS: "if(event_type = 'custom', name, '')"}),
    Dimension("visitor_id", dict.fromkeys((Table.EVENTS, Table.ENGAGEMENTS), _VISITOR_ID)),
    Dimension("session_id", {Table.EVENTS: _SESSION_ID, Table.SESSIONS: _SESSION_ID}),
    Dimension(
        "screen_class",
        dict.fromkeys((Table.EVENTS, Table.SESSIONS), _SCREEN_CLASS),
        empty="unknown",
        choices=(*SCREENS, "unknown"),
        top=TopEndpoint(
            "top-screen-classes",
            "Classes of screens by events",
            "Events and their visitors by screen: `mobile`, `tablet`, `laptop`, `desktop` or `unknown`.",
            "laptop",
        ),
    ),
    Dimension(
        "event_kind",  # as text, since ties go by the label, and the stored choice sorts by its number
        {Table.EVENTS: "toString(event_type)"},
        filterable=False,
        top=TopEndpoint(
            "top-event-types",
            "Pageviews and custom events",
            "Events and their visitors by type of event.",
            "pageview",
            key="event_type",
        ),
    ),
    Dimension("referrer_url", {Table.EVENTS: "referrer", Table.REQUESTS: "referer"}, filterable=False),
    _shown("weight", "length(properties) + length(url) + length(referrer)"),
    _shown("revenue", "toString(revenue)"),
    *(_shown(f"event_{name}", name) for name in UTM),
    _shown("property", f"{_PROPERTIES}.1"),
    _shown("property_value", f"assumeNotNull({_PROPERTIES}.2)"),
    _visit("referrer", "source", empty="direct", urls="referrer"),
    _visit(
        "channel",
        empty="direct",
        top=TopEndpoint("top-channels", "Channels by sessions", "Sessions and their visitors by channel.", "search"),
    ),
    *map(_campaign, _CAMPAIGN),
    _visit("entry_page"),
    _visit("exit_page"),
    _request("status", "toString(status)"),
    _request("status_class", "concat(toString(intDiv(status, 100)), 'xx')"),
    _request("failure", "if(status >= 400, 'yes', 'no')"),
    _request("response_bytes", "bytes"),
    _request("user_hash", _HASH.format("visitor")),
    _request("consumer", f"if(user_id != '', user_id, {_HASH.format('visitor')})"),
    _request("scheme", "if(lower(protocol) IN ('https', 'http'), lower(protocol), '')", empty="unknown"),
    _request("asked_method", "method", empty="unknown"),
    _request("asked_path", "endpoint", empty="unknown"),
    _request("referring_url", "referer", empty="direct"),
    Dimension("user_id", {Table.REQUESTS: "user_id", Table.PROXY_LOGS: "toString(user_id)"}, filterable=False),
    _logged("order_id", "toString(order_id)"),
    _key("timestamp", "toUnixTimestamp64Milli(timestamp)"),
    Dimension("visitor", dict.fromkeys(_VISITED, "visitor"), filterable=False),
    _key("id_hi", FULL_ID_HI),
    _key("id_lo", "id_lo"),
    Dimension("session", dict.fromkeys(_VISITED, "session"), filterable=False),
    _of_visit("start", "toUnixTimestamp64Milli(start)"),
    _of_visit("end", "toUnixTimestamp64Milli(end)"),
    _of_visit("event_count", "events"),
    _of_visit("page_count", "pageviews"),
    _of_visit("viewed", "if(pageviews > 0, 'yes', 'no')"),
)

DIMENSIONS: dict[str, Dimension] = {row.name: row for row in _ROWS}

TOP_LISTS: tuple[tuple[str, TopEndpoint], ...] = tuple((row.name, row.top) for row in _ROWS if row.top)
"""Top lists that dimensions declare, each with the name of its dimension."""

SEARCH = "search"
"""Filter key: case-insensitive substring of any of `SEARCHED`."""

SEARCHED = ("path", "url", "referrer_url", "title", "custom_event_name")

OF_URLS = frozenset({"path", "entry_page", "exit_page", "referrer", SEARCH})
"""Filter keys of what browsers percent-encode: a value matches in that spelling, too."""

OF_HOSTS = frozenset({"hostname", "referrer"})
"""Filter keys of hosts, which browsers send in ASCII (`xn--…`): the same."""

SEARCHED_PIECES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "url": (
        ("", "url_base"),
        ("", "url_rest"),
        ("url_base != '' AND ascii(url_rest) NOT IN (0, 35, 47, 63)", "concat(path, url_rest)"),
    ),
    "custom_event_name": (("event_type = 'custom'", "name"),),
}
"""What a text without `/`, `?` and `#` is looked for in, in place of an expression of several columns, each with a
condition on its rows. The pieces of a URL meet at one of these letters, or its end (0), except where the sender gave a
path that ends within a word.
"""

PROPERTY_PREFIX = "prop."
"""Prefix of filter keys that compare a value of the event's JSON properties; a dot leads into nested objects."""

FILTER_KEYS = (*(row.name for row in _ROWS if row.filterable), SEARCH)


def level_of(key: str) -> Level:
    """The level of a filter key or dimension; search and properties are the event's."""
    row = DIMENSIONS.get(key)
    return row.level if row else Level.EVENT
