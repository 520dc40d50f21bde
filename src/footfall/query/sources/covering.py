"""Covers the period of a query with the cells that are valid at the moment."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from operator import itemgetter

from footfall.catalog.rollups import CROSSED, FROZEN, OVERFULL, PROPERTY_VALUES
from footfall.catalog.tables import Table
from footfall.clock import HOUR, MINUTE
from footfall.model.period import Bucket, Period
from footfall.query.ast import Query
from footfall.query.cells import RolledUp
from footfall.query.plan import Cells
from footfall.query.rows import Row, read
from footfall.query.sources.tiles import Cell, Tiling, tile
from footfall.store.protocol import Reader

_ASKED = 15 * MINUTE
"""What cells there are is asked for whole periods of this length: for some minutes, a store has the same answer."""


def covered(store: Reader, query: Query, source: Table, *rollups: str, grain: Bucket | None = None) -> Tiling:
    """With cells of the source that hold all of these roll-ups, by their marks; of one grain, or of any."""
    cells = valid_cells(store, query.project, source, query.period, rollups)
    return tile(query.period, [cell for cell in cells if grain in {None, cell.grain}], query.buckets)


def valid_cells(store: Reader, project: int, source: Table, period: Period, rollups: tuple[str, ...]) -> list[Cell]:
    """Of those that lie in the period and hold all of these roll-ups, in their newest version."""
    asked = Period(period.start // _ASKED * _ASKED, -(-period.end // _ASKED) * _ASKED)
    found = read(store, RolledUp(project, source.value, asked))
    rows = [row for row in found if not row["grain"] or (row["start"] >= period.start and row["end"] <= period.end)]
    touched = sorted((row for row in rows if not row["grain"]), key=itemgetter("start"))
    hours = [mark["start"] for mark in touched]
    newest = {(row["grain"], row["start"]): row for row in sorted(rows, key=itemgetter("version")) if row["grain"]}
    names = {text: frozenset(text.split()) for text in {row["rollups"] for row in newest.values()}}
    usable = {text for text, held in names.items() if held.issuperset(rollups) and not _lacks(held, rollups)}
    return [
        Cell(
            *(Bucket(row["grain"]), Period(row["start"], row["end"]), row["version"]),
            crossed=CROSSED in names[row["rollups"]],
            events=row["events"],
            sessions=row["sessions"],
            frozen=row["stamp"] == FROZEN,
        )
        for row in newest.values()
        if row["rollups"] in usable and not _is_outdated(row, touched, hours)
    ]


def _lacks(held: frozenset[str], rollups: tuple[str, ...]) -> bool:
    return OVERFULL in held and PROPERTY_VALUES.mark in rollups


def cells_of(rollups: tuple[str, ...], cells: tuple[Cell, ...]) -> Cells:
    return Cells(
        rollups,
        tuple(cell.grain.value for cell in cells),
        tuple(cell.period.start for cell in cells),
        tuple(cell.version for cell in cells),
    )


def _is_outdated(cell: Row, touched: list[Row], hours: list[int]) -> bool:
    """Whether one of the touched hours, which are in order, lies in the cell, or reaches into it, and is later."""
    marks = touched[bisect_right(hours, cell["start"] - HOUR) : bisect_left(hours, cell["end"])]
    return any(mark["stamp"] > cell["stamp"] for mark in marks)
