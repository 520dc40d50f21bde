"""Cookieless visitors: who is the same today can be told, who it was can't, once the day's salt is gone.

`visitor` = BLAKE2b (RFC 7693), 64 bits, keyed with the salt of the event's UTC day, of project, address and user
agent, as defined in docs/semantics. An address counts in its canonical spelling.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from footfall.clock import DAY, MINUTE, Clock
from footfall.collect.address import canonical
from footfall.meta import Salts

if TYPE_CHECKING:
    import polars as pl

GAP = 30 * MINUTE
"""Longest pause within a session."""

AGENT_CHARS = 512
"""Characters of an agent that count: anyone's text must not fill the memory of hashes."""

_HOT = 16_384


class SaltedIdentity:
    """The `Identity` of collect/privacy.py, from any thread."""

    def __init__(self, salts: Salts, clock: Clock) -> None:
        self._salts = salts
        self._clock = clock
        self._today = 0
        self._hot = lru_cache(maxsize=_HOT)(visitor_hash)
        self._nights = Nights()

    def visitor(self, project_id: int, timestamp: int, address: str, user_agent: str) -> int:
        now = self._clock()
        if now // DAY != self._today:  # yesterday's addresses must not stay in memory
            self._hot.cache_clear()
            self._today = now // DAY
        return self._hot(self._salts.of(timestamp // DAY, now), project_id, address, user_agent[:AGENT_CHARS])

    def present(self, project_id: int, now: int, address: str, user_agent: str) -> int:
        today = self.visitor(project_id, now, address, user_agent)
        if self._nights.is_day(today, now):
            return today
        return self._nights.name(today, now, lambda: self.visitor(project_id, now - DAY, address, user_agent))

    def visitors(self, project_id: int, frame: pl.DataFrame) -> pl.Series:
        import polars as pl  # noqa: PLC0415 - imports alone have columns; a process that only collects does without

        keys = frame.select(
            day=pl.col("timestamp") // DAY,
            address=pl.col("ip_address").fill_null(""),
            user_agent=pl.col("user_agent").fill_null("").str.slice(0, AGENT_CHARS),
        )
        distinct = keys.unique()
        now = self._clock()
        salts = {day: self._salts.of(day, now) for day in distinct["day"].unique().to_list()}
        hashes = [visitor_hash(salts[day], project_id, address, agent) for day, address, agent in distinct.iter_rows()]
        known = distinct.with_columns(visitor=pl.Series(hashes, dtype=pl.UInt64))
        return keys.join(known, on=["day", "address", "user_agent"], how="left", maintain_order="left")["visitor"]


class Nights:
    """Visitors whose session goes over midnight keep the hash that they had, until 30 minutes pass without them.

    Only hashes are remembered, in memory, of who was here in the last half hour of a day and of who came over; a
    restart within that time makes them new visitors.
    """

    def __init__(self) -> None:
        self._held: dict[int, tuple[int, int]] = {}  # hash of its day: the name that it goes by, last seen
        self._swept = 0
        self._lock = threading.Lock()

    def is_day(self, today: int, now: int) -> bool:
        """Whether there is nothing to look up and nothing to forget: nearly always."""
        return GAP < now % DAY < DAY - GAP and today not in self._held and 0 <= now - self._swept < GAP

    def name(self, today: int, now: int, yesterday: Callable[[], int]) -> int:
        """`today` is the hash of the day of `now`, `yesterday` gives that of the day before."""
        since_midnight = now % DAY
        with self._lock:
            self._sweep(now)
            known = self._seen(today, now)
            if known is None and since_midnight <= GAP:
                known = self._seen(yesterday(), now)
            name = today if known is None else known
            if name != today or since_midnight >= DAY - GAP:
                self._held[today] = (name, now)
            return name

    def _seen(self, key: int, now: int) -> int | None:
        name, last = self._held.get(key, (0, 0))
        return name if name and now - last <= GAP else None

    def _sweep(self, now: int) -> None:
        if not 0 <= now - self._swept < MINUTE:
            self._swept = now
            self._held = {key: held for key, held in self._held.items() if now - held[1] <= GAP}


def visitor_hash(salt: bytes, project_id: int, address: str, user_agent: str) -> int:
    """64 bits, never 0. Each text is preceded by its length, so that no two triples give the same bytes."""
    place = canonical(address).encode("utf-8", "surrogatepass")
    agent = user_agent.encode("utf-8", "surrogatepass")
    digest = hashlib.blake2b(project_id.to_bytes(8, "big"), digest_size=8, key=salt)
    digest.update(len(place).to_bytes(4, "big") + place + len(agent).to_bytes(4, "big") + agent)
    return int.from_bytes(digest.digest(), "big") or 1
