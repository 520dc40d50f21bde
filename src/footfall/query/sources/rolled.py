"""Queries that roll-ups can answer, with facts for the edges of the period and for cells that are not valid."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from footfall.catalog.columns import HUMAN
from footfall.catalog.metrics import UNCOUNTED
from footfall.catalog.rollups import EVERY, PROPERTY_VALUES, ROLLUPS, Rollup
from footfall.catalog.tables import Table
from footfall.model.period import Period
from footfall.query import build
from footfall.query.ast import Keys, Order, Query
from footfall.query.build import PEOPLE
from footfall.query.cells import Uncounted
from footfall.query.passes import complete
from footfall.query.plan import AnyPart, CellPart, MatchedPart, Mixed, Part, UnmixedPart, Whole
from footfall.query.rows import Row, read
from footfall.query.sources import facts, sessions
from footfall.query.sources.covering import cells_of, covered
from footfall.query.sources.sessions import long_enough, members_of, windows_of
from footfall.query.sources.tiles import Cell, Tiling, gaps
from footfall.store.protocol import Reader

MAX_BY_VISITORS = 100
"""Ranked by visitors beyond this place, a list is read from facts."""

_BY_DIMENSION = {rollup.dimension: rollup for rollup in ROLLUPS if rollup.dimension}
_TOTALS = tuple(rollup for rollup in ROLLUPS if not rollup.dimension)


def answered(store: Reader, query: Query) -> Whole | None:
    """A prepared query, answered from cells as far as they go; None where they can't answer it, or there are none."""
    if query.picks or query.keys or query.after or query.within or query.search:
        return None
    if query.dimensions == PROPERTY_VALUES.dimensions:
        return _values(store, query)
    if query.each:
        return None
    if not query.dimensions:
        return _totals(store, query)
    rollup = _BY_DIMENSION.get(query.dimensions[0]) if len(query.dimensions) == 1 else None
    return _labels(store, query, rollup) if rollup else None


def _totals(store: Reader, query: Query) -> Whole | None:
    """Each metric is one of one roll-up. Visitors of sessions are those of their events, without a filter."""
    if query.filters != (PEOPLE,) or query.table not in {Table.EVENTS, Table.SESSIONS}:
        return None
    query = replace(query, table=Table.EVENTS)
    used = [rollup for rollup in _TOTALS if {*rollup.metrics} & {*query.metrics}]
    if not {name for rollup in used for name in rollup.metrics}.issuperset(query.metrics):
        return None
    if any(rollup.table is Table.SESSIONS for rollup in used) and not long_enough(query.period):
        return None
    names = tuple(rollup.name for rollup in used)
    tiling = covered(store, query, Table.EVENTS, *(rollup.mark for rollup in used))
    if not tiling.cells:
        return None
    parts: list[AnyPart] = [_cells(query, names, tiling.cells)]
    for rollup in used:
        own = tuple(name for name in query.metrics if name in rollup.metrics)
        parts += _rest(store, replace(query, table=rollup.table, metrics=own), tiling)
    return Whole(query, tuple(parts))


def _cells(query: Query, rollups: tuple[str, ...], cells: tuple[Cell, ...]) -> CellPart:
    """Sessions that reach into a cell count where a bucket, or the period, starts with it."""
    edges = _edges(query)
    found = cells_of(rollups, cells)
    return CellPart(query, found, tuple(start for start in found.starts if start in edges))


def _rest(store: Reader, query: Query, tiling: Tiling) -> tuple[AnyPart, ...]:
    """What the cells of a tiling leave out."""
    if query.table is Table.SESSIONS:
        return (*_unmixed(query, tiling), *_mixed(store, query, tiling))
    if not tiling.gaps:
        return ()
    if sum(gap.length for gap in tiling.gaps) > facts.UP_TO:
        found = [sessions.parts(store, replace(query, period=gap)) for gap in tiling.gaps]
        if all(found):
            return tuple(part for parts in found for part in parts)
    return (Part(complete(replace(query, windows=tiling.gaps))),)


