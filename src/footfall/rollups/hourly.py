"""Hourly roll-ups of requests, so that the network surface need not count the requests of past hours again.

A roll-up is computed from the requests alone and used only while it is valid: while the hour has as many requests as
the validity marker says, and none of a later batch. That suffices, because nothing about a stored request changes
except its session, and the number of an hour's sessions changes only when a request joins that hour: two sessions of a
visitor merge when a request falls between them, and if both have requests in the hour, so does that one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from time import monotonic

import polars as pl

from footfall.catalog.rollups import GROUPINGS
from footfall.catalog.tables import Table
from footfall.clock import DAY, MINUTE, SECOND, Clock
from footfall.model.period import Bucket, Period
from footfall.pipeline.rows import arrow
from footfall.query import build
from footfall.query.ast import Breakdowns, HoursToRollUp, ValidityMarkers
from footfall.query.fetch import fetch, fetch_frame
from footfall.query.network import hour_of
from footfall.store.protocol import Store

MAX_AGE = 8 * DAY
"""Age up to which hours have roll-ups: the longest range, and one day more."""

MIN_REQUESTS = 1_000
"""Hours with fewer requests have no roll-up: counting them again is as fast as reading one."""

MAX_LABELS = 100_000
"""Hours with more paths and referrers have no roll-up: it must fit one insert, which is stored whole or not at all."""

_LATE = 10 * MINUTE
_SETTLED = MINUTE
_FIRST = 5.0
_CHECK = 60.0
_PAUSE_FACTOR = 20
_STEPS = (Bucket.HOUR, Bucket.QUARTER_HOUR)

Quiesced = Callable[[], AbstractContextManager[bool]]


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


class HourlyRollups:
    """Writes roll-ups, one hour per call, on a thread of its own.

    `quiesced` is the drain's: an hour's sessions are consistent when no batch is partly written, and stay so until the
    hour gets another request. Batches of other processes count as settled once their numbers are old enough.
    """

    def __init__(self, store: Store, clock: Clock, quiesced: Quiesced, tick: Callable[[], float] = monotonic) -> None:
        self._store = store
        self._clock = clock
        self._quiesced = quiesced
        self._tick = tick
        self._waiting: deque[_Hour] = deque()
        self._skipped: dict[tuple[int, int], _Hour] = {}
        self._next_check = tick() + _FIRST
        self._day = 0

    def __call__(self) -> None:
        """Roll up one waiting hour; with none waiting, look for more, at most once a minute."""
        if self._waiting:
            self.roll_up(self._waiting.popleft())
            return
        started = self._tick()
        if started >= self._next_check:
            self._next_check = started + _CHECK  # set first: it also holds when this round fails
            self._expire()
            self._waiting.extend(self.missing())
            self._next_check = max(self._next_check, self._tick() + _PAUSE_FACTOR * (self._tick() - started))

    def missing(self) -> list[_Hour]:
        """Past hours that need a roll-up, newest first."""
        now = self._clock()
        period = Period(Bucket.HOUR.floor(now - MAX_AGE), Bucket.HOUR.floor(now - _LATE))
        rows = fetch(self._store, HoursToRollUp(period, MIN_REQUESTS, settled=(now - _SETTLED) * 1000))
        found = [_Hour(**row) for row in rows]
        self._skipped = {hour.key: hour for hour in found if self._skipped.get(hour.key) == hour}
        return [hour for hour in found if hour.key not in self._skipped]

    def roll_up(self, wanted: _Hour) -> bool:
        """Roll up an hour; False where its requests changed since it was found, change meanwhile, or are too varied."""
        base = hour_of(wanted.project, wanted.hour)
        facts = build.totals(base, "hits", "last_batch", "endpoints", "referrer_urls")
        with self._quiesced() as quiesced:
            (before,) = fetch(self._store, facts)
        if not quiesced or (before["hits"], before["last_batch"]) != (wanted.hits, wanted.last_batch):
            return False
        if before["endpoints"] + before["referrer_urls"] > MAX_LABELS:
            self._skipped[wanted.key] = wanted  # until it changes; queries read its requests
            return False
        cells = pl.concat(self._cells(wanted, step) for step in _STEPS)
        (after,) = fetch(self._store, facts)
        if before != after:
            return False
        self._write(wanted, cells)
        return True

    def _write(self, hour: _Hour, cells: pl.DataFrame) -> None:
        markers = fetch(self._store, ValidityMarkers(hour_of(hour.project, hour.hour)))
        last = max((row["version"] for row in markers), default=0)
        version = max(last + 1, self._clock() * 1000)
        rows = cells.with_columns(
            project_id=pl.lit(hour.project, pl.UInt32),
            batch=pl.lit(hour.last_batch, pl.UInt64),
            edition=pl.lit(version, pl.UInt64),
        )
        self._store.insert(Table.BREAKDOWNS.value, arrow(rows), token=f"{hour.project}:{hour.hour}:{version}")

    def _cells(self, hour: _Hour, step: Bucket) -> pl.DataFrame:
        base = hour_of(hour.project, hour.hour)
        base = replace(base, buckets=step.starts(base.period))
        found = fetch_frame(self._store, Breakdowns(base, GROUPINGS))
        return found.select(
            pl.col("dimension", "label").cast(pl.String),
            pl.col("bucket").cast(pl.Datetime("ms", "UTC")),
            pl.lit(step.next(0) // SECOND, pl.UInt16).alias("step"),
            pl.col("hits").cast(pl.UInt64).alias("requests"),
            pl.col("sessions").cast(pl.UInt64).alias("visits"),
            pl.col("bytes").cast(pl.UInt64),
        )

    def _expire(self) -> None:
        """Once a day, delete roll-ups that no range reaches any more."""
        today = self._clock() // DAY
        if today != self._day:
            self._day = today
            self._store.drop_days_before(Table.BREAKDOWNS, today * DAY - MAX_AGE)
