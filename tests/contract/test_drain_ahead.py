"""A full batch is written while the next one is planned: the same rows, once, whatever fails between them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support.draining import FailingStore, Watcher

from footfall.clock import MINUTE
from footfall.drain.backfill import Backfill
from footfall.drain.drain import Drain
from footfall.drain.journal import Journal
from footfall.errors import StoreError
from footfall.model.erasure import Subject
from footfall.model.raw import EventRows, RawEvent
from footfall.spool.memory import MemorySpool
from footfall.spool.protocol import Submission

NOON = 1_750_032_000_000
FULL = 4
MONTH = 31 * 24 * 60 * MINUTE


class Paused:
    """The store; its first insert waits until something is planned after it."""

    def __init__(self, store: Any, until: threading.Event) -> None:
        self._store = store
        self._until = until
        self.waited: bool | None = None  # whether the first insert had what it waited for

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def insert(self, table: str, arrow: bytes, *, token: str) -> None:
        if self.waited is None:
            self.waited = self._until.wait(60)
        self._store.insert(table, arrow, token=token)


class Told(Watcher):
    """Sets `planned` once a second batch is planned."""

    def __init__(self) -> None:
        super().__init__()
        self.plans = 0
        self.planned = threading.Event()

    def step(self, name: str, _seconds: float) -> None:
        self.plans += name == "encode"
        if self.plans == 2:
            self.planned.set()


def backlog(batches: int, apart: int = 10 * MINUTE, *, name: str = "") -> MemorySpool:
    """Full batches; of two visitors, one has an event in each, the other in every fourth. `name` may count batches."""
    spool = MemorySpool()
    for number in range(batches):
        rows = [event(number, apart, 7)] + [event(number, apart, 8 + number % 4, one) for one in range(1, FULL)]
        for row in rows:
            row.session_id = name.format(number)
        spool.append([Submission(EventRows(1, NOON, rows))])
    return spool


def event(number: int, apart: int, visitor: int, place: int = 0) -> RawEvent:
    at = NOON + number * apart + place
    return RawEvent(at, number, place, event_type="pageview", visitor=visitor, path=f"/{number}", url=f"/{number}")


def make(store: Any, spools: dict[str, MemorySpool], tmp_path: Path, watcher: Watcher, **options: Any) -> Drain:
    return Drain(
        lambda: [*spools.items()],
        store,
        Journal(tmp_path / "drain"),
        watcher,
        batch_events=FULL,
        **options,
    )


def after_its_first_round(store: Any, spool: MemorySpool, tmp_path: Path, watcher: Watcher, **options: Any) -> Drain:
    """Which takes stock, and so waits for what it writes."""
    spools: dict[str, MemorySpool] = {}
    made = make(store, spools, tmp_path, watcher, **options)
    made.drain_once()
    spools["serve"] = spool
    return made


def stored(store: Any) -> list[tuple[Any, ...]]:
    sessions = "SELECT visitor, session, sum(sign), sum(sign * events) FROM sessions GROUP BY ALL HAVING sum(sign) != 0"
    events = "SELECT visitor, session, 1, count() FROM events GROUP BY ALL"
    found = [sorted(store.query(sql).rows) for sql in (sessions, events)]
    assert found[0] == found[1]
    return found[0]


def drain(over: Drain, spool: MemorySpool) -> None:
    while spool.state().waiting:
        over.drain_once(whole=False)


def test_the_next_batch_is_planned_while_one_is_written(store, tmp_path):
    spool, watcher = backlog(2), Told()
    over = Paused(store, watcher.planned)
    draining = after_its_first_round(over, spool, tmp_path, watcher)
    assert draining.drain_once(whole=False) is True
    assert draining.drain_once() is True
    assert over.waited
    assert watcher.rows == {"events": 2 * FULL}
    assert len(spool.kept()) == 2


def test_a_project_that_was_deleted_once_slows_nobody_down(store, tmp_path):
    spool, watcher = backlog(2), Told()
    over = Paused(store, watcher.planned)
    draining = after_its_first_round(over, spool, tmp_path, watcher, erased=lambda: [Subject(99)])
    draining.drain_once(whole=False)
    draining.drain_once()
    assert over.waited
    assert watcher.rows == {"events": 2 * FULL}


@pytest.mark.parametrize("erased", [(), (Subject(99),)], ids=["none", "another project"])
def test_a_batch_is_read_once(store, tmp_path, erased):
    class Counting(MemorySpool):
        read = 0

        def records(self, batch):
            self.read += 1
            return super().records(batch)

    spool = Counting()
    rows = [event(0, 0, 7), event(7, MONTH, 7)]  # of two months, far apart
    spool.append([Submission(EventRows(1, NOON, rows))])
    backfill = Backfill(MemorySpool)
    make(store, {"serve": spool}, tmp_path, Watcher(), backfill=backfill, erased=lambda: erased).drain_once()
    assert spool.read == 1


def test_a_batch_with_new_names_is_planned_while_one_is_written(store, tmp_path):
    spool, watcher = backlog(2, name="visit {}"), Told()
    over = Paused(store, watcher.planned)
    draining = after_its_first_round(over, spool, tmp_path, watcher)
    draining.drain_once(whole=False)
    draining.drain_once()
    assert over.waited
    assert [events for *_, events in stored(store)] == [1, 1, FULL - 1, FULL - 1]


@pytest.mark.parametrize("name", ["", "visit"])
def test_planned_ahead_or_not_the_sessions_are_the_same(store, tmp_path, name):
    spool = backlog(8, name=name)
    drain(make(store, {"serve": spool}, tmp_path, Watcher()), spool)
    assert sum(events for *_, events in stored(store)) == 8 * FULL
    assert {events for visitor, _, _, events in stored(store) if visitor == 7} == {8}


@pytest.mark.parametrize("fail_at", [1, 2, 3, 4, 5])
def test_what_was_planned_for_a_batch_that_failed_is_planned_again(store, tmp_path, fail_at):
    spool = backlog(4)
    failing = make(FailingStore(store, fail_at, StoreError("no")), {"serve": spool}, tmp_path, Watcher())
    failures = 0
    while spool.state().waiting:
        try:
            failing.drain_once(whole=False)
        except StoreError:
            failures += 1
    assert failures == 1
    assert sum(events for *_, events in stored(store)) == 4 * FULL


def test_a_batch_that_fails_keeps_no_other_spool_waiting(store, tmp_path):
    spools = {"serve": backlog(1), "other": MemorySpool(after=1 << 40)}
    spools["other"].append([Submission(EventRows(2, NOON, [event(9, MINUTE, 7)]))])
    failing = make(FailingStore(store, 1, StoreError("no")), spools, tmp_path, Watcher())
    with pytest.raises(StoreError):
        failing.drain_once(whole=False)
    assert spools["other"].state().waiting == 0
    assert [one.spool for one in failing.progress.standstills()] == ["serve"]


def test_who_asks_for_a_moment_without_a_batch_waits_for_the_one_being_written(store, tmp_path):
    spool, held = backlog(1), threading.Event()
    draining = after_its_first_round(Paused(store, held), spool, tmp_path, Watcher())
    draining.drain_once(whole=False)
    assert spool.state().waiting
    threading.Timer(0.05, held.set).start()
    with draining.quiesced() as quiesced:
        assert quiesced
        assert spool.state().waiting == 0


def test_nothing_is_set_apart_for_a_batch_that_is_not_recorded(store, tmp_path):
    spool, apart = backlog(1), MemorySpool(after=1 << 40)
    spool.append([Submission(EventRows(1, NOON, [event(number, -MONTH, 7) for number in range(FULL * 2)]))])
    begun: list[int] = []
    begin: Callable[[Any], None] = spool.begin
    spool.begin = lambda batch: (begun.append(batch.number), begin(batch))  # type: ignore[assignment]
    draining = make(store, {"serve": spool, "backfill": apart}, tmp_path, Watcher(), backfill=Backfill(lambda: apart))
    drain(draining, spool)
    drain(draining, apart)
    assert begun == []
    assert sum(events for *_, events in stored(store)) == 3 * FULL
