"""What is gone from the store is noticed; what spools and facts still say of it comes back, once."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path
from typing import get_type_hints

import pytest
import structlog
from tests.contract.test_drain import NOON, FailingStore, check_sessions, damage, event, request, submit
from tests.support.draining import take_stock
from tests.support.history_product import Watcher

from footfall.catalog.tables import Table
from footfall.drain import stocktaking
from footfall.drain.drain import Drain
from footfall.drain.inventory import Inventory
from footfall.drain.journal import Journal
from footfall.drain.rebuilding import SessionsRebuilding
from footfall.drain.stocktaking import Stocktaking
from footfall.errors import StoreError, TransientError
from footfall.model.raw import EngagementRows, ProxyColumns, ProxyLogs, RawEngagement
from footfall.spool.memory import MemorySpool
from footfall.spool.protocol import Submission
from footfall.store.protocol import Piece

MAY, JUNE = 202505, 202506
A_MONTH = 40 * 24 * 60
ALL = "SELECT count(), uniqExact(id_lo) FROM events"


class Kit:
    """A drain that can be started anew on the same store, spool and inventory."""

    def __init__(self, store, path):
        self.store = store
        self.spool = MemorySpool()
        self.inventory = Inventory(path / "inventory.db")
        self.path = path

    def drain(self, over=None):
        return Drain(
            lambda: [("serve", self.spool)],
            over or self.store,
            Journal(self.path / "drain"),
            Watcher(),
            inventory=self.inventory,
        )

    def start(self, over=None):
        drain = self.drain(over)
        take_stock(drain, self.inventory)
        return drain

    def losses(self):
        return [(loss.table, loss.month, loss.amount) for loss in self.inventory.losses()]

    def forget_spool(self):
        self.spool = MemorySpool()


@pytest.fixture
def kit(store, tmp_path):
    made = Kit(store, tmp_path)
    yield made
    made.inventory.close()


def filled(kit):
    """Two batches, of two months, with late events and named sessions."""
    submit(kit.spool, event(0), event(50), event(5, visitor=8), event(-A_MONTH), request(0))
    kit.start()
    submit(kit.spool, event(20, session_id="s"), event(25), event(60), event(7, visitor=8), request(3))
    kit.start()
    assert kit.losses() == []


def logs(count):
    """One proxy log."""
    kinds = {int: 0, str: "", bool: False}
    columns = {name: [kinds.get(kind.__args__[0], 0)] for name, kind in get_type_hints(ProxyColumns).items()}
    return ProxyLogs(1, NOON, ProxyColumns(**columns | {"timestamp": [NOON], "count": [count]}))


def gone(store, table, how):
    """What an accident leaves of the table, or of a part of it."""
    if how == "all dropped":
        store.command(f"TRUNCATE TABLE {table}")
        return
    sql = "SELECT name, path FROM system.parts WHERE active AND database = currentDatabase() AND table = {table:String}"
    store = next(shard for shard in store.shards if shard.query(sql, {"table": table}).rows)
    name, path = store.query(sql, {"table": table}).rows[0]
    if how == "dropped":
        store.command(f"ALTER TABLE {table} DROP PART '{name}'")
    elif how == "detached":
        store.command(f"ALTER TABLE {table} DETACH PART '{name}'")
    else:
        store.command(f"DETACH TABLE {table}")
        if how == "deleted":
            shutil.rmtree(path)
        elif how == "emptied":
            for file in Path(path).iterdir():
                file.unlink()
        elif how == "truncated":
            for file in Path(path).iterdir():
                os.truncate(file, file.stat().st_size // 2)
        store.command(f"ATTACH TABLE {table}")


ACCIDENTS = ["dropped", "detached", "all dropped", "deleted", "emptied", "truncated"]


@pytest.mark.parametrize("how", ACCIDENTS)
def test_facts_that_are_gone_come_back_from_the_spool_once(kit, how):
    filled(kit)
    gone(kit.store, "events", how)
    kit.start()
    assert kit.store.query(ALL).rows == [(8, 8)]
    check_sessions(kit.store)
    assert kit.losses() == []


def test_facts_whose_files_are_damaged_come_back_once_a_query_meets_them(kit):
    filled(kit)
    kit.store.command("OPTIMIZE TABLE events FINAL")
    damage(kit.store, "events", "flipped")
    with pytest.raises(StoreError):
        kit.store.reading(1).query("SELECT sum(cityHash64(*)) FROM events")
    kit.start()
    assert kit.store.query(ALL).rows == [(8, 8)]
    check_sessions(kit.store)


@pytest.mark.parametrize("how", ["detached", "emptied"])
def test_sessions_that_are_gone_are_made_again(kit, how):
    filled(kit)
    gone(kit.store, "sessions", how)
    kit.start()
    check_sessions(kit.store)
    assert kit.store.query("SELECT sum(sign * events) FROM sessions").scalar == 10
    assert kit.losses() == []


def test_engagements_come_back(kit):
    rows = EngagementRows(1, NOON, [RawEngagement(NOON, 1, 2, visitor=7, path="/a")])
    kit.spool.append([Submission(rows)])
    kit.start()
    gone(kit.store, "engagements", "dropped")
    kit.start()
    assert kit.store.query("SELECT count() FROM engagements").scalar == 1


@pytest.mark.parametrize("fail_at", range(1, 4))
def test_a_repair_that_is_interrupted_goes_on(kit, fail_at):
    filled(kit)
    gone(kit.store, "events", "all dropped")
    with pytest.raises(StoreError):
        kit.start(over=FailingStore(kit.store, fail_at, StoreError("no")))
    kit.start()
    assert kit.store.query(ALL).rows == [(8, 8)]
    check_sessions(kit.store)
    assert kit.losses() == []


def test_what_does_not_come_back_is_told_once_and_kept_in_mind(kit):
    filled(kit)
    kit.forget_spool()
    gone(kit.store, "events", "all dropped")
    with structlog.testing.capture_logs() as said:
        kit.start()
        kit.start()
    found = [(line["table"], line["month"], line["rows"]) for line in said if "missing" in line["event"]]
    assert found == [("events", MAY, 1), ("events", JUNE, 7)]
    assert kit.losses() == found
    kit.inventory.accept_losses()
    kit.start()
    assert kit.losses() == []


@pytest.mark.parametrize("kept", [0, 1], ids=["all of its rows are gone from the spool", "some are left"])
def test_what_is_stored_of_a_batch_without_its_plan_does_not_hide_a_loss(kit, store, kept):
    """As many rows of it as are lost elsewhere: the numbers alone would agree."""
    filled(kit)
    kit.forget_spool()
    kit.spool = MemorySpool(after=100)
    submit(kit.spool, event(-A_MONTH + 1))
    submit(kit.spool, event(-A_MONTH + 2))
    with pytest.raises(TransientError):
        kit.start(over=FailingStore(store, 2, TransientError("killed")))
    (plan,) = (kit.path / "drain").glob("*.plan")
    plan.write_bytes(b"damaged")
    assert store.query(ALL).rows == [(10, 10)]
    for row in kit.spool._rows[kept:]:
        row.records.clear()
    if not kept:
        kit.spool = MemorySpool(after=200)
    stored = store.query("SELECT min(id_lo), count() FROM events WHERE toYYYYMM(timestamp) = 202505").rows
    assert stored[0][1] == 3
    store.command("DELETE FROM events WHERE id_lo = {first:UInt64}", {"first": stored[0][0]})
    kit.start()
    assert store.query(ALL).rows == [(9, 9)]
    assert kit.losses() == [("events", MAY, 1)]


@pytest.mark.parametrize("left", [0, 1], ids=["an event of this month is left", "one of last month is"])
def test_sessions_of_events_that_only_the_store_has_are_as_these_say(kit, left):
    """Stored by a batch whose plan is lost, and lost by the spool before their sessions were stored."""
    filled(kit)
    submit(kit.spool, event(30))
    submit(kit.spool, event(-A_MONTH + 5))
    with pytest.raises(TransientError):
        kit.start(over=FailingStore(kit.store, 2, TransientError("killed")))
    (plan,) = (kit.path / "drain").glob("*.plan")
    plan.write_bytes(b"damaged")
    assert kit.store.query(ALL).rows == [(10, 10)]
    kit.spool._rows[-1 - left].records.clear()
    kit.start()
    check_sessions(kit.store)
    assert kit.store.query(ALL).rows == [(10, 10)]


@pytest.mark.parametrize("named", ["", "s"], ids=["without pauses", "under a name, with pauses"])
def test_sessions_that_go_on_in_the_next_month_are_made_again_whole(kit, named):
    """Their rows are in the month that they begin in."""
    june = -(14 * 24 + 12) * 60
    minutes = range(june - 110, june + 500, 100 if named else 20)
    submit(kit.spool, *(event(minute, session_id=named) for minute in minutes))
    kit.start()
    ((start, end),) = kit.store.query("SELECT toYYYYMM(min(start)), toYYYYMM(max(end)) FROM sessions").rows
    assert (start, end) == (MAY, JUNE)
    kit.store.command("ALTER TABLE sessions DROP PARTITION ID '202505'")
    kit.start()
    check_sessions(kit.store)
    assert kit.store.query("SELECT sum(sign), sum(sign * events) FROM sessions").rows == [(1, len(minutes))]


def test_what_is_removed_on_purpose_is_not_missed(kit):
    filled(kit)
    drain = kit.start()
    for table, month in ((Table.EVENTS, JUNE), (Table.SESSIONS, JUNE), (Table.EVENTS, MAY), (Table.SESSIONS, MAY)):
        piece = Piece(table.value, str(month))
        with drain.removing(piece):
            kit.store.facts.erase(1, [8], piece)
            drain.drain_once()
    drain.drain_once()
    kit.start()
    assert kit.losses() == []
    assert kit.store.query(ALL).rows == [(6, 6)]
    gone(kit.store, "events", "dropped")
    kit.start()
    assert kit.store.query(ALL).rows == [(6, 6)]


def test_months_that_retention_eats_are_not_compared(kit, tmp_path):
    filled(kit)
    kit.forget_spool()
    kit.inventory.close()
    kit.inventory = Inventory(tmp_path / "inventory.db", retention_days=30)
    gone(kit.store, "events", "all dropped")
    kit.start()
    assert kit.losses() == []


@pytest.mark.parametrize("longer", [None, 3_650])
def test_what_retention_took_is_not_missed_once_it_is_lifted(kit, tmp_path, longer):
    """Rows go when parts are merged, at any time: also after the last count under the shorter one."""
    filled(kit)
    kit.inventory.close()
    kit.inventory = Inventory(tmp_path / "inventory.db", retention_days=30)
    kit.start()
    kit.forget_spool()
    gone(kit.store, "events", "all dropped")
    kit.inventory.close()
    kit.inventory = Inventory(tmp_path / "inventory.db", retention_days=longer)
    kit.start()
    assert kit.losses() == []
    gone(kit.store, "requests", "all dropped")
    kit.start()
    assert kit.losses() == [("requests", JUNE, 2)]


def test_a_store_of_an_earlier_version_is_believed_as_it_is(kit, tmp_path):
    filled(kit)
    kit.inventory.close()
    (tmp_path / "inventory.db").write_bytes(b"garbage" * 1000)
    kit.inventory = Inventory(tmp_path / "inventory.db")
    kit.start()
    assert kit.losses() == []
    assert kit.inventory.differences(kit.store.facts.tallies() or {}) == []
    gone(kit.store, "requests", "all dropped")
    kit.forget_spool()
    kit.start()
    assert kit.losses() == [("requests", JUNE, 2)]


def test_merges_change_no_tally(kit):
    filled(kit)
    for _ in range(3):
        kit.spool.append([Submission(logs(count=3))])
        kit.start()
    before = kit.store.facts.tallies()
    for table in ("events", "sessions", "requests", "proxy_logs"):
        kit.store.command(f"OPTIMIZE TABLE {table} FINAL")
    assert kit.store.facts.tallies() == before
    assert before
    assert before[Table.PROXY_LOGS, JUNE] == 9
    gone(kit.store, "proxy_logs", "all dropped")
    kit.start()
    assert kit.losses() == [("proxy_logs", JUNE, 9)]


def test_a_batch_that_can_not_be_finished_is_still_under_way(kit, store, monkeypatch):
    """Nothing is counted, backed up or rolled up until the spool has let go of it."""
    submit(kit.spool, event(0), event(50))
    finish = MemorySpool.finish
    with monkeypatch.context() as locked:
        locked.setattr(MemorySpool, "finish", refused)
        drain = Drain(
            lambda: [("serve", kit.spool)], store, Journal(kit.path / "drain"), Watcher(), inventory=kit.inventory
        )
        with pytest.raises(TransientError):
            drain.drain_once()
        with drain.quiesced() as quiesced:
            assert not quiesced
    assert MemorySpool.finish is finish
    for _ in range(3):
        drain.drain_once()
    with drain.quiesced() as quiesced:
        assert quiesced
    assert store.query(ALL).rows == [(2, 2)]
    assert kit.losses() == []
    check_sessions(store)


def refused(*_):
    raise TransientError("locked")


def test_a_batch_of_a_spool_that_can_not_be_read_yet_is_still_under_way(kit, store):
    """After a restart, too: what is stored of it must not be taken for all, nor for somebody else's."""
    submit(kit.spool, event(0), event(50), event(-A_MONTH))
    with pytest.raises(TransientError):
        kit.start(over=FailingStore(store, 1, TransientError("killed")))
    spools, exist = [], {"serve"}
    drain = Drain(
        lambda: spools,
        store,
        Journal(kit.path / "drain"),
        Watcher(),
        inventory=kit.inventory,
        exists=exist.__contains__,
    )
    for _ in range(3):
        drain.drain_once()
        with drain.quiesced() as quiesced:
            assert not quiesced
    spools.append(("serve", kit.spool))
    for _ in range(3):
        drain.drain_once()
    with drain.quiesced() as quiesced:
        assert quiesced
    assert store.query(ALL).rows == [(3, 3)]
    assert kit.losses() == []


