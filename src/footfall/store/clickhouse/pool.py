"""Clients, lent to one thread at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from footfall.errors import StoreError, TransientError

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client


class Pool:
    """At most `size` clients, made when first needed. Raises TransientError after `patience` seconds of waiting."""

    def __init__(self, make: Callable[[], Client], *, size: int = 4, patience: float = 60.0) -> None:
        self._make = make
        self._size = size
        self._patience = patience
        self._changed = threading.Condition()
        self._idle: list[Client] = []
        self._lent = 0
        self._closed = False

    @contextmanager
    def lend(self) -> Iterator[Client]:
        client = self._take()
        try:
            client = client or self._make()
            yield client
        finally:
            self._give_back(client)

    def close(self) -> None:
        """Wait for what is under way, then close every client. Idempotent."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._lent == 0)
            idle, self._idle = self._idle, []
        for client in idle:
            client.close()

    def _take(self) -> Client | None:
        """An idle client, or None where the borrower is to make one."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._closed or self._lent < self._size, self._patience):
                raise TransientError("the store is busy: every connection to it is in use")
            if self._closed:
                raise StoreError("the store is closed")
            self._lent += 1
            return self._idle.pop() if self._idle else None

    def _give_back(self, client: Client | None) -> None:
        with self._changed:
            self._lent -= 1
            if client is not None:
                self._idle.append(client)
            self._changed.notify_all()
