"""From a batch of a spool to its plan: rows to erase are left out, old ones set apart, bad ones rejected."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Protocol

import structlog

from footfall.drain.backfill import BACKFILL, Backfill
from footfall.drain.plan import Plan, make_plan, timed
from footfall.drain.recent import RecentSessions
from footfall.errors import FootfallError
from footfall.model.erasure import Forgotten, Subject
from footfall.model.raw import Record, halves, pieces, size
from footfall.pipeline.decode import Facts
from footfall.pipeline.decode import facts as facts_of
from footfall.pipeline.erasing import without
from footfall.pipeline.steps import Tools
from footfall.spool.protocol import Batch, Spool


class PlanWatcher(Protocol):
    """Observes how plans are made."""

    def step(self, name: str, seconds: float) -> None: ...

    def failed(self, stage: str) -> None: ...

    def discarded(self, rows: int) -> None: ...


class Planning:
    """Belongs to one drain. `writer` gives the number that stands for a spool in rows, by the spool's name.

    `erased` gives those whose rows are to be removed. Without a `backfill` no rows are set apart.
    """

    def __init__(
        self,
        recent: RecentSessions,
        tools: Tools,
        writer: Callable[[str], int],
        watcher: PlanWatcher,
        erased: Callable[[], Collection[Subject | Forgotten]],
        backfill: Backfill | None,
    ) -> None:
        self._recent = recent
        self._tools = tools
        self._writer = writer
        self._watcher = watcher
        self._erased = erased
        self._backfill = backfill
        self._log = structlog.get_logger("drain")

    def plan(self, name: str, spool: Spool, batch: Batch, *, whole: bool = False) -> Plan:
        """Of a `whole` batch no rows are set apart."""
        plan = self.at_once(name, spool, batch, whole=whole)
        if plan is not None:
            return plan
        with self._read(spool, batch) as records:
            if self._backfill is None or name == BACKFILL or whole:
                return self._looked_through(name, spool, batch, records)
            return self._looked_through(name, spool, batch, self._backfill.without_old(name, batch.number, records))

    def at_once(self, name: str, spool: Spool, batch: Batch, *, whole: bool = False) -> Plan | None:
        """The plan of a batch whose records are never there together; None where one is to be set apart or rejected.

        The batch may not be recorded yet: nothing durable is done.
        """
        discarded: list[int] = []
        try:
            facts = self._decoded(self._kept(spool.records(batch), discarded))
            backfill = None if name == BACKFILL or whole else self._backfill
            if backfill is not None and backfill.concerns(name, batch.number, facts):
                return None
            plan = self._planned(name, batch, facts)
        except FootfallError:
            raise  # the store's fault, not the batch's
        except Exception as error:  # noqa: BLE001 - it fails again, and then the cause is looked for
            self._log.warning("a batch is looked at record by record", batch=batch.number, error=str(error))
            return None
        self._tell(discarded)
        return plan

    def facts(self, spool: Spool, batch: Batch) -> Facts:
        """Those of a batch that are not to be erased."""
        return facts_of(self._kept(spool.records(batch), []))

    def _looked_through(self, name: str, spool: Spool, batch: Batch, records: list[Record]) -> Plan:
        try:
            return self._planned(name, batch, self._decoded(records))
        except FootfallError:
            raise  # as above
        except Exception as error:  # noqa: BLE001 - one bad record must not block the others
            self._watcher.failed("plan")
            self._log.exception("a batch can't be processed as a whole, looking for the cause", error=str(error))
            return self._planned(name, batch, self._decoded(self._sound(name, spool, batch, records)))

    def _sound(self, name: str, spool: Spool, batch: Batch, records: list[Record]) -> list[Record]:
        """The records, or parts of records, that can be processed; the others are rejected, each with its reason."""
        try:
            self._planned(name, batch, self._decoded(records))
        except FootfallError:
            raise
        except Exception as error:  # noqa: BLE001 - the reason is kept with the record
            middle = len(records) // 2
            parts = [records[:middle], records[middle:]] if middle else _halves(records[0])
            if not parts:
                spool.reject(batch, records[0], f"{type(error).__name__}: {error}")
                self._log.error("record rejected", batch=batch.number, events=size(records[0]), reason=str(error))
            return [sound for part in parts for sound in self._sound(name, spool, batch, part)]
        return records

    def _decoded(self, records: Iterable[Record]) -> Facts:
        with timed("decode", self._watcher.step):
            return facts_of(records)

    def _planned(self, name: str, batch: Batch, facts: Facts) -> Plan:
        self._recent.settle(stored=False)
        writer = self._writer(name)
        return make_plan(batch.number, facts, self._recent, self._tools, self._watcher.step, writer=writer)

    @contextmanager
    def _read(self, spool: Spool, batch: Batch) -> Iterator[list[Record]]:
        """The records of a batch, for as long as they are looked at."""
        discarded: list[int] = []
        records = [*self._kept(spool.records(batch), discarded)]
        self._tell(discarded)
        try:
            yield records
        finally:
            while records:
                records.pop()  # one by one, so that other threads run in between

    def _kept(self, records: Iterable[Record], discarded: list[int]) -> Iterator[Record]:
        """The records without the rows of those that are to be erased; how many these are is added to `discarded`."""
        erased = self._erased()
        for record in chain.from_iterable(map(pieces, records)):
            kept = without([record], erased) if erased else [record]
            discarded.append(size(record) - sum(map(size, kept)))
            yield from chain.from_iterable(map(pieces, kept))

    def _tell(self, discarded: list[int]) -> None:
        if any(discarded):
            self._watcher.discarded(sum(discarded))


def _halves(record: Record) -> list[list[Record]]:
    """Empty where the record can't be divided, be it that it can't be read."""
    try:
        return [[half] for half in halves(record)]
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it is rejected whole
        return []
