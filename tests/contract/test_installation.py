"""What an administrator reads about the installation and about what is stored of a project."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from tests.support.server import Server, running, until

EVENT = {"event_name": "a", "category": "page_view", "page_url": "https://shop.example/"}


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("installation") / "data", flush_interval="0.2") as started:
        yield started


def test_health_is_told_in_words(server):
    admin = server.admin()
    found = admin.get("/api/installation/health").json()
    assert found["status"] == "ok"
    assert [item["name"] for item in found["items"]] == [
        "collection",
        "spool",
        "drain",
        "rejected",
        "store",
        "figures",
        "jobs",
        "disk",
    ]
    assert str(server.data) not in str(found)
    assert server.project("read").get("/api/installation/health").status_code == 403


def test_a_token_of_some_projects_is_told_nothing_of_others(server):
    found = server.project("admin").get("/api/installation/health").json()
    assert [item["name"] for item in found["items"]] == ["collection", "store", "figures"]
    assert found["version"] is None


def test_what_could_not_be_processed_is_told_with_its_reason(server):
    with closing(sqlite3.connect(server.data / "spool" / "serve.db")) as db, db:
        db.execute("INSERT INTO rejected (batch, at, events, reason, body) VALUES (1, 1, 3, 'no such kind', x'00')")
    found = server.admin().get("/api/installation/health").json()
    (item,) = [item for item in found["items"] if item["name"] == "rejected"]
    assert (found["status"], item["status"]) == ("warning", "warning")
    assert "3 could not be processed (no such kind)" in item["text"]


def test_what_is_stored_is_counted_by_table(server):
    shop, other = server.project("admin", "ingest"), server.project("admin", "ingest")
    path = f"/api/projects/{shop.slug}/storage"
    assert shop.get(path).json() == {"items": [], "rows": 0, "bytes": 0, "retention_days": None}
    for access, count in ((shop, 2), (other, 5)):
        for _ in range(count):
            assert access.post("/api/v1/analytics", json=EVENT).status_code == 200
    assert until(server.queryable)
    found = shop.get(path).json()
    rows = {item["table"]: item["rows"] for item in found["items"]}
    assert rows["events"] == 2
    assert rows["sessions"] >= 1
    assert found["rows"] == sum(rows.values())
    assert found["bytes"] == sum(item["bytes"] for item in found["items"]) > 0
    assert all(item["first"] <= item["last"] for item in found["items"])
    assert other.get(path).status_code == 404
