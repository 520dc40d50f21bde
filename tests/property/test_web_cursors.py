"""Cursors never skip and never repeat, whatever arrives between two pages."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from tests.support.history import History
from tests.support.history_paging import rows_amiss, sessions_amiss
from tests.support.history_product import Product
from tests.support.history_shrink import shrink
from tests.support.history_strategies import pagings

from footfall.api.web.routes import router
from footfall.store.protocol import Store

HISTORIES = int(os.environ.get("FOOTFALL_HISTORIES", "2000")) // 40
TOGETHER = 16


@pytest.fixture
def product(store: Store, tmp_path: Path) -> Iterator[Product]:
    made = Product(store, tmp_path / "journal", router)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("path", "amiss"), [("", rows_amiss), ("/visitor/{visitor_id}/sessions", sessions_amiss)], ids=["rows", "sessions"]
)
def test_pages_while_events_arrive(
    product: Product, path: str, amiss: Callable[[Product, list[History]], list[str]]
) -> None:
    made: list[History] = []

    @settings(max_examples=HISTORIES, phases=[Phase.generate], database=None, deadline=None)
    @given(pagings(path))
    def make(history: History) -> None:
        made.append(history)

    make()
    for start in range(0, len(made), TOGETHER):
        group = made[start : start + TOGETHER]
        failing = [history for history, problem in zip(group, amiss(product, group), strict=True) if problem]
        if failing:
            least = shrink(failing[0], lambda histories: amiss(product, histories))
            pytest.fail(f"{amiss(product, [least])[0]}\n{least}\n\n{least!r}", pytrace=False)
