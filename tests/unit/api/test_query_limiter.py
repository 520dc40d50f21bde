"""Turns and ends of queries, over a store that notes what is cancelled."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, nullcontext
from typing import Any

import pytest
from fastapi import Request

from footfall.api.query_limiter import STREAMS, STREAMS_OF_PROJECT, QueryLimiter
from footfall.errors import OvertakenError, TransientError, UserError
from footfall.model.project import Project

SHOP, BLOG = Project(1, "p1", "shop", ""), Project(2, "p2", "blog", "")


class Reading:
    def __init__(self) -> None:
        self.cancelled = threading.Event()

    def cancel(self) -> None:
        self.cancelled.set()


class Store:
    def __init__(self) -> None:
        self.readings: list[Reading] = []

    def reading(self, project: int) -> Reading:  # noqa: ARG002 - the protocol's
        self.readings.append(Reading())
        return self.readings[-1]


class Caller:
    """A client that sends no body and stays until `leave`."""

    def __init__(self) -> None:
        self._sent = False
        self._left = asyncio.Event()

    def leave(self) -> None:
        self._left.set()

    async def receive(self) -> dict[str, Any]:
        if not self._sent:
            self._sent = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}

    @property
    def request(self) -> Request:
        return Request({"type": "http"}, self.receive)


def limited(most: int = 2, wait: float = 60) -> tuple[QueryLimiter, Store]:
    store = Store()
    return QueryLimiter(store, most, wait), store  # type: ignore[arg-type]  # what a query needs of it


async def settled() -> None:
    """Whatever can go on has."""
    for _ in range(10):
        await asyncio.sleep(0)


def on_a_loop(test: Callable[[], Awaitable[None]]) -> Callable[[], None]:
    def run() -> None:
        asyncio.run(test())  # type: ignore[arg-type]  # an async function's awaitable is a coroutine

    return run


def refused(caught: pytest.ExceptionInfo[UserError]) -> tuple[str, int]:
    return caught.value.code, caught.value.retry_after


@on_a_loop
async def test_a_further_query_waits_for_a_turn_of_its_project() -> None:
    limiter, _ = limited()
    inside: list[str] = []

    async def ask(name: str, project: Project, done: asyncio.Event) -> None:
        async with limiter.reader(Caller().request, project):
            inside.append(name)
            await done.wait()

    first, last = asyncio.Event(), asyncio.Event()
    last_ones = [asyncio.create_task(ask(name, project, last)) for name, project in (("b", SHOP), ("other", BLOG))]
    tasks = [asyncio.create_task(ask("a", SHOP, first)), *last_ones]
    await settled()
    tasks += [asyncio.create_task(ask(name, SHOP, last)) for name in ("c", "d")]
    await settled()
    assert sorted(inside) == ["a", "b", "other"]
    first.set()
    await settled()
    assert sorted(inside) == ["a", "b", "c", "other"]
    last.set()
    await asyncio.gather(*tasks)
    assert sorted(inside) == ["a", "b", "c", "d", "other"]


@on_a_loop
async def test_who_waits_too_long_is_refused_and_leaves_no_gap() -> None:
    limiter, store = limited(most=1, wait=0.01)
    async with limiter.reader(Caller().request, SHOP):
        for _ in range(3):
            with pytest.raises(UserError, match="1 queries under way") as caught:
                async with limiter.reader(Caller().request, SHOP):
                    pass
            assert refused(caught) == ("too_many_queries", 1)
    async with limiter.reader(Caller().request, SHOP):
        pass
    assert len(store.readings) == 5


@on_a_loop
async def test_the_line_is_bounded() -> None:
    limiter, _ = limited(most=2)
    done = asyncio.Event()

    async def ask() -> None:
        async with limiter.reader(Caller().request, SHOP):
            await done.wait()

    tasks = [asyncio.create_task(ask()) for _ in range(2 + 8 * 2)]
    await settled()
    with pytest.raises(UserError) as caught:
        await ask()
    assert refused(caught) == ("too_many_queries", 1)
    done.set()
    await asyncio.gather(*tasks)
    await ask()


@on_a_loop
async def test_a_client_that_leaves_ends_its_query() -> None:
    limiter, store = limited()
    leaver, stayer = Caller(), Caller()
    async with limiter.reader(leaver.request, SHOP), limiter.reader(stayer.request, SHOP):
        leaver.leave()
        await settled()
        assert [reading.cancelled.is_set() for reading in store.readings] == [True, False]
    stayer.leave()
    await settled()
    assert not store.readings[1].cancelled.is_set(), "nobody watches after the answer"


@on_a_loop
async def test_a_task_that_is_cancelled_ends_its_query() -> None:
    limiter, store = limited(most=1)
    begun = threading.Event()

    def query(_: Any) -> None:
        begun.set()
        store.readings[0].cancelled.wait()

    task = asyncio.create_task(limiter.run(1, query, request=None))
    await asyncio.to_thread(begun.wait)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert store.readings[0].cancelled.is_set()
    assert await limiter.run(1, lambda _: store.readings[-1].cancelled.is_set(), request=None) is False


@on_a_loop
async def test_a_client_that_leaves_ends_one_query_of_a_longer_answer() -> None:
    limiter, store = limited()
    leaver = Caller()
    task = asyncio.create_task(limiter.run(1, lambda _: store.readings[0].cancelled.wait(), request=leaver.request))
    await settled()
    leaver.leave()
    assert await task is True
    assert len(store.readings) == 1


@on_a_loop
async def test_stop_ends_every_query_and_begins_none() -> None:
    limiter, store = limited(most=1)
    async with AsyncExitStack() as under_way:
        for project in (SHOP, BLOG):
            await under_way.enter_async_context(limiter.reader(Caller().request, project))
        limiter.stop()
        assert [reading.cancelled.is_set() for reading in store.readings] == [True, True]
        with pytest.raises(TransientError, match="stopping"):
            async with limiter.reader(Caller().request, SHOP):
                pass


@on_a_loop
async def test_few_answers_are_streamed_at_once_and_each_has_a_turn() -> None:
    limiter, _ = limited(most=STREAMS_OF_PROJECT + 1, wait=0.01)
    async with AsyncExitStack() as streams:
        for _ in range(STREAMS_OF_PROJECT):
            await streams.enter_async_context(limiter.stream(SHOP.number))
        with pytest.raises(UserError, match="too many exports"):
            await streams.enter_async_context(limiter.stream(SHOP.number))
        await streams.enter_async_context(limiter.reader(Caller().request, SHOP))
        with pytest.raises(UserError, match="4 queries under way"):
            await streams.enter_async_context(limiter.reader(Caller().request, SHOP))
        for project in range(2, 2 + (STREAMS - STREAMS_OF_PROJECT)):
            await streams.enter_async_context(limiter.stream(project))
        with pytest.raises(UserError, match="too many exports") as caught:
            await streams.enter_async_context(limiter.stream(99))
        assert (caught.value.code, caught.value.retry_after) == ("too_many_queries", 10)
    async with limiter.stream(SHOP.number), limiter.stream(99):
        pass


class Attempts:
    """A gate whose readings are the numbers of their attempts."""

    def answer(self, _: object, _project: int, attempt: int) -> nullcontext[int]:
        return nullcontext(attempt)


@on_a_loop
async def test_an_overtaken_query_is_asked_again_in_the_same_turn() -> None:
    store = Store()
    limiter = QueryLimiter(store, 1, gate=Attempts())  # type: ignore[arg-type]  # what a query needs of them
    seen = []

    def query(attempt: Any) -> str:
        seen.append(attempt)
        if attempt < 3:
            raise OvertakenError
        return "answer"

    assert await limiter.run(1, query, request=None) == "answer"
    assert (seen, len(store.readings)) == ([1, 2, 3], 1)
