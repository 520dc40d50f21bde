"""Uploads of access logs, as the metadata knows them. Their bytes are files of the server that takes them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from footfall.clock import Clock
from footfall.errors import UserError
from footfall.meta.database import Database
from footfall.meta.projects import LOCAL, audit
from footfall.meta.saved import checked_text, random_text
from footfall.meta.tables import UploadRow
from footfall.model.project import Project
from footfall.model.upload import UNDER_WAY, NewUpload, Upload, UploadState

MAX_UNDER_WAY = 10
"""Uploads of one project that are not finished."""

MAX_KEPT = 100
"""Notes on uploads of one project: the oldest of those that have ended go."""

NAME_CHARS = 255


class Uploads:
    """From any thread and process."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def all(self, project: Project) -> list[Upload]:
        """Newest first."""
        with self._database.read() as session:
            mine = select(UploadRow).where(UploadRow.project == project.number)
            return [
                _upload_of(row) for row in session.scalars(mine.order_by(UploadRow.created_at.desc(), UploadRow.id))
            ]

    def find(self, project: Project, id_: str) -> Upload:
        """UserError `not_found`."""
        with self._database.read() as session:
            row = session.get(UploadRow, id_)
            if row is None or row.project != project.number:
                raise UserError("not_found", f"upload {id_[:100]!r} does not exist")
            return _upload_of(row)

    def by_id(self, id_: str) -> Upload | None:
        with self._database.read() as session:
            row = session.get(UploadRow, id_)
            return None if row is None else _upload_of(row)

    def under_way(self) -> list[Upload]:
        """Those of all projects that have not ended, oldest first."""
        with self._database.read() as session:
            rows = select(UploadRow).where(UploadRow.state.in_(UNDER_WAY))
            return [_upload_of(row) for row in session.scalars(rows.order_by(UploadRow.created_at, UploadRow.id))]

    def begin(self, project: Project, said: NewUpload, *, by: str = LOCAL) -> tuple[Upload, bool]:
        """The project's upload of this file, and whether it begins now: one that failed begins anew.

        UserErrors: `bad_parameter` for the name, `conflict` where too many are under way.
        """
        name = checked_text("name", said.name, NAME_CHARS)
        with _alone(), self._database.write() as session:
            same = (UploadRow.project == project.number, UploadRow.sha256 == said.sha256, UploadRow.size == said.size)
            row = session.scalar(select(UploadRow).where(*same))
            if row is not None and row.state != UploadState.FAILED:
                return _upload_of(row), False
            if row is not None:
                session.delete(row)
                session.flush()
            _make_room(session, project)
            row = UploadRow(
                id=f"upl_{random_text()}",
                project=project.number,
                sha256=said.sha256,
                size=said.size,
                name=name,
                format=said.format,
                timezone=said.timezone,
                created_at=self._clock(),
                state=UploadState.RECEIVING,
            )
            session.add(row)
            session.flush()
            made = _upload_of(row)
        audit("upload begun", by, project=project.slug, id=made.id)
        return made, True

    def note(self, id_: str, **fields: Any) -> bool:
        """Change what is known of an upload; False where it is there no more."""
        with self._database.write() as session:
            done = session.execute(update(UploadRow).where(UploadRow.id == id_).values(**fields))
            return bool(done.rowcount)  # type: ignore[attr-defined]  # a cursor's result, which an update gives

    def end(self, id_: str, state: UploadState, reason: str = "", **fields: Any) -> None:
        self.note(id_, state=state, reason=reason, finished_at=self._clock(), **fields)

    def remove(self, project: Project, id_: str, *, by: str = LOCAL) -> None:
        """UserError `not_found`. What was imported stays."""
        self.find(project, id_)
        self.forget(id_)
        audit("upload removed", by, project=project.slug, id=id_)

    def forget(self, id_: str) -> None:
        with self._database.write() as session:
            session.execute(delete(UploadRow).where(UploadRow.id == id_))


@contextmanager
def _alone() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise UserError("conflict", "another request begins to upload the same file") from error


def _make_room(session: Session, project: Project) -> None:
    """For one more note; UserError `conflict`."""
    mine = UploadRow.project == project.number
    count = select(func.count()).select_from(UploadRow).where(mine, UploadRow.state.in_(UNDER_WAY))
    if (session.scalar(count) or 0) >= MAX_UNDER_WAY:
        raise UserError(
            "conflict", f"{MAX_UNDER_WAY} uploads of the project are under way, the most that there may be: remove one"
        )
    ended = select(UploadRow.id).where(mine, UploadRow.state.not_in(UNDER_WAY)).order_by(UploadRow.created_at.desc())
    old = list(session.scalars(ended.offset(MAX_KEPT - 1)))
    session.execute(delete(UploadRow).where(UploadRow.id.in_(old)))


def _upload_of(row: UploadRow) -> Upload:
    return Upload(
        id=row.id,
        project=row.project,
        said=NewUpload(row.name, row.size, row.sha256, row.format, row.timezone),
        state=UploadState(row.state),
        created_at=row.created_at,
        reason=row.reason,
        accepted=row.accepted,
        rejected=row.rejected,
        read_bytes=row.read_bytes,
        content_bytes=row.content_bytes,
        finished_at=row.finished_at,
    )
