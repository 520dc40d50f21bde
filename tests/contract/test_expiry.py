"""Facts of a project go past its retention, and the figures of its closed days stay."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import cast
from unittest.mock import patch

import pytest
from tests.support.draining import drain_all
from tests.support.few_rollups import few_rollups
from tests.support.history_product import Watcher

from footfall.catalog.rollups import LEAST_EVENTS, PROPERTY_VALUES, ROLLUPS, SOURCES, Rollup
from footfall.catalog.tables import Table
from footfall.clock import DAY, HOUR, MINUTE, system_clock
from footfall.drain.drain import Drain
from footfall.drain.journal import Journal
from footfall.drain.plan import Touched
from footfall.errors import UserError
from footfall.meta import Meta, open_meta
from footfall.model.period import Bucket, Period
from footfall.model.progress import Standstill
from footfall.model.raw import EventRows, RawEvent, RawRequest, RequestRows
from footfall.query import run
from footfall.query.ast import Query
from footfall.query.build import counts_of, endpoints, ranking_of, totals
from footfall.query.fetch import fetch
from footfall.query.rankings import top
from footfall.query.rows import Row
from footfall.rollups import roller
from footfall.rollups.expiry import Expiry, facts_since, preview
from footfall.rollups.jobs import zone_of
from footfall.rollups.roller import Roller
from footfall.settings import Settings
from footfall.spool.memory import MemorySpool
from footfall.spool.protocol import Submission
from footfall.store.protocol import Piece, Store

MAY = 1_777_593_600_000  # 2026-05-01
AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
)
PERIOD = Period(MAY, MAY + 61 * DAY)
SENT = (Table.EVENTS, Table.REQUESTS)
"""Sources of which there are facts."""

MOST_ROUNDS = 40


class CountingDrain(Drain):
    """Counts the pieces that are removed."""

    removed = 0

    @contextmanager
    def removing(self, piece: Piece) -> Iterator[None]:
        with super().removing(piece):
            yield
        self.removed += 1


class Installation:
    def __init__(self, store: Store, meta: Meta, path: Path) -> None:
        self.store = store
        self.meta = meta
        self.now = MAY + 51 * DAY
        self.standstills: list[Standstill] = []
        self.spool = MemorySpool(clock=lambda: self.now)
        self._ids = count(1)
        self._tick = count(0, 4_000)
        self.drain = CountingDrain(lambda: [("s", self.spool)], store, Journal(path), Watcher())
        self.drain.drain_once()
        self.rollers = [self._roller(source, LEAST_EVENTS) for source in SENT]
        self.expiry = Expiry(
            meta.editor, store, self.drain, lambda: self.standstills, lambda: self.now, lambda: next(self._tick)
        )

    def _roller(self, source: Table, least: Mapping[Bucket, int]) -> Roller:
        return Roller(
            self.store,
            partial(self._zones, source),
            lambda: self.now,
            self.drain.begin_cells,
            lambda: next(self._tick),
            least,
            facts_since=partial(facts_since, self.meta.editor, source),
            source=source,
        )

    def _zones(self, source: Table) -> dict[int, str]:
        return {project: zone_of(source, zone) for project, zone in self.meta.editor.zones().items()}

    def visited(self, visitor: int, *instants: int) -> None:
        """Pageviews of one visitor of the first project."""
        self.spool.append([Submission(EventRows(1, self.now, [self._event(at, visitor) for at in instants]))])
        drain_all(self.drain, self.spool)

    def _event(self, at: int, visitor: int, url: str = "https://a.test/", properties: bytes = b"") -> RawEvent:
        return RawEvent(
            *(at, 1, next(self._ids)),
            event_type="pageview",
            visitor=visitor,
            url=url,
            title="A",
            user_agent=AGENT,
            properties=properties,
        )

    def send(
        self, projects: Iterable[int], *instants: int, url: str = "https://a.test/", properties: bytes = b""
    ) -> None:
        """An event and a request at each instant, by a visitor of its own, whose key is the instant."""
        events = [self._event(at, at, url, properties) for at in instants]
        requests = [
            RawRequest(at, 1, next(self._ids), visitor=at, method="GET", endpoint="/x", duration_us=1_000)
            for at in instants
        ]
        for project in projects:
            self.spool.append([Submission(EventRows(project, self.now, events))])
            self.spool.append([Submission(RequestRows(project, self.now, requests))])
        drain_all(self.drain, self.spool)

    def forget(self, visitor: int) -> None:
        """As the first project's erasure of a visitor does."""
        while piece := self.store.facts.to_erase(1, [visitor]):
            self.drain.mark(Touched(source, 1, list(piece.hours)) for source in piece.sources)
            self.store.facts.erase(1, [visitor], piece)

    def make_all(self) -> None:
        """From now on cells are made, however few facts they have."""
        self.rollers = [self._roller(source, {}) for source in SENT]

    def requested(self, at: int) -> None:
        """A request in the first project, by a visitor without events, whose key is the instant."""
        request = RawRequest(at, 1, next(self._ids), visitor=at, method="GET", endpoint="/x", duration_us=1_000)
        self.spool.append([Submission(RequestRows(1, self.now, [request]))])
        drain_all(self.drain, self.spool)

    def work(self) -> None:
        """Until there is nothing left to do."""
        rounds = 0
        while self._round():
            rounds += 1
            assert rounds < MOST_ROUNDS

    def _round(self) -> bool:
        """At most one piece is removed, then all cells are made; whether either was so."""
        removed, made = self.drain.removed, 0
        self.expiry()
        if self.drain.removed == removed:  # of what an earlier look found there is nothing left: it looks again
            self.expiry()
        for one in self.rollers:
            while one():
                made += 1
        return self.drain.removed > removed or made > 0

    def days(self, project: int = 1, table: str = "events", at: str = "timestamp") -> list[int]:
        """The days of which rows are stored, counted from the first of May."""
        sql = f"SELECT DISTINCT intDiv(toUnixTimestamp64Milli({at}) - {MAY}, {DAY}) FROM {table} WHERE project_id = {project} ORDER BY 1"  # noqa: E501, S608 - constants
        return [row[0] for row in self.store.query(sql).rows]

    def figures(self, project: int = 1) -> tuple[int, int]:
        query = Query(project=project, table=Table.EVENTS, period=PERIOD)
        return run.count(self.store, query), run.visitors(self.store, query)

    def of_day(self, day: int) -> tuple[int, int, int]:
        """Events, visitors and requests of one day."""
        period = Period(MAY + day * DAY, MAY + (day + 1) * DAY)
        query = Query(project=1, table=Table.EVENTS, period=period)
        requests = replace(query, table=Table.REQUESTS, bots=True)
        (hits,) = fetch(self.store, totals(requests, "hits"))
        return run.count(self.store, query), run.visitors(self.store, query), hits["hits"]

    def requests(self, period: Period = PERIOD) -> list[Row]:
        """By endpoint, which has cells of weeks and months only where facts stay."""
        query = Query(project=1, table=Table.REQUESTS, period=period, bots=True)
        return fetch(self.store, endpoints(query, 10))

    def hits(self, *days: int) -> list[int]:
        """Of the one endpoint, on each of these days."""
        found = [self.requests(Period(MAY + day * DAY, MAY + (day + 1) * DAY)) for day in days]
        return [sum(row["hits"] for row in rows) for rows in found]


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A few roll-ups, whose cells are made again at once: stamps are of today, and later than all that happens here."""
    monkeypatch.setattr(roller, "AGAIN_AFTER", dict.fromkeys(roller.AGAIN_AFTER, -(1 << 60)))
    with few_rollups(
        {Table.EVENTS: ("events", "sessions", "traffic"), Table.REQUESTS: ("requests", "calls", "endpoints")}
    ):
        yield


@pytest.fixture
def meta(tmp_path: Path) -> Iterator[Meta]:
    opened = open_meta(Settings(data=tmp_path / "data"), system_clock)
    opened.create_project("one")
    opened.create_project("two")
    yield opened
    opened.close()


@pytest.fixture
def here(store: Store, meta: Meta, tmp_path: Path) -> Installation:
    found = Installation(store, meta, tmp_path / "drain")
    found.send((1, 2), *(MAY + day * DAY + 5 * HOUR for day in (0, 3, 10, 25, 40)))
    return found


def test_facts_past_it_go_and_figures_stay(here: Installation) -> None:
    before, requests = here.figures(), here.requests()
    assert before == (5, 5)
    assert requests[0]["hits"] == 5
    here.meta.editor.update("one", retention_days=31)
    here.work()
    for table, at in (("events", "timestamp"), ("requests", "timestamp"), ("sessions", "start")):
        assert here.days(table=table, at=at) == [25, 40], table
        assert here.days(2, table, at) == [0, 3, 10, 25, 40]
    assert here.figures() == before
    assert here.figures(2) == before
    # Of single days facts would be read, were they still there.
    assert [here.of_day(day) for day in (0, 1, 3, 25)] == [(1, 1, 1), (0, 0, 0), (1, 1, 1), (1, 1, 1)]
    here.now += 15 * DAY
    here.work()
    assert here.days() == [40]
    assert here.figures() == before
    assert here.requests() == requests


def test_lists_of_requests_keep_their_days(here: Installation) -> None:
    here.meta.editor.update("one", retention_days=31)
    here.work()
    assert here.days(table="requests") == [25, 40]
    assert here.hits(0, 1, 3, 10, 25, 40) == [1, 0, 1, 1, 1, 1]
    (part,) = here.requests(Period(MAY, MAY + 26 * DAY))
    assert (part["hits"], part["visitors"]) == (4, 4)


def test_history_begins_with_the_first_day_that_has_figures(here: Installation) -> None:
    everything = Query(project=1, table=Table.REQUESTS, period=Period(0, here.now), bots=True)
    assert run.beginning(here.store, 1) == MAY + 5 * HOUR
    here.meta.editor.update("one", retention_days=31)
    here.work()
    assert run.beginning(here.store, 1) == MAY
    asked = run.within_history(here.store, everything)
    assert asked.period == Period(MAY, MAY + 40 * DAY + 5 * HOUR + 1)
    assert len(run.endpoint_trend(here.store, asked, Bucket.DAY)) == 5
    here.now += 60 * DAY
    here.work()
    assert here.days(table="requests") == []
    assert run.beginning(here.store, 1) == MAY
    assert run.within_history(here.store, everything).period == Period(MAY, everything.period.end)


def test_a_forgotten_visitor_takes_no_figures_of_others_along(here: Installation) -> None:
    """Cells of a month, some of whose facts are gone, can't be made again: days have all that they had."""
    here.meta.editor.update("one", retention_days=31)
    here.work()
    here.forget(MAY + 25 * DAY + 5 * HOUR)
    here.work()
    assert here.figures() == (4, 4)
    assert here.requests()[0]["hits"] == 4
    assert here.hits(0, 3, 10, 25, 40) == [1, 1, 1, 0, 1]


