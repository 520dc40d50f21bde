"""Reading endpoints of the tracking surface beyond the figures of tests/golden."""

from __future__ import annotations

import random

import pytest
from tests.golden.dataset import REQUESTS, TRACKING_NOW
from tests.support.asgi import Client, reading_client
from tests.support.populate import at, populate

from footfall.api.tracking.routes import router
from footfall.api.tracking.toplists import TOP_ROUTES
from footfall.pipeline.keys import text_key
from footfall.query import endpoints
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
        ("stats?from=soon", "from"),
        ("summary?from=2025-08-13&to=2025-08-13", "from"),
        ("trends?status_class=4", "status_class"),
        ("trends?traffic=person", "traffic"),
        ("top-hosts?limit=0", "limit"),
        ("top-users?period=24h", "period"),
        ("summary?user_hash=", "user_hash"),
        ("overview?consumer=", "consumer"),
        ("stats?endpoint=&method=GET", "endpoint"),
        ("overview?timezone=Nowhere", "timezone"),
        ("endpoints?timezone=UTC%2B2&from=2025-08-12&to=2025-08-13", "timezone"),
    ],
)
def test_bad_parameters(client: Client, path: str, name: str) -> None:
    answer = client.get(f"{URL}/{path}")
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "bad_parameter"
    assert answer.json()["error"]["message"].startswith(f"{name}: ")


@pytest.mark.parametrize("path", ["stats", "summary", "trends", "visits", "top-hosts", "top-users"])
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
    assert client.get(f"{URL}/trends?period=all").json() == {"trends": [], "granularity": "day", "period": "all"}
    assert client.get(f"{URL}/visits").json() == {"visits": [], "count": 0}
    assert client.get(f"{URL}/top-users").json() == {"items": [], "period": "all"}
    assert client.get(f"{URL}/overview").json()["items"] == []
    for path in ("overview", "endpoints"):
        assert client.get(f"{URL}/{path}?timezone=Nowhere").status_code == 400


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
        ("status_class=4xx", ["/", "/login"]),
        ("host=SHOP.example&country=ro", ["/"]),
        ("browser=firefox", ["/"]),
        ("referer=https://shop.example/", ["/"]),
        ("referer=https://shop.example", []),
        ("traffic=bot", ["/login"]),
        ("traffic=bot&bots=0", ["/login"]),
    ],
)
def test_every_answer_can_be_narrowed(client: Client, query: str, endpoints: list[str]) -> None:
    assert [visit["endpoint"] for visit in client.get(f"{URL}/visits?{query}").json()["visits"]] == endpoints
    assert {row["endpoint"] for row in client.get(f"{URL}/stats?{query}").json()["stats"]} == set(endpoints)
    assert client.get(f"{URL}/summary?{query}").json()["total_hits"] == len(endpoints)
    trends = client.get(f"{URL}/trends?{query}&period=all").json()["trends"]
    assert sum(row["hits"] for row in trends) == len(endpoints)
    for route in TOP_ROUTES:
        found = client.get(f"{URL}/{route.path}?{query}").json()["items"]
        assert sum(row["hit_count"] for row in found) <= len(endpoints)
    users = client.get(f"{URL}/top-users?{query}").json()["items"]
    assert sum(row["hit_count"] for row in users) == len(endpoints)


_CALLS = (
    *({"visitor": 1}, {"visitor": 1}, {"visitor": 1}, {"visitor": 2}, {"visitor": 2}, {"visitor": 3}, {"visitor": 3}),
    *({"visitor": text_key("ada"), "user_id": "ada"},) * 2,
    {"visitor": text_key("0000000000000002"), "user_id": "0000000000000002"},
    *({"visitor": text_key("0000000000000004"), "user_id": "0000000000000004"}, {"visitor": 4}, {"visitor": 5}),
)
"""Users 2 and 4 are named as visitors' hashes, which makes them the same consumers."""


