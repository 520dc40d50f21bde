"""The store of two shards, on real nodes: where rows lie, what reads and changes them, how the schema is made."""

from __future__ import annotations

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from tests.support.clickhouse_node import Node
from tests.support.server import until

from footfall.catalog.tables import Table
from footfall.errors import FatalError, QueryCancelledError
from footfall.settings import Settings
from footfall.store.clickhouse import applied_migration, newest_migration, open_store
from footfall.store.clickhouse.slots import slot_sql, slots_of
from footfall.store.protocol import Store

AT = datetime(2026, 5, 3, 10, tzinfo=UTC)
VISITORS = 40
RUNNING = "SELECT count() FROM system.processes WHERE Settings['log_comment'] = "
ENDLESS = "SELECT sum(sin(number)) FROM cluster('footfall', view(SELECT number FROM numbers(10000000000000)))"


def arrow(frame: pl.DataFrame) -> bytes:
    file = io.BytesIO()
    frame.write_ipc(file)
    return file.getvalue()


def events(first: int = 0, batch: int = 1) -> bytes:
    """Two events of each visitor."""
    visitors = [first + number // 2 for number in range(2 * VISITORS)]
    frame = pl.DataFrame(
        {"visitor": visitors, "session": visitors, "path": ["/a", "/b"] * VISITORS, "batch": batch},
        schema_overrides={"visitor": pl.UInt64, "session": pl.UInt64, "batch": pl.UInt64},
    )
    times = pl.Series(
        [AT + timedelta(seconds=number) for number in range(2 * VISITORS)], dtype=pl.Datetime("ms", "UTC")
    )
    return arrow(frame.with_columns(timestamp=times, project_id=pl.lit(1, pl.UInt32), event_type=pl.lit("pageview")))


@pytest.fixture
def cluster(sharded_settings: Settings) -> Iterator[Store]:
    opened = open_store(sharded_settings)
    opened.migrate()
    yield opened
    opened.close()


def add(store: Store, rows: bytes, batch: int, table: str = "events") -> None:
    store.insert(table, rows, token=str(batch))


def count(store: Store, where: str = "1") -> int:
    found: int = store.query(f"SELECT count() FROM events WHERE {where}").scalar  # noqa: S608 -- of this file
    return found


def test_rows_lie_on_the_shard_of_their_visitor_and_are_read_as_one_table(cluster: Store) -> None:
    add(cluster, events(), 1)
    assert count(cluster) == 2 * VISITORS
    lying = [{row[0] for row in shard.query("SELECT DISTINCT visitor FROM events").rows} for shard in cluster.shards]
    assert [len(visitors) for visitors in lying] == [VISITORS // 2] * 2
    assert lying[0].isdisjoint(lying[1])
    joined = "SELECT count() FROM events WHERE visitor IN (SELECT visitor FROM events WHERE path = '/b')"
    assert cluster.query(joined).scalar == 2 * VISITORS


def test_a_token_counts_on_every_shard(cluster: Store) -> None:
    for _ in range(2):
        add(cluster, events(), 1)
    shard, part = cluster.split("events", events(100))[0]
    add(shard, part, 2)
    add(cluster, events(100), 2)
    assert count(cluster) == 4 * VISITORS


def test_nothing_is_written_through_the_tables_of_all_shards(cluster: Store, nodes: list[Node]) -> None:
    database = cluster.query("SELECT currentDatabase()").scalar
    with pytest.raises(OSError, match="500"):
        nodes[0].command(f"INSERT INTO {database}.events (path) VALUES ('/x')")  # noqa: S608 -- the test's own


def test_rows_that_a_merge_sums_up_lie_on_one_shard(cluster: Store) -> None:
    logs = pl.DataFrame({"project_id": [1, 2] * 50, "timestamp": [AT + timedelta(seconds=n // 4) for n in range(100)]})
    typed = logs.cast({"project_id": pl.UInt32, "timestamp": pl.Datetime("ms", "UTC")}).with_columns(count=pl.lit(1))
    add(cluster, arrow(typed), 1, "proxy_logs")
    keys = [set(shard.query("SELECT project_id, timestamp FROM proxy_logs").rows) for shard in cluster.shards]
    assert all(keys)
    assert keys[0].isdisjoint(keys[1])
    assert cluster.query("SELECT sum(count) FROM proxy_logs").scalar == 100


def test_changes_and_retention_reach_every_shard(cluster: Store) -> None:
    add(cluster, events(), 1)
    cluster.command("UPDATE events SET session = 7 WHERE project_id = 1")
    assert count(cluster, "session = 7") == 2 * VISITORS
    old = datetime.now(UTC) - AT
    assert cluster.expiring(1)[Table.EVENTS] == (2 * VISITORS * (old > timedelta(days=1)), 2 * VISITORS)
    cluster.set_retention(30)
    for shard in cluster.shards:
        assert "toIntervalDay(30)" in shard.query("SHOW CREATE TABLE events").scalar


def test_an_erasure_takes_the_visitor_from_its_shard_and_the_hours_from_all(cluster: Store) -> None:
    add(cluster, events(), 1)
    wanted = [3, 4]
    piece = cluster.facts.to_erase(1, wanted)
    assert piece is not None
    assert piece.hours == [int(AT.timestamp()) * 1000]
    cluster.facts.erase(1, wanted, piece)
    assert cluster.facts.to_erase(1, wanted) is None
    assert count(cluster) == 2 * VISITORS - 4


def test_a_cancelled_query_ends_on_every_node(cluster: Store, nodes: list[Node]) -> None:
    reading = cluster.reading(1)
    running = RUNNING + f"'{reading.mark}'"  # type: ignore[attr-defined]  # a ClickHouse's reading has one

    def nodes_that_run_it() -> int:
        return sum(int(node.command(running)) > 0 for node in nodes)

    with ThreadPoolExecutor(1) as thread:
        asked = thread.submit(reading.query, ENDLESS)
        assert until(lambda: nodes_that_run_it() == len(nodes))
        reading.cancel()
        with pytest.raises(QueryCancelledError):
            asked.result(60)
    assert until(lambda: nodes_that_run_it() == 0)


def test_slots_in_sql_are_those_of_the_drain(store: Store) -> None:
    frame = pl.DataFrame(
        {
            "visitor": [0, 1, 1024, 2**64 - 1],
            "project_id": [1, 7, 4_000_000_000, 5],
            "timestamp": [AT + timedelta(seconds=n) for n in (0, 1, 5, 100_000)],
        },
        schema_overrides={"visitor": pl.UInt64, "project_id": pl.UInt32, "timestamp": pl.Datetime("ms", "UTC")},
    )
    rows = frame.select("visitor", "project_id", seconds=pl.col("timestamp").dt.epoch("s")).rows()
    for table in ("events", "proxy_logs", "rolled_up", "rollups"):
        named = frame.rename({"timestamp": "bucket"}) if table == "rollups" else frame
        at = "bucket" if table == "rollups" else "timestamp"
        values = " UNION ALL ".join(
            f"SELECT toUInt64({visitor}) AS visitor, toUInt32({project}) AS project_id, toDateTime({seconds}) AS {at}"
            for visitor, project, seconds in rows
        )
        found = store.query(f"SELECT groupArray({slot_sql(table, named.columns)}) FROM ({values})").scalar  # noqa: S608 -- of this file
        assert found == slots_of(table, named).to_list(), table


def test_a_schema_that_was_left_half_made_is_completed(sharded_settings: Settings, cluster: Store) -> None:
    database = cluster.query("SELECT currentDatabase()").scalar
    cluster.shards[1].command("ALTER TABLE schema_migrations DELETE WHERE number > 10")
    cluster.shards[1].command(f"DROP TABLE {database}.events SYNC")
    assert applied_migration(cluster) == 10
    cluster.close()
    again = open_store(sharded_settings)
    again.migrate()
    assert applied_migration(again) == newest_migration()
    add(again, events(), 1)
    assert count(again) == 2 * VISITORS
    again.close()


def test_shards_that_the_servers_do_not_know_are_refused(sharded_settings: Settings) -> None:
    one = sharded_settings.store_url.replace(",127.0.0.1", "|127.0.0.1")
    store = open_store(sharded_settings.model_copy(update={"store_url": one}))
    with pytest.raises(FatalError, match=r"names 1 shards, but 2 are those of the cluster footfall"):
        store.migrate()
    store.close()


def test_a_shard_may_not_be_left_out(sharded_settings: Settings, cluster: Store) -> None:
    cluster.close()
    store = open_store(sharded_settings, lambda _: [0, 1, 2] * 400)
    with pytest.raises(FatalError, match="names 2 shards, but rows are on 3: name all"):
        add(store, events(), 1)
    store.close()
