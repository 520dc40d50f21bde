"""The schema's history: numbered files, applied once each, in order. Rules for writing one: migrations/README.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import pairwise

import structlog

from footfall.errors import FatalError
from footfall.store.clickhouse.statements import Statements
from footfall.store.protocol import Params, Reader

_FILE = re.compile(r"(\d{4})_(\w+)\.sql")
# Strings, quoted names and comments hide semicolons; anything else is taken character by character.
_PIECE = re.compile(
    r"""'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`|--[^\n]*|/\*.*?\*/|.""",
    re.DOTALL,
)
_CREATE = re.compile(
    r"\A(CREATE (?:TABLE|MATERIALIZED VIEW|VIEW) (?:IF NOT EXISTS )?|ALTER TABLE |DROP TABLE (?:IF EXISTS )?)(\w+)"
)
_RENAME = re.compile(r"\ARENAME TABLE IF EXISTS (\w+) TO (\w+)\Z")
_MADE = re.compile(r"CREATE TABLE IF NOT EXISTS (\w+)")
_DROPPED = re.compile(r"DROP TABLE IF EXISTS (\w+)")
_MERGE_TREE = re.compile(r"\bENGINE\s*=\s*(\w*MergeTree)\b(?:\(([^)]*)\))?")
_WINDOW = re.compile(r"\bnon_replicated_deduplication_window\s*=\s*(\d+)")
_WEEK = 7 * 86_400
_LEDGER = """
CREATE TABLE IF NOT EXISTS schema_migrations
(
    number     UInt32,
    name       String,
    applied_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = MergeTree ORDER BY number SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
"""
# Left behind by an interrupted CREATE TABLE … AS SELECT, which fills a table under this name and renames it at the end.
_LEFTOVERS = (
    "SELECT name FROM system.tables WHERE database = currentDatabase() AND match(name, '^_tmp_replace_[0-9a-z_]+$')"
)


@dataclass(frozen=True, slots=True)
class Migration:
    number: int
    name: str
    sql: str


def migrations(folder: Traversable | None = None) -> list[Migration]:
    """Every migration of the code, ascending; FatalError where two have the same number."""
    folder = folder or files("footfall.store.clickhouse") / "migrations"
    found = sorted(
        (
            Migration(int(matched[1]), matched[2], entry.read_text(encoding="utf-8"))
            for entry in folder.iterdir()
            if (matched := _FILE.fullmatch(entry.name))
        ),
        key=lambda migration: migration.number,
    )
    for before, after in pairwise(found):
        if before.number == after.number:
            raise FatalError(f"two migrations have the number {after.number}: {before.name} and {after.name}")
    return found


def applied_migration(store: Reader) -> int:
    """The number of the schema that a store has."""
    return int(store.query("SELECT max(number) FROM schema_migrations").scalar)


def newest_migration() -> int:
    """The number of the schema that this version works with: that of a store once it is migrated."""
    return migrations()[-1].number


def tables(known: list[Migration] | None = None) -> set[str]:
    """The tables that there are once all migrations are applied."""
    found: set[str] = set()
    for migration in migrations() if known is None else known:
        for statement in statements(migration.sql):
            if made := _MADE.match(statement):
                found.add(made[1])
            elif dropped := _DROPPED.match(statement):
                found.discard(dropped[1])
            elif (renamed := _RENAME.match(statement)) and renamed[1] in found:
                found = found - {renamed[1]} | {renamed[2]}
    return found


def statements(sql: str) -> list[str]:
    """The statements of a file, without comments and final semicolons."""
    return [text for text in map(str.strip, "".join(_marked(sql)).split("\0")) if text]


def clustered(statement: str, cluster: str) -> str:
    """The statement for every replica: `ON CLUSTER`, replicated engines, insert tokens remembered for a week.

    Source: ReplicatedMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}', …), whose macros the server fills in.
    """
    if not cluster:
        return statement
    if _RENAME.match(statement):
        return f"{statement} ON CLUSTER {cluster}"
    spread = _CREATE.sub(rf"\g<1>\g<2> ON CLUSTER {cluster}", statement, count=1)
    windows = rf"replicated_deduplication_window = \g<1>, replicated_deduplication_window_seconds = {_WEEK}"
    return _WINDOW.sub(windows, _MERGE_TREE.sub(_replicated, spread))


def migrate(store: Statements, cluster: str = "", known: list[Migration] | None = None) -> None:
    """Apply what is missing. After a crash within a file, the file is run again from its start."""
    known = migrations() if known is None else known
    store.command(clustered(_LEDGER, cluster))
    applied = {row[0] for row in store.query("SELECT number FROM schema_migrations").rows}
    newest = known[-1].number if known else 0
    if applied and max(applied) > newest:
        raise FatalError(
            f"the store has schema {max(applied)}, but this version of Footfall supports {newest} at most: "
            "install the version that wrote it, or a later one"
        )
    missing = [migration for migration in known if migration.number not in applied]
    if not missing:
        return
    for (leftover,) in store.query(_LEFTOVERS).rows:
        store.command(clustered(f"DROP TABLE IF EXISTS {leftover}", cluster))
    params = {"database": store.query("SELECT currentDatabase()").scalar}
    for migration in missing:
        _apply(store, migration, cluster, params)
        if applied:  # else the store is new
            structlog.get_logger("store").info("store migrated", number=migration.number, name=migration.name)


def _apply(store: Statements, migration: Migration, cluster: str, params: Params) -> None:
    for statement in statements(migration.sql):
        store.command(clustered(statement, cluster), params)
    store.command(
        "INSERT INTO schema_migrations (number, name) SELECT {number:UInt32}, {name:String}",
        {"number": migration.number, "name": migration.name},
    )


def _marked(sql: str) -> Iterator[str]:
    """The text with comments dropped and NUL where a statement ends."""
    for piece in _PIECE.findall(sql):
        if piece == ";":
            yield "\0"
        elif piece.startswith(("--", "/*")):
            yield " "
        else:
            yield piece


def _replicated(matched: re.Match[str]) -> str:
    kind, arguments = matched.groups()
    rest = f", {arguments}" if arguments else ""
    return f"ENGINE = Replicated{kind}('/clickhouse/tables/{{uuid}}/{{shard}}', '{{replica}}'{rest})"
