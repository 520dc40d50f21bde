"""Public endpoints as raw ASGI: any page may call them, so every answer, errors too, says so (CORS)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import msgspec

from footfall.api.ingest.calls import Call, Receive, Scope_, read_body
from footfall.api.problem import Answer, Headers, problem
from footfall.api.services import Services
from footfall.collect.hints import hinted_agent
from footfall.collect.intake import Sender
from footfall.errors import TransientError
from footfall.model.drops import DropReason
from footfall.model.project import Project

OPEN: Headers = [(b"access-control-allow-origin", b"*")]
"""No credentials: there are none."""

_ACCEPTED = (202, [*OPEN, (b"content-type", b"text/plain; charset=utf-8")], b"ok")
_READABLE = (b"access-control-expose-headers", b"X-Footfall-Dropped, x-plausible-dropped")
_DAY = b"86400"


class Visit(msgspec.Struct, frozen=True, gc=False):
    """A public call: its headers and body, its query string, and where it comes from, past trusted proxies."""

    call: Call
    query: bytes
    address: str
    received_at: int

    def header(self, name: bytes) -> str:
        return self.call.header(name)

    def sender(self, project: Project) -> Sender:
        agent = hinted_agent(self.header(b"user-agent"), self.header(b"sec-ch-ua"))
        return Sender(project.number, self.received_at, self.address, agent)


Handler = Callable[[Services, Visit], Awaitable[Answer]]
Failed = Callable[[Exception, str], Answer]


@dataclass(frozen=True, slots=True)
class PublicRoute:
    """One path. `failed` gives errors the shape that its clients know; `head` answers HEAD, without its body."""

    handler: Handler
    body_bytes: int
    failed: Failed = problem
    methods: Sequence[str] = ("POST", "OPTIONS")
    head: Handler | None = None
    preflight: Answer = field(init=False)

    def __post_init__(self) -> None:
        headers = [
            *OPEN,
            (b"access-control-allow-methods", ", ".join(self.methods).encode()),
            (b"access-control-allow-headers", b"Content-Type, x-umami-cache"),
            (b"access-control-max-age", _DAY),
        ]
        object.__setattr__(self, "preflight", (204, headers, b""))

    async def answer(self, services: Services, scope: Scope_, receive: Receive) -> Answer:
        if scope["method"] == "OPTIONS":
            return self.preflight
        if scope["method"] == "HEAD":
            return _without_body(await self._answer(self.head or self.handler, services, scope, receive))
        return await self._answer(self.handler, services, scope, receive)

    async def _answer(self, handler: Handler, services: Services, scope: Scope_, receive: Receive) -> Answer:
        try:
            return await handler(services, await self._visit(services, scope, receive))
        except Exception as error:  # noqa: BLE001 - the boundary: every error becomes an answer
            status, headers, body = self.failed(error, scope["path"])
            return status, [*OPEN, *headers], body

    async def _visit(self, services: Services, scope: Scope_, receive: Receive) -> Visit:
        if services.stopping:
            raise TransientError("the server is stopping", retry_after=5)
        lines: Headers = scope["headers"]
        address = services.auth.address(scope["client"][0] if scope["client"] else "", lines)
        headers = dict(lines)
        body = await read_body(headers, receive, self.body_bytes) if self.body_bytes else b""
        return Visit(Call(headers, body), scope["query_string"], address, services.clock())


def _without_body(answer: Answer) -> Answer:
    status, headers, body = answer
    return status, [*headers, (b"content-length", str(len(body)).encode())], b""


def accepted(reason: DropReason | None) -> Answer:
    """202 `ok`, and why the event is dropped, if it is."""
    if reason is None:
        return _ACCEPTED
    status, headers, body = _ACCEPTED
    return status, [*headers, *dropped(reason)], body


def dropped(reason: DropReason | None) -> Headers:
    """Why nothing is stored, readable by the page's scripts, too; no header where it is stored."""
    return [(b"x-footfall-dropped", reason.encode()), _READABLE] if reason else []
