"""Rows of `sessions`: every stored column of the catalogue, from the events of the sessions of a block."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
import pyarrow as pa

from bench.data.choices import Indexes
from bench.data.facts import Block, instants, rows, texts
from bench.data.visits import Numbers
from footfall.catalog.columns import COLUMNS, FIRST_TOUCH, FLOW_STEPS, GAPS, UNEVEN, VARIES
from footfall.catalog.tables import Table
from footfall.model.session import SESSION_GAP
from footfall.pipeline.earned import with_earned
from footfall.pipeline.variants import variants_of


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

    def varies(self) -> pa.Array:
        """A bit for each property in which events differ, and one where they pause for too long."""
        found = np.zeros(self.count, dtype=np.uint16)
        for bit, name in enumerate(VARIES):
            if self.block.picked(name) is not None:
                found |= np.where(self.same(name), 0, 1 << bit).astype(np.uint16)
        paused = np.maximum.reduceat(self.block.drawn.sessions.gaps, self.first) > SESSION_GAP
        return pa.array(found | np.where(paused, GAPS, 0).astype(np.uint16))

    def variants(self) -> pa.Array:
        """Of the uneven sessions, as the pipeline tells them."""
        uneven = (self.varies().to_numpy() & UNEVEN) != 0
        of = np.repeat(np.arange(self.count), self.block.drawn.sessions.length)
        places = np.flatnonzero(np.repeat(uneven, self.block.drawn.sessions.length))
        weights = pl.DataFrame(
            {
                "session": of[places],
                **{name: self._of_facts(name, places) for name in VARIES},
                "events": np.ones(len(places), dtype=np.uint32),
                "pageviews": self.block.viewed[places].astype(np.uint32),
            }
        )
        told = pl.DataFrame({"session": np.arange(self.count)}).join(
            variants_of(weights, "session"), on="session", how="left", maintain_order="left"
        )
        return told["variants"].fill_null("").to_arrow()

    def _of_facts(self, name: str, places: Indexes) -> pl.Series:
        """A property of the facts at these places; nothing where they have none."""
        has = any(column.name == name for column in COLUMNS[self.block.table])
        made = self.block.column(name, places) if has else texts(len(places))
        return pl.Series(pl.from_arrow(made)).cast(pl.String)

    def earned(self) -> pa.Array:
        """What was paid in each, as the pipeline tells it."""
        found = self.block.picked("revenue")
        if found is None:
            return texts(self.count)
        table, rows_of_table = found
        paying = np.array([amount != 0 for amount in table.columns["revenue"].to_pylist()])
        places = np.flatnonzero(paying[rows_of_table])
        payments = pl.DataFrame(
            {
                "session": np.repeat(np.arange(self.count), self.block.drawn.sessions.length)[places],
                "currency": self._of_facts("currency", places),
                "revenue": pl.from_arrow(self.block.column("revenue", places)),
            }
        )
        sessions = pl.DataFrame({"session": np.arange(self.count)})
        return with_earned(sessions, payments, ["session"])["earned"].to_arrow()

    def flow(self) -> pa.Array:
        """The paths of the first pageviews."""
        viewed = self.block.viewed
        before = np.cumsum(viewed) - viewed
        rank = before - np.repeat(before[self.first], self.block.drawn.sessions.length)
        places = np.flatnonzero(viewed & (rank < FLOW_STEPS))
        lengths = np.minimum(self.pageviews, FLOW_STEPS)
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        paths = self.block.paths(places, np.ones(len(places), dtype=bool))
        return pa.ListArray.from_arrays(pa.array(offsets), paths)

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
    "varies": SessionRows.varies,
    "variants": SessionRows.variants,
    "flow": SessionRows.flow,
    "earned": SessionRows.earned,
}
"""Columns of sessions that are not those of their first event."""
