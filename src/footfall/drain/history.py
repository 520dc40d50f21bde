"""What sessionising reads from the store: sessions and, rarely, stored events."""

from __future__ import annotations

import polars as pl

from footfall.catalog.columns import COLUMNS
from footfall.catalog.tables import Table
from footfall.pipeline.rows import session_input
from footfall.pipeline.session_state import EVENT_INPUT, SESSION_COLUMNS, VISITOR, within
from footfall.store.protocol import FactStore

_NONE = pl.DataFrame(schema=SESSION_COLUMNS)
_READ = {*EVENT_INPUT, "event_type", "session"}


class StoreHistory:
    """Implements `drain.recent.Stored` for one table of facts."""

    def __init__(self, facts: FactStore, table: Table) -> None:
        self._facts = facts
        self._table = table
        self._columns = [column.name for column in COLUMNS[table] if column.stored and column.name in _READ]

    def last_end(self) -> int:
        return self._facts.last_session_end(self._table)

    def overlapping(self, windows: pl.DataFrame) -> pl.DataFrame:
        span = windows.select(pl.col("opens").min(), pl.col("closes").max()).row(0)
        return within(_typed(self._facts.overlapping_sessions(self._table, windows.select(VISITOR), *span)), windows)

    def named(self, sessions: pl.DataFrame) -> pl.DataFrame:
        return _typed(self._facts.sessions(self._table, sessions))

    def events(self, visitors: pl.DataFrame, start: int, end: int) -> pl.DataFrame:
        rows = self._facts.read(self._table, self._columns, visitors, start, end)
        stored = session_input(rows).with_columns(rows["session"])
        if "session_given" in rows.columns:
            stored = stored.with_columns(rows["session_given"])
        return stored.select(
            *(pl.col(name).cast(dtype) for name, dtype in EVENT_INPUT.items()), pl.col("session").cast(pl.UInt64)
        )


def _typed(sessions: pl.DataFrame) -> pl.DataFrame:
    if sessions.is_empty():
        return _NONE
    return sessions.select(pl.col(name).cast(dtype) for name, dtype in SESSION_COLUMNS.items())