def test_days_of_requests_are_not_cut_by_the_projects_clock(here: Installation) -> None:
    """The day of Kolkata begins at 18:30 UTC: facts of requests go by UTC's days, as their cells do."""
    first = here.now - 32 * DAY
    day = (first - MAY) // DAY
    here.send([1], *(MAY + day * DAY + hour * HOUR for hour in (12, 20)))
    here.meta.editor.update("one", retention_days=31, timezone="Asia/Kolkata")
    here.work()
    assert here.days() == [day, 25, 40]
    here.forget(MAY + day * DAY + 20 * HOUR)
    here.work()
    assert here.of_day(day)[2] == 1


def test_cells_that_were_made_before_are_made_again_with_all_that_days_keep(here: Installation) -> None:
    """Meanwhile they are read as they are."""
    here.work()
    here.meta.editor.update("one", retention_days=31)
    here.expiry()
    assert here.days() == [0, 3, 10, 25, 40]
    here.work()
    assert here.days(table="requests") == [25, 40]
    assert here.hits(0, 3, 10, 25, 40) == [1, 1, 1, 1, 1]


def test_an_hour_in_which_only_requests_have_rows_keeps_its_events(here: Installation) -> None:
    """In Kolkata events go up to 18:30 UTC, requests up to the midnight before."""
    at = MAY + 19 * DAY + 12 * HOUR
    here.send([1], at)
    here.requested(at + 1)
    here.meta.editor.update("one", retention_days=31, timezone="Asia/Kolkata")
    here.work()
    assert (here.days(), here.days(table="requests")) == ([25, 40], [19, 25, 40])
    before = here.figures()
    here.forget(at + 1)
    here.work()
    assert here.figures() == before == (5, 5)  # without the first day, which began in April