def _unmixed(query: Query, tiling: Tiling) -> tuple[AnyPart, ...]:
    """They count where they begin, and in each bucket that they reach into; so do mixed ones that tell how they differ.

    In a bucket that the period cuts so short that a session may reach over it without an event, events decide.
    """
    short = _short(query)
    cells = {cell.period.start for cell in tiling.cells}
    edges = tuple(at for at in _edges(query) if at not in cells and all(part.start != at for part in short))
    begun = tuple(part for gap in tiling.gaps for part in gaps(gap, [cut for cut in short if _within(cut, gap)]))
    rows = replace(query, windows=begun)
    found = [UnmixedPart(rows, edges, _tiles(query, tiling))] if begun or edges else []
    return (*found, _matched(query, short)) if short else tuple(found)


def _mixed(store: Reader, query: Query, tiling: Tiling) -> tuple[AnyPart, ...]:
    """Others, by their events; cells count those that lie in one. Few have others, and they know of them."""
    if not tiling.gaps and not tiling.crossed:
        return ()
    cells = tuple(cell.period.start for cell in tiling.cells)
    base = Query(project=query.project, table=Table.SESSIONS, period=query.period, bots=True, longest=query.longest)
    mixed = Mixed(base if tiling.crossed else replace(base, windows=tiling.gaps), _tiles(query, tiling), cells)
    found = read(store, mixed)
    windows = tuple(part for kept in gaps(query.period, list(_short(query))) for part in windows_of(found, kept))
    return (_matched(query, windows, members_of(mixed, found)),) if windows else ()


def _tiles(query: Query, tiling: Tiling) -> tuple[int, ...]:
    """Where cells, gaps between them, and buckets begin, and the end of the period."""
    starts = (*(cell.period.start for cell in tiling.cells), *(gap.start for gap in tiling.gaps))
    return tuple(sorted({*starts, *_edges(query), query.period.end}))


def _matched(query: Query, windows: tuple[Period, ...], among: Mixed | Keys | None = None) -> MatchedPart:
    """Those that have a matching event in these windows."""
    rows = complete(replace(query, buckets=()))
    (events,) = rows.within
    matching = replace(events.query, windows=windows, buckets=query.buckets)
    return MatchedPart(replace(rows, within=(), buckets=query.buckets), matching, among)


def _short(query: Query) -> tuple[Period, ...]:
    """Buckets, as far as they lie in the period, in which a session without long pauses may have no event."""
    edges = (*_edges(query), query.period.end)
    cut = (Period(start, end) for start, end in pairwise(edges))
    return tuple(part for part in cut if not long_enough(part)) if query.buckets else ()


def _within(part: Period, whole: Period) -> bool:
    return whole.start <= part.start and part.end <= whole.end


def _edges(query: Query) -> tuple[int, ...]:
    """Where a bucket begins, or the period."""
    start = query.period.start
    return tuple(sorted({start, *(at for at in query.buckets if at > start)}))


def _values(store: Reader, query: Query) -> Whole | None:
    if query.filters != (PEOPLE,) or query.table is not Table.EVENTS or query.metrics != PROPERTY_VALUES.metrics:
        return None
    tiling = covered(store, query, Table.EVENTS, PROPERTY_VALUES.mark)
    return Whole(query, _parts(store, query, PROPERTY_VALUES, tiling)) if tiling.cells else None


def _labels(store: Reader, query: Query, rollup: Rollup) -> Whole | None:
    if query.table is not rollup.table or not _counts(rollup, query) or {*query.metrics} - {*rollup.metrics}:
        return None
    if rollup.everyone and PEOPLE in query.filters:
        query = replace(query, only=(HUMAN,))
    if query.table is Table.SESSIONS and not long_enough(query.period):
        return None
    tiling = covered(store, query, Table.EVENTS, rollup.mark)
    if not tiling.cells:
        return None
    if "visitors" not in query.metrics or {*rollup.counted.values()} == {EVERY}:
        return Whole(query, _parts(store, query, rollup, tiling))
    return _of_most(store, query, rollup, tiling)


def _counts(rollup: Rollup, query: Query) -> bool:
    """Whether the roll-up counts the rows that the query asks for, or these and others that are told apart."""
    only = {*build.ranking_of(rollup.dimension).only}
    asked = {*query.filters}
    if rollup.everyone:
        return asked == only or (asked == {*only, PEOPLE} and {*query.only} <= {HUMAN})
    return asked == {*only, PEOPLE}


