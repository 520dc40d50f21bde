"""Every sentence of `spool.protocol.Spool`, held against each implementation."""

from __future__ import annotations

import random
import sqlite3
import threading
import zlib
from contextlib import closing

import msgspec
import pytest

from footfall.clock import DAY
from footfall.errors import TransientError
from footfall.model.raw import EventRows, RawEvent, RequestColumns, size
from footfall.spool import sqlite
from footfall.spool.memory import MemorySpool
from footfall.spool.protocol import Batch, Key, Submission
from footfall.spool.sqlite import SqliteSpool


class FakeClock:
    def __init__(self, now=1_750_000_000_000):
        self.now = now

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture(params=["memory", "sqlite"])
def spool(request, tmp_path, clock):
    if request.param == "memory":
        made = MemorySpool(clock=clock, capacity=100)
    else:
        made = SqliteSpool(tmp_path / "spool.db", clock=clock, capacity=100, keep_seconds=3600)
    yield made
    made.close()


def events(*names, project=1):
    return EventRows(project, 5, [RawEvent(timestamp=1, id_hi=2, id_lo=3, name=name) for name in names])


def names(spool, batch):
    return [row.name for record in spool.records(batch) for row in record.rows]


def test_records_come_back_in_order_and_whole(spool):
    columns = RequestColumns(7, 9, 3, b"\x00arrow\xff")
    spool.append([Submission(events("a", "b")), Submission(columns)])
    spool.append([Submission(events("c"))])
    batch = spool.take(100)
    assert [*spool.records(batch)] == [events("a", "b"), columns, events("c")]


def test_a_record_of_many_rows_stays_whole(spool):
    """Chunks that are forwarded are made of records: they have to be the same ones after an upgrade."""
    large = events(*map(str, range(1_200)))
    spool.append([Submission(large)])
    batch = spool.take(10_000)
    for _ in range(2):
        (found,) = spool.records(batch)
        assert (found.project_id, found.received_at, found.rows) == (1, 5, large.rows)
        if isinstance(found, EventRows):
            found.rows.clear()  # they are the caller's


def test_records_are_those_of_the_call(spool):
    spool.append([Submission(events("a")), Submission(events("b", project=2))])
    batch = spool.take(100)
    found = spool.records(batch)
    spool.rewrite([], lambda _: [])
    assert [row.name for record in found for row in record.rows] == ["a", "b"]
    assert names(spool, batch) == []


def test_records_of_one_commit_may_be_put_together_but_not_out_of_order(spool):
    columns = RequestColumns(1, 9, 1, b"x")
    together = [events("a"), events("b"), events("c", project=2), columns, events("d", project=2), events("e")]
    spool.append([Submission(record) for record in together])
    found = [
        (record.project_id, row.name)
        for record in spool.records(spool.take(100))
        for row in getattr(record, "rows", [RawEvent(timestamp=0, id_hi=0, id_lo=0, name="columns")])
    ]
    assert found == [(1, "a"), (1, "b"), (2, "c"), (1, "columns"), (2, "d"), (1, "e")]
    assert together[0] == events("a")


def test_a_note_is_committed_with_its_records_and_outlives_them(spool, clock):
    assert spool.note() == b""
    spool.append([Submission(events("a"))], b"one")
    spool.append([Submission(events("b"))])
    assert spool.note() == b"one"
    spool.append([], b"two")
    spool.append([Submission(events("a"), Key(1, "k"))], b"three")
    spool.append([Submission(events("a"), Key(1, "k"))], b"four")
    assert names(spool, spool.take(100)) == ["a", "b", "a"]
    spool.finish(spool.take(100))
    clock.now += 365 * DAY
    assert spool.note() == b"four"


def test_a_full_spool_takes_no_note(spool):
    spool.append([Submission(events(*map(str, range(100))))], b"before")
    for submissions in ([], [Submission(events("a"))]):
        with pytest.raises(TransientError):
            spool.append(submissions, b"after")
    assert spool.note() == b"before"


def test_a_batch_is_fixed_until_it_is_finished(spool):
    spool.append([Submission(events("a"))])
    first = spool.take(100)
    spool.append([Submission(events("b"))])
    assert spool.take(100) == first
    assert names(spool, first) == ["a"]
    spool.finish(first)
    second = spool.take(100)
    assert second.number > first.number
    assert names(spool, second) == ["b"]
    spool.finish(second)
    assert spool.take(100) is None


def test_take_stops_near_its_limit_but_never_at_nothing(spool):
    spool.append([Submission(events("a", "b", "c"))])
    spool.append([Submission(events("d"))])
    spool.append([Submission(events("e"))])
    batch = spool.take(2)
    assert names(spool, batch) == ["a", "b", "c"]
    spool.finish(batch)
    batch = spool.take(2)
    assert names(spool, batch) == ["d", "e"]


