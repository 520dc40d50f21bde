"""`Store` over a pool of ClickHouse clients."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from typing import TYPE_CHECKING, Any

import polars as pl

from footfall.errors import FootfallError, StoreError
from footfall.store.clickhouse.engine import READ_SECONDS, Engine
from footfall.store.clickhouse.failures import translate
from footfall.store.clickhouse.migrate import migrate
from footfall.store.clickhouse.pool import Pool
from footfall.store.protocol import Params, Rows

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client


_AGE = {"events": "timestamp", "requests": "timestamp", "sessions": "end"}
"""The time that a row's age is counted from. A session is as old as its last event."""

PING_SECONDS = 5.0
"""Half of it for a client, half of it for its answer."""

_DEFINITION = (
    "SELECT create_table_query FROM system.tables WHERE database = currentDatabase() AND name = {table:String}"
)


class ClickHouse:
    """Implements `Store`. SQL given to `query` and `arrow` has no FORMAT clause of its own.

    Writers have a client of their own, which no number of slow reads keeps from them.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._readers = Pool(self._connect, size=3)
        self._writer = Pool(self._connect, size=1)

    def migrate(self) -> None:
        with self._failures(reading=False):
            bare = self._engine.connect()
            try:
                cluster = f" ON CLUSTER {self._engine.cluster}" if self._engine.cluster else ""
                bare.command(f"CREATE DATABASE IF NOT EXISTS {self._engine.database}{cluster}")
            finally:
                bare.close()
        migrate(self, self._engine.cluster)

    def keep(self, days: int | None) -> None:
        for table, column in _AGE.items():
            wanted = f"TTL toDateTime({column}) + toIntervalDay({days})" if days else ""
            (made,) = self.query(_DEFINITION, {"table": table}).rows[0]
            if wanted and wanted not in made:
                self.command(f"ALTER TABLE {table} MODIFY {wanted} SETTINGS materialize_ttl_after_modify = 0")
            elif not wanted and " TTL " in made:
                self.command(f"ALTER TABLE {table} REMOVE TTL")

    def insert(self, table: str, arrow: bytes, *, token: str) -> None:
        try:
            columns = list(pl.read_ipc_schema(io.BytesIO(arrow)))
        except (pl.exceptions.PolarsError, OSError) as error:
            raise StoreError(f"rows for {table} are not an Arrow IPC file", details=str(error)) from error
        with self._client(0, reading=False) as client:
            self._engine.insert(client, table, columns, arrow, token)

    def query(self, sql: str, params: Params | None = None, *, timeout: float | None = None) -> Rows:
        bound = _bound(sql, params)
        with self._client(READ_SECONDS if timeout is None else timeout, reading=True) as client:
            answer = client.query(sql, parameters=bound)
            # The embedded engine sends no header where there are no rows.
            names = answer.column_names or client.query(f"DESCRIBE ({sql}\n)", parameters=bound).result_columns[0]
        return Rows(tuple(names), [tuple(row) for row in answer.result_rows])

    def arrow(self, sql: str, params: Params | None = None) -> bytes:
        with self._client(READ_SECONDS, reading=True) as client:
            return client.raw_query(sql, parameters=_bound(sql, params), fmt="Arrow")

    def command(self, sql: str, params: Params | None = None) -> None:
        with self._client(0, reading=False) as client:
            # The client's own `command` puts parameters into the URL, however long they are.
            client.raw_query(sql, parameters=_bound(sql, params))

    def ping(self) -> bool:
        try:
            with self._client(PING_SECONDS / 2, reading=True, patience=PING_SECONDS / 2) as client:
                return bool(client.query("SELECT 1").result_rows)
        except FootfallError:
            return False

    def close(self) -> None:
        self._readers.close()
        self._writer.close()
        self._engine.close()

    def _connect(self) -> Client:
        client = self._engine.connect(self._engine.database)
        # The client writes and reads datetimes without a zone in the host's; the session's is UTC.
        client.server_tz = UTC
        return client

    @contextmanager
    def _client(self, seconds: float, *, reading: bool, patience: float | None = None) -> Iterator[Client]:
        pool = self._readers if reading else self._writer
        with self._failures(reading=reading), pool.lend(patience) as client:
            limit = str(seconds)
            if client.get_client_setting("max_execution_time") != limit:
                client.set_client_setting("max_execution_time", limit)
            yield client

    @contextmanager
    def _failures(self, *, reading: bool) -> Iterator[None]:
        try:
            yield
        except FootfallError:
            raise
        except Exception as error:
            raise translate(error, reading=reading) from error


def _bound(sql: str, params: Params | None) -> dict[str, Any] | None:
    """The parameters that the text names. With others, the client falls back to `%` formatting of the whole text."""
    return {name: value for name, value in (params or {}).items() if f"{{{name}:" in sql} or None
