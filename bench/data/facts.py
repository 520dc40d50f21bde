"""Rows of `events` and `engagements`: the catalogue's stored columns, gathered from the world by number."""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from bench.data import draws
from bench.data.choices import Choices, Indexes
from bench.data.visits import NOBODY, Drawn, Keys, Numbers, People, Visits
from bench.data.world import World
from footfall.catalog.columns import COLUMNS, ID_LAG_MOST
from footfall.catalog.tables import Table
from footfall.pipeline.session_state import fresh_key

Bools = NDArray[np.bool_]

_NODE = 0x5EED
INSTANT = pa.timestamp("ms", "UTC")


def texts(count: int, text: str = "") -> pa.Array:
    """The same text in every row."""
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, dtype=np.int8)), pa.array([text]))


def instants(millis: Numbers) -> pa.Array:
    return pa.array(np.ascontiguousarray(millis)).view(INSTANT)


def ipc(table: pa.Table) -> bytes:
    """An Arrow IPC file; not compressed, since it is read at once."""
    out = io.BytesIO()
    with pa.ipc.new_file(out, table.schema) as writer:
        writer.write_table(table)
    return out.getvalue()


def rows(table: Table, columns: Callable[[str], pa.Array]) -> pa.Table:
    """Every stored column of a table, by name."""
    names = [column.name for column in COLUMNS[table] if column.stored]
    return pa.table({name: columns(name) for name in names})


def ids(times: Numbers, order: Indexes, first: int) -> tuple[Keys, Keys]:
    """The halves of ids that count upwards in the order given, as those of one process do; see footfall.ids."""
    low = np.empty(len(times), dtype=np.uint64)
    low[order] = np.arange(first, first + len(times), dtype=np.uint64)
    return times.astype(np.uint64) << np.uint64(16) | np.uint64(_NODE), low


def lags(count: int) -> pa.Array:
    """`id_lag` of ids that were made at the time of their fact."""
    return pa.array(np.full(count, ID_LAG_MOST + 1, dtype=np.uint32))


@dataclass(frozen=True)
class Block(ABC):
    """The facts of some sessions, session by session, with their columns. `batch` marks all rows of the block.

    `number` is that of its first fact: ids count on from it.
    """

    world: World
    people: People
    drawn: Drawn
    batch: int
    number: int

    table: ClassVar[Table]
    visitor_name: ClassVar[str]
    """The column with the name that the client gives a visitor."""

    @property
    @abstractmethod
    def picks(self) -> tuple[tuple[Choices, Indexes], ...]:
        """The world's tables, each with the row of every fact."""

    @property
    @abstractmethod
    def viewed(self) -> Bools:
        """Which facts are pageviews."""

    @property
    @abstractmethod
    def passive(self) -> Bools:
        """Which facts are no interaction."""

    @abstractmethod
    def paths(self, places: Indexes, known: Bools) -> pa.Array:
        """The pages of the facts at these places, none where they are not known."""

    @abstractmethod
    def made(self, name: str, places: Indexes) -> pa.Array:
        """A column that neither the world has nor all kinds of facts; KeyError where there is none of the name."""

    @cached_property
    def order(self) -> Indexes:
        """The places of the facts by project and time."""
        return np.argsort((self.projects << np.int64(44)) + self.drawn.times, kind="stable")

    @cached_property
    def projects(self) -> Numbers:
        return self.drawn.sessions.project[self.drawn.session]

    @cached_property
    def ids(self) -> tuple[Keys, Keys]:
        return ids(self.drawn.times, self.order, self.number)

    @cached_property
    def keys(self) -> Keys:
        """The key of each session."""
        first = self.drawn.first
        frame = pl.DataFrame(
            {
                "visitor": self.drawn.sessions.visitor,
                "timestamp": self.drawn.times[first],
                "id_hi": self.ids[0][first],
                "id_lo": self.ids[1][first],
            }
        )
        return fresh_key(frame).to_numpy()

    def picked(self, name: str) -> tuple[Choices, Indexes] | None:
        """The table of the world that has a column, and the row of each fact in it."""
        return next(((table, rows) for table, rows in self.picks if name in table.columns), None)

    def column(self, name: str, places: Indexes) -> pa.Array:
        """A column of the facts at these places; KeyError for one that can't be made."""
        found = self.picked(name)
        if found:
            return found[0].take(name, found[1][places])
        if name == self.visitor_name:
            return self._names(places)
        return _MADE[name](self, places) if name in _MADE else self.made(name, places)

    def first_touch(self, name: str) -> pa.Array:
        """What sessions take over from their first facts: a column of the facts, or nothing where they have none."""
        has = any(column.name == name for column in COLUMNS[self.table])
        return self.column(name, self.drawn.first) if has else texts(len(self.drawn.first))

    def rows(self) -> pa.Table:
        return rows(self.table, lambda name: self.column(name, self.order))

    def _names(self, places: Indexes) -> pa.Array:
        """They repeat little within a block, so they are plain texts."""
        names = self.drawn.sessions.name[self.drawn.session[places]]
        known, place = np.unique(names, return_inverse=True)
        found = ["" if name == NOBODY else self.people.names[name] for name in known.tolist()]
        return pa.array(found).take(pa.array(place))


