"""Rows are removed in the background while the drain inserts and updates others, of the same parts."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.contract.test_drain import event, submit
from tests.support.history_product import Watcher

from footfall.catalog.tables import Table
from footfall.drain.drain import Drain
from footfall.drain.inventory import Inventory
from footfall.drain.journal import Journal
from footfall.errors import QueryCancelledError, TransientError
from footfall.model.changes import Merge, Move
from footfall.rollups.expiry import cuts
from footfall.spool.memory import MemorySpool
from footfall.store.clickhouse import facts
from footfall.store.protocol import Piece, Store

MAY = 1_777_593_600_000  # 2026-05-01
MAY_EVENTS = Piece("events", "202605")
SECOND = 1000
ROUNDS = 40
EACH = 20
"""Rows of a visitor, a second apart."""

_INSERT = """
    INSERT INTO events (project_id, timestamp, id_hi, id_lo, visitor, session)
    SELECT {project:UInt32}, fromUnixTimestamp64Milli({at:Int64} + 1000 * number, 'UTC'), {project:UInt64},
      {visitor:UInt64} * 100 + number, {visitor:UInt64}, {session:UInt64}
    FROM numbers({rows:UInt64})"""


class Both:
    """Visitors of two projects in one month, and what should be left of them: rows by project, visitor and session."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.expected = Counter[tuple[int, int, int]]()
        for visitor in range(2 * ROUNDS):
            for project in (1, 2):
                self.insert(project, visitor, visitor)

    def insert(self, project: int, visitor: int, session: int) -> None:
        params = {"project": project, "at": at(visitor), "visitor": visitor, "session": session, "rows": EACH}
        self.store.command(_INSERT, params)
        self.expected[project, visitor, session] += EACH

    def remove(self, number: int) -> None:
        """A visitor of the first project, and all that is older of the second one."""
        with self.store.background():
            self.store.facts.erase(1, [number], MAY_EVENTS)
            self.store.facts.expire(2, cuts(at(number + 1)), MAY_EVENTS)
        for project in (1, 2):
            del self.expected[project, number, number]

    def write(self, number: int) -> None:
        """New rows, and changes of those of another visitor."""
        project, visitor = 1 + number % 2, ROUNDS + number
        self.insert(project, 2 * ROUNDS + number, 7)
        new = 1000 + number
        self.store.facts.apply(Merge("events", [project], [visitor], [new], at(visitor), at(visitor + 1)))
        first = Move("events", project, 9, "named", [at(visitor)], [project], [visitor * 100])
        self.store.facts.apply(first)
        del self.expected[project, visitor, visitor]
        self.expected.update({(project, visitor, new): EACH - 1, (project, visitor, 9): 1})

    def found(self) -> Counter[tuple[int, int, int]]:
        sql = "SELECT project_id, visitor, session, count() FROM events GROUP BY ALL"
        return Counter({(project, visitor, session): n for project, visitor, session, n in self.store.query(sql).rows})


def at(visitor: int) -> int:
    return MAY + visitor * EACH * SECOND


@pytest.mark.parametrize("removal_first", [True, False])
def test_what_is_written_beside_a_removal_is_as_without_it(store: Store, *, removal_first: bool) -> None:
    both = Both(store)
    works: list[Callable[[int], None]] = [both.remove, both.write]
    with ThreadPoolExecutor(2) as threads:
        for number in range(ROUNDS):
            for done in [threads.submit(work, number) for work in (works if removal_first else works[::-1])]:
                done.result()
    assert both.found() == both.expected
    store.settle_updates()
    assert both.found() == both.expected, "once changes are merged into the parts"


def test_a_removal_that_is_interrupted_goes_on_and_is_not_taken_for_a_loss(store: Store, tmp_path: Path) -> None:
    spool, inventory, piece = MemorySpool(), Inventory(), Piece("events", "202506")
    drain = Drain(lambda: [("serve", spool)], store, Journal(tmp_path), Watcher(), inventory=inventory)
    submit(spool, event(0))
    drain.drain_once()
    assert not inventory.is_unsure
    store.command("SYSTEM STOP MERGES events")  # removals rewrite parts, as merges do

    def remove() -> None:
        with drain.removing(piece), store.background():
            store.facts.erase(1, None, piece)

    with ThreadPoolExecutor(1) as threads:
        removed = threads.submit(remove)
        until(store.facts.is_removing)
        submit(spool, event(1))
        drain.drain_once()
        assert events(store) == 2, "the drain does not wait"
        while not removed.done():
            store.interrupt_background()
            time.sleep(0.01)
        with pytest.raises(QueryCancelledError):
            removed.result()
    drain.drain_once()
    assert inventory.is_unsure, "nothing is counted"
    assert drain.begin_cells({}) is None
    store.command("SYSTEM START MERGES events")
    until(lambda: not store.facts.is_removing())
    drain.drain_once()
    assert not inventory.is_unsure
    assert (events(store), inventory.losses()) == (1, [])
    assert drain.begin_cells({}) is not None
    with drain.removing(piece), store.background():
        store.facts.erase(1, None, piece)
    assert store.facts.to_erase(1, None) != piece


def events(store: Store) -> int:
    return int(store.query(f"SELECT count() FROM {Table.EVENTS}").scalar)  # noqa: S608 - a constant


def until(holds: Callable[[], bool]) -> None:
    """The test's own limit of time ends what never holds."""
    while not holds():
        time.sleep(0.01)


def test_a_change_waits_for_a_removal_no_longer_than_its_bound(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The drain shows the reason as that of its standstill, and other spools go on."""
    monkeypatch.setattr(facts, "CHANGE_SECONDS", 0.01)
    both = Both(store)
    merge = Merge("events", [2], [5], [1005], at(5), at(6))
    store.command("SYSTEM STOP MERGES events")

    def remove() -> None:
        with store.background():
            store.facts.erase(1, [3], MAY_EVENTS)

    with ThreadPoolExecutor(1) as threads:
        removed = threads.submit(remove)
        until(store.facts.is_removing)
        with pytest.raises(TransientError, match="rows are being removed"):
            store.facts.apply(merge)
        store.command("SYSTEM START MERGES events")
        removed.result()
    store.facts.apply(merge)
    del both.expected[1, 3, 3]
    both.expected[2, 5, 1005] = both.expected.pop((2, 5, 5))
    assert both.found() == both.expected
