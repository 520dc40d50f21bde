"""Bodies that FastAPI reads: it takes them whole, before it looks who calls."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable

from fastapi import HTTPException

from footfall.api.bodies import GRACE_SECONDS, Message, Receive
from footfall.collect.body import MIB

MAX_BYTES = MIB // 4

_WITHOUT_BODY = {"GET", "HEAD", "OPTIONS"}

Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


class SmallBodies:
    """In front of an application: 413 for a body over 256 KiB, 408 for one that does not come in time.

    What is sent to a path of `streams` passes as it comes.
    """

    def __init__(self, app: App, streams: Iterable[re.Pattern[str]] = ()) -> None:
        self._app = app
        self._streams = tuple(streams)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        has_body = scope["type"] == "http" and scope["method"] not in _WITHOUT_BODY
        if has_body and not any(pattern.match(scope["path"]) for pattern in self._streams):
            receive = _bounded(receive)
        await self._app(scope, receive, send)


def _bounded(receive: Receive) -> Receive:
    left = MAX_BYTES
    complete = False
    until = asyncio.get_running_loop().time() + GRACE_SECONDS

    async def bounded() -> Message:
        nonlocal left, complete
        try:
            async with asyncio.timeout_at(None if complete else until):
                message = await receive()
        except TimeoutError:
            raise HTTPException(408, f"the body did not come within {GRACE_SECONDS:g} seconds") from None
        left -= len(message.get("body", b""))
        if left < 0:
            raise HTTPException(413, f"the body is larger than {MAX_BYTES / MIB:g} MiB")
        complete = not message.get("more_body")
        return message

    return bounded
