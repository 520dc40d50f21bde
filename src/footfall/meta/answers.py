"""Cached answers that all replicas of the server share, each computed by one of them."""

from __future__ import annotations

import threading
import zlib
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from footfall.clock import HOUR, Clock
from footfall.meta.database import Database, insert
from footfall.meta.tables import AnswerRow

_FASTEST = 1  # zlib's level: an answer of 10 MB takes 60 ms


@dataclass(frozen=True, slots=True)
class Answer:
    """`computed_at` in Unix milliseconds."""

    body: bytes
    computed_at: int

    def fresh(self, now: int, window: int) -> bool:
        """Within `window` milliseconds, by clocks that may differ by as much."""
        return abs(now - self.computed_at) < window


class Answers(Protocol):
    """Times are Unix milliseconds. Every method may be called from any thread."""

    def last(self, key: str) -> Answer | None:
        """The latest answer, of any age; None where there is none."""

    def claim(self, key: str, owner: str, until: int) -> bool:
        """Lease the answer to `owner`, who then computes it; False where another owner holds the lease.

        The lease ends at `until`. Claiming again renews it.
        """

    def keep(self, key: str, owner: str, body: bytes) -> Answer:
        """Publish the answer and end the lease. Where the lease has expired, only the caller gets the answer."""

    def release(self, key: str, owner: str) -> None:
        """End the lease without an answer."""


class StoredAnswers:
    """`Answers` of all processes of the installation."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def last(self, key: str) -> Answer | None:
        with self._database.read() as session:
            found = session.execute(
                select(AnswerRow.body, AnswerRow.computed_at).where(AnswerRow.key == key, AnswerRow.computed_at > 0)
            ).one_or_none()
        return Answer(zlib.decompress(found.body), found.computed_at) if found else None

    def claim(self, key: str, owner: str, until: int) -> bool:
        now = self._clock()
        free = or_(AnswerRow.claimed_by.in_(["", owner]), AnswerRow.claimed_until <= now)
        with self._database.write() as session:
            _make(session, key)
            taken = update(AnswerRow).where(AnswerRow.key == key, free).values(claimed_by=owner, claimed_until=until)
            count: int = session.execute(taken).rowcount  # type: ignore[attr-defined]  # an UPDATE's result has it
            return count == 1

    def keep(self, key: str, owner: str, body: bytes) -> Answer:
        found = Answer(body, self._clock())
        values = {"body": zlib.compress(body, _FASTEST), "computed_at": found.computed_at, "claimed_by": ""}
        with self._database.write() as session:
            session.execute(update(AnswerRow).where(AnswerRow.key == key, AnswerRow.claimed_by == owner).values(values))
            old = found.computed_at - HOUR  # older answers are never used
            session.execute(delete(AnswerRow).where(AnswerRow.computed_at < old, AnswerRow.claimed_until < old))
        return found

    def release(self, key: str, owner: str) -> None:
        with self._database.write() as session:
            session.execute(
                update(AnswerRow).where(AnswerRow.key == key, AnswerRow.claimed_by == owner).values(claimed_by="")
            )


class MemoryAnswers:
    """`Answers` of one process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._answers: dict[str, Answer] = {}
        self._claims: dict[str, tuple[str, int]] = {}

    def last(self, key: str) -> Answer | None:
        return self._answers.get(key)

    def claim(self, key: str, owner: str, until: int) -> bool:
        with self._lock:
            holder, holds = self._claims.get(key, (owner, 0))
            if holder != owner and holds > self._clock():
                return False
            self._claims[key] = owner, until
            return True

    def keep(self, key: str, owner: str, body: bytes) -> Answer:
        found = Answer(body, self._clock())
        with self._lock:
            if self._claims.get(key, ("", 0))[0] == owner:
                self._answers[key] = found
                del self._claims[key]
        return found

    def release(self, key: str, owner: str) -> None:
        with self._lock:
            if self._claims.get(key, ("", 0))[0] == owner:
                del self._claims[key]


def _make(session: Session, key: str) -> None:
    """A row for the key, if there is none."""
    empty = {"key": key, "body": b"", "computed_at": 0, "claimed_by": "", "claimed_until": 0}
    session.execute(insert(session, AnswerRow).values(empty).on_conflict_do_nothing())
