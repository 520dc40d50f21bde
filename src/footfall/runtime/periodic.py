"""Work that is done again and again."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from footfall.clock import SECOND

FLUSH_DROPS = 10 * SECOND
"""How often servers write down counts of what was left out."""


class Periodic:
    """Calls a function at once and then every `millis`, on a thread, until stopped. A failure is logged."""

    def __init__(self, millis: int, work: Callable[[], object]) -> None:
        self._stop = threading.Event()
        self._seconds = millis / SECOND
        self._work = work
        self._thread = threading.Thread(target=self._run, name="periodic", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while True:
            try:
                self._work()
            except Exception:  # noqa: BLE001 - the next call tries again
                structlog.get_logger("periodic").exception("a periodic task failed")
            if self._stop.wait(self._seconds):
                return

    def stop(self, seconds: float | None = None) -> bool:
        """Whether the call under way, if any, ended within the time. Idempotent."""
        self._stop.set()
        self._thread.join(seconds)
        return not self._thread.is_alive()
