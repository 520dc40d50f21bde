"""The projects surface on a running server: changes hold at once, deletion leaves nothing behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.support.server import Access, Server, ask, footfall, running, until

PATH = "/api/projects"
EVENT = {"event_name": "a", "category": "page_view", "page_url": "https://shop.example/"}


@pytest.fixture
def server(tmp_path) -> Iterator[Server]:
    with running(tmp_path / "data", flush_interval="0.2") as started:
        yield started


def call(access: Access, method: str, path: str = "", **body: Any) -> Any:
    headers = {"Authorization": f"Bearer {access.token}"}
    answer = access.server.http.request(method, PATH + path, headers=headers, json=body or None)
    assert answer.status_code < 300, answer.text
    return answer.json() if answer.content else None


def status(access: Access, method: str, path: str = "", body: Any = None) -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {access.token}"}
    answer = access.server.http.request(method, PATH + path, headers=headers, json=body)
    return answer.status_code, answer.text


def reports(server: Server, key: str) -> int:
    """What a page gets that reports under a site key."""
    page = {"k": key, "t": "pageview", "n": "pageview", "u": "https://shop.example/"}
    return server.http.post("/api/collect", json=page, headers={"User-Agent": "Mozilla/5.0 Firefox/140.0"}).status_code


def test_a_project_lives_over_http(server):
    admin = server.admin()
    document = server.http.get("/openapi.json").json()
    bodies = {
        operation["operationId"]: operation["requestBody"]["content"]["application/json"]["examples"]["example"][
            "value"
        ]
        for path, item in document["paths"].items()
        if path.startswith(PATH)
        for operation in item.values()
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    }
    made = call(admin, "POST", **bodies["projects_create"])
    assert made == made | bodies["projects_create"]
    assert call(admin, "GET", "/store") == made
    assert made in call(admin, "GET")["projects"]
    assert call(admin, "PATCH", "/store", **bodies["projects_update"])["name"] == "The store"
    assert call(admin, "PATCH", "/store", slug="shop", name="Shop")["slug"] == "shop"
    assert status(admin, "GET", "/store")[0] == 404
    assert call(admin, "PUT", "/shop/domains/*.shop.example")["domains"] == ["*.shop.example", "store.example"]
    assert call(admin, "DELETE", "/shop/domains/store.example")["domains"] == ["*.shop.example"]
    rotated = call(admin, "POST", f"/{made['id']}/rotate-key", **bodies["projects_rotate_key"])
    assert [old["site_key"] for old in rotated["old_site_keys"]] == [made["site_key"]]
    assert call(admin, "POST", f"/{made['id']}/rotate-key")["old_site_keys"][-1]["site_key"] == rotated["site_key"]
    told = [json.loads(line) for line in server.log.read_text().splitlines() if '"logger": "audit"' in line]
    assert [line["event"] for line in told if line["by"] == f"token …{admin.token[-4:]}"] == [
        "project created",
        "project updated",
        "project updated",
        "project domains changed",
        "project domains changed",
        "site key rotated",
        "site key rotated",
    ]
    assert admin.token not in server.log.read_text()


@pytest.mark.parametrize(
    ("method", "path", "body", "expected", "said"),
    [
        ("POST", "", {"slug": "shop"}, 409, "'shop' is taken"),
        ("POST", "", {"slug": "A"}, 400, "slug 'A'"),
        ("POST", "", {"slug": "new", "domain": ["a.example"]}, 400, "domain: Extra inputs"),
        ("POST", "", {"slug": "new", "domains": ["a.example"]}, 409, "is listed by another project"),
        ("PATCH", "/shop", {"timezone": "Berlin"}, 400, "timezone 'Berlin'"),
        ("PATCH", "/shop", {"slug": "default"}, 409, "'default' is taken"),
        ("PUT", "/shop/domains/a%20b", None, 400, "domain 'a b'"),
        ("POST", "/shop/rotate-key", {"overlap_hours": -1}, 400, "overlap_hours"),
        ("DELETE", "/nothing", None, 404, "'nothing' does not exist"),
    ],
)
def test_what_does_not_hold_is_refused(shared, method, path, body, expected, said):
    code, text = status(shared, method, path, body)
    assert code == expected, text
    assert said in text


@pytest.fixture(scope="module")
def shared(tmp_path_factory) -> Iterator[Access]:
    with running(tmp_path_factory.mktemp("projects") / "data") as started:
        admin = started.admin()
        call(admin, "POST", slug="shop", domains=["a.example"])
        yield admin


def test_stored_rows_are_kept_as_long_as_the_project_says(shared):
    assert call(shared, "GET", "/shop/storage")["retention_days"] is None
    call(shared, "PATCH", "/shop", retention_days=90)
    assert call(shared, "GET", "/shop/storage")["retention_days"] == 90


def test_only_admin_tokens_may_and_only_with_their_projects(shared):
    server = shared.server
    reader, bound = server.project("read", "ingest"), server.project("admin")
    assert status(reader, "GET")[0] == 403
    assert [one["slug"] for one in call(bound, "GET")["projects"]] == [bound.slug]
    assert status(bound, "GET", "/shop")[0] == 404
    assert status(bound, "DELETE", "/shop")[0] == 404
    assert status(bound, "POST", body={"slug": "other"})[0] == 403
    assert call(bound, "PATCH", f"/{bound.slug}", name="Mine")["name"] == "Mine"


def test_a_deleted_project_is_gone_at_once_and_its_rows_soon(server):
    admin, shop, other = server.admin(), server.project(slug="shop"), server.project(slug="other")
    key = call(admin, "GET", "/shop")["site_key"]
    for access in (shop, other):
        assert access.post("/api/v1/analytics", json=EVENT).status_code == 200
    assert reports(server, key) == 202
    assert until(server.queryable)
    assert call(admin, "DELETE", "/shop") is None
    assert status(admin, "GET", "/shop")[0] == 404
    assert admin.get("/api/web-events/shop/kpis", params={"range": "24h"}).status_code == 404
    assert until(lambda: '"event": "project erased"' in server.log.read_text())
    assert server.stop() == 0
    (left,) = ask(server.data, "SELECT project_id, count() AS n FROM events GROUP BY 1")
    assert left == [{"project_id": other.number, "n": 1}]


def test_a_visitor_is_forgotten_over_http_and_by_command(server):
    admin, shop, other = server.admin(), server.project(slug="shop"), server.project(slug="other")
    for access in (shop, other):
        for visitor in ("ada", "eve", f"only-in-{access.slug}"):
            assert access.post("/api/v1/analytics", json=EVENT | {"session_id": visitor}).status_code == 200
    assert until(server.queryable)
    assert status(shop, "DELETE", "/shop/visitor/ada")[0] == 403
    assert status(admin, "DELETE", "/nothing/visitor/ada")[0] == 404
    code, text = status(admin, "DELETE", "/shop/visitor/ada")
    assert (code, json.loads(text)["done_at"]) == (202, None)
    done = footfall("forget", "--project", "shop", "--visitor", "only-in-shop", "--yes", "--json", data=server.data)
    assert json.loads(done.stdout)["id"] == json.loads(text)["id"] + 1
    assert until(lambda: all(one["done_at"] for one in call(admin, "GET", "/shop/erasures")["erasures"]))
    assert len(call(admin, "GET", "/shop/erasures")["erasures"]) == 2
    assert shop.get("/api/web-events/shop/visitor/ada").status_code == 404
    assert server.stop() == 0
    left, sessions = ask(
        server.data,
        "SELECT project_id, groupArray(visitor_id) AS ids FROM (SELECT * FROM events ORDER BY visitor_id) GROUP BY 1",
        "SELECT project_id, sum(sign) AS n FROM sessions GROUP BY 1 ORDER BY 1",
    )
    assert {row["project_id"]: row["ids"] for row in left} == {
        shop.number: ["eve"],
        other.number: ["ada", "eve", "only-in-other"],
    }
    assert [int(row["n"]) for row in sessions] == [1, 3]
    for file in ("spool/serve.db", "spool/serve.db-wal", "meta.db", "meta.db-wal"):
        path = server.data / file
        assert not path.exists() or b"only-in-shop" not in path.read_bytes(), file


def test_a_retention_is_tried_and_then_set(server):
    admin, shop = server.admin(), server.project(slug="shop")
    for day in (1, 20):
        body = EVENT | {"timestamp": f"2026-06-{day:02}T12:00:00Z"}
        assert shop.post("/api/v1/analytics", json=body).status_code == 200
    assert until(server.queryable)
    command = ("project", "update", "shop", "--retention-days", "36500", "--json")
    running_, changed = (footfall(*command, flag, data=server.data) for flag in ("--dry-run", "--yes"))
    assert json.loads(running_.stdout)["rows"]["events"] == {"old": 0, "all": 2}
    assert json.loads(changed.stdout)["retention_days"] == 36_500
    told = call(admin, "GET", "/shop/retention?days=31")
    assert told["days"] == 31
    assert told["rows"].keys() == {"events", "requests", "sessions", "engagements", "proxy_logs"}
    assert call(admin, "PATCH", "/shop", retention_days=31)["retention_days"] == 31
    old = {"timestamp": "2020-01-01T00:00:00Z"}
    assert until(lambda: shop.post("/api/v1/analytics", json=EVENT | old).status_code == 422)
    assert call(admin, "PATCH", "/shop", retention_days=0)["retention_days"] is None
    assert status(admin, "PATCH", "/shop", {"retention_days": 7})[0] == 400
    for days in ("30", "-3", "36501"):
        refused = footfall("project", "update", "shop", "--retention-days", days, data=server.data)
        assert refused.returncode == 2
        assert "--retention-days" in refused.stderr
        assert f"{days} is not between 31 and 36500, nor 0" in " ".join(refused.stderr.replace("│", "").split())
    assert server.stop() == 0
    stopped = footfall(*command, "--dry-run", data=server.data)
    assert json.loads(stopped.stdout)["days"] == 36_500