def test_a_plan_whose_spool_is_gone_keeps_nothing_waiting(kit, store):
    submit(kit.spool, event(0))
    with pytest.raises(TransientError):
        kit.start(over=FailingStore(store, 1, TransientError("killed")))
    journal = Journal(kit.path / "drain")
    drain = Drain(list, store, journal, Watcher(), inventory=kit.inventory, exists=set().__contains__)
    drain.drain_once()
    with drain.quiesced() as quiesced:
        assert quiesced
    assert journal.begun() == {"serve"}  # it may be all that is left of the rows


def test_damage_that_could_not_be_mended_is_not_forgotten(kit, store, monkeypatch):
    filled(kit)
    drain = kit.start()
    met = iter([True])  # the store tells of a damaged part once
    monkeypatch.setattr(store, "set_damage_aside", lambda: next(met, False))
    rebuild, calls = SessionsRebuilding.__call__, []

    def once_refused(self):
        calls.append(1)
        if len(calls) == 1:
            refused()
        rebuild(self)

    monkeypatch.setattr(SessionsRebuilding, "__call__", once_refused)
    with pytest.raises(TransientError):
        drain.drain_once()
    drain.drain_once()
    drain.drain_once()
    assert len(calls) == 2
    check_sessions(store)


@pytest.fixture
def uncounted(monkeypatch):
    """Rounds of a drain that is killed before it counts."""

    def run(kit, rounds=1):
        with monkeypatch.context() as killed:
            killed.setattr(Stocktaking, "__call__", lambda _: None)
            drain = kit.drain()
            for _ in range(rounds):
                drain.drain_once()

    return run


