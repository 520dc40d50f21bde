"""Answers that are computed once in a while, for everyone: by one replica, in one task."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from fastapi import Request

from footfall.api.reading import gone
from footfall.clock import SECOND, Clock
from footfall.errors import QueryCancelledError, TransientError
from footfall.meta import Answer, Answers

POLL_SECONDS = 0.05

LEASE_SECONDS = 3.0
"""How long a claim holds that is not prolonged: its replica is taken for dead then."""

Compute = Callable[[], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class Given:
    """An answer; `age` in seconds, `hit` where it was not computed for this request."""

    body: bytes
    age: int
    hit: bool


@dataclass
class _Run:
    """The search for one answer, and how many wait for it."""

    task: asyncio.Task[tuple[Answer, bool]]
    waiting: int = 0


class Window:
    """Belongs to one event loop. An answer holds for `seconds` from when it was computed.

    Concurrent misses wait for one computation, in whichever replica it runs; it ends when nobody waits any more.
    Whoever has waited `patience` seconds for other replicas is told to try again.
    """

    def __init__(self, answers: Answers, clock: Clock, *, seconds: int, patience: float) -> None:
        self.seconds = seconds
        self._answers = answers
        self._clock = clock
        self._window = seconds * SECOND
        self._patience = patience
        self._known: dict[str, Answer] = {}
        self._runs: dict[str, _Run] = {}

    async def ask(self, request: Request, key: str, compute: Compute) -> Given:
        """The answer under `key`, by `compute` where there is none that holds.

        Errors of `compute` reach all who wait; QueryCancelledError where this client leaves.
        """
        known = self._known.get(key)
        if known and known.fresh(self._clock(), self._window):
            return self._given(known, hit=True)
        first = key not in self._runs
        if first:
            self._runs[key] = _Run(asyncio.create_task(self._find(key, compute)))
        answer, computed = await self._wait(key, request)
        return self._given(answer, hit=not (first and computed))

    async def _wait(self, key: str, request: Request) -> tuple[Answer, bool]:
        run = self._runs[key]
        run.waiting += 1
        leaving = asyncio.create_task(gone(request))
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
            if await self._claim(key, owner):
                answer, computed = await self._claimed(key, owner, compute)
                return self._keep(key, answer), computed
            await asyncio.sleep(POLL_SECONDS)
        raise TransientError("another server is still computing this answer")

    async def _claim(self, key: str, owner: str) -> bool:
        until = self._clock() + round(LEASE_SECONDS * SECOND)
        return await asyncio.to_thread(self._answers.claim, key, owner, until)

    async def _prolong(self, key: str, owner: str) -> None:
        while True:
            await asyncio.sleep(LEASE_SECONDS / 3)
            with suppress(TransientError):
                await self._claim(key, owner)

    async def _fresh(self, key: str) -> Answer | None:
        answer = await asyncio.to_thread(self._answers.last, key)
        return answer if answer and answer.fresh(self._clock(), self._window) else None

    async def _claimed(self, key: str, owner: str, compute: Compute) -> tuple[Answer, bool]:
        """The claim is ours, and ends here: with an answer, without one, or because one came just before it."""
        kept = False
        prolonging = asyncio.create_task(self._prolong(key, owner))
        try:
            if answer := await self._fresh(key):
                return answer, False
            body = await compute()
            answer = await asyncio.to_thread(self._answers.keep, key, owner, body)
            kept = True
            return answer, True
        finally:
            prolonging.cancel()
            if not kept:
                # Shielded: whoever waits elsewhere must not wait for the claim to run out when this one is cancelled.
                with suppress(TransientError):
                    await asyncio.shield(asyncio.to_thread(self._answers.release, key, owner))

    def _keep(self, key: str, answer: Answer) -> Answer:
        now = self._clock()
        self._known = {name: known for name, known in self._known.items() if known.fresh(now, self._window)}
        self._known[key] = answer
        return answer

    def _given(self, answer: Answer, *, hit: bool) -> Given:
        age = min(max(self._clock() - answer.computed_at, 0), self._window)
        return Given(answer.body, age // SECOND, hit)
