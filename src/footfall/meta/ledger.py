"""Which contents were imported into which project: the durable `ImportLedger` of importers/."""

from __future__ import annotations

from dataclasses import dataclass

from footfall.clock import Clock
from footfall.meta.database import Database
from footfall.meta.tables import ImportRow


@dataclass(frozen=True, slots=True)
class ImportNote:
    """Lines accepted and rejected so far, and the blocks that are safe in the spool."""

    name: str
    accepted: int
    rejected: int
    blocks: int
    finished: bool


class Ledger:
    """Notes on imports, keyed by (project number, fingerprint), from any thread and process."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def seen(self, project_id: int, fingerprint: str) -> ImportNote | None:
        with self._database.read() as session:
            row = session.get(ImportRow, (project_id, fingerprint))
            if row is None:
                return None
            return ImportNote(row.name, row.accepted, row.rejected, row.blocks, row.finished_at is not None)

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
    ) -> None:
        """Write the note, or replace it; durable at return."""
        row = ImportRow(
            project=project_id,
            fingerprint=fingerprint,
            name=name,
            accepted=accepted,
            rejected=rejected,
            blocks=blocks,
            finished_at=self._clock() if finished else None,
        )
        with self._database.write() as session:
            session.merge(row)
