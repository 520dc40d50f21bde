"""Probes answer from memory: they neither wait for whoever holds the spools, nor make other requests wait."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from footfall.api.collector import create_collector
from footfall.api.metrics import Metrics
from footfall.clock import system_clock
from footfall.meta import Drops
from footfall.model.progress import Standstill
from footfall.runtime.collecting import make_collecting
from footfall.runtime.parts import Parts, make_data_directory, open_parts
from footfall.settings import Settings
from footfall.spool.progress import Progress
from footfall.spool.spools import SERVER, Spools
from footfall.spool.sqlite import SqliteSpool

CAPACITY = 3
HEALTH = "/api/v1/analytics/health"
PROBES = (HEALTH, "/readyz", "/metrics")
RELEASED_AFTER = 20.0
"""Seconds after which a lock is released whatever happens, so that what waits for it fails and does not hang."""

Scene = Callable[["Collector"], Awaitable[None]]


@dataclass(frozen=True)
class Collector:
    spools: Spools
    http: httpx.AsyncClient
    standstills: list[Standstill]

    async def post(self) -> int:
        return (await self.http.post("/api/v1/analytics", json={"event_name": "a"})).status_code

    async def get(self, path: str) -> int:
        return (await self.http.get(path)).status_code

    @property
    def spool(self) -> SqliteSpool:
        return dict(self.spools)[SERVER]


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Callable[[Scene], None]]:
    """Plays a scene on an event loop, with a collector whose buffer holds three events."""
    settings = Settings(data=tmp_path / "data", spool_max_events=CAPACITY)
    make_data_directory(settings)
    spools = Spools(settings, system_clock)
    with open_parts(settings) as parts:
        yield lambda scene: asyncio.run(_play(parts, spools, scene))
    spools.close()


async def _play(parts: Parts, spools: Spools, scene: Scene) -> None:
    still: list[Standstill] = []
    collecting = make_collecting(parts, spools, Metrics(), Drops(parts.meta.database, parts.clock), lambda: still)
    parts.meta.create_project("shop")
    token, _ = parts.meta.create_token("test", ["ingest"], ["shop"], None)
    transport = httpx.ASGITransport(create_collector(collecting), client=("127.0.0.1", 1))
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://collector", headers=headers) as http:
        await scene(Collector(spools, http, still))
    await collecting.committer.close()
    collecting.auth.close()


@contextmanager
def held(*locks: Any) -> Iterator[threading.Event]:
    """Locks held by another thread; the event is set once they are free."""
    taken, release, free = threading.Event(), threading.Event(), threading.Event()

    def hold() -> None:
        with ExitStack() as stack:
            for lock in locks:
                stack.enter_context(lock)
            taken.set()
            release.wait(RELEASED_AFTER)
        free.set()

    holder = threading.Thread(target=hold)
    holder.start()
    taken.wait()
    try:
        yield free
    finally:
        release.set()
        holder.join()


def test_a_standstill_is_told_and_ends_readiness_once_it_is_long(play: Callable[[Scene], None]) -> None:
    async def scene(collector: Collector) -> None:
        for seconds, status, health in ((299, 200, "healthy"), (300, 503, "delayed")):
            collector.standstills[:] = [
                Standstill("serve", 1_750_000_000_000, seconds, "the store refused a statement")
            ]
            ready = await collector.http.get("/readyz")
            assert ready.status_code == status
            answer = await collector.http.get(HEALTH)
            assert (answer.status_code, answer.json()["status"], answer.json()["accepting"]) == (200, health, True)
            figures = (await collector.http.get("/metrics")).text
            assert f'footfall_drain_standstill_seconds{{spool="serve"}} {seconds}' in figures
        assert ready.json()["message"] == (
            "nothing of the spool 'serve' is drained since 2025-06-15T15:06:40Z: the store refused a statement"
        )

    play(scene)


def test_a_drain_that_has_ended_is_told_at_once(play: Callable[[Scene], None]) -> None:
    async def scene(collector: Collector) -> None:
        progress = Progress(lambda: 1_750_000_000_000)
        progress.ends("serve", "the store has moved")
        collector.standstills[:] = progress.standstills()
        assert await collector.get("/readyz") == 503
        answer = await collector.http.get(HEALTH)
        assert (answer.json()["status"], answer.json()["accepting"]) == ("delayed", True)
        assert answer.json()["message"].endswith("the store has moved")

    play(scene)


def test_requests_are_answered_while_the_spools_are_held(play: Callable[[Scene], None]) -> None:
    async def scene(collector: Collector) -> None:
        spool = collector.spool
        assert await collector.get(HEALTH) == 200  # what is loaded at the first call is there
        with held(collector.spools._lock, spool._draining, spool._lock) as free:
            looking = threading.Thread(target=collector.spools.refresh)
            looking.start()
            answers = await asyncio.gather(*map(collector.get, (*PROBES, "/healthz")))
            assert answers == [200, 200, 200, 200]
            assert looking.is_alive(), "whoever looks at the files does wait"
            assert not free.is_set(), "the answers came first"
        looking.join()

    play(scene)


def test_a_full_buffer_is_told_at_once_while_the_drain_holds_it(play: Callable[[Scene], None]) -> None:
    async def scene(collector: Collector) -> None:
        spool = collector.spool
        with held(collector.spools._lock, spool._draining) as free:
            assert [await collector.post() for _ in range(CAPACITY)] == [200] * CAPACITY
            assert [await collector.get(path) for path in PROBES] == [503, 503, 200]
            assert await collector.post() == 503
            assert not free.is_set(), "the answers came first"
        batch = spool.take(CAPACITY)
        assert batch is not None
        spool.finish(batch)
        assert await collector.post() == 200
        assert [await collector.get(path) for path in PROBES] == [200, 200, 200]

    play(scene)
