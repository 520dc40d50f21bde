"""Cookieless visitors: events of one day can be linked to each other while its salt exists, and never to a person.

`visitor` = BLAKE2b (RFC 7693), 64 bits, keyed with the salt of the event's UTC day, of project, address and user
agent, as defined in docs/semantics. An address counts in its canonical spelling.
"""

from __future__ import annotations

import hashlib
import threading
from functools import lru_cache
from typing import TYPE_CHECKING

from footfall.catalog.columns import TEXT_CAPS
from footfall.clock import DAY, MINUTE, Clock
from footfall.collect.address import canonical
from footfall.meta import Salts
from footfall.model.session import SESSION_GAP

if TYPE_CHECKING:
    import polars as pl

AGENT_CHARS = TEXT_CAPS["user_agent"]
"""Characters of a user agent that are hashed: long texts must not fill the cache of hashes."""

_HOT = 16_384


class SaltedIdentity:
    """The `Identity` of collect/privacy.py, from any thread."""

    def __init__(self, salts: Salts, clock: Clock) -> None:
        self._salts = salts
        self._clock = clock
        self._today = 0
        self._hot = lru_cache(maxsize=_HOT)(visitor_hash)
        self._carry_over = MidnightCarryOver()

    def visitor(self, project_id: int, timestamp: int, address: str, user_agent: str) -> int:
        now = self._clock()
        if now // DAY != self._today:  # addresses of yesterday must not stay in memory
            self._hot.cache_clear()
            self._today = now // DAY
        return self._hot(self._salts.of(timestamp // DAY, now), project_id, address, user_agent[:AGENT_CHARS])

    def present(self, project_id: int, now: int, address: str, user_agent: str) -> int:
        today = self.visitor(project_id, now, address, user_agent)
        if self._carry_over.is_idle(today, now):
            return today
        before = self.visitor(project_id, now - DAY, address, user_agent) if now % DAY <= SESSION_GAP else 0
        return self._carry_over.visitor(today, before, now)

    def visitors(self, project_id: int, frame: pl.DataFrame) -> pl.Series:
        import polars as pl  # noqa: PLC0415 - a process that only collects has no frames

        keys = frame.select(
            day=pl.col("timestamp") // DAY,
            address=pl.col("ip_address").fill_null(""),
            user_agent=pl.col("user_agent").fill_null("").str.slice(0, AGENT_CHARS),
        )
        distinct = keys.unique()
        now = self._clock()
        begun = {day: _begun(self._salts.of(day, now), project_id) for day in distinct["day"].unique().to_list()}
        agents = {agent: _counted(agent) for agent in distinct["user_agent"].unique().to_list()}
        hashes = [_ended(begun[day].copy(), address, agents[agent]) for day, address, agent in distinct.iter_rows()]
        known = distinct.with_columns(visitor=pl.Series(hashes, dtype=pl.UInt64))
        return keys.join(known, on=["day", "address", "user_agent"], how="left", maintain_order="left")["visitor"]


class MidnightCarryOver:
    """Visitors whose session goes on over midnight keep the hash of its first day, until 30 minutes pass without them.

    Only hashes are kept, in memory: those seen in the last half hour of a day, and those carried over. After a restart
    within that time they are new visitors.
    """

    def __init__(self) -> None:
        self._held: dict[int, tuple[int, int]] = {}  # hash of the day: hash that is stored, last seen
        self._swept = 0
        self._lock = threading.Lock()

    def is_idle(self, today: int, now: int) -> bool:
        """Whether there is nothing to look up and nothing to forget, as most of the day."""
        return (
            SESSION_GAP < now % DAY < DAY - SESSION_GAP
            and today not in self._held
            and 0 <= now - self._swept < SESSION_GAP
        )

    def visitor(self, today: int, before: int, now: int) -> int:
        """The hash to store. `today` is the hash of this day, `before` that of the day before, 0 where it has ended."""
        with self._lock:
            self._sweep(now)
            found = self._seen(today, now) or self._seen(before, now) or today
            if found != today or now % DAY >= DAY - SESSION_GAP:
                self._held[today] = (found, now)
            return found

    def _seen(self, key: int, now: int) -> int:
        """The hash that continues under this key, 0 for none."""
        found, last = self._held.get(key, (0, 0))
        return found if now - last <= SESSION_GAP else 0

    def _sweep(self, now: int) -> None:
        if not 0 <= now - self._swept < MINUTE:
            self._swept = now
            self._held = {key: held for key, held in self._held.items() if now - held[1] <= SESSION_GAP}


def visitor_hash(salt: bytes, project_id: int, address: str, user_agent: str) -> int:
    """64 bits, never 0. Each text follows its length, so that different inputs never hash the same bytes."""
    return _ended(_begun(salt, project_id), address, _counted(user_agent))


def _begun(salt: bytes, project_id: int) -> hashlib.blake2b:
    return hashlib.blake2b(project_id.to_bytes(8, "big"), digest_size=8, key=salt)


def _counted(text: str) -> bytes:
    """A text after its length."""
    encoded = text.encode("utf-8", "surrogatepass")
    return len(encoded).to_bytes(4, "big") + encoded


def _ended(digest: hashlib.blake2b, address: str, agent: bytes) -> int:
    digest.update(_counted(canonical(address)) + agent)
    return int.from_bytes(digest.digest(), "big") or 1
