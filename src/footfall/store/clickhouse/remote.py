"""A ClickHouse server, through its HTTP interface."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING

import structlog

from footfall.errors import TransientError
from footfall.settings import Settings
from footfall.store.clickhouse.engine import NO_LIMITS, SESSION, Limits
from footfall.store.clickhouse.failures import translate
from footfall.store.clickhouse.target import Host, RemoteTarget
from footfall.store.lock import Lock

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

_REPLICATED = """
    SELECT name FROM system.tables
    WHERE database = {database:String} AND endsWith(engine, 'MergeTree') AND name != 'schema_migrations'
    ORDER BY name"""


class Remote:
    """The server bounds its own memory. With `wait_end_of_query` a failure is a status, never an incomplete answer.

    Of several hosts one is the home, to which all clients connect, until it can't be reached. `more` are settings of
    each session. The data directory has one user all the same, since its spools have one drain: it holds the `lock`.
    """

    path = None

    def __init__(
        self,
        target: RemoteTarget,
        settings: Settings,
        *,
        more: Mapping[str, str] = NO_LIMITS,
        replicated: bool = False,
        lock: Lock | None = None,
    ) -> None:
        self.database = target.database
        self.replicated = replicated
        self._target = target
        self._lock = lock
        self._home = 0
        self._session = SESSION | {"max_threads": str(settings.store_threads), "wait_end_of_query": "1", **more}

    def connect(self, database: str | None = None, limits: Limits = NO_LIMITS) -> Client:
        """At the home; where that can't be reached, at the next host that can, which becomes the home."""
        hosts = self._target.hosts
        places = deque([*range(self._home, len(hosts)), *range(self._home)])
        while True:
            place = places.popleft()
            try:
                client = self._client(hosts[place], database, limits)
            except Exception as error:
                if not places or not isinstance(translate(error, reading=False), TransientError):
                    raise
                continue
            if place != self._home:
                self._move(client, hosts[place])
                self._home = place
            return client

    def _move(self, client: Client, host: Host) -> None:
        """A replica takes over once it has everything that it knows to be missing."""
        structlog.get_logger("store").warning("another ClickHouse host takes over", host=str(host))
        if self.replicated:
            for (table,) in client.query(_REPLICATED, parameters={"database": self.database}).result_rows:
                client.command(f"SYSTEM SYNC REPLICA {self.database}.{table}")

    def _client(self, host: Host, database: str | None, limits: Limits) -> Client:
        from clickhouse_connect.driver import create_client  # noqa: PLC0415 -- loads numpy and urllib3: only when used

        return create_client(
            interface="https" if self._target.secure else "http",
            host=host.name,
            port=host.port,
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
        if self._lock is not None:
            self._lock.release()
