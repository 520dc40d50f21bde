"""All sites on a running server: each caller's own projects, in one request."""

from __future__ import annotations

from tests.support.server import running, until

PATH = "/api/sites"
EVENT = {"event_name": "a", "category": "page_view", "page_url": "https://shop.example/"}


def test_every_caller_sees_its_own_projects(tmp_path):
    with running(tmp_path / "data", flush_interval="0.2") as server:
        admin, shop = server.admin(), server.project("read", "ingest", slug="shop")
        server.project("read", slug="blog")
        api = server.project("read", "ingest", slug="api")
        assert api.post("/api/tracking/visits", json={"visits": [{"endpoint": "/a"}]}).status_code == 202
        assert shop.post("/api/v1/analytics", json=EVENT).status_code == 200
        assert until(server.queryable)
        assert until(lambda: api.read("/api/tracking/summary")["total_hits"])
        requests, *every = admin.get(PATH).json()["items"]
        assert [requests["slug"], *(card["slug"] for card in every)] == ["api", "blog", "default", "shop"]
        assert [(card["has_requests"], card["has_logs"]) for card in (requests, *every)] == [
            (True, False),
            *[(False, False)] * 3,
        ]
        (mine,) = shop.get(PATH).json()["items"]
        assert mine == every[2]
        assert (mine["live"], mine["today"]["visitors"], mine["week"]["visitors"], mine["spark"][-1]) == (1, 1, 1, 1)
        assert len(mine["spark"]) == 28
        assert (every[0]["has_events"], every[0]["last_event"], mine["has_events"]) == (False, None, True)
        assert server.http.get(PATH).status_code == 401
