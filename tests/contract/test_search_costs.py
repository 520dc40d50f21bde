"""A search at its worst takes no longer than another one."""

from __future__ import annotations

import time

import pytest

from footfall.catalog.tables import Table
from footfall.model.period import Period
from footfall.query.ast import Pattern, Query, Term
from footfall.query.rows import read
from footfall.store.protocol import Store

ROWS = 1_000
URL = "repeat('a', 1900)"
"""A search for 900 `a` and a `b` in as many texts took minutes, and no limit of time ended it."""

ENOUGH_SECONDS = 3.0
"""Of processor time; a tenth of it is needed."""

PERIOD = Period(0, 4_000_000_000_000)


@pytest.fixture(scope="module")
def store(shared_store: Store) -> Store:
    title = "if(number = 7, 'Ein ÄUSSERST Langer Titel', '')"
    shared_store.command(
        "INSERT INTO events (project_id, timestamp, id_hi, id_lo, path, referrer, title)"  # noqa: S608 -- literals of the test
        f" SELECT 1, now64(3) - number, 1, number, concat('/', {URL}, toString(number)), {URL}, {title}"
        f" FROM numbers({ROWS})"
    )
    return shared_store


def found(store: Store, text: str) -> int:
    query = Query(
        project=1,
        table=Table.EVENTS,
        period=PERIOD,
        metrics=("events",),
        filters=(Term("search", (Pattern((text,)),)),),
        bots=True,
    )
    return int(read(store, query)[0]["events"])


@pytest.mark.parametrize("text", ["a" * 900 + "b", "b" + "a" * 900, "a" * 450 + "b" + "a" * 450, "a" * 15 + "b"])
def test_the_worst_text_is_looked_for_in_time(store: Store, text: str) -> None:
    started = time.process_time()
    assert found(store, text) == 0
    assert time.process_time() - started < ENOUGH_SECONDS


@pytest.mark.parametrize("text", ["äusserst", "EIN äusserst LANGER titel", "ein äusserst lang"])
def test_long_and_short_texts_are_found_whatever_their_case(store: Store, text: str) -> None:
    assert found(store, text) == 1
