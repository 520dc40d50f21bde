"""Queries that roll-ups can answer, with facts for the edges of the period and for cells that are not valid."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from footfall.catalog.columns import HUMAN
from footfall.catalog.rollups import ROLLUPS, Rollup
from footfall.catalog.tables import Table
from footfall.model.period import Period
from footfall.query import build
from footfall.query.ast import (
    AnyPart,
    BegunPart,
    CellPart,
    Order,
    Part,
    Query,
    ReachingPart,
    Uneven,
    Whole,
    equals,
)
from footfall.query.cells import Uncounted
from footfall.query.passes import complete
from footfall.query.rows import read
from footfall.query.sources.covering import cells_of, covered
from footfall.query.sources.sessions import long_enough, members_of, windows_of
from footfall.query.sources.tiles import Tiling, gaps
from footfall.store.protocol import Reader

MAX_BY_VISITORS = 100
"""Ranked by visitors beyond this place, a list is read from facts."""

_PEOPLE = equals("traffic", HUMAN)
_BY_DIMENSION = {rollup.dimension: rollup for rollup in ROLLUPS if rollup.dimension}
_EVENTS, _SESSIONS = (next(row for row in ROLLUPS if row.name == name) for name in ("events", "sessions"))


def ranking_of(rollup: Rollup) -> build.TopList:
    """The list whose rows the roll-up counts."""
    fixed = {ranking.dimension: ranking for ranking in (build.TOP_PAGES, build.CUSTOM_EVENTS, build.PROPERTIES)}
    return fixed.get(rollup.dimension) or build.declared(rollup.dimension)


def answered(store: Reader, query: Query) -> Whole | None:
    """A prepared query, answered from cells as far as they go; None where they can't answer it, or there are none."""
    if query.table is not Table.EVENTS or query.picks or query.keys or query.after or query.within or query.each:
        return None
    if query.search:
        return None
    if not query.dimensions:
        return _totals(store, query)
    rollup = _BY_DIMENSION.get(query.dimensions[0]) if len(query.dimensions) == 1 else None
    return _labels(store, query, rollup) if rollup else None


def _totals(store: Reader, query: Query) -> Whole | None:
    of_events = tuple(name for name in query.metrics if name in _EVENTS.metrics)
    of_sessions = tuple(name for name in query.metrics if name in _SESSIONS.metrics)
    if set(query.metrics) - {*of_events, *of_sessions} or query.filters != (_PEOPLE,):
        return None
    if of_sessions and not long_enough(query.period):
        return None
    tiling = covered(store, query, "events", "sessions")
    if not tiling.cells:
        return None
    parts: list[AnyPart] = []
    if of_events:
        parts += _events(replace(query, metrics=of_events), tiling)
    if of_sessions:
        parts += _sessions(store, replace(query, metrics=of_sessions), tiling)
    return Whole(query, tuple(parts))


def _events(query: Query, tiling: Tiling) -> list[AnyPart]:
    found: list[AnyPart] = [CellPart(query, cells_of("events", tiling.cells))]
    if tiling.gaps:
        found.append(Part(complete(replace(query, windows=tiling.gaps))))
    return found


def _sessions(store: Reader, query: Query, tiling: Tiling) -> list[AnyPart]:
    """Even sessions count in the cell or gap that they begin in, and at the start of each bucket that they reach into.

    The others are counted in the cell that they lie in, else by their events, and so are all in a bucket that the
    period cuts so short that a session may reach over it without an event.
    """
    rows = replace(query, table=Table.SESSIONS)
    short = _short(query)
    edges = [edge for edge in _edges(query) if not any(part.start == edge for part in short)]
    from_cells = {cell.period.start for cell in tiling.cells} if query.buckets else set()
    opening = tuple(edge for edge in edges if edge in from_cells)
    reached = tuple(edge for edge in edges if edge not in from_cells)
    begun = tuple(part for gap in tiling.gaps for part in gaps(gap, [cut for cut in short if _within(cut, gap)]))
    found: list[AnyPart] = [CellPart(query, cells_of("sessions", tiling.cells), opening)]
    if begun:
        found.append(BegunPart(replace(rows, windows=begun)))
    if reached:
        found.append(ReachingPart(rows, reached))
    if short:
        found.append(Part(complete(replace(query, windows=short))))
    return found + _uneven(store, query, short, tiling)


def _short(query: Query) -> tuple[Period, ...]:
    """Buckets, as far as they lie in the period, in which a session without long pauses may have no event."""
    edges = (*_edges(query), query.period.end)
    cut = (Period(start, end) for start, end in pairwise(edges))
    return tuple(part for part in cut if not long_enough(part)) if query.buckets else ()


def _within(part: Period, whole: Period) -> bool:
    return whole.start <= part.start and part.end <= whole.end


