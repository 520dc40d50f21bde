"""Removes the old rows of a project, one month of one table at a time.

Of a month that is not wholly old, a day's rows are hidden by a mask (a lightweight DELETE), since to rewrite it every
day would cost more than the rows do. Once it is wholly old it is rewritten without them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from footfall.catalog.tables import TABLES, Table
from footfall.store.clickhouse.statements import Statements
from footfall.store.protocol import Params, Piece

Before = Mapping[Table, int]
"""As `FactStore.count_before` has it."""

_MASKED = """
    SELECT min(partition_id) FROM system.parts
    WHERE database = currentDatabase() AND table = {table:String} AND active AND has_lightweight_delete
      AND partition_id < {month:String}"""


def count_before(store: Statements, project: int, before: Before) -> dict[Table, tuple[int, int]]:
    found: dict[Table, tuple[int, int]] = {}
    for table in _tables():
        counted = "sign" if TABLES[table].signed else "1"
        sql = f"""
        SELECT toInt64(sumIf({counted}, {_old(table)})), toInt64(sum({counted})) FROM {table}
        WHERE project_id = {{project:UInt32}}"""  # noqa: S608 - names of the catalogue
        found[table] = store.query(sql, _params(project, before)).rows[0]
    return found


def to_expire(store: Statements, project: int, before: Before) -> Piece | None:
    params = _params(project, before)
    for table in _tables():
        sql = f"SELECT min(_partition_id) FROM {table} WHERE project_id = {{project:UInt32}} AND {_old(table)}"  # noqa: S608 - names of the catalogue
        partition = str(store.query(sql, params).scalar) or _masked(store, table, before)
        if partition:
            return Piece(table.value, partition)
    return None


def expire(store: Statements, project: int, before: Before, piece: Piece) -> None:
    table = Table(piece.table)
    where = f"IN PARTITION ID '{piece.partition}' WHERE project_id = {{project:UInt32}} AND {_old(table)}"
    if piece.partition < _month(table, before):
        store.command(f"ALTER TABLE {table} DELETE {where}", _params(project, before))
        store.command(f"ALTER TABLE {table} APPLY DELETED MASK IN PARTITION ID '{piece.partition}'")
    else:
        store.command(f"DELETE FROM {table} {where}", _params(project, before))  # noqa: S608 - names of the catalogue


def _masked(store: Statements, table: Table, before: Before) -> str:
    """A month that is wholly old and has parts with hidden rows."""
    return str(store.query(_MASKED, {"table": table.value, "month": _month(table, before)}).scalar)


def _tables() -> list[Table]:
    return [table for table, row in TABLES.items() if row.age]


def _old(table: Table) -> str:
    if table is Table.SESSIONS:
        before = f"if(source_table = '{Table.EVENTS}', {_instant(Table.EVENTS)}, {_instant(Table.REQUESTS)})"
    else:
        before = _instant(_facts_beside(table))
    return f"{TABLES[table].age} < {before}"


def _instant(table: Table) -> str:
    return f"fromUnixTimestamp64Milli({{before_{table}:Int64}}, 'UTC')"


def _facts_beside(table: Table) -> Table:
    return Table.EVENTS if table is Table.ENGAGEMENTS else table


def _params(project: int, before: Before) -> Params:
    return {"project": project} | {f"before_{table}": at for table, at in before.items()}


def _month(table: Table, before: Before) -> str:
    """The first month that is not wholly old."""
    at = min(before.values()) if table is Table.SESSIONS else before[_facts_beside(table)]
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y%m}"
