"""Identity and place are computed while a request is handled, so that no address is spooled.

Both protocols have a scalar form (one request) and a vectorised one (an import's columns) with the same results.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import polars as pl  # a process that only collects has no frames


@dataclass(frozen=True, slots=True)
class Place:
    """Where an address is. `country` is ISO 3166-1 alpha-2 in capitals; an unknown text is `""`.

    `network` names the organisation of the address's autonomous system; a CDN's has the CDN's name.

    `latitude` and `longitude` are degrees with at most 4 decimals, both or neither: the point that a database gives for
    a whole network, such as the centre of a city, never a more precise one.
    """

    country: str = ""
    region: str = ""
    city: str = ""
    latitude: float | None = None
    longitude: float | None = None
    network: str = ""


class Locator(Protocol):
    def place(self, address: str) -> Place:
        """Never raises: a private, malformed or unlisted address is `Place()`."""

    def places(self, addresses: pl.Series) -> pl.DataFrame:
        """Columns country, region, city, network, one row per address: what requests keep, without coordinates."""


class Identity(Protocol):
    """Cookieless visitors: keyed hash of (salt of the event's UTC day, project, address, user agent), 64 bits.

    Defined as `visitor` in docs/semantics. Never 0, which stands for "not computed".
    """

    def visitor(self, project_id: int, timestamp: int, address: str, user_agent: str) -> int:
        """`timestamp` in Unix milliseconds."""

    def present(self, project_id: int, now: int, address: str, user_agent: str) -> int:
        """The visitor of an event that happens now: the same after midnight, as long as no gap is over 30 minutes."""

    def visitors(self, project_id: int, frame: pl.DataFrame) -> pl.Series:
        """UInt64 per row of a frame with `timestamp`, `ip_address` and `user_agent`."""
