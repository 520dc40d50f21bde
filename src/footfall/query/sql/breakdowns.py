"""Requests by many groupings at once: buckets from cells, the rest in one pass over the rows."""

from __future__ import annotations

from footfall.catalog.dimensions import DIMENSIONS
from footfall.catalog.metrics import METRICS
from footfall.catalog.rollups import NETWORK
from footfall.catalog.tables import TABLES, Table
from footfall.model.period import Period
from footfall.query.ast import Breakdowns
from footfall.query.plan import BreakdownsOfCells
from footfall.query.sql.binder import Binder
from footfall.query.sql.conditions import label
from footfall.query.sql.roll_up import table_of
from footfall.query.sql.select import bucket_of, conditions, project, within

COLUMNS = ("dimension", "label", "bucket", "hits", "sessions", "bytes")

_PARTS = ", ".join(f"arrayMap(x -> [x.{place}], cells)" for place in (1, 2, 3, 4))
_ADDED_UP = (
    "if(length(arrayDistinct(cells.1)) = length(cells), cells,"
    f" arrayZip((arrayReduce('sumMap', {_PARTS}) AS sums).1, sums.2, sums.3, sums.4))"
)
"""A label's cells, one for each bucket. One store has no others: to group all of them takes as long as to read them."""


def breakdowns(query: Breakdowns, binder: Binder) -> str:
    return _gathered(query, _from_rows(query, (query.base.period,), binder), binder)


def breakdowns_of_cells(query: BreakdownsOfCells, binder: Binder) -> str:
    rows = _from_rows(query.asked, query.asked.base.windows, binder)
    return _gathered(query.asked, f"{rows} UNION ALL {_from_cells(query, binder)}", binder)


def _gathered(query: Breakdowns, cells: str, binder: Binder) -> str:
    """A label's cells are gathered before labels are ranked, so that nothing is counted twice.

    Each shard of a cluster has a part of a cell: where a label that is shown has several, they are added up.
    """
    ranked = f" ORDER BY c0, sum(c3) DESC, c1 LIMIT {binder.number(query.labels)} BY c0"
    gathered = f"SELECT c0, c1, groupArray((c2, c3, c4, c5)) AS cells FROM ({cells}) GROUP BY c0, c1{ranked}"
    shown = "c0, c1, cell.1 AS c2, cell.2 AS c3, cell.3 AS c4, cell.4 AS c5"
    return f"SELECT {shown} FROM ({gathered}) ARRAY JOIN {_ADDED_UP} AS cell ORDER BY c0, c2, c3 DESC, c1"


def _from_rows(query: Breakdowns, periods: tuple[Period, ...], binder: Binder) -> str:
    """One pass: `grouping` tells which grouping a row belongs to; the labels of all others are empty in that row."""
    base = query.base
    columns = [f"k{place}" for place in range(len(query.groupings))]
    labels = [label(DIMENSIONS[name], Table.REQUESTS) for name in query.groupings]
    keys = [f"{text} AS {column}" for text, column in zip(labels, columns, strict=True)]
    sets = ", ".join(["(c2)", *(f"(c2, {column})" for column in columns)])
    every = (1 << len(columns)) - 1
    masks = [every - (1 << (len(columns) - 1 - place)) for place in range(len(columns))]
    grouping = f"grouping({', '.join(columns)})"
    metrics = [METRICS[name].expressions[Table.REQUESTS] for name in COLUMNS[3:]]
    figures = ", ".join(f"{metric} AS c{number}" for number, metric in enumerate(metrics, start=3))
    rows = [project(base, binder), _within(periods, binder), *conditions(base, binder)]
    names = binder.numbers(tuple(masks)), binder.texts(query.groupings)
    return (
        f"SELECT transform(toUInt64({grouping}), {', '.join(names)}, '') AS c0,"
        f" concat({', '.join(columns)}) AS c1, c2, {figures}"
        f" FROM (SELECT {bucket_of('timestamp', base, binder)} AS c2, {', '.join(keys)}, session, bytes"
        f" FROM requests WHERE {' AND '.join(rows)}) GROUP BY GROUPING SETS ({sets})"
    )


def _within(periods: tuple[Period, ...], binder: Binder) -> str:
    parts = [within(period, Table.REQUESTS, binder) for period in periods]
    return f"({' OR '.join(parts) or '0'})"


def _from_cells(query: BreakdownsOfCells, binder: Binder) -> str:
    """The rows of cells, whose grain is the first one's."""
    grain, base = query.cells.grains[0], query.asked.base
    bucket = TABLES[Table.ROLLUPS].millis.format("bucket")
    names = tuple(NETWORK + name for name in ("", *query.asked.groupings))
    cells = f"arrayZip({binder.instants(query.cells.starts)}, {binder.numbers(query.cells.versions)})"
    return (
        f"SELECT substring(toString(rollup), {binder.number(len(NETWORK) + 1)}) AS c0, label AS c1, {bucket} AS c2,"
        f" hits AS c3, sessions AS c4, bytes AS c5 FROM {table_of(grain)} WHERE {project(base, binder)}"
        f" AND rollup IN {binder.texts(names)} AND grain = {binder.text(grain)}"
        f" AND {within(base.period, Table.ROLLUPS, binder)}"
        f" AND ({bucket}, version) IN {cells}"
    )
