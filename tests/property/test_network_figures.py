"""The network surface answers what the oracle answers, whatever servers sent, and whichever cells are made."""

from __future__ import annotations

from pathlib import Path

from tests.support import log_network
from tests.support.history_survey import FEWER, survey
from tests.support.log_history import simpler
from tests.support.log_product import differences, opened

from footfall.api.network.routes import router
from footfall.api.tracking.surface import TRACKING
from footfall.catalog.tables import Table
from footfall.store.protocol import Store


def test_the_surface_equals_the_oracle(store: Store, tmp_path: Path) -> None:
    with opened(store, tmp_path / "journal", router, TRACKING, batch_events=100) as product:

        def roll_up(_: object) -> None:
            product.roll_up("UTC", Table.REQUESTS)

        survey(
            log_network.histories(),
            FEWER,
            lambda group: differences(product, log_network.SURFACE, roll_up, group),
            simpler=simpler,
        )
