"""The spools of an installation: one file per collecting process, in one directory."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import replace
from itertools import count
from pathlib import Path

import structlog

from footfall.clock import Clock
from footfall.errors import TransientError, UserError
from footfall.filelock import FileLock, try_lock
from footfall.model.progress import Standstill
from footfall.settings import Settings
from footfall.spool.protocol import SpoolState
from footfall.spool.sqlite import SqliteSpool

SERVER = "serve"

RECEIVED = "from-"
"""What the names of spools begin with that stand for those of other machines."""

_LAST = ".last"
"""Ends the name of a file with the note of such a spool, once the spool itself is gone."""


class Spools:
    """Opens the spools of other processes as they appear, and removes those that are empty and abandoned.

    A process shows that it still writes to its spool by holding the lock on `<name>.lock`.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self.directory = settings.data / "spool"
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._open: dict[str, SqliteSpool] = {}
        self._locks: dict[str, FileLock] = {}
        # By name; `seconds` is when it began. Replaced whole, as those below.
        self._unreadable: Mapping[str, Standstill] = {}
        # The start, the drain and the periodic refresh each call this on a thread of their own.
        self._lock = threading.RLock()
        # Replaced whole, never changed: `state` reads them without a lock.
        self._own: Mapping[str, SqliteSpool] = {}
        self._seen: Mapping[str, SpoolState] = {}

    def own(self, name: str) -> SqliteSpool:
        """This process's spool, marked as in use; `name-2`, `name-3`… where other processes use those before.

        The same name comes back to the same file, so that idempotency keys hold from one process to the next.
        """
        with self._lock:
            for number in count(1):
                candidate = name if number == 1 else f"{name}-{number}"
                lock = self._try_lock(candidate)
                if lock is not None:
                    return self._owned(candidate, lock)
        raise AssertionError  # count() has no end

    def only(self, name: str) -> SqliteSpool:
        """This process's spool, which no other may have: UserError (`busy`) where another process writes to it now.

        A process that comes back under the same name therefore finds its note. The lock is tried for a second, since a
        server holds it for a moment while it inspects the file.
        """
        for _ in range(20):
            with self._lock:
                lock = self._try_lock(name)
                if lock is not None:
                    return self._owned(name, lock)
            time.sleep(0.05)
        raise UserError("busy", f"another process writes to {self.directory / name}.db")

    def release(self, name: str) -> None:
        """This process writes to its spool no more, until it asks for it again."""
        with self._lock:
            self._own = {other: spool for other, spool in self._own.items() if other != name}
            self._open[name].mendable = False
            self._locks.pop(name).close()

    def last_note(self, name: str) -> bytes:
        """The note of a received spool that was removed."""
        path = self._last(name)
        return path.read_bytes() if path.exists() else b""

    def has(self, name: str) -> bool:
        return (self.directory / f"{name}.db").exists()

    def __iter__(self) -> Iterator[tuple[str, SqliteSpool]]:
        """(name, spool) of every spool that can be read, the server's first; updates what `state` knows of them."""
        names = sorted((path.stem for path in self.directory.glob("*.db")), key=lambda name: (name != SERVER, name))
        with self._lock:
            states = {name: state for name in names if (state := self._read(name)) is not None}
            self._seen = states
            return iter([(name, self._open[name]) for name in states])

    def refresh(self) -> None:
        """Update what `state` knows of all spools. Waits for files and locks: not for an event loop."""
        iter(self)

    def state(self) -> SpoolState:
        """All spools added up. Never waits: callable on an event loop.

        Counts of this process's own spools are current; everything else is as of the last `refresh`.
        """
        total = SpoolState(0, 0, self._settings.spool_max_events, 0, 0, 0)
        states = dict(self._seen)
        for name, spool in self._own.items():
            waiting, drained = spool.counted
            states[name] = replace(states.get(name, total), waiting=waiting, drained=drained)
        for state in states.values():
            total = _added(total, state)
        return total

    def sweep(self) -> None:
        """Remove abandoned spools: no process writes to them, and they hold nothing that is still needed."""
        for name, spool in self:
            if name not in self._locks and name != SERVER and _spent(name, spool):
                with suppress(TransientError):  # its lock belongs to another user by now
                    self._remove(name, spool)

    def close(self) -> None:
        """Idempotent."""
        with self._lock:
            for spool in self._open.values():
                spool.close()
            for lock in self._locks.values():
                lock.close()
            self._open, self._locks, self._own = {}, {}, {}

    def _owned(self, name: str, lock: FileLock) -> SqliteSpool:
        self._locks[name] = lock
        try:
            # Opened to be drained, it would go on where the file ended then; another process has appended since.
            spool = self._opened(name, anew=True)
        except BaseException:
            self._locks.pop(name).close()
            raise
        spool.mendable = True
        self._own = {**self._own, name: spool}
        return spool

    def _read(self, name: str) -> SpoolState | None:
        """What the spool holds; None where its file is not a spool or its disk fails, which is logged once.

        The next `refresh` tries again.
        """
        try:
            state = self._opened(name).state()
        except (TransientError, OSError) as error:
            reason = error.message if isinstance(error, TransientError) else f"its file: {error.strerror}"
            spool = self._open.get(name)
            if spool is not None and spool.damaged and not spool.mendable:
                spool.close()
                del self._open[name]  # opened again, it is mended as soon as no other process writes to it
            if name not in self._unreadable:
                structlog.get_logger("spools").error("a spool can't be read", spool=name, reason=reason)
            first = self._unreadable.get(name) or Standstill(name, self._clock(), time.monotonic(), reason)
            self._unreadable = {**self._unreadable, name: first}
            return None
        if name in self._unreadable:
            self._unreadable = {other: one for other, one in self._unreadable.items() if other != name}
        return state

    def unreadable(self) -> list[Standstill]:
        """Spools whose file can't be read, as of the last `refresh`. Never waits."""
        now = time.monotonic()
        return [replace(one, seconds=now - one.seconds) for one in self._unreadable.values()]

    def _opened(self, name: str, *, anew: bool = False) -> SqliteSpool:
        """The spool, looked at `anew` where it is open. The object stays: the drain may be in the middle of a batch."""
        spool = self._open.get(name)
        if spool is not None and not anew and (name in self._locks or not spool.is_replaced):
            return spool
        with ExitStack() as stack:
            lock = None if name in self._locks else self._try_lock(name)
            if lock is not None:
                stack.enter_context(lock)
            owned = lock is not None or name in self._locks
            if spool is None:
                self._open[name] = self._made(name, owned=owned)
            else:
                self._reopen(name, spool, owned=owned)
        return self._open[name]

    def _made(self, name: str, *, owned: bool) -> SqliteSpool:
        settings = self._settings
        return SqliteSpool(
            self.directory / f"{name}.db",
            clock=self._clock,
            capacity=settings.spool_max_events,
            keep_seconds=settings.spool_keep_seconds,
            owned=owned,
        )

    def _reopen(self, name: str, spool: SqliteSpool, *, owned: bool) -> None:
        try:
            spool.reopen(owned=owned)
        except BaseException:
            del self._open[name]
            spool.close()
            raise

    def _remove(self, name: str, spool: SqliteSpool) -> None:
        with self._lock:
            lock = self._try_lock(name)
            if lock is None:
                return
            with lock:
                # Checked again under the lock: its owner may have written to it and died in between. The lock file
                # stays, since another process may have it open and be about to lock it.
                if not spool.is_replaced and _spent(name, spool):
                    if note := spool.note():
                        self._keep_note(name, note)
                    del self._open[name]
                    spool.remove()

    def _keep_note(self, name: str, note: bytes) -> None:
        """Durable at return."""
        writing = self._last(name).with_suffix(".writing")
        with os.fdopen(os.open(writing, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(note)
            file.flush()
            os.fsync(file.fileno())
        writing.rename(self._last(name))
        folder = os.open(self.directory, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _last(self, name: str) -> Path:
        return self.directory / f"{name}{_LAST}"

    def _try_lock(self, name: str) -> FileLock | None:
        """TransientError where the lock's file can't be opened: another user's process may have made it."""
        try:
            return try_lock(self.directory / f"{name}.lock")
        except OSError as error:
            raise TransientError(f"the spool's lock can't be opened: {error.strerror}") from error


def _spent(name: str, spool: SqliteSpool) -> bool:
    return spool.spent(noted=name.startswith(RECEIVED))


def _added(one: SpoolState, other: SpoolState) -> SpoolState:
    return replace(
        one,
        waiting=one.waiting + other.waiting,
        drained=one.drained + other.drained,
        last_drained_at=max(one.last_drained_at, other.last_drained_at),
        damaged=one.damaged + other.damaged,
        rejected=one.rejected + other.rejected,
        lost=one.lost + other.lost,
    )
