"""The rows of deleted projects, and of visitors who are to be forgotten, removed bit by bit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from functools import partial
from typing import Protocol

from footfall.drain.plan import Touched
from footfall.model.erasure import Subject
from footfall.pipeline.erasing import signs, without
from footfall.pipeline.keys import visitor_keys
from footfall.spool.protocol import Spool
from footfall.store.protocol import Piece, Store


class Subjects(Protocol):
    """Whose rows are to be removed; `meta.erasures.Erasures` implements it."""

    def open(self) -> list[Subject]: ...

    def done(self, subject: Subject) -> None:
        """Nothing is left of them."""

    def expire(self) -> None:
        """Let go of what is kept only to know what comes late."""


class Rounds(Protocol):
    """What is asked of the drain."""

    rounds: int

    def quiesced(self) -> AbstractContextManager[bool]: ...

    def mark(self, touched: Iterable[Touched]) -> None: ...

    def removing(self, piece: Piece) -> AbstractContextManager[None]: ...


class SetAside(Protocol):
    """What is asked of the journal."""

    def remove_set_aside(self) -> None: ...


class Erasure:
    """Each call removes one partition of one table, in the background of the store; a later start goes on.

    A batch that was planned before an erasure was asked for may still write rows. So a subject's turn comes once the
    round of the drain in which it was first seen here is over, and no batch is partly written; later batches discard
    its rows. Once the store has none, the spools' files lose theirs, and only then rows of the same name count again.
    """

    def __init__(
        self,
        subjects: Subjects,
        store: Store,
        drain: Rounds,
        spools: Callable[[], Iterable[tuple[str, Spool]]],
        journal: SetAside,
    ) -> None:
        self._subjects = subjects
        self._store = store
        self._drain = drain
        self._spools = spools
        self._journal = journal
        self._seen: dict[Subject, int] = {}

    def __call__(self) -> None:
        self._subjects.expire()
        waiting = self._subjects.open()
        self._seen = {subject: self._seen.get(subject, self._drain.rounds) for subject in waiting}
        for subject in waiting:
            if self._settled(subject):
                if not self._erase_some(subject):
                    self._finish(subject)
                return

    def _settled(self, subject: Subject) -> bool:
        with self._drain.quiesced() as quiesced:
            return quiesced and self._drain.rounds > self._seen[subject]

    def _erase_some(self, subject: Subject) -> bool:
        """Whether the store had rows of the subject. Roll-ups that hold them are invalid before the rows go."""
        keys = visitor_keys(subject.visitor) if subject.visitor else None
        with self._store.background():
            piece = self._store.facts.to_erase(subject.project, keys)
        if piece is None:
            return False
        self._drain.mark(Touched(source, subject.project, list(piece.hours)) for source in piece.sources)
        with self._drain.removing(piece), self._store.background():
            self._store.facts.erase(subject.project, keys, piece)
        return True

    def _finish(self, subject: Subject) -> None:
        """While no batch is planned: one that has read the spool already would write the rows once this is done."""
        with self._drain.quiesced() as quiesced:
            if quiesced:
                for _, spool in self._spools():
                    spool.rewrite(signs(subject), partial(without, subjects=[subject]))
                self._journal.remove_set_aside()
                self._subjects.done(subject)
