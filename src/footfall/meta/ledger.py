"""Which contents were imported into which project: the `ImportLedger` of importers/, in the database."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, or_, select

from footfall.clock import Clock
from footfall.meta.database import Database
from footfall.meta.tables import ImportRow


@dataclass(frozen=True, slots=True)
class ImportNote:
    """Lines accepted and rejected so far, and the blocks, of `block_bytes` each, that are safe in the spool."""

    name: str
    accepted: int
    rejected: int
    blocks: int
    finished: bool
    block_bytes: int | None


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """How far an import has come; `finished_at` in Unix milliseconds, None while it runs or after an interruption."""

    name: str
    accepted: int
    rejected: int
    finished_at: int | None


class Ledger:
    """Notes on imports, keyed by (project number, fingerprint), from any thread and process.

    Each content has one row. While its import runs, the row's `fingerprint` is `<fingerprint>:<block bytes>`.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def seen(self, project_id: int, fingerprint: str) -> ImportNote | None:
        with self._database.read() as session:
            row = session.scalars(select(ImportRow).where(*_of(project_id, fingerprint))).one_or_none()
        if row is None:
            return None
        size = row.fingerprint.removeprefix(fingerprint).removeprefix(":")
        done = row.finished_at is not None
        return ImportNote(row.name, row.accepted, row.rejected, row.blocks, done, int(size) if size else None)

    def all(self, project_id: int) -> list[ImportProgress]:
        """Those that are not finished, then the others, latest first; ties by name."""
        with self._database.read() as session:
            rows = list(session.scalars(select(ImportRow).where(ImportRow.project == project_id)))
        found = [ImportProgress(row.name, row.accepted, row.rejected, row.finished_at) for row in rows]
        return sorted(found, key=lambda one: (one.finished_at is not None, -(one.finished_at or 0), one.name))

    def record(
        self,
        project_id: int,
        fingerprint: str,
        *,
        name: str,
        accepted: int,
        rejected: int,
        blocks: int,
        finished: bool,
        block_bytes: int | None = None,
    ) -> None:
        """Write the note, or replace it; durable on return."""
        row = ImportRow(
            project=project_id,
            fingerprint=fingerprint if finished or block_bytes is None else f"{fingerprint}:{block_bytes}",
            name=name,
            accepted=accepted,
            rejected=rejected,
            blocks=blocks,
            finished_at=self._clock() if finished else None,
        )
        with self._database.write() as session:
            session.execute(delete(ImportRow).where(*_of(project_id, fingerprint)))
            session.add(row)


def _of(project_id: int, fingerprint: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The row of a content, whether its import is finished or not."""
    text = ImportRow.fingerprint
    return ImportRow.project == project_id, or_(
        text == fingerprint, text.startswith(f"{fingerprint}:", autoescape=True)
    )
