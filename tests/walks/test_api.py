"""The first hour of an API's owner: the middleware, requests that are sent by hand, and the figures of both."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from tests.support.server import running, until
from tests.walks.reader import FIREFOX, Reader, snippet

README, SDK, COLLECT = "README.md", "docs/sdk.md", "docs/api/collect.md"
SEND = "curl -X POST http://127.0.0.1:8000/api/tracking/visits"
CLIENTS = [{"User-Agent": FIREFOX, "X-Forwarded-For": f"203.0.113.{number}"} for number in range(1, 4)]
ASKED = 10

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def owner(tmp_path_factory):
    with running(tmp_path_factory.mktemp("api") / "data", flush_interval="0.2") as server:
        reader = Reader(server)
        given = reader.answer(README, "curl -sS -X POST http://127.0.0.1:8000/api/tracking/visits")
        assert given == {"accepted": 1, "rejected": [], "rejected_total": 0}
        assert reader.answer(COLLECT, SEND)["accepted"] == 1
        timed(reader)
        assert asyncio.run(served(reader)) == ASKED
        until(lambda: reader.get("/api/tracking/summary")["total_hits"] >= ASKED + 102)
        until(server.queryable)
        yield reader


def timed(reader):
    """A hundred requests of one endpoint, of 1 to 100 ms, a quarter of which failed."""
    rows = [
        {"method": "GET", "endpoint": "/reports", "status": 500 if number % 4 == 0 else 200, "duration_ms": number}
        for number in range(1, 101)
    ]
    answer = reader.server.http.post(
        "/api/tracking/visits", json={"visits": rows}, headers={"Authorization": f"Bearer {reader.token}"}
    )
    assert answer.json()["accepted"] == 100, answer.text


async def served(reader) -> int:
    """The page's application with a route, asked; its client is closed as an asynchronous lifespan does."""
    code = snippet(SDK, "from fastapi import FastAPI")
    for example, own in (("https://stats.example.org", reader.server.url), ("ff_pat_…", reader.token)):
        assert example in code
        code = code.replace(example, own)
    names: dict = {}
    exec(code, names)  # noqa: S102 - the page's
    app, client = names["app"], names["client"]

    @app.get("/orders/{number}")
    def order(number: int) -> dict[str, int]:
        return {"number": number}

    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app, client=("127.0.0.1", 1)), base_url="http://a.test"
    ) as http:
        for number in range(ASKED - 3):
            assert (await http.get(f"/orders/{number}", headers=CLIENTS[number % 3])).status_code == 200
        for number in range(3):
            assert (await http.get(f"/nothing-{number}", headers=CLIENTS[0])).status_code == 404
    assert await client.aclose(30)
    assert (client.dropped, client.refused) == (0, 0)
    return int(client.accepted)


def stats(owner, **params):
    return {row["endpoint"]: row for row in owner.get("/api/tracking/stats", **params)["stats"]}


def test_the_readmes_question_lists_each_endpoint(owner):
    answer = owner.answer(README, 'curl -sS "http://127.0.0.1:8000/api/tracking/stats')
    hits = {(row["method"], row["endpoint"]): row["hit_count"] for row in answer["stats"]}
    assert hits == {
        ("GET", "/reports"): 100,
        ("GET", "/orders/{number}"): 7,
        ("GET", "(unmatched)"): 3,
        ("GET", "/api/items"): 1,
        ("GET", "/pricing"): 1,
    }
    assert answer["total_endpoints"] == 5


def test_an_endpoint_has_its_error_rate_and_percentiles(owner):
    row = stats(owner)["/reports"]
    assert row["error_rate"] == 0.25
    assert [row[name] for name in ("p50_ms", "p95_ms", "p99_ms")] == pytest.approx([50, 95, 99], rel=0.01)
    assert stats(owner)["(unmatched)"]["error_rate"] == 1.0
    assert stats(owner)["/orders/{number}"]["unique_users"] == 3


@pytest.mark.parametrize(
    ("filters", "hits"),
    [
        ({"endpoint": "/pricing"}, 1),
        ({"method": "post"}, 0),
        ({"status": "404"}, 3),
        ({"status_class": "5xx"}, 25),
        ({"host": "a.test"}, 10),
        ({"browser": "firefox"}, 10),
        ({"status_class": "2xx", "host": "a.test"}, 7),
    ],
    ids=str,
)
def test_filters_hold_on_the_summary_and_on_trends(owner, filters, hits):
    assert owner.get("/api/tracking/summary", **filters)["total_hits"] == hits
    trends = owner.get("/api/tracking/trends", period="all", **filters)["trends"]
    assert sum(bucket["hits"] for bucket in trends) == hits


def test_from_and_to_go_before_the_period(owner):
    now = datetime.now(UTC)
    tomorrow, yesterday = (f"{now + timedelta(days=days):%Y-%m-%d}" for days in (1, -2))
    found = owner.get("/api/tracking/summary", **{"from": yesterday, "to": tomorrow, "period": "day"})
    assert (found["total_hits"], found["period"]) == (112, "custom")
    assert owner.get("/api/tracking/summary", to=yesterday)["total_hits"] == 0


def test_what_was_not_found_is_listed(owner):
    items = owner.get("/api/tracking/top-not-found")["items"]
    assert [(item["endpoint"], item["hit_count"]) for item in items] == [("(unmatched)", 3)]


def test_visits_show_what_was_sent(owner):
    (visit,) = owner.get("/api/tracking/visits", endpoint="/pricing")["visits"]
    shown = {name: visit[name] for name in ("method", "status", "bytes", "duration_ms", "ip_address")}
    assert shown == {"method": "GET", "status": 200, "bytes": 5120, "duration_ms": 12.5, "ip_address": "203.0.113.7"}


def test_the_network_surface_takes_from_and_to(owner):
    now = datetime.now(UTC)
    between = {"from": f"{now - timedelta(days=30):%Y-%m-%d}", "to": f"{now + timedelta(days=1):%Y-%m-%d}"}
    found = owner.get("/v2/apps/default/network/analytics", **between)["response"]
    assert sum(point["requests"] for point in found["visits"]) == 112
    line = 'curl -sS "http://127.0.0.1:8000/v2/apps/default/network/analytics"'
    daily = owner.answer(README, line)["response"]
    assert sum(point["requests"] for point in daily["visits"]) == 112


def test_a_misspelt_field_is_told(owner):
    visit = {"method": "GET", "endpoint": "/typo", "status": 200, "duration": 3}
    other = owner.server.project()
    answer = other.post("/api/tracking/visits?strict=1", json={"visits": [visit]})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "unknown_field")
    answer = other.post("/api/tracking/visits", json={"visits": [visit]})
    assert answer.status_code == 202
    assert answer.json()["ignored"] == ["duration"]
    assert answer.json()["hints"] == ["duration: did you mean duration_ms?"]
