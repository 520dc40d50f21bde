"""Errors to HTTP: every surface in its own shape, from FastAPI and from raw handlers alike."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
import structlog
from fastapi import APIRouter
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from tests.support.asgi import reading_client

from footfall.api.problem import CODED, DETAILED, STATUS_CODED, ErrorShape, problem
from footfall.api.surfaces import errors_of
from footfall.errors import FatalError, StoreError, TransientError, UserError
from footfall.store.protocol import Store

WEB, EVENTS, NETWORK = "/api/web-events/shop/kpis", "/api/v1/analytics", "/v2/apps/p1/network/analytics"


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        (WEB, CODED),
        ("/api/tracking/stats", CODED),
        (EVENTS, DETAILED),
        ("/api/v1/analytics/batch", DETAILED),
        ("/api/v1/analyticsx", CODED),
        (NETWORK, STATUS_CODED),
        ("/analytics/logs", CODED),
        ("/analytics", CODED),
        ("/", CODED),
        ("/t/e", CODED),
    ],
)
def test_the_shape_goes_by_the_path(path: str, shape: ErrorShape) -> None:
    assert errors_of(path) is shape


@pytest.mark.parametrize(
    ("error", "status", "code", "extra"),
    [
        (UserError("unauthorized", "m"), 401, "unauthorized", {b"www-authenticate": b"Bearer"}),
        (UserError("forbidden", "m"), 403, "forbidden", {}),
        (UserError("not_found", "m"), 404, "not_found", {}),
        (UserError("conflict", "m"), 409, "conflict", {}),
        (UserError("too_large", "m"), 413, "too_large", {}),
        (UserError("unsupported_encoding", "m"), 415, "unsupported_encoding", {}),
        (UserError("invalid", "m"), 422, "invalid", {}),
        (UserError("rate_limited", "m"), 429, "rate_limited", {b"retry-after": b"60"}),
        (UserError("project_required", "m"), 400, "project_required", {}),
        (UserError("bad_filter", "m"), 400, "bad_filter", {}),
        (UserError("query_limit", "m"), 500, "query_limit", {}),
        (TransientError("m", retry_after=7), 503, "unavailable", {b"retry-after": b"7"}),
        (HTTPException(405, "m", {"Allow": "GET"}), 405, "method_not_allowed", {b"allow": b"GET"}),
    ],
)
def test_status_code_and_headers(error: Exception, status: int, code: str, extra: dict[bytes, bytes]) -> None:
    found, headers, body = problem(error, CODED, WEB)
    assert found == status
    assert dict(headers) == {b"content-type": b"application/json"} | extra
    assert json.loads(body) == {"error": {"code": code, "message": "m"}}


@pytest.mark.parametrize(
    ("shape", "body"),
    [
        (CODED, {"error": {"code": "not_found", "message": "m"}}),
        (STATUS_CODED, {"status": "error", "error": {"code": "not_found", "message": "m"}}),
        (DETAILED, {"detail": "m"}),
    ],
)
def test_bodies(shape: ErrorShape, body: dict[str, Any]) -> None:
    assert json.loads(problem(UserError("not_found", "m"), shape, WEB)[2]) == body


def test_the_events_surface_lists_what_is_invalid() -> None:
    status, _, body = problem(UserError("invalid", "m"), DETAILED, EVENTS)
    assert status == 422
    assert json.loads(body) == {"detail": [{"type": "value_error", "loc": ["body"], "msg": "m"}]}


@pytest.mark.parametrize(
    "error",
    [StoreError("shown", details="SELECT secret"), FatalError("disk"), ValueError("/var/secret"), KeyError("secret")],
)
def test_the_unexpected_is_logged_and_not_told(error: Exception) -> None:
    with structlog.testing.capture_logs() as logs:
        status, _, body = problem(error, CODED, WEB)
    assert status == 500
    assert json.loads(body)["error"]["code"] == "internal"
    assert b"secret" not in body
    assert b"SELECT" not in body
    assert [log["exc_info"] for log in logs] == [error]


class Sent(BaseModel):
    number: int


def failing() -> APIRouter:
    router = APIRouter()

    @router.get("/api/web-events/{slug}/fails")
    def fails(slug: str) -> None:
        raise ValueError(slug)

    @router.get("/api/v1/analytics/counted")
    def counted(limit: int) -> Sent:
        return Sent(number=limit)

    @router.post("/api/web-events/{slug}/sent")
    def sent(slug: str, body: Sent) -> Sent:
        return body if slug else Sent(number=0)

    return router


def test_installed(store: Store) -> None:
    client = reading_client(store, 0, failing())
    with structlog.testing.capture_logs():
        broken = client.get("/api/web-events/secret/fails")
    assert (broken.status_code, broken.json()["error"]["code"]) == (500, "internal")
    assert "secret" not in broken.text
    missing = client.get("/api/tracking/nothing")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "not_found")
    refused = client.get("/api/v1/analytics/counted?limit=x")
    assert refused.status_code == 422
    assert [(fault["loc"], fault["input"]) for fault in refused.json()["detail"]] == [(["query", "limit"], "x")]


@pytest.mark.parametrize(
    ("kind", "body", "message"),
    [
        ("application/json", b'{"number": x}', "body: not JSON: Expecting value at character 11"),
        ("application/json", b'{"number": 1', "body: not JSON: Expecting ',' delimiter at character 12"),
        (
            None,
            b'{"number":1}',
            """body: JSON needs the header Content-Type: application/json (got b'{"number":1}')""",
        ),
        ("application/json", b'{"number": "x"}', "number: Input should be a valid integer"),
        ("application/json", b"[]", "body: Input should be"),
    ],
)
def test_a_body_that_is_not_as_it_should_be(store: Store, kind: str | None, body: bytes, message: str) -> None:
    app = reading_client(store, 0, failing()).app
    transport = httpx.ASGITransport(app)

    async def post() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            headers = {"content-type": kind} if kind else {}
            return await client.post("/api/web-events/shop/sent", content=body, headers=headers)

    answer = asyncio.run(post())
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "bad_parameter"
    assert answer.json()["error"]["message"].startswith(message)
