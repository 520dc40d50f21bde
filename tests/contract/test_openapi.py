"""/openapi.json says what the server does: every operation, its examples, its errors; and /docs shows it by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute
from tests.support.collecting import Site
from tests.support.server import Server, running, until

from footfall.api.application import create_api
from footfall.api.state import State

METHODS = {"get", "post", "put", "patch", "delete"}
PUBLIC = {"/api/v1/analytics/health", "/api/collect", "/api/event", "/api/send", "/api/batch", "/api/log-request"}
"""Their clients hold no token, or send it in the body."""

SESSION = "/api/session"
"""Signing in needs no token in a header. tests/contract/test_session.py sends its example."""

LINKS = "/api/shares"
"""Following a link needs no token. tests/contract/test_sharing.py sends its examples."""

ADMIN = ("/api/projects", "/api/tokens", "/api/installation")
"""What needs the scope `admin`. tests/contract/test_projects.py, test_goals.py and test_tokens.py send the examples."""


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("openapi") / "data", flush_interval="0.2") as started:
        yield started


@pytest.fixture(scope="module")
def document(server) -> dict[str, Any]:
    found: dict[str, Any] = server.http.get("/openapi.json").json()
    return found


def routes() -> Iterator[APIRoute]:
    """Every route of every surface, whatever router it stands in."""

    def walk(found: Any) -> Iterator[APIRoute]:
        for route in found:
            if isinstance(route, APIRoute):
                yield route
            else:
                yield from walk(getattr(getattr(route, "original_router", route), "routes", ()))

    yield from walk(create_api(State()).routes)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method in METHODS & item.keys():
            yield method, path, item[method]


def success(operation: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    status = min(int(status) for status in operation["responses"])
    return status, operation["responses"][str(status)]


def is_text(content: dict[str, Any]) -> bool:
    return content["schema"].get("format") != "binary"


def example(content: dict[str, Any]) -> Any:
    """The one example of a media type."""
    if "example" in content:
        return content["example"]
    return next(iter(content["examples"].values()))["value"]


def test_no_path_is_missing(document):
    documented = {(path, method.upper()) for method, path, _ in operations(document)}
    there = {
        (route.path, method) for route in routes() if route.include_in_schema for method in route.methods - {"HEAD"}
    }
    assert len(there) >= 10
    assert documented == there


def test_only_pages_and_probes_are_left_out():
    hidden = {route.path for route in routes() if not route.include_in_schema}
    assert not {path for path in hidden if path.startswith(("/api/", "/v2/", "/analytics"))}


def test_every_operation_is_described(document):
    names = []
    for method, path, operation in operations(document):
        where = f"{method} {path}"
        assert operation.get("summary"), where
        assert operation.get("description"), where
        names.append(operation["operationId"])
        status, answer = success(operation)
        assert status == 204 or any(example(content) for content in answer["content"].values() if is_text(content)), (
            where
        )
        errors = {status for status in operation["responses"] if int(status) >= 400}
        assert errors, where
        if path not in {*PUBLIC, SESSION} and not path.startswith(LINKS):
            assert {"401", "403"} <= errors, where
        for status in errors:
            assert operation["responses"][status]["description"], where
    assert len(names) == len(set(names))


def kinds(value: Any) -> Any:
    """The shape of an answer: keys and JSON types; int and float are both numbers, lists go by their first item."""
    if isinstance(value, dict):
        return {key: kinds(item) for key, item in value.items()}
    if isinstance(value, list):
        return [kinds(item) for item in value[:1]]
    return "number" if type(value) in {int, float} else type(value).__name__


def in_name_of(site: Site, body: Any) -> Any:
    """The example, said of this project."""
    if isinstance(body, list):
        return [in_name_of(site, item) for item in body]
    own = {"k": site.key, "website": site.id, "api_key": site.access.token}
    return {
        name: in_name_of(site, value) if name == "payload" else own.get(name, value) for name, value in body.items()
    }


def test_every_writing_example_does_what_is_documented(server, document):
    sent = 0
    Site.of(server, "listed", "shop.example")
    for method, path, operation in operations(document):
        if path.startswith((*ADMIN, SESSION, LINKS)):
            continue  # tests of their own send these
        for media, content in operation.get("requestBody", {}).get("content", {}).items():
            site = Site.of(server, f"example{sent}")
            access = site.access
            body = in_name_of(site, example(content)) if path in PUBLIC else example(content)
            what = {"json": body} if media == "application/json" else {"content": body}
            answer = access.post(path, headers={"Content-Type": media}, **what)
            status, documented = success(operation)
            assert (method, answer.status_code) == ("post", status), (path, answer.text)
            sent += 1
            if status == 204:
                assert answer.content == b""
                assert "content" not in documented
                continue
            if "text/plain" in documented["content"]:
                assert answer.text == example(documented["content"]["text/plain"])
                continue
            expected = example(documented["content"]["application/json"])
            assert kinds(answer.json()) == kinds(expected), path
            if "json" in what:
                accepted = answer.json().get("accepted", answer.json().get("events_queued", 1))
                assert accepted == expected.get("accepted", expected.get("events_queued", 1)), path
    assert sent >= 6


def body_of(document: dict[str, Any], path: str) -> dict[str, Any]:
    """The schema of a body, with what it refers to in place."""

    def resolved(node: Any) -> Any:
        if isinstance(node, dict):
            if "$ref" in node:
                return resolved(document["components"]["schemas"][node["$ref"].rpartition("/")[2]])
            return {name: resolved(value) for name, value in node.items()}
        return [resolved(item) for item in node] if isinstance(node, list) else node

    found: dict[str, Any] = resolved(
        document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
    )
    return found


def bounds(schema: dict[str, Any], field: str) -> dict[str, Any]:
    """What a field's value must hold, whether or not it may be null."""
    said = schema["properties"][field]
    return next(iter(said.get("anyOf", [said])))


