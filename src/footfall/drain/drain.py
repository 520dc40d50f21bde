"""The loop that empties the spools into the store."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Protocol

import msgspec
import structlog

from footfall.catalog.tables import Table
from footfall.clock import Clock, system_clock
from footfall.drain.backfill import BACKFILL, Backfill
from footfall.drain.inventory import TALLIED, Inventory
from footfall.drain.journal import Journal
from footfall.drain.longest import LongestSessions
from footfall.drain.marks import Marks, Owner
from footfall.drain.plan import Insert, Plan, Touched, make_sessions_plan, touched_by
from footfall.drain.planning import Planning, PlanWatcher
from footfall.drain.rebuilding import SessionsRebuilding
from footfall.drain.recent import RecentSessions
from footfall.drain.recovery import missing, of_months
from footfall.drain.stocktaking import REPLAYED, Stocktaking
from footfall.drain.upgrade import fill_referrers
from footfall.drain.writing import Writing
from footfall.errors import TransientError
from footfall.model.erasure import Forgotten, Subject
from footfall.pipeline.steps import Tools
from footfall.spool.progress import Progress
from footfall.spool.protocol import Batch, Spool
from footfall.store.gate import ALL_PROJECTS, BatchGate
from footfall.store.protocol import Piece, Store

EVERY = "every spool"
"""Stands for the name of a spool where a round fails before it comes to one."""

_PAUSE_AFTER_ERROR = 2.0
_FULL_SHARE = 0.5
"""A batch of this share of the limit is a full one: the next is drained at once, and planned while it is written."""

_STOCK_ROUNDS = 32
"""Under a backlog, every so many rounds nothing is planned while a batch is written, so that stock can be taken."""

_LOADED_ROWS = 1_000
"""From so many rows on, rounds are further apart: half of what a small batch costs does not depend on its rows."""


class Watcher(PlanWatcher, Protocol):
    """Observes the drain; `Metrics` in the API implements it."""

    def drained(self, table: str, rows: int) -> None: ...

    def crowded(self, events: int) -> None: ...


class Drain:
    """One per installation. `run` needs a thread of its own; a failure there never affects collection.

    `spools` gives those that can be read now; others may still exist, as `exists` says by their names. `erased` gives
    those whose rows are to be removed: what the spools hold of them is discarded. Without
    a `backfill`, a batch writes to as many months as it has facts of.
    """

    def __init__(
        self,
        spools: Callable[[], Iterable[tuple[str, Spool]]],
        store: Store,
        journal: Journal,
        watcher: Watcher,
        *,
        erased: Callable[[], Collection[Subject | Forgotten]] = tuple,
        tools: Tools | None = None,
        gate: BatchGate | None = None,
        inventory: Inventory | None = None,
        backfill: Backfill | None = None,
        exists: Callable[[str], bool] = lambda _: True,
        batch_events: int = 100_000,
        flush_interval: float = 1.0,
        retention_days: int | None = None,
        clock: Clock = system_clock,
    ) -> None:
        self._spools = spools
        self._store = store
        self._journal = journal
        self._watcher = watcher
        self._gate = gate or BatchGate()
        self._limit = batch_events
        self._interval = flush_interval
        self._stop = threading.Event()
        self._asked = threading.Event()  # for the next round, or to end
        self._log = structlog.get_logger("drain")
        self._marks = Marks(store)
        self._longest = LongestSessions(store)
        self._writing = Writing()
        self._recent = RecentSessions(store.facts, clock, retention_days, self._writing.wait)
        self._planning = Planning(self._recent, tools or Tools.default(), journal.writer, watcher, erased, backfill)
        self._batch = threading.Lock()  # held while a batch is planned and, unless that is left to a thread, written
        self._begun = journal.begun()  # spools whose batch may be written in part
        self._ended = ""
        self.rounds = 0
        self._damaged = True  # or may be: a part may have been set aside before the start
        self._rows = 0  # of the last round
        self._failures: list[BaseException] = []  # of the last round
        self._clock = clock
        self._exists = exists
        self._inventory = inventory or Inventory()
        self._rebuild_sessions = SessionsRebuilding(store, journal, self._inventory, self._marks, self._longest, clock)
        self._take_stock = Stocktaking(store.facts, self._inventory, spools, self._replay, self._rebuild)
        self.progress = Progress(clock)

    def run(self) -> None:
        """Drain until `stop`."""
        while not self._stop.is_set():
            started = time.monotonic()
            try:
                busy = self.drain_once(whole=False)
            except Exception as error:  # noqa: BLE001 - the batch stays unfinished in the spool and is tried again
                if self._ended:
                    break
                self._watcher.failed("drain")
                self._log.exception("draining failed, trying again", error=str(error))
                self._stop.wait(_PAUSE_AFTER_ERROR)
                continue
            if not busy:
                self._asked.wait(pause(self._interval, time.monotonic() - started, self._rows))
            self._asked.clear()
        with self._batch:
            if not self._settle():
                self._log.error("the last batch could not be written", error=str(self._failures[-1]))
        if self._ended:
            self.progress.goes_on(EVERY)
            for name, _ in self._spools():
                self.progress.ends(name, self._ended)

    def stop(self) -> None:
        """Ask `run` to end after the current batch."""
        self._stop.set()
        self._asked.set()

    def hurry(self) -> None:
        """Begin the next round of `run` at once: somebody waits for what is in the spools."""
        self._asked.set()

    def end(self, reason: str) -> None:
        """Drain nothing more: what waits in the spools is told to stand still. Called while the drain is quiesced."""
        self._ended = reason
        self.stop()

    @contextmanager
    def quiesced(self) -> Iterator[bool]:
        """Whether no batch is planned or partly written; none is begun while the block lasts."""
        with self._alone():
            yield self.rounds > 0 and not self._begun

    @contextmanager
    def changing_sessions(self) -> Iterator[bool]:
        """As `quiesced`, for who changes stored sessions within the block: no answer sees only some of its changes."""
        with self.quiesced() as quiesced:
            try:
                if quiesced:
                    yield from self._unseen()
                else:
                    yield False
            finally:
                self._recent.forget()

    def _unseen(self) -> Iterator[bool]:
        """Around one `yield`; a failure is raised once answers may go on, since no later batch makes it good."""
        failure: Exception | None = None
        with self._gate.batch({ALL_PROJECTS}):
            try:
                yield True
            except Exception as error:  # noqa: BLE001 - raised below
                failure = error
        if failure is not None:
            raise failure

    def begin_cells(self, until: Mapping[Owner, int]) -> int | None:
        """The stamp of roll-ups that are made next (`Marks.begin`); None while a batch is partly written or removed."""
        with self.quiesced() as quiesced:
            return self._marks.begin(until) if quiesced and not self._store.facts.is_removing() else None

    def mark(self, touched: Iterable[Touched]) -> None:
        """Say that facts change by other means than a batch, before they do: roll-ups of those hours are made again."""
        with self._alone():
            self._recent.forget()
            self._marks.write(touched)

    @contextmanager
    def removing(self, piece: Piece) -> Iterator[None]:
        """While rows of a piece are removed on purpose: they are not missed."""
        place = (Table(piece.table), int(piece.partition)) if piece.table in TALLIED else None
        with self._alone():
            self._recent.forget()
            if place:
                self._inventory.begin_change(*place)
        try:
            yield
        finally:
            if place:
                with self._alone():
                    self._inventory.end_change(*place)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the lock while nothing is being written."""
        with self._batch:
            self._writing.wait()
            yield

    def drain_once(self, *, whole: bool = True) -> bool:
        """Drain a batch of every spool; True where one of them was so full that the next round should not wait.

        The last batch of a round that is not `whole` may still be being written after it.
        """
        self._rows = 0
        busy = False
        try:
            spools = self._readied()
        except Exception as error:
            self.progress.fails(EVERY, error)
            raise
        self.progress.goes_on(EVERY)
        for name, spool in spools:
            try:
                self.progress.begins(name)
                rows = self._take(name, spool)
                self._rows += rows
                busy |= self._is_full(rows)
                if self._writing.of(name) is None:
                    self.progress.goes_on(name)
            except Exception as error:  # noqa: BLE001 - one spool must not keep the others waiting
                self._fails(name, error)
        self.rounds += 1
        if whole or not busy or self.rounds % _STOCK_ROUNDS == 1:
            with self._batch:
                self._settle()
            with self.quiesced() as quiesced:
                if quiesced:
                    self._take_stock()
        failures, self._failures = self._failures, []
        if failures:
            raise failures[0]
        return busy

    def _readied(self) -> list[tuple[str, Spool]]:
        """The spools, once the store is whole."""
        self._damaged |= self._store.set_damage_aside()
        if self._damaged:
            with self._alone():  # no cell may be made while sessions are missing
                self._recent.forget()
                self._rebuild_sessions()
                self._take_stock.ask()
            self._damaged = False
        for gone in [name for name in tuple(self._begun) if not self._exists(name)]:
            self._begun.discard(gone)  # nobody waits for it; in place, since a batch may be being written
        return list(self._spools())

    def _is_full(self, rows: int) -> bool:
        return rows >= self._limit * _FULL_SHARE

    def _fails(self, name: str, error: BaseException) -> None:
        self.progress.fails(name, error)
        self._failures.append(error)

    def _settle(self) -> bool:
        """Wait for the batch that is being written; False where that failed: what was planned meanwhile is wrong."""
        name, error = self._writing.outcome()
        if error is not None:
            self._recent.forget()
            self._fails(name, error)
        elif name:
            self.progress.goes_on(name)
        return error is None

    def _go_on(self) -> None:
        if self._ended:
            raise TransientError(self._ended)

    def _take(self, name: str, spool: Spool) -> int:
        """Drain a batch of one spool; returns the number of its rows."""
        before = self._writing.of(name)
        if before is not None and (rows := self._drain_ahead(name, spool, before)):
            return rows
        batch = spool.take(1 if name == BACKFILL else self._limit)
        if name in self._begun:
            keep = batch.number if batch else None
            for number in self._journal.left(name, keep=keep):
                if not self._inventory.months_of(number):  # it has not ended, and its rows in the spool are gone
                    self._note_stored(number)
            self._journal.forget(name, keep=keep)
            if batch is None:
                self._begun.discard(name)
        return self._drain(name, spool, batch) if batch else 0

    def _drain_ahead(self, name: str, spool: Spool, before: Batch) -> int:
        """Drain the batch after one that is being written, planned meanwhile; 0 rows where it is not to be had."""
        with self._batch:
            self._go_on()
            batch = spool.following(before, self._limit, round(self._limit * _FULL_SHARE))
            plan = self._planning.at_once(name, spool, batch) if batch else None
            if not self._settle() or batch is None or plan is None:
                return 0
            spool.begin(batch)
            return self._write(name, spool, batch, plan)

    def _drain(self, name: str, spool: Spool, batch: Batch) -> int:
        with self._batch:
            self._go_on()
            plan = self._journal.read(name, batch.number)
            if plan is not None:
                self._settle()
                self._log.info("going on with a batch that was begun before", spool=name, batch=batch.number)
                return self._write(name, spool, batch, plan, begun=True, known=False)
            plan = self._planning.plan(name, spool, batch)
            if not self._settle():
                plan = self._planning.plan(name, spool, batch)
            if not self._journal.lost(name, batch.number):
                return self._write(name, spool, batch, plan)
            self._begun.add(name)
            self._inventory.record(batch.number, plan.inserts)
            if self._store.facts.is_tallied:  # the lost plan may have changed some sessions
                self._inventory.doubt(self._inventory.session_months(batch.number) | self._stored_months(batch.number))
            plan = self._completed(plan, spool, batch)
            self._note_stored(batch.number)  # with rows that the spool has lost since
            return self._write(name, spool, batch, plan, known=False)

    def _stored_months(self, number: int) -> set[int]:
        """The months of all events and requests of a batch that are stored, be they lost by the spool since."""
        found = (self._store.facts.rows_of_batch(table, number) for table in (Table.EVENTS, Table.REQUESTS))
        return set().union(*found)

    def _note_stored(self, number: int) -> None:
        """Rows that nothing else tells of would make up for as many that are lost elsewhere."""
        self._inventory.found(number, {table: self._store.facts.rows_of_batch(table, number) for table in REPLAYED})

    def _write(
        self, name: str, spool: Spool, batch: Batch, plan: Plan, *, begun: bool = False, known: bool = True
    ) -> int:
        """Write a plan, of a full batch on a thread; returns its rows. It is `known` how the plan changes sessions."""
        rows = sum(plan.facts.values())
        finish = partial(self._finish, name, spool, batch, plan, begun=begun)
        with self._remembering(known=known):
            if known and name != BACKFILL and self._is_full(rows):
                self.progress.begins(name)
                self._writing.begin(name, batch, finish)
            else:
                finish()
        return rows

    def _finish(self, name: str, spool: Spool, batch: Batch, plan: Plan, *, begun: bool) -> None:
        if not begun:
            self._journal.write(name, plan, batch=batch.number)
        self._begun.add(name)
        self._apply(plan, begun=begun)
        self._inventory.record(batch.number, plan.inserts)
        spool.finish(batch)
        self._journal.remove(name, batch.number)
        self._begun.discard(name)
        for table, rows in plan.facts.items():
            self._watcher.drained(table, rows)
        if plan.crowded:
            self._watcher.crowded(plan.crowded)
            self._log.warning("events of crowded visitors joined sessions by time alone", events=plan.crowded)

    @contextmanager
    def _remembering(self, *, known: bool) -> Iterator[None]:
        """Around the writing of a plan: its changes of sessions are remembered, or all that was is forgotten.

        What a thread goes on writing is remembered at once; `_settle` forgets it should that fail.
        """
        try:
            yield
        except BaseException:
            self._recent.forget()
            raise
        if known:
            self._recent.settle(stored=True)
        else:
            self._recent.forget()

    def _completed(self, plan: Plan, spool: Spool, batch: Batch) -> Plan:
        """For a batch whose plan is lost, and which may be stored in part: complete its facts; returns the rest.

        The rest is a plan of its own, made from the stored facts, so that it does not matter which sessions the lost
        plan has changed already. It has a number of its own, since versions of sessions are told apart by it.
        """
        self._marks.write(plan.touched)
        facts = [insert for insert in plan.inserts if insert.table != Table.SESSIONS]
        for insert in facts:
            self._complete(plan, insert)
        number = max(self._clock() * 1000 + secrets.randbelow(1000), batch.number + 1)
        rest = make_sessions_plan(number, touched_by(self._planning.facts(spool, batch)), self._store)
        self._log.warning("a batch without its plan is completed", batch=batch.number, version=number)
        return msgspec.structs.replace(rest, facts=plan.facts)

    def _replay(self, name: str, spool: Spool, batch: Batch) -> None:
        """Insert the facts of a finished batch that are not in the store any more."""
        plan = self._planning.plan(name, spool, batch, whole=True)
        wrote = self._inventory.months_of(batch.number)
        facts = [part for insert in plan.inserts if (part := of_months(insert, wrote[insert.table]))]
        facts = [insert for insert in facts if insert.table in REPLAYED]
        rest = self._completed(msgspec.structs.replace(plan, inserts=facts), spool, batch)
        self._apply(rest, begun=False)
        self._recent.forget()

    def _rebuild(self, months: Iterable[int]) -> None:
        self._recent.forget()
        self._rebuild_sessions.rebuild(months)

    def _apply(self, plan: Plan, *, begun: bool) -> None:
        """Write a plan; of one that was begun before, only what is missing."""
        started = time.perf_counter()
        self._marks.write(plan.touched)
        self._longest.write(plan.inserts)
        with self._gate.batch({one.project for one in plan.touched} or {ALL_PROJECTS}):
            for insert in plan.inserts:
                if begun:
                    self._complete(plan, insert)
                else:
                    self._store.insert(insert.table, insert.arrow, token=insert.token)
            for change in plan.changes:
                self._store.facts.apply(change)
            for update in plan.updates:
                self._store.command(update.sql, update.params)
        if begun:
            fill_referrers(self._store.facts, plan)
        self._watcher.step("insert", time.perf_counter() - started)

    def _complete(self, plan: Plan, insert: Insert) -> None:
        """Insert what is missing, shard by shard.

        First under the insert's own token, since the first attempt may still be running at a remote store; then under a
        new one, in case the engine remembers the token but has lost the rows.
        """
        for shard, rows in self._store.split(insert.table, insert.arrow):
            part = msgspec.structs.replace(insert, arrow=rows)
            again = () if shard.keeps_tokens else (f"{insert.token}:{secrets.token_hex(8)}",)
            for token in (insert.token, *again):
                rest = missing(shard.facts, plan.number, part)
                if rest is None:
                    break
                shard.insert(rest.table, rest.arrow, token=token)


def pause(interval: float, took: float, rows: int) -> float:
    """Seconds until the next round, after one of so many rows that took so long; rounds begin an `interval` apart.

    Under load they are up to twice as far apart. Then the next round may take twice as long as this one, and what came
    right after this one began can still be queried within two intervals.
    """
    apart = max(interval, 2 * (interval - took)) if rows >= _LOADED_ROWS else interval
    return max(0.0, apart - took)
