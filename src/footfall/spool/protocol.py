"""What a spool is. `tests/contract/test_spool.py` holds every implementation to this text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from footfall.model.raw import Record


class Key(msgspec.Struct, frozen=True, gc=False):
    """An idempotency key of a sender: within 24 hours the same (project, text) is stored once."""

    project_id: int
    text: str


class Submission(msgspec.Struct, frozen=True, gc=False):
    """What one request wants stored, all or nothing, under at most one key.

    `answer` is what the sender will be told (for instance the event's id): where the key was seen before, nothing
    is stored and the first answer comes back.
    """

    record: Record
    key: Key | None = None
    answer: bytes = b""


@dataclass(frozen=True, slots=True)
class Batch:
    """A fixed run of spool rows, recorded before its first insert: after a crash the same rows come again.

    `number` only grows within a spool, hardly ever comes twice in an installation (it is the time in milliseconds and
    three random digits), and is stored in the rows made from the batch.
    """

    number: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class SpoolState:
    """Figures of `buffer_status` and /metrics. Times are Unix milliseconds, 0 for never."""

    waiting: int  # events acknowledged and not yet queryable
    drained: int  # events drained since the spool was made
    capacity: int  # events at which `append` refuses
    last_drained_at: int
    damaged: int  # rows set aside because their checksum did not hold
    rejected: int  # records that could not be processed


class Spool(Protocol):
    """A durable queue of records with one drain.

    `append` returns only when the records are safe on disk. It may be called from many threads. `take`, `records`
    and `finish` belong to one drain at a time.
    """

    def append(self, submissions: Sequence[Submission], note: bytes = b"") -> list[bytes]:
        """Store all of them in one durable commit, in this order, and return each one's answer.

        `note`, where there is one, takes the place of the last note in the same commit.

        Raises TransientError, having stored nothing, when the spool is full or the disk refuses.
        """

    def note(self) -> bytes:
        """What a spool's only sender wants to find again, however late: the last note, empty where there was none."""

    def take(self, limit: int) -> Batch | None:
        """The unfinished batch if there is one, else a new one of about `limit` events, else None."""

    def records(self, batch: Batch) -> list[Record]:
        """The batch's records in order. Rows whose checksum fails are set aside, counted, and left out."""

    def reject(self, batch: Batch, record: Record, reason: str) -> None:
        """Keep a record that could not be processed where an operator finds it: once, however often it is told."""

    def finish(self, batch: Batch) -> None:
        """The batch is in the store. Its rows are kept for a while and then deleted."""

    def state(self) -> SpoolState: ...

    def close(self) -> None:
        """Commit what is pending and release the files. Idempotent."""
