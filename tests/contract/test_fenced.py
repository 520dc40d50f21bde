"""Answers of a process that only reads, beside the drain of another one: they see a batch whole or not at all.

Both are in the test's process, but share nothing except the store and the metadata.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from tests.contract.test_drain import NOON, Watcher, event, submit
from tests.contract.test_whole_batches import PATIENCE, HeldStore
from tests.support.asgi import Client, reading_client
from tests.support.draining import FailingStore

from footfall.api.events import routes as events
from footfall.api.query_limiter import QueryLimiter
from footfall.api.repeating import Repeating
from footfall.api.web import routes as web
from footfall.clock import HOUR, system_clock
from footfall.drain.drain import Drain
from footfall.drain.journal import Journal
from footfall.errors import TransientError
from footfall.meta import StoredFence, open_meta
from footfall.model.progress import LastBatch
from footfall.settings import Settings
from footfall.spool.memory import MemorySpool
from footfall.store.fence import PATIENCE_SECONDS, FenceReader
from footfall.store.gate import AnswerGate, BatchGate
from footfall.store.protocol import Params, Reading, Rows, Store

Figures = tuple[int, int]


class Interrupting:
    """The store of the reader. Once, between two statements of an answer, something else happens."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.between: Callable[[], object] = lambda: None
        self.statements = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def reading(self, project: int) -> Reading:
        return _Interrupted(self._store.reading(project), self)

    def answered(self) -> None:
        self.statements += 1
        between, self.between = self.between, lambda: None
        between()


class _Interrupted:
    def __init__(self, reading: Reading, store: Interrupting) -> None:
        self._reading = reading
        self._store = store

    def query(self, sql: str, params: Params | None = None) -> Rows:
        found = self._reading.query(sql, params)
        if "FROM events" in sql:
            self._store.answered()
        return found

    def arrow(self, sql: str, params: Params | None = None) -> bytes:
        return self._reading.arrow(sql, params)

    def cancel(self) -> None:
        self._reading.cancel()


class Installation:
    """A drain with two events to store, and a reader."""

    def __init__(self, store: Store, path: Path) -> None:
        self.store = store
        self.metas = [open_meta(Settings(data=path), system_clock) for _ in range(2)]
        self.spool = MemorySpool()
        submit(self.spool, event(0), event(1))
        self._journal = path / "drain"

    def drain(self, over: object | None = None) -> Drain:
        gate = BatchGate(fence=StoredFence(self.metas[0].database))
        store: Any = over or self.store
        return Drain(lambda: [("serve", self.spool)], store, Journal(self._journal), Watcher(), gate=gate)

    def look(self) -> LastBatch:
        return StoredFence(self.metas[1].database).look()

    def reader(self, patience: float = PATIENCE, store: object | None = None, gate: AnswerGate | None = None) -> Client:
        fence = FenceReader(self.look, patience, PATIENCE)
        limiter = QueryLimiter(store or self.store, 8, gate=gate or fence)  # type: ignore[arg-type]  # as a proxy
        made = reading_client(self.store, NOON + HOUR, events.router, web.router, limiter=limiter)
        made.app.add_middleware(Repeating)
        return made


@pytest.fixture
def installation(store: Store, tmp_path: Path) -> Iterator[Installation]:
    made = Installation(store, tmp_path / "installation")
    yield made
    for meta in made.metas:
        meta.close()


def counts(client: Client) -> Figures:
    """All events, and today's: one statement each."""
    found = client.get("/api/v1/analytics/stats").json()
    return found["total_events"], found["events_today"]


def figures(client: Client) -> Figures:
    """Pageviews of the key figures, which need sessions, and of the list of pages, which does not."""
    found = client.get("/api/web-events/shop/panels?panel=kpis&panel=top-pages&range=24h").json()["panels"]
    pages = found["top-pages"]["answer"]["items"]
    return found["kpis"]["answer"]["current"]["pageviews"], sum(page["count"] for page in pages)


def test_an_answer_that_a_batch_overtakes_is_computed_again(installation: Installation) -> None:
    reads = Interrupting(installation.store)
    reads.between = installation.drain().drain_once
    assert counts(installation.reader(store=reads)) == (2, 2)
    assert not installation.look().writing


def test_without_the_fence_the_figures_of_such_an_answer_differ(installation: Installation) -> None:
    reads = Interrupting(installation.store)
    reads.between = installation.drain().drain_once
    assert counts(installation.reader(store=reads, gate=BatchGate())) == (0, 2)


def test_an_answer_waits_while_a_batch_is_written(installation: Installation) -> None:
    writes, reads = HeldStore(installation.store), Interrupting(installation.store)
    with ThreadPoolExecutor(2) as threads:
        drained: Future[object] = threads.submit(installation.drain(over=writes).drain_once)
        assert writes.half_written.wait(PATIENCE)
        assert installation.look().writing
        answer = threads.submit(figures, installation.reader(store=reads))
        with pytest.raises(TimeoutError):
            answer.result(PATIENCE_SECONDS / 10)
        assert reads.statements == 0
        writes.go_on.set()
        drained.result(PATIENCE)
        assert answer.result(PATIENCE) == (2, 2)


def test_what_a_drain_left_in_the_middle_is_answered_as_it_is_until_it_is_complete(installation: Installation) -> None:
    with suppress(TransientError):
        installation.drain(over=FailingStore(installation.store, 2, TransientError("killed"))).drain_once()
    assert installation.look().writing
    assert figures(installation.reader(patience=0.0)) == (0, 2)  # the events are there, their session is not
    installation.drain().drain_once()  # of another process
    assert not installation.look().writing
    assert figures(installation.reader()) == (2, 2)
