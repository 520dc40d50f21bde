"""What was imported already: by content, not by file name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class ImportRecord(Protocol):
    """One content imported into one project, finished or under way."""

    @property
    def name(self) -> str:
        """What the file was called when it was imported last."""

    @property
    def accepted(self) -> int:
        """Lines stored so far."""

    @property
    def rejected(self) -> int:
        """Lines refused so far."""

    @property
    def blocks(self) -> int:
        """Blocks that are safe in the spool; an unfinished import goes on after them."""

    @property
    def block_bytes(self) -> int | None:
        """The size of those blocks: only blocks of the same size have the same borders. None once finished."""

    @property
    def finished(self) -> bool: ...


class ImportLedger(Protocol):
    """Durable notes on imports, keyed by (project number, fingerprint). Any process may read and write them."""

    def seen(self, project_id: int, fingerprint: str) -> ImportRecord | None:
        """The note on this content, None where it was never begun in this project."""

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
        """Write the note, or replace it; durable at return. Called once per block and once at the end."""


@dataclass(frozen=True, slots=True)
class MemoryRecord:
    name: str
    accepted: int
    rejected: int
    blocks: int
    finished: bool
    block_bytes: int | None


class MemoryLedger:
    """An `ImportLedger` that lives as long as the process."""

    def __init__(self) -> None:
        self._records: dict[tuple[int, str], MemoryRecord] = {}

    def seen(self, project_id: int, fingerprint: str) -> MemoryRecord | None:
        return self._records.get((project_id, fingerprint))

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
        size = None if finished else block_bytes
        self._records[project_id, fingerprint] = MemoryRecord(name, accepted, rejected, blocks, finished, size)
