"""Answers that are computed at most once in a while and shared by all callers, and by all replicas of the server."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from fastapi import Request

from footfall.api.query_limiter import gone
from footfall.clock import SECOND, Clock
from footfall.errors import QueryCancelledError, TransientError
from footfall.meta import Answer, Answers

POLL_SECONDS = 0.05

LEASE_SECONDS = 3.0
"""How long a lease holds that is not renewed: its replica counts as dead then."""

Compute = Callable[[], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class CachedAnswer:
    """An answer; `age` in seconds, `hit` where it was not computed for this request."""

    body: bytes
    age: int
    hit: bool


@dataclass
class _Run:
    """The search for one answer, and how many requests wait for it."""

    task: asyncio.Task[tuple[Answer, bool]]
    waiting: int = 0


class AnswerCache:
    """Belongs to one event loop. An answer holds for `seconds` from when it was computed.

    Concurrent misses wait for one computation, in whichever replica it runs; it is cancelled when nobody waits any
    more. A request that has waited `patience` seconds for other replicas fails with TransientError.
    """

    def __init__(self, answers: Answers, clock: Clock, *, seconds: int, patience: float) -> None:
        self.seconds = seconds
        self._answers = answers
        self._clock = clock
        self._lifetime = seconds * SECOND
        self._patience = patience
        self._known: dict[str, Answer] = {}
        self._runs: dict[str, _Run] = {}

    async def get(self, request: Request, key: str, compute: Compute) -> CachedAnswer:
        """The answer under `key`, made by `compute` where none holds.

        Errors of `compute` reach all requests that wait; QueryCancelledError where this client leaves.
        """
        known = self._known.get(key)
        if known and known.fresh(self._clock(), self._lifetime):
            return self._shown(known, hit=True)
        first = key not in self._runs
        if first:
            self._runs[key] = _Run(asyncio.create_task(self._find(key, compute)))
        answer, computed = await self._wait(key, request)
        return self._shown(answer, hit=not (first and computed))

    async def _wait(self, key: str, request: Request) -> tuple[Answer, bool]:
        run = self._runs[key]
        run.waiting += 1
        leaving = asyncio.create_task(gone(request.receive))
        try:
            await asyncio.wait({run.task, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if run.task.done():
                return run.task.result()
            raise QueryCancelledError
        finally:
            leaving.cancel()
            run.waiting -= 1
            if run.task.done() or not run.waiting:
                run.task.cancel()
                if self._runs.get(key) is run:
                    del self._runs[key]

    async def _find(self, key: str, compute: Compute) -> tuple[Answer, bool]:
        """The answer, and whether it was computed here."""
        owner = secrets.token_hex(8)
        deadline = asyncio.get_running_loop().time() + self._patience
        while asyncio.get_running_loop().time() < deadline:
            if answer := await self._fresh(key):
                return self._keep(key, answer), False
            if await self._lease(key, owner):
                answer, computed = await self._leased(key, owner, compute)
                return self._keep(key, answer), computed
            await asyncio.sleep(POLL_SECONDS)
        raise TransientError("another server is still computing this answer")

    async def _lease(self, key: str, owner: str) -> bool:
        until = self._clock() + round(LEASE_SECONDS * SECOND)
        return await asyncio.to_thread(self._answers.claim, key, owner, until)

    async def _renew(self, key: str, owner: str) -> None:
        while True:
            await asyncio.sleep(LEASE_SECONDS / 3)
            with suppress(TransientError):
                await self._lease(key, owner)

    async def _fresh(self, key: str) -> Answer | None:
        answer = await asyncio.to_thread(self._answers.last, key)
        return answer if answer and answer.fresh(self._clock(), self._lifetime) else None

    async def _leased(self, key: str, owner: str, compute: Compute) -> tuple[Answer, bool]:
        """This replica holds the lease and gives it up here: with an answer, without, or since one came just before."""
        kept = False
        renewing = asyncio.create_task(self._renew(key, owner))
        try:
            if answer := await self._fresh(key):
                return answer, False
            body = await compute()
            answer = await asyncio.to_thread(self._answers.keep, key, owner, body)
            kept = True
            return answer, True
        finally:
            renewing.cancel()
            if not kept:
                # Shielded: when this task is cancelled, other replicas must not wait for the lease to expire.
                with suppress(TransientError):
                    await asyncio.shield(asyncio.to_thread(self._answers.release, key, owner))

    def _keep(self, key: str, answer: Answer) -> Answer:
        now = self._clock()
        self._known = {name: known for name, known in self._known.items() if known.fresh(now, self._lifetime)}
        self._known[key] = answer
        return answer

    def _shown(self, answer: Answer, *, hit: bool) -> CachedAnswer:
        age = min(max(self._clock() - answer.computed_at, 0), self._lifetime)
        return CachedAnswer(answer.body, age // SECOND, hit)
