"""How many facts there are to read, and whether they are all there."""

from __future__ import annotations

from dataclasses import replace

from footfall.catalog.rollups import SESSIONS, TRAFFIC
from footfall.catalog.tables import Table
from footfall.clock import DAY, HOUR
from footfall.model.period import Period
from footfall.query.ast import Query
from footfall.query.cells import FactsOfCells
from footfall.query.passes import prepare
from footfall.query.rows import read
from footfall.query.sources.covering import covered
from footfall.query.sources.summed import SUMMED
from footfall.query.sources.tiles import Cell
from footfall.store.protocol import Reader

UP_TO = 2 * DAY
"""Up to this length, reading facts costs less than looking up uneven sessions."""

UP_TO_EVENTS = 300_000
"""Of fewer, reading facts costs less than the statements that put cells, edges and uneven sessions together."""

_SHORTEST_DAY = 22 * HOUR
"""Of any zone, where its clocks go forward."""


def amount(store: Reader, query: Query) -> int:
    """The events of a query's period, whatever it asks of them: that costs no more than a look at the key."""
    every = Query(project=query.project, table=Table.EVENTS, period=query.period, metrics=("events",), bots=True)
    (found,) = read(store, prepare(every))
    return int(found["events"])


def suffice(store: Reader, query: Query, *, sessions: bool) -> bool:
    """Whether to answer from facts, though there may be cells: where there are few of them, and none is gone.

    `sessions` says whether that takes sessions, too.
    """
    if query.period.length < _SHORTEST_DAY:
        return True  # no cell fits
    if query.table in SUMMED:
        return False
    held = covered(store, replace(query, buckets=()), Table.EVENTS, TRAFFIC.mark, SESSIONS.mark)
    if not held.cells or sum(gap.length for gap in held.gaps) > UP_TO:
        return query.period.length <= UP_TO
    few = sum(cell.events for cell in held.cells) <= UP_TO_EVENTS
    return (few or query.period.length <= UP_TO) and _are_there(store, query.project, held.cells, sessions=sessions)


def _are_there(store: Reader, project: int, cells: tuple[Cell, ...], *, sessions: bool) -> bool:
    """Whether the facts of the cells are: retention takes them, and damage may, and the figures stay."""
    (found,) = read(store, FactsOfCells(project, _joined(cells), sessions))
    if found["events"] != sum(cell.events for cell in cells):
        return False
    return not sessions or bool(found["sessions"] >= sum(cell.sessions for cell in cells))


def _joined(cells: tuple[Cell, ...]) -> tuple[Period, ...]:
    """The periods of cells, those that meet as one."""
    found: list[Period] = []
    for cell in cells:
        if found and found[-1].end == cell.period.start:
            found[-1] = Period(found[-1].start, cell.period.end)
        else:
            found.append(cell.period)
    return tuple(found)
