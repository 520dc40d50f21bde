"""Since when the drain has made no progress, for which spools, and why."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from time import monotonic

from footfall.clock import Clock
from footfall.errors import FatalError, StoreError, TransientError
from footfall.model.progress import Standstill

_UNDER_WAY = "a batch is still under way"


@dataclass(frozen=True, slots=True)
class _Since:
    at: int
    mark: float
    reason: str = _UNDER_WAY
    for_good: bool = False


class Progress:
    """Noted by the drain's thread, read by any. A spool that is not being drained stands still nowhere."""

    def __init__(self, clock: Clock, now: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._now = now
        self._lock = threading.Lock()
        self._since: dict[str, _Since] = {}

    def begins(self, spool: str) -> None:
        """The drain turns to a spool; what went wrong before stays noted until it goes well."""
        with self._lock:
            self._since.setdefault(spool, _Since(self._clock(), self._now()))

    def fails(self, spool: str, error: BaseException) -> None:
        with self._lock:
            since = self._since.get(spool) or _Since(self._clock(), self._now())
            self._since[spool] = replace(since, reason=shown(error))

    def ends(self, spool: str, reason: str) -> None:
        """Nothing of the spool is drained any more."""
        with self._lock:
            since = self._since.get(spool) or _Since(self._clock(), self._now())
            self._since[spool] = replace(since, reason=reason, for_good=True)

    def goes_on(self, spool: str) -> None:
        """A batch is in the store, or nothing waits."""
        with self._lock:
            self._since.pop(spool, None)

    def standstills(self) -> list[Standstill]:
        """Each spool that is not yet done with, however short; the longest first."""
        now = self._now()
        with self._lock:
            found = [
                Standstill(name, one.at, now - one.mark, one.reason, one.for_good) for name, one in self._since.items()
            ]
        return sorted(found, key=lambda one: -one.seconds)


def shown(error: BaseException) -> str:
    """What may be shown of an error: no SQL and no path; the log has the rest."""
    if isinstance(error, TransientError | StoreError):
        return error.message
    return str(error) if isinstance(error, FatalError) else type(error).__name__
