"""Live streams that are open: their number is bounded, and those that show the same share what is read."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from footfall.errors import UserError

PER_PROCESS = 100
PER_PROJECT = 20

EVERY_SECONDS = 2.0
"""How often what goes on is read, for however many streams."""

Found = TypeVar("Found")


@dataclass
class _Feed:
    """What several streams show: what was found last, and who reads next."""

    streams: int = 0
    found: Any = None
    read_at: float = 0.0
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)


class Streams:
    """Belongs to one event loop."""

    def __init__(self, per_process: int = PER_PROCESS, per_project: int = PER_PROJECT) -> None:
        self._limits = per_process, per_project
        self._open: Counter[int] = Counter()
        self._feeds: dict[Hashable, _Feed] = {}

    @contextmanager
    def opened(self, project: int, key: Hashable) -> Iterator[None]:
        """Counts a stream of a project that shows what `key` names; UserError `too_many_streams`."""
        per_process, per_project = self._limits
        if self._open.total() >= per_process or self._open[project] >= per_project:
            raise UserError("too_many_streams", "too many live streams are open: poll recent-events", retry_after=30)
        self._open[project] += 1
        feed = self._feeds.setdefault(key, _Feed())
        feed.streams += 1
        try:
            yield
        finally:
            self._open[project] -= 1
            feed.streams -= 1
            if not feed.streams:
                del self._feeds[key]

    async def latest(self, key: Hashable, read: Callable[[], Awaitable[Found]]) -> Found:
        """What `read` finds, or found for another stream of this key a moment ago."""
        feed = self._feeds[key]
        clock = asyncio.get_running_loop().time
        async with feed.reading:
            if feed.found is None or clock() - feed.read_at >= EVERY_SECONDS * 0.9:
                feed.found, feed.read_at = await read(), clock()
            found: Found = feed.found
            return found
