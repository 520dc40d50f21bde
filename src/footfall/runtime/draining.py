"""A store and the thread that fills it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack

import structlog

from footfall.clock import Clock
from footfall.drain.backfill import BACKFILL, Backfill
from footfall.drain.drain import Drain, Watcher
from footfall.drain.erasure import Erasure
from footfall.drain.inventory import INVENTORY, Inventory
from footfall.drain.journal import Journal
from footfall.errors import FatalError, TransientError
from footfall.meta import RENEW, DrainLease, StoredFence, open_meta
from footfall.model.period import iso_seconds
from footfall.model.progress import Standstill
from footfall.runtime.moved import check_not_moved
from footfall.runtime.periodic import Periodic
from footfall.settings import Settings
from footfall.spool.spools import Spools
from footfall.spool.sqlite import SqliteSpool
from footfall.store.clickhouse import detached_parts, is_embedded, open_store
from footfall.store.gate import BatchGate
from footfall.store.protocol import Store

_PATIENCE = 5.0
"""Seconds that an end waits for metadata that can't be reached."""

TELL_AFTER = 60.0
"""Seconds of standstill after which the log tells of it, once a minute."""


class Draining:
    """Open together, and for one process at a time. `projects` is the drain's own view of the metadata.

    `replaced` is called where another server drains now: nothing more may be changed in the store.
    """

    def __init__(
        self,
        settings: Settings,
        spools: Spools,
        clock: Clock,
        watcher: Watcher,
        replaced: Callable[[], object] = lambda: None,
    ) -> None:
        self.last_round = clock()
        self._replaced = replaced
        self._clock = clock
        self._spools = spools
        with ExitStack() as opened:
            self.store = _opened(settings, self._slots)
            opened.callback(self.store.close)
            # Not before: the store's lock keeps a second server from migrating what the first one uses.
            self._meta = open_meta(settings, clock)
            opened.callback(self._meta.close)
            check_not_moved(settings, self._meta)
            self.projects = self._meta.editor
            self.erasures = self._meta.erasures
            self.journal = Journal(settings.data / "drain")
            self._lease = self._taken_lease(settings, clock)
            self.inventory = Inventory(
                settings.data / "drain" / INVENTORY, retention_days=settings.retention_days, clock=clock
            )
            opened.pop_all()
        # Only a remote store has readers in other processes.
        self.gate = BatchGate(fence=None if is_embedded(settings) else StoredFence(self._meta.database))
        self.drain = Drain(
            self._round,
            self.store,
            self.journal,
            watcher,
            erased=self.erasures.subjects,
            gate=self.gate,
            inventory=self.inventory,
            backfill=Backfill(lambda: spools.only(BACKFILL), lambda: spools.has(BACKFILL)),
            exists=spools.has,
            batch_events=settings.batch_events,
            flush_interval=settings.flush_interval,
            retention_days=settings.retention_days,
            clock=clock,
        )
        self._thread = threading.Thread(target=self.drain.run, name="drain", daemon=True)
        self._thread.start()
        self._renewing = Periodic(RENEW, self._renew) if self._lease else None

    def _taken_lease(self, settings: Settings, clock: Clock) -> DrainLease | None:
        """None where the metadata lie in the data directory, of which a server has the lock."""
        if not settings.meta_url:
            return None
        place = f"{settings.data.resolve()} at {socket.gethostname()}"
        lease = DrainLease(self._meta.database, clock, self.journal.id, place)
        lease.take()
        return lease

    def _renew(self) -> None:
        """Where the metadata can't be reached, the next call tries again: nobody else can drain by them either."""
        try:
            if self._lease:
                self._lease.take()
        except FatalError as error:
            self._lease = None
            structlog.get_logger("drain").error("another server drains now: this one ends", reason=str(error))
            self._replaced()
            with self.drain.quiesced():
                self.drain.end(str(error))
        except TransientError as error:
            structlog.get_logger("drain").warning("the drain's lease is not renewed", reason=error.message)

    def _slots(self, shards: int) -> Sequence[int]:
        """Called with the first rows, once the metadata is open."""
        return self._meta.slots.shards(shards)

    def erasure(self) -> Erasure:
        """What erases rows of this store and of all spools, called again and again."""
        return Erasure(self.erasures, self.store, self.drain, lambda: list(self._spools), self.journal)

    def _round(self) -> list[tuple[str, SqliteSpool]]:
        self.last_round = self._clock()
        self._spools.sweep()
        return list(self._spools)

    def standstills(self) -> list[Standstill]:
        """Spools that nothing is drained of, those included that can't be read. Never waits."""
        return [*self._spools.unreadable(), *self.drain.progress.standstills()]

    def tell_standstills(self) -> None:
        """Log each standstill that lasts."""
        for one in self.standstills():
            if one.seconds >= TELL_AFTER:
                structlog.get_logger("drain").error(
                    "nothing is drained", spool=one.spool, since=iso_seconds(one.since), reason=one.reason
                )

    def stop(self, seconds: float | None = None) -> bool:
        """Whether the batch under way, if any, ended within the time."""
        self.drain.stop()
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def close(self) -> None:
        """Close the store, once the drain has stopped: nothing may be closed under it."""
        self._let_go()
        self._meta.close()
        self.inventory.close()
        self.store.close()

    def _let_go(self) -> None:
        if not self._lease or not self._renewing:
            return
        self._renewing.stop(_PATIENCE)
        try:
            self._lease.release()
        except TransientError as error:
            structlog.get_logger("drain").warning("the drain's lease lapses by itself", reason=error.message)


def _opened(settings: Settings, slots: Callable[[int], Sequence[int]]) -> Store:
    store = open_store(settings, slots)
    try:
        store.migrate()
        _retain(store, settings)
        _report_damage(store)
    except BaseException:
        store.close()
        raise
    return store


def _retain(store: Store, settings: Settings) -> None:
    """Set the retention. FatalError where it is new, removes most of a table, and is not confirmed."""
    days = settings.retention_days
    if days is not None and settings.confirm_retention_days != days:
        for table, (expired, stored) in store.expiring(days).items():
            if expired * 2 > stored:
                raise FatalError(
                    f"a retention of {days} days deletes {expired:,} of the {stored:,} rows of {table}: choose another "
                    f"FOOTFALL_RETENTION_DAYS, or confirm this one with FOOTFALL_CONFIRM_RETENTION_DAYS={days}"
                )
    store.set_retention(days)


def _report_damage(store: Store) -> None:
    """Log the parts that the engine set aside since the last start: their rows are missing from every answer."""
    for part in detached_parts(store):
        structlog.get_logger("store").error(
            "the store set a damaged part aside", table=part.table, part=part.name, reason=part.reason
        )
