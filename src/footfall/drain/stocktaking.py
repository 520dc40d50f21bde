"""Compares the store with the inventory, and brings back what can be: rows from the spools, sessions from the facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from time import monotonic

import structlog

from footfall.catalog.tables import Table
from footfall.drain.inventory import Difference, Inventory
from footfall.spool.protocol import Batch, Spool
from footfall.store.protocol import FactStore

EVERY = 3600.0
"""Seconds from one count to the next."""

REPLAYING = 1.0
"""Seconds of replaying after which batches that wait have a turn."""

REPLAYED = (Table.EVENTS, Table.REQUESTS, Table.ENGAGEMENTS)
"""Tables whose rows keep the number of their batch, whatever is merged."""

Spools = Callable[[], Iterable[tuple[str, Spool]]]
Replay = Callable[[str, Spool, Batch], None]


class Stocktaking:
    """Called by the drain between two batches, while none is partly written.

    A count takes place after the first round, then hourly, and where `ask` was called. What is found missing is brought
    back over several calls; what an interruption leaves is in the inventory, and only what is still missing at the end
    is lost. `rebuild` makes the sessions of months again.
    """

    def __init__(
        self,
        facts: FactStore,
        inventory: Inventory,
        spools: Spools,
        replay: Replay,
        rebuild: Callable[[Iterable[int]], None],
        tick: Callable[[], float] = monotonic,
    ) -> None:
        self._facts = facts
        self._inventory = inventory
        self._spools = spools
        self._replay = replay
        self._rebuild = rebuild
        self._tick = tick
        self._next = tick()
        self._tried = False
        self._log = structlog.get_logger("drain")

    def ask(self) -> None:
        """Count at the next call: something may be missing."""
        self._next = self._tick()

    def __call__(self) -> None:
        if self._repair_some() or not (self._tried or self._inventory.is_unsure or self._tick() >= self._next):
            return
        if self._facts.is_removing():  # what was asked for before an interruption
            return
        found = self._facts.tallies()
        differences = [] if found is None else self._inventory.differences(found)
        if not self._tried:
            batches, months = self._repairable(differences)
            if batches or months:
                self._inventory.begin_repairs(batches, months)
                self._tried = True
                return
        self._lose([one for one in differences if one.missing > 0 and one.table is not Table.SESSIONS])
        self._inventory.settle(found or {}, {batch.number for *_, batch in self._kept()})
        self._tried = False
        self._next = self._tick() + EVERY

    def _repairable(self, differences: list[Difference]) -> tuple[set[int], set[int]]:
        """Batches whose rows are missing and still in a spool, and months whose sessions are not what was written."""
        kept = {batch.number for *_, batch in self._kept()}
        batches: set[int] = set()
        for one in differences:
            if one.table in REPLAYED and one.missing > 0:
                wrote = self._inventory.batches_in(one.table, one.month) & kept
                batches |= wrote - self._facts.batches_in(one.table, one.month, sorted(wrote))
        # Where there are more facts than were noted, somebody else wrote them, with sessions.
        others = {one.month for one in differences if one.missing < 0 and one.table is not Table.SESSIONS}
        months = {one.month for one in differences if one.table is Table.SESSIONS} - others
        return batches, months

    def _repair_some(self) -> bool:
        """Whether anything was to be repaired."""
        batches, months = self._inventory.repairs()
        if not batches and not months:
            return False
        months |= self._inventory.session_months(*batches)  # their sessions change with each batch that comes back
        self._inventory.doubt(months)
        until = self._tick() + REPLAYING
        for name, spool, batch in self._kept():
            if batch.number in batches:
                self._replay(name, spool, batch)
                self._log.warning("lost rows are inserted again", spool=name, batch=batch.number)
                self._inventory.end_repairs([batch.number], [])
                batches.remove(batch.number)
                if self._tick() >= until and batches:
                    return True
        self._rebuild(sorted(months))
        self._inventory.end_repairs(batches, months)
        return True

    def _lose(self, lost: list[Difference]) -> None:
        for one in lost:
            self._log.error("rows are missing from the store", table=one.table, month=one.month, rows=one.missing)
        self._inventory.lose(lost)

    def _kept(self) -> Iterator[tuple[str, Spool, Batch]]:
        return ((name, spool, batch) for name, spool in self._spools() for batch in spool.kept())
