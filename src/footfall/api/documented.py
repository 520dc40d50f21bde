"""Operations in /openapi.json: what `FastPaths` answers is documented as any other operation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel

from footfall.api.body_schema import Schema
from footfall.api.ignored import HEADER, STRICT
from footfall.api.ingest.calls import Public, Route, answer
from footfall.api.problem import CODED, ErrorShape, Reply, response
from footfall.api.state import Collecting, collecting

Responses = dict[int | str, dict[str, Any]]

_MEANINGS = {
    400: "A parameter is missing or wrong; the message names it.",
    401: "No token, or one that is malformed, unknown, expired or revoked.",
    403: "The token lacks the scope.",
    404: "The project is unknown, or not the token's.",
    413: "The body, packed or unpacked, is too large.",
    415: "The Content-Encoding is not known.",
    429: "Too many bad tokens from this address.",
    503: "Not now; try again after Retry-After seconds. Nothing was stored.",
}

_PROJECT = (
    {
        "name": "X-Project",
        "in": "header",
        "schema": {"type": "string"},
        "description": "Slug of the project, where the token has several.",
    },
    {
        "name": "project",
        "in": "query",
        "schema": {"type": "string"},
        "description": "The same, for callers that can't set a header.",
    },
)
_STRICT = {
    "name": STRICT,
    "in": "query",
    "schema": {"type": "boolean", "default": False},
    "description": "`1` refuses fields and parameters that are not known; else the answer tells them.",
}
_ENCODING = {
    "name": "Content-Encoding",
    "in": "header",
    "schema": {"type": "string", "enum": ["gzip", "deflate", "zstd", "identity"]},
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "maxLength": 255},
    "description": "The same key within 24 hours is stored once and answered alike.",
}


@dataclass(frozen=True, slots=True)
class Example:
    """A request body and the answer to it."""

    request: Any
    answer: Any


def refusals(errors: ErrorShape, *statuses: int) -> Responses:
    """`responses` of a route: these statuses, in the surface's error shape."""
    return {status: {"model": errors.model, "description": _MEANINGS[status]} for status in statuses}


def answers(example: dict[str, Any]) -> Responses:
    """`responses` of a reading operation: an example of its answer, and the errors that it may give."""
    return {200: {"content": {"application/json": {"example": example}}, "headers": _TOLD}, **_READING_ERRORS}


def writing_route(
    router: APIRouter,
    route: Route,
    *,
    operation_id: str,
    body: Schema,
    status: int,
    response_model: type[BaseModel] | None,
    summary: str,
    description: str,
    examples: Example,
    refusals: Responses,
    ndjson: str = "",
) -> None:
    """Document a writing endpoint; `ndjson` is an example body of lines, where the endpoint takes them."""
    headers = [_ENCODING, _KEY] if route.idempotent else [_ENCODING]
    content: dict[str, Any] = {"application/json": {"schema": body, "example": examples.request}}
    if ndjson:
        content["application/x-ndjson"] = {"schema": {"type": "string", "format": "binary"}, "example": ndjson}
    router.add_api_route(
        route.path,
        _endpoint(lambda part, request: answer(part, route, dict(request.scope), _receive(request))),
        methods=["POST"],
        status_code=status,
        response_model=response_model,
        summary=summary,
        description=description,
        operation_id=operation_id,
        responses={**refusals, status: _answered(examples.answer)},
        openapi_extra={
            "requestBody": {"required": True, "content": content},
            "parameters": [*_PROJECT, _STRICT, *headers],
        },
    )


def public_route(
    router: APIRouter,
    route: Public,
    *,
    operation_id: str,
    body: Schema,
    status: int,
    summary: str,
    description: str,
    examples: Example,
    statuses: tuple[int, ...] = (400, 413, 503),
) -> None:
    """Document an endpoint that needs no token in its headers. A text as the example of the answer is `text/plain`."""
    answered = PlainTextResponse if isinstance(examples.answer, str) else JSONResponse
    content = {"application/json": {"schema": body, "example": examples.request}}
    router.add_api_route(
        route.path,
        _endpoint(lambda part, request: route.answer(part, dict(request.scope), _receive(request))),
        methods=["POST"],
        status_code=status,
        response_model=None,
        response_class=answered,
        summary=summary,
        description=description,
        operation_id=operation_id,
        responses={
            **refusals(CODED, *statuses),
            status: {"content": {str(answered.media_type): {"example": examples.answer}}},
        },
        openapi_extra={"requestBody": {"required": True, "content": content}, "parameters": [_STRICT], "security": []},
    )


_TOLD = {HEADER: {"description": "Query parameters that do not count.", "schema": {"type": "string"}}}


def _endpoint(answered: Callable[[Collecting, Request], Awaitable[Reply]]) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint of a route that is reached behind `FastPaths`: it answers the same."""

    async def endpoint(request: Request) -> Response:
        return response(await answered(collecting(request), request))

    return endpoint


def _receive(request: Request) -> Any:
    return request._receive  # noqa: SLF001 - the raw body's source


def _answered(example: Any) -> dict[str, Any]:
    """Nothing where the answer has no body."""
    return {"content": {"application/json": {"example": example}}} if example else {"description": "Stored."}


def _documented(description: str, code: str, message: str) -> dict[str, Any]:
    example = {"error": {"code": code, "message": message}}
    return {"model": CODED.model, "description": description, "content": {"application/json": {"example": example}}}


_READING_ERRORS: Responses = {
    400: _documented(
        "A parameter is not valid.",
        "bad_parameter",
        "from: 'soon' is none of the ISO 8601 timestamps of the years 1970 to 9998",
    ),
    401: _documented("No valid token.", "unauthorized", "the token is malformed, unknown, expired or revoked"),
    403: _documented("The token lacks the scope.", "forbidden", "the token lacks the scope 'read'"),
    404: _documented("No such project for this token.", "not_found", "project 'shop' does not exist"),
    429: _documented(
        "Too many queries of this project at once, or bad tokens from this address.",
        "too_many_queries",
        "the project has 8 queries under way, and more are waiting: ask fewer at a time",
    ),
    500: _documented("The query failed.", "query_limit", "the query exceeds its limit of time; reduce range or filter"),
    503: _documented("Try again later.", "unavailable", "the store is overloaded"),
}
