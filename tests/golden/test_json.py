"""Every answer under json/, worked out by hand from `dataset`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.golden.dataset import (
    ENGAGEMENTS,
    EVENTS,
    LOGS,
    NETWORK_NOW,
    NETWORK_REQUESTS,
    REQUESTS,
    TRACKING_NOW,
    WEB_NOW,
)
from tests.support.asgi import reading_client
from tests.support.populate import at, populate

from footfall.api.network.routes import router as network
from footfall.api.proxy.routes import router as proxy
from footfall.api.tracking.routes import router as tracking
from footfall.api.web.routes import router as web
from footfall.store.protocol import Store

CASES = Path(__file__).with_name("json")
WEB = sorted(CASES.glob("web/*.json"))
TRACKING = sorted(CASES.glob("tracking/*.json"))
NETWORK = sorted(CASES.glob("network/*.json"))
PROXY = sorted(CASES.glob("proxy/*.json"))


def test_web(store: Store) -> None:
    populate(store, EVENTS, REQUESTS, engagements=ENGAGEMENTS)
    client = reading_client(store, at(WEB_NOW), web)
    assert WEB
    for case in WEB:
        want = json.loads(case.read_text())
        path = "" if want["get"].startswith("?") else "/"
        answer = client.get(f"/api/web-events/shop{path}{want['get']}")
        is_json = answer.headers["content-type"] == "application/json"
        assert (answer.json() if is_json else answer.text) == want["answer"], case.name
        assert answer.status_code == 200


def test_tracking(store: Store) -> None:
    populate(store, EVENTS, REQUESTS)
    client = reading_client(store, at(TRACKING_NOW), tracking)
    assert TRACKING
    for case in TRACKING:
        want = json.loads(case.read_text())
        answer = client.get(f"/api/tracking/{want['get']}")
        assert answer.json() == want["answer"], case.name
        assert answer.status_code == 200


def test_network(store: Store) -> None:
    populate(store, requests=NETWORK_REQUESTS)
    client = reading_client(store, at(NETWORK_NOW), network)
    assert NETWORK
    for case in NETWORK:
        want = json.loads(case.read_text())
        answer = client.get(f"/v2/apps/{want['get']}")
        assert answer.json() == want["answer"], case.name
        assert answer.status_code == 200


def test_proxy(store: Store) -> None:
    populate(store, logs=LOGS)
    client = reading_client(store, at(WEB_NOW), proxy)
    assert PROXY
    for merged in (False, True):
        if merged:
            store.command("OPTIMIZE TABLE proxy_logs FINAL")
        for case in PROXY:
            want = json.loads(case.read_text())
            answer = client.get(f"{proxy.prefix}/{want['get']}")
            assert answer.json() == want["answer"], (case.name, merged)
            assert answer.status_code == 200


@pytest.mark.parametrize("surface", ["web", "tracking", "network", "proxy"])
def test_every_route_has_a_case(surface: str) -> None:
    router, prefix, cases = {
        "web": (web, "/api/web-events/{slug}", WEB),
        "tracking": (tracking, "/api/tracking", TRACKING),
        "network": (network, "/v2/apps", NETWORK),
        "proxy": (proxy, proxy.prefix, PROXY),
    }[surface]
    paths = [json.loads(case.read_text())["get"].split("?")[0] for case in cases]
    asked = {re.sub("^visitor/[^/]+", "visitor/{visitor_id}", path) for path in paths}
    asked = {re.sub("^shop/", "{app_id}/", path) for path in asked}
    reading = [route for route in router.routes if "GET" in route.methods and route.path != f"{prefix}/live"]
    assert asked == {route.path.removeprefix(prefix).lstrip("/") for route in reading}
