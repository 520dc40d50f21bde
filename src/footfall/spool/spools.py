"""The spools of an installation: one file per collecting process, in one directory."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import structlog

from footfall.clock import Clock
from footfall.errors import TransientError, UserError
from footfall.filelock import FileLock, try_lock
from footfall.settings import Settings
from footfall.spool.protocol import SpoolState
from footfall.spool.sqlite import SqliteSpool

SERVER = "serve"


class Spools:
    """Opens the spools of other processes as they appear, and removes those that are empty and left behind.

    A process shows that it still writes to its spool by an flock on `<name>.lock`.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self.directory = settings.data / "spool"
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._open: dict[str, SqliteSpool] = {}
        self._locks: dict[str, FileLock] = {}
        self._unreadable: set[str] = set()
        # The drain, requests that ask for the state, and the start all come here from threads of their own.
        self._lock = threading.RLock()

    def own(self, name: str) -> SqliteSpool:
        """This process's spool, marked as in use; `name-2`, `name-3`… where other processes use those before.

        The same name comes back to the same file, so that idempotency keys hold from one process to the next.
        """
        with self._lock:
            for number in count(1):
                candidate = name if number == 1 else f"{name}-{number}"
                lock = self._try_lock(candidate)
                if lock is not None:
                    self._locks[candidate] = lock
                    return self._opened(candidate)
        raise AssertionError  # count() has no end

    def only(self, name: str) -> SqliteSpool:
        """This process's spool, which no other may have: UserError (`busy`) where one writes to it now.

        So whoever comes back under the name finds its note. A server that looks at the file holds it for a moment.
        """
        for _ in range(20):
            with self._lock:
                lock = self._try_lock(name)
                if lock is not None:
                    self._locks[name] = lock
                    return self._opened(name)
            time.sleep(0.05)
        raise UserError("busy", f"another process writes to {self.directory / name}.db")

    def __iter__(self) -> Iterator[tuple[str, SqliteSpool]]:
        """(name, spool) of every spool that can be read, the server's first."""
        names = sorted((path.stem for path in self.directory.glob("*.db")), key=lambda name: (name != SERVER, name))
        with self._lock:
            return iter([(name, spool) for name in names if (spool := self._readable(name))])

    def _readable(self, name: str) -> SqliteSpool | None:
        """The spool, or None, told once, where its file is no spool or its disk refuses: the next round looks again."""
        try:
            spool = self._opened(name)
            spool.state()
        except TransientError as error:
            if name not in self._unreadable:
                self._unreadable.add(name)
                structlog.get_logger("spools").error("a spool can't be read", spool=name, reason=error.message)
            return None
        self._unreadable.discard(name)
        return spool

    def state(self) -> SpoolState:
        """All of them added up."""
        states = [spool.state() for _, spool in self]
        total = states[0] if states else SpoolState(0, 0, self._settings.spool_max_events, 0, 0, 0)
        for state in states[1:]:
            total = replace(
                total,
                waiting=total.waiting + state.waiting,
                drained=total.drained + state.drained,
                last_drained_at=max(total.last_drained_at, state.last_drained_at),
                damaged=total.damaged + state.damaged,
                rejected=total.rejected + state.rejected,
            )
        return total

    def sweep(self) -> None:
        """Remove what others left behind: nobody writes to it, and nothing in it is of use any more."""
        for name, spool in self:
            if name not in self._locks and name != SERVER and spool.spent():
                self._remove(name, spool)

    def close(self) -> None:
        with self._lock:
            for spool in self._open.values():
                spool.close()
            for lock in self._locks.values():
                lock.close()
            self._open, self._locks = {}, {}

    def _opened(self, name: str) -> SqliteSpool:
        if name not in self._open:
            settings = self._settings
            self._open[name] = SqliteSpool(
                self.directory / f"{name}.db",
                clock=self._clock,
                capacity=settings.spool_max_events,
                keep_seconds=settings.spool_keep_seconds,
            )
        return self._open[name]

    def _remove(self, name: str, spool: SqliteSpool) -> None:
        with self._lock:
            lock = self._try_lock(name)
            if lock is None:
                return
            # Asked again under the lock: its owner may have written to it and died in between. The lock's file stays,
            # since another process may have it open and be about to take it.
            if spool.spent():
                del self._open[name]
                spool.remove()
            lock.close()

    def _try_lock(self, name: str) -> FileLock | None:
        return try_lock(self.directory / f"{name}.lock")
