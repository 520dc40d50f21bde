"""Removes the rows of a project, or of some of its visitors, one partition of one table at a time.

A mutation rewrites the parts that have such rows. One that a crash interrupts is finished by the engine, and asked for
again in any case. Roll-ups of a visitor's hours go before the rows, which tell the hours, since their states hold
visitors; those of a project are rows of the project. Frozen ones stay, as their facts are gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from footfall.catalog.rollups import FROZEN
from footfall.store.clickhouse.statements import Statements
from footfall.store.protocol import Piece, Reader

_TABLES = """
    SELECT table FROM system.columns
    WHERE database = currentDatabase() AND name = {column:String} AND table IN (
      SELECT name FROM system.tables WHERE database = currentDatabase() AND endsWith(engine, 'MergeTree')
    ) ORDER BY table"""
_HOURS = {"sessions": ("start", "end")}
_HOUR = "fromUnixTimestamp64Milli(hour, 'UTC')"

_ROLLED_UP = f"""
    SELECT toString(grain), toUnixTimestamp(bucket) FROM rolled_up
    WHERE project_id = {{project:UInt32}}
      AND arrayExists(hour -> {_HOUR} >= bucket AND {_HOUR} < until, {{hours:Array(Int64)}})
    GROUP BY grain, bucket HAVING max(stamp) != {FROZEN}"""  # noqa: S608 - constants
_ROLLUPS = ("rollups", "recent_rollups")
_CELLS = "has(arrayZip({grains:Array(String)}, {starts:Array(UInt32)}), (toString(grain), toUnixTimestamp(bucket)))"
"""Which of their rows are figures of some hours: a day and the month that it begins have the same start."""


def hours_of(store: Statements, project: int, visitors: Sequence[int], piece: Piece) -> list[int]:
    """The hours that a store's rows of a piece lie in."""
    return _hours(store, piece.table, piece.partition, {"project": project, "visitors": visitors})


def to_erase(store: Statements, cells: Reader, project: int, visitors: Sequence[int] | None) -> Piece | None:
    where = _where(visitors)
    params = {"project": project, "visitors": visitors}
    for table in _tables(store, "project_id" if visitors is None else "visitor"):
        partition = str(store.query(f"SELECT any(_partition_id) FROM {table} WHERE {where}", params).scalar)  # noqa: S608 - the schema's
        if not partition:
            continue
        if visitors is None:
            return Piece(table, partition)
        hours = _hours(store, table, partition, params)
        return Piece(table, partition, _sources(cells, project), hours)
    return None


def erase(store: Statements, cells: Reader, project: int, visitors: Sequence[int] | None, piece: Piece) -> None:
    params: dict[str, Any] = {"project": project, "visitors": visitors, "hours": piece.hours}
    if piece.hours:
        found = cells.query(_ROLLED_UP, params).rows
        params |= {"grains": [grain for grain, _ in found], "starts": [start for _, start in found]}
        for table in _ROLLUPS:
            store.command(f"ALTER TABLE {table} DELETE WHERE project_id = {{project:UInt32}} AND {_CELLS}", params)
    store.command(
        f"ALTER TABLE {piece.table} DELETE IN PARTITION ID '{piece.partition}' WHERE {_where(visitors)}", params
    )


def _where(visitors: Sequence[int] | None) -> str:
    mine = "project_id = {project:UInt32}"
    return mine if visitors is None else f"{mine} AND visitor IN {{visitors:Array(UInt64)}}"


def _tables(store: Statements, column: str) -> list[str]:
    """Every table with such a column, those that no query reads included."""
    return [row[0] for row in store.query(_TABLES, {"column": column}).rows]


def _hours(store: Statements, table: str, partition: str, params: dict[str, Any]) -> list[int]:
    """Every hour that a row overlaps."""
    first, last = _HOURS.get(table, ("timestamp", "timestamp"))
    sql = f"""
    SELECT DISTINCT arrayJoin(range(toUnixTimestamp(toStartOfHour({first})), toUnixTimestamp({last}) + 1, 3600))
    FROM {table} WHERE _partition_id = {{partition:String}} AND {_where(params["visitors"])} ORDER BY 1"""  # noqa: S608 - the schema's
    return [int(row[0]) * 1000 for row in store.query(sql, {**params, "partition": partition}).rows]


def _sources(cells: Reader, project: int) -> list[str]:
    """All that have roll-ups of the project: cells of one source may be told by their hours only."""
    sql = "SELECT DISTINCT source FROM rolled_up WHERE project_id = {project:UInt32} ORDER BY source"
    return [str(row[0]) for row in cells.query(sql, {"project": project}).rows]
