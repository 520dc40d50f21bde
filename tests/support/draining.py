"""A drain without its thread."""

from __future__ import annotations

from typing import Any

from footfall.drain.drain import Drain
from footfall.drain.inventory import Inventory
from footfall.spool.protocol import Spool
from footfall.store.clickhouse.facts import ClickHouseFacts


def drain_all(drain: Drain, *spools: Spool) -> None:
    """Drain until nothing waits in the spools."""
    while any(spool.state().waiting for spool in spools):
        drain.drain_once()


def take_stock(drain: Drain, inventory: Inventory) -> None:
    """Drain until what is missing has been counted, brought back and counted again, however long that takes."""
    for _ in range(2):
        drain.drain_once()
    while any(inventory.repairs()):
        drain.drain_once()
    drain.drain_once()


class Watcher:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.failures: list[str] = []
        self.rows: dict[str, int] = {}
        self.steps: set[str] = set()

    def step(self, name: str, _seconds: float) -> None:
        self.steps.add(name)

    def drained(self, table: str, rows: int) -> None:
        self.rows[table] = self.rows.get(table, 0) + rows

    def failed(self, stage: str) -> None:
        self.failures.append(stage)

    def discarded(self, rows: int) -> None:
        self.rows["discarded"] = self.rows.get("discarded", 0) + rows

    def crowded(self, events: int) -> None:
        self.rows["crowded"] = self.rows.get("crowded", 0) + events


class FailingStore:
    """The store, refusing the n-th write."""

    keeps_tokens = False

    def __init__(self, store: Any, fail_at: int, error: Exception) -> None:
        self._store = store
        self._left = fail_at
        self._error = error

    def insert(self, table: str, arrow: bytes, *, token: str) -> None:
        self._count()
        self._store.insert(table, arrow, token=token)

    def split(self, _table: str, arrow: bytes) -> list[tuple[FailingStore, bytes]]:
        return [(self, arrow)]

    def command(self, sql: str, params: Any = None) -> None:
        self._count()
        self._store.command(sql, params)

    def arrow(self, sql: str, params: Any = None) -> bytes:
        return self._store.arrow(sql, params)

    def query(self, sql: str, params: Any = None) -> Any:
        return self._store.query(sql, params)

    def set_damage_aside(self) -> bool:
        return self._store.set_damage_aside()

    @property
    def facts(self) -> ClickHouseFacts:
        return ClickHouseFacts(self)

    def _count(self) -> None:
        self._left -= 1
        if self._left == 0:
            raise self._error
