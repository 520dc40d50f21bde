"""Cells are made once their time is over, are valid or unused, and are made again where facts changed."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path

import msgspec
import pytest
from tests.support.draining import drain_all
from tests.support.history_product import Watcher

from footfall.api.web.toplists import TOP_ROUTES
from footfall.catalog.rollups import CROSSED, KEPT_FOR, OVERFULL, PROPERTY_VALUES, ROLLUPS, SMALL, SOURCES
from footfall.catalog.tables import Table
from footfall.clock import DAY, HOUR, MINUTE
from footfall.drain.drain import Drain
from footfall.drain.journal import Journal
from footfall.errors import StoreError, TransientError
from footfall.model.period import Bucket, Period
from footfall.model.raw import EventRows, RawEvent
from footfall.query import fetch, rankings, run
from footfall.query.ast import BucketFigures, Query
from footfall.query.build import TOP_PAGES, TOP_REFERRERS, declared, revenue_of, totals, values_of
from footfall.query.cells import RolledUp
from footfall.query.plan import CellPart, MatchedPart, Whole
from footfall.query.rows import read
from footfall.query.sources import Source, choose
from footfall.rollups import roller
from footfall.rollups.jobs import Job
from footfall.rollups.roller import AGAIN_AFTER, CLOSED_AFTER, Roller
from footfall.spool.memory import MemorySpool
from footfall.spool.protocol import Submission
from footfall.store.protocol import Store

MAY = 1_777_593_600_000  # 2026-05-01
WEEK = Query(project=1, table=Table.EVENTS, period=Period(MAY, MAY + 7 * DAY))
DAYS = Job(Bucket.DAY, Bucket.DAY.starts(WEEK.period), WEEK.period.end, (1,), "UTC")
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
)


class Installation:
    """A drain and a roller on one store. `now` is the roller's clock; its stamps are the machine's."""

    def __init__(self, store: Store, path: Path) -> None:
        self.store = store
        self.path = path
        self.now = MAY + 7 * DAY + CLOSED_AFTER
        self.zone = "UTC"
        self.waiting: list[int] = []
        self._seconds = count(0, 4_000)
        self._ids = count(1)
        self.spool = MemorySpool(clock=lambda: self.now)
        self.start()

    def start(self) -> None:
        """As after a restart: the drain and the roller remember nothing."""
        self.drain = Drain(lambda: [("s", self.spool)], self.store, Journal(self.path), Watcher())
        self.drain.drain_once()
        self.roller = self.new_roller({})

    def new_roller(self, least: dict[Bucket, int]) -> Roller:
        zones = {1: "UTC"}
        return Roller(
            self.store,
            lambda: zones | {1: self.zone},
            lambda: self.now,
            self.drain.begin_cells,
            lambda: next(self._seconds),
            least=least,
            report=self.waiting.append,
        )

    def send(self, *instants: int, session_id: str = "") -> None:
        event = RawEvent(0, 1, 0, event_type="pageview", visitor=7, url="https://a.test/", user_agent=CHROME)
        events = [
            msgspec.structs.replace(event, timestamp=at, id_lo=next(self._ids), session_id=session_id)
            for at in instants
        ]
        self.send_events(events)

    def send_events(self, events: list[RawEvent]) -> None:
        self.spool.append([Submission(EventRows(1, self.now, events))])
        drain_all(self.drain, self.spool)

    def roll_up(self) -> int:
        """Make every cell that is wanted now; returns the number of jobs."""
        done = 0
        while self.roller():
            done += 1
        return done

    def days(self) -> list[int]:
        """The days of May that a query may read from cells."""
        asked = choose(self.store, totals(WEEK, "events"))
        if not isinstance(asked, Whole):
            return []
        cells = [part.cells for part in asked.parts if hasattr(part, "cells")]
        return sorted({(start - MAY) // DAY + 1 for one in cells for start in one.starts})

    def count(self) -> int:
        return run.count(self.store, WEEK)


@pytest.fixture
def here(store: Store, tmp_path: Path) -> Installation:
    found = Installation(store, tmp_path / "journal")
    found.send(MAY + HOUR, MAY + 2 * DAY + HOUR, MAY + 2 * DAY + 2 * HOUR)
    return found


def test_closed_days_are_rolled_up_from_the_first_event_on(here: Installation) -> None:
    assert here.days() == []
    assert here.roll_up() == 2  # the days, and the week that the first of them are in
    assert here.days() == [1, 2, 3, 4, 5, 6, 7]
    assert here.count() == 3
    assert here.roll_up() == 0
    assert here.waiting[-1] == 0


def test_a_day_is_made_some_minutes_after_its_end(here: Installation) -> None:
    here.now -= MINUTE
    here.roll_up()
    assert here.days() == [1, 2, 3, 4, 5, 6]


def test_a_late_event_takes_its_day_back_until_it_is_made_again(here: Installation) -> None:
    here.roll_up()
    here.send(MAY + 4 * DAY)
    assert here.days() == [1, 2, 3, 4, 6, 7]
    assert here.count() == 4
    assert here.roll_up() == 0  # not so soon: the clock of the roller stands long before its stamps
    here.now = 2_000_000_000_000 + AGAIN_AFTER[Bucket.DAY]
    here.roll_up()
    assert here.days() == [1, 2, 3, 4, 5, 6, 7]
    assert here.count() == 4


def test_marks_hold_over_a_restart(here: Installation) -> None:
    here.roll_up()
    here.start()
    here.send(MAY + 4 * DAY)
    assert here.days() == [1, 2, 3, 4, 6, 7]
    assert here.count() == 4


def test_events_of_open_days_leave_no_marks(here: Installation) -> None:
    here.roll_up()
    here.send(here.now)
    assert here.store.query("SELECT count() FROM touched").scalar == 0


def test_a_session_that_goes_on_takes_the_day_back_that_it_began_in(here: Installation) -> None:
    here.send(MAY + 5 * DAY - MINUTE)
    here.roll_up()
    here.send(MAY + 5 * DAY + MINUTE)
    assert here.days() == [1, 2, 3, 4, 7]  # its end may have been on either side of midnight
    assert run.kpis(here.store, WEEK, None).current.sessions == 4  # those of the fixture are 1, and 2 an hour apart


def test_a_session_that_pauses_over_midnight_is_counted_once_by_its_events(here: Installation) -> None:
    """Cells do not count it, and say that it crosses their edges."""
    here.send(MAY + 5 * DAY - 2 * HOUR, MAY + 5 * DAY + 2 * HOUR, session_id="long")
    here.roll_up()
    days = Period(MAY, MAY + 7 * DAY)
    crossed = {row["start"] for row in read(here.store, RolledUp(1, "events", days)) if CROSSED in row["rollups"]}
    assert crossed == {MAY + 4 * DAY, MAY + 5 * DAY}
    for start, sessions in ((MAY, 4), (MAY + 5 * DAY, 1)):
        asked = replace(WEEK, period=Period(start, MAY + 7 * DAY))
        assert run.kpis(here.store, asked, None).current.sessions == sessions
    (row,) = (row for row in rankings.top(here.store, WEEK, TOP_REFERRERS, 20))
    assert (row.label, row.count.current, row.visitors) == ("direct", 4, 1)


@pytest.mark.embedded
def test_variants_that_are_filled_in_later_leave_cells_right(here: Installation) -> None:
    """Late events fell into the pause of a session over midnight, whose row still says that it pauses."""
    midnight = MAY + 5 * DAY
    here.send(midnight - 20 * MINUTE, midnight + 42 * MINUTE, session_id="s")
    for minute in (11, -5, 30):
        here.send(midnight + minute * MINUTE, session_id="s")
    here.roll_up()
    before = run.kpis(here.store, WEEK, None).current
    assert before.sessions == 4
    with here.drain.changing_sessions():
        here.store.command("ALTER TABLE sessions UPDATE variants = '' WHERE 1")
        here.store.facts.fill_session_facts(max(here.store.facts.sessions_without_facts()), 100)
    here.roll_up()
    assert run.kpis(here.store, WEEK, None).current == before


CUT = MAY + 6 * DAY + 12 * HOUR
"""In the middle of a day, which no cell of the period before tells."""

BOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


@pytest.mark.parametrize(
    ("minutes", "agents", "sessions", "looked_for"),
    [
        ((-90, -80), (CHROME, BOT), 4, False),
        ((-90, -80), (BOT, CHROME), 4, False),
        ((-90, -80), (BOT, BOT), 3, False),
        ((-10, 5), (CHROME, BOT), 4, True),
        ((-10, 5), (BOT, CHROME), 3, True),
        ((-12 * 60 - 5, -12 * 60 + 5), (CHROME, BOT), 4, True),
    ],
    ids=[
        "a person first",
        "a bot first",
        "bots only",
        "the period cuts off the bot",
        "the period cuts off the person",
        "over an edge of a cell",
    ],
)
@pytest.mark.parametrize("known", [True, False], ids=["its variants are told", "they are not"])
def test_a_session_of_several_classes_of_traffic_between_cells(
    here: Installation,
    minutes: tuple[int, int],
    agents: tuple[str, str],
    sessions: int,
    *,
    looked_for: bool,
    known: bool,
) -> None:
    """Beside the three sessions of the fixture. Its events are looked for where its variants leave something open."""
    event = RawEvent(0, 1, 0, event_type="pageview", visitor=8, url="https://a.test/")
    here.send_events(
        [
            msgspec.structs.replace(event, timestamp=CUT + minute * MINUTE, id_lo=900 + number, user_agent=agent)
            for number, (minute, agent) in enumerate(zip(minutes, agents, strict=True))
        ]
    )
    if not known:
        here.store.command("ALTER TABLE sessions UPDATE variants = '' WHERE 1")
    here.roll_up()
    asked = replace(WEEK, period=Period(MAY, CUT))
    plan = choose(here.store, BucketFigures(replace(asked, buckets=(MAY,))))
    assert isinstance(plan, Whole)
    mixed = agents[0] != agents[1]
    assert any(isinstance(part, MatchedPart) for part in plan.parts) == (mixed and (looked_for or not known))
    assert run.kpis(here.store, asked, None).current.sessions == sessions
    listed = rankings.top(here.store, asked, TOP_REFERRERS, 20)
    assert [(row.label, row.count.current) for row in listed] == [("direct", sessions)]


def test_a_job_waits_while_a_batch_is_partly_written(here: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    here.roller = here.new_roller({})
    monkeypatch.setattr(here.roller, "_begin", lambda _: None)
    assert here.roll_up() == 0
    assert here.waiting[-1] == 8
    monkeypatch.setattr(here.roller, "_begin", here.drain.begin_cells)
    assert here.roll_up() == 2


def test_a_job_that_fails_holds_up_no_other_and_is_found_again(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.now += 40 * DAY
    command = here.store.command

    def failing(sql: str, params: object = None) -> None:
        if "INSERT INTO rollups" in sql and "month" in str(params):
            raise StoreError("no memory")
        command(sql, params)  # type: ignore[arg-type]  # as it came

    monkeypatch.setattr(here.store, "command", failing)
    for _ in range(3):
        try:
            here.roll_up()
        except StoreError:
            continue
    assert here.days() == [1, 2, 3, 4, 5, 6, 7]
    monkeypatch.undo()
    here.roll_up()
    grains = {row["grain"] for row in read(here.store, RolledUp(1, "events", Period(MAY, MAY + 40 * DAY)))}
    assert grains == {"day", "week", "month"}


def test_roll_ups_are_made_by_few_statements_and_where_these_fail_one_by_one(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each writes a part. Together they may take more memory than there is."""
    command, made, fail = here.store.command, list[str](), [True]

    def noting(sql: str, params: object = None) -> None:
        if "INSERT INTO rollups" in sql:
            made.append(sql)
            if fail[0] and "UNION ALL SELECT project_id" in sql and "v_events" in sql:
                raise TransientError("no memory")
        command(sql, params)  # type: ignore[arg-type]  # as it came

    monkeypatch.setattr(here.store, "command", noting)
    with pytest.raises(TransientError):
        here.roller.make(DAYS)
    made.clear()
    assert here.roller.make(DAYS)
    one_by_one = len(made)
    assert here.days()
    fail[0], here.roller = False, here.new_roller({})
    made.clear()
    assert here.roller.make(DAYS)
    kinds = {(row.table, row.metrics if row.counted[Bucket.DAY] else row.metrics[:1]) for row in ROLLUPS}
    assert len(made) < one_by_one / 3
    assert len(made) <= len(kinds) + 3  # what labels earned, values of properties, and sessions in total


