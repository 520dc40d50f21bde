"""Answers that several clients ask for at once, computed for all of them together: one dashboard on many screens."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass, field
from functools import partial

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from footfall.api.query_limiter import gone

_TELL_NOTHING = frozenset(
    {
        *(b"accept", b"accept-encoding", b"accept-language", b"cache-control", b"connection", b"pragma", b"priority"),
        *(b"referer", b"user-agent", b"dnt", b"sec-gpc", b"x-request-id", b"traceparent", b"tracestate"),
        *(b"forwarded", b"via", b"x-real-ip", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-port"),
    }
)
"""Headers that no answer depends on. Every other one does, as far as is known here: credentials above all."""

_BODY = frozenset({b"content-length", b"transfer-encoding"})


@dataclass
class _Turn:
    """One computation, for all who asked before it began."""

    scope: Scope
    task: asyncio.Task[Sequence[Message]] = field(init=False)
    waiting: int = 0
    _left: asyncio.Event = field(default_factory=asyncio.Event)  # set while nobody waits
    _read: bool = False

    async def receive(self) -> Message:
        """What an endpoint reads: a body without a byte, and that its client left when all of them have."""
        if not self._read:
            self._read = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def ended(self, receive: Receive) -> bool:
        """Waits for the answer; False where the client of `receive` leaves first."""
        self.waiting += 1
        self._left.clear()
        leaving = asyncio.create_task(gone(receive))
        try:
            await asyncio.wait({self.task, leaving}, return_when=asyncio.FIRST_COMPLETED)
            return self.task.done()
        finally:
            leaving.cancel()
            self.waiting -= 1
            if not self.waiting:
                self._left.set()


@dataclass
class _Line:
    """Who asks the same: `now` holds while it is computed, `next` is the turn of those who asked since."""

    now: asyncio.Lock = field(default_factory=asyncio.Lock)
    next: _Turn | None = None


class SharedAnswers:
    """In front of an application, on one event loop; shares the answers to `GET` at `paths`, which must not stream.

    Equal requests are answered one after the other, and those that come meanwhile get the next answer, all the same
    one. So every client gets what was computed after it asked, and however many ask the same, one answer is computed at
    a time. It ends when its last client leaves.
    """

    def __init__(self, app: ASGIApp, paths: Collection[re.Pattern[str]]) -> None:
        self._app = app
        self._paths = paths
        self._lines: dict[Hashable, _Line] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = self._key(scope)
        if key is None:
            await self._app(scope, receive, send)
            return
        line = self._lines.setdefault(key, _Line())
        turn = line.next or self._begin(key, line, scope)
        if await turn.ended(receive):
            scope.update((name, value) for name, value in turn.scope.items() if name not in scope)  # the route, for one
            for message in turn.task.result():
                await send(message)

    def _key(self, scope: Scope) -> Hashable | None:
        """What the answer depends on; None where it is not shared."""
        if scope["type"] != "http" or scope["method"] != "GET":
            return None
        names = {name for name, _ in scope["headers"]}
        if not names.isdisjoint(_BODY) or not any(pattern.match(scope["path"]) for pattern in self._paths):
            return None
        told = [(name, value) for name, value in scope["headers"] if name not in _TELL_NOTHING]
        return scope["path"], scope.get("root_path", ""), scope["query_string"], scope.get("scheme"), tuple(told)

    def _begin(self, key: Hashable, line: _Line, scope: Scope) -> _Turn:
        turn = line.next = _Turn(dict(scope))
        turn.task = asyncio.create_task(self._compute(line, turn))
        turn.task.add_done_callback(partial(self._end, key, line))
        return turn

    async def _compute(self, line: _Line, turn: _Turn) -> Sequence[Message]:
        found: list[Message] = []

        async def keep(message: Message) -> None:
            found.append(message)

        async with line.now:
            line.next = None
            if turn.waiting:
                await self._app(turn.scope, turn.receive, keep)
        return found

    def _end(self, key: Hashable, line: _Line, task: asyncio.Task[Sequence[Message]]) -> None:
        if not task.cancelled():
            task.exception()  # of which asyncio would complain where nobody waited for it
        if line.next is None and not line.now.locked() and self._lines.get(key) is line:
            del self._lines[key]
