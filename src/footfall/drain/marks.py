"""Marks the hours in which facts changed after a roll-up of them may have been made.

Every mark and every cell has a stamp, from one ascending sequence. A batch writes its marks before its facts. A cell
takes its stamp while no batch is partly written, before its rows are read: so it holds all facts of batches with an
older stamp, and a batch with a newer one has marked the cell's hours.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

import polars as pl

from footfall.drain.plan import Touched
from footfall.pipeline.rows import INSTANT, arrow
from footfall.store.protocol import Store

Owner = tuple[str, int]
"""A source of facts and a project."""


class Marks:
    """Not for several threads at once: callers hold the drain's lock."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._until: dict[Owner, int] | None = None  # the ends of the last cells; None: not yet looked up
        self._stamp = 0

    def begin(self, until: Mapping[Owner, int]) -> int:
        """The stamp of cells that are made next, and that end at these instants, at most."""
        known = self._known()
        for owner, at in until.items():
            known[owner] = max(at, known.get(owner, at))
        return self._next()

    def write(self, touched: Iterable[Touched]) -> None:
        """Mark the hours that lie in time that has been rolled up; durable at return."""
        rows = [
            (part.source, part.project, hour)
            for part in touched
            for hour in part.hours
            if hour < self._known().get((part.source, part.project), hour)
        ]
        if not rows:
            return
        stamp = self._next()
        schema = {"source": pl.String, "project_id": pl.UInt32, "hour": pl.Int64}
        frame = pl.DataFrame(rows, schema=schema, orient="row")
        frame = frame.with_columns(pl.col("hour").cast(INSTANT), stamp=pl.lit(stamp, pl.UInt64))
        self._store.insert("touched", arrow(frame), token=str(stamp))

    def _known(self) -> dict[Owner, int]:
        if self._until is None:
            self._until, self._stamp = self._store.facts.rolled_up_until()
        return self._until

    def _next(self) -> int:
        """Microseconds since 1970, unless the clock was set back."""
        self._known()
        self._stamp = max(self._stamp + 1, time.time_ns() // 1000)
        return self._stamp
