"""Keeps answers and the writing of batches apart, in one process."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from typing import Protocol

from footfall.store.fence import Fence
from footfall.store.protocol import Params, Reading, Rows

BATCH_SECONDS = 0.25
"""How long a batch waits for the answers under way: the drain must keep up, however long a query takes."""

ANSWER_SECONDS = 2.0
"""How long an answer waits for a batch that is being written: a store in trouble must not hold up answers."""

ALL_PROJECTS = 0
"""In place of a project's number: an answer about all of them, or a batch that may have rows of any."""


class AnswerGate(Protocol):
    """Keeps answers and the writing of batches apart."""

    def answer(self, reading: Reading, project: int, attempt: int) -> AbstractContextManager[Reading]:
        """The reading for one answer about a project, or about `ALL_PROJECTS`.

        OvertakenError where it is to be computed again: `attempt` counts from 1.
        """


class BatchGate:
    """An answer sees a batch whole or not at all, although both have several statements.

    While a batch is written, answers about its projects wait before their first statement; a batch waits for those that
    have begun. Others pass, so a project whose queries never end holds up no batch and no answer but its own. An answer
    that takes longer than a batch waits is overtaken: each of its statements sees the rows of its own start.
    Other processes learn of the batch by the `fence`, if there is one.
    """

    def __init__(
        self,
        batch_seconds: float = BATCH_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
        *,
        fence: Fence | None = None,
    ) -> None:
        self._fence = fence
        self._batch_seconds = batch_seconds
        self._answer_seconds = answer_seconds
        self._changed = threading.Condition()
        self._answers = Counter[int]()
        self._writing: Collection[int] = ()

    @contextmanager
    def batch(self, projects: Collection[int]) -> Iterator[None]:
        """For the one thread that writes, around the rows of these projects."""
        with self._changed:
            self._writing = projects
            self._changed.wait_for(lambda: not any(map(self._written, self._answers)), self._batch_seconds)
        try:
            if self._fence is not None:
                self._fence.begin()
            yield
            if self._fence is not None:
                self._fence.end()
        finally:
            with self._changed:
                self._writing = ()
                self._changed.notify_all()

    @contextmanager
    def answer(self, reading: Reading, project: int, attempt: int) -> Iterator[Reading]:  # noqa: ARG002 -- a batch waits
        with closing(GatedReading(reading, self, project)) as gated:
            yield gated

    def enter(self, project: int) -> None:
        """Before the first statement of an answer about a project; `leave` must follow."""
        with self._changed:
            self._changed.wait_for(lambda: not self._written(project), self._answer_seconds)
            self._answers[project] += 1

    def leave(self, project: int) -> None:
        with self._changed:
            self._answers -= Counter((project,))  # which drops it at 0
            self._changed.notify_all()

    def _written(self, project: int) -> bool:
        """Whether rows are written that an answer about the project may read."""
        every = project == ALL_PROJECTS or ALL_PROJECTS in self._writing
        return bool(self._writing) and (every or project in self._writing)


class GatedReading:
    """A reading of one answer: it enters the gate with its first statement, and leaves it when it is closed."""

    def __init__(self, reading: Reading, gate: BatchGate, project: int) -> None:
        self._reading = reading
        self._project = project
        self._gate = gate
        self._entering = threading.Lock()  # held while one thread waits for the gate, for all of them
        self._state = threading.Lock()
        self._entered = False
        self._closed = False

    def query(self, sql: str, params: Params | None = None) -> Rows:
        self._enter()
        return self._reading.query(sql, params)

    def arrow(self, sql: str, params: Params | None = None) -> bytes:
        self._enter()
        return self._reading.arrow(sql, params)

    def cancel(self) -> None:
        self._reading.cancel()

    def close(self) -> None:
        """Called once, when no statement is to follow. Never waits."""
        with self._state:
            self._closed = True
            inside = self._entered
        if inside:
            self._gate.leave(self._project)

    def _enter(self) -> None:
        with self._entering:
            if self._entered:
                return
            self._gate.enter(self._project)
            with self._state:
                self._entered = not self._closed
            if not self._entered:  # the caller has left while this thread waited
                self._gate.leave(self._project)
