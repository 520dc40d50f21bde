"""Work that many may ask for at once, done for all of them together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Generic, TypeVar

_T = TypeVar("_T")


class SharedWork(Generic[_T]):
    """Calls a function on a thread: one call at a time, with `pause` seconds between them. Belongs to one event loop.

    Each caller gets the result of a call that began after it asked, so who asks during one shares the next.
    """

    def __init__(self, pause: float) -> None:
        self._pause = pause
        self._next: asyncio.Task[_T] | None = None
        self._running = asyncio.Lock()
        self._ended = 0.0

    async def __call__(self, work: Callable[[], _T]) -> _T:
        """`work` does the same for every caller."""
        if self._next is None:
            self._next = asyncio.create_task(self._run(work))
        return await asyncio.shield(self._next)

    async def _run(self, work: Callable[[], _T]) -> _T:
        async with self._running:
            await asyncio.sleep(self._ended + self._pause - monotonic())
            self._next = None
            try:
                return await asyncio.to_thread(work)
            finally:
                self._ended = monotonic()
