"""Batches that an older version left half done: the newer one finishes them, and what it stores is whole."""

from __future__ import annotations

import io

import msgspec
import polars as pl
import pytest
from tests.support import populate

from footfall.catalog.columns import EARNED_UNKNOWN, VARIES_UNKNOWN
from footfall.drain.drain import Drain
from footfall.drain.journal import Journal
from footfall.drain.plan import Insert
from footfall.errors import TransientError
from footfall.model.raw import EventRows, RawEvent, RawRequest, Record, RequestRows
from footfall.pipeline.rows import arrow
from footfall.spool.memory import MemorySpool
from footfall.spool.protocol import Submission
from footfall.store.clickhouse import facts
from footfall.store.clickhouse.facts import ClickHouseFacts

pytestmark = pytest.mark.embedded

BASE = 1_780_000_000_000
"""2026-05-28T20:26:40Z"""

MINUTE = 60_000


class Silent:
    def step(self, _name, _seconds): ...

    def drained(self, _table, _rows): ...

    def failed(self, _stage): ...


class OldStore:
    """The store as a version without `sessions.referrer` wrote to it, up to the n-th write."""

    def __init__(self, store, writes):
        self._store = store
        self._left = writes

    def __getattr__(self, name):
        return getattr(self._store, name)

    @property
    def facts(self):
        return ClickHouseFacts(self)

    def insert(self, table, rows, *, token):
        self._count()
        self._store.insert(table, older(Insert(table, rows, token)).arrow, token=token)

    def command(self, sql, params=None):
        self._count()
        self._store.command(sql, params)

    def _count(self):
        if not self._left:
            raise TransientError("killed")
        self._left -= 1


class DyingSpool:
    """Does not live to see the end of a batch."""

    def __init__(self, spool):
        self._spool = spool

    def __getattr__(self, name):
        return getattr(self._spool, name)

    def finish(self, _batch):
        raise TransientError("killed")


class OldJournal(Journal):
    """Writes plans as that version did."""

    def write(self, spool, plan, *, batch):
        inserts = [older(insert) for insert in plan.inserts]
        super().write(spool, msgspec.structs.replace(plan, inserts=inserts, touched=[]), batch=batch)


LATER = {
    "events": ["passive"],
    "sessions": [
        *("passive_events", "referrer", "region", "city", "language", "timezone", "screen", "varies"),
        *("variants", "flow", "earned"),
    ],
}
"""Columns that it did not have."""


def older(insert: Insert) -> Insert:
    rows = pl.read_ipc(io.BytesIO(insert.arrow))
    later = LATER.get(insert.table, [])
    return msgspec.structs.replace(insert, arrow=arrow(rows.drop(later))) if later else insert


def event(minute, number, visitor, project=1, session_id=""):
    """Every event has a referrer of its own, but those of a round minute have none."""
    return project, RawEvent(
        timestamp=BASE + minute * MINUTE,
        id_hi=1,
        id_lo=number,
        event_type="pageview",
        path="/",
        visitor=visitor,
        session_id=session_id,
        referrer="" if minute % 10 == 0 else f"https://from.example/{number}?'\\",
    )


BEFORE = [
    *(event(minute, number, 7) for number, minute in enumerate((5, 55), 1)),
    *(event(minute, number, 8) for number, minute in enumerate((3, 23), 11)),
    *(event(minute, number, 9) for number, minute in enumerate((20, 31), 21)),
    event(1, 31, 7, project=2),
]
LATE = [
    event(30, 41, 7),  # joins two sessions
    event(1, 42, 7),  # and is before both
    event(13, 51, 8, session_id="named"),  # takes a stored event along
    event(10, 61, 9),  # now the first has none
    event(0, 71, 7, project=2),
    event(2, 72, 10, project=2),
]
REQUEST = RawRequest(timestamp=BASE, id_hi=1, id_lo=1, visitor=9, endpoint="/x", referer="https://not.example/")


def submit(spool, events):
    for project in (1, 2):
        rows = [raw for owner, raw in events if owner == project]
        spool.append([Submission(EventRows(project, BASE, rows))])
    spool.append([Submission(RequestRows(1, BASE, [REQUEST]))])


def drain(spool, store, journal):
    Drain(lambda: [("serve", spool)], store, journal, Silent()).drain_once()


