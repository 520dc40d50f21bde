"""Facts of many months in one body hold up nobody, and are stored once."""

from __future__ import annotations

import pytest
from tests.contract.test_drain import NOON, FailingStore, Watcher, check_sessions, event, request, submit
from tests.contract.test_inventory import logs
from tests.support.draining import drain_all, take_stock

from footfall.drain.backfill import BACKFILL, MAX_MONTHS, Backfill
from footfall.drain.drain import Drain
from footfall.drain.inventory import Inventory
from footfall.drain.journal import Journal
from footfall.errors import StoreError
from footfall.model.raw import EngagementRows, RawEngagement
from footfall.spool.memory import MemorySpool
from footfall.spool.protocol import Submission
from footfall.store.protocol import Store

MONTH = 31 * 24 * 60
MONTHS = 40
COUNTS = "SELECT count(), uniqExact(id_lo), uniqExact(toYYYYMM(timestamp)), min(batch) != max(batch) FROM events"


class Kit:
    def __init__(self, store: Store, path):
        self.spools = {"serve": MemorySpool(), BACKFILL: MemorySpool(after=1000)}
        self._store = store
        self._path = path
        self.inventory = Inventory()

    def drain(self, over=None, *, sets_apart: bool = True) -> Drain:
        return Drain(
            lambda: list(self.spools.items()),
            over or self._store,
            Journal(self._path / "drain"),
            Watcher(),
            inventory=self.inventory,
            backfill=Backfill(lambda: self.spools[BACKFILL]) if sets_apart else None,
        )


@pytest.fixture
def kit(store, tmp_path):
    return Kit(store, tmp_path)


def test_each_round_writes_to_a_few_months(kit, store):
    submit(kit.spools["serve"], *(event(-MONTH * number) for number in range(MONTHS)), request(-MONTH * 30), request(0))
    submit(kit.spools["serve"], event(1), project=2)
    old = NOON - 30 * MONTH * 60_000
    kit.spools["serve"].append([Submission(EngagementRows(1, NOON, [RawEngagement(old, 1, 2, path="/a")]))])
    kit.spools["serve"].append([Submission(logs(count=3))])
    drain = kit.drain()
    most = "SELECT max(n) FROM (SELECT uniqExact(toYYYYMM(timestamp)) AS n FROM events GROUP BY batch)"
    drain.drain_once()
    assert store.query("SELECT count() FROM events WHERE project_id = 2").scalar == 1, "others wait for none of it"
    assert store.query("SELECT uniqExact(toYYYYMM(timestamp)) FROM events").scalar <= 2 * MAX_MONTHS
    drain_all(drain, *kit.spools.values())
    assert store.query(COUNTS).rows == [(MONTHS + 1, MONTHS + 1, MONTHS, 1)]
    assert store.query(most).scalar == MAX_MONTHS
    assert store.query("SELECT (SELECT count() FROM requests), (SELECT count() FROM engagements)").rows == [(2, 1)]
    assert store.query("SELECT sum(count) FROM proxy_logs").scalar == 3
    check_sessions(store)


@pytest.mark.parametrize("fail_at", [1, 2, 3])
def test_rows_are_set_apart_once_however_often_their_batch_is_planned(kit, store, fail_at):
    submit(kit.spools["serve"], *(event(-MONTH * number) for number in range(20)))
    with pytest.raises(StoreError):
        kit.drain(over=FailingStore(store, fail_at, StoreError("no"))).drain_once()
    for plan in (kit._path / "drain").glob("serve-*.plan"):
        plan.write_bytes(b"garbage")
    drain_all(kit.drain(), *kit.spools.values())
    assert store.query(COUNTS).rows == [(20, 20, 20, 1)]
    check_sessions(store)


def test_lost_rows_come_back_from_the_spool_that_brought_them(kit, store):
    submit(kit.spools["serve"], *(event(-MONTH * number) for number in range(20)))
    drain_all(kit.drain(), *kit.spools.values())
    kit.drain().drain_once()
    store.command("TRUNCATE TABLE events")
    take_stock(kit.drain(), kit.inventory)
    assert store.query(COUNTS).rows == [(20, 20, 20, 1)]
    assert kit.inventory.losses() == []
    check_sessions(store)


def test_rows_that_come_back_are_not_set_apart(kit, store):
    """Their batch was written as a whole, by an earlier version."""
    submit(kit.spools["serve"], *(event(-MONTH * number) for number in range(20)))
    whole = kit.drain(sets_apart=False)
    for _ in range(2):
        whole.drain_once()
    store.command("TRUNCATE TABLE events")
    take_stock(kit.drain(), kit.inventory)
    assert store.query(COUNTS).rows == [(20, 20, 20, 0)]
    assert kit.inventory.losses() == []
    check_sessions(store)


def test_few_months_stay_together(kit, store):
    submit(kit.spools["serve"], *(event(-MONTH * number) for number in range(MAX_MONTHS)))
    kit.drain().drain_once()
    assert store.query(COUNTS).rows == [(MAX_MONTHS, MAX_MONTHS, MAX_MONTHS, 0)]
