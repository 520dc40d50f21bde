"""Errors are counted and logged, never raised."""

from __future__ import annotations

import logging
import threading
import time

_EVERY = 60.0
_log = logging.getLogger("footfall_client")


class Faults:
    """Counts of rows, and warnings: each kind is logged at most once a minute."""

    def __init__(self) -> None:
        # Reentrant: a log handler, or a finaliser that runs meanwhile, may call the client.
        self._lock = threading.RLock()
        self._logged: dict[str, float] = {}
        self.accepted = 0
        self.dropped = 0
        self.refused = 0

    def took(self, rows: int) -> None:
        with self._lock:
            self.accepted += rows

    def lose(self, rows: int) -> None:
        """Count rows that are lost, without a warning."""
        with self._lock:
            self.dropped += rows

    def drop(self, rows: int, kind: str, message: str, *args: object, error: BaseException | None = None) -> None:
        """Count rows that were not sent, or that no server confirmed."""
        self.lose(rows)
        self.warn(kind, message, *args, error=error)

    def refuse(self, rows: int, kind: str, message: str, *args: object) -> None:
        """Count rows that the server refused."""
        with self._lock:
            self.refused += rows
        self.warn(kind, message, *args)

    def warn(self, kind: str, message: str, *args: object, error: BaseException | None = None) -> None:
        now = time.monotonic()
        with self._lock:
            if now - self._logged.get(kind, -_EVERY) < _EVERY:
                return
            self._logged[kind] = now
        _log.warning(message, *args, exc_info=error)