def _uneven(store: Reader, query: Query, without: tuple[Period, ...], tiling: Tiling) -> list[AnyPart]:
    """By their events; those that lie in a cell are counted there."""
    cells = tuple(cell.period.start for cell in tiling.cells)
    tiles = tuple(sorted({*cells, *(gap.start for gap in tiling.gaps), query.period.end}))
    uneven = Uneven(replace(_everyone(query), table=Table.SESSIONS), tiles=tiles, cells=cells)
    found = read(store, uneven)
    windows = tuple(part for kept in gaps(query.period, list(without)) for part in windows_of(found, kept))
    if not windows:
        return []
    if query.buckets:
        return [Part(complete(replace(query, windows=windows)), among=members_of(uneven, found))]
    rest = complete(replace(query, table=Table.SESSIONS))
    members = [replace(member, query=replace(member.query, windows=windows)) for member in rest.within]
    those = members_of(uneven, found)
    return [Part(replace(rest, within=tuple(members)), among=those, even=False, signed=True)]


def _everyone(query: Query) -> Query:
    return Query(project=query.project, table=query.table, period=query.period, bots=True)


def _edges(query: Query) -> tuple[int, ...]:
    """Where a bucket begins, or the period."""
    start = query.period.start
    return tuple(sorted({start, *(at for at in query.buckets if at > start)}))


def _labels(store: Reader, query: Query, rollup: Rollup) -> Whole | None:
    ranking = ranking_of(rollup)
    if {*query.filters} != {*ranking.only, _PEOPLE} or set(query.metrics) - {*rollup.metrics}:
        return None
    tiling = covered(store, query, rollup.name)
    if not tiling.cells:
        return None
    if query.order and query.order[0].name == "visitors":
        return _by_visitors(store, query, rollup, tiling)
    counts = tuple(name for name in query.metrics if name != "visitors")
    if counts == query.metrics:
        return Whole(query, _counted(query, rollup, tiling))
    if query.limit is None and not query.only:
        return None  # every label, with its visitors: no more than facts can tell
    ranked = replace(query, metrics=counts)
    labels = query.only or _first_labels(store, Whole(ranked, _counted(ranked, rollup, tiling)), rollup.dimension)
    return _of_labels(store, query, labels, rollup, tiling)


def _of_labels(store: Reader, query: Query, labels: tuple[str, ...], rollup: Rollup, tiling: Tiling) -> Whole:
    """The figures of these labels, visitors among them."""
    chosen = replace(query, only=labels)
    counts = tuple(name for name in query.metrics if name != "visitors")
    parts = _counted(replace(chosen, metrics=counts), rollup, tiling) if counts else ()
    return Whole(chosen, (*parts, *_visitors(store, replace(chosen, metrics=("visitors",)), rollup, tiling)))


def _by_visitors(store: Reader, query: Query, rollup: Rollup, tiling: Tiling) -> Whole | None:
    """Of the labels with most rows: a label has no more visitors than rows, so others may rank below all of them.

    None where they are not.
    """
    wanted = query.skip + (query.limit or MAX_BY_VISITORS)
    most = 2 * wanted + 10
    if wanted > MAX_BY_VISITORS or query.only:
        return None
    by_rows = (Order("events", descending=True), Order(rollup.dimension))
    ranked = replace(query, metrics=("events",), order=by_rows, limit=most, skip=0)
    rows = read(store, Whole(ranked, _counted(ranked, rollup, tiling)))
    labels = tuple(row[rollup.dimension] for row in rows)
    if not labels:
        return None
    found = _of_labels(store, query, labels, rollup, tiling)
    if len(rows) < most:
        return found
    first = read(store, replace(found, asked=replace(found.asked, limit=wanted, skip=0)))
    if first[-1]["visitors"] <= rows[-1]["events"]:
        return None
    shown = tuple(row[rollup.dimension] for row in first[query.skip :])
    return _of_labels(store, replace(query, skip=0), shown, rollup, tiling)


def _first_labels(store: Reader, ranked: Whole, dimension: str) -> tuple[str, ...]:
    return tuple(row[dimension] for row in read(store, ranked))


def _counted(query: Query, rollup: Rollup, tiling: Tiling) -> tuple[AnyPart, ...]:
    cells = CellPart(query, cells_of(rollup.name, tiling.cells))
    return (cells, Part(complete(replace(query, windows=tiling.gaps)))) if tiling.gaps else (cells,)


def _visitors(store: Reader, query: Query, rollup: Rollup, tiling: Tiling) -> tuple[AnyPart, ...]:
    """Of these labels: from the cells that counted the visitors of all of them, the rest from facts."""
    cells = tuple(cell for cell in tiling.cells if rollup.counted.get(cell.grain))
    if cells and query.only:
        lacking = read(store, Uncounted(query.project, cells_of(rollup.name, cells), query.only))
        without = {(row["grain"], row["start"]) for row in lacking}
        cells = tuple(cell for cell in cells if (cell.grain.value, cell.period.start) not in without)
    left = gaps(query.period, [cell.period for cell in cells])
    parts: list[AnyPart] = [CellPart(query, cells_of(rollup.name, cells))] if cells else []
    if left:
        parts.append(Part(complete(replace(query, windows=left))))
    return tuple(parts)
