"""A ClickHouse server or cluster, through its HTTP interface."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from footfall.settings import Settings
from footfall.store.clickhouse.engine import NO_LIMITS, SESSION, Limits
from footfall.store.clickhouse.target import RemoteTarget
from footfall.store.lock import lock_data_directory

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client


class Remote:
    """The server bounds its own memory. With `wait_end_of_query` a failure is a status, never an incomplete answer.

    The data directory still has one user: its spools have one drain.
    """

    local = False

    def __init__(self, target: RemoteTarget, settings: Settings) -> None:
        self.database = target.database
        self.cluster = target.cluster
        self._target = target
        self._lock = lock_data_directory(settings.data)
        self._session = SESSION | {"max_threads": str(settings.store_threads), "wait_end_of_query": "1"}

    def connect(self, database: str | None = None, limits: Limits = NO_LIMITS) -> Client:
        from clickhouse_connect.driver import create_client  # noqa: PLC0415 -- loads numpy and urllib3: only when used

        return create_client(
            interface="https" if self._target.secure else "http",
            host=self._target.host,
            port=self._target.port,
            username=self._target.user,
            password=self._target.password,
            database=database,
            settings={**self._session, **limits},
            tz_mode="aware",
            autogenerate_session_id=False,
        )

    def insert(self, client: Client, table: str, columns: list[str], arrow: bytes, settings: Mapping[str, str]) -> None:
        client.raw_insert(table, columns, insert_block=arrow, fmt="Arrow", settings=dict(settings))

    def close(self) -> None:
        self._lock.release()
