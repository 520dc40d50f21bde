"""Whether new work may begin, and whether any is under way."""

from __future__ import annotations

import asyncio
from contextlib import suppress


class Lifecycle:
    """Belongs to one event loop. A stop refuses new writes and waits for the requests under way."""

    def __init__(self) -> None:
        self._stop = asyncio.Event()
        self._active = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def stopping(self) -> bool:
        return self._stop.is_set()

    @property
    def idle(self) -> bool:
        """Whether no request is under way."""
        return self._active == 0

    def enter(self) -> None:
        """A request begins; every call needs a `leave`."""
        self._active += 1
        self._idle.clear()

    def leave(self) -> None:
        self._active -= 1
        if not self._active:
            self._idle.set()

    def stop(self) -> None:
        self._stop.set()

    async def stops_within(self, seconds: float) -> bool:
        """Waits so long, or until the stop; whether it came."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)
        return self.stopping

    async def wait_idle(self, seconds: float) -> None:
        """Until no request is under way, or the time is over."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), seconds)
