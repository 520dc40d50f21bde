"""A shard with two replicas, which proxies before one node play: what goes to which, and what is never done twice."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.fault.crashing import Silent, event
from tests.support.clickhouse_node import Node, cluster
from tests.support.draining import drain_all
from tests.support.replica import Replica, replica

from footfall.drain.drain import Drain
from footfall.drain.journal import Journal
from footfall.errors import TransientError
from footfall.model.raw import EventRows
from footfall.settings import Settings
from footfall.spool.memory import MemorySpool
from footfall.spool.protocol import Submission
from footfall.store.clickhouse import migrate, open_store
from footfall.store.clickhouse.migrate import migrations
from footfall.store.protocol import Store

_names = itertools.count(1)


@pytest.fixture(scope="module")
def one_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    with cluster(tmp_path_factory.mktemp("replicas"), shards=1) as (node,):
        yield node


@pytest.fixture
def replicas(one_node: Node) -> Iterator[tuple[Replica, Replica]]:
    with replica(one_node.http) as home, replica(one_node.http) as other:
        yield home, other


@pytest.fixture
def settings(replicas: tuple[Replica, Replica], tmp_path: Path) -> Settings:
    hosts = "|".join(f"127.0.0.1:{one.port}" for one in replicas)
    return Settings(data=tmp_path / "data", store_url=f"clickhouse://{hosts}/r{next(_names)}?cluster=footfall")


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    opened = open_store(settings)
    opened.migrate()
    yield opened
    opened.close()


def filled(events: int = 3) -> MemorySpool:
    spool = MemorySpool()
    rows = [event(1, minute) for minute in range(events)]
    spool.append([Submission(EventRows(1, rows[-1].timestamp, rows))])
    return spool


def draining(store: Store, spool: MemorySpool, journal: Path) -> Drain:
    return Drain(lambda: [("serve", spool)], store, Journal(journal), Silent())


def test_tables_are_made_on_every_replica(store: Store, replicas: tuple[Replica, Replica]) -> None:
    made = [one.texts("CREATE TABLE IF NOT EXISTS events") for one in replicas]
    assert [len(texts) for texts in made] == [1, 1]
    assert "ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/events', '{replica}')" in made[0][0]
    assert store.query("SELECT count() FROM events").scalar == 0


def test_an_upgrade_makes_tables_on_every_replica_and_changes_them_on_one(
    settings: Settings, replicas: tuple[Replica, Replica], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(settings)
    with monkeypatch.context() as first:
        first.setattr(migrate, "migrations", lambda: migrations()[:1])
        store.migrate()
    assert [one.texts("TABLE IF NOT EXISTS longest_sessions") for one in replicas] == [[], []]
    store.migrate()
    assert [len(one.texts("TABLE IF NOT EXISTS longest_sessions")) for one in replicas] == [1, 1]
    assert [bool(one.texts("ALTER TABLE events")) for one in replicas] == [True, False]
    store.close()


def test_a_schema_is_not_begun_without_a_replica(settings: Settings, replicas: tuple[Replica, Replica]) -> None:
    replicas[1].down = True
    store = open_store(settings)
    with pytest.raises(TransientError, match=rf"127\.0\.0\.1:{replicas[1].port} can't be reached"):
        store.migrate()
    replicas[1].down = False
    store.migrate()
    store.close()


@pytest.mark.parametrize("down", [0, 1])
def test_a_start_goes_on_while_a_replica_is_down(
    settings: Settings, store: Store, replicas: tuple[Replica, Replica], down: int, tmp_path: Path
) -> None:
    replicas[down].down = True
    store.close()
    again = open_store(settings)
    again.migrate()
    again.set_retention(30)
    drain_all(draining(again, spool := filled(), tmp_path / "drain"), spool)
    assert again.query("SELECT count() FROM events").scalar == 0  # they are older than 30 days
    again.close()


def test_an_insert_needs_a_quorum_and_a_missing_one_is_passing(
    store: Store, replicas: tuple[Replica, Replica], tmp_path: Path
) -> None:
    drain = draining(store, spool := filled(), tmp_path / "drain")
    replicas[0].failing = 285
    with pytest.raises(TransientError):
        drain.drain_once()
    replicas[0].failing = 0
    drain_all(drain, spool)
    assert {one["insert_quorum"] for one in replicas[0].settings("INSERT INTO")} == {"auto"}
    assert store.query("SELECT count() FROM events").scalar == 3


def test_a_replica_that_is_behind_takes_over_and_nothing_counts_twice(
    store: Store, replicas: tuple[Replica, Replica], tmp_path: Path
) -> None:
    home, other = replicas
    drain = draining(store, spool := filled(), tmp_path / "drain")
    home.losing, other.behind = "events", True
    with pytest.raises(TransientError):
        drain.drain_once()
    drain_all(drain, spool)
    assert other.texts("SYSTEM SYNC REPLICA")
    assert store.query("SELECT count() FROM events").scalar == 3
    assert store.query("SELECT sum(sign * events) FROM sessions").scalar == 3


def test_even_a_stale_answer_leads_to_no_second_token(
    store: Store, replicas: tuple[Replica, Replica], tmp_path: Path
) -> None:
    home = replicas[0]
    drain = draining(store, spool := filled(), tmp_path / "drain")
    home.failing, home.behind = 319, True
    with pytest.raises(TransientError):
        drain.drain_once()
    home.failing = 0
    drain_all(drain, spool)
    tokens = [one.get("insert_deduplication_token", "") for one in home.settings("INSERT INTO")]
    assert [token for token in tokens if "events" in token] == ["1:events"] * 2
    assert store.query("SELECT count() FROM events").scalar == 3
