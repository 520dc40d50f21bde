"""Queries of requests and proxy logs, whose figures add up: cells as far as they go, facts for the rest."""

from __future__ import annotations

from dataclasses import replace

from footfall.catalog.metrics import METRICS
from footfall.catalog.rollups import SOURCES, Rollup
from footfall.catalog.tables import Table
from footfall.query.ast import Query, Term, equals
from footfall.query.build import with_value
from footfall.query.passes import complete
from footfall.query.plan import AnyPart, CellPart, Part, Whole
from footfall.query.sources.covering import cells_of, covered
from footfall.store.protocol import Reader

SUMMED = (Table.REQUESTS, Table.PROXY_LOGS)
"""Tables whose facts belong to no session, or whose figures do not depend on it."""


def rows_of(rollup: Rollup) -> tuple[Term, ...]:
    """Which rows the roll-up counts: all, those with a value, or those with one value in another dimension."""
    known = (with_value(rollup.dimension),) if rollup.known else ()
    return (*known, equals(*rollup.only)) if rollup.only else known


def answered(store: Reader, query: Query) -> Whole | None:
    """A prepared query, answered from cells as far as they go; None where they can't answer it, or there are none."""
    rollup = next((row for row in SOURCES[query.table] if _tells(row, query)), None)
    tiling = rollup and covered(store, query, query.table, rollup.mark)
    if not (rollup and tiling and tiling.cells):
        return None
    parts: list[AnyPart] = [CellPart(query, cells_of((rollup.name,), tiling.cells))]
    if tiling.gaps:
        parts.append(Part(complete(replace(query, windows=tiling.gaps))))
    return Whole(query, tuple(parts))


def _tells(rollup: Rollup, query: Query) -> bool:
    """Whether the roll-up has the figures that are asked for, by the same labels or by the first of two."""
    plain = not (query.picks or query.keys or query.after or query.within or query.search)
    by_label = bool(query.dimensions) == bool(rollup.dimension)
    return (
        plain
        and bool(query.metrics)
        and by_label
        and rollup.dimensions[: len(query.dimensions)] == query.dimensions
        and {*query.metrics} <= {*rollup.metrics}
        and all(query.table in METRICS[name].parts for name in query.metrics)
        and query.filters == rows_of(rollup)
    )
