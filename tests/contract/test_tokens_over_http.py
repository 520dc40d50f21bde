"""The tokens surface on a running server: who may make, see and revoke which."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.support.server import Access, Server, running

PATH = "/api/tokens"
NEW = {"label": "x", "scopes": ["read"]}


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("tokens") / "data") as started:
        yield started


def request(access: Access, method: str, path: str = "", body: Any = None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {access.token}"}
    return access.server.http.request(method, PATH + path, headers=headers, json=body)


def made(access: Access, **fields: Any) -> Any:
    answer = request(access, "POST", body=NEW | fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


def listed(access: Access) -> list[int]:
    return [item["id"] for item in request(access, "GET").json()["items"]]


def test_the_documented_example_works(server):
    admin = server.admin()
    document = server.http.get("/openapi.json").json()["paths"][PATH]["post"]
    example = document["requestBody"]["content"]["application/json"]["examples"]["example"]["value"]
    found = made(admin, **example)
    assert set(found) == set(document["responses"]["201"]["content"]["application/json"]["example"])
    assert found["token"].endswith(found["last_four"])
    assert (found["expires_at"], found["projects"]) == (example["expires_at"], ["default"])
    assert "token" not in request(admin, "GET").json()["items"][0]


def test_a_token_works_until_it_is_revoked(server):
    admin = server.admin()
    found = made(admin, projects=["default"])
    token = Access(server, "default", 1, "", found["token"])
    assert token.get("/api/web-events/default/count").status_code == 200
    assert request(admin, "DELETE", f"/{found['id']}").status_code == 204
    assert token.get("/api/web-events/default/count").status_code == 401
    item = next(item for item in request(admin, "GET").json()["items"] if item["id"] == found["id"])
    assert item["revoked_at"]
    assert request(admin, "DELETE", f"/{found['id']}").status_code == 204
    log = server.log.read_text()
    assert found["token"] not in log
    told = [json.loads(line) for line in log.splitlines() if '"logger": "audit"' in line]
    assert [line["event"] for line in told if line.get("token") == found["last_four"]] == [
        "token created",
        "token revoked",
        "token revoked",
    ]


def test_a_token_of_some_projects_manages_tokens_of_these_alone(server):
    admin, mine, other = server.admin(), server.project("admin"), server.project("admin")
    own, foreign = made(mine, projects=[mine.slug]), made(other, projects=[other.slug])
    both, all_ = made(admin, projects=[mine.slug, other.slug]), made(admin, scopes=["admin"])
    assert own["id"] in listed(mine)
    assert not {foreign["id"], both["id"], all_["id"]} & set(listed(mine))
    assert {own["id"], foreign["id"], both["id"], all_["id"]} <= set(listed(admin))
    for hidden in (foreign, both, all_):
        assert request(mine, "DELETE", f"/{hidden['id']}").status_code == 404
    assert request(mine, "DELETE", "/999999").status_code == 404
    assert request(mine, "POST", body=NEW | {"projects": [other.slug]}).status_code == 404
    assert request(mine, "POST", body=NEW | {"scopes": ["admin"]}).status_code == 403
    assert request(mine, "DELETE", f"/{own['id']}").status_code == 204


def test_no_token_makes_one_that_outlives_it(server):
    admin = server.admin()
    brief = made(admin, scopes=["admin"], projects=["default"], expires_at="2098-01-01T00:00:00Z")
    caller = Access(server, "default", 1, "", brief["token"])
    for expires_at in (None, "2099-01-01T00:00:00Z"):
        refused = request(caller, "POST", body=NEW | {"projects": ["default"], "expires_at": expires_at})
        assert refused.status_code == 403, refused.text
    made(caller, projects=["default"], expires_at="2097-01-01T00:00:00Z")


def test_a_deleted_project_leaves_its_tokens_listed(server):
    admin, gone = server.admin(), server.project("read")
    assert (
        admin.server.http.delete(
            f"/api/projects/{gone.slug}", headers={"Authorization": f"Bearer {admin.token}"}
        ).status_code
        == 204
    )
    assert request(admin, "GET").status_code == 200


def test_the_token_of_a_deleted_project_is_refused_at_once(server):
    """Also where it was in use a moment ago."""
    admin, gone = server.admin(), server.project("read")
    headers = {"Authorization": f"Bearer {gone.token}"}
    assert server.http.get("/api/v1/analytics/stats", headers=headers).status_code == 200
    assert request(admin, "GET").status_code == 200
    server.http.delete(f"/api/projects/{gone.slug}", headers={"Authorization": f"Bearer {admin.token}"})
    assert server.http.get("/api/v1/analytics/stats", headers=headers).status_code == 401
    assert request(admin, "GET").status_code == 200


@pytest.mark.parametrize("scope", ["read", "ingest"])
def test_only_admins_may(server, scope):
    reader = server.project(scope)
    for method, path, body in (("GET", "", None), ("POST", "", NEW), ("DELETE", "/1", None)):
        assert request(reader, method, path, body).status_code == 403


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["write"]}, "scopes"),
        ({"projects": None}, "projects"),
        ({"projects": []}, "project"),
        ({"projects": ["default"], "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"projects": ["default"], "expires_at": "soon"}, "expires_at"),
        ({"projects": ["default"], "label": "x" * 101}, "label"),
        ({"projects": ["default"], "label": "a\n"}, "label"),
        ({"projects": ["default"], "colour": "red"}, "colour"),
    ],
)
def test_what_does_not_hold_is_refused(server, fields, said):
    answer = request(server.admin(), "POST", body=NEW | fields)
    assert answer.status_code == 400, answer.text
    assert said in answer.json()["error"]["message"]
