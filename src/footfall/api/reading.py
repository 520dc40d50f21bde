"""Questions under way: how many a project may have, and what ends one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from fastapi import Request

from footfall.errors import TransientError, UserError
from footfall.model.project import Project
from footfall.store.protocol import Reader, Reading, Store

Answer = TypeVar("Answer")

WAIT_SECONDS = 2.0
"""How long a question waits for its place."""

LINE = 8
"""How many questions may wait for each one that may run."""


@dataclass
class _Line:
    """One project's. `here` counts who runs and who waits."""

    free: asyncio.Semaphore
    here: int = 0


class Questions:
    """Lends readers to questions, on the event loop: at most `most` of one project at a time.

    A further one waits for a while, without a thread, in a line of bounded length; then it is refused with
    UserError(`too_many_queries`).
    """

    def __init__(self, store: Store, most: int, wait: float = WAIT_SECONDS) -> None:
        self._store = store
        self._most = most
        self._wait = wait
        self._lines: dict[int, _Line] = {}
        self._under_way: set[Reading] = set()
        self._stopped = False

    @asynccontextmanager
    async def asked(self, request: Request, project: Project) -> AsyncIterator[Reader]:
        """A reader for the answer to a request; what it asks ends when the client leaves."""
        async with self._lent(project.number, self._wait, request) as reading:
            yield reading

    async def ask(
        self, project: int, question: Callable[[Reader], Answer], wait: float | None = None, *, request: Request | None
    ) -> Answer:
        """One question of a longer answer, on a thread.

        What it asks ends when this task is cancelled, and, with `request`, when the client leaves. While a streamed
        response watches its client itself, nobody else may.
        """
        async with self._lent(project, self._wait if wait is None else wait, request) as reading:
            return await asyncio.to_thread(question, reading)

    def stop(self) -> None:
        """Refuse further questions and end those under way."""
        self._stopped = True
        for reading in self._under_way:
            reading.cancel()

    @asynccontextmanager
    async def _lent(self, project: int, wait: float, request: Request | None) -> AsyncIterator[Reading]:
        async with self._reading(project) as reading, _watched(request, reading), self._place(project, wait):
            yield reading

    @asynccontextmanager
    async def _reading(self, project: int) -> AsyncIterator[Reading]:
        if self._stopped:
            raise TransientError("the server is stopping")
        reading = self._store.reading(project)
        self._under_way.add(reading)
        try:
            yield reading
        except asyncio.CancelledError:
            reading.cancel()
            raise
        finally:
            self._under_way.discard(reading)

    @asynccontextmanager
    async def _place(self, project: int, wait: float) -> AsyncIterator[None]:
        line = self._lines.setdefault(project, _Line(asyncio.Semaphore(self._most)))
        if line.here >= self._most * (1 + LINE):
            raise self._refusal()
        line.here += 1
        try:
            await self._enter(line, wait)
            try:
                yield
            finally:
                line.free.release()
        finally:
            line.here -= 1
            if not line.here:
                del self._lines[project]

    async def _enter(self, line: _Line, wait: float) -> None:
        try:
            async with asyncio.timeout(wait):
                await line.free.acquire()
        except TimeoutError:
            raise self._refusal() from None

    def _refusal(self) -> UserError:
        message = f"the project has {self._most} queries under way, and more are waiting: ask fewer at a time"
        return UserError("too_many_queries", message, retry_after=1)


@asynccontextmanager
async def _watched(request: Request | None, reading: Reading) -> AsyncIterator[None]:
    watching = asyncio.create_task(_watch(request, reading)) if request else None
    try:
        yield
    finally:
        if watching:
            watching.cancel()


async def _watch(request: Request, reading: Reading) -> None:
    await gone(request)
    reading.cancel()


async def gone(request: Request) -> None:
    """Until the client leaves. Nobody else may wait for the request's messages."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
