"""An answer sees a batch whole or not at all, although both have several statements."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from tests.contract.test_drain import NOON, Watcher, event, submit

from footfall.catalog.tables import Table
from footfall.clock import DAY
from footfall.drain.drain import Drain
from footfall.drain.journal import Journal
from footfall.model.period import Period
from footfall.query import build, rankings, run
from footfall.query.ast import Query
from footfall.spool.memory import MemorySpool
from footfall.store.gate import ALL_PROJECTS, BatchGate, GatedReading
from footfall.store.protocol import Reader, Store

BASE = Query(project=1, table=Table.EVENTS, period=Period(NOON, NOON + DAY))
PATIENCE = 30.0
MOMENT = 0.2


class HeldStore:
    """The store, which waits before it inserts the sessions of a batch."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.half_written, self.go_on = threading.Event(), threading.Event()

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def insert(self, table: str, arrow: bytes, *, token: str) -> None:
        if table == Table.SESSIONS:
            self.half_written.set()
            assert self.go_on.wait(PATIENCE)
        self._store.insert(table, arrow, token=token)


class Side:
    """A drain over one visitor's event, and answers beside it."""

    def __init__(self, store: Store, journal: Path, gate: BatchGate) -> None:
        spool = MemorySpool()
        submit(spool, event(0), event(1))
        self.store, self._plain, self._gate = HeldStore(store), store, gate
        self.drain = Drain(lambda: [("serve", spool)], self.store, Journal(journal), Watcher(), gate=gate)  # type: ignore[arg-type]  # as a proxy
        self._threads = ThreadPoolExecutor(2)

    def start(self, work: Callable[[], object]) -> Future[object]:
        return self._threads.submit(work)

    def reading(self, project: int = 1) -> GatedReading:
        return GatedReading(self._plain.reading(project), self._gate, project)

    def answer(self) -> tuple[int, int, int]:
        with closing(self.reading()) as reader:
            return figures(reader)

    def close(self) -> None:
        self.store.go_on.set()
        self._threads.shutdown()


def figures(reader: Reader) -> tuple[int, int, int]:
    """Pageviews of the key figures, which need sessions; of the list of pages, which does not; and sessions."""
    found = run.kpis(reader, BASE, None).current
    pages = rankings.top(reader, BASE, build.TOP_PAGES, 10)
    return found.pageviews, sum(page.count.current for page in pages), found.sessions


@pytest.fixture
def side(store: Store, tmp_path: Path) -> Iterator[Callable[[BatchGate], Side]]:
    made: list[Side] = []

    def make(gate: BatchGate) -> Side:
        made.append(Side(store, tmp_path / "drain", gate))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_an_answer_waits_for_a_batch_that_is_partly_written(side: Callable[[BatchGate], Side]) -> None:
    one = side(BatchGate(PATIENCE, PATIENCE))
    drained = one.start(one.drain.drain_once)
    assert one.store.half_written.wait(PATIENCE)
    answer = one.start(one.answer)
    with pytest.raises(TimeoutError):
        answer.result(MOMENT)
    one.store.go_on.set()
    drained.result(PATIENCE)
    assert answer.result(PATIENCE) == (2, 2, 1)


def test_an_answer_about_all_projects_waits_too(side: Callable[[BatchGate], Side]) -> None:
    one = side(BatchGate(PATIENCE, PATIENCE))
    drained = one.start(one.drain.drain_once)
    assert one.store.half_written.wait(PATIENCE)
    with closing(one.reading(ALL_PROJECTS)) as reader:
        answer = one.start(lambda: reader.query("SELECT 7"))
        with pytest.raises(TimeoutError):
            answer.result(MOMENT)
        one.store.go_on.set()
        drained.result(PATIENCE)
        answer.result(PATIENCE)


def test_an_answer_about_another_project_passes_a_batch(side: Callable[[BatchGate], Side]) -> None:
    one = side(BatchGate(PATIENCE, PATIENCE))
    one.start(one.drain.drain_once)
    assert one.store.half_written.wait(PATIENCE)
    with closing(one.reading(2)) as reader:
        assert figures(reader) == (0, 2, 0)  # asked of the first project's rows, to see that half of them is there


def test_a_batch_does_not_wait_for_answers_about_other_projects(side: Callable[[BatchGate], Side]) -> None:
    one = side(BatchGate(PATIENCE, PATIENCE))
    one.store.go_on.set()
    with closing(one.reading(2)) as reader:
        reader.query("SELECT 7")
        one.start(one.drain.drain_once).result(PATIENCE)


@pytest.mark.parametrize("project", [1, ALL_PROJECTS])
def test_a_batch_waits_for_an_answer_that_has_begun(side: Callable[[BatchGate], Side], project: int) -> None:
    one = side(BatchGate(PATIENCE, PATIENCE))
    one.store.go_on.set()
    with closing(one.reading(project)) as reader:
        assert figures(reader) == (0, 0, 0)
        drained = one.start(one.drain.drain_once)
        assert not one.store.half_written.wait(MOMENT)
        assert figures(reader) == (0, 0, 0)
    drained.result(PATIENCE)
    assert one.answer() == (2, 2, 1)


def test_a_long_answer_does_not_stop_the_drain(side: Callable[[BatchGate], Side]) -> None:
    one = side(BatchGate(MOMENT, PATIENCE))
    one.store.go_on.set()
    with closing(one.reading()) as reader:
        figures(reader)
        one.start(one.drain.drain_once).result(PATIENCE)
    assert one.answer() == (2, 2, 1)


def test_a_drain_that_is_stuck_does_not_stop_answers(side: Callable[[BatchGate], Side]) -> None:
    one = side(BatchGate(PATIENCE, MOMENT))
    one.start(one.drain.drain_once)
    assert one.store.half_written.wait(PATIENCE)
    assert one.start(one.answer).result(PATIENCE) == (0, 2, 0)  # without the gate, every answer may be such a one
