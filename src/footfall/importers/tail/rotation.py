"""FILE and its rotated siblings, in the order in which they were written."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

_PACKED = r"(?P<packed>\.gz|\.zst)?"
_WHEN = r"(?P<when>[0-9][0-9T:._-]*?)"
_INDEX_DIGITS = 4  # more are a date
_TRIES = 5


class MovedError(Exception):
    """A file was renamed, removed or replaced since it was listed: list again."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file of the log. `live` is FILE itself; `changed` is its time of change in nanoseconds."""

    path: Path
    inode: int
    changed: int
    live: bool = False

    def known_as(self) -> tuple[Path, int]:
        return self.path, self.inode

    def open(self) -> FileIO:
        """The file that was listed, unbuffered. Raises MovedError where another is there now."""
        try:
            raw = FileIO(os.open(self.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK), "rb")
        except FileNotFoundError as error:
            raise MovedError from error
        if os.fstat(raw.fileno()).st_ino != self.inode:
            raw.close()
            raise MovedError
        return raw


def listed(path: Path) -> list[Found]:
    """Oldest first, FILE last where it is there.

    Siblings are FILE.1, FILE.2.gz, FILE-20250813.zst, name-20250813.log and the like, in FILE's directory: numbers grow
    with age, dates with youth. What is there both plain and compressed is being compressed: the plain one counts.
    Raises MovedError where files are being renamed all the time, OSError where the directory can't be read.
    """
    before = _snapshot(path)
    for _ in range(_TRIES):
        now = _snapshot(path)
        if now == before:
            return now
        before = now
    raise MovedError


def _snapshot(path: Path) -> list[Found]:
    """Not one instant: a rename in the middle can hide a file, or show it twice."""
    live = _found(path, live=True)
    siblings: dict[tuple[int, ...], Found] = {}
    for name in sorted(_names(path.parent)):  # plain before compressed
        match = _match(path, name)
        if match is None or _age(match["when"]) in siblings:
            continue
        found = _found(path.with_name(name))
        if found and (live is None or found.inode != live.inode):
            siblings[_age(match["when"])] = found
    return [siblings[age] for age in sorted(siblings)] + ([live] if live else [])


def _names(directory: Path) -> list[str]:
    try:
        return [entry.name for entry in directory.iterdir()]
    except FileNotFoundError:
        return []


def _match(path: Path, name: str) -> re.Match[str] | None:
    return re.fullmatch(rf"{re.escape(path.name)}[._-]?{_WHEN}{_PACKED}", name) or re.fullmatch(
        rf"{re.escape(path.stem)}[._-]{_WHEN}{re.escape(path.suffix)}{_PACKED}", name
    )


def _age(when: str) -> tuple[int, ...]:
    """Sorts oldest first."""
    digits = re.findall(r"[0-9]+", when)
    if len(digits) == 1 and len(digits[0]) <= _INDEX_DIGITS:
        return 0, -int(when)
    return 1, *map(int, digits)


def _found(path: Path, *, live: bool = False) -> Found | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return Found(path, status.st_ino, status.st_mtime_ns, live) if stat.S_ISREG(status.st_mode) else None
