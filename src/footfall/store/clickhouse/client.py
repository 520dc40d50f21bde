"""`Store` over a pool of ClickHouse clients."""

from __future__ import annotations

import io
import math
import re
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import polars as pl
import structlog

from footfall.catalog.tables import TABLES, Table
from footfall.errors import FatalError, FootfallError, StoreError
from footfall.store.clickhouse import backup, remaking, statements
from footfall.store.clickhouse.engine import NO_LIMITS, Engine, Limits, insert_settings
from footfall.store.clickhouse.facts import ClickHouseFacts
from footfall.store.clickhouse.failures import translated
from footfall.store.clickhouse.kept import KEPT_TABLES, Kept
from footfall.store.clickhouse.migrate import migrate, tables
from footfall.store.clickhouse.pool import Pool
from footfall.store.clickhouse.reading import KILL, Readers, ReadingClient
from footfall.store.protocol import BackupFolder, Params, Reader, Rows, Store

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client


class Bare:
    """Statements on a client without a database of its own."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def query(self, sql: str, params: Params | None = None) -> Rows:
        return statements.query(self._client, sql, params)

    def arrow(self, sql: str, params: Params | None = None) -> bytes:
        return statements.arrow(self._client, sql, params)

    def command(self, sql: str, params: Params | None = None) -> None:
        statements.command(self._client, sql, params)


PING_SECONDS = 5.0
"""The time limit of a ping: half of it to get a client, half of it to get the answer."""

BACKGROUND_SECONDS = 3600.0
"""How long a statement in the background waits for another one: each may go over a month of a large project."""

_TABLE = "SELECT name FROM system.tables WHERE database = currentDatabase() AND toString(uuid) = {id:String}"
_TTL = re.compile(r" TTL .*? \+ toIntervalDay\((\d+)\)")
_DAYS = """
    SELECT DISTINCT partition_id FROM system.parts
    WHERE database = currentDatabase() AND table = {table:String} AND active AND partition_id < {first_kept:String}"""
_SIZES = """
    SELECT table, sum(bytes_on_disk), sum(rows) FROM system.parts
    WHERE database = currentDatabase() AND active GROUP BY table HAVING sum(rows) > 0"""
_DEFINITION = (
    "SELECT create_table_query FROM system.tables WHERE database = currentDatabase() AND name = {table:String}"
)


class _Lane(threading.local):
    """The clients that a thread's statements use."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool


