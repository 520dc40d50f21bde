"""Whether two stores give the same figures: what `footfall move --check` says."""

from __future__ import annotations

import pytest
from tests.golden.dataset import ENGAGEMENTS, EVENTS, LOGS, REQUESTS
from tests.support.populate import at, populate

from footfall.clock import DAY, system_clock
from footfall.meta import open_meta
from footfall.runtime.comparing import compare
from footfall.settings import Settings
from footfall.store.clickhouse import open_store
from footfall.store.clickhouse.copying import Copying
from footfall.store.protocol import Store

pytestmark = pytest.mark.embedded

SPAN = (31 * DAY,)
NOW = at("2026-06-11T10:00:00Z")


def test_figures_are_compared_on_every_surface(
    store: Store, store_settings: Settings, sharded_settings: Settings
) -> None:
    populate(store, EVENTS, REQUESTS, LOGS, ENGAGEMENTS)
    meta = open_meta(store_settings, system_clock)
    meta.create_project("shop")
    target = open_store(sharded_settings, alone=False)
    target.migrate()
    assert Copying(store, target, {}, lambda *_: None).advance() == 0
    same = compare(store_settings, meta, store, target, NOW, SPAN)
    assert same.differences == []
    assert same.asked > 40
    target.command("ALTER TABLE events DELETE WHERE path = '/pricing'")
    target.command("ALTER TABLE requests DELETE WHERE endpoint = '/'")
    found = {
        one.request.partition("?")[0] for one in compare(store_settings, meta, store, target, NOW, SPAN).differences
    }
    assert {"/api/web-events/shop/top-pages", "/api/web-events/shop"} <= found
    target.close()
    meta.close()
