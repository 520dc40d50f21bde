"""Statements that make the cells of a roll-up. Their aggregates are those that queries ask of facts."""

from __future__ import annotations

from dataclasses import replace

from footfall.catalog.dimensions import DIMENSIONS
from footfall.catalog.metrics import METRICS, UNIQUES
from footfall.catalog.rollups import RECENT_GRAINS
from footfall.catalog.tables import TABLES, Table
from footfall.query.cells import MakeCells
from footfall.query.sql.binder import Binder
from footfall.query.sql.conditions import label
from footfall.query.sql.select import conditions, within
from footfall.query.sql.whole import DIFFER

_BIG = " SETTINGS max_bytes_before_external_group_by = 300000000"
_FIXED = ("project_id", "rollup", "grain", "bucket", "label", "label_2", "version")


def make_cells(query: MakeCells, binder: Binder) -> str:
    """An INSERT … SELECT: a row per project, cell and label, or pair of labels."""
    made = _of_sessions(query, binder) if query.base.table is Table.SESSIONS else _of_facts(query, binder)
    columns, rows = made
    fixed = (
        f"project_id, {binder.text(query.rollup)}, {binder.text(query.grain)},"
        f" toDateTime(intDiv(cell, 1000), 'UTC'), label, label_2, {binder.number(query.version)}"
    )
    return (
        f"INSERT INTO {table_of(query.grain)} ({', '.join((*_FIXED, *columns))})"
        f" SELECT {fixed}, {', '.join(f'v_{name}' for name in columns)} FROM ({rows}){_BIG}"
    )


def table_of(grain: str) -> Table:
    return Table.RECENT_ROLLUPS if grain in RECENT_GRAINS else Table.ROLLUPS


def _of_facts(query: MakeCells, binder: Binder) -> tuple[tuple[str, ...], str]:
    base = query.base
    names = [f"toString({label(DIMENSIONS[name], base.table)})" for name in base.dimensions]
    one, other = (*names, "''", "''")[:2]
    rows = " AND ".join(_rows(query, binder))
    cells = f"project_id, {_cell('timestamp', query, binder)} AS cell, {one} AS label, {other} AS label_2"
    values = {metric: _value(metric, base.table) for metric in base.metrics} | {
        "counted": str(int("visitors" in base.metrics))
    }
    found = f"{base.table} WHERE {rows}"
    shown = cells
    if query.counted is not None:
        values |= {"visitors": UNIQUES.format("StateIf", "visitor, most"), "counted": "any(most)"}
        most = (
            "(project_id, cell, label) IN (SELECT project_id, cell, label FROM"
            f" (SELECT {cells}, count() AS rows FROM {found} GROUP BY project_id, cell, label)"
            f" ORDER BY rows DESC, label LIMIT {binder.number(query.counted)} BY project_id, cell)"
        )
        found = f"(SELECT {cells}, visitor, {most} AS most FROM {found})"
        shown = "project_id, cell, label, label_2"
    figures = ", ".join(f"{text} AS v_{metric}" for metric, text in values.items())
    return (*values,), f"SELECT {shown}, {figures} FROM {found} GROUP BY project_id, cell, label, label_2"


def _value(name: str, table: Table) -> str:
    """A part of the figure, or a figure that has no parts and is read as it is."""
    metric = METRICS[name]
    return metric.parts.get(table) or metric.expressions[table]


def _of_sessions(query: MakeCells, binder: Binder) -> tuple[tuple[str, ...], str]:
    """Even sessions by the cell that they begin in, and those that reach into one; uneven ones by that they lie in."""
    base = query.base
    rows = " AND ".join([*_rows(query, binder), f"NOT {DIFFER}"])
    begin, end = (TABLES[Table.SESSIONS].millis.format(name) for name in ("start", "end"))
    starts = binder.instants(query.starts)
    figures = {metric: METRICS[metric].expressions[Table.SESSIONS] for metric in base.metrics}
    columns = (*figures, "reaching")
    begun = ", ".join([*(f"{text} AS {name}" for name, text in figures.items()), "0 AS reaching"])
    reached = ", ".join([*(f"0 AS {name}" for name in figures), "sum(sign) AS reaching"])
    into = f"arrayFilter(at -> {begin} < at AND {end} >= at, {starts})"
    parts = (
        f"SELECT project_id, {_cell('start', query, binder)} AS cell, {begun} FROM sessions"
        f" WHERE {rows} AND start >= {binder.instant(query.starts[0])} GROUP BY project_id, cell"
        f" UNION ALL SELECT project_id, cell, {reached} FROM (SELECT project_id, sign, arrayJoin({into}) AS cell"
        f" FROM sessions WHERE {rows} AND notEmpty({into})) GROUP BY project_id, cell"
        f" UNION ALL SELECT project_id, {_cell('start', query, binder)} AS cell, {begun} FROM sessions"
        f" WHERE {_uneven_inside(query, binder)} GROUP BY project_id, cell"
    )
    sums = ", ".join(f"sum({name}) AS v_{name}" for name in columns)
    found = f"SELECT project_id, cell, '' AS label, '' AS label_2, {sums} FROM ({parts}) GROUP BY project_id, cell"
    return columns, found


def _uneven_inside(query: MakeCells, binder: Binder) -> str:
    """Those that begin and end in one cell and have an event that matches. A key names sessions of several projects."""
    base = query.base
    period, fixed = within(base.period, Table.SESSIONS, binder), TABLES[Table.SESSIONS].fixed
    projects = f"project_id IN {binder.numbers(query.projects)}"
    rows = f"{projects} AND {period} AND {fixed} AND {DIFFER}"
    matching = [
        projects,
        within(base.period, Table.EVENTS, binder),
        *conditions(replace(base, table=Table.EVENTS), binder),
    ]
    return (
        f"{rows} AND start >= {binder.instant(query.starts[0])} AND end < {binder.instant(base.period.end)}"
        f" AND {_cell('start', query, binder)} = {_cell('end', query, binder)} AND (project_id, session) IN ("
        f"SELECT project_id, session FROM events WHERE {' AND '.join(matching)}"
        f" AND session IN (SELECT session FROM sessions WHERE {rows}))"
    )


def _rows(query: MakeCells, binder: Binder) -> list[str]:
    base = query.base
    fixed = TABLES[base.table].fixed
    found = [f"project_id IN {binder.numbers(query.projects)}", within(base.period, base.table, binder)]
    return [*found, *([fixed] if fixed else []), *conditions(base, binder)]


def _cell(column: str, query: MakeCells, binder: Binder) -> str:
    return f"roundDown({TABLES[query.base.table].millis.format(column)}, {binder.instants(query.starts)})"
