"""FILE and its rotated siblings, in the order in which they were written."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from io import FileIO
from operator import itemgetter
from pathlib import Path

from footfall.errors import UserError

_PACKED = r"(?P<packed>\.gz|\.zst|\.bz2|\.xz)?"
_INDEX = r"\.(?P<index>[0-9]{1,4})"
_SECOND = r"[0-9]{10,}"  # Unix time
_MONTH = rf"(?P<date>(?:19|20)[0-9]{{2}}[._-]?[0-9]{{2}}[0-9T:._-]*|{_SECOND})"
_DAY = rf"(?P<date>(?:19|20)[0-9]{{2}}(?:[._-]?[0-9]{{2}}){{2}}[0-9T:._-]*|{_SECOND})"
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
    with age, dates with youth. A log of its own may well be called name-8080.log or name.1.log: before the suffix, only
    a day counts. What is there both plain and compressed is being compressed: the plain one counts.
    Raises MovedError where files are being renamed all the time, OSError where the directory can't be read, UserError
    (`bad_file`) where FILE is no regular file.
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
    siblings: dict[str, tuple[tuple[object, ...], Found]] = {}
    for name in sorted(_names(path.parent)):  # plain before compressed
        match = _match(path, name)
        plain = name.removesuffix((match and match["packed"]) or "")
        if match is None or plain in siblings:
            continue
        found = _found(path.with_name(name))
        if found and (live is None or found.inode != live.inode):
            # Of two spellings of one age, FILE's whole name counts as the newer: what is looked for is found there.
            siblings[plain] = ((_age(match), name.startswith(path.name), name), found)
    return [found for _, found in sorted(siblings.values(), key=itemgetter(0))] + ([live] if live else [])


def _names(directory: Path) -> list[str]:
    try:
        return [entry.name for entry in directory.iterdir()]
    except FileNotFoundError:
        return []


def _match(path: Path, name: str) -> re.Match[str] | None:
    whole, stem, suffix = map(re.escape, (path.name, path.stem, path.suffix))
    return re.fullmatch(rf"{whole}(?:{_INDEX}|[._-]?{_MONTH}){_PACKED}", name) or re.fullmatch(
        rf"{stem}[._-]{_DAY}{suffix}{_PACKED}", name
    )


def _age(match: re.Match[str]) -> tuple[int, ...]:
    """Sorts oldest first."""
    index = match.groupdict().get("index")
    return (0, -int(index)) if index else (1, *map(int, re.findall(r"[0-9]+", match["date"])))


def _found(path: Path, *, live: bool = False) -> Found | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    if stat.S_ISREG(status.st_mode):
        return Found(path, status.st_ino, status.st_mtime_ns, live)
    if live:  # a directory, pipe or device can't be rotated, and never comes to an end
        raise UserError("bad_file", f"{path}: is not a regular file")
    return None
