"""Covers the period of a query with the cells that are valid at the moment."""

from __future__ import annotations

from operator import itemgetter

from footfall.model.period import Bucket, Period
from footfall.query.ast import Cells, Query
from footfall.query.cells import RolledUp
from footfall.query.rows import Row, read
from footfall.query.sources.tiles import Cell, Tiling, tile
from footfall.store.protocol import Reader


def covered(store: Reader, query: Query, *rollups: str, grain: Bucket | None = None) -> Tiling:
    """With cells of the query's table that hold all of these roll-ups; of one grain, or of any."""
    rows = read(store, RolledUp(query.project, query.table.value, query.period))
    touched = [row for row in rows if not row["grain"]]
    made = [row for row in rows if row["grain"] and grain in {None, row["grain"]}]
    newest = {(row["grain"], row["start"]): row for row in sorted(made, key=itemgetter("version"))}
    cells = [
        Cell(Bucket(row["grain"]), Period(row["start"], row["end"]), row["version"], frozenset(row["rollups"]))
        for row in newest.values()
        if not any(_outdates(mark, row) for mark in touched)
    ]
    return tile(query.period, [cell for cell in cells if cell.rollups.issuperset(rollups)], query.buckets)


def cells_of(rollup: str, cells: tuple[Cell, ...]) -> Cells:
    return Cells(
        rollup,
        tuple(cell.grain.value for cell in cells),
        tuple(cell.period.start for cell in cells),
        tuple(cell.version for cell in cells),
    )


def _outdates(mark: Row, cell: Row) -> bool:
    return bool(mark["start"] < cell["end"] and mark["end"] > cell["start"] and mark["stamp"] > cell["stamp"])