@pytest.mark.parametrize("forgotten", [True, False], ids=["its visitor is forgotten", "an event comes late"])
def test_a_session_over_the_cut_changes_nothing_before_it(here: Installation, forgotten: bool) -> None:
    cut = MAY + 19 * DAY
    visitor = cut - 5 * MINUTE
    here.send([1], visitor - HOUR)
    here.visited(visitor, cut - 5 * MINUTE, cut + 5 * MINUTE)
    here.meta.editor.update("one", retention_days=31)
    here.now = cut + 31 * DAY + 2 * HOUR
    here.work()
    assert here.of_day(18)[:2] == (2, 2)
    if forgotten:
        here.forget(visitor)
    else:
        here.visited(visitor, cut + 6 * MINUTE)
    here.work()
    assert here.of_day(18)[:2] == (2, 2)


def test_a_property_with_too_many_values_holds_up_nothing(here: Installation) -> None:
    bounded = replace(PROPERTY_VALUES, most=1)
    lists = (*SOURCES[Table.EVENTS], bounded)
    with (
        patch.dict(cast("dict[Table, tuple[Rollup, ...]]", SOURCES), {Table.EVENTS: lists}),
        patch.object(roller, "PROPERTY_VALUES", bounded),
    ):
        for number in range(3):
            here.send([1], MAY + number, properties=b'{"order":"%d"}' % number)
        here.meta.editor.update("one", retention_days=31)
        here.work()
    assert here.days() == [25, 40]


