"""While another process holds the metadata's write lock, only requests that need a new salt wait for it."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from tests.support.collecting import Site
from tests.support.server import Server, running

_ago = itertools.count(3)


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    path = tmp_path_factory.mktemp("salts") / "data"
    with running(path, trusted_proxies="127.0.0.1") as started:
        yield started


@pytest.fixture(scope="module")
def site(server) -> Site:
    return Site.of(server, "shop", "shop.example")


@contextmanager
def locked(server: Server) -> Iterator[None]:
    other = sqlite3.connect(server.data / "meta.db", isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        yield
    finally:
        other.close()


def event(site: Site, at: str) -> httpx.Response:
    return site.access.post("/api/v1/analytics", json={"event_name": "a", "timestamp": at})


def batch(site: Site, at: str) -> httpx.Response:
    return site.access.post("/api/v1/analytics/batch", json={"events": [{"event_name": "a", "timestamp": at}]})


def bulk(site: Site, at: str) -> httpx.Response:
    return site.access.post("/api/collect/bulk", json={"events": [{"path": "/", "timestamp": at}]})


def visits(site: Site, at: str) -> httpx.Response:
    return site.access.post("/api/tracking/visits", json={"visits": [{"endpoint": "/", "timestamp": at}]})


def log_request(site: Site, at: str) -> httpx.Response:
    requests = [{"path": "/", "status": 200, "ip_address": "203.0.113.7", "created_at": at}]
    return site.call("POST", "/api/log-request", json={"api_key": site.access.token, "requests": requests})


def day() -> str:
    """Noon of a day that no test has named before."""
    return f"{datetime.now(UTC).date() - timedelta(days=next(_ago))}T12:00:00Z"


@pytest.mark.parametrize("send", [event, batch, bulk, visits, log_request])
def test_others_are_answered_meanwhile(server: Server, site: Site, send: Callable[[Site, str], httpx.Response]) -> None:
    assert send(site, day()).is_success, "the control: without the lock it is answered"
    assert site.beacon().status_code == 202
    with ThreadPoolExecutor(1) as pool:
        with locked(server):
            waiting: Future[httpx.Response] = pool.submit(send, site, day())
            for _ in range(20):
                assert site.beacon().text == "ok"
                assert event(site, datetime.now(UTC).isoformat()).is_success
                assert server.http.get("/api/v1/analytics/health").is_success
            assert not waiting.done()
        assert waiting.result().is_success
