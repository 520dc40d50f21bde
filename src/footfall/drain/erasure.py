"""The rows of deleted projects, removed from the store bit by bit."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

import structlog

from footfall.store.protocol import FactStore


class Deleted(Protocol):
    """The deleted projects, by number; `meta.projects.ProjectEditor` implements it."""

    def to_erase(self) -> list[int]: ...

    def erased(self, number: int) -> None: ...


class Rounds(Protocol):
    """What is asked of the drain."""

    rounds: int

    def quiesced(self) -> AbstractContextManager[bool]: ...


class Erasure:
    """Each call removes one partition of one table, so that a stop never waits long and a later start goes on.

    A batch that was planned before its project was deleted may still write rows. So a project's turn comes once the
    round of the drain in which it was first seen here is over, and no batch is partly written.
    """

    def __init__(self, deleted: Deleted, facts: FactStore, drain: Rounds) -> None:
        self._deleted = deleted
        self._facts = facts
        self._drain = drain
        self._seen: dict[int, int] = {}

    def __call__(self) -> None:
        for number in self._deleted.to_erase():
            seen = self._seen.setdefault(number, self._drain.rounds)
            if not self._settled(seen):
                continue
            if not self._facts.erase_some(number):
                self._deleted.erased(number)
                structlog.get_logger("audit").info("project erased", logger="audit", number=number)
            return

    def _settled(self, seen: int) -> bool:
        with self._drain.quiesced() as quiesced:
            return quiesced and self._drain.rounds > seen
