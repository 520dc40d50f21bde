"""The schema's history: numbered files, applied once each, in order. Rules for writing one: migrations/README.md."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import pairwise

import structlog

from footfall.errors import FatalError, StoreError
from footfall.store.clickhouse.statements import Statements
from footfall.store.protocol import Store

_WHOLE = re.compile(r"-- Schema (\d+)\n")
_FILE = re.compile(r"(\d{4})_(\w+)\.sql")
# Strings, quoted names and comments hide semicolons; anything else is taken character by character.
_PIECE = re.compile(
    r"""'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`|--[^\n]*|/\*.*?\*/|.""",
    re.DOTALL,
)
_RENAME = re.compile(r"\ARENAME TABLE IF EXISTS (\w+) TO (\w+)\Z")
_MADE = re.compile(r"CREATE TABLE IF NOT EXISTS (\w+)")
_DROPPED = re.compile(r"DROP TABLE IF EXISTS (\w+)")
_CREATE = re.compile(r"CREATE TABLE (?:IF NOT EXISTS )?(\w+)")
_LOCAL = re.compile(r"(CREATE|DROP|RENAME|KILL) ")
"""Statements that each replica needs; others reach all of them through one."""

_IF_MISSING = re.compile(r"\ACREATE TABLE (?:\w+\.)?")
_MERGE_TREE = re.compile(r"\bENGINE\s*=\s*(\w*MergeTree)\b(?:\(([^)]*)\))?")
_WINDOW = re.compile(r"\bnon_replicated_deduplication_window\s*=\s*(\d+)")
_WEEK = 7 * 86_400
_BREAKING = "_breaking"
"""How the name of a migration ends that takes away or changes what older versions read."""

_FILLS = re.compile(r"\b(SELECT|UPDATE|DELETE|MATERIALIZE)\b")
_HAS_LEDGER = "SELECT count() FROM system.tables WHERE database = currentDatabase() AND name = 'schema_migrations'"
_NUMBERS = "SELECT number FROM schema_migrations"
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
_THERE = "SELECT name FROM system.tables WHERE database = currentDatabase() AND name IN {names:Array(String)}"
_WITH_ROWS = f"{_THERE} AND total_rows > 0"
_RECORD = """
    INSERT INTO schema_migrations (number, name)
    SELECT applied.1, applied.2 FROM
    (SELECT arrayJoin(arrayZip({numbers:Array(UInt32)}, {names:Array(String)})) AS applied)"""
_DEFINITIONS = """
    SELECT create_table_query FROM system.tables
    WHERE database = currentDatabase() AND startsWith(engine, 'Replicated') ORDER BY name"""


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


def applied_migration(store: Store) -> int:
    """The number of the schema that a store has: the least one of its shards."""
    return min(int(shard.query("SELECT max(number) FROM schema_migrations").scalar) for shard in store.shards)


def newest_migration() -> int:
    """The number of the schema that this version works with: that of a store once it is migrated."""
    return migrations()[-1].number


@dataclass(frozen=True, slots=True)
class Pending:
    """A migration that a store lacks: the tables that it changes, and those of them whose rows it goes through."""

    number: int
    name: str
    tables: frozenset[str]
    filled: frozenset[str]


def pending_migrations(store: Store) -> list[Pending] | None:
    """What `migrate` would apply; None where the store is new. Changes nothing."""
    try:
        if not all(shard.query(_HAS_LEDGER).scalar for shard in store.shards):
            return None
    except StoreError as error:
        if "UNKNOWN_DATABASE" in error.details:
            return None
        raise
    applied = [{row[0] for row in shard.query(_NUMBERS).rows} for shard in store.shards]
    missing = [one for one in migrations() if not all(one.number in numbers for numbers in applied)]
    return [Pending(one.number, one.name, *_changed(statements(one.sql))) for one in missing]


def _changed(texts: list[str]) -> tuple[frozenset[str], frozenset[str]]:
    """The tables of such statements, and those that are read or rewritten as a whole."""
    known = tables()
    named = [(known & {*re.findall(r"\w+", text)}, _FILLS.search(text)) for text in texts]
    every = (found for found, _ in named)
    return frozenset().union(*every), frozenset().union(*(found for found, fills in named if fills))


def breaking_migrations(store: Store) -> list[str]:
    """What was done to a newer store that keeps this version from reading it."""
    sql = "SELECT DISTINCT name FROM schema_migrations WHERE number > {newest:UInt32} AND endsWith(name, {end:String})"
    params = {"newest": newest_migration(), "end": _BREAKING}
    return sorted({name for shard in store.shards for (name,) in shard.query(sql, params).rows})


def whole_schema() -> Migration:
    """What makes the tables as all migrations up to its number leave them."""
    sql = (files("footfall.store.clickhouse") / "migrations" / "schema.sql").read_text(encoding="utf-8")
    matched = _WHOLE.match(sql)
    return Migration(int(matched[1]) if matched else 0, "schema", sql)


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


