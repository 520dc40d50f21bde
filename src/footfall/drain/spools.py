"""The spools of an installation: one file per collecting process, in one directory."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from dataclasses import replace

from footfall.clock import Clock
from footfall.errors import TransientError
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
        self._locks: dict[str, int] = {}

    def own(self, name: str = "") -> SqliteSpool:
        """This process's spool, marked as in use; without a name it gets one that no other has."""
        name = name or f"import-{os.getpid()}-{secrets.token_hex(4)}"
        lock = os.open(self.directory / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        self._locks[name] = lock
        return self._opened(name)

    def __iter__(self) -> Iterator[tuple[str, SqliteSpool]]:
        """(name, spool) of every spool there is, the server's first."""
        names = sorted((path.stem for path in self.directory.glob("*.db")), key=lambda name: (name != SERVER, name))
        for name in names:
            try:
                yield name, self._opened(name)
            except TransientError:
                continue  # being removed by its owner, or its disk refuses: the next round sees

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
        """Remove what others left behind: drained, nobody writes to it, and nothing set aside in it."""
        for name, spool in list(self):
            state = spool.state()
            if name not in self._locks and name != SERVER and not (state.waiting or state.damaged or state.rejected):
                self._remove(name, spool)

    def close(self) -> None:
        for spool in self._open.values():
            spool.close()
        for lock in self._locks.values():
            os.close(lock)
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
        lock = os.open(self.directory / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        else:
            del self._open[name]
            spool.remove()
            (self.directory / f"{name}.lock").unlink(missing_ok=True)
        finally:
            os.close(lock)
