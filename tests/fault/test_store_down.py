"""A store that is away: collection goes on, and afterwards everything is there once, in the order in which it came."""

from __future__ import annotations

from pathlib import Path

from tests.support.clickhouse_node import running as clickhouse
from tests.support.server import free_port, running, until

EVENTS = 40


def test_collection_goes_on_without_the_store_and_catches_up_in_order(tmp_path: Path) -> None:
    port, engine = free_port(), tmp_path / "engine"

    def send(first: int) -> None:
        for number in range(first, first + EVENTS):
            url = f"https://a.example/{number}"
            event = {"event_name": "e", "category": "page_view", "session_id": "one", "page_url": url}
            assert access.post("/api/v1/analytics", json=event).status_code == 200

    with clickhouse(engine, port=port):
        server = running(tmp_path / "data", store_url=f"clickhouse://127.0.0.1:{port}/footfall", flush_interval="0.1")
        started = server.__enter__()
        access = started.project()
        send(0)
        assert access.total(EVENTS) == EVENTS
    try:
        send(EVENTS)
        assert until(lambda: "footfall_drain_standstill_seconds{" in started.http.get("/metrics").text)
        assert not started.queryable()
        with clickhouse(engine, port=port):
            send(2 * EVENTS)
            assert access.total(3 * EVENTS) == 3 * EVENTS
            page = access.read(f"/api/web-events/{access.slug}", range="24h", limit="500")
            paths = [item["path"] for item in page["items"]]
            assert paths == [f"/{number}" for number in reversed(range(3 * EVENTS))][: len(paths)]
            assert len(paths) >= 2 * EVENTS
    finally:
        started.close()
