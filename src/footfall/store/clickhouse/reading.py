"""Readers for callers who may leave, and how their queries are cancelled.

Every statement of a reading carries the reading's mark as its `log_comment`, by which it is found in the list of
running queries. This works on both engines: the embedded one accepts no query id, and a comment in the SQL text is lost
where values are bound.
"""

from __future__ import annotations

import secrets
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import structlog

from footfall.errors import QueryCancelledError
from footfall.store.clickhouse.engine import Limits
from footfall.store.clickhouse.failures import translated
from footfall.store.clickhouse.kept import Kept
from footfall.store.clickhouse.pool import Pool
from footfall.store.clickhouse.statements import arrow, query
from footfall.store.protocol import Params, Rows

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

CLIENTS = 5
RESERVED = 2
"""Clients of all readings, and how many are only for projects that have none: slow queries of a few leave these."""

AT_ONCE = 2
"""Statements of one answer that run at once: a third client is left to the project's other queries."""

_NICE = "10"
"""The nice value of statements beside others of their project. The engine needs CAP_SYS_NICE to change it."""

CLOSE_SECONDS = 2.0
"""How long a close waits for queries that were cancelled."""

KILL = "KILL QUERY WHERE Settings['log_comment'] IN ({marks:Array(String)})"
_PAUSE_SECONDS = 0.05
_MAX_PAUSE_SECONDS = 5.0


class Readers:
    """Lends clients to readings. Two of five go to projects that have none, so one project gets at most three.

    A statement has all `threads` where no other answer of its project is under way. Beside one it has a single thread
    of low priority: together they keep the processors as busy, and the drain and other projects come first.
    """

    def __init__(
        self,
        connect: Callable[[], Client],
        threads: int,
        kill: Callable[[Sequence[str]], None],
        damaged: set[tuple[str, str]],
        kept: Kept,
    ) -> None:
        self.kept = kept
        self._pool = Pool(connect, size=CLIENTS, reserved=RESERVED)
        self._threads = threads
        self._damaged = damaged
        self._kill_marked = kill
        self._changed = threading.Condition()
        self._running: Counter[ReadingClient] = Counter()
        self._ending = False
        self._closed = False

    def reading(self, project: int) -> ReadingClient:
        return ReadingClient(self, project)

    @contextmanager
    def lend(self, reading: ReadingClient) -> Iterator[Client]:
        """A client for one statement; QueryCancelledError where the reading is cancelled before or during it."""
        lent = self._pool.lend(share=reading.project, unless=lambda: reading.cancelled)
        with translated(reading=True, damaged=self._damaged), lent as client:
            share = self._begin(reading)
            try:
                client.set_client_setting("log_comment", reading.mark)
                for name, value in share.items():
                    if client.get_client_setting(name) != value:
                        client.set_client_setting(name, value)
                yield client
            except Exception as error:
                if reading.cancelled:
                    raise QueryCancelledError from error
                raise
            finally:
                self._end(reading)
            if reading.cancelled:
                raise QueryCancelledError  # the answer that was just read may be incomplete

    def cancel(self, *readings: ReadingClient) -> None:
        with self._changed:
            for reading in readings:
                reading.cancelled = True
            self._changed.notify_all()
            if not self._ending and self._cancelled():
                self._ending = True
                threading.Thread(target=self._kill, name="cancel", daemon=True).start()
        self._pool.wake()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            running = list(self._running)
        self.cancel(*running)
        self._pool.close(CLOSE_SECONDS)

    def _begin(self, reading: ReadingClient) -> Limits:
        """What its statement may have of the processors."""
        with self._changed:
            if reading.cancelled or self._closed:
                raise QueryCancelledError
            alone = all(one is reading or one.project != reading.project for one in self._running)
            self._running[reading] += 1
        threads, nice = (self._threads, "0") if alone else (1, _NICE)
        return {"max_threads": str(threads), "os_thread_priority": nice}

    def _end(self, reading: ReadingClient) -> None:
        with self._changed:
            self._running[reading] -= 1
            if not self._running[reading]:
                del self._running[reading]
                self._changed.notify_all()

    def _cancelled(self) -> list[str]:
        """Marks of cancelled readings whose statements still run."""
        return [reading.mark for reading in self._running if reading.cancelled]

    def _kill(self) -> None:
        """Repeated until none is left: a statement may have been sent but not yet be in the engine's list."""
        pause = _PAUSE_SECONDS
        while marks := self._left():
            try:
                self._kill_marked(marks)
            except Exception as error:  # noqa: BLE001 - it is tried again, and the time limit ends the query in any case
                structlog.get_logger("store").warning("a query can't be cancelled yet", error=str(error))
            with self._changed:
                woken = self._changed.wait(pause)
            pause = _PAUSE_SECONDS if woken else min(2 * pause, _MAX_PAUSE_SECONDS)

    def _left(self) -> list[str]:
        with self._changed:
            marks = self._cancelled()
            self._ending = bool(marks)
            return marks


class ReadingClient:
    """Implements `Reading`."""

    def __init__(self, readers: Readers, project: int) -> None:
        self.project = project
        self.mark = f"footfall {secrets.token_hex(8)}"
        self.cancelled = False
        self._readers = readers
        self._few = threading.BoundedSemaphore(AT_ONCE)

    def query(self, sql: str, params: Params | None = None) -> Rows:
        def ask() -> Rows:
            with self._few, self._readers.lend(self) as client:
                return query(client, sql, params)

        return self._readers.kept.answer(sql, params, ask)

    def arrow(self, sql: str, params: Params | None = None) -> bytes:
        with self._few, self._readers.lend(self) as client:
            return arrow(client, sql, params)

    def cancel(self) -> None:
        self._readers.cancel(self)