def _of_most(store: Reader, query: Query, rollup: Rollup, tiling: Tiling) -> Whole | None:
    """Labels are ranked first, then the visitors are counted of those that are shown."""
    if query.order and query.order[0].name == "visitors":
        return _by_visitors(store, query, rollup, tiling)
    if query.limit is None and not query.only:
        return None  # every label, with its visitors: no more than facts can tell
    if query.only:
        return _of_labels(store, query, query.only, rollup, tiling)
    counts = tuple(name for name in query.metrics if name != "visitors")
    rows = _ranked(store, replace(query, metrics=counts), rollup, tiling)
    return _of_labels(store, replace(query, skip=0), _names(rows, rollup), rollup, tiling, lacking=_lack(rows))


def _ranked(store: Reader, query: Query, rollup: Rollup, tiling: Tiling) -> list[Row]:
    """The first labels by their counts, each with the number of cells that did not count its visitors."""
    asked = replace(query, metrics=(*query.metrics, UNCOUNTED))
    return read(store, Whole(asked, _parts(store, asked, rollup, tiling)))


def _names(rows: list[Row], rollup: Rollup) -> tuple[str, ...]:
    return tuple(row[rollup.dimension] for row in rows)


def _lack(rows: list[Row]) -> bool:
    return any(row[UNCOUNTED] for row in rows)


def _of_labels(
    store: Reader, query: Query, labels: tuple[str, ...], rollup: Rollup, tiling: Tiling, *, lacking: bool = True
) -> Whole:
    """The figures of these labels, visitors among them. `lacking` says whether cells may not have counted theirs."""
    chosen = replace(query, only=labels)
    counted = _counted(store, chosen, rollup, tiling) if lacking else tiling
    if counted == tiling:
        return Whole(chosen, _parts(store, chosen, rollup, tiling))
    counts = tuple(name for name in query.metrics if name != "visitors")
    parts = _parts(store, replace(chosen, metrics=counts), rollup, tiling) if counts else ()
    visitors = _parts(store, replace(chosen, metrics=("visitors",)), rollup, counted)
    return Whole(chosen, (*parts, *visitors))


def _by_visitors(store: Reader, query: Query, rollup: Rollup, tiling: Tiling) -> Whole | None:
    """Of the labels with most rows: a label has no more visitors than rows, so others may rank below all of them.

    None where they are not.
    """
    wanted = query.skip + (query.limit or MAX_BY_VISITORS)
    most = 2 * wanted + 10
    if wanted > MAX_BY_VISITORS or query.only:
        return None
    count = build.ranking_of(rollup.dimension).count
    by_rows = (Order(count, descending=True), Order(rollup.dimension))
    ranked = replace(query, metrics=(count,), order=by_rows, limit=most, skip=0)
    rows = _ranked(store, ranked, rollup, tiling)
    labels = _names(rows, rollup)
    if not labels:
        return None
    found = _of_labels(store, query, labels, rollup, tiling, lacking=_lack(rows))
    if len(rows) < most:
        return found
    first = read(store, replace(found, asked=replace(found.asked, limit=wanted, skip=0)))
    if first[-1]["visitors"] <= rows[-1][count]:
        return None
    shown = _names(first[query.skip :], rollup)
    return _of_labels(store, replace(query, skip=0), shown, rollup, tiling, lacking=_lack(rows))


def _parts(store: Reader, query: Query, rollup: Rollup, tiling: Tiling) -> tuple[AnyPart, ...]:
    cells = (_cells(query, (rollup.name,), tiling.cells),) if tiling.cells else ()
    return (*cells, *_rest(store, query, tiling))


def _counted(store: Reader, query: Query, rollup: Rollup, tiling: Tiling) -> Tiling:
    """The cells that counted the visitors of all of the query's labels."""
    cells = tiling.cells
    if cells:
        lacking = read(store, Uncounted(query.project, cells_of((rollup.name,), cells), query.only))
        without = {(row["grain"], row["start"]) for row in lacking}
        cells = tuple(cell for cell in cells if (cell.grain.value, cell.period.start) not in without)
    return Tiling(cells, gaps(query.period, [cell.period for cell in cells]))
