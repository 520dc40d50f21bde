"""Countings of hours that are over, kept so that the network surface need not count their requests again.

They are made from the requests alone, and used only while the requests are the ones that they were made from: as many,
and of no later batch. That is enough, since requests are never changed but for their session, and the number of an
hour's sessions changes only when a request joins that hour: two sessions of a visitor become one when one falls between
them, and if both have requests in the hour, it does, too.
"""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from time import monotonic

import polars as pl

from footfall.clock import DAY, HOUR, MINUTE, SECOND, Clock
from footfall.model.period import Bucket, Period
from footfall.query import build
from footfall.query.ast import Breakdowns, BusyHours, Seals
from footfall.query.fetch import fetch, fetch_frame
from footfall.query.network import DIMENSIONS, hour_of
from footfall.store.protocol import Store

KEPT = 8 * DAY
"""Age up to which hours are counted: the longest range, and a day more."""

LEAST = 1_000
"""Fewest requests of an hour that is counted: fewer are counted again as fast as they are looked up."""

MOST_CELLS = 500_000
"""Most rows of one counting, which is to be one part of the store, there whole or not at all."""

_LATE = 10 * MINUTE
_SETTLED = MINUTE
_SLICE = 0.3
_CHECK = 60.0
_SHARE = 20
_STEPS = (Bucket.HOUR, Bucket.QUARTER_HOUR)


class Rollup:
    """Counts a few hours at each call: it is called between the drain's batches, which must not wait for long.

    No batch may be under way in this process; those of other processes are told by the age of their numbers.
    """

    def __init__(self, store: Store, clock: Clock, tick: Callable[[], float] = monotonic) -> None:
        self._store = store
        self._clock = clock
        self._tick = tick
        self._waiting: deque[tuple[int, int]] = deque()
        self._next_check = tick()
        self._day = 0

    def __call__(self) -> None:
        """Look for hours to count, at most once a minute, and count for about a third of a second."""
        started = self._tick()
        if not self._waiting and started >= self._next_check:
            self._forget()
            self._waiting.extend(self.missing())
            now = self._tick()
            self._next_check = now + max(_CHECK, _SHARE * (now - started))
        while self._waiting and self._tick() - started < _SLICE:
            self.count(*self._waiting.popleft())

    def missing(self) -> list[tuple[int, int]]:
        """(project, start of the hour) of hours that are over and whose requests want counting; newest first."""
        now = self._clock()
        period = Period(Bucket.HOUR.floor(now - KEPT), Bucket.HOUR.floor(now - _LATE))
        rows = fetch(self._store, BusyHours(period, LEAST, settled=(now - _SETTLED) * 1000))
        return [(row["project"], row["hour"]) for row in rows]

    def count(self, project: int, hour: int) -> bool:
        """Count an hour; False where it changed meanwhile or is too varied."""
        base = hour_of(project, hour)
        facts = build.totals(base, "hits", "last_batch")
        (before,) = fetch(self._store, facts)
        cells = [self._cells(project, hour, step) for step in _STEPS]
        (after,) = fetch(self._store, facts)
        if before != after or sum(map(len, cells)) > MOST_CELLS:
            return False
        last = max((row["edition"] for row in fetch(self._store, Seals(base))), default=0)
        edition = max(last + 1, self._clock() * 1000)
        rows = pl.concat(cells).with_columns(
            project_id=pl.lit(project, pl.UInt32),
            batch=pl.lit(before["last_batch"], pl.UInt64),
            edition=pl.lit(edition, pl.UInt64),
        )
        out = io.BytesIO()
        rows.write_ipc(out, compression="lz4", compat_level=pl.CompatLevel.oldest())
        self._store.insert("breakdowns", out.getvalue(), token=f"{project}:{hour}:{edition}")
        return True

    def _cells(self, project: int, hour: int, step: Bucket) -> pl.DataFrame:
        period = Period(hour, hour + HOUR)
        base = replace(hour_of(project, hour), buckets=step.starts(period))
        found = fetch_frame(self._store, Breakdowns(base, DIMENSIONS))
        return found.select(
            pl.col("dimension", "label").cast(pl.String),
            pl.col("bucket").cast(pl.Datetime("ms", "UTC")),
            pl.lit(step.next(0) // SECOND, pl.UInt16).alias("step"),
            pl.col("hits").cast(pl.UInt64).alias("requests"),
            pl.col("sessions").cast(pl.UInt64).alias("visits"),
            pl.col("bytes").cast(pl.UInt64),
        )

    def _forget(self) -> None:
        """Once a day, what no range reaches any more."""
        today = self._clock() // DAY
        if today != self._day:
            self._day = today
            self._store.command(
                "ALTER TABLE breakdowns DELETE WHERE bucket < {oldest:DateTime('UTC')}",
                {"oldest": (today * DAY - KEPT) // SECOND},
            )