def test_a_session_that_a_later_batch_extends_is_read_whole(here: Installation) -> None:
    """From rows of sessions, before any cell is made: the superseded row tells less than the one that replaced it."""
    here.send(MAY + 3 * DAY)
    here.send(MAY + 3 * DAY + MINUTE)
    asked = choose(here.store, totals(WEEK, "events"), {Source.SESSIONS})
    assert isinstance(asked, Whole)
    assert {part.query.table for part in asked.parts} == {Table.SESSIONS, Table.EVENTS}
    assert [row["events"] for row in read(here.store, asked)] == [here.count()] == [5]


def test_small_cells_are_recorded_and_not_made(here: Installation) -> None:
    here.roller = here.new_roller({Bucket.DAY: 1, Bucket.WEEK: 10})
    assert here.roll_up() == 2
    assert here.days() == []
    assert here.store.query("SELECT DISTINCT rollups FROM rolled_up").rows == [([SMALL],)]
    assert here.store.query("SELECT count() FROM rollups").scalar == 0
    assert here.roll_up() == 0


def test_another_zone_of_the_project_gets_cells_of_its_own(here: Installation) -> None:
    here.roll_up()
    here.zone = "Asia/Kolkata"
    here.roll_up()
    zones = here.store.query("SELECT DISTINCT zone FROM rolled_up ORDER BY zone").rows
    assert [row[0] for row in zones] == ["Asia/Kolkata", "UTC"]
    assert here.count() == 3


