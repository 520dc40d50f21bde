"""The statement that makes what labels earned, of all lists at once: few events have revenue."""

from __future__ import annotations

from dataclasses import replace

from footfall.catalog.dimensions import DIMENSIONS, Level, level_of
from footfall.catalog.rollups import EARNING, earned_by
from footfall.catalog.tables import TABLES, Table
from footfall.query.ast import Term
from footfall.query.build import PEOPLE, ranking_of
from footfall.query.cells import MakeEarned
from footfall.query.sql.binder import Binder
from footfall.query.sql.conditions import condition, label
from footfall.query.sql.roll_up import table_of
from footfall.query.sql.select import conditions, within

_COLUMNS = "project_id, rollup, grain, bucket, label, label_2, version, earned"
_SESSIONS = TABLES[Table.SESSIONS]


def make_earned(query: MakeEarned, binder: Binder) -> str:
    """An INSERT … SELECT: a row per project, cell, list, label and currency."""
    fixed = (
        f"project_id, pair.1, {binder.text(query.grain)}, toDateTime(intDiv(cell, 1000), 'UTC'), pair.2, currency,"
        f" {binder.number(query.version)}"
    )
    groups = "GROUP BY project_id, cell, pair, currency"
    return (
        f"INSERT INTO {table_of(query.grain)} ({_COLUMNS})"
        f" SELECT {fixed}, sum(revenue) FROM ({_of_events(query, binder)}) {groups}"
        f" UNION ALL SELECT {fixed}, sum(sign * amount) FROM ({_of_sessions(query, binder)}) {groups}"
        " HAVING sum(sign) > 0"
    )


def _of_events(query: MakeEarned, binder: Binder) -> str:
    pairs = _pairs(Level.EVENT, Table.EVENTS, binder)
    shown = f"project_id, {_cell(query, binder)} AS cell, {pairs} AS pair, currency, revenue"
    return f"SELECT {shown} FROM {_paid(query, binder)}"


def _of_sessions(query: MakeEarned, binder: Binder) -> str:
    """Superseded rows cancel out."""
    paid = (
        f"SELECT project_id AS owner, session AS payer, {_cell(query, binder)} AS paid_in, currency AS money,"
        f" sum(revenue) AS amount FROM {_paid(query, binder, PEOPLE)} GROUP BY owner, payer, paid_in, money"
    )
    rows = (
        f"project_id IN {binder.numbers(query.projects)} AND {_SESSIONS.fixed}"
        f" AND {within(query.base.period, Table.SESSIONS, binder)}"
    )
    pairs = _pairs(Level.SESSION, Table.SESSIONS, binder)
    return (
        f"SELECT project_id, paid_in AS cell, {pairs} AS pair, money AS currency, sign, amount"
        f" FROM sessions JOIN ({paid}) AS paid ON session = paid.payer AND project_id = paid.owner WHERE {rows}"
    )


def _paid(query: MakeEarned, binder: Binder, *filters: Term) -> str:
    base = replace(query.base, filters=filters)
    projects = f"project_id IN {binder.numbers(query.projects)}"
    rows = [projects, within(base.period, base.table, binder), *conditions(base, binder), "revenue != 0"]
    return f"{base.table} WHERE {' AND '.join(rows)}"


def _pairs(level: Level, table: Table, binder: Binder) -> str:
    """Of each list of the level, its name in cells and the row's label, and whether the list counts the row."""
    pairs = []
    for name in EARNING:
        if level_of(name) is level:
            only = ranking_of(name).only if level is Level.SESSION else (PEOPLE,)
            counts = " AND ".join(condition(term, table, binder) for term in only if name != "traffic") or "1"
            pairs.append(f"('{earned_by(name)}', toString({label(DIMENSIONS[name], table)}), {counts})")
    return f"arrayJoin(arrayFilter(pair -> pair.3, [{', '.join(pairs)}]))"


def _cell(query: MakeEarned, binder: Binder) -> str:
    return f"roundDown({TABLES[Table.EVENTS].millis.format('timestamp')}, {binder.instants(query.starts)})"
