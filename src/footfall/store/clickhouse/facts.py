"""`FactStore` as statements on `events`, `requests`, `proxy_logs`, `engagements` and `sessions`.

Every name in a statement comes from the catalogue, every value is a bound parameter.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from footfall.catalog.columns import COLUMNS, FULL_ID_HI, Column, Kind, Origin
from footfall.catalog.rollups import FROZEN
from footfall.catalog.tables import TABLES, Table
from footfall.errors import TransientError
from footfall.model.changes import Change, Merge, Move
from footfall.store.clickhouse import erasing, expiring, session_earnings, session_facts
from footfall.store.clickhouse.statements import Statements
from footfall.store.protocol import Piece, Reader, SessionVersion

KEYS_PER_STATEMENT = 5_000
"""ClickHouse takes about 128 KiB a parameter over HTTP (`http_max_field_value_size`): some 6,000 keys as text."""

TEXT_BYTES_PER_STATEMENT = 50_000
"""The same limit for texts, which quoting may double."""

CHANGE_SECONDS = 5.0
"""How long a change of stored facts waits for a removal of rows: then the drain goes on, and tries it again."""

_BETWEEN = """timestamp >= fromUnixTimestamp64Milli({start:Int64}, 'UTC')
          AND timestamp <= fromUnixTimestamp64Milli({end:Int64}, 'UTC')"""
_NAMED = "session IN {sessions:Array(UInt64)}"
_OVERLAP = (
    "visitor IN {visitors:Array(UInt64)}"
    " AND start <= fromUnixTimestamp64Milli({end:Int64}, 'UTC')"
    " AND end >= fromUnixTimestamp64Milli({start:Int64}, 'UTC')"
)
_VERSION = ("project_id", "start", "visitor", "session", "version")
"""Rows of `sessions` that agree in these are one version of a session: one row adds it, another may cancel it."""

_MUTATIONS = """
    SELECT count() FROM system.mutations
    WHERE database = currentDatabase() AND table IN {tables:Array(String)}
      AND NOT is_done AND latest_fail_reason = ''"""
"""Those that go on. One that fails is asked for again by whoever wants it."""

_COMPUTED = {
    "id_hi": FULL_ID_HI,
    "entry_at": "if(pageviews = 0, 0, toUnixTimestamp64Milli(start) + entry_lag)",
    "exit_at": "if(pageviews = 0, 0, toUnixTimestamp64Milli(end) - exit_lag)",
}
_SESSION = tuple(column for column in COLUMNS[Table.SESSIONS] if column.origin is not Origin.WRITTEN)
_PLURAL = {"project_id": "projects", "visitor": "visitors", "session": "sessions"}


_GOES_ON_DAYS = 2
"""Facts so soon after a month may belong to a session of the month, whatever they were stored with."""


class ClickHouseFacts:
    """Implements `FactStore`. A remote server bounds the size of a parameter, so long lists go in pieces.

    `cells` reads all of `rolled_up`, of which a shard has a part. Of `replicated` tables, the one asked may lag behind.
    The engine loses an UPDATE during which a DELETE begins, so these wait for each other; an INSERT need not.
    """

    def __init__(self, store: Statements, cells: Reader | None = None, *, replicated: bool = False) -> None:
        self._store = store
        self._replicated = replicated
        self._cells = cells or store
        self._changing = threading.Lock()

    def overlapping_sessions(self, table: Table, visitors: pl.DataFrame, start: int, end: int) -> pl.DataFrame:
        return self._sessions(table, _OVERLAP, visitors, {"start": start, "end": end})

    def sessions(self, table: Table, keys: pl.DataFrame) -> pl.DataFrame:
        stored = self._stored_keys(table, keys)
        if stored.is_empty():
            return pl.DataFrame(schema=[column.name for column in _SESSION])
        return self._sessions(table, _NAMED, stored, {})

    def _stored_keys(self, table: Table, keys: pl.DataFrame) -> pl.DataFrame:
        """Those that have rows. Nearly all of a batch are new, and one column tells in a third of a row's time."""
        sql = f"""
        SELECT DISTINCT session FROM sessions
        WHERE source_table = {{table:String}} AND project_id IN {{projects:Array(UInt32)}} AND {_NAMED}"""  # noqa: S608 - of this module
        pieces = keys.select("project_id", "session").iter_slices(KEYS_PER_STATEMENT)
        asked = (self._store.query(sql, {"table": table.value, **_keys(piece)}) for piece in pieces)
        return keys.filter(pl.col("session").is_in([row[0] for found in asked for row in found.rows]))

    def last_session_end(self, table: Table) -> int:
        sql = "SELECT toUnixTimestamp64Milli(max(end)) FROM sessions WHERE source_table = {table:String}"
        return int(self._store.query(sql, {"table": table.value}).scalar)

    def read(self, table: Table, names: Sequence[str], visitors: pl.DataFrame, start: int, end: int) -> pl.DataFrame:
        columns = [column for column in COLUMNS[table] if column.name in names]
        sql = f"""
        SELECT {", ".join(map(_selected, columns))} FROM {table}
        WHERE project_id IN {{projects:Array(UInt32)}} AND visitor IN {{visitors:Array(UInt64)}}
          AND {_BETWEEN}"""  # noqa: S608 - names of the catalogue
        return self._read(sql, columns, visitors, {"start": start, "end": end})

    def apply(self, change: Change) -> None:
        match change:
            case Merge():
                statements = _merges(change)
            case Move():
                statements = _moves(change)
        for sql, params in statements:
            if not self._changing.acquire(timeout=CHANGE_SECONDS):
                raise TransientError("rows are being removed from the store, and changes of others wait for that")
            try:
                self._store.command(sql, params)
            finally:
                self._changing.release()

    def months_of_batch(self, table: Table, batch: int, projects: Sequence[int]) -> set[int]:
        sql = f"""
        SELECT DISTINCT toYYYYMM({TABLES[table].partition}) FROM {table}
        WHERE batch = {{batch:UInt64}} AND project_id IN {{projects:Array(UInt32)}}"""  # noqa: S608 - of the catalogue
        return {row[0] for row in self._store.query(sql, {"batch": batch, "projects": projects}).rows}

    def rows_of_batch(self, table: Table, batch: int) -> dict[int, int]:
        sql = f"SELECT _partition_id, count() FROM {table} WHERE batch = {{batch:UInt64}} GROUP BY _partition_id"  # noqa: S608 - a name of the catalogue
        return {int(month): count for month, count in self._store.query(sql, {"batch": batch}).rows}

    def months_of_version(self, version: int) -> set[int]:
        sql = "SELECT DISTINCT toYYYYMM(start) FROM sessions WHERE version = {version:UInt64} AND sign = 1"
        return {row[0] for row in self._store.query(sql, {"version": version}).rows}

    def is_live(self, session: SessionVersion) -> bool:
        sql = """
        SELECT sum(sign) FROM sessions
        WHERE project_id = {project_id:UInt32} AND source_table = {source_table:String}
          AND session = {session:UInt64} AND version = {version:UInt64}"""
        return bool(self._store.query(sql, session._asdict()).scalar > 0)

    def first_referrers(self, project: int, sessions: Sequence[int], start: int, end: int) -> dict[int, str]:
        sql = f"""
        SELECT session, argMin(referrer, (timestamp, {FULL_ID_HI}, id_lo)) FROM events
        WHERE project_id = {{project:UInt32}} AND session IN {{sessions:Array(UInt64)}} AND {_BETWEEN}
        GROUP BY session"""  # noqa: S608 - a constant
        found: dict[int, str] = {}
        for piece in _pieces(sessions, KEYS_PER_STATEMENT):
            params = {"project": project, "sessions": piece, "start": start, "end": end}
            found |= dict(self._store.query(sql, params).rows)
        return found

    def set_referrers(self, project: int, referrers: Mapping[int, str]) -> None:
        sql = """
        ALTER TABLE sessions
        UPDATE referrer = transform(session, {sessions:Array(UInt64)}, {referrers:Array(String)}, '')
        WHERE project_id = {project:UInt32} AND source_table = 'events' AND session IN {sessions:Array(UInt64)}"""
        for piece in _text_pieces(referrers):
            self._store.command(sql, {"project": project, "sessions": list(piece), "referrers": list(piece.values())})

    def rolled_up_until(self) -> tuple[dict[tuple[str, int], int], int]:
        sql = """
        SELECT source, project_id, toInt64(toUnixTimestamp(max(until))) * 1000, maxIf(stamp, stamp != {frozen:UInt64})
        FROM rolled_up GROUP BY source, project_id"""
        rows = self._store.query(sql, {"frozen": FROZEN}).rows
        newest = self._store.query("SELECT max(stamp) FROM touched").scalar
        ends = {(source, project): until for source, project, until, _ in rows}
        return ends, max([newest, *(row[3] for row in rows)])

    def longest_sessions(self) -> dict[int, int]:
        return dict(self._store.query("SELECT project_id, max(days) FROM longest_sessions GROUP BY project_id").rows)

    def forget_cells(self, grains: Sequence[str], before: int) -> None:
        self._delete("rolled_up", grains, before)

    def remove_cells(self, grain: str, before: int) -> None:
        self._delete("rollups", [grain], before)

    def _delete(self, table: str, grains: Sequence[str], before: int) -> None:
        """A mutation rewrites parts, so none runs where there is nothing to delete."""
        params = {"grains": list(grains), "before": before}
        rows = "grain IN {grains:Array(String)} AND bucket < fromUnixTimestamp64Milli({before:Int64}, 'UTC')"
        if self._store.query(f"SELECT 1 FROM {table} WHERE {rows} LIMIT 1", params).rows:  # noqa: S608 - constants
            self._store.command(f"ALTER TABLE {table} DELETE WHERE {rows} SETTINGS mutations_sync = 1", params)

    def sessions_without_facts(self) -> dict[int, int]:
        return session_facts.without_facts(self._store)

    def fill_session_facts(self, month: int, limit: int) -> None:
        session_facts.fill(self._store, month, limit)

    def sessions_without_earnings(self) -> dict[int, int]:
        return session_earnings.without_earnings(self._store)

    def fill_session_earnings(self, month: int, limit: int) -> None:
        session_earnings.fill(self._store, month, limit)

    def months_without_sessions(self) -> set[int]:
        return {int(month) for month, _ in self._sessions_set_aside()}

    @property
    def is_tallied(self) -> bool:
        return not self._replicated

    def tallies(self) -> dict[tuple[Table, int], int] | None:
        if not self.is_tallied:
            return None
        found: dict[tuple[Table, int], int] = {}
        for table, row in TABLES.items():
            if row.tally:
                tally = "count()" if row.tally == "1" else f"sum(toInt64({row.tally}))"
                sql = f"SELECT _partition_id, toInt64({tally}) FROM {table} GROUP BY _partition_id"  # noqa: S608 - names of the catalogue
                found |= {(table, int(month)): tally for month, tally in self._store.query(sql).rows}
        return found

    def batches_in(self, table: Table, month: int, batches: Sequence[int]) -> set[int]:
        among = "_partition_id = {month:String} AND batch IN {batches:Array(UInt64)}"
        sql = f"SELECT DISTINCT batch FROM {table} WHERE {among}"  # noqa: S608 - a name of the catalogue
        found: set[int] = set()
        for piece in _pieces(batches, KEYS_PER_STATEMENT):
            found |= {row[0] for row in self._store.query(sql, {"month": str(month), "batches": piece}).rows}
        return found

    def drop_sessions(self, month: int) -> None:
        self._store.command(f"ALTER TABLE sessions DROP PARTITION ID '{month:d}'")

    def forget_sessions_set_aside(self, month: int) -> None:
        for found, part in self._sessions_set_aside():
            if int(found) == month:
                sql = f"ALTER TABLE sessions DROP DETACHED PART '{part}' SETTINGS allow_drop_detached = 1"
                self._store.command(sql)

    def visitors_of(self, table: Table, month: int, after: tuple[int, int], limit: int) -> pl.DataFrame:
        of_month = "toYYYYMM(timestamp) = {month:UInt32}"
        visitors = f"""
          SELECT project_id, visitor FROM {table}
          WHERE {of_month} AND (project_id, visitor) > ({{project:UInt32}}, {{visitor:UInt64}})
          GROUP BY project_id, visitor ORDER BY project_id, visitor LIMIT {{limit:UInt32}}"""  # noqa: S608 - of the catalogue
        first = "toDate(parseDateTime(toString({month:UInt32}), '%Y%m', 'UTC'))"
        sql = f"""
        SELECT project_id, visitor, toUnixTimestamp64Milli(min(timestamp)), toUnixTimestamp64Milli(max(timestamp))
        FROM {table}
        WHERE (project_id, visitor) IN ({visitors}) AND toDate(timestamp, 'UTC') >= {first} AND (
          toDate(timestamp, 'UTC') < addMonths({first}, 1) + {_GOES_ON_DAYS} OR (project_id, session) IN (
            SELECT project_id, session FROM {table} WHERE {of_month} AND (project_id, visitor) IN ({visitors})))
        GROUP BY project_id, visitor ORDER BY project_id, visitor"""  # noqa: S608 - of the catalogue
        params = {"month": month, "project": after[0], "visitor": after[1], "limit": limit}
        frame = pl.read_ipc(io.BytesIO(self._store.arrow(sql, params)))
        frame.columns = ["project_id", "visitor", "start", "end"]
        return frame

    def _sessions_set_aside(self) -> list[tuple[str, str]]:
        """Month and name of each part, without those of which a kill interrupted the dropping: they were made again."""
        sql = """
        SELECT extract(name, '(?:^|_)([0-9]{6})_[0-9]+_[0-9]+_[0-9]+') AS month, name FROM system.detached_parts
        WHERE database = currentDatabase() AND table = 'sessions' AND month != '' AND match(name, '^[0-9A-Za-z_-]+$')
          AND NOT startsWith(name, 'deleting_')"""
        return [(row[0], row[1]) for row in self._store.query(sql).rows]

    def to_erase(self, project: int, visitors: Sequence[int] | None) -> Piece | None:
        return erasing.to_erase(self._store, self._cells, project, visitors)

    def erase(self, project: int, visitors: Sequence[int] | None, piece: Piece) -> None:
        with self._changing:
            erasing.erase(self._store, self._cells, project, visitors, piece)

    def count_before(self, project: int, before: Mapping[Table, int]) -> dict[Table, tuple[int, int]]:
        return expiring.count_before(self._store, project, before)

    def to_expire(self, project: int, before: Mapping[Table, int]) -> Piece | None:
        return expiring.to_expire(self._store, project, before)

    def expire(self, project: int, before: Mapping[Table, int], piece: Piece) -> None:
        with self._changing:
            expiring.expire(self._store, project, before, piece)

    def is_removing(self) -> bool:
        return bool(self._store.query(_MUTATIONS, {"tables": list(TABLES)}).scalar)

    def _sessions(self, table: Table, condition: str, wanted: pl.DataFrame, params: Mapping[str, Any]) -> pl.DataFrame:
        selected = (
            _selected(column) if column.name in _VERSION else f"any({_selected(column)})" for column in _SESSION
        )
        sql = f"""
        SELECT {", ".join(selected)} FROM sessions
        WHERE source_table = {{table:String}} AND project_id IN {{projects:Array(UInt32)}} AND {condition}
        GROUP BY {", ".join(_VERSION)} HAVING sum(sign) > 0"""  # noqa: S608 - names of the catalogue
        return self._read(sql, _SESSION, wanted, {"table": table.value, **params})

    def _read(
        self, sql: str, columns: Iterable[Column], wanted: pl.DataFrame, params: Mapping[str, Any]
    ) -> pl.DataFrame:
        """The answers about the keys in `wanted`, each row once."""
        pieces = [
            self._store.arrow(sql, {**params, **_keys(piece)}) for piece in wanted.iter_slices(KEYS_PER_STATEMENT)
        ]
        frame = pl.concat([pl.read_ipc(io.BytesIO(piece)) for piece in pieces], how="vertical_relaxed")
        frame.columns = [column.name for column in columns]
        found = frame.with_columns(pl.col(pl.Categorical, pl.Binary).cast(pl.String)).unique(maintain_order=True)
        return found.join(wanted, on=wanted.columns, how="semi")