class ClickHouse:
    """Implements `Store`. SQL given to `query` and `arrow` has no FORMAT clause of its own.

    The server's own statements have a client to themselves, so slow queries can't hold them up; those in the background
    share another, and pings and the cancelling of queries a third.
    """

    def __init__(
        self,
        engine: Engine,
        limits: Limits = NO_LIMITS,
        threads: int = 1,
        *,
        kill: Callable[[Sequence[str]], None] | None = None,
        cells: Reader | None = None,
    ) -> None:
        self._engine = engine
        self._own = Pool(self._connect, size=1)
        self.background_mark = f"background {secrets.token_hex(8)}"
        self._background = Pool(self._connect_in_background, size=1, patience=BACKGROUND_SECONDS)
        self._lane = _Lane(self._own)
        self._aside = Pool(self._connect, size=1)
        self._copies = Pool(self._connect, size=1)
        self.damaged: set[tuple[str, str]] = set()  # table and part, as queries meet them
        self._kept = Kept(KEPT_TABLES if engine.path else ())
        self._readers = Readers(lambda: self._connect(limits), threads, kill or self.kill, self.damaged, self._kept)
        self.facts = ClickHouseFacts(self, cells, replicated=engine.replicated)

    @property
    def shards(self) -> tuple[ClickHouse]:
        return (self,)

    @property
    def keeps_tokens(self) -> bool:
        return self._engine.replicated

    def split(self, table: str, arrow: bytes) -> list[tuple[Store, bytes]]:  # noqa: ARG002 -- it has all rows
        return [(self, arrow)]

    def migrate(self) -> None:
        self.create_databases()
        migrate(self)
        remaking.check(self.missing_tables())

    def create_databases(self, *more: str) -> None:
        with translated():
            bare = self._engine.connect()
            try:
                for name in (self._engine.database, *more):
                    bare.command(f"CREATE DATABASE IF NOT EXISTS {name}")
            finally:
                bare.close()

    def missing_tables(self) -> set[str]:
        return remaking.missing_tables(self, tables(), self._engine.database)

    def remake_tables(self) -> set[str]:
        self._check_local("its tables are made again by hand, or come back with one")
        with translated():
            bare = self._engine.connect()
            bare.command(f"CREATE DATABASE IF NOT EXISTS {remaking.MADE}")
            made = self._engine.connect(remaking.MADE)
            try:
                migrate(Bare(made))
                return remaking.remake(Bare(bare), self.missing_tables(), self._engine.database, self._engine.path)
            finally:
                made.close()
                bare.command(f"DROP DATABASE {remaking.MADE} SYNC")
                bare.close()

    def set_retention(self, days: int | None) -> None:
        for table, row in TABLES.items():
            if not row.age:
                continue
            wanted = f"TTL toDateTime64({row.age}, 0, 'UTC') + toIntervalDay({days})" if days else ""
            made = self._definition(table)
            if wanted and wanted not in made:
                self.command(f"ALTER TABLE {table} MODIFY {wanted} SETTINGS materialize_ttl_after_modify = 0")
            elif not wanted and " TTL " in made:
                self.command(f"ALTER TABLE {table} REMOVE TTL")

    def expiring(self, days: int) -> dict[Table, tuple[int, int]]:
        found: dict[Table, tuple[int, int]] = {}
        for table, row in TABLES.items():
            if not row.age or row.signed or self._kept_days(table) <= days:
                continue
            old = f"toDateTime64({row.age}, 0, 'UTC') <= now64(0, 'UTC') - toIntervalDay({{days:UInt32}})"
            sql = f"SELECT countIf({old}), count() FROM {table}"  # noqa: S608 - names of the catalogue
            found[table] = self.query(sql, {"days": days}).rows[0]
        return found

    def _definition(self, table: Table) -> str:
        return str(self.query(_DEFINITION, {"table": table.value}).scalar)

    def _kept_days(self, table: Table) -> float:
        """The retention that the table has."""
        found = _TTL.search(self._definition(table))
        return int(found[1]) if found else math.inf

    def row_bytes(self) -> dict[str, float]:
        return {table: size / rows for table, size, rows in self.query(_SIZES).rows}

    def settle_updates(self) -> None:
        backup.settle_updates(self)

    def begin_backup(self, to: BackupFolder, base: BackupFolder | None) -> Callable[[], None]:
        self._check_local()
        return backup.begin(self, self._engine.database, to, base)

    def restore(self, source: BackupFolder, base: BackupFolder | None) -> None:
        self._check_local()
        with translated():
            bare = self._engine.connect()
            try:
                backup.restore(Bare(bare), self._engine.database, source, base)
            finally:
                bare.close()

    def _check_local(self, then: str = "") -> None:
        if self._engine.path is None:
            reason = "a remote ClickHouse has backups of its own (its statement BACKUP)"
            raise FatalError(f"{reason}: {then}" if then else reason)

    def insert(self, table: str, arrow: bytes, *, token: str) -> None:
        try:
            columns = list(pl.read_ipc_schema(io.BytesIO(arrow)))
        except (pl.exceptions.PolarsError, OSError) as error:
            raise StoreError(f"rows for {table} are not an Arrow IPC file", details=str(error)) from error
        try:
            with self._client() as client:
                self._engine.insert(client, table, columns, arrow, insert_settings(table, token))
        finally:
            self._kept.forget(table)

    def drop_days_before(self, table: Table, instant: int) -> None:
        """Partitions are dropped: on a full disk a mutation may leave a note that keeps the store from opening."""
        first_kept = f"{datetime.fromtimestamp(instant / 1000, UTC):%Y%m%d}"
        for (day,) in self.query(_DAYS, {"table": table.value, "first_kept": first_kept}).rows:
            self.command(f"ALTER TABLE {table} DROP PARTITION ID '{day}'")

    def set_damage_aside(self) -> bool:
        damaged = [self.damaged.pop() for _ in range(len(self.damaged))]
        for table_id, part in damaged:
            found = self.query(_TABLE, {"id": table_id}).rows
            if not found:
                continue  # another database's
            (table,) = found[0]
            structlog.get_logger("store").error("a damaged part is set aside", table=table, part=part)
            with suppress(StoreError):  # the engine may have done it
                self.command(f"ALTER TABLE {table} DETACH PART '{part}'")
        return bool(damaged)

    def query(self, sql: str, params: Params | None = None) -> Rows:
        with self._client() as client:
            return statements.query(client, sql, params)

    def arrow(self, sql: str, params: Params | None = None) -> bytes:
        with self._client() as client:
            return statements.arrow(client, sql, params)

    def command(self, sql: str, params: Params | None = None) -> None:
        try:
            with self._client() as client:
                statements.command(client, sql, params)
        finally:
            self._kept.forget(sql)

    @contextmanager
    def background(self) -> Iterator[None]:
        self._lane.pool = self._background
        try:
            yield
        finally:
            self._lane.pool = self._own

    def interrupt_background(self) -> None:
        self.kill([self.background_mark])

    @contextmanager
    def copying(self) -> Iterator[Client]:
        """A client for whoever copies the tables, which may take long: nobody else waits for it."""
        try:
            with translated(), self._copies.lend() as client:
                yield client
        finally:
            self._kept.forget_all()

    def kill(self, marks: Sequence[str]) -> None:
        """End the statements that have one of the marks as their `log_comment`."""
        with translated(), self._aside.lend() as client:
            client.query(KILL, parameters={"marks": list(marks)})

    def reading(self, project: int) -> ReadingClient:
        return self._readers.reading(project)

    def ping(self) -> bool:
        try:
            with translated(), self._aside.lend(PING_SECONDS / 2) as client:
                return bool(client.query("SELECT 1", settings={"max_execution_time": PING_SECONDS / 2}).result_rows)
        except FootfallError:
            return False

    def close(self) -> None:
        self._readers.close()
        self._own.close()
        self._background.close()
        self._aside.close()
        self._copies.close()
        self._engine.close()

    def _connect(self, limits: Limits = NO_LIMITS) -> Client:
        client = self._engine.connect(self._engine.database, limits)
        # The client would treat datetimes without a zone as the host's local time; the session's zone is UTC.
        client.server_tz = UTC
        return client

    def _connect_in_background(self) -> Client:
        client = self._connect()
        client.set_client_setting("log_comment", self.background_mark)
        return client

    @contextmanager
    def _client(self) -> Iterator[Client]:
        with translated(damaged=self.damaged), self._lane.pool.lend() as client:
            yield client
