"""Reading endpoints of the tracking surface beyond the figures of tests/golden."""

from __future__ import annotations

import pytest
from tests.golden.dataset import REQUESTS, TRACKING_NOW
from tests.support.asgi import Client, reading_client
from tests.support.populate import at, populate

from footfall.api.tracking.routes import router
from footfall.store.protocol import Store

URL = "/api/tracking"


@pytest.fixture(scope="module")
def client(shared_store: Store) -> Client:
    populate(shared_store, requests=REQUESTS)
    return reading_client(shared_store, at(TRACKING_NOW), router)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("stats?period=decade", "period"),
        ("stats?limit=0", "limit"),
        ("stats?limit=ten", "limit"),
        ("summary?period=24h", "period"),
        ("trends?period=week", "period"),
        ("trends?granularity=minute", "granularity"),
        ("visits?limit=-5", "limit"),
        ("visits?status=99", "status"),
        ("visits?status=ok", "status"),
        ("visits?from=soon", "from"),
        ("visits?to=2025-13-01", "to"),
        ("visits?from=2025-08-13&to=2025-08-12", "from"),
        ("stats?bots=some", "bots"),
    ],
)
def test_bad_parameters(client: Client, path: str, name: str) -> None:
    answer = client.get(f"{URL}/{path}")
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "bad_parameter"
    assert answer.json()["error"]["message"].startswith(f"{name}: ")


@pytest.mark.parametrize("path", ["stats", "summary", "trends", "visits"])
def test_who_may_read(client: Client, path: str) -> None:
    refused = client.get(f"{URL}/{path}", token=None)
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert client.get(f"{URL}/{path}?project=other").status_code == 404


def test_the_project_may_be_named(client: Client) -> None:
    assert client.get(f"{URL}/summary").json()["total_hits"] == 5
    assert client.get(f"{URL}/summary?project=blog").json()["total_hits"] == 1


def test_nothing_yet(store: Store) -> None:
    client = reading_client(store, at(TRACKING_NOW), router)
    summary = client.get(f"{URL}/summary").json()
    assert (summary["total_hits"], summary["oldest_visit"], summary["newest_visit"]) == (0, None, None)
    assert client.get(f"{URL}/stats").json() == {"stats": [], "period": "all", "total_endpoints": 0}
    assert client.get(f"{URL}/trends").json()["trends"] == []
    assert client.get(f"{URL}/visits").json() == {"visits": [], "count": 0}


def test_ties_go_by_endpoint_then_method(store: Store) -> None:
    pairs = [("/b", "PUT"), ("/a", "PUT"), ("/b", "GET"), ("/a", "GET")]
    rows = [{"at": "2025-08-13T10:00:00Z", "visitor": 1, "endpoint": e, "method": m} for e, m in pairs]
    populate(store, requests=[*rows, {**rows[2], "visitor": 2}])
    found = reading_client(store, at(TRACKING_NOW), router).get(f"{URL}/stats").json()["stats"]
    order = [(row["endpoint"], row["method"]) for row in found]
    assert order == [("/b", "GET"), ("/a", "GET"), ("/a", "PUT"), ("/b", "PUT")]


def test_visits_are_newest_first_then_by_id(store: Store) -> None:
    moments = ["2025-08-13T10:00:00.001Z", "2025-08-13T10:00:00Z", "2025-08-13T10:00:00Z"]
    populate(store, requests=[{"at": at_, "visitor": n, "endpoint": f"/{n}"} for n, at_ in enumerate(moments)])
    client = reading_client(store, at(TRACKING_NOW), router)
    assert [visit["endpoint"] for visit in client.get(f"{URL}/visits").json()["visits"]] == ["/0", "/2", "/1"]
    assert client.get(f"{URL}/visits?limit=2").json()["count"] == 2


def test_limits_are_capped(store: Store) -> None:
    populate(store, requests=[{"at": "2025-08-13T10:00:00Z", "visitor": n} for n in range(1_005)])
    client = reading_client(store, at(TRACKING_NOW), router)
    assert client.get(f"{URL}/visits?limit=9999").json()["count"] == 1_000
    assert client.get(f"{URL}/visits").json()["count"] == 50


@pytest.mark.parametrize(
    ("query", "endpoints"),
    [
        ("endpoint=/login", ["/login"]),
        ("endpoint=/LOGIN", []),
        ("endpoint=/*", []),
        ("method=post", ["/login"]),
        ("status=401", ["/login"]),
        ("user_hash=0000000000000003", ["/old"]),
        ("from=2025-08-13T10:00:00Z", ["/"]),
        ("to=2025-01-01", ["/old"]),
        ("from=2025-08-13T00:00:00Z&to=2025-08-13T10:29:59Z", ["/"]),
        ("bots=0&method=POST", []),
    ],
)
def test_visits_can_be_narrowed(client: Client, query: str, endpoints: list[str]) -> None:
    assert [visit["endpoint"] for visit in client.get(f"{URL}/visits?{query}").json()["visits"]] == endpoints


def test_the_document_explains_every_operation(client: Client) -> None:
    for path, operations in client.app.openapi()["paths"].items():
        operation = operations["get"]
        assert operation["summary"], path
        assert operation["description"], path
        assert operation["responses"]["200"]["content"]["application/json"]["example"], path
        assert {"400", "401", "403", "404", "500", "503"} <= set(operation["responses"]), path
        assert all(parameter.get("description") for parameter in operation["parameters"]), path
