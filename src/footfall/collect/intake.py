"""What every wire format needs to turn a body into raw records."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TypeVar

import msgspec

from footfall.collect.labels import Labels
from footfall.collect.page_url import KEPT_PARAMETERS
from footfall.collect.privacy import Identity, Locator, Place
from footfall.errors import WouldBlockError
from footfall.ids import IdSource
from footfall.model.retention import oldest_accepted
from footfall.settings import StoreIp

THREADS = 4
"""Bodies that are processed at once, beside those on the event loop."""

_T = TypeVar("_T")


class Sender(msgspec.Struct, frozen=True, gc=False):
    """Who calls, for which project, and when (Unix milliseconds)."""

    project_id: int
    received_at: int
    address: str
    user_agent: str
    oldest: int = 0  # the first instant that the project accepts


@dataclass(frozen=True, slots=True)
class Intake:
    """What collection needs, for the life of the process."""

    ids: IdSource
    identity: Identity
    locator: Locator
    retention_days: int | None = None
    request_ip: StoreIp = "full"
    keep_query: frozenset[str] = KEPT_PARAMETERS  # parameters of browsers' URLs that are kept, beside `utm_*`
    labels: Labels = field(default_factory=Labels, repr=False, compare=False)
    _threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(THREADS, "collect"), repr=False, compare=False
    )
    _one_reader: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False, compare=False)

    def oldest(self, sender: Sender) -> int:
        """The first instant that is accepted, in Unix milliseconds."""
        return max(sender.oldest, oldest_accepted(sender.received_at, self.retention_days))

    def keeping(self, request_ip: StoreIp) -> Intake:
        """The same, with another rule for what is kept of requests' addresses."""
        return self if request_ip == self.request_ip else replace(self, request_ip=request_ip)

    async def run(self, work: Callable[[], _T]) -> _T:
        """The result of `work`, which turns a body into records: on the event loop, or on a thread if it would block.

        It may be called more than once, so a call that raises WouldBlockError must have changed nothing.
        """
        try:
            return work()
        except WouldBlockError:
            pass
        async with self._one_reader:  # where many need a salt, one thread reads it for all of them
            try:
                return work()
            except WouldBlockError:
                return await self.on_thread(work)

    async def on_thread(self, work: Callable[[], _T]) -> _T:
        """The result of `work`, on a thread that nothing but collection uses: no reader can hold it up."""
        context = contextvars.copy_context()
        return await asyncio.get_running_loop().run_in_executor(self._threads, context.run, work)

    def visitor(self, sender: Sender, timestamp: int, address: str, user_agent: str) -> int:
        """The cookieless visitor; the connection's address and agent where the event names none."""
        return self.identity.visitor(
            sender.project_id, timestamp, address or sender.address, user_agent or sender.user_agent
        )

    def place(self, sender: Sender, address: str) -> Place:
        return self.locator.place(address or sender.address)