def test_sessions_that_go_once_they_were_made_again_are_made_again(kit, uncounted):
    """Before they are counted, too: what they should hold is what was written."""
    filled(kit)
    gone(kit.store, "sessions", "truncated")
    uncounted(kit)
    check_sessions(kit.store)
    gone(kit.store, "sessions", "all dropped")
    kit.start()
    check_sessions(kit.store)
    assert kit.store.query("SELECT sum(sign * events) FROM sessions").scalar == 10


def test_sessions_that_go_once_a_batch_is_completed_without_its_plan_are_made_again(kit, uncounted):
    filled(kit)
    submit(kit.spool, event(30), event(70), event(-A_MONTH + 5))
    with pytest.raises(TransientError):
        kit.start(over=FailingStore(kit.store, 2, TransientError("killed")))
    (plan,) = (kit.path / "drain").glob("*.plan")
    plan.write_bytes(b"no plan")
    uncounted(kit)
    gone(kit.store, "sessions", "all dropped")
    kit.start()
    check_sessions(kit.store)
    assert kit.store.query("SELECT sum(sign * events) FROM sessions").scalar == 13


def test_sessions_that_go_while_facts_come_back_are_made_again(kit, monkeypatch):
    filled(kit)
    gone(kit.store, "events", "all dropped")
    monkeypatch.setattr(stocktaking, "REPLAYING", 0)
    drain = kit.drain()
    for _ in range(2):  # it counts, then a batch comes back
        drain.drain_once()
    gone(kit.store, "sessions", "all dropped")
    kit.start()
    assert kit.store.query(ALL).rows == [(8, 8)]
    check_sessions(kit.store)
    assert kit.store.query("SELECT sum(sign * events) FROM sessions").scalar == 10


