"""`Store` over the shards of a ClickHouse cluster.

Each shard has the tables of a single server, in a database of their own. A second database, on every node, has
`Distributed` tables of the same names over them, which queries read. Everything that writes goes to the shards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import structlog

from footfall.catalog.tables import Table
from footfall.errors import FatalError, FootfallError, TransientError
from footfall.model.slots import even
from footfall.settings import Settings
from footfall.store.clickhouse import remaking
from footfall.store.clickhouse.client import ClickHouse
from footfall.store.clickhouse.engine import query_limits
from footfall.store.clickhouse.migrate import applied_migration, migrate, newest_migration
from footfall.store.clickhouse.reading import ReadingClient
from footfall.store.clickhouse.remote import Remote
from footfall.store.clickhouse.sharded_facts import ShardedFacts, sums
from footfall.store.clickhouse.slots import split
from footfall.store.clickhouse.target import ClusterTarget, Host, RemoteTarget
from footfall.store.lock import lock_data_directory
from footfall.store.protocol import BackupFolder, Params, Rows, Store

SlotMap = Callable[[int], Sequence[int]]
"""From a number of shards to the shard of each slot, the same for good."""

_READING = {
    "distributed_product_mode": "local",  # what a query joins lies on one shard
    "load_balancing": "in_order",  # the home replica first: it has every batch
    "skip_unavailable_shards": "0",
}
_SHARDS = "SELECT uniqExact(shard_num) FROM system.clusters WHERE cluster = {name:String}"
_LEDGERS = "SELECT count() FROM system.tables WHERE database = currentDatabase() AND name = 'schema_migrations'"
_OUTDATED = """
    SELECT rows_of.name FROM (
      SELECT table AS name, groupArray((position, name, type, default_kind, default_expression)) AS columns
      FROM (SELECT * FROM system.columns WHERE database = {rows:String} ORDER BY table, position) GROUP BY table
    ) AS rows_of LEFT JOIN (
      SELECT table AS name, groupArray((position, name, type, default_kind, default_expression)) AS columns
      FROM (SELECT * FROM system.columns WHERE database = {everything:String} ORDER BY table, position) GROUP BY table
    ) AS shown USING (name)
    WHERE rows_of.columns != shown.columns AND name IN (
      SELECT name FROM system.tables WHERE database = {rows:String} AND endsWith(engine, 'MergeTree')
    ) ORDER BY name"""
"""Tables whose `Distributed` one is missing, or has other columns."""


class Cluster:
    """Implements `Store`. `slots` is asked once, for the map that the installation records."""

    keeps_tokens = False

    def __init__(self, target: ClusterTarget, settings: Settings, slots: SlotMap = even, *, alone: bool = True) -> None:
        lock = lock_data_directory(settings.data) if alone else None
        self._target = target
        self._settings = settings
        self._slot_map = slots
        self._slots: Sequence[int] | None = None
        front = Remote(target.everything, settings, more=_READING, lock=lock)
        self._front = ClickHouse(front, query_limits(settings), settings.store_threads, kill=self._kill)
        self._shards = [self._opened(shard) for shard in target.shards]
        self._replicas = [
            [self._opened(replace(of, hosts=(host,))) for host in of.hosts] if len(of.hosts) > 1 else [shard]
            for of, shard in zip(target.shards, self._shards, strict=True)
        ]
        self.facts = ShardedFacts(self._shards, self._shard_of_slots)

    def _opened(self, target: RemoteTarget) -> ClickHouse:
        replicated = self._target.replicated
        more = {"insert_quorum": self._settings.insert_quorum, "alter_sync": "1"} if replicated else {}
        remote = Remote(target, self._settings, more=more, replicated=replicated)
        return ClickHouse(remote, cells=self._front)

    @property
    def shards(self) -> Sequence[ClickHouse]:
        return self._shards

    @property
    def shard_of_slots(self) -> Sequence[int]:
        return self._shard_of_slots()

    @contextmanager
    def background(self) -> Iterator[None]:
        with ExitStack() as stack:
            for store in (self._front, *self._shards):
                stack.enter_context(store.background())
            yield

    def interrupt_background(self) -> None:
        self._kill([store.background_mark for store in (self._front, *self._shards)])

    def split(self, table: str, arrow: bytes) -> list[tuple[Store, bytes]]:
        return [(self._shards[shard], part) for shard, part in split(table, arrow, self._shard_of_slots())]

    def migrate(self) -> None:
        """Node by node, and shard by shard; what an interruption leaves is done by the next call.

        Nothing is begun while a node can't be reached that has to take part.
        """
        down = [host for host, node in self._nodes() if not self._begin(node)]
        for place, replicas in enumerate(self._replicas):
            there = [
                one for one, host in zip(replicas, self._target.shards[place].hosts, strict=True) if host not in down
            ]
            if not there or (down and not all(map(self._is_current, there))):
                raise TransientError(
                    f"the ClickHouse nodes {', '.join(map(str, down))} can't be reached, and the cluster's schema can't"
                    " be completed without them: start again once they are back"
                )
        if down:
            structlog.get_logger("store").warning("nodes of the cluster are down", nodes=[str(host) for host in down])
            return
        for shard, replicas in zip(self._shards, self._replicas, strict=True):
            migrate(shard, replicas=replicas if self._target.replicated else ())
        remaking.check(self.missing_tables())
        for _, node in self._nodes():
            self._show(node)

    def missing_tables(self) -> set[str]:
        return set().union(*(shard.missing_tables() for shard in self._shards))

    def remake_tables(self) -> set[str]:
        return set().union(*(shard.remake_tables() for shard in self._shards))

    def _nodes(self) -> Iterator[tuple[Host, ClickHouse]]:
        for target, replicas in zip(self._target.shards, self._replicas, strict=True):
            yield from zip(target.hosts, replicas, strict=True)

    def _begin(self, node: ClickHouse) -> bool:
        """Make the databases of a node and look at its cluster; False where it can't be reached."""
        try:
            node.create_databases(self._target.everything.database)
        except TransientError:
            return False
        found = node.query(_SHARDS, {"name": self._target.name}).scalar
        if found != len(self._shards):
            raise FatalError(
                f"the store's URL names {len(self._shards)} shards, but {found} are those of the cluster"
                f" {self._target.name} in the configuration of a ClickHouse node"
            )
        return True

    def _is_current(self, node: ClickHouse) -> bool:
        made = node.query(_LEDGERS).scalar and applied_migration(node) == newest_migration()
        return bool(made) and not node.query(_OUTDATED, self._databases()).rows

    def _show(self, node: ClickHouse) -> None:
        """Make the `Distributed` tables that are missing or out of date."""
        everything, rows = self._databases().values()
        for (table,) in node.query(_OUTDATED, self._databases()).rows:
            node.command(
                f"CREATE OR REPLACE TABLE {everything}.{table} AS {rows}.{table}"
                f" ENGINE = Distributed('{self._target.name}', '{rows}', '{table}')"
            )

    def _databases(self) -> dict[str, str]:
        return {"everything": self._target.everything.database, "rows": self._target.shards[0].database}

    def set_retention(self, days: int | None) -> None:
        for shard in self._shards:
            shard.set_retention(days)

    def expiring(self, days: int) -> dict[Table, tuple[int, int]]:
        return sums([shard.expiring(days) for shard in self._shards])

    def row_bytes(self) -> dict[str, float]:
        """Those of one shard: its rows are on average as large as those of all."""
        found: dict[str, float] = {}
        for shard in self._shards:
            found = {**shard.row_bytes(), **found}
        return found

    def set_damage_aside(self) -> bool:
        """Only the shard that has the part finds it by its table's id."""
        for shard in self._shards:
            shard.damaged |= self._front.damaged
        self._front.damaged.clear()
        return True in [shard.set_damage_aside() for shard in self._shards]

    def settle_updates(self) -> None:
        for shard in self._shards:
            shard.settle_updates()

    def begin_backup(self, to: BackupFolder, base: BackupFolder | None) -> Callable[[], None]:
        return self._front.begin_backup(to, base)

    def restore(self, source: BackupFolder, base: BackupFolder | None) -> None:
        self._front.restore(source, base)

    def insert(self, table: str, arrow: bytes, *, token: str) -> None:
        for shard, part in self.split(table, arrow):
            shard.insert(table, part, token=token)

    def drop_days_before(self, table: Table, instant: int) -> None:
        for shard in self._shards:
            shard.drop_days_before(table, instant)

    def query(self, sql: str, params: Params | None = None) -> Rows:
        return self._front.query(sql, params)

    def arrow(self, sql: str, params: Params | None = None) -> bytes:
        return self._front.arrow(sql, params)

    def command(self, sql: str, params: Params | None = None) -> None:
        """On every shard: each computes from its own rows, and changes them."""
        for shard in self._shards:
            shard.command(sql, params)

    def reading(self, project: int) -> ReadingClient:
        return self._front.reading(project)

    def ping(self) -> bool:
        return self._front.ping() and all(shard.ping() for shard in self._shards)

    def close(self) -> None:
        for store in (*self._shards, *(node for _, node in self._nodes())):
            store.close()
        self._front.close()

    def _kill(self, marks: Sequence[str]) -> None:
        """Each node runs a part of a query; one that is down runs none."""
        log = structlog.get_logger("store")
        for host, node in self._nodes():
            try:
                node.kill(marks)
            except FootfallError as error:
                log.warning("a query can't be cancelled at a node", host=str(host), error=str(error))

    def _shard_of_slots(self) -> Sequence[int]:
        if self._slots is None:
            found = self._slot_map(len(self._shards))
            if max(found) >= len(self._shards):
                raise FatalError(
                    f"the store's URL names {len(self._shards)} shards, but rows are on {max(found) + 1}: name all"
                )
            self._slots = found
        return self._slots
