"""Covers the period of a query with the cells that are valid at the moment."""

from __future__ import annotations

from operator import itemgetter

from footfall.catalog.tables import Table
from footfall.model.period import Bucket, Period
from footfall.query.ast import Cells, Query
from footfall.query.cells import RolledUp
from footfall.query.rows import Row, read
from footfall.query.sources.tiles import Cell, Tiling, tile
from footfall.store.protocol import Reader


def covered(store: Reader, query: Query, *rollups: str, grain: Bucket | None = None) -> Tiling:
    """With cells of the query's table that hold all of these roll-ups; of one grain, or of any."""
    cells = [
        cell
        for cell in valid_cells(store, query.project, query.table, query.period)
        if cell.rollups.issuperset(rollups) and grain in {None, cell.grain}
    ]
    return tile(query.period, cells, query.buckets)


def valid_cells(store: Reader, project: int, source: Table, period: Period) -> list[Cell]:
    """Of those that lie in the period, in their newest version."""
    rows = read(store, RolledUp(project, source.value, period))
    touched = [row for row in rows if not row["grain"]]
    newest = {(row["grain"], row["start"]): row for row in sorted(rows, key=itemgetter("version")) if row["grain"]}
    return [
        Cell(Bucket(row["grain"]), Period(row["start"], row["end"]), row["version"], frozenset(row["rollups"]))
        for row in newest.values()
        if not any(_outdates(mark, row) for mark in touched)
    ]


def cells_of(rollup: str, cells: tuple[Cell, ...]) -> Cells:
    return Cells(
        rollup,
        tuple(cell.grain.value for cell in cells),
        tuple(cell.period.start for cell in cells),
        tuple(cell.version for cell in cells),
    )


def _outdates(mark: Row, cell: Row) -> bool:
    return bool(mark["start"] < cell["end"] and mark["end"] > cell["start"] and mark["stamp"] > cell["stamp"])
