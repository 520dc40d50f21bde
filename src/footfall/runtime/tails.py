"""The tails of an installation, as its server sees them: each has a spool, which holds its note."""

from __future__ import annotations

from footfall.importers.tail.lag import behind
from footfall.importers.tail.place import decode
from footfall.spool.spools import Spools

PREFIX = "tail-"
"""What the names of their spools begin with."""


def tails_behind(spools: Spools) -> dict[str, int]:
    """By log: bytes that its tail has not read yet. Reads files: never on an event loop."""
    notes = [decode(spool.note()) for name, spool in spools if name.startswith(PREFIX)]
    return {note.file: lag for note in notes if note is not None and (lag := behind(note)) is not None}
