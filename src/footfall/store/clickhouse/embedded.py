"""ClickHouse in this process, through chdb."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from typing import TYPE_CHECKING

from footfall.errors import FatalError
from footfall.settings import Settings
from footfall.store.clickhouse.engine import NO_LIMITS, SESSION, Limits
from footfall.store.clickhouse.files import finish_drops
from footfall.store.clickhouse.target import LocalTarget
from footfall.store.lock import lock_data_directory

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

_MIB = 1 << 20


class Embedded:
    """Holds the data directory's lock from here to `close`.

    One process can run one chdb path, and must never fork once chdb is imported: hence the lock before the import.
    """

    replicated = False

    def __init__(self, target: LocalTarget, settings: Settings) -> None:
        self.database = target.database
        self.path = target.path.resolve()
        self._server = _server_options(settings.store_memory)
        self._session = _session_options(settings)
        self._lock = lock_data_directory(settings.data)
        self._scratch = settings.data.resolve() / "clickhouse-inserts"
        self._clear_scratch()
        finish_drops(self.path)

    def connect(self, database: str | None = None, limits: Limits = NO_LIMITS) -> Client:
        from clickhouse_connect.driver import create_client  # noqa: PLC0415 -- the engine is 550 MB of mapped code
        from clickhouse_connect.driver.exceptions import ProgrammingError  # noqa: PLC0415 -- as above

        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            return create_client(
                interface="chdb",
                path=str(self.path),
                database=database,
                settings={**self._session, **limits},
                chdb_options=self._server,
                tz_mode="aware",
            )
        except ProgrammingError as error:
            raise FatalError(
                f"the embedded engine can't open {self.path}: {error}; `footfall doctor` looks for the cause"
            ) from error

    def insert(self, client: Client, table: str, columns: list[str], arrow: bytes, settings: Mapping[str, str]) -> None:
        from clickhouse_connect.driver.binding import format_str, quote_identifier  # noqa: PLC0415 -- as above

        # The client's own raw_insert would write user data to the machine's temporary directory.
        with tempfile.NamedTemporaryFile(dir=self._scratch, suffix=".arrow") as file:
            file.write(arrow)
            file.flush()
            names = ", ".join(quote_identifier(name) for name in columns)
            given = ", ".join(f"{name} = {format_str(value)}" for name, value in settings.items())
            client.command(
                f"INSERT INTO {quote_identifier(table)} ({names}) FROM INFILE {format_str(file.name)}"
                f" SETTINGS {given} FORMAT Arrow"
            )

    def close(self) -> None:
        self._clear_scratch()
        self._lock.release()

    def _clear_scratch(self) -> None:
        """Remove only what inserts leave behind: the data directory may hold other files."""
        self._scratch.mkdir(mode=0o700, exist_ok=True)
        self._scratch.chmod(0o700)
        for left in self._scratch.glob("*.arrow"):
            left.unlink()


def _server_options(memory: int) -> dict[str, str]:
    """Server settings, given at the first connect. The engine's defaults assume a machine to itself."""
    return {
        "max_server_memory_usage": str(memory),
        "backups.allowed_path": "/",  # the operator says where; no caller reaches SQL
        "mark_cache_size": str(min(64 * _MIB, memory // 16)),
        "primary_index_cache_size": str(min(64 * _MIB, memory // 16)),
        "index_mark_cache_size": str(min(16 * _MIB, memory // 64)),
        "query_condition_cache_size": str(min(16 * _MIB, memory // 64)),
        "compiled_expression_cache_size": str(min(16 * _MIB, memory // 64)),
        "parquet_metadata_cache_size": "0",
        "iceberg_metadata_files_cache_size": "0",
    }


def _session_options(settings: Settings) -> dict[str, str]:
    return SESSION | {
        "max_threads": str(settings.store_threads),
        "max_threads_for_indexes": "1",  # to look at the keys of a few parts takes less than to wake up threads
        # Else the engine takes one thread where less than 2 GiB of its memory are free, of which it has 1.5 in all.
        "max_threads_min_free_memory_per_thread": "0",
        "max_memory_usage": str(settings.store_memory * 3 // 4),
    }
