"""Errors to HTTP: the only mapping there is, for FastAPI routes (`install`) and raw ASGI handlers (`problem`)."""

from __future__ import annotations

import json
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from footfall.collect.schemas.faults import SchemaError
from footfall.errors import StoreError, TransientError, UserError

Headers = list[tuple[bytes, bytes]]
Answer = tuple[int, Headers, bytes]
Responses = dict[int | str, dict[str, Any]]

STATUS: dict[str, int] = {
    "unauthorized": 401,
    "forbidden": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "conflict": 409,
    "too_large": 413,
    "unsupported_encoding": 415,
    "unsupported_media_type": 415,
    "invalid": 422,
    "rate_limited": 429,
    "too_many_queries": 429,
    "internal": 500,
    "query_limit": 500,
    "unavailable": 503,
}
"""By code of a UserError; every other code is 400."""

_CODES = {400: "bad_request", 415: "unsupported_media_type", 422: "bad_parameter"} | {
    status: code
    for code, status in STATUS.items()
    if code not in {"invalid", "unsupported_encoding", "unsupported_media_type", "query_limit", "too_many_queries"}
}
_SURFACES = (
    ("/api/v1/analytics", "events"),
    ("/api/web-events", "web"),
    ("/api/tracking", "tracking"),
    ("/v2/apps", "network"),
    ("/analytics", "proxy"),
)
_RETRY_AFTER = 60  # seconds, where the error does not say


def surface_of(path: str) -> str:
    """`events`, `web`, `tracking`, `network` or `proxy`; `collect` is everything else."""
    for prefix, surface in _SURFACES:
        if path == prefix or path.startswith(prefix + "/"):
            return surface
    return "collect"


def problem(error: Exception, path: str) -> Answer:
    """Status, headers and JSON body for an error raised while `path` was handled. Unexpected ones are logged."""
    surface = surface_of(path)
    if isinstance(error, RequestValidationError):
        return _refusal(error, surface)
    if isinstance(error, SchemaError):
        return 422, [(b"content-type", b"application/json")], _encode({"detail": error.faults})
    status, code, message = _describe(error, path)
    headers: Headers = [(b"content-type", b"application/json")]
    if status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    if status in {429, 503}:
        headers.append((b"retry-after", str(getattr(error, "retry_after", _RETRY_AFTER)).encode()))
    for name, value in (getattr(error, "headers", None) or {}).items():
        headers.append((name.lower().encode("latin-1"), value.encode("latin-1")))
    return status, headers, _encode(_body(surface, status, code, message))


def install(app: FastAPI) -> None:
    """Every error of the application's routes, unknown paths and methods included, goes through `problem`."""
    for kind in (UserError, TransientError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, _handle)


async def _handle(request: Request, error: Exception) -> Response:
    status, headers, body = problem(error, request.url.path)
    return Response(body, status, {name.decode("latin-1"): value.decode("latin-1") for name, value in headers})


def _describe(error: Exception, path: str) -> tuple[int, str, str]:
    """Status, code and a message that says nothing about our insides."""
    if isinstance(error, UserError):
        return STATUS.get(error.code, 400), error.code, error.message
    if isinstance(error, TransientError):
        return 503, "unavailable", error.message
    if isinstance(error, HTTPException):
        return error.status_code, _CODES.get(error.status_code, "error"), str(error.detail)
    details = error.details if isinstance(error, StoreError) else ""
    structlog.get_logger(__name__).error("request failed", path=path, details=details, exc_info=error)
    return 500, "internal", "the server could not answer; its log says why"


def _refusal(error: RequestValidationError, surface: str) -> Answer:
    """The events surface answers 422 with FastAPI's list; the others 400, naming the parameter and the value."""
    headers: Headers = [(b"content-type", b"application/json")]
    if surface == "events":
        return 422, headers, _encode({"detail": [_plain(fault) for fault in error.errors()]})
    fault = error.errors()[0]
    name = ".".join(str(part) for part in fault["loc"][1:]) or "body"
    message = f"{name}: {fault['msg']} (got {_short(fault.get('input'))})"
    return 400, headers, _encode(_body(surface, 400, "bad_parameter", message))


def _body(surface: str, status: int, code: str, message: str) -> dict[str, Any]:
    if surface == "events":
        fault = {"type": "value_error", "loc": ["body"], "msg": message}
        return {"detail": [fault] if status == 422 else message}
    error = {"code": code, "message": message}
    return {"status": "error", "error": error} if surface == "network" else {"error": error}


def _plain(fault: dict[str, Any]) -> dict[str, Any]:
    """One of Pydantic's findings as strict JSON: an input that JSON can't carry (NaN, bytes) is left out."""
    kept = {name: value for name, value in fault.items() if name not in {"ctx", "url"}}
    try:
        json.dumps(kept.get("input"), allow_nan=False)
    except (TypeError, ValueError):
        kept.pop("input")
    found: dict[str, Any] = jsonable_encoder(kept)
    return found


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 100 else text[:97] + "…"


def _encode(body: dict[str, Any]) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()


class ErrorDetail(BaseModel):
    """`code` is a word that programs may compare; `message` names the parameter and the bad value."""

    code: str
    message: str


class Error(BaseModel):
    error: ErrorDetail


def answers(example: dict[str, Any]) -> Responses:
    """FastAPI's `responses` of a reading operation: an example of its answer, and the errors that it may give."""
    return {200: {"content": {"application/json": {"example": example}}}, **_DOCUMENTED}


def _documented(description: str, code: str, message: str) -> dict[str, Any]:
    example = {"error": {"code": code, "message": message}}
    return {"model": Error, "description": description, "content": {"application/json": {"example": example}}}


_DOCUMENTED: Responses = {
    400: _documented("A parameter does not hold.", "bad_parameter", "from: 'soon' is not an ISO 8601 timestamp"),
    401: _documented("No valid token.", "unauthorized", "the token is malformed, unknown, expired or revoked"),
    403: _documented("The token lacks the scope.", "forbidden", "the token lacks the scope 'read'"),
    404: _documented("No such project for this token.", "not_found", "project 'shop' does not exist"),
    429: _documented(
        "Too many questions of this project at once, or bad tokens from this address.",
        "too_many_queries",
        "the project has 8 queries under way, and more are waiting: ask fewer at a time",
    ),
    500: _documented("The query failed.", "query_limit", "the query exceeds its limit of time; reduce range or filter"),
    503: _documented("Try again later.", "unavailable", "the store is overloaded"),
}
