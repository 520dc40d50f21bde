"""Removes the old rows of a project, one month of one table at a time.

Of a month that is not wholly old, a day's rows are hidden by a mask (a lightweight DELETE), since to rewrite it every
day would cost more than the rows do. Once it is wholly old it is rewritten without them.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from footfall.catalog.tables import TABLES, Table
from footfall.store.clickhouse.statements import Statements
from footfall.store.protocol import Piece

_MASKED = """
    SELECT min(partition_id) FROM system.parts
    WHERE database = currentDatabase() AND table = {table:String} AND active AND has_lightweight_delete
      AND partition_id < {month:String}"""


def count_before(store: Statements, project: int, before: int) -> dict[Table, tuple[int, int]]:
    found: dict[Table, tuple[int, int]] = {}
    for table in _tables():
        counted = "sign" if TABLES[table].signed else "1"
        sql = f"""
        SELECT toInt64(sumIf({counted}, {_old(table)})), toInt64(sum({counted})) FROM {table}
        WHERE project_id = {{project:UInt32}}"""  # noqa: S608 - names of the catalogue
        found[table] = store.query(sql, _params(project, before)).rows[0]
    return found


def to_expire(store: Statements, project: int, before: int) -> Piece | None:
    params = _params(project, before)
    for table in _tables():
        sql = f"SELECT min(_partition_id) FROM {table} WHERE project_id = {{project:UInt32}} AND {_old(table)}"  # noqa: S608 - names of the catalogue
        partition = str(store.query(sql, params).scalar) or _masked(store, table, before)
        if partition:
            return Piece(table.value, partition)
    return None


def expire(store: Statements, project: int, before: int, piece: Piece) -> None:
    table = Table(piece.table)
    where = f"IN PARTITION ID '{piece.partition}' WHERE project_id = {{project:UInt32}} AND {_old(table)}"
    if piece.partition < _month(before):
        store.command(f"ALTER TABLE {table} DELETE {where}", _params(project, before))
        store.command(f"ALTER TABLE {table} APPLY DELETED MASK IN PARTITION ID '{piece.partition}'")
    else:
        store.command(f"DELETE FROM {table} {where}", _params(project, before))  # noqa: S608 - names of the catalogue


def _masked(store: Statements, table: Table, before: int) -> str:
    """A month that is wholly old and has parts with hidden rows."""
    return str(store.query(_MASKED, {"table": table.value, "month": _month(before)}).scalar)


def _tables() -> list[Table]:
    return [table for table, row in TABLES.items() if row.age]


def _old(table: Table) -> str:
    return f"{TABLES[table].age} < fromUnixTimestamp64Milli({{before:Int64}}, 'UTC')"


def _params(project: int, before: int) -> dict[str, Any]:
    return {"project": project, "before": before}


def _month(instant: int) -> str:
    return f"{datetime.fromtimestamp(instant / 1000, UTC):%Y%m}"
