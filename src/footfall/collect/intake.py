"""What every way in needs to turn a sender's words into raw records."""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec

from footfall.collect.page_url import KEPT_PARAMETERS
from footfall.collect.privacy import Identity, Locator, Place
from footfall.ids import IdSource
from footfall.settings import StoreIp


class Sender(msgspec.Struct, frozen=True, gc=False):
    """Who calls, for which project, and when (Unix milliseconds)."""

    project_id: int
    received_at: int
    address: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class Intake:
    """The parts that collection leans on, wired once."""

    ids: IdSource
    identity: Identity
    locator: Locator
    retention_days: int | None = None
    request_ip: StoreIp = "full"
    keep_query: frozenset[str] = KEPT_PARAMETERS  # parameters of browsers' URLs that are kept, beside `utm_*`

    def keeping(self, request_ip: StoreIp) -> Intake:
        """The same, but for what is kept of requests' addresses."""
        return self if request_ip == self.request_ip else replace(self, request_ip=request_ip)

    def visitor(self, sender: Sender, timestamp: int, address: str, user_agent: str) -> int:
        """The cookieless visitor; what the event does not say is taken from the connection that brought it."""
        return self.identity.visitor(
            sender.project_id, timestamp, address or sender.address, user_agent or sender.user_agent
        )

    def place(self, sender: Sender, address: str) -> Place:
        return self.locator.place(address or sender.address)
