"""Tables whose definition is gone: made again as the migrations say, over the data that they had, where it is there.

The engine keeps a definition and the data of a table apart, and forgets a table without a definition.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from footfall.errors import FatalError
from footfall.store.clickhouse.statements import Statements

MADE = "remade"
"""The database that all migrations are applied to, for their definitions."""

_TABLES = "SELECT name FROM system.tables WHERE database = {database:String} AND endsWith(engine, 'MergeTree')"
_DEFINITION = """
SELECT create_table_query, partition_key, sorting_key, groupArray(columns.name) AS names
FROM system.tables INNER JOIN system.columns ON columns.database = tables.database AND columns.table = tables.name
WHERE tables.database = {database:String} AND tables.name = {table:String} GROUP BY ALL"""
_IN_USE = "SELECT toString(uuid) FROM system.tables UNION ALL SELECT toString(uuid) FROM system.dropped_tables"
_DIGITS = {"toYYYYMM": 6, "toYYYYMMDD": 8, "toYear": 4}
"""Of the name of a partition, by the function of the partition's key."""

_DERIVED = {"rollups", "recent_rollups", "rolled_up", "touched"}

_FILL_LONGEST = """
INSERT INTO {database}.longest_sessions
SELECT project_id, max(intDiv(dateDiff('millisecond', start, end), 86400000) + 1) AS longest
FROM {database}.sessions WHERE source_table = 'events' GROUP BY project_id HAVING longest > 1"""


def missing_tables(store: Statements, expected: set[str], database: str) -> set[str]:
    return expected - {row[0] for row in store.query(_TABLES, {"database": database}).rows}


def check(gone: set[str]) -> None:
    """FatalError where tables are missing."""
    if gone:
        raise FatalError(
            f"the store has no table {', '.join(sorted(gone))} any more: its definition is gone. `footfall doctor"
            " --repair` makes it again, with its rows if they are still there; or restore a backup"
        )


def remake(store: Statements, missing: set[str], database: str, path: Path | None) -> set[str]:
    """Make tables of a database as those of the database `remade` are; returns those that are empty now.

    `path` is the directory of an engine on this machine, where data without a table is looked for.
    """
    empty: set[str] = set()
    for table in sorted(missing):
        named = {"database": MADE, "table": table}
        definition, partition, key, names = store.query(_DEFINITION, named).rows[0]
        digits = _DIGITS.get(partition.partition("(")[0], 0)
        left = _left(store, path, {*names}, {*re.findall(r"\w+", key)} & {*names}, digits) if path else None
        made = f"ATTACH TABLE {database}.{table} UUID '{left}'" if left else f"CREATE TABLE {database}.{table}"
        store.command(definition.replace(f"CREATE TABLE {MADE}.{table}", made, 1))
        if left is None:
            empty.add(table)
    if "longest_sessions" in empty:
        store.command(_FILL_LONGEST.format(database=database))
    if empty & _DERIVED:  # what says which roll-ups there are must not name those that are gone
        store.command(f"TRUNCATE TABLE {database}.rolled_up")
    return empty


def _left(store: Statements, path: Path, names: set[str], key: set[str], digits: int) -> str | None:
    """The id of the newest data without a table whose columns are among those of a definition."""
    used = {row[0] for row in store.query(_IN_USE).rows}
    found = [
        folder
        for folder in path.glob("store/*/*-*-*-*-*")
        if folder.name not in used and any(key <= columns <= names for columns in _columns(folder, digits))
    ]
    return max(found, key=lambda folder: folder.stat().st_mtime).name if found else None


def _columns(folder: Path, digits: int) -> Iterator[set[str]]:
    """The columns of each part of a table's data."""
    part = re.compile(rf"\d{{{digits}}}_\d+_\d+_\d+(_\d+)?")
    for columns in folder.glob("*/columns.txt"):
        if part.fullmatch(columns.parent.name):
            yield {*re.findall(r"^`([^`]+)` ", columns.read_text(encoding="utf-8"), re.MULTILINE)}
