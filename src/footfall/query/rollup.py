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
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from time import monotonic

import polars as pl

from footfall.clock import DAY, MINUTE, SECOND, Clock
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

MOST_LABELS = 100_000
"""Most paths and referrers of an hour that is counted, which is to be one part of the store, there or not at all."""

_LATE = 10 * MINUTE
_SETTLED = MINUTE
_FIRST = 5.0
_CHECK = 60.0
_SHARE = 20
_STEPS = (Bucket.HOUR, Bucket.QUARTER_HOUR)

Whole = Callable[[], AbstractContextManager[bool]]


@dataclass(frozen=True, slots=True)
class _Hour:
    """An hour by its start, with its number of requests and the newest batch among them."""

    project: int
    hour: int
    hits: int
    last_batch: int

    @property
    def key(self) -> tuple[int, int]:
        return self.project, self.hour


class Rollup:
    """Counts hours, one at each call, in a thread of its own.

    `whole` is the drain's: an hour's sessions are right when no batch is written in part, and stay so as long as the
    hour gets no further request. Batches of other processes are told by the age of their numbers.
    """

    def __init__(self, store: Store, clock: Clock, whole: Whole, tick: Callable[[], float] = monotonic) -> None:
        self._store = store
        self._clock = clock
        self._whole = whole
        self._tick = tick
        self._waiting: deque[_Hour] = deque()
        self._left: dict[tuple[int, int], _Hour] = {}
        self._next_check = tick() + _FIRST
        self._day = 0

    def __call__(self) -> None:
        """Look for hours to count, at most once a minute, or count one of them."""
        if self._waiting:
            self.count(self._waiting.popleft())
            return
        started = self._tick()
        if started >= self._next_check:
            self._next_check = started + _CHECK  # also where this fails
            self._forget()
            self._waiting.extend(self.missing())
            self._next_check = max(self._next_check, self._tick() + _SHARE * (self._tick() - started))

    def missing(self) -> list[_Hour]:
        """Hours that are over and whose requests want counting; newest first."""
        now = self._clock()
        period = Period(Bucket.HOUR.floor(now - KEPT), Bucket.HOUR.floor(now - _LATE))
        rows = fetch(self._store, BusyHours(period, LEAST, settled=(now - _SETTLED) * 1000))
        found = [_Hour(**row) for row in rows]
        self._left = {hour.key: hour for hour in found if self._left.get(hour.key) == hour}
        return [hour for hour in found if hour.key not in self._left]

    def count(self, wanted: _Hour) -> bool:
        """Count an hour; False where it is not as it was found, or changes meanwhile, or is too varied."""
        base = hour_of(wanted.project, wanted.hour)
        facts = build.totals(base, "hits", "last_batch", "endpoints", "referers")
        with self._whole() as whole:
            (before,) = fetch(self._store, facts)
        if not whole or (before["hits"], before["last_batch"]) != (wanted.hits, wanted.last_batch):
            return False
        if before["endpoints"] + before["referers"] > MOST_LABELS:
            self._left[wanted.key] = wanted  # until it changes: its requests are read each time
            return False
        cells = pl.concat(self._cells(wanted, step) for step in _STEPS)
        (after,) = fetch(self._store, facts)
        if before != after:
            return False
        self._write(wanted, cells)
        return True

    def _write(self, counted: _Hour, cells: pl.DataFrame) -> None:
        base = hour_of(counted.project, counted.hour)
        last = max((row["edition"] for row in fetch(self._store, Seals(base))), default=0)
        edition = max(last + 1, self._clock() * 1000)
        rows = cells.with_columns(
            project_id=pl.lit(counted.project, pl.UInt32),
            batch=pl.lit(counted.last_batch, pl.UInt64),
            edition=pl.lit(edition, pl.UInt64),
        )
        out = io.BytesIO()
        rows.write_ipc(out, compression="lz4", compat_level=pl.CompatLevel.oldest())
        self._store.insert("breakdowns", out.getvalue(), token=f"{counted.project}:{counted.hour}:{edition}")

    def _cells(self, wanted: _Hour, step: Bucket) -> pl.DataFrame:
        base = hour_of(wanted.project, wanted.hour)
        base = replace(base, buckets=step.starts(base.period))
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
