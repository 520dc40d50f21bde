"""One answer for everyone, for ten seconds: one computation, whoever asks, in whichever replica."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from footfall.api import answer_cache
from footfall.api.answer_cache import AnswerCache, CachedAnswer
from footfall.clock import system_clock
from footfall.errors import QueryCancelledError, TransientError, UserError
from footfall.meta import MemoryAnswers

NOW = 1_780_000_000_000


class Clock:
    now = NOW

    def __call__(self) -> int:
        return self.now


@dataclass
class Client:
    """A request; `leave` is what a server tells of its client."""

    left: asyncio.Event = field(default_factory=asyncio.Event)

    async def receive(self) -> dict[str, str]:
        await self.left.wait()
        return {"type": "http.disconnect"}


@dataclass
class Work:
    """A computation that takes until it is let go, counts its runs, and says how it ended."""

    go: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    runs: int = 0
    cancelled: int = 0
    error: Exception | None = None

    async def __call__(self) -> bytes:
        self.runs += 1
        self.begun.set()
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.error:
            raise self.error
        return f"answer {self.runs}".encode()


def run(scene: Callable[[Clock, AnswerCache, Work], Awaitable[None]]) -> None:
    async def play() -> None:
        clock = Clock()
        await scene(clock, AnswerCache(MemoryAnswers(clock), clock, seconds=10, patience=30), Work())

    asyncio.run(play())


def test_concurrent_misses_compute_once():
    async def scene(_: Clock, cache: AnswerCache, work: Work) -> None:
        asked = [asyncio.create_task(cache.get(Client(), "k", work)) for _ in range(5)]
        await work.begun.wait()
        work.go.set()
        given = await asyncio.gather(*asked)
        assert work.runs == 1
        assert given == [CachedAnswer(b"answer 1", 0, hit=number > 0) for number in range(5)]

    run(scene)


def test_an_answer_ages_and_is_computed_again_after_ten_seconds():
    async def scene(clock: Clock, cache: AnswerCache, work: Work) -> None:
        work.go.set()
        seen = []
        for later in (0, 1_999, 9_999, 10_000):
            clock.now = NOW + later
            given = await cache.get(Client(), "k", work)
            seen.append((given.body, given.age, given.hit))
        assert seen == [
            (b"answer 1", 0, False),
            (b"answer 1", 1, True),
            (b"answer 1", 9, True),
            (b"answer 2", 0, False),
        ]

    run(scene)


def test_keys_are_apart():
    async def scene(_: Clock, cache: AnswerCache, work: Work) -> None:
        work.go.set()
        given = [await cache.get(Client(), key, work) for key in ("k", "l")]
        assert [one.hit for one in given] == [False, False]

    run(scene)


def test_replicas_share_answers_and_computations():
    async def scene() -> None:
        clock, work = Clock(), Work()
        answers = MemoryAnswers(clock)
        one, other = (AnswerCache(answers, clock, seconds=10, patience=30) for _ in range(2))
        first = asyncio.create_task(one.get(Client(), "k", work))
        await work.begun.wait()
        second = asyncio.create_task(other.get(Client(), "k", work))
        await asyncio.sleep(0.1)
        work.go.set()
        assert [(await first).hit, (await second).hit] == [False, True]
        third = await AnswerCache(answers, clock, seconds=10, patience=30).get(Client(), "k", work)
        assert (third.hit, work.runs) == (True, 1)

    asyncio.run(scene())


def test_a_replica_that_died_is_not_waited_for():
    async def scene() -> None:
        clock, work = Clock(), Work()
        answers = MemoryAnswers(clock)
        answers.claim("k", "dead", clock.now + 30_000)
        work.go.set()
        asked = asyncio.create_task(AnswerCache(answers, clock, seconds=10, patience=30).get(Client(), "k", work))
        await asyncio.sleep(0.1)
        assert work.runs == 0
        clock.now += 30_000
        assert not (await asked).hit

    asyncio.run(scene())


def test_a_computation_that_takes_long_keeps_its_claim(monkeypatch):
    monkeypatch.setattr(answer_cache, "LEASE_SECONDS", 0.1)

    async def scene() -> None:
        work = Work()
        answers = MemoryAnswers(system_clock)
        one, other = (AnswerCache(answers, system_clock, seconds=10, patience=30) for _ in range(2))
        first = asyncio.create_task(one.get(Client(), "k", work))
        await work.begun.wait()
        second = asyncio.create_task(other.get(Client(), "k", work))
        await asyncio.sleep(0.5)
        work.go.set()
        assert [(await first).hit, (await second).hit] == [False, True]

    asyncio.run(scene())


def test_who_waits_too_long_for_another_replica_is_told():
    async def scene() -> None:
        clock, work = Clock(), Work()
        answers = MemoryAnswers(clock)
        answers.claim("k", "slow", clock.now + 30_000)
        with pytest.raises(TransientError, match="another server"):
            await AnswerCache(answers, clock, seconds=10, patience=0.1).get(Client(), "k", work)

    asyncio.run(scene())


def test_an_error_reaches_all_who_wait_and_is_not_kept():
    async def scene(_: Clock, cache: AnswerCache, work: Work) -> None:
        work.error = UserError("query_limit", "too long")
        asked = [asyncio.create_task(cache.get(Client(), "k", work)) for _ in range(3)]
        await work.begun.wait()
        work.go.set()
        found = await asyncio.gather(*asked, return_exceptions=True)
        assert [str(error) for error in found] == ["too long"] * 3
        work.error = None
        assert (await cache.get(Client(), "k", work)).body == b"answer 2"

    run(scene)


def test_a_computation_goes_on_while_anyone_waits_and_ends_with_the_last():
    async def scene(_: Clock, cache: AnswerCache, work: Work) -> None:
        clients = [Client(), Client()]
        asked = [asyncio.create_task(cache.get(client, "k", work)) for client in clients]
        await work.begun.wait()
        clients[0].left.set()
        with pytest.raises(QueryCancelledError):
            await asked[0]
        assert not work.cancelled
        clients[1].left.set()
        with pytest.raises(QueryCancelledError):
            await asked[1]
        await asyncio.sleep(0.05)
        assert work.cancelled == 1
        work.go.set()
        assert (await cache.get(Client(), "k", work)).body == b"answer 2", "the claim was given up"

    run(scene)
