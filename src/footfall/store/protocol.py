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


class Reader(Protocol):
    """Answers SELECTs. May be called from any thread.

    Values reach SQL only as bound parameters, written `{name:Type}` in the text.
    """

    def query(self, sql: str, params: Params | None = None) -> Rows:
        """One SELECT."""

    def arrow(self, sql: str, params: Params | None = None) -> bytes:
        """One SELECT as an Arrow IPC file: for columns that stay columns."""


class Reading(Reader, Protocol):
    """A reader for one caller, who may leave.

    Each query has a limit of time and of memory (`query_seconds`, `query_memory`): UserError(`query_limit`) past it.
    """

    def cancel(self) -> None:
        """End what runs and keep from beginning what does not: each raises QueryCancelledError. Returns at once."""


class Store(Reader, Protocol):
    """A ClickHouse, embedded or remote. Every method may be called from any thread.

    What is asked of the store itself is the server's own matter, without a limit of time, and has one client together
    with what is written; questions of others go through a `reading`. Errors: TransientError where the engine can't be
    reached or is overloaded (the same call may be made again), FatalError where it refuses the data directory or the
    schema.
    """

    def migrate(self) -> None:
        """Apply the numbered migrations that are missing; FatalError where the store is newer than the code."""

    def keep(self, days: int | None) -> None:
        """Remove rows older than this many days from now on, as parts come to be merged; None keeps them for ever."""

    def insert(self, table: str, arrow: bytes, *, token: str) -> None:
        """Insert one Arrow IPC file whose columns are the table's by name; durable at return.

        The same `token` again, on the same table, changes nothing, whether the first attempt finished or died.
        """

    def command(self, sql: str, params: Params | None = None) -> None:
        """One statement without an answer (DDL, UPDATE, OPTIMIZE)."""

    def reading(self, project: int) -> Reading:
        """A reader for a question about a project. One project never has every client that there is."""

    def ping(self) -> bool: ...

    def close(self) -> None:
        """Idempotent; readings are cancelled, what is written finishes first."""
