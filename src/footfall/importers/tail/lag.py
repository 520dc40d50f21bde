"""How far a tail is behind its log, seen from outside: by its note and by the file."""

from __future__ import annotations

from pathlib import Path

from footfall.importers.tail.place import Note


def behind(note: Note) -> int | None:
    """Bytes of the log that are not in the spool; None where the log can't be looked at.

    Rotated files that are still to be read are not among them.
    """
    try:
        found = Path(note.file).stat()
    except OSError:
        return None
    read = max((place.offset for place in note.places if place.inode == found.st_ino), default=0)
    return max(found.st_size - read, 0)
