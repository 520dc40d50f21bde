"""The retention of single projects: facts go, figures stay."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from time import monotonic
from typing import Protocol
from zoneinfo import ZoneInfo

import structlog

from footfall.catalog.rollups import names_of
from footfall.catalog.tables import Table
from footfall.clock import DAY, HOUR, Clock
from footfall.drain.plan import Touched
from footfall.model.period import Bucket, Period
from footfall.model.progress import Standstill
from footfall.model.project import Project
from footfall.query.cells import FirstFacts
from footfall.query.rows import read
from footfall.query.sources.covering import valid_cells
from footfall.rollups.jobs import closed_cells
from footfall.store.protocol import Store

LAG = HOUR
"""How much older rows get than the retention says: those that were accepted just within it must have been drained."""

_LOOK = 3600.0


class Retained(Protocol):
    """`meta.projects.ProjectEditor` implements it."""

    def retained(self) -> list[Project]: ...

    def facts_gone(self, number: int, before: int) -> None: ...


class Rounds(Protocol):
    """What is asked of the drain."""

    def mark(self, touched: Iterable[Touched]) -> None: ...


def facts_since(projects: Retained) -> dict[int, int]:
    """By project that has a retention of its own: before which instant cells can't be made, for want of facts."""
    return {project.number: project.facts_since for project in projects.retained()}


@dataclass(frozen=True, slots=True)
class Preview:
    """Rows that end before an instant (Unix milliseconds), and all rows, by table."""

    days: int
    before: int
    rows: Mapping[Table, tuple[int, int]]


def expires_before(project: Project, days: int, now: int) -> int:
    """Before which instant a retention of so many days removes facts: whole days of the project."""
    return Bucket.DAY.floor(now - days * DAY - LAG, _clocks(project))


def preview(store: Store, project: Project, days: int, now: int) -> Preview:
    """What such a retention would remove now."""
    before = expires_before(project, days, now)
    return Preview(days, before, store.facts.count_before(project.number, before))


class Expiry:
    """Each call removes one month of one table; with nothing left it looks again, once an hour.

    Whole days of the project go, each once it is rolled up: a day without valid cells keeps its facts, and those of
    all days after it, and is marked to be made. `standstills` are the drain's: while rows wait, none are removed.
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
            piece = self._store.facts.to_expire(number, before)
            if piece is not None:
                self._store.facts.expire(number, before, piece)
                structlog.get_logger("store").info(
                    "rows past their retention are removed", project=number, table=piece.table, month=piece.partition
                )
                return
            del self._waiting[number]

    def _look(self) -> None:
        if any(one.seconds * 1000 > LAG / 2 for one in self._standstills()):
            return
        projects = self._projects.retained()
        firsts = {row["project"]: row["first"] for row in read(self._store, FirstFacts())} if projects else {}
        for project in projects:
            before = self._rolled_up(project, firsts.get(project.number), self._wanted(project))
            if before > project.facts_since:
                self._projects.facts_gone(project.number, before)
            self._waiting[project.number] = max(before, project.facts_since)

    def _wanted(self, project: Project) -> int:
        """Before which instant the retention removes facts."""
        days = project.retention_days
        return project.facts_since if days is None else expires_before(project, days, self._clock())

    def _rolled_up(self, project: Project, first: int | None, before: int) -> int:
        """`before`, or the start of the first day before it whose figures would go with its facts."""
        if first is None or first >= before:
            return before
        period = Period(Bucket.DAY.floor(first, _clocks(project)), before)
        valid = _valid_days(self._store, project.number, period)
        missing = [
            day.start for day in closed_cells(Bucket.DAY, project.timezone, first, before) if day.start not in valid
        ]
        if missing:
            self._drain.mark([Touched(Table.EVENTS.value, project.number, [Bucket.HOUR.floor(at) for at in missing])])
        return min(missing, default=before)


def _valid_days(store: Store, project: int, period: Period) -> set[int]:
    cells = valid_cells(store, project, Table.EVENTS, period, names_of(Table.EVENTS, Bucket.DAY))
    return {cell.period.start for cell in cells if cell.grain is Bucket.DAY}


def _clocks(project: Project) -> tzinfo:
    return UTC if project.timezone == "UTC" else ZoneInfo(project.timezone)
