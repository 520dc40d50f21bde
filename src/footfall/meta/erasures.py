"""What is to be erased: deleted projects, and visitors who are to be forgotten."""

from __future__ import annotations

from sqlalchemy import func, select, update

from footfall.clock import DAY, Clock
from footfall.errors import UserError
from footfall.meta.database import Database
from footfall.meta.projects import LOCAL, ProjectEditor, audit, find_project
from footfall.meta.tables import ErasureRow
from footfall.model.erasure import ErasureNote, Forgotten, Subject, mark_of, new_salt

NAME_CHARS = 1_000

LATE = 30 * DAY
"""How long after an erasure is done what was received before it may come from another machine."""


class Erasures:
    """Asked for by any process, carried out by the one that drains. What is done stays recorded, without the name."""

    def __init__(self, database: Database, editor: ProjectEditor, clock: Clock) -> None:
        self._database = database
        self._editor = editor
        self._clock = clock

    def ask(self, project: str, visitor: str, *, by: str = LOCAL) -> ErasureNote:
        """Have a visitor forgotten, named as listings do. UserErrors: `not_found` for the project, `bad_parameter`."""
        if not 0 < len(visitor) <= NAME_CHARS:
            raise UserError(
                "bad_parameter", f"visitor {visitor[:100]!r} is empty or longer than {NAME_CHARS} characters"
            )
        with self._database.write() as session:
            owner = find_project(session, project)
            row = ErasureRow(project=owner.number, visitor=visitor, asked_at=self._clock())
            session.add(row)
            session.flush()
            asked, slug, id_ = _note(row), owner.slug, owner.id
        audit("erasure asked for", by, project=slug, id=id_, erasure=asked.id)
        return asked

    def of_project(self, project: str) -> list[ErasureNote]:
        """All that were asked for, newest first. UserError `not_found`."""
        with self._database.read() as session:
            number = find_project(session, project).number
            mine = select(ErasureRow).where(ErasureRow.project == number).order_by(ErasureRow.id.desc())
            return [_note(row) for row in session.scalars(mine)]

    def subjects(self) -> list[Subject | Forgotten]:
        """All whose rows may not be stored.

        Those of deleted projects at any time, those of visitors until it is done, and after that what comes late.
        """
        return [*map(Subject, sorted(self._editor.deleted())), *self._visitors(), *self._forgotten()]

    def open(self) -> list[Subject]:
        """Those of which there may still be rows."""
        return [*map(Subject, self._editor.to_erase()), *self._visitors()]

    def done(self, subject: Subject) -> None:
        """Record that nothing is left, and forget the visitor's name."""
        if not subject.visitor:
            self._editor.erased(subject.project)
            audit("project erased", LOCAL, number=subject.project)
            return
        # One salt for all that are known, so that a name that comes late is hashed once.
        salt = next((one.salt for one in self._forgotten()), "") or new_salt()
        with self._database.write() as session:
            values = {"visitor": mark_of(subject.visitor, salt), "done_at": self._clock()}
            session.execute(update(ErasureRow).where(ErasureRow.id == subject.id).values(values))
        self._database.erase_deleted()
        audit("visitor erased", LOCAL, number=subject.project, erasure=subject.id)

    def done_since(self, instant: int) -> int:
        """How many visitors were forgotten from then on."""
        with self._database.read() as session:
            return session.scalar(select(func.count()).where(ErasureRow.done_at >= instant)) or 0

    def expire(self) -> None:
        """Let go of marks that nothing late can have any more."""
        over = (ErasureRow.done_at <= self._clock() - LATE, ErasureRow.visitor != "")
        with self._database.read() as session:
            if session.scalar(select(ErasureRow.id).where(*over).limit(1)) is None:
                return
        with self._database.write() as session:
            session.execute(update(ErasureRow).where(*over).values({"visitor": ""}))
        self._database.erase_deleted()

    def _visitors(self) -> list[Subject]:
        with self._database.read() as session:
            waiting = select(ErasureRow).where(ErasureRow.done_at.is_(None)).order_by(ErasureRow.id)
            return [Subject(row.project, row.visitor, row.id) for row in session.scalars(waiting)]

    def _forgotten(self) -> list[Forgotten]:
        with self._database.read() as session:
            late = select(ErasureRow).where(ErasureRow.done_at > self._clock() - LATE, ErasureRow.visitor != "")
            return [Forgotten(row.project, row.visitor, row.asked_at) for row in session.scalars(late)]


def _note(row: ErasureRow) -> ErasureNote:
    return ErasureNote(row.id, row.project, "" if row.done_at else row.visitor, row.asked_at, row.done_at)
