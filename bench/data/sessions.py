"""Rows of `sessions`: every stored column of the catalogue, from the events of the sessions of a block."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from bench.data.choices import Indexes
from bench.data.facts import Block, instants, rows, texts
from bench.data.visits import Numbers
from footfall.catalog.columns import FIRST_TOUCH
from footfall.catalog.tables import Table


@dataclass(frozen=True)
class SessionRows:
    """Sessions of a block: what is said of each is summed up from its events, which follow one another."""

    block: Block

    def rows(self) -> pa.Table:
        """By project and start. RuntimeError for a column of the catalogue that is not known here."""
        return rows(Table.SESSIONS, self._column)

    def _column(self, name: str) -> pa.Array:
        if name in FIRST_TOUCH:
            return self.block.first_touch(name)
        if name not in _MADE:
            raise RuntimeError(f"sessions have a column {name!r}, which bench/data/sessions.py can't make yet")
        return _MADE[name](self)

    @property
    def first(self) -> Indexes:
        """The places of the first events."""
        return self.block.drawn.first

    @cached_property
    def last(self) -> Indexes:
        return self.first + self.block.drawn.sessions.length - 1

    @cached_property
    def pageviews(self) -> Numbers:
        return self.sum(self.block.viewed)

    @cached_property
    def entry(self) -> Numbers:
        """The place of the first pageview; nonsense where a session has none."""
        places = np.where(self.block.viewed, np.arange(len(self.block.viewed)), len(self.block.viewed) - 1)
        return np.minimum.reduceat(places, self.first)

    @cached_property
    def exit(self) -> Numbers:
        return np.maximum.reduceat(np.where(self.block.viewed, np.arange(len(self.block.viewed)), 0), self.first)

    @property
    def count(self) -> int:
        return len(self.first)

    def sum(self, values: Indexes) -> Numbers:
        """By session."""
        return np.add.reduceat(values.astype(np.int64), self.first)

    def same(self, name: str) -> Indexes:
        """By session, whether all of its events have one value."""
        found = self.block.picked(name)
        if found is None:
            raise RuntimeError(f"{name} is not picked from the world")
        codes = found[0].codes(name)[found[1]]
        return np.minimum.reduceat(codes, self.first) == np.maximum.reduceat(codes, self.first)

    def page(self, places: Numbers) -> pa.Array:
        """The path of the facts at these places, one per session; none for sessions without pageviews."""
        return self.block.paths(places, self.pageviews > 0)

    def lag(self, later: Numbers, earlier: Numbers) -> pa.Array:
        """Milliseconds between events, 0 for sessions without pageviews."""
        times = self.block.drawn.times
        return pa.array(np.where(self.pageviews > 0, times[later] - times[earlier], 0).astype(np.uint64))


def _full(value: np.generic) -> Callable[[SessionRows], pa.Array]:
    return lambda made: pa.array(np.full(made.count, value))


_MADE: Mapping[str, Callable[[SessionRows], pa.Array]] = {
    "project_id": lambda made: pa.array(made.block.drawn.sessions.project.astype(np.uint32)),
    "source_table": lambda made: texts(made.count, made.block.table.value),
    "sign": _full(np.int8(1)),
    "start": lambda made: instants(made.block.drawn.times[made.first]),
    "end": lambda made: instants(made.block.drawn.times[made.last]),
    "visitor": lambda made: pa.array(made.block.drawn.sessions.visitor),
    "session": lambda made: pa.array(made.block.keys),
    "version": lambda made: pa.array(np.full(made.count, made.block.batch, dtype=np.uint64)),
    "session_id": lambda made: texts(made.count),
    "joined": _full(np.uint8(0)),
    "own_ids": _full(np.uint8(0)),
    "events": lambda made: pa.array(made.block.drawn.sessions.length.astype(np.uint32)),
    "pageviews": lambda made: pa.array(made.pageviews.astype(np.uint32)),
    "passive_events": lambda made: pa.array(made.sum(made.block.passive).astype(np.uint32)),
    "entry_lag": lambda made: made.lag(made.entry, made.first),
    "exit_lag": lambda made: made.lag(made.last, made.exit),
    "entry_page": lambda made: made.page(made.entry),
    "exit_page": lambda made: made.page(made.exit),
}
"""Columns of sessions that are not those of their first event."""
