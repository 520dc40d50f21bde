"""The way from the spool into a real store: what arrives, once, whatever is interrupted."""

from __future__ import annotations

import contextlib
import math
import os
import shutil
import threading
from pathlib import Path

import msgspec
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from tests.support.draining import FailingStore, Watcher, drain_all

from footfall.catalog.tables import Table
from footfall.drain import planning
from footfall.drain.drain import Drain
from footfall.drain.history import StoreHistory
from footfall.drain.journal import Journal
from footfall.drain.plan import make_plan
from footfall.drain.recent import RecentSessions
from footfall.errors import StoreError, TransientError
from footfall.model.erasure import Subject
from footfall.model.flat import Flat, flattened
from footfall.model.raw import EventColumns, EventRows, RawEvent, RawRequest, RequestRows, size
from footfall.pipeline.decode import facts
from footfall.pipeline.steps import Tools
from footfall.spool.memory import MemorySpool
from footfall.spool.protocol import Submission
from footfall.store.clickhouse import detached_parts
from footfall.store.clickhouse.facts import ClickHouseFacts

NOON = 1_750_000_000_000 - 1_750_000_000_000 % 86_400_000 + 43_200_000
MINUTE = 60_000
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
)


@pytest.fixture
def spool():
    return MemorySpool()


@pytest.fixture
def watcher():
    return Watcher()


@pytest.fixture
def make(store, spool, watcher, tmp_path):
    def made(over=None, **options):
        return Drain(lambda: [("serve", spool)], over or store, Journal(tmp_path / "drain"), watcher, **options)

    return made


ids = iter(range(1, 1_000_000))


def event(minute, **fields):
    defaults = {
        "event_type": "pageview",
        "visitor": 7,
        "url": "https://www.site.test/a?utm_source=news",
        "user_agent": CHROME,
    }
    return RawEvent(timestamp=NOON + minute * MINUTE, id_lo=next(ids), **({"id_hi": 1} | defaults | fields))


def request(minute, **fields):
    defaults = {"visitor": 9, "method": "GET", "endpoint": "/x", "status": 200, "bytes": 10}
    return RawRequest(timestamp=NOON + minute * MINUTE, id_lo=next(ids), **({"id_hi": 1} | defaults | fields))


def submit(spool, *rows, project=1):
    kinds = {EventRows: RawEvent, RequestRows: RawRequest}
    records = [kind(project, NOON, [row for row in rows if isinstance(row, raw)]) for kind, raw in kinds.items()]
    spool.append([Submission(record) for record in records if record.rows])


SESSIONS = """
    SELECT any(toUnixTimestamp64Milli(start)), any(toUnixTimestamp64Milli(end)), any(events), any(pageviews),
           any(entry_page), any(exit_page)
    FROM sessions WHERE source_table = {table:String}
    GROUP BY project_id, start, visitor, session, version HAVING sum(sign) > 0 ORDER BY 1"""


