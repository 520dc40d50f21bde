"""What differs between an embedded and a remote engine, and the settings that both are given."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from footfall.catalog.tables import Table
from footfall.settings import Settings

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

Limits = Mapping[str, str]
"""Settings of the engine that bound a query."""

NO_LIMITS: Limits = {}

SESSION: dict[str, str] = {
    "session_timezone": "UTC",
    "log_queries": "0",
    "max_execution_time": "0",
    "max_query_size": "67108864",  # long values stand in the text
    # One insert is one block, divided by partition only, so a token stands for exactly one part per partition.
    "async_insert": "0",
    "max_insert_threads": "1",
    "max_insert_block_size": "100000000",
    "min_insert_block_size_rows": "100000000",
    "min_insert_block_size_bytes": "0",
    "max_partitions_per_insert_block": "0",
    "insert_deduplicate": "1",
    "deduplicate_blocks_in_dependent_materialized_views": "1",
    "enable_lightweight_update": "1",
    "apply_patch_parts": "1",
    "mutations_sync": "2",
    "alter_sync": "2",
    "use_query_condition_cache": "1",
    "optimize_read_in_order": "1",
    "use_statistics": "0",  # to order conditions by: to read those of each part takes longer than it saves
    "use_index_for_in_with_subqueries_max_values": "10000",  # of more sessions, hardly a block of rows has none
    "query_plan_join_swap_table": "false",  # joins are as they are written, the fewer rows on the right:
    "query_plan_optimize_join_order_limit": "0",  # to estimate these takes longer than most of the joins
}


_MERGED = frozenset({Table.SESSIONS, Table.PROXY_LOGS})
"""Tables whose rows the engine merges, and of which a batch has no two rows that it would."""


def query_limits(settings: Settings) -> Limits:
    """Groups and sorted rows go to disk at 8 of 15 parts of the memory: to merge what went there takes some, too."""
    memory = settings.query_memory or settings.store_memory // 2
    return {
        "max_execution_time": str(settings.query_seconds),
        "max_memory_usage": str(memory),
        "max_bytes_before_external_group_by": str(memory * 8 // 15),
        "max_bytes_before_external_sort": str(memory * 8 // 15),
    }


def insert_settings(table: str, token: str) -> dict[str, str]:
    """Settings of an insert. Where no two of its rows are to be merged, the engine need not look."""
    return {"insert_deduplication_token": token} | ({"optimize_on_insert": "0"} if table in _MERGED else {})


class Engine(Protocol):
    """Opens clients of one database. A client is used by one thread at a time."""

    database: str
    replicated: bool  # its tables are

    @property
    def path(self) -> Path | None:
        """The data of an engine in this process."""

    def connect(self, database: str | None = None, limits: Limits = NO_LIMITS) -> Client:
        """A new client with `SESSION` and `limits` applied; its database is `database`, else the engine's default."""

    def insert(self, client: Client, table: str, columns: list[str], arrow: bytes, settings: Mapping[str, str]) -> None:
        """Insert an Arrow IPC file's columns, by name, with settings of the engine for this statement."""

    def close(self) -> None:
        """Called after the last client is closed."""
