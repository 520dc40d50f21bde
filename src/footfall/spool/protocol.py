"""The contract of a spool. `tests/contract/test_spool.py` tests every implementation against it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from footfall.clock import DAY
from footfall.model.raw import Record

KEY_LIFETIME = DAY
"""How long an idempotency key is remembered, in milliseconds."""


class Key(msgspec.Struct, frozen=True, gc=False):
    """An idempotency key of a sender: within 24 hours the same (project, text) is stored once."""

    project_id: int
    text: str


class Submission(msgspec.Struct, frozen=True, gc=False):
    """One request's record, stored whole or not at all, under at most one key.

    `answer` is sent back (for instance the event's id). Where the key is known, nothing is stored and the first answer
    is returned.
    """

    record: Record
    key: Key | None = None
    answer: bytes = b""


@dataclass(frozen=True, slots=True)
class Batch:
    """A fixed range of spool rows, recorded before its first insert: after a crash the same rows are taken again.

    `number` only increases within a spool and is practically unique in an installation (the time in milliseconds and
    three random digits). It is stored in the rows made from the batch.
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
    lost: int = 0  # events that were acknowledged, and whose file was damaged


class Spool(Protocol):
    """A durable queue of records with one drain.

    `append` returns only when the records are safe on disk. It may be called from many threads. `take`, `records`
    and `finish` belong to one drain at a time.
    """

    def append(self, submissions: Sequence[Submission], note: bytes = b"") -> list[bytes]:
        """Store all of them in one durable commit, in this order, and return each one's answer.

        `note`, where it is given, replaces the last note in the same commit.

        Raises TransientError, having stored nothing, when the spool is full or the disk refuses.
        """

    def note(self) -> bytes:
        """The last note, empty where there was none: the state of the spool's only sender, which does not expire."""

    def take(self, limit: int) -> Batch | None:
        """The unfinished batch if there is one, else a new one of about `limit` events, else None."""

    def following(self, batch: Batch, limit: int, least: int) -> Batch | None:
        """The next batch after one that is not finished yet; None where fewer than `least` events wait for it.

        It may be planned, but is not recorded: until `begin`, nothing durable may depend on it.
        """

    def begin(self, batch: Batch) -> None:
        """Record a batch that `following` gave, as `take` does. The one before it is finished."""

    def records(self, batch: Batch) -> Iterator[Record]:
        """The batch's records in order, as they are at the call; each is decoded when asked for, and the caller's.

        They are the same however often, and by whichever version, they are read: chunks that are forwarded are made of
        them.
        Rows whose checksum fails are set aside, counted, and left out when they are reached.
        """

    def reject(self, batch: Batch, record: Record, reason: str) -> None:
        """Keep a record that could not be processed, for the operator: once, however often it is reported."""

    def finish(self, batch: Batch) -> None:
        """The batch is in the store. Its rows are kept for a while and then deleted."""

    def kept(self) -> list[Batch]:
        """Finished batches whose rows are all still there, the oldest first: `records` gives them again."""

    def rewrite(self, signs: Sequence[bytes], change: Callable[[list[Record]], list[Record]]) -> int:
        """Replace the records of rows, drained ones included, by what `change` leaves of them; how many events went.

        Rows whose encoded records contain none of `signs` may stay as they are; with no signs, none does. Of rejected
        records those go of which `change` leaves nothing. The counts of events stay. No trace is left at return.
        TransientError: some of it may be done.
        """

    def state(self) -> SpoolState: ...

    def close(self) -> None:
        """Commit what is pending and release the files. Idempotent."""
