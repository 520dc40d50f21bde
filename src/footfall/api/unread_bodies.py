"""Bodies that are answered before their end: a refusal must reach a client that is still sending."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from footfall.api.bodies import FIRST_BYTES, Message, Receive
from footfall.collect.body import MIB

MAX_DISCARDED = 16 * MIB
DISCARD_SECONDS = 5.0
QUIET_SECONDS = 1.0
"""What is read and thrown away of a body: so many bytes, for so long, until nothing comes any more."""

Send = Callable[[Message], Awaitable[None]]
App = Callable[[Any, Receive, Send], Awaitable[None]]


class UnreadBodies:
    """In front of an application: the answer to a large body waits until the body has been read.

    A connection that closes on a client that is still sending is reset: the client would see that, and not the answer.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _is_large(scope):
            body = _Body(receive, send)
            await self._app(scope, body.receive, body.send)
        else:
            await self._app(scope, receive, send)


def _is_large(scope: Message) -> bool:
    """A small body has come whole before its request is looked at, or comes with the next packet."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            return len(value) >= len(b"%d" % FIRST_BYTES) and value.isdigit() and int(value) > FIRST_BYTES
        if name == b"transfer-encoding":
            return True
    return False


class _Body:
    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
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
        left = MAX_DISCARDED
        with suppress(TimeoutError):
            async with asyncio.timeout(DISCARD_SECONDS):
                while self._comes and left > 0:
                    async with asyncio.timeout(QUIET_SECONDS):
                        message = await self.receive()
                    left -= len(message.get("body", b""))
        self._comes = False
