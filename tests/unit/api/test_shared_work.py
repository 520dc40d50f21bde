from __future__ import annotations

import asyncio
import itertools

import pytest

from footfall.api.shared_work import SharedWork


def test_who_asks_at_once_shares_a_call_and_later_ones_get_a_later_result():
    numbers = itertools.count(1)

    async def scene() -> None:
        shared = SharedWork[int](pause=0.01)
        assert await asyncio.gather(*(shared(lambda: next(numbers)) for _ in range(100))) == [1] * 100
        assert await shared(lambda: next(numbers)) == 2

    asyncio.run(scene())


def test_who_asks_during_a_call_gets_the_result_of_the_next():
    async def scene() -> None:
        loop, began, release = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
        numbers = itertools.count(1)

        def work() -> int:
            loop.call_soon_threadsafe(began.set)
            asyncio.run_coroutine_threadsafe(release.wait(), loop).result(20)
            return next(numbers)

        shared = SharedWork[int](pause=0)
        first = asyncio.create_task(shared(work))
        await began.wait()
        later = [asyncio.create_task(shared(work)) for _ in range(3)]
        await asyncio.sleep(0)
        later[0].cancel()  # a client that has left takes nothing from the others
        release.set()
        assert await first == 1
        assert await asyncio.gather(*later[1:]) == [2, 2]

    asyncio.run(scene())


def test_a_failure_is_told_to_all_and_the_next_call_is_made():
    async def scene() -> None:
        shared = SharedWork[int](pause=0)
        with pytest.raises(ZeroDivisionError):
            await shared(lambda: 1 // 0)
        assert await shared(lambda: 7) == 7

    asyncio.run(scene())
