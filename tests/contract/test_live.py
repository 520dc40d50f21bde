"""The live stream of a running server: what it tells, and what ends it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from tests.support.server import Access, Server, footfall, running

EVENT = {"event_name": "a", "category": "page_view", "page_url": "https://shop.example/pricing"}


@pytest.fixture
def server(tmp_path) -> Iterator[Server]:
    with running(tmp_path / "data", flush_interval="0.2") as started:
        yield started


@contextmanager
def stream(access: Access, **params: str) -> Iterator[Iterator[tuple[str, Any]]]:
    """Events by name, with what they say; comments and `retry` apart."""
    headers = {"Authorization": f"Bearer {access.token}"}
    url = f"{access.server.url}/api/web-events/{access.slug}/live"
    with httpx.stream("GET", url, headers=headers, params=params, timeout=30) as answer:
        assert answer.status_code == 200, answer.read()
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield events(answer.iter_lines())


def events(lines: Iterator[str]) -> Iterator[tuple[str, Any]]:
    name = ""
    for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


def test_it_tells_what_is_there_and_what_comes_in(server):
    access = server.project("read", "ingest")
    with stream(access) as told:
        name, now = next(told)
        assert (name, now["visitors"], now["pages"], now["minutes"]) == ("now", 0, [], [0] * 30)
        assert next(told) == ("events", {"items": []})
        assert access.post("/api/v1/analytics", json=EVENT).status_code == 200
        name, now = next(told)
        assert (name, now["visitors"], now["pages"]) == ("now", 1, [{"path": "/pricing", "visitors": 1}])
        assert sum(now["minutes"]) == 1
        name, came = next(told)
        assert (name, [item["path"] for item in came["items"]]) == ("events", ["/pricing"])
    with stream(access) as told:
        assert next(told)[1]["visitors"] == 1
        assert next(told) == ("events", came), "a new stream begins with the latest"
    with stream(access, filter="path:/other") as told:
        assert next(told)[1]["visitors"] == 0
        assert next(told) == ("events", {"items": []})


def test_it_ends_with_its_token(server):
    access = server.project("read")
    with stream(access) as told:
        assert next(told)[0] == "now"
        assert footfall("token", "revoke", access.token, data=server.data).returncode == 0
        assert [event for event in told if event[0] == "end"] == [("end", {"reason": "signed-out"})]


def test_it_does_not_keep_the_server_from_stopping(server):
    access = server.project("read")
    with stream(access) as told:
        assert next(told)[0] == "now"
        assert server.stop() == 0
        assert [event for event in told if event[0] == "end"] == [("end", {"reason": "stopping"})]
    assert "takes too long" not in server.log.read_text()


@pytest.mark.parametrize(("slug", "params", "status"), [("nothing", {}, 404), (None, {"filter": "a:b"}, 400)])
def test_what_does_not_hold_is_an_answer(server, slug, params, status):
    access = server.project("read")
    answer = access.get(f"/api/web-events/{slug or access.slug}/live", params=params)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json")
