"""Pages never skip or repeat events, whatever arrives between two of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.support.history import History
from tests.support.history_paging import rows_amiss, sessions_amiss
from tests.support.history_product import Product
from tests.support.history_strategies import pagings
from tests.support.history_survey import FEWER, survey

from footfall.api.web.routes import router
from footfall.store.protocol import Store


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
    survey(pagings(path), FEWER, lambda group: amiss(product, group))