def test_the_next_batch_is_seen_before_the_first_is_finished_and_recorded_after_it(spool):
    for name in "abcd":
        spool.append([Submission(events(name))])
    first = spool.take(2)
    assert spool.following(first, 2, least=3) is None
    second = spool.following(first, 2, least=2)
    assert names(spool, second) == ["c", "d"]
    assert second.number > first.number
    spool.append([Submission(events("e"))])
    assert spool.take(2) == first
    spool.finish(first)
    spool.begin(second)
    assert spool.take(100) == second
    assert spool.state().waiting == 3
    spool.finish(second)
    assert (names(spool, spool.take(100)), spool.state().waiting) == (["e"], 1)


def test_a_batch_that_was_only_seen_is_not_taken(spool):
    for name in "abc":
        spool.append([Submission(events(name))])
    first = spool.take(1)
    assert names(spool, spool.following(first, 1, least=1)) == ["b"]
    spool.finish(first)
    assert names(spool, spool.take(100)) == ["b", "c"]


def test_state_counts_events(spool, clock):
    spool.append([Submission(events("a", "b"))])
    state = spool.state()
    assert (state.waiting, state.drained, state.capacity, state.last_drained_at) == (2, 0, 100, 0)
    clock.now += 10
    spool.finish(spool.take(100))
    state = spool.state()
    assert (state.waiting, state.drained, state.last_drained_at) == (0, 2, clock.now)


def test_a_full_spool_refuses_and_stores_nothing(spool):
    spool.append([Submission(events(*["x"] * 100))])
    with pytest.raises(TransientError, match=r"nothing was stored") as refusal:
        spool.append([Submission(events("late"))])
    assert refusal.value.retry_after >= 1
    assert spool.state().waiting == 100
    spool.finish(spool.take(1000))
    spool.append([Submission(events("later"))])
    assert names(spool, spool.take(10)) == ["later"]


def test_the_same_key_is_stored_once_and_answered_alike(spool, clock):
    key = Key(1, "order-7")
    assert spool.append([Submission(events("a"), key, b"first")]) == [b"first"]
    again = [Submission(events("b"), key, b"second"), Submission(events("c"), Key(2, "order-7"), b"other")]
    assert spool.append(again) == [b"first", b"other"]
    assert names(spool, spool.take(10)) == ["a", "c"]
    clock.now += DAY + 1
    assert spool.append([Submission(events("d"), key, b"third")]) == [b"third"]


def test_the_same_key_twice_in_one_commit(spool):
    key = Key(1, "k")
    assert spool.append([Submission(events("a"), key, b"1"), Submission(events("b"), key, b"2")]) == [b"1", b"1"]
    assert spool.state().waiting == 1


def test_rejected_records_are_counted(spool):
    spool.append([Submission(events("a", "b"))])
    batch = spool.take(10)
    spool.reject(batch, next(spool.records(batch)), "no good")
    assert spool.state().rejected == 2


