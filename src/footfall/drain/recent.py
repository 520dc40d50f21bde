"""Sessions that ended last, kept in memory: a batch reads the store for late events only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import polars as pl

from footfall.catalog.tables import Table
from footfall.clock import DAY, Clock
from footfall.drain.history import StoreHistory
from footfall.model.session import SESSION_GAP
from footfall.pipeline.session_state import SESSION, SESSION_COLUMNS, VISITOR, History, within
from footfall.store.protocol import FactStore

KEPT = 50_000
"""Most sessions of a table that are kept: some 10 MB where their events do not differ."""

KEPT_BYTES = 50_000_000
"""Most bytes of them: a session of many variants takes some 7 KB."""

KEPT_MILLIS = 2 * SESSION_GAP
"""How long sessions are kept after their end. An event asks for those up to one gap before it."""

_MOST = 0.75
_UNKNOWN = pl.DataFrame(schema=SESSION_COLUMNS)
_NONE = pl.DataFrame(schema={name: SESSION_COLUMNS[name] for name in SESSION})


class Stored(History, Protocol):
    """A `History` of one table that knows when its last session ends."""

    def last_end(self) -> int:
        """Unix milliseconds; 0 where there are no sessions."""


class RecentHistory:
    """Implements `History` for one table, over that of the store.

    `since` is such that all stored sessions that end at or after it are in memory; None while it is not known. What
    ends before `oldest` may have gone from the store. What the last batch changed may still be being written: who asks
    the store for it waits until `wait` returns.
    """

    def __init__(
        self,
        store: Stored,
        oldest: Callable[[], int],
        kept: int = KEPT,
        wait: Callable[[], None] = lambda: None,
        kept_bytes: int = KEPT_BYTES,
    ) -> None:
        self._stored = store
        self._wait = wait
        self._oldest = oldest
        self._kept = kept
        self._kept_bytes = kept_bytes
        self.since: int | None = None
        self._rows = _UNKNOWN
        self._changes: list[tuple[pl.DataFrame, pl.DataFrame]] = []
        self._written = _NONE  # what the last batch changed

    @property
    def _store(self) -> Stored:
        """The store, once nothing is being written."""
        self._wait()
        return self._stored

    def _store_but(self, keys: pl.DataFrame) -> Stored:
        """The store, about sessions with one of these keys: the others may be being written."""
        is_written = len(self._written.join(keys, on=keys.columns, how="semi")) > 0
        return self._store if is_written else self._stored

    def overlapping(self, windows: pl.DataFrame) -> pl.DataFrame:
        if self.since is None:
            self.since = self._store.last_end() + 1
        late = windows["opens"] < max(self.since, self._oldest())
        known = within(self._rows, windows.filter(~late))
        if not late.any():
            return known
        asked = windows.filter(late)
        return pl.concat([known, self._store_but(asked.select(VISITOR)).overlapping(asked)])

    def named(self, sessions: pl.DataFrame) -> pl.DataFrame:
        known = self._rows.join(sessions, on=SESSION, how="semi").filter(pl.col("end") >= self._oldest())
        missing = sessions.join(known, on=SESSION, how="anti")
        return known if missing.is_empty() else pl.concat([known, self._store_but(missing).named(missing)])

    def events(self, visitors: pl.DataFrame, start: int, end: int) -> pl.DataFrame:
        return self._store.events(visitors, start, end)

    def change(self, before: pl.DataFrame, after: pl.DataFrame) -> None:
        """Sessions are about to be replaced (SESSION_COLUMNS); it counts once `settle` says that they are stored."""
        self._changes.append((before, after))

    def settle(self, *, stored: bool) -> None:
        """The changes since the last call are stored, or will not be."""
        changes, self._changes = self._changes, []
        if stored:
            self._written = pl.concat([frame.select(SESSION) for change in changes for frame in change] or [_NONE])
        if stored and self.since is not None:
            for before, after in changes:
                kept = self._rows.join(before.select(SESSION), on=SESSION, how="anti") if len(before) else self._rows
                self._rows = pl.concat([kept, after.filter(pl.col("end") >= self.since)])
            self._trim(self.since)

    def forget(self) -> None:
        self._changes.clear()
        self._written = _NONE
        self._rows = _UNKNOWN
        self.since = None

    def _trim(self, since: int) -> None:
        """Let go of what ended long before most of the others, and of the oldest where there are too many."""
        ends = self._rows["end"]
        if ends.is_empty():
            return
        bound = int(ends.quantile(_MOST, "nearest") or 0) - KEPT_MILLIS
        if len(ends) > self._kept or self._rows.estimated_size() > self._kept_bytes:
            bound = max(bound, int(ends.sort(descending=True)[min(self._kept, len(ends)) // 2]))
        elif (ends < bound).sum() < len(ends) * (1 - _MOST):
            return  # too few to copy the others for
        self.since = max(since, bound)
        self._rows = self._rows.filter(pl.col("end") >= self.since)


class RecentSessions:
    """The recent sessions of every table with sessions.

    For the drain, which writes all sessions, and not for several threads at once. Who changes stored sessions by other
    means than a batch calls `forget`. `retention_days` is the age at which the store removes sessions by itself. `wait`
    returns once nothing is being written.
    """

    def __init__(
        self,
        facts: FactStore,
        clock: Clock,
        retention_days: int | None = None,
        wait: Callable[[], None] = lambda: None,
    ) -> None:
        self._facts = facts
        self._wait = wait
        self._clock = clock
        self._retention_days = retention_days
        self._tables: dict[Table, RecentHistory] = {}

    def of(self, table: Table) -> RecentHistory:
        if table not in self._tables:
            self._tables[table] = RecentHistory(StoreHistory(self._facts, table), self._oldest, wait=self._wait)
        return self._tables[table]

    def settle(self, *, stored: bool) -> None:
        """The changes of the batch that was planned last are stored, or will not be."""
        for table in self._tables.values():
            table.settle(stored=stored)

    def forget(self) -> None:
        """Read everything from the store again."""
        for table in self._tables.values():
            table.forget()

    def _oldest(self) -> int:
        """Sessions that may be removed any time from now are read from the store."""
        return 0 if self._retention_days is None else self._clock() - (self._retention_days - 1) * DAY
