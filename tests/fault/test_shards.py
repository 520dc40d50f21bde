"""Shards of a cluster that end in the middle of a write, or are away for a while."""

from __future__ import annotations

import itertools
import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.fault.crashing import Silent, first_batch, late_batch
from tests.support.clickhouse_node import Node, cluster
from tests.support.draining import drain_all
from tests.support.server import running, until

from footfall.clock import system_clock
from footfall.drain.drain import Drain
from footfall.drain.journal import Journal
from footfall.errors import FootfallError, TransientError
from footfall.settings import Settings
from footfall.spool.sqlite import SqliteSpool
from footfall.store.clickhouse import open_store
from footfall.store.clickhouse.client import ClickHouse
from footfall.store.protocol import Store

MOST_WRITES = 40
STEP = 1 if os.environ.get("FOOTFALL_TEST_STORE") == "shards" else 5
"""Every write, or every fifth one."""

EVENTS = 30

_SESSIONS = """
    SELECT project_id, toString(source_table), visitor, session, sum(sign * events) FROM sessions
    GROUP BY project_id, source_table, visitor, session HAVING sum(sign) != 0"""
_FROM_FACTS = """
    SELECT project_id, 'events' AS source, visitor, session, toInt64(count()) FROM events
    GROUP BY project_id, visitor, session
    UNION ALL SELECT project_id, 'requests', visitor, session, toInt64(count()) FROM requests
    GROUP BY project_id, visitor, session"""


@pytest.fixture(scope="module")
def own_nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Node]]:
    """Nodes that the tests may kill."""
    with cluster(tmp_path_factory.mktemp("shards"), shards=2) as started:
        yield started


def url(nodes: list[Node], database: str) -> str:
    hosts = ",".join(f"127.0.0.1:{node.http}" for node in nodes)
    return f"clickhouse://{hosts}/{database}?cluster=footfall"


class KilledAt:
    """Kills the node of the n-th write to a shard: before it for odd n, after it, but before its answer, for even n."""

    def __init__(self, number: int, store: Store, nodes: list[Node]) -> None:
        self.reached = False
        self._number = number
        self._store = store
        self._nodes = nodes
        self._writes = itertools.count(1)

    def wrap(self, write: Callable[..., None]) -> Callable[..., None]:
        def counted(shard: ClickHouse, *arguments: Any, **named: Any) -> None:
            if next(self._writes) != self._number:
                write(shard, *arguments, **named)
                return
            self.reached = True
            if self._number % 2 == 0:
                write(shard, *arguments, **named)
            self._nodes[list(self._store.shards).index(shard)].kill()
            if self._number % 2:
                write(shard, *arguments, **named)
            raise TransientError("the answer is lost")

        return counted


@pytest.mark.slow
def test_a_shard_that_is_killed_at_any_write_has_every_row_once(
    own_nodes: list[Node], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = SqliteSpool(tmp_path / "serve.db", clock=system_clock, capacity=10_000, keep_seconds=3600)
    store = open_store(Settings(data=tmp_path / "data", store_url=url(own_nodes, "killed")))
    store.migrate()

    def drain() -> Drain:
        return Drain(lambda: [("serve", spool)], store, Journal(tmp_path / "drain"), Silent())

    numbers = range(1, MOST_WRITES, STEP)
    for number in numbers:
        spool.append(first_batch(number))
        drain_all(drain(), spool)
        spool.append(late_batch(number))
        killed = KilledAt(number, store, own_nodes)
        with monkeypatch.context() as patched:
            for name in ("insert", "command"):
                patched.setattr(ClickHouse, name, killed.wrap(getattr(ClickHouse, name)))
            if killed_at_a_write(drain()):
                for node in own_nodes:
                    if not node.runs:
                        node.start()
        drain_all(drain(), spool)
        if not killed.reached:
            break
    assert 6 < number < MOST_WRITES - STEP
    sent = Counter(
        getattr(row, "name", "") or row.endpoint
        for project in range(1, number + 1, STEP)
        for submission in (*first_batch(project), *late_batch(project))
        for row in submission.record.rows
    )
    stored = store.query("SELECT name FROM events UNION ALL SELECT endpoint FROM requests").rows
    assert Counter(row[0] for row in stored) == sent
    assert sorted(store.query(_SESSIONS).rows) == sorted(store.query(_FROM_FACTS).rows)
    store.close()


def killed_at_a_write(drain: Drain) -> bool:
    try:
        drain.drain_once()
    except FootfallError:
        return True
    return False


@pytest.mark.slow
def test_collection_goes_on_while_a_shard_is_away_and_readers_are_told(own_nodes: list[Node], tmp_path: Path) -> None:
    with running(tmp_path / "data", store_url=url(own_nodes, "away"), flush_interval="0.1") as server:
        access = server.project()

        def send(first: int) -> None:
            for number in range(first, first + EVENTS):
                event = {"event_name": "e", "category": "page_view", "session_id": f"s{number}"}
                assert access.post("/api/v1/analytics", json=event).status_code == 200

        send(0)
        assert access.total(EVENTS) == EVENTS
        own_nodes[1].kill()
        send(EVENTS)
        assert until(lambda: "footfall_drain_standstill_seconds{" in server.http.get("/metrics").text)
        answer = access.get("/api/v1/analytics/stats")
        assert answer.status_code == 503, answer.text
        assert "a shard of the store can't be reached" in answer.text
        own_nodes[1].start()
        assert access.total(2 * EVENTS) == 2 * EVENTS


def test_a_start_without_a_node_says_which_one_is_missing(own_nodes: list[Node], tmp_path: Path) -> None:
    own_nodes[1].kill()
    settings = Settings(data=tmp_path / "data", store_url=url(own_nodes, "begun"))
    store = open_store(settings)
    with pytest.raises(TransientError, match=rf"127\.0\.0\.1:{own_nodes[1].http} can't be reached"):
        store.migrate()
    own_nodes[1].start()
    store.migrate()
    assert store.ping()
    store.close()
