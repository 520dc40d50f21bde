"""The network surface answers what the oracle answers, whatever servers sent, and whichever hours are counted."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest
from tests.support import traffic_network
from tests.support.history_survey import HISTORIES, survey
from tests.support.traffic_history import simpler
from tests.support.traffic_product import TrafficProduct, differences, opened

from footfall.api.network.routes import router
from footfall.api.tracking.surface import TRACKING
from footfall.query import rollup
from footfall.store.protocol import Store

HOURS = 3
"""Most that are counted of a history at a time: the newest, and the oldest."""


def count_hours(product: TrafficProduct, due: list[tuple[int, list[int]]]) -> None:
    """What is done between the drain's batches: some of the hours that are over are counted."""
    keeper = rollup.Rollup(product.store, product.clock, lambda: nullcontext(enter_result=True))
    for latest, projects in due:
        product.clock.set(latest)
        wanted = [hour for hour in keeper.missing() if hour.project in projects]
        for hour in wanted[: HOURS - 1] + wanted[HOURS - 1 :][-1:]:
            keeper.count(hour)


def test_the_surface_equals_the_oracle(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollup, "LEAST", 1)
    with opened(store, tmp_path / "journal", router, TRACKING, batch_events=100) as product:
        survey(
            traffic_network.histories(),
            HISTORIES // 32,
            lambda group: differences(product, traffic_network.SURFACE, lambda due: count_hours(product, due), group),
            simpler=simpler,
        )
