"""Sessions of months of which a part was damaged: made again from the facts, which are all that they depend on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import polars as pl
import structlog

from footfall.catalog.tables import Table
from footfall.clock import Clock
from footfall.drain.inventory import Inventory, amounts
from footfall.drain.journal import Journal
from footfall.drain.longest import LongestSessions
from footfall.drain.marks import Marks
from footfall.drain.plan import make_sessions_plan
from footfall.store.protocol import Store

VISITORS = 5_000
"""Whose facts are read at once."""


class SessionsRebuilding:
    """Called by the drain between two batches.

    A part that is set aside stays until its month is done: after a crash, the month begins anew.
    """

    def __init__(
        self,
        store: Store,
        journal: Journal,
        inventory: Inventory,
        marks: Marks,
        longest: LongestSessions,
        clock: Clock,
    ) -> None:
        self._store = store
        self._inventory = inventory
        self._marks = marks
        self._longest = longest
        self._journal = journal
        self._clock = clock
        self._number = 0

    def __call__(self) -> None:
        """Of months of which a part is set aside."""
        self.rebuild(sorted(self._store.facts.months_without_sessions()))

    def rebuild(self, months: Iterable[int]) -> None:
        for month in months:
            structlog.get_logger("drain").error("sessions are damaged and made again", month=month)
            # Plans that are not applied yet change sessions which are about to go.
            self._journal.lose_all()
            self._inventory.forget(Table.SESSIONS, month)
            self._store.facts.drop_sessions(month)
            written = Counter[int]()
            for table in (Table.EVENTS, Table.REQUESTS):
                self._rebuild(table, month, written)
            self._inventory.made_again(month, written)
            self._store.facts.forget_sessions_set_aside(month)
            structlog.get_logger("drain").info("sessions are made again", month=month)

    def _rebuild(self, table: Table, month: int, written: Counter[int]) -> None:
        """Adds to `written` what the inventory tallies of sessions, by month."""
        after = (0, 0)
        while len(visitors := self._store.facts.visitors_of(table, month, after, VISITORS)):
            after = visitors.select("project_id", "visitor").row(-1)
            ends = [visitors.select("project_id", "visitor", timestamp=name) for name in ("start", "end")]
            self._number = max(self._clock() * 1000, self._number + 1)
            plan = make_sessions_plan(self._number, {table: pl.concat(ends)}, self._store)
            self._marks.write(plan.touched)
            self._longest.write(plan.inserts)
            for insert in plan.inserts:
                self._store.insert(insert.table, insert.arrow, token=insert.token)
                written.update(amounts(insert))
            for change in plan.changes:
                self._store.facts.apply(change)
