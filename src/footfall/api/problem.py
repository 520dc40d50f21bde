"""Errors to HTTP: the only mapping, for FastAPI routes (`install`) and for raw ASGI handlers (`problem`)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.routing import Route

from footfall.collect.schemas.faults import SchemaError
from footfall.errors import StoreError, TransientError, UserError

Headers = list[tuple[bytes, bytes]]
Reply = tuple[int, Headers, bytes]
"""Status, headers and body of an answer."""

STATUS: dict[str, int] = {
    "unauthorized": 401,
    "password_required": 401,
    "forbidden": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "timeout": 408,
    "conflict": 409,
    "too_large": 413,
    "unsupported_encoding": 415,
    "unsupported_media_type": 415,
    "invalid": 422,
    "rate_limited": 429,
    "too_many_queries": 429,
    "too_many_streams": 429,
    "internal": 500,
    "query_limit": 500,
    "unavailable": 503,
}
"""By code of a UserError; every other code is 400."""

_OTHERS = {
    "invalid",
    "password_required",
    "unsupported_encoding",
    "unsupported_media_type",
    "query_limit",
    "too_many_queries",
    "too_many_streams",
}
"""Codes that share their status with a more general one."""

_CODES = {400: "bad_request", 415: "unsupported_media_type", 422: "bad_parameter"} | {
    status: code for code, status in STATUS.items() if code not in _OTHERS
}
_RETRY_AFTER = 60  # seconds, where the error does not say


class ErrorDetail(BaseModel):
    """`code` is a stable word for programs to compare; `message` names the parameter and the bad value."""

    code: str
    message: str


class Error(BaseModel):
    error: ErrorDetail


class StatusError(BaseModel):
    status: Literal["error"]
    error: ErrorDetail


class DetailError(BaseModel):
    detail: str


class Fault(BaseModel):
    loc: list[str | int]
    msg: str
    type: str
    input: Any = None
    ctx: dict[str, Any] | None = None


class Faults(BaseModel):
    """422: what is wrong with a body, as FastAPI with Pydantic 2 lists it (`collect/schemas`)."""

    detail: list[Fault]


@dataclass(frozen=True, slots=True)
class ErrorShape:
    """How a surface words its errors.

    `body` is made of status, code and message. A request that does not validate is 400, naming the first fault, or,
    with `lists_faults`, 422 with FastAPI's list of them.
    """

    model: type[BaseModel]
    body: Callable[[int, str, str], dict[str, Any]]
    lists_faults: bool = False


def _coded(_: int, code: str, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


def _detailed(status: int, _: str, message: str) -> dict[str, Any]:
    fault = {"type": "value_error", "loc": ["body"], "msg": message}
    return {"detail": [fault] if status == 422 else message}


CODED = ErrorShape(Error, _coded)
"""`{"error": {"code", "message"}}`: the shape of most surfaces."""

STATUS_CODED = ErrorShape(StatusError, lambda *told: {"status": "error", **_coded(*told)})
"""The same beside `"status": "error"`."""

DETAILED = ErrorShape(DetailError, _detailed, lists_faults=True)
"""`{"detail": …}`, as FastAPI words errors."""


def problem(error: Exception, shape: ErrorShape, path: str) -> Reply:
    """Status, headers and JSON body for an error raised while `path` was handled. Unexpected ones are logged."""
    if isinstance(error, RequestValidationError):
        return _refusal(error, shape)
    if isinstance(error, SchemaError):
        return 422, [(b"content-type", b"application/json")], _encode({"detail": error.faults})
    status, code, message = described(error, path)
    headers: Headers = [(b"content-type", b"application/json")]
    if status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    if status in {429, 503}:
        headers.append((b"retry-after", str(getattr(error, "retry_after", _RETRY_AFTER)).encode()))
    for name, value in (getattr(error, "headers", None) or {}).items():
        headers.append((name.lower().encode("latin-1"), value.encode("latin-1")))
    return status, headers, _encode(shape.body(status, code, message))


def install(app: FastAPI, shape_of: Callable[[str], ErrorShape]) -> None:
    """Every error of the application's routes, unknown paths and methods included, goes through `problem`.

    `shape_of` gives the shape of a path's errors.
    """

    async def handle(request: Request, error: Exception) -> Response:
        path = request.url.path
        found = response(problem(error, shape_of(path), path))
        if found.status_code == 405 and (methods := _methods(app, request.scope["path"])):
            found.headers["allow"] = ", ".join(methods)
        return found

    for kind in (UserError, TransientError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, handle)


def _methods(app: FastAPI, path: str) -> list[str]:
    """Those of all routes of a path; the framework names those of the first."""
    routes = [route for route in app.routes if isinstance(route, Route) and route.path_regex.match(path)]
    return sorted({method for route in routes for method in route.methods or ()})


def response(reply: Reply) -> Response:
    """The same for FastAPI."""
    status, headers, body = reply
    return Response(body, status, {name.decode("latin-1"): value.decode("latin-1") for name, value in headers})


def described(error: Exception, path: str) -> tuple[int, str, str]:
    """Status, code and a message that reveals nothing internal."""
    if isinstance(error, UserError):
        return STATUS.get(error.code, 400), error.code, error.message
    if isinstance(error, TransientError):
        return 503, "unavailable", error.message
    if isinstance(error, HTTPException):
        return error.status_code, _CODES.get(error.status_code, "error"), str(error.detail)
    details = error.details if isinstance(error, StoreError) else ""
    structlog.get_logger(__name__).error("request failed", path=path, details=details, exc_info=error)
    return 500, "internal", "the server could not answer; its log says why"


def _refusal(error: RequestValidationError, shape: ErrorShape) -> Reply:
    headers: Headers = [(b"content-type", b"application/json")]
    if shape.lists_faults:
        return 422, headers, _encode({"detail": [_plain(fault) for fault in error.errors()]})
    return 400, headers, _encode(shape.body(400, "bad_parameter", _told(error.errors()[0])))


def _told(fault: Mapping[str, Any]) -> str:
    """One of FastAPI's findings in a sentence."""
    place, sent = fault["loc"][1:], fault.get("input")
    if fault["type"] == "json_invalid" and fault["loc"][0] == "body":
        return f"body: not JSON: {fault['ctx']['error']} at character {place[0]}"
    if isinstance(sent, bytes):
        return f"body: JSON needs the header Content-Type: application/json (got {_short(sent)})"
    return f"{'.'.join(map(str, place)) or 'body'}: {fault['msg']} (got {_short(sent)})"


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
