"""Requests by many groupings: buckets that are cells, and facts for the others."""

from __future__ import annotations

from dataclasses import replace

from footfall.catalog.rollups import NETWORK
from footfall.catalog.tables import Table
from footfall.query.ast import Breakdowns
from footfall.query.passes import complete
from footfall.query.plan import BreakdownsOfCells
from footfall.query.sources.covering import cells_of, covered
from footfall.store.protocol import Reader


def of_cells(store: Reader, asked: Breakdowns) -> BreakdownsOfCells | None:
    """Each bucket is one cell, or read from requests: its sessions are not those of shorter cells added up.

    None where cells can't answer it, or there are none.
    """
    if not asked.base.bots:  # cells count all requests
        return None
    names = (NETWORK + name for name in ("", *asked.groupings))
    tiling = covered(store, asked.base, Table.REQUESTS, *names, grain=asked.bucket)
    if not tiling.cells:
        return None
    rest = replace(asked, base=replace(asked.base, windows=tiling.gaps))
    return BreakdownsOfCells(complete(rest), cells_of((NETWORK,), tiling.cells))
