"""What can be wrong with the embedded engine's files so that it does not open, or does not go on."""

from __future__ import annotations

import shutil
from pathlib import Path

from footfall.settings import Settings
from footfall.store.clickhouse.target import LocalTarget, parse

_HEAD = b"format version: 1\n"


def unreadable_mutations(settings: Settings) -> list[Path]:
    """Notes of mutations that say nothing, as a full disk leaves them: the engine refuses to load their table.

    A mutation removes rows, and is asked for again where it is still wanted.
    """
    target = parse(settings.store_url, settings.data)
    if not isinstance(target, LocalTarget):
        return []
    notes = sorted(target.path.glob("store/*/*/mutation_*.txt"))
    return [note for note in notes if not note.read_bytes().startswith(_HEAD)]


def finish_drops(path: Path) -> None:
    """Remove what a kill left of detached parts that were being dropped: the engine refuses to touch them.

    It would refuse to drop another part of the same name, too. Called before the engine is opened.
    """
    for part in path.glob("store/*/*/detached/deleting_*"):
        shutil.rmtree(part, ignore_errors=True)
