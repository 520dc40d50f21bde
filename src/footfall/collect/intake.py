"""What every wire format needs to turn a body into raw records."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

import msgspec

from footfall.collect.page_url import KEPT_PARAMETERS
from footfall.collect.privacy import Identity, Locator, Place
from footfall.errors import WouldBlockError
from footfall.ids import IdSource
from footfall.settings import StoreIp

_T = TypeVar("_T")


class Sender(msgspec.Struct, frozen=True, gc=False):
    """Who calls, for which project, and when (Unix milliseconds)."""

    project_id: int
    received_at: int
    address: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class Intake:
    """The parts that collection uses, wired once."""

    ids: IdSource
    identity: Identity
    locator: Locator
    retention_days: int | None = None
    request_ip: StoreIp = "full"
    keep_query: frozenset[str] = KEPT_PARAMETERS  # parameters of browsers' URLs that are kept, beside `utm_*`
    _one_reader: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False, compare=False)

    def keeping(self, request_ip: StoreIp) -> Intake:
        """The same, but for what is kept of requests' addresses."""
        return self if request_ip == self.request_ip else replace(self, request_ip=request_ip)

    async def run(self, work: Callable[[], _T]) -> _T:
        """What `work` returns, which turns a body into records: done on the event loop, or on a thread where it waits.

        It may be begun more than once, so it must change nothing before it returns.
        """
        try:
            return work()
        except WouldBlockError:
            pass
        async with self._one_reader:  # of many that need a salt, one waits on a thread, and reads it for the others
            try:
                return work()
            except WouldBlockError:
                return await asyncio.to_thread(work)

    def visitor(self, sender: Sender, timestamp: int, address: str, user_agent: str) -> int:
        """The cookieless visitor. An address or agent that the event does not name is the connection's."""
        return self.identity.visitor(
            sender.project_id, timestamp, address or sender.address, user_agent or sender.user_agent
        )

    def place(self, sender: Sender, address: str) -> Place:
        return self.locator.place(address or sender.address)
