"""Work in the background on one store. A job that fails holds up no other.

One that takes long holds up those that run alone; while such a one waits for it, no other begins.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import structlog

from footfall.clock import SECOND, Clock
from footfall.model.progress import FailingJob
from footfall.runtime.periodic import Periodic
from footfall.spool.progress import shown

LONGEST_PAUSE = 60.0
"""Seconds from one attempt to the next of a job that keeps failing."""


class Turns:
    """Jobs that may run together, and jobs that run alone. One that waits to run alone lets no other begin."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._running = 0
        self._waiting = 0

    @contextmanager
    def together(self) -> Iterator[None]:
        with self._changed:
            self._changed.wait_for(lambda: self._running >= 0 and not self._waiting)
            self._running += 1
        try:
            yield
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        with self._changed:
            self._waiting += 1
            self._changed.wait_for(lambda: not self._running)
            self._waiting -= 1
            self._running = -1
        try:
            yield
        finally:
            with self._changed:
                self._running = 0
                self._changed.notify_all()


class Jobs:
    """Calls each job once a second, on a thread of its own; one that fails, after a pause that grows to a minute.

    `begin` comes before the first call of a job, `failing` may be called from any thread.
    """

    def __init__(self, clock: Clock, now: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._now = now
        self._turns = Turns()
        self._jobs: list[_Job] = []
        self._running: list[Periodic] = []
        self._stopping = threading.Event()

    def add(self, name: str, work: Callable[[], object], *, alone: bool = False) -> None:
        """`alone`: while no other job of these runs."""
        turn = self._turns.alone if alone else self._turns.together
        self._jobs.append(_Job(name, self._unless_stopping(work), turn, self._clock, self._now))

    def _unless_stopping(self, work: Callable[[], object]) -> Callable[[], object]:
        """A job that waits for its turn when all are to stop does not begin; one that fails then was interrupted."""

        def run() -> None:
            if self._stopping.is_set():
                return
            try:
                work()
            except Exception:
                if not self._stopping.is_set():
                    raise

        return run

    def begin(self) -> None:
        self._running = [Periodic(SECOND, job) for job in self._jobs]

    def alone(self) -> AbstractContextManager[None]:
        """While the block lasts, no job runs."""
        return self._turns.alone()

    def end(self) -> None:
        """No job begins any more."""
        self._stopping.set()

    def failing(self) -> list[FailingJob]:
        """Those whose last call failed. Never waits."""
        return [failing for job in self._jobs if (failing := job.failing)]

    def stop(self, seconds: float) -> bool:
        """Whether the calls under way ended within the time."""
        until = time.monotonic() + seconds
        self._stopping.set()
        for one in self._running:
            one.stop(0)
        return all(one.stop(max(until - time.monotonic(), 0)) for one in self._running)


class _Job:
    def __init__(
        self,
        name: str,
        work: Callable[[], object],
        turn: Callable[[], AbstractContextManager[None]],
        clock: Clock,
        now: Callable[[], float],
    ) -> None:
        self._name = name
        self._work = work
        self._turn = turn
        self._clock = clock
        self._now = now
        self._pause = 0.0
        self._not_before = 0.0
        self.failing: FailingJob | None = None

    def __call__(self) -> None:
        if self._now() < self._not_before:
            return
        try:
            with self._turn():
                self._work()
        except Exception as error:  # noqa: BLE001 - it is told, and tried again
            self._fail(error)
        else:
            self._pause, self._not_before, self.failing = 0.0, 0.0, None

    def _fail(self, error: Exception) -> None:
        self._pause = min(max(2 * self._pause, 1.0), LONGEST_PAUSE)
        self._not_before = self._now() + self._pause
        since = self.failing.since if self.failing else self._clock()
        self.failing = FailingJob(self._name, since, shown(error))
        structlog.get_logger("jobs").exception("work in the background fails, trying again", job=self._name)