def sessions(store, table="events"):
    rows = store.query(SESSIONS, {"table": table}).rows
    return [((a - NOON) // MINUTE, (b - NOON) // MINUTE, *rest) for a, b, *rest in rows]


@pytest.mark.parametrize("lag", [-60_001, -60_000, -1, 0, 1, 60_000, 60_001])
def test_ids_survive_wherever_their_time_lies(store, spool, make, lag):
    whole = NOON + lag << 16 | 0x5EED
    submit(spool, event(0, id_hi=whole))
    make().drain_once()
    stored = (0x5EED, lag + 60_001) if abs(lag) <= 60_000 else (whole, 0)
    assert store.query("SELECT full_id_hi, id_hi, id_lag FROM events").rows == [(whole, *stored)]


@pytest.mark.parametrize("high", [0, 1, 0xFFFF, 1 << 63, (1 << 64) - 1])
def test_ids_of_senders_are_stored_whole(store, spool, make, high):
    submit(spool, event(0, id_hi=high, own_id=True), request(0, id_hi=high))
    make().drain_once()
    for table in ("events", "requests"):
        assert store.query(f"SELECT full_id_hi, id_hi, id_lag FROM {table}").rows == [(high, high, 0)]  # noqa: S608 - a literal of the test


def test_an_event_arrives_enriched(store, spool, make, watcher):
    submit(
        spool,
        event(
            0,
            referrer="https://www.google.com/",
            properties=b'{"plan": "pro"}',
            country="ro",
            revenue="12.5",
            currency="EUR",
        ),
    )
    assert make().drain_once() is False
    (row,) = store.query("SELECT * FROM events").dicts()
    expected = {
        "url_rest": "?utm_source=news",
        "url_base": "https://www.site.test",
        "path": "/a",
        "hostname": "www.site.test",
        "utm_source": "news",
        "browser": "Chrome",
        "os": "Windows",
        "device": "desktop",
        "traffic": "human",
        "source": "google.com",
        "channel": "search",
        "country": "RO",
        "properties": '{"plan": "pro"}',
        "currency": "EUR",
        "event_type": "pageview",
        "visitor": 7,
        "session_given": 0,
    }
    assert {name: row[name] for name in expected} == expected
    assert float(row["revenue"]) == 12.5
    assert row["session"] != 0
    assert watcher.rows == {"events": 1}
    assert {"decode", "parse_agent", "sessionise", "insert"} <= watcher.steps
    assert spool.state().waiting == 0


def test_a_point_arrives_to_the_fourth_decimal_and_unknown_is_nan(store, spool, make):
    points = [(-33.8688, 151.2093), (0.0, -179.9999), (89.9999, 0.0001), (None, None)]
    submit(spool, *(event(0, visitor=n, latitude=la, longitude=lo) for n, (la, lo) in enumerate(points, 1)))
    make().drain_once()
    rows = store.query("SELECT latitude, longitude FROM events ORDER BY visitor").rows
    assert [tuple(None if math.isnan(value) else round(value, 4) for value in row) for row in rows] == points


def test_a_request_arrives_with_its_session(store, spool, make):
    submit(spool, request(0), request(10, endpoint="/y"), request(50))
    make().drain_once()
    assert store.query("SELECT count(), uniqExact(session) FROM requests").rows == [(3, 2)]
    assert sessions(store, "requests") == [(0, 10, 2, 0, "", ""), (50, 50, 1, 0, "", "")]


def test_named_visitors_and_sessions_keep_their_names(store, spool, make):
    submit(spool, event(0, visitor=0, visitor_id="ada", session_id="s-1"), event(5, visitor=0, visitor_id="ada"))
    make().drain_once()
    rows = store.query("SELECT visitor_id, session_id, session_given FROM events ORDER BY timestamp").rows
    assert rows == [("ada", "s-1", 1), ("ada", "s-1", 0)]
    assert store.query("SELECT uniqExact(session), uniqExact(visitor) FROM events").rows == [(1, 1)]


@pytest.mark.parametrize("later", [30, 3 * 60, 40 * 24 * 60])
def test_a_named_session_goes_on_whenever_its_name_comes_again(store, spool, make, later):
    """Also after a restart, where only the store knows it, and beside others that are new."""
    submit(spool, event(0, visitor_id="ada", session_id="s-1"), event(1, visitor_id="bob", session_id="s-1"))
    make().drain_once()
    submit(spool, event(later, visitor_id="ada", session_id="s-1"), event(later, visitor_id="ada", session_id="s-2"))
    make().drain_once()
    assert [row[:3] for row in sessions(store)] == [(0, later, 2), (1, 1, 1), (later, later, 1)]


def test_a_late_event_joins_two_sessions_into_one(store, spool, make):
    drain = make()
    for minute, path in ((0, "/first"), (50, "/last"), (25, "/late")):
        submit(spool, event(minute, url="", path=path))
        drain.drain_once()
    assert sessions(store) == [(0, 50, 3, 3, "/first", "/last")]
    assert store.query("SELECT uniqExact(session) FROM events").scalar == 1
    assert (
        store.query("SELECT count() FROM events WHERE session IN (SELECT session FROM sessions WHERE sign = 1)").scalar
        == 3
    )


def test_a_late_named_event_takes_its_followers_along(store, spool, make):
    drain = make()
    for minute, name in ((0, ""), (20, ""), (10, "s-1")):
        submit(spool, event(minute, session_id=name))
        drain.drain_once()
    assert [row[:4] for row in sessions(store)] == [(0, 0, 1, 1), (10, 20, 2, 2)]
    assert store.query("SELECT session_id FROM events ORDER BY timestamp").rows == [("",), ("s-1",), ("s-1",)]


def test_a_moved_event_does_not_take_along_another_one_of_its_id(store, spool, make):
    """Both lie in the span of the move; the id was taken again by another visitor, at another time."""
    drain = make()
    late = event(20)
    submit(spool, event(0), late, event(15), msgspec.structs.replace(late, visitor=8, timestamp=NOON + 19 * MINUTE))
    drain.drain_once()
    submit(spool, event(10, session_id="s-1"), event(25, session_id="s-1"))
    drain.drain_once()
    named = store.query("SELECT visitor, session_id FROM events ORDER BY timestamp").rows
    assert named == [(7, ""), (7, "s-1"), (7, "s-1"), (8, ""), (7, "s-1"), (7, "s-1")]


def check_sessions(store):
    """Stored sessions are those that the facts' own sessions make."""
    for table in ("events", "requests"):
        recomputed = store.query(
            f"SELECT min(timestamp), max(timestamp), count() FROM {table}"  # noqa: S608 - a literal of the test
            " GROUP BY project_id, visitor, session ORDER BY ALL"
        ).rows
        stored = store.query(
            "SELECT start, end, any(events) FROM sessions WHERE source_table = {table:String}"
            " GROUP BY project_id, visitor, session, start, end, version HAVING sum(sign) > 0 ORDER BY ALL",
            {"table": table},
        ).rows
        assert stored == recomputed


def test_what_is_stored_equals_a_recomputation_after_each_batch(store, spool, make):
    drain = make()
    for minute in (0, 40, 20, 70, 100, 85, 300, 280):
        submit(spool, event(minute), request(minute) if minute % 40 else event(minute, visitor=8))
        drain.drain_once()
        check_sessions(store)


@pytest.mark.parametrize("error", [TransientError("away"), StoreError("no", details="")])
@pytest.mark.parametrize("fail_at", [1, 2, 3, 4])
def test_a_write_that_fails_is_made_good_by_the_next_round(store, spool, make, fail_at, error):
    drain = make()
    submit(spool, event(0), request(0))
    submit(spool, event(50))
    drain.drain_once()
    submit(spool, event(25), request(1))
    with pytest.raises(type(error)):
        make(over=FailingStore(store, fail_at, error)).drain_once()
    assert spool.state().waiting == 2
    make().drain_once()
    assert spool.state().waiting == 0
    assert store.query("SELECT count(), uniqExact(session) FROM events").rows == [(3, 1)]
    assert store.query("SELECT count(), uniqExact(session) FROM requests").rows == [(2, 1)]
    assert [row[2] for row in sessions(store)] == [3]
    assert store.query("SELECT sum(sign), sum(sign * events) FROM sessions").rows == [(2, 5)]


@pytest.mark.parametrize("applied", range(5))
@pytest.mark.parametrize("content", [b"", b"\xc1garbage", b"\x95\x01"])
def test_a_batch_whose_plan_is_damaged_is_completed(store, spool, make, tmp_path, applied, content):
    """However much of it was written: facts once, sessions as the facts make them."""
    submit(spool, event(0), event(50), event(0, visitor_id="ann", visitor=0), request(0))
    make().drain_once()
    submit(spool, event(20), event(25, session_id="s"), event(1, visitor_id="ann", visitor=0), request(5), event(90))
    with contextlib.suppress(StoreError):
        make(FailingStore(store, applied + 1, StoreError("no"))).drain_once()
    plans = list((tmp_path / "drain").glob("*.plan"))
    for plan in plans:
        plan.write_bytes(content)
    drain = make()
    drain_all(drain, spool)
    assert store.query("SELECT count() FROM events").scalar == 7
    assert store.query("SELECT count() FROM requests").scalar == 2
    check_sessions(store)
    assert store.query("SELECT uniqExact(visitor, session) FROM events").scalar == 4
    assert {path.name for path in (tmp_path / "drain").iterdir() if path.is_file()} == {"id"}
    assert [path.name for path in (tmp_path / "drain" / "damaged").glob("*")] == [plan.name for plan in plans]


def damage(store, table, how):
    """Damage the files of a part of the table."""
    sql = (
        "SELECT path FROM system.parts WHERE active AND database = currentDatabase() AND table = {table:String} LIMIT 1"
    )
    parts = [path for shard in store.shards for (path,) in shard.query(sql, {"table": table}).rows]
    files = [path for path in Path(parts[0]).iterdir() if path.suffix == ".bin"]
    largest = max(files, key=lambda path: path.stat().st_size)
    if how == "flipped":
        content = bytearray(largest.read_bytes())
        content[len(content) // 2] ^= 0xFF
        largest.write_bytes(content)
    elif how == "cut off":
        os.truncate(largest, largest.stat().st_size // 2)
    else:
        largest.unlink()


def test_a_drain_that_has_ended_stores_nothing_more_and_says_why(store, spool, make):
    drain = make()
    drain.drain_once()
    with drain.quiesced() as quiesced:
        assert quiesced
        drain.end("the store has moved")
    submit(spool, event(0))
    with pytest.raises(TransientError, match="has moved"):
        drain.drain_once()
    drain.run()  # ends at once
    assert [(one.reason, one.for_good) for one in drain.progress.standstills()] == [("the store has moved", True)]
    assert store.query("SELECT count() FROM events").scalar == 0
    assert spool.state().waiting == 1


@pytest.mark.parametrize("how", ["flipped", "cut off", "gone"])
@pytest.mark.parametrize("applied", [9, 2])
def test_sessions_whose_files_are_damaged_are_made_again(store, spool, make, how, applied):
    """From the facts; the batch that meets the damage goes on, also where its plan was begun before."""
    submit(spool, event(0), event(50), event(5, visitor=8), request(0))
    make().drain_once()
    submit(spool, event(20, session_id="s"), event(60), request(3))
    with contextlib.suppress(StoreError):
        make(FailingStore(store, applied, StoreError("no"))).drain_once()
    store.command("OPTIMIZE TABLE sessions FINAL")
    damage(store, "sessions", how)
    submit(spool, event(25), event(7, visitor=8), event(99), request(5))
    drain = make()
    for _ in range(4):
        with contextlib.suppress(StoreError):
            drain.drain_once()
    assert spool.state().waiting == 0
    check_sessions(store)
    assert store.query("SELECT count() FROM events").scalar == 8
    assert store.query("SELECT uniqExact(visitor, session), count() FROM requests").rows == [(1, 3)]
    assert detached_parts(store) == []


def test_a_part_whose_dropping_a_kill_interrupted_stops_nothing(store, spool, make):
    """The engine renames a part before it drops it, and refuses to touch that name afterwards."""
    submit(spool, event(0))
    make().drain_once()
    for shard in store.shards:
        sql = "SELECT path FROM system.parts WHERE active AND database = currentDatabase() AND table = 'sessions'"
        for (path,) in shard.query(sql).rows:
            part = Path(path)
            shutil.copytree(part, part.parent / "detached" / f"deleting_broken-on-start_{part.name}")
    submit(spool, event(1))
    make().drain_once()
    assert spool.state().waiting == 0
    assert detached_parts(store) == []
    check_sessions(store)


def test_facts_whose_files_are_damaged_are_set_aside_and_the_rest_goes_on(store, spool, make):
    submit(spool, event(0), request(0))
    make().drain_once()
    damage(store, "events", "flipped")
    with pytest.raises(StoreError):
        store.reading(1).query("SELECT sum(cityHash64(*)) FROM events")
    submit(spool, event(99))
    drain = make()
    for _ in range(2):
        drain.drain_once()
    assert store.reading(1).query("SELECT count() FROM events").scalar == 1
    assert [part.table for part in detached_parts(store)] == ["events"]


def test_rows_that_the_engine_lost_but_remembers_are_inserted_again(store, spool, make):
    submit(spool, event(0), event(40 * 24 * 60))
    with pytest.raises(TransientError):
        make(over=FailingStore(store, 2, TransientError("killed"))).drain_once()
    store.command("ALTER TABLE events DROP PARTITION '202506'")
    make().drain_once()
    assert store.query("SELECT count(), uniqExact(id_lo) FROM events").rows == [(2, 2)]
    assert store.query("SELECT sum(sign), sum(sign * events) FROM sessions").rows == [(2, 2)]


def test_rows_whose_token_the_engine_lost_are_not_inserted_twice(store, spool, make):
    submit(spool, event(0), event(1))
    with pytest.raises(TransientError):
        make(over=FailingStore(store, 2, TransientError("killed"))).drain_once()
    store.command("ALTER TABLE events MODIFY SETTING non_replicated_deduplication_window = 0")
    make().drain_once()
    assert store.query("SELECT count() FROM events").scalar == 2


def test_one_bad_event_of_many_is_set_aside_alone(store, spool, make):
    rows = [event(minute) for minute in range(20)]
    rows[7] = msgspec.structs.replace(rows[7], properties=b"\xff\xfe")
    submit(spool, *rows)
    make().drain_once()
    assert store.query("SELECT count() FROM events").scalar == 19
    assert [record.rows for record, _ in spool.rejected] == [[rows[7]]]


def test_a_record_that_can_not_be_processed_is_set_aside_and_the_rest_goes_on(store, spool, make, watcher):
    submit(spool, event(0))
    submit(spool, msgspec.structs.replace(event(1), properties=b"\xff\xfe"))
    submit(spool, event(2))
    make().drain_once()
    assert store.query("SELECT count() FROM events").scalar == 2
    ((record, reason),) = spool.rejected
    assert len(record.rows) == 1
    assert reason
    assert watcher.failures == ["plan"]
    assert spool.state().waiting == 0


@pytest.mark.parametrize(
    "column", [flattened([1]), Flat(99, b""), Flat(1, b"\xff\x00\xff")], ids=["short", "new", "torn"]
)
def test_a_record_that_can_not_be_divided_is_set_aside_whole(store, spool, make, column):
    """Its checksum holds, so a defect wrote it, or a newer version."""
    submit(spool, event(0))
    bad = EventColumns.of(EventRows(2, NOON, [event(1), event(2)]))
    bad.fields.name = column
    spool.append([Submission(bad)])
    submit(spool, event(3))
    make().drain_once()
    assert store.query("SELECT count() FROM events").scalar == 2
    assert [record for record, _ in spool.rejected] == [bad]
    assert spool.state().waiting == 0


def test_few_rows_of_a_large_record_are_freed_at_once(store, spool, make, monkeypatch):
    sizes = []
    monkeypatch.setattr(planning, "facts_of", lambda records: facts(sizes.append(size(one)) or one for one in records))
    submit(spool, *[event(0) for _ in range(1_200)])
    make().drain_once()
    assert store.query("SELECT count() FROM events").scalar == 1_200
    assert max(sizes) <= 500


def test_what_can_not_be_processed_is_found_by_halving(store, spool, make, watcher, monkeypatch):
    planned = []
    monkeypatch.setattr(planning, "make_plan", lambda *made, **more: planned.append(1) or make_plan(*made, **more))
    bad = {20, 101}
    for number in range(128):
        properties = b"\xff\xfe" if number in bad else b""
        submit(spool, event(number, properties=properties), project=1 + number % 2)  # so that none are put together
    make().drain_once()
    assert store.query("SELECT count() FROM events").scalar == 126
    assert sorted(row.timestamp for record, _ in spool.rejected for row in record.rows) == [
        NOON + number * MINUTE for number in sorted(bad)
    ]
    assert len(planned) < 40


def test_history_leaves_out_cancelled_versions_and_other_projects(store, spool, make):
    drain = make()
    submit(spool, event(0))
    drain.drain_once()
    submit(spool, event(1), project=2)
    drain.drain_once()
    submit(spool, event(2))
    drain.drain_once()
    history = StoreHistory(store.facts, Table.EVENTS)
    wanted = pl.DataFrame({"project_id": [1], "visitor": [7]}, schema={"project_id": pl.UInt32, "visitor": pl.UInt64})
    (row,) = history.overlapping(wanted.with_columns(opens=NOON, closes=NOON + MINUTE)).iter_rows(named=True)
    assert (row["events"], row["pageviews"], row["end"]) == (2, 2, NOON + 2 * MINUTE)
    assert history.overlapping(wanted.with_columns(opens=NOON + 3 * MINUTE, closes=NOON + 9 * MINUTE)).is_empty()
    assert len(history.events(wanted, NOON, NOON + MINUTE)) == 1


def test_it_tells_whether_a_batch_is_partly_written(make, spool, store):
    drain = make(over=FailingStore(store, 2, TransientError("killed")))
    with drain.quiesced() as quiesced:
        assert not quiesced, "an earlier batch may be partly written"
    submit(spool, event(0))
    with pytest.raises(TransientError):
        drain.drain_once()
    with drain.quiesced() as quiesced:
        assert not quiesced, "the event is there, its session is not"
    drain.drain_once()
    with drain.quiesced() as quiesced:
        assert quiesced


@pytest.mark.embedded
def test_nothing_comes_between_what_a_batch_reads_and_what_it_writes(make, spool, store):
    order = []
    waiting = []

    class Store:
        """Where something else wants the drain quiesced while a batch is planned."""

        def query(self, sql, params=None):
            if "session IN" in sql and not waiting:
                waiting.append(threading.Thread(target=other))
                waiting[0].start()
                waiting[0].join(0.2)
            return store.query(sql, params)

        arrow = store.arrow
        set_damage_aside = store.set_damage_aside

        def insert(self, table, arrow, *, token):
            order.append(table)
            store.insert(table, arrow, token=token)

        @property
        def facts(self):
            return ClickHouseFacts(self)

    def other():
        with drain.quiesced():
            order.append("other")

    drain = make(over=Store())
    submit(spool, event(0, session_id="s"))  # a name that is not in memory is looked up in the store
    drain.drain_once()
    waiting[0].join()
    assert order == ["events", "sessions", "other"]


def test_it_tells_since_when_nothing_is_drained_and_why(make, spool, store):
    submit(spool, event(0))
    drain = make(FailingStore(store, 1, StoreError("the store refused a statement")))
    with pytest.raises(StoreError):
        drain.drain_once()
    (one,) = drain.progress.standstills()
    assert (one.spool, one.reason) == ("serve", "the store refused a statement")
    drain.drain_once()
    assert drain.progress.standstills() == []


def test_a_round_that_comes_to_no_spool_is_a_standstill(make, spool, monkeypatch):
    drain = make()
    monkeypatch.setattr(drain, "_spools", lambda: (_ for _ in ()).throw(PermissionError(13, "closed")))
    with pytest.raises(PermissionError):
        drain.drain_once()
    (one,) = drain.progress.standstills()
    assert (one.spool, one.reason) == ("every spool", "PermissionError")
    monkeypatch.setattr(drain, "_spools", lambda: [("serve", spool)])
    drain.drain_once()
    assert drain.progress.standstills() == []


def test_rows_of_a_deleted_project_are_discarded_and_counted(store, spool, make, watcher):
    erased: set[Subject] = set()
    drain = make(erased=lambda: erased)
    submit(spool, event(0), event(1), request(2), project=3)
    submit(spool, event(3), project=4)
    erased.add(Subject(3))
    drain_all(drain, spool)
    assert watcher.rows == {"discarded": 3, "events": 1}
    assert store.query("SELECT DISTINCT project_id FROM events").rows == [(4,)]
    assert store.query("SELECT count() FROM requests").scalar == 0


def test_a_project_is_erased_from_every_table_and_no_other_is(store, spool, make):
    drain = make()
    for project in (3, 4):
        submit(spool, event(0), event(40, visitor=8), request(2), event(40 * 24 * 60), project=project)
        drain.drain_once()
        submit(spool, event(10), event(20), project=project)  # joins a session: the store updates rows in place
        drain.drain_once()
    tables = ("events", "requests", "sessions")

    def counts(project):
        return [
            store.query(f"SELECT count() FROM {table} WHERE project_id = {project}").scalar  # noqa: S608 - constants
            for table in tables
        ]

    before = counts(4)
    assert counts(3) == before
    steps = 0
    while piece := store.facts.to_erase(3, None):
        store.facts.erase(3, None, piece)
        steps += 1
    assert steps >= 5  # events and sessions have two months each
    assert (counts(3), counts(4)) == ([0, 0, 0], before)
    assert store.facts.to_erase(99, None) is None
    submit(spool, event(30), project=4)
    drain.drain_once()
    assert counts(4)[0] == before[0] + 1


def test_sessions_in_memory_are_those_of_the_store(store):
    """Named ones, those with ids of their senders and those of requests, too: what cancels a row must equal it."""
    recent = RecentSessions(store.facts, lambda: NOON)
    page = {"url": "https://example.com/a?utm_source=x", "referrer": "https://google.com/", "country": "ro"}
    batches = [
        [EventRows(1, NOON, [event(0, **page)]), RequestRows(1, NOON, [request(0)])],
        [EventRows(1, NOON, [event(1, event_type="custom", name="x"), event(2, visitor=8, session_id="n")])],
        [EventRows(1, NOON, [event(5, **page), event(9, visitor=8, own_id=True), event(50)])],
        [RequestRows(1, NOON, [request(1)])],
    ]
    for number, records in enumerate(batches, 1):
        plan = make_plan(number, facts(records), recent, Tools.default(), lambda *_: None, writer=1)
        for insert in plan.inserts:
            store.insert(insert.table, insert.arrow, token=insert.token)
        recent.settle(stored=True)
    schema = {"project_id": pl.UInt32, "visitor": pl.UInt64, "opens": pl.Int64, "closes": pl.Int64}
    for table, visitors, count in ((Table.EVENTS, (7, 8), 3), (Table.REQUESTS, (9,), 1)):
        windows = pl.DataFrame([(1, one, NOON, NOON + 99 * MINUTE) for one in visitors], schema, orient="row")
        found = recent.of(table).overlapping(windows).sort("session")
        assert_frame_equal(found, StoreHistory(store.facts, table).overlapping(windows).sort("session"))
        assert len(found) == count
    assert recent.of(Table.EVENTS).since == 1
