"""The queue between the application's threads and the server, and the thread that empties it."""

from __future__ import annotations

import atexit
import os
import threading
import time
import weakref
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from footfall_client._bodies import ROWS, Kind, Row, bodies
from footfall_client._faults import Faults
from footfall_client._sender import Sender, Target


@dataclass(frozen=True, slots=True)
class Limits:
    """Times in seconds; `queue` is the most rows held, `batch` the rows that are sent before the interval ends."""

    interval: float
    batch: int
    queue: int
    at_exit: float


class Worker:
    """Holds rows until they are sent. `put` takes no lock: finalisers and signal handlers may call it.

    A forked child starts afresh: with an empty queue, counts at zero, and its own thread once it has a row.
    """

    def __init__(self, target: Target, limits: Limits) -> None:
        self._target = target
        self.limits = limits
        self._closed = False
        self._birth = threading.RLock()
        self._begin()
        _hooks()
        _workers.add(self)

    def _begin(self) -> None:
        self._queue: deque[Row | threading.Event] = deque()
        self._wake = threading.Event()
        self._hurry = threading.Event()
        self._stop = threading.Event()
        self._starting = threading.RLock()
        self._thread: threading.Thread | None = None
        self.faults = Faults()
        self._sender = Sender(self._target, self.faults, self._pause)
        self._process = os.getpid()  # last: other threads check it

    def forked(self) -> None:
        """Called in a child that Python forked, which has one thread. It shares no state with its parent."""
        self._birth = threading.RLock()
        self._begin()

    def _reborn(self) -> None:
        """Called in a child that was not forked by Python (uWSGI), and may already have several threads."""
        with self._birth:
            if self._process != os.getpid():
                self._begin()

    def put(self, kind: Kind, row: dict[str, Any]) -> None:
        if self._process != os.getpid():
            self._reborn()
        waiting = len(self._queue)
        if self._closed:
            self.faults.drop(1, "closed", "footfall: the client is closed; rows are dropped")
        elif waiting >= self.limits.queue:
            self.faults.drop(1, "full", "footfall: the queue is full (%d rows); new rows are dropped", waiting)
        else:
            self._queue.append((kind, row))
            if self._thread is None or not self._thread.is_alive():
                self._start()
            if waiting + 1 >= self.limits.batch and not self._wake.is_set():
                self._wake.set()

    def flush(self, timeout: float | None) -> bool:
        """Whether all rows that were put before are settled in time: accepted, refused or given up."""
        return self._closed or self._flushed(timeout)

    def _flushed(self, timeout: float | None) -> bool:
        if threading.current_thread() is self._thread:
            return False
        if self._process != os.getpid():
            self._reborn()
        marker = threading.Event()
        self._queue.append(marker)
        if self._start():
            self._hurry.set()
            self._wake.set()
            return marker.wait(timeout)
        # The interpreter is shutting down and starts no more threads.
        self._sender.until = None if timeout is None else time.monotonic() + timeout
        self._drain()
        return marker.is_set()

    def settle(self, timeout: float | None) -> bool:
        """Flush, and give up the rows that are not settled in time. More rows may follow."""
        if self._closed:
            return True
        if self._process != os.getpid():
            self._reborn()
        try:
            settled = self._flush_until(timeout)
            if not settled:
                self._give_up(0.1)
        finally:
            self._sender.until = None
        return settled

    def close(self, timeout: float | None) -> bool:
        if self._closed:
            return True
        if self._process != os.getpid():
            self._reborn()
        self._closed = True
        settled = self._flush_until(timeout)
        self._give_up(1 if settled else 0.1)
        return settled

    def _flush_until(self, timeout: float | None) -> bool:
        """`flush`, whose requests to the server end in time, too: rows in a request can't be given up."""
        if not self._queue and self._thread is None:
            return True
        until = self._sender.until = None if timeout is None else time.monotonic() + timeout
        return self._flushed(timeout) and (until is None or time.monotonic() < until)

    def _give_up(self, patience: float) -> None:
        """Stop the thread, which counts the rows that it gives up, and drop those that it has not taken."""
        self._stop.set()
        self._hurry.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(patience)
        left = 0
        while self._queue:
            with suppress(IndexError):  # a thread that was started meanwhile takes rows, too
                item = self._queue.popleft()
                if isinstance(item, threading.Event):
                    item.set()  # its rows are given up, and so settled
                else:
                    left += 1
        if left:
            self.faults.drop(left, "left", "footfall: %d rows were not sent in time and are lost", left)

    def _start(self) -> bool:
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._stop.clear()
                thread = threading.Thread(target=self._run, name="footfall-client", daemon=True)
                try:
                    thread.start()
                except RuntimeError:
                    return False
                self._thread = thread
        return True

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.wait(self.limits.interval)
            self._wake.clear()
            self._drain()
        self._sender.close()

    def _drain(self) -> None:
        while (self._queue or self._sender.aside) and not self._stop.is_set():
            self._hurry.clear()
            if self._sender.full or not self._queue:
                self._sender.resume()
                continue
            rows, marker = self._take()
            for body in bodies(rows, self._unfit):
                self._sender.send(body)
            if marker is None:
                continue
            if self._sender.aside:
                self._sender.resume()
                self._queue.append(marker)
            else:
                marker.set()

    def _take(self) -> tuple[list[Row], threading.Event | None]:
        """The next rows, at most one body's, and the flush that waits for them, if any."""
        rows: list[Row] = []
        while self._queue and len(rows) < ROWS:
            item = self._queue.popleft()
            if isinstance(item, threading.Event):
                return rows, item
            rows.append(item)
        return rows, None

    def _unfit(self, error: Exception) -> None:
        self.faults.drop(1, "unfit", "footfall: a row can't be encoded and is dropped: %s", error)

    def _pause(self, seconds: float, asked: bool) -> bool:
        if self._sender.until is not None:
            left = self._sender.until - time.monotonic()
            return left > 0 and not self._stop.wait(min(seconds, left))
        (self._stop if asked else self._hurry).wait(seconds)
        self._hurry.clear()
        return not self._stop.is_set()


_workers: weakref.WeakSet[Worker] = weakref.WeakSet()


@lru_cache(maxsize=1)
def _hooks() -> None:
    """Registered once, with the first client."""
    atexit.register(_at_exit)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_in_child)


def _in_child() -> None:
    for worker in list(_workers):
        worker.forked()


def _at_exit() -> None:
    """Close all workers; each timeout counts from now, so that together they take no longer than the longest one."""
    began = time.monotonic()
    for worker in list(_workers):
        try:
            worker.close(max(0.0, began + worker.limits.at_exit - time.monotonic()))
        except Exception as error:  # noqa: BLE001, PERF203 - the other workers must be closed, too
            worker.faults.warn("exit", "footfall: rows may be lost at the end of the process", error=error)