def _selected(column: Column) -> str:
    if column.name in _COMPUTED:
        return _COMPUTED[column.name]
    if column.kind is Kind.INSTANT:
        return f"toUnixTimestamp64Milli({column.name})"
    return f"toString({column.name})" if column.kind is Kind.CHOICE else column.name


def _keys(wanted: pl.DataFrame) -> dict[str, list[int]]:
    """Parameters: the keys of `wanted`, by the names of its columns in the plural."""
    return {_PLURAL[name]: wanted[name].unique().to_list() for name in wanted.columns}


def _merges(merge: Merge) -> Iterator[tuple[str, dict[str, Any]]]:
    sql = f"""
        UPDATE {Table(merge.table)}
        SET session = transform(session, {{old:Array(UInt64)}}, {{new:Array(UInt64)}}, session)
        WHERE project_id IN {{projects:Array(UInt32)}} AND session IN {{old:Array(UInt64)}}
          AND {_BETWEEN}"""  # noqa: S608 - the table is one of the catalogue's
    size = KEYS_PER_STATEMENT // 2
    for old, new in zip(_pieces(merge.old, size), _pieces(merge.new, size), strict=True):
        yield (
            sql,
            {"old": old, "new": new, "projects": merge.projects, "start": merge.start, "end": merge.end},
        )


