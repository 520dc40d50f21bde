"""What tables hold of a project, and how much room that takes."""

from __future__ import annotations

from footfall.catalog.tables import OF_ROWS, TABLES, Table
from footfall.query.ast import StoredRows
from footfall.query.sql.binder import Binder

COLUMNS = ("table", "rows", "bytes", "first", "last")

_BUCKET = "bucket"
"""The instant of a derived table's rows."""


def stored_rows(query: StoredRows, binder: Binder) -> str:
    counts = " UNION ALL ".join(_count(table, query.project, binder) for table in Table)
    # The rows of one shard are on average as large as those of all.
    sizes = (
        "SELECT table AS name, sum(bytes_on_disk) / sum(rows) AS size FROM system.parts"
        f" WHERE active AND database IN (currentDatabase(), concat(currentDatabase(), '{OF_ROWS}')) GROUP BY name"
    )
    return (
        "SELECT counted.t AS c0, counted.n AS c1, toUInt64(round(counted.n * sizes.size)) AS c2, counted.a AS c3,"
        f" counted.b AS c4 FROM ({counts}) AS counted LEFT JOIN ({sizes}) AS sizes ON counted.t = sizes.name"
        " ORDER BY c0"
    )


def _count(table: Table, project: int, binder: Binder) -> str:
    millis, instant = TABLES[table].millis, TABLES[table].partition or _BUCKET
    ends = (f"toInt64({millis.format(f'{end}({instant})')})" for end in ("min", "max"))
    shown = "count() AS n, {} AS a, {} AS b".format(*(f"if(count() = 0, 0, {end})" for end in ends))
    return f"SELECT '{table}' AS t, {shown} FROM {table} WHERE project_id = {binder.number(project)}"
