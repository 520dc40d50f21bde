"""The network surface answers what the oracle answers, whatever servers sent, and whichever hours are rolled up."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest
from tests.support import log_network
from tests.support.history_survey import HISTORIES, survey
from tests.support.log_history import simpler
from tests.support.log_product import LogProduct, differences, opened

from footfall.api.network.routes import router
from footfall.api.tracking.surface import TRACKING
from footfall.catalog.tables import Table
from footfall.rollups import hourly
from footfall.store.protocol import Store

HOURS = 3
"""Hours of a history rolled up at a time: the newest ones, and the oldest."""


def roll_up_hours(product: LogProduct, due: list[tuple[int, list[int]]]) -> None:
    """Some of the past hours are rolled up, and all days, between two batches of the drain."""
    product.roll_up("UTC", Table.REQUESTS)
    rollups = hourly.HourlyRollups(product.store, product.clock, lambda: nullcontext(enter_result=True))
    for latest, projects in due:
        product.clock.set(latest)
        wanted = [hour for hour in rollups.missing() if hour.project in projects]
        for hour in wanted[: HOURS - 1] + wanted[HOURS - 1 :][-1:]:
            rollups.roll_up(hour)


def test_the_surface_equals_the_oracle(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hourly, "MIN_REQUESTS", 1)
    with opened(store, tmp_path / "journal", router, TRACKING, batch_events=100) as product:
        survey(
            log_network.histories(),
            HISTORIES // 32,
            lambda group: differences(product, log_network.SURFACE, lambda due: roll_up_hours(product, due), group),
            simpler=simpler,
        )