@dataclass(frozen=True)
class EventBlock(Block):
    visits: Visits

    table: ClassVar[Table] = Table.EVENTS
    visitor_name: ClassVar[str] = "visitor_id"

    @cached_property
    def picks(self) -> tuple[tuple[Choices, Indexes], ...]:
        world, visits = self.world, self.visits
        return (
            (world.pages, visits.page),
            (world.hosts, visits.host),
            (world.arrivals, visits.arrival),
            (world.agents, visits.agent),
            (world.places, visits.place),
            (world.actions, visits.action),
        )

    @cached_property
    def viewed(self) -> Bools:
        return self.visits.action == 0

    @property
    def passive(self) -> Bools:
        flags = self.world.actions.columns["passive"].to_numpy()
        return flags[self.visits.action] > 0

    def paths(self, places: Indexes, known: Bools) -> pa.Array:
        pages = self.world.pages
        return pages.take("path", np.where(known, self.visits.page[places], len(pages) - 1))

    def made(self, name: str, places: Indexes) -> pa.Array:
        if name in {"session_given", "own_id"}:
            return pa.array(np.zeros(len(places), dtype=np.uint8))
        if name == "session_id":
            return texts(len(places))
        if name in {"latitude", "longitude"}:  # the database of countries has none
            return pa.array(np.full(len(places), np.nan, dtype=np.float32))
        raise KeyError(name)

    def engagements(self, random: np.random.Generator, until: int) -> pa.Table:
        """How some pageviews of people were read; reported when the page was left, at most at `until`."""
        chosen = random.random(len(self.viewed), dtype=np.float32) < draws.ENGAGED
        chosen &= self.viewed & self.world.people[self.visits.agent]
        places = self.order[chosen[self.order]]
        measured = Reading(random, len(places))
        times = np.minimum(self.drawn.times[places] + measured.engaged, until - 1)
        sorting = np.lexsort((times, self.projects[places]))
        places, times = places[sorting], times[sorting]
        own = measured.columns(sorting) | {
            "timestamp": instants(times),
            "id_hi": pa.array(np.zeros(len(places), dtype=np.uint64)),
            "id_lag": lags(len(places)),
            "id_lo": pa.array((self.ids[1] | np.uint64(1 << 39))[places]),
        }
        return rows(Table.ENGAGEMENTS, lambda name: own[name] if name in own else self.column(name, places))


class Reading:
    """What browsers measure of a page: time in focus, depth, web vitals, of which some are missing."""

    def __init__(self, random: np.random.Generator, count: int) -> None:
        self._random = random
        self.engaged = (random.standard_exponential(count, dtype=np.float32) * 30_000).astype(np.int64)

    def columns(self, order: Indexes) -> dict[str, pa.Array]:
        count = len(self.engaged)
        found = {
            "engaged_ms": pa.array(self.engaged[order].astype(np.uint32)),
            "scroll": pa.array(self._random.integers(10, 101, count).astype(np.int8)),
        }
        vitals = {"lcp": 1_500.0, "inp": 120.0, "cls": 0.05, "fcp": 900.0, "ttfb": 300.0}
        for name, usual in vitals.items():
            values = self._random.lognormal(0, 0.5, count).astype(np.float32) * np.float32(usual)
            values[self._random.random(count, dtype=np.float32) < 0.2] = np.nan
            found[name] = pa.array(values)
        return found


_MADE: Mapping[str, Callable[[Block, Indexes], pa.Array]] = {
    "project_id": lambda block, places: pa.array(block.projects[places].astype(np.uint32)),
    "timestamp": lambda block, places: instants(block.drawn.times[places]),
    "id_hi": lambda _, places: pa.array(np.full(len(places), _NODE, dtype=np.uint64)),
    "id_lag": lambda _, places: lags(len(places)),
    "id_lo": lambda block, places: pa.array(block.ids[1][places]),
    "visitor": lambda block, places: pa.array(block.drawn.sessions.visitor[block.drawn.session[places]]),
    "session": lambda block, places: pa.array(block.keys[block.drawn.session[places]]),
    "batch": lambda block, places: pa.array(np.full(len(places), block.batch, dtype=np.uint64)),
}
"""Columns that all facts with sessions have."""
