"""What tables hold of a project."""

from __future__ import annotations

from footfall.catalog.tables import TABLES, Table
from footfall.query.ast import StoredRows
from footfall.query.plan import LongestSession
from footfall.query.sql.binder import Binder

COLUMNS = ("table", "rows", "first", "last")

_BUCKET = "bucket"
"""The instant of a derived table's rows."""


def stored_rows(query: StoredRows, binder: Binder) -> str:
    counts = " UNION ALL ".join(_count(table, query.project, binder) for table in Table)
    return f"SELECT t AS c0, n AS c1, a AS c2, b AS c3 FROM ({counts}) ORDER BY c0"


def longest_session(query: LongestSession, binder: Binder) -> str:
    return f"SELECT max(days) AS c0 FROM longest_sessions WHERE project_id = {binder.number(query.project)}"


def _count(table: Table, project: int, binder: Binder) -> str:
    millis, instant = TABLES[table].millis, TABLES[table].partition or _BUCKET
    ends = (f"toInt64({millis.format(f'{end}({instant})')})" for end in ("min", "max"))
    shown = "count() AS n, {} AS a, {} AS b".format(*(f"if(count() = 0, 0, {end})" for end in ends))
    return f"SELECT '{table}' AS t, {shown} FROM {table} WHERE project_id = {binder.number(project)}"
