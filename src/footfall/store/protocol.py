"""What a store is. `tests/contract/test_store.py` holds every implementation to this text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rows:
    """A finished answer: column names and tuples in the engine's Python types (datetimes are aware, UTC)."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]

    def dicts(self) -> list[dict[str, Any]]:
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    @property
    def scalar(self) -> Any:
        return self.rows[0][0]


class Store(Protocol):
    """A ClickHouse, embedded or remote. Every method may be called from any thread.

    Values reach SQL only as bound parameters, written `{name:Type}` in the text. Errors: UserError(`query_limit`)
    where a query exceeds its time or memory, TransientError where the engine can't be reached or is overloaded
    (the same call may be made again), FatalError where it refuses the data directory or the schema.
    """

    def migrate(self) -> None:
        """Apply the numbered migrations that are missing; FatalError where the store is newer than the code."""

    def keep(self, days: int | None) -> None:
        """Remove rows older than this many days from now on, as parts come to be merged; None keeps them for ever."""

    def insert(self, table: str, arrow: bytes, *, token: str) -> None:
        """Insert one Arrow IPC file whose columns are the table's by name; durable at return.

        The same `token` again, on the same table, changes nothing, whether the first attempt finished or died.
        """

    def query(self, sql: str, params: Params | None = None, *, timeout: float | None = None) -> Rows:
        """One SELECT. `timeout` in seconds."""

    def arrow(self, sql: str, params: Params | None = None) -> bytes:
        """One SELECT as an Arrow IPC file: for columns that stay columns."""

    def command(self, sql: str, params: Params | None = None) -> None:
        """One statement without an answer (DDL, UPDATE, OPTIMIZE)."""

    def ping(self) -> bool: ...

    def close(self) -> None:
        """Idempotent; queries under way finish first."""
