"""From an ASGI request to a handler and back, without a framework in between."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

import msgspec

from footfall.api.auth import named_project
from footfall.api.problem import Answer, problem
from footfall.api.services import Services
from footfall.collect.address import client_address
from footfall.collect.body import too_large, unpack
from footfall.collect.intake import Sender
from footfall.errors import TransientError, UserError
from footfall.model.project import Scope

Headers = list[tuple[bytes, bytes]]
Message = MutableMapping[str, Any]
Scope_ = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope_, Receive, Send], Awaitable[None]]

_JSON = [(b"content-type", b"application/json")]
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Call:
    """A request whose body is read, unpacked and within its limit; header names are in lower case."""

    path: str
    headers: Headers
    query: bytes
    peer: str
    body: bytes

    def header(self, name: bytes) -> str:
        return _header(self.headers, name)


Handler = Callable[[Services, Call, Sender], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Route:
    """A writing endpoint: who answers, and the most bytes of its body, packed and unpacked."""

    handler: Handler
    body_bytes: int


class FastPaths:
    """Answers the writing endpoints itself and hands everything else on."""

    def __init__(self, app: App, services: Callable[[], Services], routes: Mapping[str, Route]) -> None:
        self._app = app
        self._services = services
        self._routes = routes

    async def __call__(self, scope: Scope_, receive: Receive, send: Send) -> None:
        route = self._routes.get(scope["path"]) if scope["type"] == "http" and scope["method"] == "POST" else None
        if route is None:
            await self._app(scope, receive, send)
            return
        try:
            status, headers, body = await answer(self._services(), route, scope, receive)
        except Exception as error:  # noqa: BLE001 - the boundary: every error becomes an answer
            status, headers, body = problem(error, scope["path"])
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


async def answer(services: Services, route: Route, scope: Scope_, receive: Receive) -> Answer:
    """Authenticate, read the body, and ask the handler. The token is looked at before the body is read."""
    if services.stopping:
        raise TransientError("the server is stopping", retry_after=5)
    headers: Headers = scope["headers"]
    peer = scope["client"][0] if scope["client"] else ""
    address = client_address(peer, headers, services.settings.trusted_proxies)
    principal = services.auth.authenticate(headers, scope["query_string"], address, Scope.INGEST)
    project = services.auth.project(principal, named_project(headers, scope["query_string"]))
    body = await _read(headers, receive, route.body_bytes)
    sender = Sender(project.number, services.clock(), address, _header(headers, b"user-agent"))
    return await route.handler(services, Call(scope["path"], headers, scope["query_string"], peer, body), sender)


def reply(status: int, content: dict[str, Any]) -> Answer:
    return status, _JSON, _encode(content)


async def _read(headers: Headers, receive: Receive, limit: int) -> bytes:
    length = _header(headers, b"content-length")
    if length.isdigit() and int(length) > limit:
        raise too_large(limit)
    message = await receive()
    body: bytes = message.get("body", b"")
    if message.get("more_body"):
        body = await _rest(body, receive, limit)
    if len(body) > limit:
        raise too_large(limit)
    encoding = _header(headers, b"content-encoding")
    return unpack(body, encoding, limit) if encoding else body


async def _rest(body: bytes, receive: Receive, limit: int) -> bytes:
    parts = [body]
    size = len(body)
    while size <= limit:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise UserError("bad_body", "the client went away before its body ended")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if not message.get("more_body"):
            break
    return b"".join(parts)


def _header(headers: Headers, name: bytes) -> str:
    for key, value in headers:
        if key == name:
            return value.decode("latin-1")
    return ""