def replicated(statement: str) -> str:
    """The statement for tables with replicas: insert tokens are remembered for a week, and a name is free once dropped.

    Source: ReplicatedMergeTree('/clickhouse/tables/{shard}/<database>/<table>', '{replica}', …). The server fills the
    macros in; a renamed table keeps its path.
    """
    if statement.startswith("DROP TABLE "):
        return statement if statement.endswith(" SYNC") else f"{statement} SYNC"
    windows = rf"replicated_deduplication_window = \g<1>, replicated_deduplication_window_seconds = {_WEEK}"
    created = _CREATE.match(statement)
    text = _WINDOW.sub(windows, statement)
    return _MERGE_TREE.sub(partial(_engine, created[1]), text) if created else text


def migrate(store: Statements, known: list[Migration] | None = None, *, replicas: Sequence[Statements] = ()) -> None:
    """Apply what is missing: to a new store all at once, as `whole_schema` says, if that is what is known.

    After a crash within a file, the file is run again from its start; a new store is begun anew. Where the store's
    tables are replicated, `replicas` are all of them, `store` included. Each has a list of its own of what was applied,
    each gets the statements that no replication carries over, and all take the same step together.
    """
    known = migrations() if known is None else known
    nodes = list(replicas) or [store]
    applied = [_applied(node) for node in nodes]
    newest = known[-1].number if known else 0
    latest = max(max(numbers, default=0) for numbers in applied)
    if latest > newest:
        raise FatalError(
            f"the store has schema {latest}, but this version of Footfall supports {newest} at most: "
            "install the version that wrote it, or a later one"
        )
    if not latest and newest == (whole := whole_schema()).number and all(map(_is_new, nodes)):
        _make(whole, known, store, replicas)
        return
    if replicas:
        applied = _joined(nodes, applied)
    missing = [one for one in known if not all(one.number in numbers for numbers in applied)]
    for node in nodes if missing else ():
        for (leftover,) in node.query(_LEFTOVERS).rows:
            node.command(f"DROP TABLE IF EXISTS {leftover}")
    for migration in missing:
        _execute(migration.sql, store, replicas)
        for node, numbers in zip(nodes, applied, strict=True):
            if migration.number not in numbers:
                _record(node, migration.number, migration.name)
        if latest:  # else the store is new
            structlog.get_logger("store").info("store migrated", number=migration.number, name=migration.name)


def _is_new(node: Statements) -> bool:
    """Whether no table of ours has rows: what an interrupted first start has left is made again."""
    return not node.query(_WITH_ROWS, {"names": sorted(_ever_made())}).rows


def _make(whole: Migration, known: Sequence[Migration], store: Statements, replicas: Sequence[Statements]) -> None:
    """Note the migrations as applied, once all of them is there: a tenth of their statements."""
    nodes = list(replicas) or [store]
    for node in nodes:
        for (name,) in node.query(_THERE, {"names": sorted(_ever_made())}).rows:
            drop = f"DROP TABLE IF EXISTS {name}"
            node.command(replicated(drop) if replicas else drop)
    _execute(whole.sql, store, replicas)
    for node in nodes:
        node.command(_RECORD, {"numbers": [one.number for one in known], "names": [one.name for one in known]})


def _ever_made() -> set[str]:
    """Every table that a migration makes, also those that a later one drops or renames."""
    return {*_MADE.findall("\n".join(migration.sql for migration in migrations()))} | tables()


def _execute(sql: str, store: Statements, replicas: Sequence[Statements]) -> None:
    params = {"database": store.query("SELECT currentDatabase()").scalar}
    for statement in statements(sql):
        if not replicas:
            store.command(statement, params)
            continue
        for node in replicas if _LOCAL.match(statement) else (store,):
            node.command(replicated(statement), params)


def _applied(node: Statements) -> frozenset[int]:
    node.command(_LEDGER)
    return frozenset(row[0] for row in node.query("SELECT number FROM schema_migrations").rows)


def _record(node: Statements, number: int, name: str) -> None:
    node.command(_RECORD, {"numbers": [number], "names": [name]})


def _joined(nodes: Sequence[Statements], applied: Sequence[frozenset[int]]) -> list[frozenset[int]]:
    """A replica without a schema gets that of the others: a replicated table can't be made as it was some time ago."""
    made = max(range(len(nodes)), key=lambda place: len(applied[place]))
    for node, numbers in zip(nodes, applied, strict=True):
        if not numbers and applied[made]:
            for (definition,) in nodes[made].query(_DEFINITIONS).rows:
                node.command(_IF_MISSING.sub("CREATE TABLE IF NOT EXISTS ", definition, count=1))
            for number, name in nodes[made].query("SELECT number, name FROM schema_migrations ORDER BY number").rows:
                _record(node, number, name)
    return [numbers or applied[made] for numbers in applied]


def _marked(sql: str) -> Iterator[str]:
    """The text with comments dropped and NUL where a statement ends."""
    for piece in _PIECE.findall(sql):
        if piece == ";":
            yield "\0"
        elif piece.startswith(("--", "/*")):
            yield " "
        else:
            yield piece


def _engine(table: str, matched: re.Match[str]) -> str:
    kind, arguments = matched.groups()
    rest = f", {arguments}" if arguments else ""
    return f"ENGINE = Replicated{kind}('/clickhouse/tables/{{shard}}/{{database}}/{table}', '{{replica}}'{rest})"
