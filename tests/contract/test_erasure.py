"""A visitor who is forgotten is gone from every table, roll-up and file, and nobody else is."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import polars as pl
import pytest
from tests.support.draining import drain_all
from tests.support.few_rollups import few_rollups
from tests.support.history_product import Watcher

from footfall.catalog.tables import Table
from footfall.clock import DAY, HOUR, system_clock
from footfall.drain.drain import Drain
from footfall.drain.erasure import Erasure
from footfall.drain.journal import Journal
from footfall.meta import Meta, open_meta
from footfall.meta.erasures import LATE
from footfall.model.erasure import Forgotten, Subject, mark_of
from footfall.model.period import Period
from footfall.model.raw import (
    EngagementRows,
    EventRows,
    RawEngagement,
    RawEvent,
    RawRequest,
    RequestColumns,
    RequestRows,
)
from footfall.query import run
from footfall.query.ast import Query
from footfall.query.build import totals
from footfall.query.plan import CellPart, Whole
from footfall.query.sources import choose
from footfall.rollups.roller import Roller
from footfall.settings import Settings
from footfall.spool.protocol import Submission
from footfall.spool.sqlite import SqliteSpool
from footfall.store.protocol import Store

MAY = 1_777_593_600_000  # 2026-05-01
NOW = MAY + 40 * DAY
HASH = 0x5B1F0C9E2A7D4E31
HASHED = f"{HASH:016x}"
AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
)
TABLES = ("events", "requests", "engagements", "sessions")

ids = count(1)


def event(at: int, visitor_id: str = "", visitor: int = 0, **fields: str) -> RawEvent:
    url = "https://a.test/" + (fields.get("path") or "p")
    return RawEvent(
        at, 1, next(ids), event_type="pageview", visitor=visitor, visitor_id=visitor_id, url=url, user_agent=AGENT
    )


def request(at: int, user_id: str = "", visitor: int = 0) -> RawRequest:
    return RawRequest(at, 1, next(ids), visitor, user_id, "GET", "/x", status=200, user_agent=AGENT)


def engagement(at: int, visitor_id: str = "", visitor: int = 0) -> RawEngagement:
    return RawEngagement(at, 1, next(ids), visitor, visitor_id, "a.test", "/p")


def columns(project: int, *users: str) -> RequestColumns:
    frame = pl.DataFrame(
        {
            "timestamp": [MAY + 2 * HOUR] * len(users),
            "id_hi": [1] * len(users),
            "id_lo": [next(ids) for _ in users],
            "visitor": pl.Series([0] * len(users), dtype=pl.UInt64),
            "user_id": users,
        }
    )
    file = io.BytesIO()
    frame.write_ipc(file, compression="zstd", compat_level=pl.CompatLevel.oldest())
    return RequestColumns(project, NOW, len(users), file.getvalue())


class Installation:
    def __init__(self, store: Store, meta: Meta, path: Path) -> None:
        self.store = store
        self.meta = meta
        self.spool = SqliteSpool(path / "serve.db", clock=lambda: NOW, capacity=10_000, keep_seconds=3600)
        self.journal = Journal(path / "drain")
        self.roller: Roller
        self._tick = count(0, 4_000)
        self.start()

    def start(self) -> None:
        """As after a restart."""
        spools = lambda: [("serve", self.spool)]  # noqa: E731 - used twice
        self.drain = Drain(spools, self.store, self.journal, Watcher(), erased=self.meta.erasures.subjects)
        self.erasure = Erasure(self.meta.erasures, self.store, self.drain, spools, self.journal)
        self.roller = Roller(
            self.store, lambda: {1: "UTC", 2: "UTC"}, lambda: NOW, self.drain.begin_cells, lambda: next(self._tick), {}
        )

    def send(self, *records: EventRows | RequestRows | EngagementRows | RequestColumns) -> None:
        self.spool.append([Submission(record) for record in records])
        drain_all(self.drain, self.spool)

    def erase(self, calls: int = 100) -> None:
        """Until it is done, or so many calls long."""
        for _ in range(calls):
            if not self.meta.erasures.open():
                return
            self.drain.drain_once()
            self.erasure()

    def rows(self, table: str, project: int = 1) -> int:
        found: int = self.store.query(f"SELECT count() FROM {table} WHERE project_id = {project}").scalar  # noqa: S608 - constants
        return found

    def figures(self) -> tuple[int, int, bool]:
        query = Query(project=1, table=Table.EVENTS, period=Period(MAY, MAY + 31 * DAY))
        by_cells = isinstance(choose(self.store, totals(query, "events", "visitors")), Whole)
        return run.count(self.store, query), run.visitors(self.store, query), by_cells


@pytest.fixture
def here(store: Store, tmp_path: Path) -> Iterator[Installation]:
    meta = open_meta(Settings(data=tmp_path / "data"), system_clock)
    meta.create_project("one")
    meta.create_project("two")
    found = Installation(store, meta, tmp_path)
    for project in (1, 2):
        found.send(
            EventRows(
                project,
                NOW,
                [
                    *(event(MAY + day * DAY, "ada") for day in (1, 2, 35)),
                    event(MAY + DAY, "bob"),
                    event(MAY + DAY, visitor=HASH),
                ],
            ),
            RequestRows(project, NOW, [request(MAY + HOUR, "ada"), request(MAY + HOUR, visitor=HASH)]),
            EngagementRows(project, NOW, [engagement(MAY + HOUR, "ada"), engagement(MAY + HOUR, visitor=HASH)]),
            columns(project, "ada", "bob"),
        )
        found.send(EventRows(project, NOW, [event(MAY + DAY + 60_000, "ada"), event(MAY + DAY - 60_000, "ada")]))
    with few_rollups({Table.EVENTS: ("events", "sessions", "traffic", "pages", "entry_pages")}):
        yield found
    found.spool.close()
    meta.close()


def counts(here: Installation, project: int = 1) -> list[int]:
    return [
        here.store.query(f"SELECT count() FROM {table} WHERE project_id = {project}").scalar  # noqa: S608 - constants
        if table != "sessions"
        else here.store.query(f"SELECT sum(sign) FROM sessions WHERE project_id = {project}").scalar  # noqa: S608 - constants
        for table in TABLES
    ]


def test_a_named_visitor_is_gone_from_every_table_of_the_project_alone(here: Installation) -> None:
    before = counts(here, 2)
    assert counts(here) == before == [7, 4, 2, 9]
    here.meta.erasures.ask("one", "ada")
    here.erase()
    assert counts(here) == [2, 2, 1, 4]
    assert counts(here, 2) == before
    assert here.store.query("SELECT count() FROM events WHERE visitor_id = 'ada' AND project_id = 1").scalar == 0
    (note,) = here.meta.erasures.of_project("one")
    assert note.done_at is not None
    assert note.visitor == ""


def test_a_visitor_without_a_name_is_forgotten_by_hash(here: Installation) -> None:
    here.meta.erasures.ask("one", HASHED)
    here.erase()
    assert counts(here)[:3] == [6, 3, 1]
    assert here.store.query(f"SELECT count() FROM sessions WHERE visitor = {HASH} AND project_id = 1").scalar == 0  # noqa: S608 - a constant


def test_roll_ups_that_held_the_visitor_are_made_again(here: Installation) -> None:
    while here.roller():
        pass
    assert here.figures() == (6, 3, True)
    here.meta.erasures.ask("one", "ada")
    here.erase()
    assert here.figures()[:2] == (2, 2)
    labels = "SELECT count() FROM rollups WHERE project_id = 1 AND bucket = fromUnixTimestamp64Milli({day:Int64})"
    assert here.store.query(labels, {"day": MAY + 2 * DAY}).scalar == 0  # a day with nobody else
    assert here.store.query("SELECT count() FROM rollups WHERE project_id = 2").scalar > 0


def test_roll_ups_of_other_days_stay(here: Installation) -> None:
    """The month that held the visitor begins when its first day does, which did not."""
    here.send(EventRows(1, NOW, [event(MAY + 20 * DAY, "cy")]))
    while here.roller():
        pass
    first_days = Query(project=1, table=Table.EVENTS, period=Period(MAY, MAY + 3 * DAY))
    before = run.count(here.store, first_days)
    here.meta.erasures.ask("one", "cy")
    here.erase()
    chosen = choose(here.store, totals(first_days, "events"))
    assert isinstance(chosen, Whole)
    assert {type(part) for part in chosen.parts} == {CellPart}
    assert run.count(here.store, first_days) == before == 6


def test_the_files_of_spools_and_plans_keep_nothing(here: Installation, tmp_path: Path) -> None:
    name = b"a-name-that-is-found"
    here.spool.append([Submission(EventRows(1, NOW, [event(MAY, name.decode()), event(MAY, "bob")]))])
    here.drain.drain_once()
    files = [tmp_path / "serve.db", tmp_path / "serve.db-wal", tmp_path / "drain" / "damaged" / "serve-1.plan"]
    files[-1].parent.mkdir()
    files[-1].write_bytes(name)
    assert any(name in file.read_bytes() for file in files[:2])
    here.meta.erasures.ask("one", name.decode())
    here.erase()
    for file in files:
        assert not file.exists() or name not in file.read_bytes(), file
    assert here.rows("events") == 8
    (batch,) = here.spool._drain.execute("SELECT count(*) FROM damaged").fetchone()  # checksums still hold
    assert batch == 0


def test_what_comes_before_it_is_done_is_discarded_and_afterwards_counts(here: Installation) -> None:
    here.meta.erasures.ask("one", "ada")
    here.erase(3)
    here.send(EventRows(1, NOW, [event(MAY + 3 * DAY, "ada"), event(MAY + 3 * DAY, "bob")]))
    here.erase()
    assert counts(here)[0] == 3
    here.send(EventRows(1, system_clock() + 1, [event(MAY + 3 * DAY, "ada")]))
    assert counts(here)[0] == 4


def test_what_was_received_before_it_was_asked_for_does_not_come_back(here: Installation) -> None:
    """A collector on another machine may send it when nobody waits for it any more."""
    for name in ("ada", HASHED):
        here.meta.erasures.ask("one", name)
    here.erase()
    assert (counts(here), here.meta.erasures.open()) == ([1, 1, 0, 2], [])
    late = [event(MAY + 3 * DAY, name) for name in ("ada", "bob", "ada ")]
    here.send(
        EventRows(1, NOW, [*late, event(MAY + 3 * DAY, visitor=HASH), event(MAY + 3 * DAY, visitor=7)]),
        EventRows(1, NOW, late * 20),
        RequestRows(1, NOW, [request(MAY + HOUR, "ada"), request(MAY + HOUR, visitor=HASH), request(MAY + HOUR, "cy")]),
        EngagementRows(1, NOW, [engagement(MAY + HOUR, "ada")]),
        columns(1, "ada", "cy", "ada"),
    )
    assert counts(here)[:3] == [1 + 3 + 40, 1 + 2, 0]


def test_the_name_is_kept_nowhere_and_its_mark_for_a_month(here: Installation, tmp_path: Path) -> None:
    now = system_clock()
    meta = open_meta(Settings(data=tmp_path / "other"), lambda: now)
    meta.create_project("one")
    meta.erasures.ask("one", "ada")
    (asked,) = meta.erasures.open()
    meta.erasures.done(asked)
    (mark,) = meta.erasures.subjects()
    assert isinstance(mark, Forgotten)
    assert (mark.mark, mark.until) == (mark_of("ada", mark.salt), now)
    assert mark.mark != mark_of("Ada", mark.salt)
    assert "ada" not in mark.mark
    assert [note.visitor for note in meta.erasures.of_project("one")] == [""]
    meta.erasures.ask("one", "bob")
    meta.erasures.done(meta.erasures.open()[0])
    other = meta.erasures.subjects()[1]
    assert isinstance(other, Forgotten)
    assert (other.salt, other.mark == mark.mark) == (mark.salt, False)  # so that a name is hashed once for all of them
    files = [tmp_path / "other" / "meta.db", tmp_path / "other" / "meta.db-wal"]
    assert any(mark.mark.encode() in file.read_bytes() for file in files)
    now += LATE
    assert meta.erasures.subjects() == []
    meta.erasures.expire()
    assert not any(mark.salt.encode() in file.read_bytes() for file in files)
    meta.close()


def test_it_goes_on_after_a_restart_at_any_step(here: Installation) -> None:
    here.meta.erasures.ask("one", "ada")
    for _ in range(30):
        here.erase(2)
        here.start()
    assert counts(here) == [2, 2, 1, 4]
    assert here.meta.erasures.open() == []


def test_a_deleted_project_leaves_the_spools_as_well(here: Installation, tmp_path: Path) -> None:
    here.spool.append([Submission(EventRows(1, NOW, [event(MAY, "only-in-one")]))])
    here.meta.editor.delete("one")
    here.erase()
    assert counts(here) == [0, 0, 0, 0]
    assert b"only-in-one" not in (tmp_path / "serve.db").read_bytes()
    assert here.meta.erasures.open() == []
    assert here.meta.erasures.subjects() == [Subject(1)]
