"""What every reading surface answers to a query past the limits of its project or of the store, or without a client."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI
from tests.support.asgi import TOKEN, Client, reading_client

from footfall.api.events import routes as events
from footfall.api.query_limiter import QueryLimiter
from footfall.api.tracking import routes as tracking
from footfall.api.web import routes as web
from footfall.model.project import Project
from footfall.settings import Settings
from footfall.store.clickhouse import open_store
from footfall.store.protocol import Params, Reading, Rows, Store

pytestmark = pytest.mark.embedded

NOW = 1_750_000_000_000
SHOP = Project(1, "p1", "shop", "")
SURFACES = {
    "web": "/api/web-events/shop/kpis",
    "web, the range all": "/api/web-events/shop/kpis?range=all",
    "tracking": "/api/tracking/stats?project=shop",
    "events": "/api/v1/analytics/stats?project=shop",
}
ENDLESS = "SELECT sum(sin(number)) FROM numbers(10000000000000)"
HUGE = "SELECT length(groupArray(number)) FROM numbers(10000000)"
_RUNNING = """
SELECT count() FROM system.processes
WHERE startsWith(Settings['log_comment'], 'footfall ') AND current_database = currentDatabase()
"""


@dataclass(frozen=True)
class Heavy:
    """A store where every query becomes `sql`."""

    store: Store
    sql: str

    def reading(self, project: int) -> Heavy:
        return Heavy(self.store.reading(project), self.sql)  # type: ignore[arg-type]  # from here on a reading

    def query(self, _: str, params: Params | None = None) -> Rows:
        return self.store.query(self.sql, params)

    def cancel(self) -> None:
        reading: Reading = self.store  # type: ignore[assignment]  # as above
        reading.cancel()


@contextmanager
def heavy(settings: Settings, sql: str, **limits: Any) -> Iterator[tuple[Client, Store]]:
    store = open_store(settings.model_copy(update=limits))
    store.migrate()
    yield reading_client(Heavy(store, sql), NOW, events.router, web.router, tracking.router), store  # type: ignore[arg-type]  # what queries need of one
    store.close()


def message(surface: str, body: dict[str, Any], code: str) -> str:
    """The message of an error, in the surface's own shape."""
    if surface == "events":
        assert body == {"detail": body["detail"]}
        return str(body["detail"])
    assert body == {"error": {"code": code, "message": body["error"]["message"]}}
    return str(body["error"]["message"])


@pytest.mark.parametrize("surface", SURFACES)
def test_a_query_past_the_limit_of_its_project_is_answered_429(store: Store, surface: str) -> None:
    limiter = QueryLimiter(store, 1, wait=0.01)
    client = reading_client(store, NOW, events.router, web.router, tracking.router, limiter=limiter)

    async def answers() -> list[Any]:
        async with limiter._turn(SHOP.number, 0):
            first = await client.fetch(SURFACES[surface])
        return [first, await client.fetch(SURFACES[surface].replace("shop", "blog"))]

    refused, other = asyncio.run(answers())
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "1"
    assert "1 queries under way" in message(surface, refused.json(), "too_many_queries")
    assert other.status_code != 429, "another project has a limit of its own"


@pytest.mark.parametrize("path", ["/api/web-events/shop/kpis", "/api/tracking/summary?project=shop"])
def test_those_who_ask_the_same_at_once_are_one_query(store: Store, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many they are, one runs, and one more waits for those who came meanwhile."""
    limiter = QueryLimiter(store, 1)
    client = reading_client(store, NOW, web.router, tracking.router, limiter=limiter)
    begun: list[int] = []
    lent = limiter._lent

    def noting(*asked: Any) -> Any:
        begun.append(len(begun))
        first.set()
        return lent(*asked)

    monkeypatch.setattr(limiter, "_lent", noting)
    first = asyncio.Event()

    async def answers() -> list[Any]:
        early = asyncio.create_task(client.fetch(path))
        await first.wait()
        return await asyncio.gather(early, *(client.fetch(path) for _ in range(50)))

    found = asyncio.run(answers())
    assert {answer.status_code for answer in found} == {200}
    assert len({answer.text for answer in found}) == 1
    assert len(begun) == 2


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize(
    ("sql", "limits", "named"),
    [(ENDLESS, {"query_seconds": 0.2}, "time"), (HUGE, {"query_memory": 10_000_000}, "memory")],
)
def test_a_query_past_its_limit_is_answered_500(
    store_settings: Settings, surface: str, sql: str, limits: dict[str, Any], named: str
) -> None:
    with heavy(store_settings, sql, **limits) as (client, _):
        answer = client.get(SURFACES[surface])
    assert answer.status_code == 500
    told = message(surface, answer.json(), "query_limit")
    assert told == f"the query exceeds its limit of {named}; reduce range or filter"


@pytest.mark.parametrize("surface", SURFACES)
def test_a_client_that_leaves_ends_its_query(store_settings: Settings, surface: str) -> None:
    with heavy(store_settings, ENDLESS, query_seconds=240) as (client, store):
        sent = asyncio.run(_leave_while_running(client.app, SURFACES[surface], store))
        assert store.query(_RUNNING).scalar == 0
    assert sent[0]["status"] == 503, "nobody reads it, and it is not reported as a defect"


async def _leave_while_running(app: FastAPI, url: str, store: Store) -> list[dict[str, Any]]:
    """What the application sends to a client that leaves once its query runs."""
    path, _, query = url.partition("?")
    sent: list[dict[str, Any]] = []
    received = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> dict[str, Any]:
        for message in received:
            return message
        while not await asyncio.to_thread(lambda: store.query(_RUNNING).scalar):
            pass
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", b"test"), (b"authorization", f"Bearer {TOKEN}".encode())]
    scope = {"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": headers}
    await app(scope, receive, send)
    return sent