def shopping(seed: int, count: int, days: int) -> list[RawEvent]:
    """Events of the first days, some of them paid for, in sessions that mix agents, one of them over a midnight."""
    chance = random.Random(seed)
    found = []
    for number in range(count):
        name, campaign = chance.choice(("", "signup")), chance.choice(("", "?utm_source=mail", "?utm_source=ads"))
        at = chance.randint(0, days * 24 * 4) * 15 * MINUTE
        session = "first-night" if DAY - HOUR < at < DAY + HOUR else f"day-{at // DAY}"
        event = RawEvent(
            *(MAY + at, 1, 1_000 * seed + number),
            event_type="custom" if name else "pageview",
            name=name,
            visitor=chance.randint(1, 4),
            session_id=chance.choice(("", session)),
            url=f"https://a.test/{chance.randint(1, 3)}{campaign}",
            user_agent=chance.choice((CHROME, CHROME, "Googlebot/2.1 (+http://www.google.com/bot.html)")),
            country=chance.choice(("RO", "DE", "")),
            revenue=chance.choice(("", "19.99", "-19.99", "0.0001")),
            currency=chance.choice(("EUR", "")),
            properties=chance.choice((b"", b'{"plan":"pro"}', b'{"plan":"free","n":1}')),
        )
        found.append(event)
    return found


