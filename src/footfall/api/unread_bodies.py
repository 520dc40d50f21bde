"""Bodies that are answered before their end: a refusal must reach a client that is still sending."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from math import inf
from typing import Any

from footfall.api.bodies import FIRST_BYTES, Message, Receive
from footfall.api.problem import Headers
from footfall.collect.body import MIB

MAX_DISCARDED = 16 * MIB
DISCARD_SECONDS = 5.0
QUIET_SECONDS = 1.0
"""What is read and thrown away of a body: so many bytes, for so long, until nothing comes any more."""

BYTES_A_SECOND = 16 * MIB
"""How much is thrown away of all large bodies together, once `MAX_DISCARDED` have been at once: senders who are refused
go no faster, and take no more of the event loop."""

Send = Callable[[Message], Awaitable[None]]
App = Callable[[Any, Receive, Send], Awaitable[None]]


class UnreadBodies:
    """In front of an application: an answer waits until the body of its request has been read.

    A connection that closes on a client that is still sending is reset: the client would see that, and not the answer.
    With a body that comes after its head, the server closes the connection after the answer without saying so, and what
    the client sends next has none. Where the rest does not come, or was not asked for yet (`Expect: 100-continue`), the
    answer says that the connection closes.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._pace = Pace(BYTES_A_SECOND, MAX_DISCARDED)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        size = _size(scope["headers"]) if scope["type"] == "http" else 0
        if size:
            body = _Body(scope["headers"], size, receive, send, self._pace)
            await self._app(scope, body.receive, body.send)
        else:
            await self._app(scope, receive, send)


def _size(headers: Headers) -> float:
    """How many bytes the body has; infinite where the head doesn't say."""
    for name, value in headers:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
        if name == b"transfer-encoding":
            return inf
    return 0


class Pace:
    """So many bytes a second for all who share it, beyond so many at once. Belongs to one event loop."""

    def __init__(self, bytes_a_second: float, at_once: int) -> None:
        self._rate = bytes_a_second
        self._ahead = at_once / bytes_a_second
        self._due = 0.0  # until when what has come would have taken at this rate

    async def keep(self, size: int) -> None:
        """Return once as many bytes more are within the pace."""
        now = asyncio.get_running_loop().time()
        self._due = max(self._due, now) + size / self._rate
        if self._due > now + self._ahead:
            await asyncio.sleep(self._due - now - self._ahead)


class _Body:
    def __init__(self, headers: Headers, size: float, receive: Receive, send: Send, pace: Pace) -> None:
        self._headers = headers
        self._receive = receive
        self._send = send
        self._pace = pace
        self._large = size > FIRST_BYTES
        self._left = size
        self._comes = True
        self._asked = False

    async def receive(self) -> Message:
        self._asked = True
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        # The server sets `more_body` on complete bodies, too; to wait for an empty part costs an iteration of the loop.
        self._comes = message["more_body"] = bool(message.get("more_body")) and self._left > 0
        return message

    async def send(self, message: Message) -> None:
        if self._comes:
            if self._asked or not any(name == b"expect" for name, _ in self._headers):
                await self._discard()
            if self._comes:
                self._comes = False
                message = {**message, "headers": [*message.get("headers", ()), (b"connection", b"close")]}
        await self._send(message)

    async def _discard(self) -> None:
        clock = asyncio.get_running_loop().time
        end, left = clock() + DISCARD_SECONDS, MAX_DISCARDED
        with suppress(TimeoutError):
            async with asyncio.timeout_at(end) as limit:
                while self._comes and left > 0:
                    limit.reschedule(min(end, clock() + QUIET_SECONDS))
                    size = len((await self.receive()).get("body", b""))
                    left -= size
                    limit.reschedule(end)
                    if self._large:
                        await self._pace.keep(size)
