"""How long the sessions of each project last at most.

Queries look at the sessions that overlap a period. The store finds sessions by their start, so it would go through all
that began before the period's end, if it did not know how long before the period the first of them may begin.
"""

from __future__ import annotations

import io
from collections.abc import Iterable

import polars as pl

from footfall.catalog.tables import Table
from footfall.clock import DAY
from footfall.drain.plan import Insert
from footfall.pipeline.rows import arrow
from footfall.store.protocol import Store


class LongestSessions:
    """Not for several threads at once: callers hold the drain's lock."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._days: dict[int, int] | None = None  # by project; None: not yet looked up

    def write(self, inserts: Iterable[Insert]) -> None:
        """Note the sessions that last longer than any before, which are written after this; durable at return."""
        for insert in inserts:
            if insert.table == Table.SESSIONS:
                longer = {
                    project: days for project, days in _longest(insert.arrow) if days > self._known().get(project, 1)
                }
                self._note(longer, insert.token)

    def _note(self, longer: dict[int, int], token: str) -> None:
        if not longer:
            return
        columns = {"project_id": [*longer], "days": [*longer.values()]}
        rows = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.UInt32))
        self._store.insert("longest_sessions", arrow(rows), token=f"{token}:longest")
        self._known().update(longer)

    def _known(self) -> dict[int, int]:
        if self._days is None:
            self._days = self._store.facts.longest_sessions()
        return self._days


def _longest(sessions: bytes) -> list[tuple[int, int]]:
    """Projects and days, of those with sessions of events of more than a day."""
    rows = pl.read_ipc(io.BytesIO(sessions), columns=["project_id", "source_table", "start", "end"])
    days = (pl.col("end") - pl.col("start")).dt.total_milliseconds() // DAY + 1
    of_events = pl.col("source_table").cast(pl.String) == Table.EVENTS.value
    found = rows.filter(of_events).group_by("project_id").agg(days=days.max()).filter(pl.col("days") > 1)
    return found.rows()
