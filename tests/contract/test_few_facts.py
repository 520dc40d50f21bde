"""Figures of few facts are read from these, though there are cells, as long as all facts are there."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.contract.test_rollups import MAY, Installation

from footfall.catalog.tables import Table
from footfall.clock import DAY, HOUR
from footfall.model.period import Period
from footfall.query import run
from footfall.query.ast import Query
from footfall.query.build import totals
from footfall.query.plan import Whole
from footfall.query.sources import choose, facts
from footfall.store.protocol import Store

DAYS = Query(project=1, table=Table.EVENTS, period=Period(MAY, MAY + 6 * DAY))


@pytest.fixture
def here(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """Six events in three of the days; all but the first of these, which is before them, have cells."""
    monkeypatch.setattr(facts, "UP_TO_EVENTS", 8)
    found = Installation(store, tmp_path / "journal")
    found.send(*(MAY + day * DAY + hour * HOUR for day in (1, 3, 4) for hour in (1, 20)))
    found.roll_up()
    return found


def by_facts(here: Installation, asked: Query = DAYS) -> bool:
    return not isinstance(choose(here.store, totals(asked, "events")), Whole)


def delete_before(here: Installation, instant: int) -> None:
    here.store.command("DELETE FROM events WHERE timestamp < fromUnixTimestamp64Milli({at:Int64})", {"at": instant})


def test_few_facts_are_read(here: Installation) -> None:
    assert by_facts(here)
    assert run.count(here.store, DAYS) == 6


def test_more_are_not(here: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "UP_TO_EVENTS", 7)
    assert not by_facts(here)


def test_what_no_cell_covers_is_estimated(here: Installation) -> None:
    """Late events outdate their days, and the other cells stand for all of them."""
    here.send(MAY + DAY + 2 * HOUR)
    assert by_facts(here)  # four events in four days of six
    here.send(MAY + 2 * DAY, MAY + 5 * DAY)
    assert not by_facts(here)  # in two


def test_facts_of_which_some_are_gone_are_not_read(here: Installation) -> None:
    delete_before(here, MAY + 2 * DAY)
    assert not by_facts(here)
    assert run.count(here.store, DAYS) == 6


def test_nor_where_only_a_part_of_a_cell_is_gone(here: Installation) -> None:
    """As where a project's days were cut by other clocks when its cells were made."""
    delete_before(here, MAY + DAY + 2 * HOUR)
    assert not by_facts(here)
    assert run.count(here.store, DAYS) == 6


def test_days_without_events_say_nothing_of_facts(here: Installation) -> None:
    asked = Query(project=1, table=Table.EVENTS, period=Period(MAY, MAY + DAY))
    assert by_facts(here, asked)
    delete_before(here, MAY + 6 * DAY)
    assert by_facts(here, asked)
    assert not by_facts(here)
