"""Lists of requests are read from cells: the same figures as from their requests."""

from __future__ import annotations

import pytest
from tests.support.populate import populate

from footfall.api.tracking.toplists import TOP_ROUTES, TopRoute
from footfall.catalog.tables import Table
from footfall.clock import DAY
from footfall.drain.marks import Marks
from footfall.model.period import Bucket, Period
from footfall.query import run
from footfall.query.ast import Query
from footfall.query.fetch import Row
from footfall.query.timerange import instant
from footfall.rollups.roller import Roller
from footfall.store.protocol import Store

MAY, JUNE = instant("2026-05-01T00:00:00Z"), instant("2026-06-01T00:00:00Z")

OF_CELLS = [route for route in TOP_ROUTES if not route.ranking.many]
"""Whoever calls is in no cell: it goes with its requests."""


def top(store: Store, route: TopRoute) -> list[Row]:
    base = Query(project=1, table=Table.REQUESTS, period=Period(MAY, JUNE), bots=True)
    return run.top_requests(store, base, route.ranking, 20)


@pytest.mark.parametrize("route", OF_CELLS, ids=[route.path for route in OF_CELLS])
def test_a_list_is_read_from_cells(store: Store, route: TopRoute) -> None:
    requests = [
        {
            "at": MAY + n * DAY,
            "visitor": n % 4,
            "session": n,
            "endpoint": f"/{n % 3}",
            "method": ("GET", "POST")[n % 2],
            "status": (200, 404, 404, 500, 0)[n % 5],
            "referer": ("", "https://news.example/")[n % 2],
            "browser": ("Firefox", "curl")[n % 2],
            "host": ("a.example", "b.example")[n % 2],
            "bytes": n,
            "id_lo": n,
        }
        for n in range(30)
    ]
    populate(store, requests=requests)
    before = top(store, route)
    assert before
    least = dict.fromkeys(Bucket, 0)
    roller = Roller(
        store, lambda: {1: "UTC"}, lambda: JUNE + DAY, Marks(store).begin, least=least, source=Table.REQUESTS
    )
    while roller():
        pass
    assert top(store, route) == before
    store.command("ALTER TABLE rollups UPDATE hits = hits + 1000 WHERE grain = 'month' SETTINGS mutations_sync = 1")
    assert [row["hits"] % 1000 for row in top(store, route)] == [row["hits"] for row in before]
    assert all(row["hits"] > 1000 for row in top(store, route))
