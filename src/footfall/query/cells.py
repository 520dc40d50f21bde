"""Queries about the cells of roll-ups, and those that make them. Passes and sources have no part in them."""

from __future__ import annotations

from dataclasses import dataclass

from footfall.catalog.tables import Table
from footfall.model.period import Period
from footfall.query.ast import Query
from footfall.query.plan import Cells


@dataclass(frozen=True, slots=True)
class RolledUp:
    """The cells of a project that lie in the period, and its touched hours, whose grain is `""`.

    Columns grain, start, end, version, stamp, rollups (the names of those that the cell has, with spaces in between),
    events (how many a cell of events counts, of everyone), sessions (how many of people begin in it).
    Of several versions of a cell the newest counts; it is valid while no hour of it has a later stamp.
    """

    project: int
    source: str
    period: Period


@dataclass(frozen=True, slots=True)
class FactsOfCells:
    """What is stored of what cells of events count, in these periods: columns events, sessions.

    As in `RolledUp`, but for some sessions more, which cells may leave out; 0 where `sessions` are not asked for.
    """

    project: int
    periods: tuple[Period, ...]
    sessions: bool


@dataclass(frozen=True, slots=True)
class FirstFacts:
    """The first fact of each project: columns project, first."""

    table: Table = Table.EVENTS


@dataclass(frozen=True, slots=True)
class FirstFrozen:
    """The first of a project's days that have figures though their facts are gone.

    One column, start; no row where there is none.
    """

    project: int
    source: str


@dataclass(frozen=True, slots=True)
class CellSizes:
    """How many facts each of the projects has in the period: columns project, facts."""

    projects: tuple[int, ...]
    period: Period
    table: Table = Table.EVENTS


@dataclass(frozen=True, slots=True)
class MadeCells:
    """The starts of a project's cells of a grain, by the clocks of a zone: columns project, grain, zone, starts."""

    source: str


@dataclass(frozen=True, slots=True)
class StaleCells:
    """Cells of a grain that are not valid, or lack one of these roll-ups; with `small`, those that were not made, too.

    Columns project, grain, zone, start, end, stamp.
    """

    source: str
    grain: str
    rollups: tuple[str, ...]
    small: bool = False


@dataclass(frozen=True, slots=True)
class MakeCells:
    """Makes the cells that begin at `starts`, the last ending with the period of `base`, for each of `projects`.

    `base` says what is counted: table, dimensions, filters and metrics. Visitors are counted of the `counted` labels
    of each cell that have most rows; None: of all. A cell keeps `most` rows and one more, where that is said.
    """

    base: Query
    rollup: str
    grain: str
    starts: tuple[int, ...]
    projects: tuple[int, ...]
    version: int
    counted: int | None = None
    most: int = 0


@dataclass(frozen=True, slots=True)
class MakeTogether:
    """Makes cells of several roll-ups in one statement: of one table, with the same metrics, grain and version."""

    parts: tuple[MakeCells, ...]


@dataclass(frozen=True, slots=True)
class FreezeCells:
    """Freezes cells of a source, whose facts go."""

    project: int
    source: str
    cells: Cells


@dataclass(frozen=True, slots=True)
class MakeEarned:
    """Makes what labels earned in such cells, by currency, of all lists at once. `base` has the events of everyone."""

    base: Query
    grain: str
    starts: tuple[int, ...]
    projects: tuple[int, ...]
    version: int


@dataclass(frozen=True, slots=True)
class CrossedCells:
    """Those of the cells of `MakeCells` over whose edges mixed sessions reach: columns project, start."""

    period: Period
    starts: tuple[int, ...]
    projects: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class OverfullCells:
    """Those of the cells of a version that have more than `most` rows of a roll-up: columns project, start."""

    rollup: str
    grain: str
    projects: tuple[int, ...]
    version: int
    most: int


@dataclass(frozen=True, slots=True)
class Uncounted:
    """Those of the cells in which one of these labels has rows, but no count of visitors: columns grain, start."""

    project: int
    cells: Cells
    labels: tuple[str, ...]


CellQuery = (
    RolledUp
    | FactsOfCells
    | FirstFacts
    | FirstFrozen
    | CellSizes
    | MadeCells
    | StaleCells
    | MakeTogether
    | MakeEarned
    | FreezeCells
    | CrossedCells
    | OverfullCells
    | Uncounted
)
