"""Figures of few facts are read from these, though there are cells, as long as all facts are there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.contract.test_rollups import MAY, Installation
from tests.support.few_rollups import few_rollups
from tests.support.statements import noted

from footfall.catalog.tables import Table
from footfall.clock import DAY, HOUR
from footfall.model.period import Period
from footfall.model.raw import RawEvent
from footfall.query import run
from footfall.query.ast import Kpis, Query
from footfall.query.build import totals
from footfall.query.passes import complete
from footfall.query.plan import Whole
from footfall.query.sources import choose, facts
from footfall.store.protocol import Store

DAYS = Query(project=1, table=Table.EVENTS, period=Period(MAY, MAY + 6 * DAY))
MORNINGS = tuple(MAY + day * DAY + hour * HOUR for day in (0, 2, 3, 4) for hour in (1, 20))
"""Two events of people on each of four days of six."""
BOT = RawEvent(MAY + DAY, 1, 900, event_type="pageview", visitor=9, url="https://a.test/", user_agent="Googlebot/2.1")
"""On a day that nobody else came."""


@pytest.fixture
def here(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    """Of nine events, which is few; all days have cells, of the roll-ups that are asked for here."""
    monkeypatch.setattr(facts, "UP_TO_EVENTS", 9)
    found = Installation(store, tmp_path / "journal")
    found.send(*MORNINGS)
    found.send_events([BOT])
    with few_rollups({Table.EVENTS: ("events", "sessions", "traffic")}):
        found.roll_up()
        yield found


def by_facts(here: Installation, asked: Query = DAYS) -> bool:
    return not isinstance(choose(here.store, totals(asked, "events")), Whole)


def delete(here: Installation, day: int, table: str = "events", at: str = "timestamp", until: int = DAY) -> None:
    """What lies in the first milliseconds of a day, up to `until`."""
    span = {"start": MAY + day * DAY, "end": MAY + day * DAY + until}
    instants = [f"fromUnixTimestamp64Milli({{{name}:Int64}})" for name in span]
    here.store.command(f"DELETE FROM {table} WHERE {at} >= {instants[0]} AND {at} < {instants[1]}", span)  # noqa: S608 - names of our own


def test_few_facts_are_read(here: Installation) -> None:
    assert by_facts(here)
    assert run.count(here.store, DAYS) == 8


def test_more_are_not(here: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "UP_TO_EVENTS", 8)
    assert not by_facts(here)


def test_nor_where_cells_do_not_tell_how_many_there_are(here: Installation) -> None:
    """Late events outdate their days: of up to two days, as at the edges of a period, facts are read anyway."""
    here.send(MAY + 2 * DAY, MAY + 5 * DAY)
    assert by_facts(here)
    here.send(MAY + DAY)
    assert not by_facts(here)


@pytest.mark.parametrize("buckets", [(), tuple(range(MAY, MAY + 6 * DAY, HOUR))], ids=["whole", "by hour"])
@pytest.mark.parametrize("day", [0, 3])
def test_facts_of_which_some_are_gone_are_not_read(here: Installation, day: int, buckets: tuple[int, ...]) -> None:
    """Retention takes the oldest; damage, any."""
    asked = replace(DAYS, buckets=buckets)
    assert by_facts(here, asked)
    delete(here, day)
    assert facts.suffice(here.store, asked, sessions=False) is False
    assert run.count(here.store, DAYS) == 8


def test_nor_where_only_a_part_of_a_cell_is_gone(here: Installation) -> None:
    """As where a project's days were cut by other clocks when its cells were made."""
    delete(here, 0, until=2 * HOUR)
    assert not by_facts(here)
    assert run.count(here.store, DAYS) == 8


def test_sessions_that_are_gone_keep_key_figures_from_facts(here: Installation) -> None:
    """As while those of a month are made again. Counts of events need none."""
    before = run.kpis(here.store, DAYS, None)
    assert before.current.sessions == 8
    assert choose(here.store, Kpis(DAYS)) == complete(Kpis(replace(DAYS, longest=DAY)))
    delete(here, 3, "sessions", "start")
    assert by_facts(here)
    assert isinstance(choose(here.store, Kpis(DAYS)), Whole)
    assert run.kpis(here.store, DAYS, None) == before


def test_bots_are_missed_like_people(here: Installation) -> None:
    assert by_facts(here)
    delete(here, 1)
    assert not by_facts(here)


def test_a_day_without_events_misses_none(here: Installation) -> None:
    asked = Query(project=1, table=Table.EVENTS, period=Period(MAY + 5 * DAY, MAY + 6 * DAY))
    for _ in range(2):
        assert by_facts(here, asked)
        delete(here, 0, until=6 * DAY)


def test_what_is_shorter_than_a_day_asks_for_no_cells(here: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "covered", None)
    assert by_facts(here, replace(DAYS, period=Period(MAY, MAY + HOUR)))


def test_figures_of_cells_are_not_kept(here: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """What there is of them is."""
    monkeypatch.setattr(facts, "UP_TO_EVENTS", -1)
    asked = noted(monkeypatch)
    for _ in range(2):
        assert run.count(here.store.reading(1), DAYS) == 8
    assert sum("FROM rollups" in sql and "FROM rolled_up" not in sql for sql in asked) == 2