def _moves(move: Move) -> Iterator[tuple[str, dict[str, Any]]]:
    named = "" if move.session_id is None else ", session_id = {session_id:String}"
    sql = f"""
        UPDATE {Table(move.table)} SET session = {{session:UInt64}}{named}
        WHERE project_id = {{project:UInt32}} AND {_BETWEEN}
          AND has(
            arrayZip({{at:Array(Int64)}}, {{high:Array(UInt64)}}, {{low:Array(UInt64)}}),
            (toUnixTimestamp64Milli(timestamp), {FULL_ID_HI}, id_lo)
          )"""  # noqa: S608 - the table is one of the catalogue's
    size = KEYS_PER_STATEMENT // 2
    pieces = (_pieces(values, size) for values in (move.at, move.high, move.low))
    for at, high, low in zip(*pieces, strict=True):
        span = {"start": min(at), "end": max(at)}
        where = {"project": move.project, "at": at, "high": high, "low": low, **span}
        yield sql, {"session": move.session, "session_id": move.session_id, **where}


def _pieces(values: Sequence[int], size: int) -> Iterator[list[int]]:
    return (list(values[start : start + size]) for start in range(0, len(values), size))


def _text_pieces(texts: Mapping[int, str]) -> Iterator[dict[int, str]]:
    piece: dict[int, str] = {}
    size = 0
    for key, text in texts.items():
        if len(piece) == KEYS_PER_STATEMENT or (piece and size + len(text.encode()) > TEXT_BYTES_PER_STATEMENT):
            yield piece
            piece, size = {}, 0
        piece[key] = text
        size += len(text.encode())
    if piece:
        yield piece
