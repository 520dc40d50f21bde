"""What a process that only reads does about the batch that another process writes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from footfall.errors import OvertakenError
from footfall.model.progress import LastBatch
from footfall.store import fence as fences
from footfall.store.fence import ATTEMPTS, FencedReading, FenceReader
from footfall.store.gate import BatchGate
from footfall.store.protocol import Params, Rows

PATIENCE = 30.0
FOUND = Rows(("a",), [(1,)])
BEFORE, WRITING, AFTER = LastBatch("1"), LastBatch("2", writing=True), LastBatch("2")


class Batches:
    """What a look finds; each look waits for what `between` does."""

    def __init__(self, *found: LastBatch) -> None:
        self._found: Iterator[LastBatch] = iter(found)
        self.last = BEFORE
        self.looks = 0
        self.looked = threading.Event()

    def __call__(self) -> LastBatch:
        self.looks += 1
        self.last = next(self._found, self.last)
        self.looked.set()
        return self.last


class Store:
    """A reading that does something while a statement runs."""

    def __init__(self, during: Callable[[], None] = lambda: None) -> None:
        self.statements = 0
        self._during = during

    def query(self, _sql: str, _params: Params | None = None) -> Rows:
        self.statements += 1
        self._during()
        return FOUND

    def arrow(self, _sql: str, _params: Params | None = None) -> bytes:
        self.statements += 1
        self._during()
        return b""

    def cancel(self) -> None:
        pass


def reading(store: Store, batches: Batches, attempt: int = 1) -> FencedReading:
    return FencedReading(store, FenceReader(batches, PATIENCE, PATIENCE), attempt)


def test_an_answer_that_no_batch_overtakes_is_computed_once() -> None:
    store, batches = Store(), Batches()
    one = reading(store, batches)
    assert [one.query("a"), one.arrow("b")] == [FOUND, b""]
    assert (store.statements, batches.looks) == (2, 3)


@pytest.mark.parametrize("now", [WRITING, AFTER])
def test_an_answer_is_overtaken_by_a_batch_that_begins_after_it(now: LastBatch) -> None:
    batches = Batches()

    def write() -> None:
        batches.last = now

    with pytest.raises(OvertakenError):
        reading(Store(write), batches).query("a")
    batches.last = BEFORE
    assert reading(Store(write), batches, ATTEMPTS).query("a") == FOUND  # the last attempt has what there is


def test_of_statements_at_once_the_last_one_to_end_compares() -> None:
    """Whoever computes the answer again waits for all of them."""
    batches, second = Batches(), threading.Event()
    began = threading.Event()

    def wait() -> None:
        if not began.is_set():
            began.set()
            assert second.wait(PATIENCE)

    one = reading(Store(wait), batches)
    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(one.query, "a")
        assert began.wait(PATIENCE)
        batches.last = AFTER
        assert one.query("b") == FOUND
        second.set()
        with pytest.raises(OvertakenError):
            slow.result(PATIENCE)


def test_an_answer_that_takes_long_is_not_repeated() -> None:
    fence = FenceReader(Batches(BEFORE, WRITING), repeated=-1.0)
    assert FencedReading(Store(), fence, 1).query("a") == FOUND


def test_an_answer_waits_for_the_end_of_a_batch() -> None:
    store, batches = Store(), Batches(WRITING)
    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(reading(store, batches).query, "a")
        assert batches.looked.wait(PATIENCE)
        assert store.statements == 0
        batches.last = AFTER
        assert asked.result(PATIENCE) == FOUND


def test_a_drain_that_was_killed_stops_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fences, "POLL_SECONDS", 0.0)  # every look is a new one
    batches = Batches()
    batches.last = WRITING
    fence = FenceReader(batches, patience=0.0, repeated=PATIENCE)
    for _ in range(2):
        assert FencedReading(Store(), fence, 1).query("a") == FOUND
    batches.last = AFTER  # and the next batch counts again
    assert FencedReading(Store(), fence, 1).query("a") == FOUND
    with pytest.raises(OvertakenError):
        FencedReading(Store(lambda: setattr(batches, "last", WRITING)), fence, 1).query("a")


def test_threads_that_ask_at_the_same_time_share_a_look() -> None:
    entered, go_on = threading.Event(), threading.Event()
    looks = []

    def look() -> LastBatch:
        looks.append(1)
        entered.set()
        assert go_on.wait(PATIENCE)
        return BEFORE

    fence = FenceReader(look)
    with ThreadPoolExecutor(8) as threads:
        first = threads.submit(fence.last)
        assert entered.wait(PATIENCE)
        others = [threads.submit(fence.last, PATIENCE) for _ in range(7)]
        go_on.set()
        assert {one.result(PATIENCE) for one in (first, *others)} == {BEFORE}
    assert len(looks) == 1


class Told:
    """A fence that notes what it is told."""

    def __init__(self) -> None:
        self.steps: list[str] = []

    def begin(self) -> None:
        self.steps.append("begin")

    def end(self) -> None:
        self.steps.append("end")

    def look(self) -> LastBatch:
        return LastBatch()


def test_a_gate_tells_others_of_its_batches() -> None:
    told = Told()
    gate = BatchGate(fence=told)
    with gate.batch({1}):
        told.steps.append("write")
    with pytest.raises(ZeroDivisionError), gate.batch({1}):
        raise ZeroDivisionError
    assert told.steps == ["begin", "write", "end", "begin"]  # a batch that fails has not ended