def test_days_that_went_under_an_earlier_version_stay_as_they_are(here: Installation) -> None:
    """That one cut days of UTC by the project's clock, kept lists of requests by week and month, and froze nothing."""
    at = MAY + 19 * DAY + 12 * HOUR
    here.send([1], at, at + 8 * HOUR)
    here.meta.editor.update("one", timezone="Asia/Kolkata")
    here.make_all()
    here.work()
    assert here.of_day(19)[2] == 2
    cut = MAY + 19 * DAY + 18 * HOUR + 30 * MINUTE
    gone = dict.fromkeys(SOURCES, cut)
    while piece := here.store.facts.to_expire(1, gone):
        here.store.facts.expire(1, gone, piece)
    here.meta.editor.update("one", retention_days=31)
    here.meta.editor.facts_gone(1, cut)
    here.work()
    assert here.figures() == (6, 6)  # without the first day, which began in April
    assert here.of_day(19)[2] == 2
    assert run.beginning(here.store, 1, Table.REQUESTS) == MAY


def test_a_kept_day_has_the_visitors_of_every_label(here: Installation) -> None:
    lists = tuple(row for row in ROLLUPS if row.name in {"events", "sessions", "traffic", "pages", "titles"})
    with patch.dict(cast("dict[Table, tuple[Rollup, ...]]", SOURCES), {Table.EVENTS: lists}):
        for page in range(45):
            here.send([1], MAY + DAY + page, url=f"https://a.test/{page}")
        here.meta.editor.update("one", retention_days=31)
        here.work()
        assert here.days() == [25, 40]
        day = Query(project=1, table=Table.EVENTS, period=Period(MAY + DAY, MAY + 2 * DAY))
        for dimension, labels in (("path", 45), ("title", 1)):
            found = top(here.store, day, ranking_of(dimension), 50)
            assert [one.visitors for one in found] == [45 // labels] * labels, dimension
        (titled,) = fetch(here.store, counts_of(day, ranking_of("title"), ("A",), "visitors"))
        assert titled["visitors"] == 45


def test_rows_stay_until_every_source_is_rolled_up(here: Installation) -> None:
    here.meta.editor.update("one", retention_days=31)
    (requests,) = (roller for roller, source in zip(here.rollers, SENT, strict=True) if source is Table.REQUESTS)
    here.rollers.remove(requests)
    here.work()
    for table in ("events", "requests"):
        assert here.days(table=table) == [0, 3, 10, 25, 40]
    here.rollers.append(requests)
    here.work()
    assert here.days(table="requests") == [25, 40]
    assert here.requests()[0]["hits"] == 5


def test_a_month_that_is_wholly_old_leaves_the_files(here: Installation) -> None:
    here.meta.editor.update("one", retention_days=31)
    here.work()
    assert masked(here.store)
    here.now += 30 * DAY
    here.work()
    assert here.days() == []
    assert here.figures() == (5, 5)
    assert masked(here.store)  # of June, which is not wholly old
    here.now += 12 * DAY
    here.work()
    assert not masked(here.store)


def masked(store: Store) -> bool:
    """Whether a part has rows that are hidden."""
    sql = "SELECT count() FROM system.parts WHERE database = currentDatabase() AND active AND has_lightweight_delete"
    return any(shard.query(sql).scalar for shard in store.shards)


def test_a_day_that_is_not_rolled_up_keeps_its_facts_and_those_after_it(here: Installation) -> None:
    here.meta.editor.update("one", retention_days=31)
    for _ in range(5):
        here.expiry()
    assert here.days() == [0, 3, 10, 25, 40]  # no cells yet
    here.work()
    assert here.days() == [25, 40]


def test_nothing_goes_while_rows_wait(here: Installation) -> None:
    here.meta.editor.update("one", retention_days=31)
    here.standstills = [Standstill("s", here.now, 40 * 60.0, "the store is down")]
    here.work()
    assert here.days() == [0, 3, 10, 25, 40]


def test_late_events_change_only_what_has_its_facts(here: Installation) -> None:
    here.meta.editor.update("one", retention_days=31)
    here.work()
    here.send([1], MAY + 26 * DAY)  # a month whose first days are figures alone
    here.now += 3 * HOUR
    here.work()
    assert here.figures() == (6, 6)


def test_old_events_are_refused_from_then_on_even_if_it_is_raised(here: Installation) -> None:
    now = here.now
    changed = here.meta.editor.update("one", retention_days=31)
    assert changed.oldest(now) == now - 31 * DAY
    here.work()
    raised = here.meta.editor.update("one", retention_days=0)
    assert raised.retention_days is None
    assert raised.oldest(now) == now - now % DAY - 31 * DAY - DAY * (now % DAY < HOUR)


def test_a_dry_run_counts_what_would_go(here: Installation) -> None:
    project = here.meta.project("one")
    assert project
    found = preview(here.store, project, 31, here.now)
    assert found.rows[Table.EVENTS] == (3, 5)
    assert found.rows[Table.SESSIONS] == (6, 10)
    assert here.days() == [0, 3, 10, 25, 40]


@pytest.mark.parametrize("days", [-1, 1, 30, 36_501])
def test_a_retention_that_would_cost_figures_is_refused(meta: Meta, days: int) -> None:
    with pytest.raises(UserError, match="is not between 31 and 36500"):
        meta.editor.update("one", retention_days=days)


def test_it_takes_the_days_of_the_projects_clock(here: Installation) -> None:
    here.meta.editor.update("one", retention_days=31, timezone="Asia/Tokyo")
    here.now = MAY + 31 * DAY + 5 * HOUR + 10 * MINUTE
    here.work()
    assert here.days() == [0, 3, 10, 25, 40]  # in Tokyo it is not a day past
