"""Statements, and one SELECT on a client. SQL has no FORMAT clause of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from footfall.store.protocol import Params, Reader, Rows

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

_PLACE = re.compile(r"\{(\w+):([^{}']+)\}")
_LONGEST = 100_000
"""Bytes of a parameter. A server refuses those over 128 KiB (`http_max_field_value_size`)."""

_MOST_NUMBERS = 200
"""Numbers of a parameter: the client takes a microsecond to write each of them."""


class Statements(Reader, Protocol):
    """What executes the statements of a part of the store."""

    def command(self, sql: str, params: Params | None = None) -> None: ...


def query(client: Client, sql: str, params: Params | None) -> Rows:
    text, given = bound(sql, params)
    answer = client.query(text, parameters=given)
    # The embedded engine sends no column names where there are no rows.
    names = answer.column_names or client.query(f"DESCRIBE ({text}\n)", parameters=given).result_columns[0]
    return Rows(tuple(names), [tuple(row) for row in answer.result_rows])


def arrow(client: Client, sql: str, params: Params | None) -> bytes:
    text, given = bound(sql, params)
    return client.raw_query(text, parameters=given, fmt="Arrow")


def command(client: Client, sql: str, params: Params | None) -> None:
    """The client's own `command` would put parameters into the URL, however long they are."""
    text, given = bound(sql, params)
    client.raw_query(text, parameters=given)


def bound(sql: str, params: Params | None) -> tuple[str, dict[str, Any] | None]:
    """The text, and the parameters that it names: with others, the client falls back to `%` formatting of it all.

    Values that a server refuses as parameters, since they are too long, and lists of many numbers stand in the text as
    quoted literals.
    """
    named = {name: value for name, value in (params or {}).items() if f"{{{name}:" in sql}
    long = {name: literal for name, value in named.items() if (literal := _long(value))}
    if not long:
        return sql, named or None

    def inlined(matched: re.Match[str]) -> str:
        name, kind = matched.groups()
        return f"CAST({long[name]}, '{kind}')" if name in long else matched[0]

    return _PLACE.sub(inlined, sql), {name: value for name, value in named.items() if name not in long} or None


def _long(value: object) -> str:
    """The literal of a value that is too long for a parameter, else `""`."""
    if isinstance(value, list) and set(map(type, value)) == {int}:
        return str(value) if len(value) > _MOST_NUMBERS else ""
    if not isinstance(value, str | Sequence) or _most_bytes(value) <= _LONGEST:
        return ""
    from clickhouse_connect.driver.binding import format_bind_value  # noqa: PLC0415 -- loaded with the first client

    literal = str(format_bind_value(value if isinstance(value, str) else list(value), top_level=False))
    return literal if len(literal.encode()) > _LONGEST else ""


def _most_bytes(value: Sequence[object]) -> int:
    """What the literal may take: 8 bytes for a character that is escaped and encoded, 24 for a number."""
    if isinstance(value, str):
        return 8 * len(value)
    return sum(8 * len(item) + 4 if isinstance(item, str) else 24 for item in value)
