"""A query looks no further back for sessions than the longest one lasts, and misses none."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.contract.test_missing_tables import lose_definition
from tests.contract.test_rollups import MAY, Installation

from footfall.catalog.tables import Table
from footfall.clock import DAY, HOUR
from footfall.model.period import Period
from footfall.query import run
from footfall.query.ast import Kpis, Query
from footfall.query.sources import choose
from footfall.store.clickhouse.migrate import migrations, statements
from footfall.store.protocol import Store

FOURTH_DAY = Query(project=1, table=Table.EVENTS, period=Period(MAY + 3 * DAY, MAY + 4 * DAY))


@pytest.fixture
def here(store: Store, tmp_path: Path) -> Installation:
    """An event of the fourth day belongs to a session that began on the first."""
    found = Installation(store, tmp_path / "journal")
    found.send(MAY + HOUR, MAY + 3 * DAY + HOUR, session_id="long")
    return found


def longest(store: Store) -> dict[int, int]:
    return store.facts.longest_sessions()


def counted(store: Store) -> tuple[int, int]:
    figures = run.kpis(store, FOURTH_DAY, None).current
    return figures.visitors, figures.sessions


def bound(store: Store) -> int | None:
    asked = choose(store, Kpis(FOURTH_DAY))
    assert isinstance(asked, Kpis)
    return asked.base.longest


def test_a_session_is_found_that_began_days_before_the_period(here: Installation) -> None:
    assert longest(here.store) == {1: 4}
    assert bound(here.store) == 4 * DAY
    assert counted(here.store) == (1, 1)


def test_sessions_of_up_to_a_day_are_not_noted(store: Store, tmp_path: Path) -> None:
    here = Installation(store, tmp_path / "journal")
    here.send(MAY + 2 * DAY + 2 * HOUR, MAY + 3 * DAY + 2 * HOUR - 1, session_id="a")
    assert longest(store) == {}
    assert bound(store) == DAY
    assert counted(store) == (1, 1)


def test_a_session_that_grows_is_noted_again_also_after_a_restart(here: Installation) -> None:
    here.send(MAY + 2 * HOUR, session_id="other")
    assert longest(here.store) == {1: 4}
    here.start()
    here.send(MAY + 9 * DAY, session_id="long")
    assert longest(here.store) == {1: 9}
    here.start()
    here.send(MAY + 4 * DAY, session_id="other")
    assert longest(here.store) == {1: 9}


def test_a_store_of_an_earlier_version_is_looked_through_once(here: Installation) -> None:
    (migration,) = (one for one in migrations() if one.name == "longest_sessions")
    for shard in here.store.shards:
        shard.command("TRUNCATE TABLE longest_sessions")
        for _ in range(2):
            for statement in statements(migration.sql):
                shard.command(statement)
    assert longest(here.store) == {1: 4}


@pytest.mark.embedded
def test_a_table_of_them_that_is_lost_is_made_again(here: Installation, engine: Path) -> None:
    rows, _ = lose_definition(here.store, engine, "longest_sessions")
    shutil.rmtree(rows)
    here.store.remake_tables()
    here.store.migrate()
    assert longest(here.store) == {1: 4}
