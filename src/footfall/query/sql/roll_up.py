"""Statements that make the cells of a roll-up. Their aggregates are those that queries ask of facts."""

from __future__ import annotations

from dataclasses import replace

from footfall.catalog.dimensions import DIMENSIONS, Level, level_of
from footfall.catalog.metrics import BOUNCED, LASTED, METRICS, UNIQUES
from footfall.catalog.rollups import RECENT_GRAINS
from footfall.catalog.tables import TABLES, Table
from footfall.query.cells import CrossedCells, MakeCells, MakeTogether
from footfall.query.sql.binder import Binder
from footfall.query.sql.conditions import label
from footfall.query.sql.select import conditions, within
from footfall.query.sql.whole import MIXED_ROW, REACHING

CROSSED_CELLS = ("project", "start")

_BIG = "SETTINGS max_bytes_before_external_group_by = 300000000"
_FIXED = ("project_id", "rollup", "grain", "bucket", "label", "label_2", "version")
_KEYS = "project_id, cell, label, label_2"
_SESSIONS = TABLES[Table.SESSIONS]
_SUMS = {"sessions": "sign", "bounces": f"sign * {BOUNCED}", "duration_ms": f"sign * {LASTED}"}


def make_cells(query: MakeTogether, binder: Binder) -> str:
    """An INSERT … SELECT: of each roll-up a row per project, cell and label, or pair of labels."""
    made = [_made(part, binder) for part in query.parts]
    ((columns, _), *_) = made
    selects = " UNION ALL ".join(select for _, select in made)
    return f"INSERT INTO {table_of(query.parts[0].grain)} ({', '.join((*_FIXED, *columns))}) {_BIG} {selects}"


def _made(query: MakeCells, binder: Binder) -> tuple[tuple[str, ...], str]:
    """Columns beside those that all roll-ups have, and the statement for these."""
    made = _of_sessions(query, binder) if query.base.table is Table.SESSIONS else _of_facts(query, binder)
    columns, rows = made
    fixed = (
        f"project_id, {binder.text(query.rollup)}, {binder.text(query.grain)},"
        f" toDateTime(intDiv(cell, 1000), 'UTC'), label, label_2, {binder.number(query.version)}"
    )
    return columns, f"SELECT {fixed}, {', '.join(f'v_{name}' for name in columns)} FROM ({rows})"


def crossed_cells(query: CrossedCells, binder: Binder) -> str:
    begin, end = (_SESSIONS.millis.format(name) for name in ("start", "end"))
    starts = binder.instants(query.starts)
    first, last = binder.instant(query.starts[0]), binder.instant(query.period.end)
    touched = f"arrayFilter(at -> at >= roundDown({begin}, {starts}) AND at <= {end}, {starts})"
    rows = (
        f"project_id IN {binder.numbers(query.projects)} AND {_SESSIONS.fixed} AND {MIXED_ROW}"
        f" AND {within(query.period, Table.SESSIONS, binder)}"
        f" AND (start < {first} OR end >= {last} OR length({touched}) > 1)"
    )
    return f"SELECT DISTINCT project_id AS c0, arrayJoin({touched}) AS c1 FROM sessions WHERE {rows}"


def table_of(grain: str) -> Table:
    return Table.RECENT_ROLLUPS if grain in RECENT_GRAINS else Table.ROLLUPS


def _of_facts(query: MakeCells, binder: Binder) -> tuple[tuple[str, ...], str]:
    base = query.base
    names = [f"toString({label(DIMENSIONS[name], base.table)})" for name in base.dimensions]
    one, other = (*names, "''", "''")[:2]
    found = f"{base.table} WHERE {' AND '.join(_rows(query, binder))}"
    shown = f"project_id, {_cell('timestamp', query, binder)} AS cell, {one} AS label, {other} AS label_2"
    values = {metric: _value(metric, base.table) for metric in base.metrics if metric != "visitors"}
    if "visitors" in base.metrics:
        values |= _counts(query, f"SELECT {shown} FROM {found}", binder)
    if query.counted is not None:
        most = values.pop("most")
        found = f"(SELECT {shown}, visitor, {most} AS most FROM {found})"
        shown = _KEYS
    figures = ", ".join(f"{text} AS v_{metric}" for metric, text in values.items())
    few = f" LIMIT {binder.number(query.most + 1)} BY project_id, cell" if query.most else ""
    return (*values,), f"SELECT {shown}, {figures} FROM {found} GROUP BY {_KEYS}{few}"