def test_bodies_say_what_is_enforced(document):
    """They are made from the structs that decode them, so no bound can be missing."""
    event = body_of(document, "/api/collect/bulk")["properties"]["events"]
    visit = body_of(document, "/api/tracking/visits")["properties"]["visits"]
    logged = body_of(document, "/api/log-request")["properties"]["requests"]
    assert (event["minItems"], event["maxItems"]) == (visit["minItems"], visit["maxItems"]) == (1, 1_000)
    assert logged["maxItems"] == 10_000
    assert bounds(event["items"], "country_code")["pattern"] == "^(|[A-Za-z][A-Za-z0-9])$"
    assert bounds(visit["items"], "method")["pattern"] == "^[A-Za-z][A-Za-z-]*$"
    assert bounds(logged["items"], "method")["pattern"] == "^[A-Za-z][A-Za-z-]*$"
    assert bounds(body_of(document, "/api/collect"), "w")["maximum"] == 100_000
    assert body_of(document, "/api/send")["properties"]["payload"]["required"] == ["website"]


def needs(parameter: dict[str, Any]) -> bool:
    return parameter.get("required", False) and parameter["in"] == "query"


def test_every_reading_answer_has_the_documented_keys(server, document):
    access, admin = server.default(), server.admin()
    assert access.post("/api/v1/analytics", json={"event_name": "a", "category": "page_view"}).status_code == 200
    assert access.total(1) == 1
    for method, path, operation in operations(document):
        if method != "get" or path.endswith("/live"):
            continue  # tests/contract/test_live.py reads the stream
        needed = {
            item["name"]: item["schema"]["examples"][0] for item in operation.get("parameters", []) if needs(item)
        }
        answer = (admin if path.startswith(ADMIN) else access).get(
            re.sub(r"\{slug\}|\{app_id\}", "default", path).replace("{visitor_id}", "v1"), params=needed
        )
        assert answer.status_code in {200, 404}, (path, answer.text)
        _, documented = success(operation)
        assert answer.headers["content-type"].split(";")[0] in {*documented["content"], "application/json"}
        if answer.status_code == 200 and "application/json" in documented["content"]:
            content = documented["content"]["application/json"]
            schema = document["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
            assert set(schema["required"]) <= answer.json().keys() <= schema["properties"].keys(), path
            assert example(content).keys() <= schema["properties"].keys(), path


def test_errors_have_the_documented_shape(server, document):
    reader = server.project("read")
    for method, path, operation in operations(document):
        if method != "post" or path in {*PUBLIC, SESSION} or path.startswith(LINKS):
            continue
        schema = operation["responses"]["403"]["content"]["application/json"]["schema"]
        wanted = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]["properties"].keys()
        for answer in (reader.post(path, json={}), server.http.post(path, json={})):
            assert answer.status_code in {401, 403}
            assert answer.json().keys() == wanted


def test_the_documentation_loads_nothing_from_elsewhere(server):
    seen, wanted = set(), ["/docs", "/"]
    while wanted:
        path = wanted.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = server.http.get(path)
        assert answer.status_code == 200, path
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        policy = answer.headers["content-security-policy"]
        assert "unsafe-inline" not in re.search(r"script-src[^;]*", policy)[0]
        assert "unsafe-eval" not in policy
        page = answer.text
        assert not re.search(r"<script(?![^>]*\bsrc=)", page)
        assert not re.search(r"\son[a-z]+\s*=", page)
        loaded = re.findall(r"<(?:script|img|link|iframe)[^>]*?(?:src|href)=[\"']?([^\"' >]+)", page)
        assert not [url for url in loaded if re.match(r"(?:[a-z]+:)?//", url)]
        wanted += [url if url.startswith("/") else f"/{url}" for url in loaded if not url.startswith("data:")]
    assert {"/docs", "/"} < seen
    assert until(lambda: server.http.get("/openapi.json").status_code == 200)
