"""All sites on a running server: each caller's own projects, in one request."""

from __future__ import annotations

from tests.support.server import running, until

PATH = "/api/sites"
EVENT = {"event_name": "a", "category": "page_view", "page_url": "https://shop.example/"}


def test_every_caller_sees_its_own_projects(tmp_path):
    with running(tmp_path / "data", flush_interval="0.2") as server:
        admin, shop = server.admin(), server.project("read", "ingest", slug="shop")
        server.project("read", slug="blog")
        assert shop.post("/api/v1/analytics", json=EVENT).status_code == 200
        assert until(server.queryable)
        every = admin.get(PATH).json()["items"]
        assert [card["slug"] for card in every] == ["blog", "default", "shop"]
        (mine,) = shop.get(PATH).json()["items"]
        assert mine == every[2]
        assert (mine["live"], mine["today"]["visitors"], mine["week"]["visitors"], mine["spark"][-1]) == (1, 1, 1, 1)
        assert len(mine["spark"]) == 28
        assert (every[0]["has_events"], every[0]["last_event"], mine["has_events"]) == (False, None, True)
        assert server.http.get(PATH).status_code == 401
