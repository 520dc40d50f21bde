"""Cookieless visitors: who is the same today can be told, who it was can't, once the day's salt is gone.

`visitor` = BLAKE2b (RFC 7693), 64 bits, keyed with the salt of the event's UTC day, of project, address and user
agent, as defined in docs/semantics. An address counts in its canonical spelling.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

import polars as pl

from footfall.clock import DAY, Clock
from footfall.collect.address import canonical
from footfall.meta import Salts

_HOT = 16_384


class SaltedIdentity:
    """The `Identity` of collect/privacy.py, from any thread."""

    def __init__(self, salts: Salts, clock: Clock) -> None:
        self._salts = salts
        self._clock = clock
        self._today = 0
        self._hot = lru_cache(maxsize=_HOT)(visitor_hash)

    def visitor(self, project_id: int, timestamp: int, address: str, user_agent: str) -> int:
        now = self._clock()
        if now // DAY != self._today:  # yesterday's addresses must not stay in memory
            self._hot.cache_clear()
            self._today = now // DAY
        return self._hot(self._salts.of(timestamp // DAY, now), project_id, address, user_agent)

    def visitors(self, project_id: int, frame: pl.DataFrame) -> pl.Series:
        keys = frame.select(
            day=pl.col("timestamp") // DAY,
            address=pl.col("ip_address").fill_null(""),
            user_agent=pl.col("user_agent").fill_null(""),
        )
        distinct = keys.unique()
        now = self._clock()
        salts = {day: self._salts.of(day, now) for day in distinct["day"].unique().to_list()}
        hashes = [visitor_hash(salts[day], project_id, address, agent) for day, address, agent in distinct.iter_rows()]
        known = distinct.with_columns(visitor=pl.Series(hashes, dtype=pl.UInt64))
        return keys.join(known, on=["day", "address", "user_agent"], how="left", maintain_order="left")["visitor"]


def visitor_hash(salt: bytes, project_id: int, address: str, user_agent: str) -> int:
    """64 bits, never 0. Each text is preceded by its length, so that no two triples give the same bytes."""
    place = canonical(address).encode("utf-8", "surrogatepass")
    agent = user_agent.encode("utf-8", "surrogatepass")
    digest = hashlib.blake2b(project_id.to_bytes(8, "big"), digest_size=8, key=salt)
    digest.update(len(place).to_bytes(4, "big") + place + len(agent).to_bytes(4, "big") + agent)
    return int.from_bytes(digest.digest(), "big") or 1
