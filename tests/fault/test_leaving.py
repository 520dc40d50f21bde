"""Questions that would run for minutes: what ends them at a real server, seen from the ClickHouse that it asks."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.support import clickhouse_node
from tests.support.server import Server, running, until

from footfall.settings import Settings
from footfall.store.clickhouse import open_store
from footfall.store.protocol import Store

PATH = "/api/web-events/default/count"
SLACK = 20
_RUNNING = "SELECT count() FROM system.processes WHERE startsWith(Settings['log_comment'], 'footfall ')"


@dataclass(frozen=True)
class Slow:
    """A server where every question about events takes minutes; one of a project at a time."""

    server: Server
    store: Store

    def running(self) -> int:
        found: int = self.store.query(_RUNNING).scalar
        return found

    def send(self) -> socket.socket:
        """A client that has asked and reads nothing."""
        client = socket.create_connection(("127.0.0.1", self.server.port))
        client.sendall(f"GET {PATH} HTTP/1.1\r\nHost: x\r\nX-API-Key: {self.server.token}\r\n\r\n".encode())
        return client


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Slow]:
    with clickhouse_node.running(tmp_path / "clickhouse") as port:
        url = f"clickhouse://127.0.0.1:{port}/footfall"
        with running(tmp_path / "data", store_url=url, query_seconds="240", queries_per_project="1") as server:
            store = open_store(Settings(data=tmp_path / "watching", store_url=url))
            store.command("RENAME TABLE events TO stored")
            store.command(
                "CREATE VIEW events AS SELECT * FROM stored WHERE (SELECT sum(sin(number)) FROM numbers(1e13)) > 2"
            )
            yield Slow(server, store)
            store.close()


def test_a_client_that_leaves_ends_its_query_and_frees_its_place(slow: Slow) -> None:
    client = slow.send()
    assert until(slow.running) == 1
    refused = slow.server.default().get(PATH)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    assert refused.json()["error"]["code"] == "too_many_queries"
    client.close()
    assert until(lambda: not slow.running())
    with slow.send():
        assert until(slow.running) == 1
    assert until(lambda: not slow.running())


def test_a_stop_ends_what_runs_and_says_so(slow: Slow) -> None:
    with ThreadPoolExecutor(1) as thread:
        answer = thread.submit(slow.server.default().get, PATH)
        assert until(slow.running) == 1
        assert slow.server.stop(SLACK) == 0
        assert answer.result().status_code == 503
    assert slow.running() == 0
    assert "stopping in the middle" not in slow.server.log.read_text()
