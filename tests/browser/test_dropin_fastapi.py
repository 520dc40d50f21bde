"""The middleware of `fastapi-analytics`, unmodified, in an application: what the tracking surface says of requests."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import httpx
import pytest
from api_analytics import core
from api_analytics.fastapi import Analytics, Config
from fastapi import FastAPI, Response
from tests.support.collecting import CHROME, FIREFOX
from tests.support.server import Access, Server, running, until

ADA, BOB = ("8.8.8.8", FIREFOX), ("193.0.6.139", CHROME)  # American, Dutch
CALLS = [
    (ADA, "GET", "/items/1?page=2"),
    (ADA, "GET", "/items/1"),
    (BOB, "GET", "/items/1"),
    (BOB, "POST", "/login"),
    (BOB, "GET", "/nothing"),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("fastapi") / "data", flush_interval="0.2") as server:
        yield server


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As docs/collect/log-request.md asks for: the middleware tells local times."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def application(access: Access, **config: object) -> FastAPI:
    app = FastAPI()
    app.add_middleware(Analytics, api_key=access.token, config=Config(server_url=access.server.url, **config))

    @app.get("/items/{number}")
    def item(number: int) -> int:
        return number

    @app.post("/login")
    def login() -> Response:
        return Response(status_code=401)

    return app


def used(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    """CALLS, the last of them a minute after the middleware has last reported, so that it reports them all."""

    async def call(who: tuple[str, str], method: str, path: str) -> None:
        through = httpx.ASGITransport(app, client=(who[0], 1))
        async with httpx.AsyncClient(transport=through, base_url="http://api.example") as client:
            await client.request(method, path, headers={"User-Agent": who[1]})

    for (who, method, path), minutes in zip(CALLS, (0, 0, 0, 0, 1), strict=True):
        monkeypatch.setattr(core, "_last_posted", datetime.now() - timedelta(minutes=minutes, seconds=1))  # noqa: DTZ005 - as the package has it
        asyncio.run(call(who, method, path))


def visits(access: Access, **params: str) -> list[dict[str, object]]:
    until(lambda: len(access.read("/api/tracking/visits")["visits"]) >= len(CALLS), 20)
    until(access.server.queryable)
    found: list[dict[str, object]] = access.read("/api/tracking/visits", **params)["visits"]
    return found


def test_requests_of_an_application(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    access = server.project()
    used(application(access), monkeypatch)

    assert sorted((row["endpoint"], row["method"], row["ip_address"], row["user_agent"]) for row in visits(access)) == [
        ("/items/1", "GET", *BOB),
        ("/items/1", "GET", *ADA),
        ("/items/1", "GET", *ADA),
        ("/login", "POST", *BOB),
        ("/nothing", "GET", *BOB),
    ]
    statuses = {"200": 3, "401": 1, "404": 1}
    assert {status: len(visits(access, status=status)) for status in statuses} == statuses
    assert [
        (row["endpoint"], row["method"], row["hit_count"], row["unique_users"])
        for row in access.read("/api/tracking/stats")["stats"]
    ] == [("/items/1", "GET", 3, 2), ("/login", "POST", 1, 1), ("/nothing", "GET", 1, 1)]
    summary = access.read("/api/tracking/summary")
    assert [summary[f"total_{what}"] for what in ("hits", "endpoints", "unique_users")] == [5, 3, 2]


@pytest.mark.parametrize(
    ("config", "kept", "users", "countries"),
    [
        ({}, {ADA[0], BOB[0]}, 2, {"US": 2, "NL": 3}),
        ({"privacy_level": 1}, set(), 2, {"US": 2, "NL": 3}),
        ({"privacy_level": 2}, set(), 2, {"unknown": 5}),  # two programs
        ({"privacy_level": 2, "get_user_id": lambda _: "the only one"}, set(), 1, {"unknown": 5}),
        ({"get_ip_address": lambda _: BOB[0], "get_user_agent": lambda _: FIREFOX}, {BOB[0]}, 1, {"NL": 5}),
    ],
)
def test_what_an_application_chooses(
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    config: dict[str, object],
    kept: set[str],
    users: int,
    countries: dict[str, int],
) -> None:
    access = server.project()
    used(application(access, **config), monkeypatch)

    assert {row["ip_address"] for row in visits(access) if row["ip_address"]} == kept
    assert access.read("/api/tracking/summary")["total_unique_users"] == users
    points = access.read(f"/v2/apps/{access.id}/network/analytics")["response"]["countries"]
    found: Counter[str] = Counter()
    for point in points:
        found[point["type"]] += point["requests"]
    assert found == countries
