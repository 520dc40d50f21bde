"""A filter may be written as people read paths and hosts, which browsers send encoded."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.populate import populate

from footfall.catalog.tables import Table
from footfall.clock import DAY
from footfall.model.period import Period
from footfall.query import run
from footfall.query.ast import Query
from footfall.query.filter import parse
from footfall.query.timerange import instant
from footfall.store.protocol import Store

MAY = instant("2026-05-01T00:00:00Z")

PAGES: tuple[dict[str, Any], ...] = (
    {"path": "/caf%C3%A9", "source": "xn--bcher-kva.example", "hostname": "xn--bcher-kva.example"},
    {"path": "/café", "referrer": "https://a.example/%C3%BC"},
    {"path": "/a%20b"},
    {"path": "/cafe"},
)


@pytest.fixture(scope="module")
def pages(shared_store: Store) -> Store:
    populate(
        shared_store,
        [{"at": MAY + n, "visitor": n, "session": n, "id_lo": n, **page} for n, page in enumerate(PAGES)],
    )
    return shared_store


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("path:/café", 2),
        ("path:/caf%C3%A9", 1),
        ("path:*é", 2),
        ("!path:/café", 2),
        ('path:"/a b"', 1),
        ("entry_page:/café", 2),
        ("exit_page:/café|/cafe", 3),
        ("café", 2),
        ("referrer:bücher.example", 1),
        ("referrer:https://a.example/ü", 1),
        ("hostname:bücher.example", 1),
    ],
)
def test_a_filter_finds_what_it_says(pages: Store, text: str, found: int) -> None:
    base = Query(project=1, table=Table.EVENTS, period=Period(MAY, MAY + DAY), filters=parse(text))
    assert run.count(pages, base) == found
