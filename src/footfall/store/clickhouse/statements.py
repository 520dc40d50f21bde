"""Statements, and one SELECT on a client. SQL has no FORMAT clause of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from footfall.store.protocol import Params, Reader, Rows

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client


class Statements(Reader, Protocol):
    """What executes the statements of a part of the store."""

    def command(self, sql: str, params: Params | None = None) -> None: ...


def query(client: Client, sql: str, params: Params | None) -> Rows:
    given = bound(sql, params)
    answer = client.query(sql, parameters=given)
    # The embedded engine sends no column names where there are no rows.
    names = answer.column_names or client.query(f"DESCRIBE ({sql}\n)", parameters=given).result_columns[0]
    return Rows(tuple(names), [tuple(row) for row in answer.result_rows])


def arrow(client: Client, sql: str, params: Params | None) -> bytes:
    return client.raw_query(sql, parameters=bound(sql, params), fmt="Arrow")


def bound(sql: str, params: Params | None) -> dict[str, Any] | None:
    """The parameters that the text names. With others, the client falls back to `%` formatting of the whole text."""
    return {name: value for name, value in (params or {}).items() if f"{{{name}:" in sql} or None
