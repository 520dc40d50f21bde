"""What the labels of a list earned: cells as far as they go, and facts; lists of sessions by the rows of these."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeGuard

from footfall.catalog.columns import GAPS, varies_in
from footfall.catalog.rollups import EARNED, EARNING, earned_by
from footfall.catalog.tables import Table
from footfall.query.ast import Keys, Order, Query, SessionRevenue
from footfall.query.build import PEOPLE
from footfall.query.passes import complete, prepare
from footfall.query.plan import AnyPart, CellPart, Part, RevenuePart, UnknownEarnings, Whole
from footfall.query.rows import read
from footfall.query.sources import sessions
from footfall.query.sources.covering import cells_of, covered
from footfall.query.sources.tiles import Tiling, gaps
from footfall.store.protocol import Reader


def asks(query: object) -> TypeGuard[Query | SessionRevenue]:
    """Whether it is one of those that `build.revenue_of` makes."""
    return isinstance(query, SessionRevenue) or (isinstance(query, Query) and query.metrics == ("earned",))


def answered(store: Reader, query: Query | SessionRevenue) -> Whole | None:
    """None where cells can't answer it, or there are none."""
    asked = prepare(_asked(query))
    if (
        not _is_plain(asked)
        or asked.keys
        or asked.dimensions[0] not in EARNING
        or asked.dimensions[1:] != (EARNED.second,)
    ):
        return None
    if asked.filters != (PEOPLE,) and (asked.filters or asked.dimensions[0] != "traffic"):
        return None
    tiling = covered(store, asked, Table.EVENTS, EARNED.mark)
    if isinstance(query, SessionRevenue):
        tiling = _uncrossed(tiling, asked)
    if not tiling.cells:
        return None
    cells = CellPart(asked, cells_of((earned_by(asked.dimensions[0]),), tiling.cells))
    return Whole(asked, (cells, *_rest(query, asked, tiling)))


def of_sessions(store: Reader, query: SessionRevenue) -> Whole | None:
    """By the rows of sessions that tell it, and the events of the others.

    None where these are too many, or where it is not known of some what they earned.
    """
    asked = prepare(_asked(query))
    base = prepare(query.base)
    if not _is_plain(base) or not sessions.eligible(replace(base, metrics=("visitors",))):
        return None
    differing = varies_in(term.key for term in base.filters) | GAPS
    among = replace(base, table=Table.SESSIONS, filters=(), bots=True)
    found = read(store, UnknownEarnings(among, differing, sessions.MAX_KEYS + 1))
    keys = {key for row in found for key in row["sessions"]}
    if len(keys) > sessions.MAX_KEYS or any(row["unknown"] for row in found):
        return None
    revenue = replace(query, base=base)
    if not keys:
        return Whole(asked, (RevenuePart(revenue, differing),))
    those = Keys("session", tuple(sorted(keys)))
    rest = replace(base, keys=(*base.keys, those), hours=sessions.hours_of(found, base.period))
    by_events = RevenuePart(complete(replace(revenue, base=rest)))
    return Whole(asked, (RevenuePart(revenue, differing, those), by_events))


def _is_plain(asked: Query) -> bool:
    return not (asked.picks or asked.after or asked.within or asked.each or asked.search or asked.buckets)


def _asked(query: Query | SessionRevenue) -> Query:
    if isinstance(query, Query):
        return query
    dimensions = (query.dimension, EARNED.second)
    order = tuple(Order(name) for name in dimensions)
    asked = replace(query.base, dimensions=dimensions, metrics=EARNED.metrics, only=query.labels, order=order)
    return replace(asked, limit=query.limit)


def _uncrossed(tiling: Tiling, asked: Query) -> Tiling:
    """A mixed session that reaches over an edge of a cell may change its label without a mark on the cell."""
    cells = tuple(cell for cell in tiling.cells if not cell.crossed)
    return Tiling(cells, gaps(asked.period, [cell.period for cell in cells]))


def _rest(query: Query | SessionRevenue, asked: Query, tiling: Tiling) -> tuple[AnyPart, ...]:
    if not tiling.gaps:
        return ()
    if isinstance(query, Query):
        return (Part(complete(replace(asked, windows=tiling.gaps))),)
    return (RevenuePart(complete(replace(query, base=replace(query.base, windows=tiling.gaps)))),)
