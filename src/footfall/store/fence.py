"""Keeps answers and the writing of batches apart, where another process writes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Protocol

from footfall.errors import OvertakenError
from footfall.model.progress import LastBatch
from footfall.store.protocol import Params, Reading, Rows

ATTEMPTS = 3
"""How often an answer is computed at most."""

REPEATED_SECONDS = 0.5
"""An answer that takes longer is not repeated: batches come every second, and the next one would overtake it, too."""

PATIENCE_SECONDS = 2.0
"""How long answers wait for one batch, from when this process first sees it: the drain may have been killed."""

POLL_SECONDS = 0.02


class Fence(Protocol):
    """What other processes know of the batch that is being written. `meta.fence` keeps it in the metadata."""

    def begin(self) -> None:
        """Before the first row of a batch is stored; known everywhere at return.

        Again for a batch that has not come to its `end`: then nothing changes.
        """

    def end(self) -> None:
        """Once all of the batch is stored."""

    def look(self) -> LastBatch: ...


class FenceReader:
    """An answer sees a batch whole or not at all, although both have several statements and a process of their own.

    An answer waits while a batch is being written. It compares after each statement: where a batch has begun
    meanwhile, OvertakenError says that the answer is to be computed again.
    """

    def __init__(
        self,
        look: Callable[[], LastBatch],
        patience: float = PATIENCE_SECONDS,
        repeated: float = REPEATED_SECONDS,
    ) -> None:
        self.repeated = repeated
        self._look = look
        self._patience = patience
        self._looking = threading.Lock()
        self._last, self._looked_at = LastBatch(), float("-inf")
        self._name, self._since = "", 0.0  # of the batch that was seen being written

    @contextmanager
    def answer(self, reading: Reading, project: int, attempt: int) -> Iterator[Reading]:  # noqa: ARG002 -- it has no projects
        yield FencedReading(reading, self, attempt)

    def last(self, within: float = 0.0) -> LastBatch:
        """As of this call, or up to so many seconds before; threads that ask at the same time share a look."""
        asked = monotonic()
        with self._looking:
            if self._looked_at < asked - within:
                self._looked_at = monotonic()
                self._last = self._look()
            return self._last

    def await_end(self) -> LastBatch | None:
        """The last batch, once it is complete; None where that takes too long."""
        while (last := self.last(POLL_SECONDS)).writing:
            if self._seen_for(last.name) > self._patience:
                return None
            sleep(POLL_SECONDS)
        return last

    def _seen_for(self, name: str) -> float:
        with self._looking:
            if name != self._name:
                self._name, self._since = name, monotonic()
            return monotonic() - self._since


class FencedReading:
    """A reading of one answer. Its last attempt sees what there is.

    Of statements at once the last one to end compares: whoever computes the answer again waits for all of them anyway.
    """

    def __init__(self, reading: Reading, fence: FenceReader, attempt: int) -> None:
        self._reading = reading
        self._fence = fence
        self._beginning = threading.Lock()  # held while one thread waits for the end of a batch, for all of them
        self._is_last = attempt >= ATTEMPTS
        self._begun = False
        self._counting = threading.Lock()
        self._running = 0
        self._before: LastBatch | None = None
        self._began = 0.0

    def query(self, sql: str, params: Params | None = None) -> Rows:
        with self._statement():
            return self._reading.query(sql, params)

    def arrow(self, sql: str, params: Params | None = None) -> bytes:
        with self._statement():
            return self._reading.arrow(sql, params)

    def cancel(self) -> None:
        self._reading.cancel()

    @contextmanager
    def _statement(self) -> Iterator[None]:
        self._begin()
        with self._counting:
            self._running += 1
        try:
            yield
        finally:
            with self._counting:
                self._running -= 1
                is_last = not self._running
        if is_last:
            self._compare()

    def _begin(self) -> None:
        with self._beginning:
            if not self._begun:
                self._before = self._fence.await_end()
                self._begun, self._began = True, monotonic()

    def _compare(self) -> None:
        if self._is_last or self._before is None or monotonic() - self._began > self._fence.repeated:
            return
        if self._fence.last() != self._before:
            raise OvertakenError