@pytest.mark.parametrize("most", [1, 3, 1_000])
@pytest.mark.parametrize("limit", [1, 2, 3, 6, 300])
def test_consumers_are_ranked_by_requests_then_by_name(
    store: Store, monkeypatch: pytest.MonkeyPatch, most: int, limit: int
) -> None:
    monkeypatch.setattr(endpoints, "_MOST", max(most, limit))
    rows = [{"at": "2025-08-13T10:00:00Z", "endpoint": "/a", "status": 200, **call} for call in _CALLS]
    populate(store, requests=rows)
    found = reading_client(store, at("2025-08-13T12:00:00Z"), router).get(f"{URL}/consumers?limit={limit}").json()
    expected = [("0000000000000001", 3), ("0000000000000002", 3), ("0000000000000003", 2), ("0000000000000004", 2)]
    expected += [("ada", 2), ("0000000000000005", 1)]
    assert [(row["consumer"], row["hit_count"]) for row in found["items"]] == expected[:limit]


def test_percentiles_are_one_percent_off_at_most(store: Store) -> None:
    """Of each endpoint, whatever its distribution; the rank is that of the docs. A duration of 0 was not sent."""
    chance = random.Random(7)
    durations = {
        "/one": [7],
        "/few": [30_000, 10_000, 1_000_000],
        "/tail": [round(chance.lognormvariate(9, 3)) + 1 for _ in range(3_000)],
        "/short": [chance.randint(1, 200) for _ in range(1_000)],
        "/long": [chance.randint(1, 10**12) for _ in range(1_000)],
    }
    rows = [
        {"at": "2025-08-13T10:00:00Z", "visitor": 1, "endpoint": endpoint, "duration_us": us}
        for endpoint, all_of_it in durations.items()
        for us in (*all_of_it, 0)
    ]
    populate(store, requests=rows)
    found = reading_client(store, at(TRACKING_NOW), router).get(f"{URL}/stats").json()["stats"]
    for row in found:
        ordered = sorted(durations[row["endpoint"]])
        for percent in (50, 95, 99):
            exact = ordered[-(-percent * len(ordered) // 100) - 1] / 1000
            assert row[f"p{percent}_ms"] == pytest.approx(exact, rel=0.01), (row["endpoint"], percent)


def test_a_trend_over_everything_reaches_from_the_first_request_to_the_last(store: Store) -> None:
    """Not from 2000, whose hours would be too many for one answer."""
    populate(store, requests=[{"at": f"2015-05-1{day}T10:00:00Z", "visitor": 1} for day in (7, 8)])
    client = reading_client(store, at(TRACKING_NOW), router)
    for query in ("period=all", "from=2000-01-01"):
        trends = client.get(f"{URL}/trends?granularity=hour&{query}").json()["trends"]
        assert [row["time_bucket"] for row in trends] == ["2015-05-18T10:00:00Z", "2015-05-17T10:00:00Z"]
    assert client.get(f"{URL}/trends?from=2016-01-01").json()["trends"] == []


def test_a_trend_of_too_many_buckets_is_refused(store: Store) -> None:
    populate(store, requests=[{"at": f"20{year}-01-01T00:00:00Z", "visitor": 1} for year in (15, 25)])
    client = reading_client(store, at(TRACKING_NOW), router)
    refused = client.get(f"{URL}/trends?granularity=hour&period=all")
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "bad_parameter")
    assert len(client.get(f"{URL}/trends?granularity=day&period=all").json()["trends"]) == 2


def test_the_document_explains_every_operation(client: Client) -> None:
    for path, operations in client.app.openapi()["paths"].items():
        operation = operations["get"]
        assert operation["summary"], path
        assert operation["description"], path
        assert operation["responses"]["200"]["content"]["application/json"]["example"], path
        assert {"400", "401", "403", "404", "500", "503"} <= set(operation["responses"]), path
        assert all(parameter.get("description") for parameter in operation["parameters"]), path
