"""How many facts there are to read, and whether they are all there."""

from __future__ import annotations

from dataclasses import replace

from footfall.catalog import rollups
from footfall.catalog.tables import Table
from footfall.clock import DAY
from footfall.query import build
from footfall.query.ast import Query
from footfall.query.passes import prepare
from footfall.query.rows import read
from footfall.query.sources.covering import covered
from footfall.query.sources.tiles import Cell
from footfall.store.protocol import Reader

UP_TO = 2 * DAY
"""Up to this length, reading facts costs less than looking up uneven sessions."""

UP_TO_EVENTS = 300_000
"""Of fewer, reading facts costs less than the statements that put cells, edges and uneven sessions together."""


def amount(store: Reader, query: Query) -> int:
    """The events of a query's period, whatever it asks of them: that costs no more than a look at the key."""
    every = Query(project=query.project, table=Table.EVENTS, period=query.period, metrics=("events",), bots=True)
    (found,) = read(store, prepare(every))
    return int(found["events"])


def suffice(store: Reader, query: Query) -> bool:
    """Whether to answer a query about events from facts, though there are cells."""
    cells = covered(store, replace(query, buckets=()), Table.EVENTS, rollups.EVENTS.mark).cells
    if not cells:
        return query.period.length <= UP_TO
    share = sum(cell.period.length for cell in cells) / query.period.length
    few = sum(cell.events for cell in cells) / share <= UP_TO_EVENTS
    return (few or query.period.length <= UP_TO) and _are_there(store, query, cells)


def _are_there(store: Reader, query: Query, cells: tuple[Cell, ...]) -> bool:
    """Whether all facts of the cells are: retention takes those before some instant, and leaves the cells."""
    first = next((cell for cell in cells if cell.events), None)
    if first is None:
        return True
    base = Query(project=query.project, table=Table.EVENTS, period=first.period)
    (found,) = read(store, prepare(build.totals(base, "events")))
    return bool(found["events"] == first.events)
