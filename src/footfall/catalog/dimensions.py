"""Dimensions: what rows can be grouped by, listed with and filtered on.

A new one is a row here and a golden case (docs/extending.md). Definitions: docs/semantics.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from footfall.catalog.tables import Table


class Level(StrEnum):
    """Whose property it is: a filter on a session's property takes all events of the sessions that match."""

    EVENT = "event"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class Dimension:
    """`expressions` are SQL, per table that has the dimension.

    `empty` is the label of rows whose value is unknown, `''` where there is no such label. `ignore_case` and
    `choices` (the only values there are) concern filters; `filterable` names are keys of the filter string.
    `aggregate` expressions describe a group of rows, so they are compared after grouping.
    """

    name: str
    expressions: Mapping[Table, str]
    level: Level = Level.EVENT
    empty: str = ""
    ignore_case: bool = False
    choices: tuple[str, ...] = ()
    filterable: bool = True
    aggregate: bool = False


def _event(name: str, expression: str = "", *, filterable: bool = True, choices: tuple[str, ...] = ()) -> Dimension:
    expressions = {Table.EVENTS: expression or name}
    return Dimension(name, expressions, filterable=filterable, choices=choices)


def _request(name: str, expression: str = "") -> Dimension:
    return Dimension(name, {Table.REQUESTS: expression or name}, filterable=False)


def _agent(name: str) -> Dimension:
    """A property of the visitor, known for events and for requests."""
    return Dimension(name, {Table.EVENTS: name, Table.REQUESTS: name}, empty="unknown", ignore_case=True)


def _visit(name: str, column: str = "", *, empty: str = "") -> Dimension:
    return Dimension(name, {Table.SESSIONS: column or name}, Level.SESSION, empty)


def _key(name: str, expression: str) -> Dimension:
    """Something both kinds of facts have, not offered as a filter."""
    return Dimension(name, {Table.EVENTS: expression, Table.REQUESTS: expression}, filterable=False)


_HASH = "leftPad(lower(hex({})), 16, '0')"

_ROWS = (
    _event("path"),
    _event("event_type", choices=("pageview", "custom")),
    _event("custom_event_name", "if(event_type = 'custom', name, '')"),
    _event("hostname"),
    _event("language"),
    _event("visitor_id", f"if(visitor_id != '', visitor_id, {_HASH.format('visitor')})"),
    _event("session_id", f"if(session_id != '', session_id, {_HASH.format('session')})"),
    _event("url", filterable=False),
    _event("title", filterable=False),
    _event("referrer_url", "referrer", filterable=False),
    _event("properties", filterable=False),
    _event("category", filterable=False),
    _agent("country"),
    _agent("browser"),
    _agent("os"),
    _agent("device"),
    _visit("referrer", "source", empty="direct"),
    _visit("channel", empty="direct"),
    _visit("utm_source"),
    _visit("utm_medium"),
    _visit("utm_campaign"),
    _visit("utm_content"),
    _visit("utm_term"),
    _visit("entry_page"),
    _visit("exit_page"),
    _request("endpoint"),
    _request("method"),
    _request("status", "toString(status)"),
    _request("ip_address"),
    _request("user_agent"),
    _request("referer"),
    _request("user_hash", _HASH.format("visitor")),
    _key("timestamp", "toUnixTimestamp64Milli(timestamp)"),
    _key("id_hi", "id_hi"),
    _key("id_lo", "id_lo"),
    _key("traffic", "traffic"),
    Dimension(
        "session",
        {Table.EVENTS: "session", Table.REQUESTS: "session", Table.SESSIONS: "session"},
        filterable=False,
    ),
    # The URL that a session came from, as sent with its first event.
    Dimension(
        "first_referrer_url",
        {Table.EVENTS: "argMin(referrer, (timestamp, id_hi, id_lo))"},
        Level.SESSION,
        filterable=False,
        aggregate=True,
    ),
)

DIMENSIONS: dict[str, Dimension] = {row.name: row for row in _ROWS}

SEARCH = "search"
"""Filter key: case-insensitive substring of any of `SEARCHED`."""

SEARCHED = ("path", "url", "referrer_url", "title", "custom_event_name")

PROPERTY_PREFIX = "prop."
"""Filter keys that begin so compare a value of the event's JSON properties; a dot leads into nested objects."""

FILTER_KEYS = (*(row.name for row in _ROWS if row.filterable), SEARCH)

HUMAN = "human"
"""The class of `traffic` that figures about people count."""


def level_of(key: str) -> Level:
    """The level of a filter key or dimension; search and properties are the event's."""
    row = DIMENSIONS.get(key)
    return row.level if row else Level.EVENT
