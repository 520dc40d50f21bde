"""Bodies that are answered before their end: a refusal must reach a client that is still sending."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from footfall.api.bodies import Message, Receive
from footfall.collect.body import MIB

MAX_DISCARDED = 16 * MIB
DISCARD_SECONDS = 5.0
QUIET_SECONDS = 1.0
"""What is read and thrown away of a body: so many bytes, for so long, until nothing comes any more."""

BYTES_A_SECOND = 16 * MIB
"""How much is thrown away of all bodies together, once `MAX_DISCARDED` have been at once: whoever is refused sends no
faster, and takes no more of the event loop."""

Send = Callable[[Message], Awaitable[None]]
App = Callable[[Any, Receive, Send], Awaitable[None]]


class UnreadBodies:
    """In front of an application: an answer waits until the body of its request has been read.

    A connection that closes on a client that is still sending is reset: the client would see that, and not the answer.
    With a body that comes after its head, the server closes the connection after the answer without saying so, and what
    the client sends next has none.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._pace = Pace(BYTES_A_SECOND, MAX_DISCARDED)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _has_body(scope):
            body = _Body(receive, send, self._pace)
            await self._app(scope, body.receive, body.send)
        else:
            await self._app(scope, receive, send)


def _has_body(scope: Message) -> bool:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return bool(value.isdigit() and value != b"0")
        if name == b"transfer-encoding":
            return True
    return False


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
    def __init__(self, receive: Receive, send: Send, pace: Pace) -> None:
        self._receive = receive
        self._send = send
        self._pace = pace
        self._comes = True

    async def receive(self) -> Message:
        message = await self._receive()
        self._comes = bool(message.get("more_body"))
        return message

    async def send(self, message: Message) -> None:
        if self._comes:
            await self._discard()
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
                    await self._pace.keep(size)
        self._comes = False
