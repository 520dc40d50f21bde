"""Clients, lent to one thread at a time."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from footfall.errors import QueryCancelledError, StoreError, TransientError

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client


class Pool:
    """At most `size` clients, made when first needed. Raises TransientError after `patience` seconds of waiting.

    A client on which anything failed is closed: after an interrupted answer, the embedded engine prepends the part that
    it had written to the next answer of the same client.
    """

    def __init__(self, make: Callable[[], Client], *, size: int = 4, reserved: int = 0, patience: float = 60.0) -> None:
        self._make = make
        self._size = size
        self._reserved = reserved
        self._patience = patience
        self._changed = threading.Condition()
        self._idle: list[Client] = []
        self._lent = 0
        self._shares: Counter[int] = Counter()
        self._closed = False
        self._ended = False  # `close` no longer waits for clients that are lent

    @contextmanager
    def lend(
        self, patience: float | None = None, *, share: int | None = None, unless: Callable[[], bool] = lambda: False
    ) -> Iterator[Client]:
        """A client for one borrower; `patience` instead of the pool's own, in seconds.

        Who has a client of its `share` already leaves the `reserved` ones to shares that have none. QueryCancelledError
        where `unless` holds (see `wake`).
        """
        client = self._take(self._patience if patience is None else patience, share, unless)
        sound = False
        try:
            client = client or self._make()
            yield client
            sound = True
        finally:
            self._give_back(client, share, sound=sound)

    def wake(self) -> None:
        """Make those who wait check their `unless` again."""
        with self._changed:
            self._changed.notify_all()

    def close(self, seconds: float | None = None) -> bool:
        """Lend no more, wait until borrowed clients come back, close every client. Idempotent.

        False where a borrower takes longer than `seconds`: its client is closed when it comes back.
        """
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            returned = self._changed.wait_for(lambda: self._lent == 0, seconds)
            idle, self._idle = self._idle, []
            self._ended = True
        for client in idle:
            client.close()
        return returned

    def _take(self, patience: float, share: int | None, unless: Callable[[], bool]) -> Client | None:
        """An idle client, or None where the borrower has to make one."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._closed or unless() or self._is_free(share), patience):
                raise TransientError("the store is busy: every connection to it is in use")
            if unless():
                raise QueryCancelledError
            if self._closed:
                raise StoreError("the store is closed")
            self._lent += 1
            if share is not None:
                self._shares[share] += 1
            return self._idle.pop() if self._idle else None

    def _is_free(self, share: int | None) -> bool:
        left = self._size - self._lent
        return left > (self._reserved if share is not None and self._shares[share] else 0)

    def _give_back(self, client: Client | None, share: int | None, *, sound: bool) -> None:
        with self._changed:
            self._lent -= 1
            if share is not None:
                self._shares -= Counter((share,))  # which drops it at 0
            kept = sound and not self._ended
            if client is not None and kept:
                self._idle.append(client)
            self._changed.notify_all()
        if client is not None and not kept:
            client.close()