def lists_of(store: Store, base: Query) -> dict[str, object]:
    """Every list with what its labels earned, properties with their values, and the classes of traffic by day."""
    found: dict[str, object] = {row.path: rankings.top_with_revenue(store, base, row.ranking, 20) for row in TOP_ROUTES}
    starts = Bucket.DAY.starts(base.period)
    everyone = replace(base, bots=True)
    found["traffic"] = rankings.sparklines(store, everyone, None, starts, 20, declared("traffic"))
    found["further pages"] = rankings.top(store, base, replace(TOP_PAGES, skip=2), 3)
    return found | {"properties": rankings.properties(store, base, 20, 10)}


def test_weeks_serve_longer_ranges_and_go_with_age(here: Installation) -> None:
    """The first Monday is the fourth of May."""
    here.now = MAY + 20 * DAY
    here.send(*(MAY + number * DAY + HOUR for number in range(20)))
    here.roll_up()
    asked = replace(WEEK, period=Period(MAY + HOUR, MAY + 19 * DAY + HOUR))
    assert grains(here.store, asked) == ["day"] * 2 + ["week"] * 2 + ["day"] * 2
    assert run.count(here.store, asked) == 22
    assert run.kpis(here.store, asked, None).current.sessions == 20
    weeks = "SELECT count() FROM rollups WHERE grain = 'week' AND bucket = '2026-05-04'"
    here.now = MAY + 10 * DAY + KEPT_FOR[Bucket.WEEK]  # the eleventh of May is a Monday, too
    here.roll_up()
    assert grains(here.store, asked) == ["day"] * 9 + ["week"] + ["day"] * 2
    assert here.store.query(weeks).scalar > 0  # a query may be about to read them
    here.now += DAY
    here.roll_up()
    assert here.store.query(weeks).scalar == 0
    assert run.count(here.store, asked) == 22
    assert here.roll_up() == 0  # those that went are not wanted again


