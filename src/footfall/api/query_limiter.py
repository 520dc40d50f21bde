"""Limits the queries of each project, and ends those whose callers have left."""

from __future__ import annotations

import asyncio
import contextvars
from collections import Counter
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from fastapi import Request
from starlette.types import Receive

from footfall.api.repeating import attempt_of
from footfall.errors import OvertakenError, TransientError, UserError
from footfall.model.project import Project
from footfall.store.gate import AnswerGate, BatchGate
from footfall.store.protocol import Reader, Reading, Store

Found = TypeVar("Found")

WAIT_SECONDS = 10.0
"""How long a query waits for its turn."""

THREADS = 16
"""Queries of longer answers that wait for the store at once."""

STREAMS = 12
STREAMS_OF_PROJECT = 3
"""Answers that are streamed at once, in all and of one project: each holds a page of its rows."""

QUEUED_PER_RUNNING = 8
"""How many queries may wait for each one that may run."""


@dataclass
class _Queue:
    """One project's. `admitted` counts the queries that run and those that wait."""

    free: asyncio.Semaphore
    admitted: int = 0


class QueryLimiter:
    """Lends readers to queries, on the event loop: to at most `limit` of one project at a time.

    A further query waits for a while, without a thread, in a queue of bounded length; then it is refused with
    UserError(`too_many_queries`).
    """

    def __init__(self, store: Store, limit: int, wait: float = WAIT_SECONDS, *, gate: AnswerGate | None = None) -> None:
        self._store = store
        self._gate: AnswerGate = gate or BatchGate()
        self._limit = limit
        self._wait = wait
        self._queues: dict[int, _Queue] = {}
        self._under_way: set[Reading] = set()
        self._streams: Counter[int] = Counter()
        self._threads = ThreadPoolExecutor(THREADS, "query")
        self._stopped = False

    @asynccontextmanager
    async def reader(self, request: Request, project: Project) -> AsyncIterator[Reader]:
        """A reader for the answer to a request; its queries end when the client leaves."""
        async with self._lent(project.number, self._wait, request) as reading:
            with self._gate.answer(reading, project.number, attempt_of(request.scope)) as gated:
                yield gated

    async def run(
        self, project: int, query: Callable[[Reader], Found], wait: float | None = None, *, request: Request | None
    ) -> Found:
        """One query of a longer answer, on a thread; it may be about `ALL_PROJECTS`.

        It ends when this task is cancelled, and, with `request`, when the client leaves. A streamed response watches
        its client itself: then nothing else may, and `request` is None.
        """
        async with self._lent(project, self._wait if wait is None else wait, request) as reading:
            attempt = 0
            while True:
                attempt += 1
                with suppress(OvertakenError), self._gate.answer(reading, project, attempt) as gated:
                    return await self.on_thread(partial(query, gated))

    @asynccontextmanager
    async def stream(self, project: int) -> AsyncIterator[Reading]:
        """A reader for an answer that goes out bit by bit: it has one of the project's turns until it ends.

        Clients decide how long that takes, so no batch waits for it, and there are few: UserError(`too_many_queries`)
        where others are under way.
        """
        if self._streams.total() >= STREAMS or self._streams[project] >= STREAMS_OF_PROJECT:
            raise UserError("too_many_queries", "too many exports are under way: wait until one ends", retry_after=10)
        self._streams[project] += 1
        try:
            async with self._lent(project, self._wait, None) as reading:
                yield reading
        finally:
            self._streams -= Counter((project,))  # which drops it at 0

    async def on_thread(self, work: Callable[[], Found]) -> Found:
        """The result of `work`, on a thread for queries alone."""
        context = contextvars.copy_context()
        return await asyncio.get_running_loop().run_in_executor(self._threads, context.run, work)

    def stop(self) -> None:
        """Refuse further queries and end those under way."""
        self._stopped = True
        for reading in self._under_way:
            reading.cancel()

    @asynccontextmanager
    async def _lent(self, project: int, wait: float, request: Request | None) -> AsyncIterator[Reading]:
        async with self._reading(project) as reading, watched(request, reading), self._turn(project, wait):
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
    async def _turn(self, project: int, wait: float) -> AsyncIterator[None]:
        queue = self._queues.setdefault(project, _Queue(asyncio.Semaphore(self._limit)))
        if queue.admitted >= self._limit * (1 + QUEUED_PER_RUNNING):
            raise self._refusal()
        queue.admitted += 1
        try:
            await self._enter(queue, wait)
            try:
                yield
            finally:
                queue.free.release()
        finally:
            queue.admitted -= 1
            if not queue.admitted:
                del self._queues[project]

    async def _enter(self, queue: _Queue, wait: float) -> None:
        try:
            async with asyncio.timeout(wait):
                await queue.free.acquire()
        except TimeoutError:
            raise self._refusal() from None

    def _refusal(self) -> UserError:
        message = f"the project has {self._limit} queries under way, and more are waiting: ask fewer at a time"
        return UserError("too_many_queries", message, retry_after=1)


@asynccontextmanager
async def watched(request: Request | None, reading: Reading) -> AsyncIterator[None]:
    """End the reading's queries when the request's client leaves."""
    watching = asyncio.create_task(_watch(request, reading)) if request else None
    try:
        yield
    finally:
        if watching:
            watching.cancel()


async def _watch(request: Request, reading: Reading) -> None:
    await gone(request.receive)
    reading.cancel()


async def gone(receive: Receive) -> None:
    """Until the client leaves. Nothing else may wait for the request's messages."""
    while (await receive())["type"] != "http.disconnect":
        pass
