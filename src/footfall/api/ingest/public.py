"""Public endpoints as raw ASGI. Any page may call them: every answer has the CORS header, errors included."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from msgspec.structs import replace

from footfall.api.bodies import Receive
from footfall.api.ignored import HEADER, STRICT, headers_of, parameters
from footfall.api.ingest.calls import Call, Scope_, admit, with_headers
from footfall.api.problem import CODED, Headers, Reply, problem
from footfall.api.state import Collecting
from footfall.collect.hints import hinted_agent
from footfall.collect.intake import Sender
from footfall.collect.unknown import Ignored
from footfall.model.drops import DropReason
from footfall.model.project import Project

OPEN: Headers = [(b"access-control-allow-origin", b"*")]
"""No credentials: there are none."""

_ACCEPTED = (202, [*OPEN, (b"content-type", b"text/plain; charset=utf-8")], b"ok")
_READABLE = (b"access-control-expose-headers", f"X-Footfall-Dropped, x-plausible-dropped, {HEADER}".encode())
_DAY = b"86400"


class PublicCall(Call, frozen=True, gc=False):
    """A public call: beside headers and body its query string, and the address it comes from, past trusted proxies."""

    query: bytes = b""
    address: str = ""
    received_at: int = 0

    def sender(self, project: Project) -> Sender:
        agent = hinted_agent(self.header(b"user-agent"), self.header(b"sec-ch-ua"))
        return Sender(project.number, self.received_at, self.address, agent, project.oldest(self.received_at))


PublicHandler = Callable[[Collecting, PublicCall], Awaitable[Reply]]
Failed = Callable[[Exception, str], Reply]


def coded(error: Exception, path: str) -> Reply:
    """`problem` in the shape of most surfaces."""
    return problem(error, CODED, path)


@dataclass(frozen=True, slots=True)
class PublicRoute:
    """One path. `failed` gives errors the shape that its clients know; `head` answers HEAD, without its body.

    `look` is given the first 64 KiB of a larger body, and raises where no more of it is to be taken.
    """

    path: str
    handler: PublicHandler
    body_bytes: int
    failed: Failed = coded
    methods: Sequence[str] = ("POST", "OPTIONS")
    head: PublicHandler | None = None
    look: Callable[[Collecting, PublicCall, bytes], None] | None = None
    parameters: Sequence[str] | None = (STRICT,)  # of the query; None: left to the handler
    preflight: Reply = field(init=False)

    def __post_init__(self) -> None:
        headers = [
            *OPEN,
            (b"access-control-allow-methods", ", ".join(self.methods).encode()),
            (b"access-control-allow-headers", b"Content-Type, x-umami-cache"),
            (b"access-control-max-age", _DAY),
        ]
        object.__setattr__(self, "preflight", (204, headers, b""))

    async def answer(self, collecting: Collecting, scope: Scope_, receive: Receive) -> Reply:
        if scope["method"] == "OPTIONS":
            return self.preflight
        if scope["method"] == "HEAD":
            return _without_body(await self._answer(self.head or self.handler, collecting, scope, receive))
        return await self._answer(self.handler, collecting, scope, receive)

    async def _answer(self, handler: PublicHandler, collecting: Collecting, scope: Scope_, receive: Receive) -> Reply:
        try:
            unread: Ignored = ()
            strict = False
            if scope["query_string"] and self.parameters is not None:
                strict, unread = parameters(scope["query_string"], self.parameters)
            call = self._call(collecting, scope, strict=strict)
            if self.body_bytes:
                answered = await self._with_body(handler, collecting, call, receive)
            else:
                answered = await handler(collecting, call)
            return with_headers(answered, readable(unread))
        except Exception as error:  # noqa: BLE001 - the boundary: every error becomes an answer
            status, headers, body = self.failed(error, scope["path"])
            return status, [*OPEN, *headers], body

    async def _with_body(
        self, handler: PublicHandler, collecting: Collecting, call: PublicCall, receive: Receive
    ) -> Reply:
        look = None if self.look is None else partial(self.look, collecting, call)
        body = await collecting.bodies.read(call.headers, receive, self.body_bytes, call.address, look)
        try:
            received = replace(call, body=body.content, received_at=collecting.clock())
            return await handler(collecting, received)
        finally:
            collecting.bodies.release(call.address, body.held)

    def _call(self, collecting: Collecting, scope: Scope_, *, strict: bool) -> PublicCall:
        address = admit(collecting, scope)
        return PublicCall(dict(scope["headers"]), b"", strict, scope["query_string"], address, collecting.clock())


def _without_body(answer: Reply) -> Reply:
    status, headers, body = answer
    return status, [*headers, (b"content-length", str(len(body)).encode())], b""


def accepted(reason: DropReason | None) -> Reply:
    """202 `ok`, with the reason where the event is dropped."""
    if reason is None:
        return _ACCEPTED
    status, headers, body = _ACCEPTED
    return status, [*headers, *dropped(reason)], body


def readable(ignored: Ignored) -> Headers:
    """The names that are not known, readable by the page's scripts, too; no header where there is none."""
    return [*headers_of(ignored), _READABLE] if ignored else []


def dropped(reason: DropReason | None) -> Headers:
    """Why nothing is stored, readable by the page's scripts, too; no header where it is stored."""
    return [(b"x-footfall-dropped", reason.encode()), _READABLE] if reason else []