def _value(name: str, table: Table) -> str:
    """A part of the figure, or a figure that has no parts and is read as it is."""
    metric = METRICS[name]
    return metric.parts.get(table) or metric.expressions[table]


def _counts(query: MakeCells, rows: str, binder: Binder) -> dict[str, str]:
    """Columns with visitors: of all labels, or of those with most of these rows, which `most` finds."""
    if query.counted is None:
        return {"visitors": UNIQUES.format("State", "visitor"), "counted": "1"}
    most = (
        f"({_KEYS}) IN (SELECT {_KEYS} FROM (SELECT {_KEYS}, count() AS rows FROM ({rows}) GROUP BY {_KEYS})"
        f" ORDER BY rows DESC, label LIMIT {binder.number(query.counted)} BY project_id, cell)"
    )
    return {"visitors": UNIQUES.format("StateIf", "visitor, most"), "counted": "any(most)", "most": most}


def _of_sessions(query: MakeCells, binder: Binder) -> tuple[tuple[str, ...], str]:
    """Sessions by the cells that they begin in or reach into; mixed ones by the cell that they lie in.

    Of the versions of a session one is left, which may have another label: signs add up by visitor first.
    """
    base = query.base
    name = label(DIMENSIONS[base.dimensions[0]], base.table) if base.dimensions else "''"
    begin, end = (_SESSIONS.millis.format(column) for column in ("start", "end"))
    starts = binder.instants(query.starts)
    cells = f"arrayJoin(arrayFilter(at -> at >= roundDown({begin}, {starts}) AND at <= {end}, {starts}))"
    rows = (
        f"SELECT *, {cells} AS cell, {begin} >= cell AS begun, toString({name}) AS label, '' AS label_2"
        f" FROM sessions"
        f" WHERE {_counting(query, binder)}"
    )
    sums = {metric: text for metric, text in _SUMS.items() if metric in base.metrics}
    values = {metric: f"sumIf({text}, begun)" for metric, text in sums.items()}
    values |= {REACHING[metric]: f"sumIf({text}, NOT begun)" for metric, text in sums.items()}
    if "visitors" in base.metrics:
        left = ", ".join(f"{text} AS {column}_left" for column, text in values.items())
        rows = f"SELECT {_KEYS}, visitor, {left} FROM ({rows}) GROUP BY {_KEYS}, visitor HAVING sum(sign) > 0"
        values = {column: f"sum({column}_left)" for column in values} | _counts(query, rows, binder)
        if query.counted is not None:
            rows = f"SELECT *, {values.pop('most')} AS most FROM ({rows})"
    figures = ", ".join(f"{text} AS v_{column}" for column, text in values.items())
    return (*values,), f"SELECT {_KEYS}, {figures} FROM ({rows}) GROUP BY {_KEYS}"


def _counting(query: MakeCells, binder: Binder) -> str:
    """People's sessions, and mixed ones that begin and end in one cell and have an event of people.

    A key names sessions of several projects.
    """
    base = query.base
    people = tuple(term for term in base.filters if level_of(term.key) is Level.EVENT)
    own = replace(base, filters=tuple(term for term in base.filters if term not in people))
    unmixed = " AND ".join([f"NOT {MIXED_ROW}", *conditions(replace(base, filters=people), binder)])
    events = replace(base, table=Table.EVENTS, filters=people)
    inside = (
        f"{MIXED_ROW} AND start >= {binder.instant(query.starts[0])} AND end < {binder.instant(base.period.end)}"
        f" AND {_cell('start', query, binder)} = {_cell('end', query, binder)}"
    )
    rows = _rows(replace(query, base=own), binder)
    mixed = f"SELECT session FROM sessions WHERE {' AND '.join([*rows, inside])}"
    matching = [*_rows(replace(query, base=events), binder), f"session IN ({mixed})"]
    found = f"(project_id, session) IN (SELECT project_id, session FROM events WHERE {' AND '.join(matching)})"
    return " AND ".join([*rows, f"(({unmixed}) OR ({inside} AND {found}))"])


def _rows(query: MakeCells, binder: Binder) -> list[str]:
    base = query.base
    fixed = TABLES[base.table].fixed
    found = [f"project_id IN {binder.numbers(query.projects)}", within(base.period, base.table, binder)]
    return [*found, *([fixed] if fixed else []), *conditions(base, binder)]


def _cell(column: str, query: MakeCells, binder: Binder) -> str:
    return f"roundDown({TABLES[query.base.table].millis.format(column)}, {binder.instants(query.starts)})"
