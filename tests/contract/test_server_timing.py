"""The header `Server-Timing` of reading endpoints."""

from __future__ import annotations

import re

import pytest
from tests.golden.dataset import EVENTS, WEB_NOW
from tests.support.asgi import Client, reading_client
from tests.support.populate import at, populate

from footfall.api.web.routes import router
from footfall.store.protocol import Store

URL = "/api/web-events/shop"
ANSWERED = re.compile(r'source;desc="([a-z ]+)", store;dur=([0-9.]+), total;dur=([0-9.]+)')


@pytest.fixture(scope="module")
def client(shared_store: Store) -> Client:
    populate(shared_store, EVENTS)
    return reading_client(shared_store, at(WEB_NOW), router)


@pytest.mark.parametrize(
    ("path", "sources"),
    [
        ("kpis", "facts"),
        ("top-flows?range=30d", "sessions"),
        ("retention?range=30d", "sessions"),
        ("panels?panel=kpis", "facts"),
    ],
)
def test_an_answer_tells_its_sources_and_times(client: Client, path: str, sources: str) -> None:
    found = ANSWERED.fullmatch(client.get(f"{URL}/{path}").headers["server-timing"])
    assert found
    assert found[1] == sources
    assert 0 < float(found[2]) <= float(found[3])


def test_a_refusal_tells_its_time_only(client: Client) -> None:
    assert re.fullmatch(r"total;dur=[0-9.]+", client.get(f"{URL}/kpis?range=x").headers["server-timing"])
