"""Answers that several clients ask for at once, computed for all of them together: one dashboard on many screens."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass, field
from functools import partial

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from footfall.api.query_limiter import gone

_BODY = frozenset({b"content-length", b"transfer-encoding"})
_TELLING = frozenset({b"x-project"})
"""The headers that answers depend on, beside those that say who calls."""


@dataclass
class _Turn:
    """One computation, for all who asked before it began."""

    scope: Scope
    task: asyncio.Task[Sequence[Message]] = field(init=False)
    _waiting: int = 0
    _left: asyncio.Event = field(default_factory=asyncio.Event)  # set while nobody waits

    async def all_left(self) -> Message:
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def answer(self, receive: Receive) -> Sequence[Message]:
        """The answer, also for a client that leaves before: its request is under way until the computation ends."""
        self._waiting += 1
        self._left.clear()
        leaving = asyncio.create_task(gone(receive))
        try:
            await asyncio.wait({self.task, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            self._waiting -= 1
            if not self._waiting:
                self._left.set()
        return await asyncio.shield(self.task)


@dataclass
class _Line:
    """Who asks the same: `now` holds while it is computed, `next` is the turn of those who asked since."""

    now: asyncio.Lock = field(default_factory=asyncio.Lock)
    next: _Turn | None = None


class SharedAnswers:
    """In front of an application, on one event loop; shares the answers to `GET` at `paths`, which must not stream.

    Equal requests of callers with equal rights are answered one after the other, and those that come meanwhile get the
    next answer, all the same one. So every client gets what was computed after it asked, and however many ask the same,
    one answer is computed at a time. It ends when its last client leaves.

    `caller` says who a request comes from, as far as that is known without a look-up, else None: then it is answered
    by itself.
    """

    def __init__(
        self, app: ASGIApp, paths: Collection[re.Pattern[str]], caller: Callable[[Scope], Hashable | None]
    ) -> None:
        self._app = app
        self._paths = paths
        self._caller = caller
        self._lines: dict[Hashable, _Line] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = self._key(scope)
        if key is None:
            await self._app(scope, receive, send)
            return
        line = self._lines.setdefault(key, _Line())
        own = line.next is None
        turn = line.next or self._begin(key, line, scope)
        messages = await turn.answer(receive)
        if not own and _refuses_credentials(messages):
            await self._app(scope, _after_body(receive), send)  # those of another client
            return
        scope.update((name, value) for name, value in turn.scope.items() if name not in scope)  # the route, for one
        for message in messages:
            await send(message)

    def _key(self, scope: Scope) -> Hashable | None:
        """What the answer depends on; None where it is not shared."""
        if scope["type"] != "http" or scope["method"] != "GET":
            return None
        if not any(pattern.match(scope["path"]) for pattern in self._paths):
            return None
        caller = self._caller(scope)
        if caller is None or any(name in _BODY for name, _ in scope["headers"]):
            return None
        told = tuple(header for header in scope["headers"] if header[0] in _TELLING)
        return caller, scope["path"], scope.get("root_path", ""), scope["query_string"], told

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
            await self._app(turn.scope, _after_body(turn.all_left), keep)
        return found

    def _end(self, key: Hashable, line: _Line, task: asyncio.Task[Sequence[Message]]) -> None:
        if not task.cancelled():
            task.exception()  # of which asyncio would complain where no client waited for it
        if line.next is None and not line.now.locked() and self._lines.get(key) is line:
            del self._lines[key]


def _refuses_credentials(messages: Sequence[Message]) -> bool:
    status = messages[0]["status"] if messages else 0
    return status == 401 or (status == 429 and any(b"rate_limited" in message.get("body", b"") for message in messages))


def _after_body(receive: Receive) -> Receive:
    """A body without a byte, then what `receive` gives: an endpoint reads both."""
    read = False

    async def next_message() -> Message:
        nonlocal read
        if read:
            return await receive()
        read = True
        return {"type": "http.request", "body": b"", "more_body": False}

    return next_message
