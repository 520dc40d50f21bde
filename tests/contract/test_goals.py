"""Goals, segments, funnels and annotations on a running server: saved, used in filters, refused where they can't be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.support.server import Access, Server, running, until

KINDS = ("goals", "segments", "funnels", "annotations")
HOSTILE = 'path:"/\\\\\' OR 1=1 --"'
BODIES: dict[str, dict[str, Any]] = {
    "goals": {"name": "Signup", "filter": "custom_event_name:signup"},
    "segments": {"name": "Phones", "filter": "device:mobile"},
    "funnels": {"name": "Way", "steps": ["path:/", "path:/a"], "window": "1h"},
    "annotations": {"at": "2026-06-10T12:00:00Z", "text": "Version 2"},
}


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("saved") / "data", flush_interval="0.2") as started:
        yield started


@pytest.fixture
def admin(server) -> Access:
    return server.project("admin", "ingest")


def request(access: Access, method: str, path: str, body: Any = None, slug: str = "") -> Any:
    headers = {"Authorization": f"Bearer {access.token}"}
    where = f"/api/projects/{slug or access.slug}/{path}"
    return access.server.http.request(method, where, headers=headers, json=body)


def save(access: Access, kind: str, **fields: Any) -> Any:
    answer = request(access, "POST", kind, BODIES[kind] | fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.mark.parametrize("kind", KINDS)
def test_the_documented_examples_work(server, kind):
    admin = server.admin()
    project = server.project("read")
    document = server.http.get("/openapi.json").json()["paths"][f"/api/projects/{{slug}}/{kind}"]
    example = document["post"]["requestBody"]["content"]["application/json"]["examples"]["example"]["value"]
    made = request(admin, "POST", kind, example, project.slug)
    assert made.status_code == 201, made.text
    assert made.json() == made.json() | example
    assert set(made.json()) == set(document["post"]["responses"]["201"]["content"]["application/json"]["example"])
    changed = request(admin, "PATCH", f"{kind}/{made.json()['id']}", {}, project.slug)
    assert (changed.status_code, changed.json()) == (200, made.json())
    assert request(project, "GET", kind).json() == {"items": [made.json()]}
    assert request(admin, "DELETE", f"{kind}/{made.json()['id']}", slug=project.slug).status_code == 204
    assert request(project, "GET", kind).json() == {"items": []}
    assert request(admin, "DELETE", f"{kind}/{made.json()['id']}", slug=project.slug).status_code == 404


@pytest.mark.parametrize("kind", KINDS)
def test_readers_read_and_admins_change(server, admin, kind):
    save(admin, "goals")
    made = save(admin, kind, name="Another") if kind != "annotations" else save(admin, kind)
    reader, other = server.project("read", slug="", also=[admin.slug]), server.project("admin")
    writer = server.project("ingest", also=[admin.slug])
    for method, path, body in (
        ("POST", kind, BODIES[kind]),
        ("PATCH", f"{kind}/{made['id']}", {}),
        ("DELETE", f"{kind}/{made['id']}", None),
    ):
        assert request(reader, method, path, body, admin.slug).status_code == 403
        assert request(other, method, path, body, admin.slug).status_code == 404
        # Of its own project, which does not have it.
        if method != "POST":
            assert request(other, method, path, body).status_code == 404
    assert made in request(reader, "GET", kind, slug=admin.slug).json()["items"]
    assert request(writer, "GET", kind, slug=admin.slug).status_code == 403
    assert request(other, "GET", kind, slug=admin.slug).status_code == 404


@pytest.mark.parametrize(
    ("kind", "fields", "code", "said"),
    [
        ("goals", {"filter": "colour:red"}, "bad_filter", "position 0"),
        ("goals", {"filter": " "}, "bad_parameter", "filter"),
        ("goals", {"filter": "path:a\0"}, "bad_parameter", "NUL"),
        ("goals", {"filter": "segment:Phones"}, "bad_filter", "can't name a segment"),
        ("goals", {"name": ""}, "bad_parameter", "name"),
        ("goals", {"colour": "red"}, "bad_parameter", "colour"),
        ("segments", {"filter": "x" * 2001}, "bad_parameter", "filter"),
        ("segments", {"private": "perhaps"}, "bad_parameter", "private"),
        ("funnels", {"steps": ["path:/"]}, "bad_parameter", "steps"),
        ("funnels", {"steps": ["path:/", "goal:Nothing"]}, "bad_filter", "step 2"),
        ("funnels", {"steps": ["path:/", ""]}, "bad_parameter", "steps"),
        ("funnels", {"window": "91d"}, "bad_parameter", "window"),
        ("annotations", {"at": "soon"}, "bad_parameter", "'soon'"),
        ("annotations", {"text": "x" * 501}, "bad_parameter", "text"),
    ],
)
def test_what_does_not_hold_is_refused(admin, kind, fields, code, said):
    answer = request(admin, "POST", kind, BODIES[kind] | fields)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)
    assert said in answer.json()["error"]["message"]


def test_a_private_segment_is_the_tokens_own(server, admin):
    colleague = server.project("admin", also=[admin.slug])
    private = save(admin, "segments", private=True)
    assert request(admin, "GET", "segments").json()["items"] == [private]
    assert request(colleague, "GET", "segments", slug=admin.slug).json() == {"items": []}
    assert request(colleague, "DELETE", f"segments/{private['id']}", slug=admin.slug).status_code == 404
    count = "/api/web-events/{}/count"
    assert admin.get(count.format(admin.slug), params={"filter": "segment:Phones"}).status_code == 200
    refused = colleague.get(count.format(admin.slug), params={"filter": "segment:Phones"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "bad_filter")
    # Nor may a funnel, which everybody sees, name it.
    steps = ["path:/", "segment:phones"]
    assert request(admin, "POST", "funnels", BODIES["funnels"] | {"steps": steps}).status_code == 400


def test_a_date_of_an_annotation_is_midnight_of_the_project(admin):
    headers = {"Authorization": f"Bearer {admin.token}"}
    url = f"/api/projects/{admin.slug}"
    assert admin.server.http.patch(url, headers=headers, json={"timezone": "Europe/Berlin"}).status_code == 200
    assert save(admin, "annotations", at="2026-06-10")["at"] == "2026-06-09T22:00:00.000Z"


def test_goals_count_what_comes_in_and_stored_filters_stay_bound(server, admin):
    event = {"category": "page_view", "page_url": "https://shop.example/"}
    signup = {"category": "user_action", "page_url": "https://shop.example/a", "event_name": "signup"}
    for visitor in ("ann", "bob"):
        for body in (event | {"event_name": "page_view"}, signup)[: 2 if visitor == "ann" else 1]:
            sent = admin.post("/api/v1/analytics", json=body | {"user_agent": visitor})
            assert sent.status_code == 200, sent.text
    assert until(server.queryable)
    save(admin, "goals")
    save(admin, "goals", name="Hostile' OR 1=1 --", filter=HOSTILE)
    found = admin.get(f"/api/web-events/{admin.slug}/goals").json()
    by_name = {item["name"]: (item["visitors"], item["count"], item["rate"]) for item in found["items"]}
    assert found["visitors"] == 2
    assert by_name == {"Hostile' OR 1=1 --": (0, 0, 0.0), "Signup": (1, 1, 0.5)}
    steps = {"steps": ["path:/", "goal:Signup"]}
    funnel = admin.get(f"/api/web-events/{admin.slug}/funnel", params=steps).json()
    assert [step["visitors"] for step in funnel["steps"]] == [2, 1]
    counted = admin.get(f"/api/web-events/{admin.slug}/count", params={"filter": 'goal:"HOSTILE\' OR 1=1 --"'})
    assert counted.json() == {"count": 0}
