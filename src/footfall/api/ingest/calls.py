"""From an ASGI request to a handler and back, without a framework in between."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from footfall.api.auth import named_project
from footfall.api.bodies import Message, Receive
from footfall.api.ignored import STRICT, headers_of, parameters
from footfall.api.problem import CODED, ErrorShape, Headers, Reply
from footfall.api.state import Collecting
from footfall.collect.intake import Sender
from footfall.collect.unknown import Ignored, Unknown
from footfall.errors import TransientError, UserError
from footfall.model.project import Scope
from footfall.spool.protocol import Key

Scope_ = Message
Send = Callable[[Message], Awaitable[None]]

KEY_CHARS = 255
"""Longest `Idempotency-Key`."""

PARAMETERS = ("project", STRICT)
"""Query parameters of writing endpoints."""

_KEY = b"idempotency-key"
JSON = [(b"content-type", b"application/json")]
_encode = msgspec.json.Encoder().encode


class Call(msgspec.Struct, frozen=True, gc=False):
    """A request whose body is read, unpacked and within its limit."""

    headers: dict[bytes, bytes]  # names in lower case; of several of a name, the last
    body: bytes
    strict: bool = False  # refuses what is not known

    def header(self, name: bytes) -> str:
        return self.headers.get(name, b"").decode("latin-1")


Handler = Callable[[Collecting, Call, Sender], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Route:
    """A writing endpoint: its handler, and the most bytes of its body, packed and unpacked."""

    path: str
    handler: Handler
    body_bytes: int
    errors: ErrorShape = CODED
    idempotent: bool = False  # takes an `Idempotency-Key`


class Public(Protocol):
    """Endpoints of one path that need no token. Never raises."""

    @property
    def path(self) -> str: ...

    @property
    def methods(self) -> Collection[str]: ...

    async def answer(self, collecting: Collecting, scope: Scope_, receive: Receive) -> Reply: ...


async def answer(collecting: Collecting, route: Route, scope: Scope_, receive: Receive) -> Reply:
    """Authenticate, read the body, and call the handler. The token is checked before the body is read."""
    address = admit(collecting, scope)
    lines: Headers = scope["headers"]
    query: bytes = scope["query_string"]
    auth = collecting.auth
    principal = auth.authenticate(lines, query, address, Scope.INGEST)
    project = auth.project(principal, named_project(lines, query))
    strict, unread = parameters(query, PARAMETERS) if query else (False, ())
    headers = dict(lines)
    if not route.idempotent and _KEY in headers:
        unread = _with_key(unread, strict=strict)
    body = await collecting.bodies.read(headers, receive, route.body_bytes, address)
    try:
        agent = headers.get(b"user-agent", b"").decode("latin-1")
        now = collecting.clock()
        sender = Sender(project.number, now, address, agent, project.oldest(now))
        answered = await route.handler(collecting, Call(headers, body.content, strict), sender)
    finally:
        collecting.bodies.release(address, body.held)
    return with_headers(answered, headers_of(unread)) if unread else answered


def _with_key(unread: Ignored, *, strict: bool) -> Ignored:
    """UserError `bad_parameter` where the request is strict: a retry would store its rows twice."""
    if strict:
        raise UserError("bad_parameter", "Idempotency-Key: this endpoint takes none; an event's own event_id is one")
    return (*unread, Unknown(("Idempotency-Key",), ()))


def with_headers(answered: Reply, more: Headers) -> Reply:
    status, headers, body = answered
    return status, [*headers, *more], body


def admit(collecting: Collecting, scope: Scope_) -> str:
    """The address that a request comes from, past trusted proxies; TransientError where the server is stopping."""
    if collecting.lifecycle.stopping:
        raise TransientError("the server is stopping", retry_after=5)
    return collecting.auth.address(scope["client"][0] if scope["client"] else "", scope["headers"])


def idempotency_key(call: Call, sender: Sender, surface: str) -> Key | None:
    """The header's key, separate for each surface; UserError `idempotency_key_too_long`."""
    text = call.header(_KEY)
    if len(text) > KEY_CHARS:
        raise UserError("idempotency_key_too_long", f"Idempotency-Key: more than {KEY_CHARS} characters")
    return Key(sender.project_id, f"{surface}:{text}") if text else None


def reply(status: int, content: dict[str, Any]) -> Reply:
    return status, JSON, _encode(content)
