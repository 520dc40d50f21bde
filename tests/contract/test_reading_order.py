"""Listings read the table backwards in its own order, not the whole period."""

from __future__ import annotations

import pytest
from tests.golden.dataset import EVENTS, REQUESTS
from tests.support.populate import at, populate

from footfall.catalog.tables import Table
from footfall.model.period import Period
from footfall.query import build
from footfall.query.ast import Position, Query
from footfall.query.passes import complete
from footfall.query.sql import compile_query
from footfall.store.protocol import Store

PERIOD = Period(at("2024-01-01"), at("2026-07-01"))
HERE = Position(at("2026-06-11T09:00:00Z"), 0, 5)


@pytest.mark.parametrize("after", [None, HERE])
@pytest.mark.parametrize(("table", "shown"), [(Table.EVENTS, "path"), (Table.REQUESTS, "endpoint")])
def test_newest_first_reads_backwards(store: Store, table: Table, shown: str, after: Position | None) -> None:
    populate(store, EVENTS, REQUESTS)
    base = Query(project=1, table=table, period=PERIOD)
    statement = compile_query(complete(build.newest(base, (shown,), 101, after)))
    plan = "\n".join(row[0] for row in store.query(f"EXPLAIN sorting = 1 {statement.sql}", statement.params).rows)
    assert "Read type: InReverseOrder" in plan
    assert "Prefix sort description: timestamp DESC" in plan
