"""The tables of the embedded store, copied to two shards: equal whatever was changed, interrupted or left behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.golden.dataset import ENGAGEMENTS, EVENTS, LOGS, NETWORK_REQUESTS, REQUESTS
from tests.support.populate import at, populate

from footfall.catalog.tables import Table
from footfall.errors import FatalError, TransientError
from footfall.rollups.jobs import together
from footfall.rollups.roller import Roller
from footfall.settings import Settings
from footfall.store.clickhouse import open_store
from footfall.store.clickhouse.copying import Copying, Piece, Place
from footfall.store.clickhouse.migrate import tables
from footfall.store.protocol import Store

pytestmark = pytest.mark.embedded

NOW = at("2026-07-20T00:00:00Z")
FIGURES = (
    "SELECT count(), uniqExact(visitor), uniqExact(session), sum(cityHash64(path, url)) FROM events",
    "SELECT sum(sign), sum(sign * events), sum(sign * version) FROM sessions",
    "SELECT sum(count), sum(bytes_sent), max(max_concurrency) FROM proxy_logs",
    "SELECT count(), sum(bytes) FROM requests",
    "SELECT count(), sum(engaged_ms) FROM engagements",
    """SELECT rollup, label, sum(events), uniqCombined64Merge(17)(visitors),
        toString(quantilesBFloat16Merge(0.5, 0.95, 0.99)(durations)), uniqExactMerge(endpoints) FROM rollups
        GROUP BY label, rollup ORDER BY label, rollup""",
    "SELECT grain, bucket, zone, rollups FROM rolled_up FINAL ORDER BY grain, bucket",
    "SELECT bucket, hits FROM recent_rollups FINAL ORDER BY bucket",
    "SELECT project_id, hour FROM touched FINAL ORDER BY hour",
    "SELECT project_id, days FROM longest_sessions FINAL ORDER BY project_id",
)


def figures(store: Store) -> list[list[tuple[object, ...]]]:
    return [list(store.query(sql).rows) for sql in FIGURES]


@pytest.fixture
def target(sharded_settings: Settings) -> Iterator[Store]:
    opened = open_store(sharded_settings, alone=False)
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture
def source(store: Store) -> Store:
    """All tables have rows: facts, sessions that changed, cells."""
    populate(store, EVENTS, [*REQUESTS, *NETWORK_REQUESTS], LOGS, ENGAGEMENTS)
    for table in (Table.EVENTS, Table.REQUESTS, Table.PROXY_LOGS):
        roller = Roller(store, lambda: {1: "UTC"}, lambda: NOW, lambda _: 7, least={}, source=table)
        for job in together(roller.wanted())[-6:]:
            roller.make(job)
    store.command(
        "INSERT INTO recent_rollups (project_id, grain, bucket, hits) VALUES (1, 'hour', '2026-07-19 10:00:00', 7)"
    )
    store.command(
        "INSERT INTO touched (project_id, hour) VALUES (1, '2026-05-03 10:00:00'), (1, '2025-01-01 00:00:00')"
    )
    store.command("INSERT INTO longest_sessions VALUES (1, 3), (2, 2)")
    return store


def copied(source: Store, target: Store, known: dict[Place, Piece], rows: int = 7) -> int:
    return Copying(source, target, known, known.__setitem__, rows=rows).advance()


def test_every_table_is_the_same_on_two_shards(source: Store, target: Store) -> None:
    known: dict[Place, Piece] = {}
    assert copied(source, target, known) == 0
    before = figures(source)
    assert all(before)
    assert figures(target) == before
    for shard in target.shards:
        assert shard.query("SELECT count() FROM events").scalar
    assert {place.table for place in known} == tables() - {"schema_migrations"}


def test_only_what_has_changed_is_compared_again(source: Store, target: Store) -> None:
    known: dict[Place, Piece] = {}
    copied(source, target, known)
    again: dict[Place, Piece] = {}
    copying = Copying(source, target, known, again.__setitem__)
    assert copying.advance() == 0
    assert again == {}
    populate(source, EVENTS[:3])
    source.command("UPDATE events SET session = 7 WHERE path = '/'")
    source.command("ALTER TABLE requests DELETE WHERE bytes < 1000")
    assert copying.advance() == 0
    assert {place.table for place in again} == {"events", "sessions", "requests"}
    assert figures(target) == figures(source)


def test_what_the_target_has_lost_or_has_too_much_is_made_good(source: Store, target: Store) -> None:
    known: dict[Place, Piece] = {}
    copied(source, target, known)
    target.command("ALTER TABLE events DELETE WHERE path = '/'")
    target.shards[0].command("INSERT INTO requests (project_id, timestamp) VALUES (1, now64(3))")
    target.shards[0].command("INSERT INTO requests (project_id, timestamp) VALUES (1, '2026-05-03 10:00:00')")
    assert copied(source, target, known) == 0
    assert figures(target) == figures(source)


def test_a_copy_that_was_interrupted_goes_on(source: Store, target: Store) -> None:
    known: dict[Place, Piece] = {}
    left = 0

    def stop() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise TransientError("stop")

    for left in (20, 25, 30):  # noqa: B007 -- `stop` counts it down
        with pytest.raises(TransientError):
            Copying(source, target, known, known.__setitem__, stop, rows=7).advance()
    assert copied(source, target, known) == 0
    assert figures(target) == figures(source)


def test_a_cluster_is_no_source(target: Store) -> None:
    with pytest.raises(FatalError, match="a cluster can't be moved"):
        Copying(target, target, {}, lambda *_: None)
