"""Writing endpoints in /openapi.json: what `FastPaths` answers is documented as any other operation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel

from footfall.api.ingest.calls import Public, Route, answer

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


PROJECT = (
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
"""Parameters of every endpoint whose project is the token's."""

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


def refusals(model: type[BaseModel], *statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses` of a route: these statuses, in the surface's error shape."""
    return {status: {"model": model, "description": _MEANINGS[status]} for status in statuses}


def writing_route(
    router: APIRouter,
    path: str,
    route: Route,
    *,
    body: type[BaseModel],
    status: int,
    response_model: type[BaseModel] | None,
    summary: str,
    description: str,
    examples: Example,
    refusals: dict[int | str, dict[str, Any]],
    ndjson: str = "",
    idempotent: bool = False,
) -> None:
    """Add a writing endpoint; `ndjson` is an example body of lines, where the endpoint takes them.

    `idempotent` endpoints take an `Idempotency-Key`.
    """
    headers = [_ENCODING, _KEY] if idempotent else [_ENCODING]
    content: dict[str, Any] = {
        "application/json": {
            "schema": body.model_json_schema(ref_template="#/components/schemas/{model}"),
            "example": examples.request,
        }
    }
    if ndjson:
        content["application/x-ndjson"] = {"schema": {"type": "string"}, "example": ndjson}
    content["application/json"]["schema"] = _inlined(content["application/json"]["schema"])
    router.add_api_route(
        path,
        _endpoint(route),
        methods=["POST"],
        status_code=status,
        response_model=response_model,
        summary=summary,
        description=description,
        operation_id=path.strip("/").replace("/", "_").replace("-", "_"),
        responses={**refusals, status: _answered(examples.answer)},
        openapi_extra={"requestBody": {"required": True, "content": content}, "parameters": [*PROJECT, *headers]},
    )


def public_route(
    router: APIRouter,
    path: str,
    route: Public,
    *,
    body: type[BaseModel],
    status: int,
    error: type[BaseModel],
    summary: str,
    description: str,
    examples: Example,
    statuses: tuple[int, ...] = (400, 413, 503),
) -> None:
    """Add an endpoint that needs no token in its headers. A text as the example of the answer is `text/plain`."""
    content = {
        "schema": _inlined(body.model_json_schema(ref_template="#/components/schemas/{model}")),
        "example": examples.request,
    }
    answered = PlainTextResponse if isinstance(examples.answer, str) else JSONResponse
    router.add_api_route(
        path,
        _public_endpoint(route),
        methods=["POST"],
        status_code=status,
        response_model=None,
        response_class=answered,
        summary=summary,
        description=description,
        operation_id=path.strip("/").replace("/", "_").replace("-", "_"),
        responses={
            **refusals(error, *statuses),
            status: {"content": {str(answered.media_type): {"example": examples.answer}}},
        },
        openapi_extra={"requestBody": {"required": True, "content": {"application/json": content}}, "security": []},
    )


def _answered(example: Any) -> dict[str, Any]:
    """Nothing where the answer has no body."""
    return {"content": {"application/json": {"example": example}}} if example else {"description": "Stored."}


def _public_endpoint(route: Public) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        status, headers, body = await route.answer(
            request.app.state.services,
            dict(request.scope),
            request._receive,  # noqa: SLF001 - the raw body's source
        )
        return Response(body, status, {name.decode(): value.decode() for name, value in headers})

    return endpoint


def _endpoint(route: Route) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        status, headers, body = await answer(
            request.app.state.services,
            route,
            dict(request.scope),
            request._receive,  # noqa: SLF001 - the raw body's source
        )
        return Response(body, status, {name.decode(): value.decode() for name, value in headers})

    return endpoint


def _inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with its `$defs` put where they are referred to, since a route's extra can't add components."""
    definitions = schema.pop("$defs", {})

    def walk(node: Any) -> Any:
        if isinstance(node, dict):
            if "$ref" in node:
                return walk(definitions[node["$ref"].rpartition("/")[2]])
            return {name: walk(value) for name, value in node.items()}
        return [walk(item) for item in node] if isinstance(node, list) else node

    found: dict[str, Any] = walk(schema)
    return found