def test_many_threads_append_and_nothing_is_lost(spool):
    def work(worker):
        for n in range(10):
            spool.append([Submission(events(f"{worker}-{n}"))])

    threads = [threading.Thread(target=work, args=(w,)) for w in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(names(spool, spool.take(100))) == sorted(f"{w}-{n}" for w in range(8) for n in range(10))


# What only a file can do.


@pytest.fixture
def path(tmp_path):
    return tmp_path / "spool.db"


def reopen(path, clock, **options):
    return SqliteSpool(path, clock=clock, **({"capacity": 100, "keep_seconds": 3600} | options))


def test_reopening_gives_the_same_unfinished_batch(path, clock):
    first = reopen(path, clock)
    first.append([Submission(events("a"), Key(1, "k"), b"x")])
    batch = first.take(10)
    first.append([Submission(events("b"))])
    first.close()
    second = reopen(path, clock)
    assert second.take(10) == batch
    assert names(second, batch) == ["a"]
    assert second.state().waiting == 2
    assert second.append([Submission(events("z"), Key(1, "k"), b"y")]) == [b"x"]
    second.close()


def test_a_flipped_bit_is_set_aside_and_counted(path, clock):
    spool = reopen(path, clock)
    for name in "abc":
        spool.append([Submission(events(name))])
    with sqlite3.connect(path) as db:
        (body,) = db.execute("SELECT body FROM rows WHERE seq = 2").fetchone()
        db.execute("UPDATE rows SET body = ? WHERE seq = 2", (body[:-1] + bytes([body[-1] ^ 1]),))
    db.close()
    batch = spool.take(10)
    assert names(spool, batch) == ["a", "c"]
    assert names(spool, batch) == ["a", "c"]
    assert spool.state().damaged == 1
    spool.close()


def kept(spool):
    """Drained batches whose rows are still there, oldest first."""
    query = "SELECT number, first, last FROM batches JOIN rows ON seq = first WHERE finished_at > 0 ORDER BY 1"
    with closing(sqlite3.connect(spool.path)) as db:
        return [Batch(*row) for row in db.execute(query)]


def test_drained_rows_are_kept_for_a_while_and_then_deleted(path, clock):
    spool = reopen(path, clock)
    for name in "abc":
        spool.append([Submission(events(name))])
        spool.finish(spool.take(10))
        clock.now += 1_200_000
    assert len(kept(spool)) == 3
    clock.now += 1_300_000
    spool.append([Submission(events("d"))])
    spool.finish(spool.take(10))
    assert [names(spool, batch) for batch in kept(spool)] == [["c"], ["d"]]
    assert spool.state().drained == 4
    spool.close()


def test_nothing_kept_when_told_so_and_totals_survive(path, clock):
    spool = reopen(path, clock, keep_seconds=0)
    spool.append([Submission(events("a", "b"))])
    spool.finish(spool.take(10))
    assert kept(spool) == []
    spool.close()
    spool = reopen(path, clock, keep_seconds=0)
    assert (spool.state().waiting, spool.state().drained) == (0, 2)
    spool.append([Submission(events("c"))])
    assert names(spool, spool.take(10)) == ["c"]
    spool.close()


def test_a_disk_that_refuses_is_a_passing_error(path, clock):
    spool = reopen(path, clock)
    spool._writer.execute("PRAGMA max_page_count = 1")
    with pytest.raises(TransientError, match="nothing was stored"):
        spool.append([Submission(events(random.Random(1).randbytes(200_000).hex()))])
    waiting = spool.state().waiting
    spool._writer.execute("PRAGMA max_page_count = 1000000")
    spool.append([Submission(events("y"))])
    assert spool.state().waiting == waiting + 1
    assert sum(size(record) for record in spool.records(spool.take(1000))) == waiting + 1
    spool.close()


def test_what_repeats_takes_little_room_and_counts_whole_against_a_batch(path, clock, monkeypatch):
    monkeypatch.setattr(sqlite, "BATCH_BYTES", 300_000)
    spool = reopen(path, clock, capacity=100_000)
    for letter in "abc":
        spool.append([Submission(events(*[letter * 100] * 1_500, *[letter * 50] * 2))])  # 154 kB unpacked
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT sum(length(body)) < 60000, min(length(body)) < 20000 FROM rows").fetchone() == (1, 1)
    batch = spool.take(100_000)
    assert {name[0] for name in names(spool, batch)} == {"a"}
    assert {name[0] for name in names(spool, spool.following(batch, 100_000, 1))} == {"b"}
    spool.close()


def test_a_packed_row_that_is_damaged_is_set_aside_and_the_others_are_read(path, clock):
    spool = reopen(path, clock, capacity=100_000)
    for letter in "abc":
        spool.append([Submission(events(*[f"{letter}{number}" for number in range(5_000)]))])
    with closing(sqlite3.connect(path)) as db, db:
        (body,) = db.execute("SELECT body FROM rows WHERE seq = 2").fetchone()
        short = body[: len(body) // 2]
        db.execute("UPDATE rows SET body = ?, crc = ? WHERE seq = 2", (short, zlib.crc32(short)))
    batch = spool.take(100_000)
    assert {name[0] for name in names(spool, batch)} == {"a", "c"}
    assert spool.state().damaged == 1
    spool.close()


def test_rows_of_earlier_versions_are_read(path, clock):
    spool = reopen(path, clock, capacity=100_000)
    old = events(*map(str, range(5_000)))
    spool.append([Submission(old)])
    body = msgspec.msgpack.encode([old])
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE rows SET body = ?, crc = ?", (body, zlib.crc32(body)))
    assert [*spool.records(spool.take(100_000))] == [old]
    spool.close()


def test_the_file_is_private(path, clock):
    spool = reopen(path, clock)
    assert path.stat().st_mode & 0o077 == 0
    spool.remove()
    assert not path.exists()


def test_nothing_is_left_of_a_name_that_went_of_a_packed_row(path, clock):
    spool = reopen(path, clock, capacity=100_000)
    spool.append([Submission(events(*["other"] * 5_000, "gone"))])

    def without(records):
        return [EventRows(1, 5, [row for row in record.rows if row.name != "gone"]) for record in records]

    assert spool.rewrite([b"somebody else"], without) == 0
    assert spool.rewrite([b"gone"], without) == 1
    assert names(spool, spool.take(100_000)) == ["other"] * 5_000
    spool.close()


def test_records_are_rewritten_in_rows_that_wait_and_in_drained_ones(spool):
    for name in ("gone", "kept"):
        spool.append([Submission(events(name, "other"))])
    first = spool.take(2)
    spool.reject(first, events("gone"), "a reason")
    spool.finish(first)
    spool.append([Submission(events("gone")), Submission(events("last"))])

    def without(records):
        rows = [EventRows(1, 5, [row for row in record.rows if row.name != "gone"]) for record in records]
        return [record for record in rows if record.rows]

    before = spool.state()
    assert spool.rewrite([b"gone"], without) == 2
    assert spool.rewrite([], without) == 0
    assert (spool.state().waiting, spool.state().drained) == (before.waiting, before.drained)
    assert (before.rejected, spool.state().rejected) == (1, 0)
    assert [names(spool, batch) for batch in (first, spool.take(100))] == [["other"], ["kept", "other", "last"]]