def grains(store: Store, asked: Query) -> list[str]:
    """Of the cells that answer a count, ascending."""
    chosen = choose(store, totals(asked, "events"))
    assert isinstance(chosen, Whole)
    return [grain for part in chosen.parts if isinstance(part, CellPart) for grain in part.cells.grains]


@pytest.mark.parametrize("most", [40, 1])
def test_lists_of_cells_are_those_of_facts(here: Installation, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    """With what labels earned, and labels whose visitors cells don't count: the generated histories have neither.

    Roll-ups are made one by one, too, as those of many facts are.
    """
    if most == 1:
        monkeypatch.setattr(roller, "_TOGETHER", 0)
    counted = tuple(
        replace(row, counted={Bucket.DAY: most}) if row.counted.get(Bucket.DAY) == 40 else row
        for row in SOURCES[Table.EVENTS]
    )
    monkeypatch.setitem(SOURCES, Table.EVENTS, counted)  # type: ignore[arg-type]  # a dict
    base = replace(WEEK, period=Period(MAY + 3 * HOUR, MAY + 6 * DAY - 5 * HOUR))
    for seed, days in ((1, 6), (2, 2)):
        here.send_events(shopping(seed, 20 * days, days))
        if seed == 1:
            assert here.roller.make(DAYS)
        answers = []
        for allowed in ({Source.FACTS}, {Source.ROLLUPS}):
            monkeypatch.setattr(fetch, "choose", partial(choose, allowed=allowed))
            answers.append(lists_of(here.store, base))
        assert answers[0] == answers[1]
        asked = (
            *(revenue_of(base, ranking, ("/1",)) for ranking in (TOP_PAGES, TOP_REFERRERS)),
            values_of(base, ("plan",), 10),
        )
        for query in asked:
            assert isinstance(choose(here.store, query, {Source.ROLLUPS}), Whole)


def test_a_cell_with_too_many_values_of_properties_leaves_them_to_facts(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = replace(PROPERTY_VALUES, most=2)
    monkeypatch.setattr(roller, "PROPERTY_VALUES", few)
    monkeypatch.setitem(SOURCES, Table.EVENTS, (few,))  # type: ignore[arg-type]  # a dict
    here.send_events(shopping(1, 40, 6))
    assert here.roller.make(DAYS)
    cells = read(here.store, RolledUp(1, "events", WEEK.period))
    assert {OVERFULL in row["rollups"].split() for row in cells} == {False, True}
    answers = []
    for allowed in ({Source.FACTS}, {Source.ROLLUPS}):
        monkeypatch.setattr(fetch, "choose", partial(choose, allowed=allowed))
        answers.append(rankings.properties(here.store, WEEK, 20, 10))
    assert answers[0] == answers[1]
