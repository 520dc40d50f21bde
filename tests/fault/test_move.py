"""A store that moves to two real shards while events come in, with a kill in the middle: every event once."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import httpx
import pytest
from tests.support.clickhouse_node import Node
from tests.support.server import FOOTFALL, Access, Server, environment, footfall, running, until

from footfall.clock import DAY, system_clock
from footfall.model.period import iso

BATCH = "/api/v1/analytics/batch"
EVENTS = 40
"""In a batch."""

BATCHES = 20
MONTHS = 3


def batch(number: int) -> dict[str, object]:
    """Each visitor's events are of several batches, so sessions change all the time; months take turns.

    Each event has its id: a batch whose answer is lost in a kill may be stored, and is sent again.
    """
    at = system_clock() - number % MONTHS * 31 * DAY - number * 60_000
    urls = [f"https://a.example/{number}-{n}" for n in range(EVENTS)]
    events = [
        {
            "event_name": "view",
            "category": "page_view",
            "page_url": url,
            "timestamp": iso(at + n),
            "session_id": f"u{n}",
            "event_id": str(uuid5(NAMESPACE_URL, url)),
        }
        for n, url in enumerate(urls)
    ]
    return {"events": events}


class Sender:
    """Sends batches until told to stop, each until it is acknowledged."""

    def __init__(self, access: Access, first: int) -> None:
        self.sent = first
        self._access = access
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> int:
        self._stop.set()
        self._thread.join()
        return self.sent

    def _run(self) -> None:
        while not self._stop.wait(0.2):
            body = batch(self.sent)
            while not self._is_taken(body):
                time.sleep(0.1)
            self.sent += 1

    def _is_taken(self, body: dict[str, object]) -> bool:
        with suppress(httpx.TransportError):
            answer = self._access.post(f"{BATCH}?strict=1", json=body)
            assert not answer.is_client_error, answer.text  # ends the thread: another try would be refused, too
            return answer.status_code == 200
        return False


@contextmanager
def sending(access: Access, first: int) -> Iterator[Sender]:
    sender = Sender(access, first)
    try:
        yield sender
    finally:
        sender.stop()


def pieces(data: Path) -> int:
    with closing(sqlite3.connect(data / "meta.db")) as db:
        return int(db.execute("SELECT count(*) FROM moved_pieces").fetchone()[0])


def moved(server: Server, url: str) -> subprocess.CompletedProcess[str]:
    return footfall("move", "--to", url, "--json", data=server.data, seconds=180)


@pytest.mark.slow
def test_a_move_under_load_with_a_kill_in_the_middle_is_exact(nodes: list[Node], tmp_path: Path) -> None:
    hosts = ",".join(f"127.0.0.1:{node.http}" for node in nodes)
    url = f"clickhouse://{hosts}/moved?cluster=footfall"
    with running(tmp_path / "data", flush_interval="0.2") as server:
        access = server.project()
        for number in range(BATCHES):
            answer = access.post(BATCH, json=batch(number))
            assert answer.status_code == 200, answer.text
        with sending(access, BATCHES) as sender:
            asked = subprocess.Popen(  # noqa: S603 -- the test's own command line
                [FOOTFALL, "move", "--to", url], env=environment(server.data), stderr=subprocess.DEVNULL
            )
            assert until(lambda: pieces(server.data) > 2, 150)
            server.kill()
            assert asked.wait(60) == 1
            server.start()
            known = pieces(server.data)
            done = moved(server, url)
            assert done.returncode == 0, done.stderr + server.log.read_text()
            assert known
            at_the_move = sender.sent
            assert until(lambda: sender.sent > at_the_move + 5)  # collection goes on
            sent = sender.stop()
        assert json.loads(done.stdout)["rows"]["events"] <= sent * EVENTS
        assert "has moved to clickhouse://" in moved(server, url).stderr
        if os.environ.get("FOOTFALL_TEST_STORE") == "shards":
            checked = footfall("move", "--check", "--to", url, "--json", data=server.data, seconds=300)
            assert checked.returncode == 0, checked.stdout + checked.stderr
            assert json.loads(checked.stdout)["asked"] > 40
        assert server.stop() == 0
        refused = footfall("serve", data=server.data)
        assert refused.returncode == 1
        assert "set FOOTFALL_STORE_URL" in refused.stdout + refused.stderr
        server.start(store_url=url)
        assert access.total(sent * EVENTS) == sent * EVENTS
        span = {"from": iso(system_clock() - 365 * DAY), "to": iso(system_clock())}
        figures = access.read(f"/api/web-events/{access.slug}/kpis", **span)
        assert server.stop() == 0
    assert figures
    stored = [path for node in nodes for path in node.command("SELECT path FROM moved_local.events").split()]
    assert sorted(stored) == sorted(f"/{number}-{n}" for number in range(sent) for n in range(EVENTS))
    for node in nodes:
        for name in ("moved", "moved_local"):
            node.command(f"DROP DATABASE {name} SYNC")


@pytest.mark.slow
def test_a_cancelled_move_gives_the_old_store_back_as_it_was(nodes: list[Node], tmp_path: Path) -> None:
    url = f"clickhouse://127.0.0.1:{nodes[0].http}/cancelled"
    with running(tmp_path / "data", flush_interval="0.2") as server:
        access = server.project()
        first, later = (batch(number * MONTHS) for number in range(2))  # of one month
        logs = {"logs": [{"ts": f"{iso(system_clock())[:19]}", "domain": "a.example", "count": 7}]}
        assert access.post(BATCH, json=first).status_code == 200
        assert access.total(EVENTS) == EVENTS
        assert moved(server, url).returncode == 0
        assert server.stop() == 0
        server.start(store_url=url)
        assert access.post(BATCH, json=later).status_code == 200
        assert access.post("/analytics/ingest", json=logs).status_code == 204
        assert access.total(2 * EVENTS) == 2 * EVENTS
        assert until(server.queryable)
        assert footfall("move", "--cancel", data=server.data).returncode == 1  # while it runs
        assert server.stop() == 0
        assert footfall("move", "--cancel", data=server.data).returncode == 0
        server.start(store_url="")
        assert access.post(BATCH, json=batch(2 * MONTHS)).status_code == 200
        assert access.total(2 * EVENTS) == 2 * EVENTS
        log = server.log.read_text()
        assert server.stop() == 0
    assert not {word for word in ("rows are missing", "are inserted again", "made again") if word in log}
    assert footfall("doctor", data=server.data).stdout.strip() == "nothing is wrong"
    nodes[0].command("DROP DATABASE cancelled SYNC")


@pytest.mark.parametrize("url", ["chdb:///elsewhere", ""])
def test_a_store_moves_to_a_clickhouse_only(tmp_path: Path, url: str) -> None:
    assert footfall("project", "create", "shop", data=tmp_path / "data").returncode == 0
    done = footfall("move", "--to", url, data=tmp_path / "data")
    assert done.returncode == 1
    assert "--to" in done.stderr