@pytest.mark.parametrize("writes", range(6))
def test_sessions_of_an_old_plan_get_their_referrers(store, tmp_path, writes, monkeypatch):
    monkeypatch.setattr(facts, "KEYS_PER_STATEMENT", 3)
    monkeypatch.setattr(facts, "TEXT_BYTES_PER_STATEMENT", 40)
    spool = MemorySpool()
    submit(spool, BEFORE)
    drain(spool, OldStore(store, 99), OldJournal(tmp_path))
    submit(spool, LATE)
    with pytest.raises(TransientError):
        drain(DyingSpool(spool), OldStore(store, writes), OldJournal(tmp_path))
    # The migration, over what is stored so far, and the newer version's first round.
    store.command("DELETE FROM schema_migrations WHERE number = 2")
    store.migrate()
    drain(spool, store, Journal(tmp_path))
    assert spool.state().waiting == 0
    first = (
        "SELECT project_id, session, argMin(referrer, (timestamp, id_hi, id_lo)) FROM events GROUP BY ALL ORDER BY ALL"
    )
    stored = """
        SELECT project_id, session, referrer FROM sessions WHERE source_table = 'events'
        GROUP BY ALL HAVING sum(sign)"""
    assert store.query(f"{stored} = 1 ORDER BY ALL").rows == store.query(first).rows
    assert store.query(f"{stored} NOT IN (0, 1)").rows == []
    assert store.query("SELECT count() FROM sessions WHERE source_table = 'requests' AND referrer != ''").scalar == 0
    sql = "SELECT DISTINCT varies, flow, earned FROM sessions"
    assert store.query(sql).rows == [(VARIES_UNKNOWN, [], EARNED_UNKNOWN)]


@pytest.mark.parametrize("added", ["latitude", "timezone"])
def test_an_event_that_was_spooled_before_it_could_have_a_field(store, tmp_path, added):
    _, raw = event(5, 1, 7)
    fields = msgspec.structs.astuple(raw)
    written = msgspec.msgpack.encode([("e", 1, BASE, [fields[: raw.__struct_fields__.index(added)]])])
    spool = MemorySpool()
    spool.append([Submission(record) for record in msgspec.msgpack.decode(written, type=list[Record])])
    drain(spool, store, Journal(tmp_path))
    expected = [(1, "", 7, "https://from.example/1?'\\")]
    assert store.query("SELECT isNaN(latitude), timezone, visitor, referrer FROM events").rows == expected


# A plan as the first versions wrote it: SQL for what changes, no tokens, and proxy logs under the name of `traffic`.

MERGE = """
        UPDATE events SET session = transform(session, {old:Array(UInt64)}, {new:Array(UInt64)}, session)
        WHERE project_id IN {projects:Array(UInt32)} AND session IN {old:Array(UInt64)}
          AND timestamp >= fromUnixTimestamp64Milli({start:Int64}, 'UTC')
          AND timestamp <= fromUnixTimestamp64Milli({end:Int64}, 'UTC')"""
MOVE = """
        UPDATE events SET session = {session:UInt64}, session_id = {session_id:String}
        WHERE project_id = {project:UInt32}
          AND timestamp >= fromUnixTimestamp64Milli({start:Int64}, 'UTC')
          AND timestamp <= fromUnixTimestamp64Milli({end:Int64}, 'UTC')
          AND has(
            arrayZip({at:Array(Int64)}, {high:Array(UInt64)}, {low:Array(UInt64)}),
            (toUnixTimestamp64Milli(timestamp), id_hi, id_lo)
          )"""


def old_event(minute, session):
    at = BASE + minute * MINUTE
    return {"project_id": 1, "timestamp": at, "id_hi": 1, "id_lo": minute, "event_type": "pageview", "session": session}


def old_plan(number):
    """A map of its fields by name, as `msgspec.msgpack.encode` writes a struct."""
    log = {"project_id": 1, "timestamp": BASE - BASE % 1000, "domain": "a.example", "count": 3, "batch": number}
    span = {"start": BASE, "end": BASE + 9 * MINUTE}
    moved = {"at": [BASE + 9 * MINUTE], "high": [1], "low": [9]}
    return {
        "number": number,
        "inserts": [
            {"table": "events", "arrow": populate.arrow([old_event(5, 7) | {"batch": number}])},
            {"table": "traffic", "arrow": populate.arrow([log])},
        ],
        "updates": [
            {"sql": MERGE, "params": {"old": [8], "new": [7], "projects": [1], **span}},
            {"sql": MOVE, "params": {"session": 9, "session_id": "s-1", "project": 1, **span, **moved}},
        ],
        "facts": {"events": 1, "traffic": 1},
    }


@pytest.mark.parametrize("arrived", [0, 1, 2])
def test_a_plan_of_the_first_versions_is_applied(store, tmp_path, arrived):
    """However many of its inserts had arrived before the upgrade."""
    populate.insert(store, "events", [old_event(1, 8), old_event(9, 8)])
    spool = MemorySpool()
    submit(spool, [event(5, 5, 7)])
    number = spool.take(1000).number
    plan = old_plan(number)
    for insert in plan["inserts"][:arrived]:
        table = {"traffic": "proxy_logs"}.get(insert["table"], insert["table"])  # which the migration has renamed
        store.insert(table, insert["arrow"], token=f"{number}:{insert['table']}")
    journal = Journal(tmp_path)
    (tmp_path / f"serve-{number}.plan").write_bytes(msgspec.msgpack.encode(plan))
    drain(spool, store, journal)
    assert spool.state().waiting == 0
    assert not list(tmp_path.glob("*.plan"))
    assert store.query("SELECT domain, sum(count) FROM proxy_logs GROUP BY domain").rows == [("a.example", 3)]
    stored = store.query("SELECT id_lo, session, session_id FROM events ORDER BY id_lo").rows
    assert stored == [(1, 7, ""), (5, 7, ""), (9, 9, "s-1")]
