"""The proxy surface answers what the oracle answers, whatever workers sent, and what is merged and rolled up."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from tests.oracle.proxy import ENDPOINTS
from tests.support import log_proxy
from tests.support.history_survey import FEWER, survey
from tests.support.log_history import simpler
from tests.support.log_product import differences, opened

from footfall.api.proxy.routes import router
from footfall.api.proxy.surface import PROXY
from footfall.catalog.tables import Table
from footfall.store.protocol import Store

BATCHES = (10, 100_000)
"""Logs per batch, approximately."""


def test_the_oracle_has_an_answer_for_every_endpoint() -> None:
    reading = {route.path for route in router.routes if isinstance(route, APIRoute) and "GET" in (route.methods or ())}
    assert set(ENDPOINTS) == reading


@pytest.mark.parametrize("batch", BATCHES)
def test_the_surface_equals_the_oracle(store: Store, tmp_path: Path, batch: int) -> None:
    def merge(_: object) -> None:
        store.command("OPTIMIZE TABLE proxy_logs FINAL SETTINGS optimize_skip_merged_partitions = 1")
        product.roll_up("UTC", Table.PROXY_LOGS)

    with opened(store, tmp_path / "journal", router, PROXY, batch) as product:
        survey(
            log_proxy.histories(),
            FEWER,
            lambda group: differences(product, log_proxy.SURFACE, merge, group),
            BATCHES.index(batch),
            simpler,
        )
