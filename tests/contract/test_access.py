"""Who may call what: every role, with every method and path that there is, on its own project and on another's.

The matrix is made from the routes and their documented examples. What a role may do is tested elsewhere; here, that it
may not do more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from tests.support.server import Access, Server, running

from footfall.api.application import create_api
from footfall.api.state import State
from footfall.api.surfaces import SURFACES

NEEDED = "days=90&steps=path:/*&steps=path:/*&panel=kpis"
"""Required by the funnel, by panels and by the dry run of a retention."""

NO_TOKEN = {route.path for surface in SURFACES for route in surface.public} | {
    "/api/v1/analytics/health",
    "/api/session",
    "/api/shares/{share_id}/sessions",
    "/api/shares/{share_id}/badge.json",
    "/api/shares/{share_id}/badge.svg",
}
WRITING = {route.path for surface in SURFACES for route in surface.writing}
SAVED = {f"/api/projects/{{slug}}/{kind}" for kind in ("goals", "segments", "funnels", "annotations")}
OF_ADMINS = ("/api/projects", "/api/tokens", "/api/installation")

Operation = tuple[str, str]


def walk(found: Any) -> Iterator[APIRoute]:
    for route in found:
        if isinstance(route, APIRoute):
            yield route
        else:
            yield from walk(getattr(getattr(route, "original_router", route), "routes", ()))


def operations() -> list[Operation]:
    every = {(method, route.path) for route in walk(create_api(State()).routes) for method in route.methods - {"HEAD"}}
    below = ("/api/", "/v2/", "/analytics")
    return sorted(one for one in every if one[1].startswith(below) and one[1] not in NO_TOKEN)


def scope_of(operation: Operation) -> str:
    method, path = operation
    if method == "POST" and path in WRITING:
        return "ingest"
    if path.startswith(OF_ADMINS) and not (method == "GET" and path in SAVED):
        return "admin"
    return "read"


OPERATIONS = operations()
IN_PATH = [one for one in OPERATIONS if re.search(r"\{(slug|app_id)\}", one[1])]
ROLES = {"nobody": frozenset(), "ingest": {"ingest"}, "read": {"read"}, "reader and writer": {"read", "ingest"}}
MATRIX = [(role, *one) for role, scopes in ROLES.items() for one in OPERATIONS if scope_of(one) not in scopes]


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("access") / "data") as started:
        yield started


@pytest.fixture(scope="module")
def document(server) -> dict[str, Any]:
    found: dict[str, Any] = server.http.get("/openapi.json").json()["paths"]
    return found


@pytest.fixture(scope="module")
def tokens(server) -> dict[str, Access]:
    """A token of each role for the project `mine`, and an administrator's of another project."""
    made = {"reader and writer": server.project("read", "ingest", slug="mine")}
    made |= {role: server.project(*scopes, also=["mine"]) for role, scopes in ROLES.items() if len(scopes) == 1}
    return made | {"foreign": server.project("admin", "read", "ingest", slug="other")}


def body_of(document: dict[str, Any], method: str, path: str) -> Any:
    """The documented example; None where the operation takes no body."""
    contents = document[path][method.lower()].get("requestBody", {}).get("content", {})
    content = contents.get("application/json")
    if content is None:
        return None
    return content["example"] if "example" in content else next(iter(content["examples"].values()))["value"]


def ask(access: Access, method: str, path: str, body: Any, slug: str) -> httpx.Response:
    """In the name of a project, also on surfaces that go by the token."""
    headers = {"X-Project": slug, "Authorization": f"Bearer {access.token}"}
    return access.server.http.request(method, filled(path, slug), headers=headers, json=body)


def filled(path: str, slug: str) -> str:
    where = path.replace("{slug}", slug).replace("{app_id}", slug).replace("{token_id}", "1")
    return f"{re.sub(r'{[a-z_]+}', 'x1', where)}?{NEEDED}"


@pytest.mark.parametrize(("role", "method", "path"), MATRIX, ids=[" ".join(one) for one in MATRIX])
def test_a_role_may_not_do_more(server, document, tokens, role, method, path):
    body = body_of(document, method, path)
    if role == "nobody":
        answer = server.http.request(method, filled(path, "mine"), json=body)
        assert answer.status_code == 401, answer.text
        return
    answer = ask(tokens[role], method, path, body, "mine")
    assert answer.status_code == 403, answer.text
    assert f"lacks the scope '{scope_of((method, path))}'" in answer.text


@pytest.mark.parametrize(("method", "path"), IN_PATH, ids=[" ".join(one) for one in IN_PATH])
def test_another_project_answers_like_an_unknown_one(document, tokens, method, path):
    """An administrator of one project finds nothing of another; what would change it changes nothing."""
    body = body_of(document, method, path)
    found = [ask(tokens["foreign"], method, path, body, slug) for slug in ("mine", "nothing")]
    assert [answer.status_code for answer in found] == [404, 404], [answer.text for answer in found]
    assert found[0].text.replace("mine", "nothing") == found[1].text
    assert tokens["reader and writer"].get("/api/web-events/mine/count").status_code == 200


@pytest.mark.parametrize("path", sorted({one[1] for one in OPERATIONS} - {one[1] for one in IN_PATH} - set(OF_ADMINS)))
def test_surfaces_that_go_by_the_token_reach_its_projects_alone(document, tokens, path):
    method = "POST" if path in WRITING else "GET"
    if (method, path) not in OPERATIONS or path in {"/api/sites", "/api/installation/health", "/api/tokens/{token_id}"}:
        return
    answer = ask(tokens["foreign"], method, path, body_of(document, method, path), "mine")
    assert answer.status_code == 404, answer.text


def test_lists_show_the_callers_projects_alone(tokens):
    foreign = tokens["foreign"]
    assert [one["slug"] for one in foreign.get("/api/projects").json()["projects"]] == ["other"]
    assert [one["slug"] for one in foreign.get("/api/sites").json()["items"]] == ["other"]
    assert {slug for one in foreign.get("/api/tokens").json()["items"] for slug in one["projects"]} == {"other"}


@pytest.mark.parametrize("kind", ["goals", "segments", "funnels", "annotations", "shares"])
def test_an_id_of_another_project_is_unknown_in_ones_own(server, document, kind):
    mine, other = server.project("admin"), server.project("admin")
    path = f"/api/projects/{{slug}}/{kind}"
    made = ask(mine, "POST", path, body_of(document, "POST", path), mine.slug)
    assert made.status_code == 201, made.text
    for access, status in ((other, 404), (mine, 204)):
        headers = {"Authorization": f"Bearer {access.token}"}
        where = f"/api/projects/{access.slug}/{kind}/{made.json()['id']}"
        assert server.http.delete(where, headers=headers).status_code == status
