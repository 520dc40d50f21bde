"""The retention of single projects: facts go, figures stay."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, tzinfo
from time import monotonic
from typing import Protocol
from zoneinfo import ZoneInfo

import structlog

from footfall.catalog.rollups import GRAINS, PROPERTY_VALUES, SOURCES, names_of
from footfall.catalog.tables import Table
from footfall.clock import DAY, HOUR, Clock
from footfall.model.period import Bucket, Period
from footfall.model.progress import Standstill
from footfall.model.project import Project
from footfall.query.cells import FirstFacts, FreezeCells
from footfall.query.passes.clamp import EARLIEST
from footfall.query.rows import read
from footfall.query.sources.covering import cells_of, valid_cells
from footfall.query.sources.tiles import Cell
from footfall.query.sql import compile_query
from footfall.rollups.jobs import closed_cells, zone_of
from footfall.store.protocol import Piece, Store

LAG = HOUR
"""How much older rows get than the retention says: those that were accepted just within it must have been drained."""

_LOOK = 3600.0


class Retained(Protocol):
    """`meta.projects.ProjectEditor` implements it."""

    def retained(self) -> list[Project]: ...

    def facts_gone(self, number: int, before: int) -> None: ...


class Rounds(Protocol):
    """What is asked of the drain."""

    def removing(self, piece: Piece) -> AbstractContextManager[None]: ...


def facts_since(projects: Retained, source: Table) -> dict[int, int]:
    """By project that has a retention of its own: before which instant cells can't be made, for want of facts."""
    return {project.number: cuts(project.facts_since)[source] for project in projects.retained()}


def cuts(before: int) -> dict[Table, int]:
    """Where the facts of each source go, that none of its days is cut: `before`, or the last such instant before it.

    Events have the days of the project's clock, of which one begins at `before`, requests and logs those of UTC.
    """
    of_utc = Bucket.DAY.floor(before)
    return {source: before if source is Table.EVENTS else of_utc for source in SOURCES}


@dataclass(frozen=True, slots=True)
class Preview:
    """Rows that end before an instant (Unix milliseconds), and all rows, by table."""

    days: int
    before: int
    rows: Mapping[Table, tuple[int, int]]


def expires_before(project: Project, days: int, now: int) -> int:
    """Before which instant a retention of so many days removes facts: whole days of the project."""
    return Bucket.DAY.floor(now - days * DAY - LAG, _clocks(project.timezone))


def preview(store: Store, project: Project, days: int, now: int) -> Preview:
    """What such a retention would remove now."""
    before = expires_before(project, days, now)
    return Preview(days, before, store.facts.count_before(project.number, cuts(before)))


class Expiry:
    """Each call removes one month of one table, in the background; with nothing left it looks again, once an hour.

    Whole days go, each once it is rolled up, with its month. A day without valid cells of each source keeps its facts,
    as do all days after it. Cells whose facts go are frozen before. `standstills` are the drain's: while rows wait,
    none are removed.
    """

    def __init__(
        self,
        projects: Retained,
        store: Store,
        drain: Rounds,
        standstills: Callable[[], list[Standstill]],
        clock: Clock,
        tick: Callable[[], float] = monotonic,
    ) -> None:
        self._projects = projects
        self._store = store
        self._drain = drain
        self._standstills = standstills
        self._clock = clock
        self._tick = tick
        self._waiting: dict[int, int] = {}
        self._next_look = tick()

    def __call__(self) -> None:
        if not self._waiting and self._tick() >= self._next_look:
            self._next_look = self._tick() + _LOOK  # set first: it also holds where this look fails
            self._look()
        for number, before in list(self._waiting.items()):
            with self._store.background():
                piece = self._store.facts.to_expire(number, cuts(before))
            if piece is not None:
                with self._drain.removing(piece), self._store.background():
                    self._store.facts.expire(number, cuts(before), piece)
                structlog.get_logger("store").info(
                    "rows past their retention are removed", project=number, table=piece.table, month=piece.partition
                )
                return
            del self._waiting[number]

    def _look(self) -> None:
        for project in self._projects.retained():  # first of all: else rollers would make some of them again
            for source in SOURCES if project.facts_since else ():
                self._freeze(project, source, project.facts_since)
        if any(one.seconds * 1000 > LAG / 2 for one in self._standstills()):
            return
        for project in self._projects.retained():
            before = max(self._rolled_up(project, self._wanted(project)), project.facts_since)
            for source in SOURCES:
                self._freeze(project, source, before)
            if before > project.facts_since:
                self._projects.facts_gone(project.number, before)
            self._waiting[project.number] = before

    def _wanted(self, project: Project) -> int:
        """Before which instant the retention removes facts."""
        days = project.retention_days
        return project.facts_since if days is None else expires_before(project, days, self._clock())

    def _rolled_up(self, project: Project, before: int) -> int:
        """`before`, or the start of the first day before it whose figures would go with its facts."""
        for source in SOURCES:
            missing = self._missing(project, source, cuts(before)[source])
            if missing:
                before = Bucket.DAY.floor(missing[0], _clocks(project.timezone))
        return before

    def _missing(self, project: Project, source: Table, before: int) -> list[int]:
        """Starts of the cells of which facts would go, and that are not valid, or lack what days keep.

        Cells that lost facts before can't be made again. Of a property with too many values a cell keeps none.
        """
        firsts = {row["project"]: row["first"] for row in read(self._store, FirstFacts(source))}
        first = firsts.get(project.number, before)
        zone = zone_of(source, project.timezone)
        found: set[int] = set()
        frozen = [cell for cell in self._cells(project, source, before + DAY) if cell.frozen]
        for grain in GRAINS if first < before else ():
            end = grain.next(grain.floor(before - 1, _clocks(zone)), _clocks(zone))
            since = cuts(project.facts_since)[source]
            cells = [cell for cell in closed_cells(grain, zone, first, end) if cell.start >= since]
            if cells:
                period = Period(cells[0].start, end)
                names = tuple(name for name in names_of(source, grain, kept=True) if name != PROPERTY_VALUES.mark)
                made = (*valid_cells(self._store, project.number, source, period, names), *frozen)
                found |= {cell.start for cell in cells} - {cell.period.start for cell in made if cell.grain is grain}
        return sorted(found)

    def _freeze(self, project: Project, source: Table, before: int) -> None:
        """Freeze the cells whose facts go, and those whose facts an earlier version removed, which cut days of UTC."""
        found = self._cells(project, source, max(before, project.facts_since + DAY))
        gone = cuts(before)[source]
        if not any(cell.frozen for cell in found):
            days = (cell.period for cell in found if cell.grain is Bucket.DAY)
            gone = max([gone, *(day.end for day in days if day.start < project.facts_since)])
        cells = tuple(cell for cell in found if cell.period.end <= gone and not cell.frozen)
        if cells:
            statement = compile_query(FreezeCells(project.number, source.value, cells_of((), cells)))
            self._store.command(statement.sql, statement.params)

    def _cells(self, project: Project, source: Table, before: int) -> list[Cell]:
        """Valid days and months that end at this instant or before."""
        found = valid_cells(self._store, project.number, source, Period(EARLIEST, before), ())
        return [cell for cell in found if cell.grain in GRAINS]


def _clocks(zone: str) -> tzinfo:
    return UTC if zone == "UTC" else ZoneInfo(zone)