def test_what_a_month_that_is_made_again_adds_to_another_is_expected_there(kit):
    """Of the month itself, what was there before is not: it was dropped."""
    kit.inventory.settle({(Table.SESSIONS, MAY): 5}, kept=[])
    kit.inventory.made_again(MAY, {MAY: 7, JUNE: 3})
    assert kit.inventory.differences({(Table.SESSIONS, MAY): 7, (Table.SESSIONS, JUNE): 3}) == []
    assert not kit.inventory.is_unsure
    kit.inventory.doubt([JUNE])
    kit.inventory.made_again(MAY, {MAY: 7, JUNE: 3})
    assert kit.inventory.is_unsure, "what is not known stays so"


def test_a_month_that_is_made_again_while_rows_are_removed_is_counted_afterwards(kit):
    kit.inventory.settle({(Table.SESSIONS, MAY): 5}, kept=[])
    kit.inventory.begin_change(Table.SESSIONS, MAY)
    kit.inventory.made_again(MAY, {MAY: 7})
    assert kit.inventory.differences({(Table.SESSIONS, MAY): 6}) == []
    kit.inventory.end_change(Table.SESSIONS, MAY)
    assert kit.inventory.is_unsure


def test_tallies_of_a_day_of_batches_are_added_up(kit):
    batches = [(number, "sessions", MAY, (1 << 48) - 1) for number in range(70_000)]
    with sqlite3.connect(kit.path / "inventory.db") as beside:
        beside.executemany("INSERT INTO batches VALUES (?, ?, ?, ?)", batches)
    beside.close()
    kit.inventory.settle({}, kept=[])
    assert kit.inventory.differences({(Table.SESSIONS, MAY): 0}) == []
