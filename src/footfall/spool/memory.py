"""A `protocol.Spool` in memory: for tests, and where nothing is sent."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from footfall.clock import Clock, system_clock
from footfall.errors import TransientError
from footfall.model.raw import EventColumns, ProxyLogs, Record, RequestColumns, size
from footfall.spool.protocol import KEY_LIFETIME, Batch, Key, SpoolState, Submission


@dataclass(slots=True)
class _Row:
    records: list[Record]
    events: int


class MemorySpool:
    """Rows in a list; `seq` is the index plus one. Batches are numbered from `after`: two spools need numbers apart."""

    def __init__(self, *, clock: Clock = system_clock, capacity: int = 1_000_000, after: int = 0) -> None:
        self._after = after
        self._clock = clock
        self._capacity = capacity
        self._lock = threading.Lock()
        self._rows: list[_Row] = []
        self._keys: dict[Key, tuple[int, bytes]] = {}
        self._batch: Batch | None = None
        self._kept: list[Batch] = []
        self._finished = 0  # rows drained
        self._last_drained_at = 0
        self._note = b""
        self.rejected: list[tuple[Record, str]] = []

    def append(self, submissions: Sequence[Submission], note: bytes = b"") -> list[bytes]:
        with self._lock:
            if self._waiting() >= self._capacity:
                raise TransientError("The buffer is full; nothing was stored.")
            answers, fresh = [], []
            for submission in submissions:
                answer = self._answer(submission.key)
                if answer is None:
                    fresh.append(submission.record)
                    answer = submission.answer
                    if submission.key is not None:
                        self._keys[submission.key] = (self._clock(), answer)
                answers.append(answer)
            if fresh:
                self._rows.append(_Row(fresh, sum(map(size, fresh))))
            self._note = note or self._note
            return answers

    def note(self) -> bytes:
        return self._note

    def take(self, limit: int) -> Batch | None:
        with self._lock:
            if self._batch is None:
                self._batch = self._run(self._finished, limit)
            return self._batch

    def following(self, batch: Batch, limit: int, least: int) -> Batch | None:
        with self._lock:
            waiting = sum(row.events for row in self._rows[batch.last :])
            return self._run(batch.last, limit) if waiting >= least else None

    def begin(self, batch: Batch) -> None:
        self._batch = batch

    def _run(self, after: int, limit: int) -> Batch | None:
        if after == len(self._rows):
            return None
        last, events = after + 1, self._rows[after].events
        while last < len(self._rows) and events + self._rows[last].events <= limit:
            events += self._rows[last].events
            last += 1
        return Batch(self._after + last, after + 1, last)

    def records(self, batch: Batch) -> Iterator[Record]:
        return iter([_copied(record) for row in self._rows[batch.first - 1 : batch.last] for record in row.records])

    def reject(self, batch: Batch, record: Record, reason: str) -> None:
        del batch
        if (record, reason) not in self.rejected:
            self.rejected.append((record, reason))

    def finish(self, batch: Batch) -> None:
        with self._lock:
            self._finished = batch.last
            self._batch = None
            self._kept.append(batch)
            self._last_drained_at = self._clock()

    def kept(self) -> list[Batch]:
        return list(self._kept)

    def rewrite(self, signs: Sequence[bytes], change: Callable[[list[Record]], list[Record]]) -> int:
        del signs
        with self._lock:
            before = self._events()
            for row in self._rows:
                row.records = change(row.records)
            self.rejected = [(record, reason) for record, reason in self.rejected if change([record])]
            return before - self._events()

    def state(self) -> SpoolState:
        drained = sum(row.events for row in self._rows[: self._finished])
        return SpoolState(
            self._waiting(), drained, self._capacity, self._last_drained_at, 0, sum(size(r) for r, _ in self.rejected)
        )

    def close(self) -> None:
        """Nothing to release."""

    def _waiting(self) -> int:
        return sum(row.events for row in self._rows[self._finished :])

    def _events(self) -> int:
        return sum(size(record) for row in self._rows for record in row.records)

    def _answer(self, key: Key | None) -> bytes | None:
        if key is None or key not in self._keys:
            return None
        at, answer = self._keys[key]
        return answer if at > self._clock() - KEY_LIFETIME else None


def _copied(record: Record) -> Record:
    if isinstance(record, EventColumns | RequestColumns | ProxyLogs):
        return record
    return msgspec.structs.replace(record, rows=list(record.rows))
