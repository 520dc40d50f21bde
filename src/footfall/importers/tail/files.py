"""Which contents a tail reads, oldest first: found by their places after a start, a rotation and a truncation."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from itertools import accumulate
from pathlib import Path
from typing import Any, Self

import structlog
from msgspec.structs import replace

from footfall.importers.tail.place import Note, Place
from footfall.importers.tail.rotation import Found, MovedError, listed
from footfall.importers.tail.source import Source


class Files:
    """Contents that are known, oldest first, and the open files among them.

    They follow each other without a gap: a file in between that fits none is unread, and so is what came after them.
    What came before them was read. So one is forgotten only from the front, and only while a next one is known by what
    was read of it.
    """

    def __init__(self, note: Note) -> None:
        self._path = Path(note.file)
        self._known: list[Source | Place] = list(note.places)
        self._whole = note.whole
        self._live = 0  # the inode of FILE
        self._located = False
        self._siblings: list[tuple[Path, int]] = []

    def sources(self) -> list[Source]:
        """What can be read, oldest first."""
        return [known for known in self._known if isinstance(known, Source)]

    def note(self) -> Note:
        places = [_place(known) for known in _past_boundary(self._known)]
        self._whole = self._whole and not (places and places[0].offset)
        return Note(str(self._path), tuple(place for place in places if place.offset), self._whole)

    def live(self, source: Source) -> bool:
        """Whether it is what FILE leads to, as far as is known."""
        return source.inode == self._live

    def look(self) -> None:
        """Follow FILE to where it leads now. Raises OSError where it or its directory can't be read."""
        try:
            if not self._located or self._moved():
                self._locate(listed(self._path))
        except MovedError:
            self._located = False  # next time

    def _moved(self) -> bool:
        """FILE leads elsewhere; or where FILE says nothing, its siblings are others.

        It says nothing while it is away (what was FILE may still be written to), and while nothing was read of it: then
        it may have been copied and truncated.
        """
        try:
            if self._path.stat().st_ino != self._live:
                return True
        except FileNotFoundError:
            return self._siblings_moved()
        blank = self._known and not _place(self._known[-1]).offset
        return bool(blank) and self._siblings_moved()

    def _siblings_moved(self) -> bool:
        return [file.known_as() for file in listed(self._path)] != self._siblings

    def lose(self, source: Source) -> None:
        """Its file holds something else now; what it held may have been copied, and is looked for."""
        self._known[self._known.index(source)] = source.place
        source.close()
        self._located = False

    def drop(self, source: Source) -> None:
        """It was read to its end. It stays while it is needed to tell what is unread."""
        self._known = _past_boundary(self._known)
        first = source is self._known[0] and len(self._known) > 1 and _place(self._known[1]).offset
        if first or not source.place.offset:
            self._known.remove(source)
            source.close()

    def close(self) -> None:
        for source in self.sources():
            source.close()
        self._known = [_place(known) for known in self._known]
        self._located = False

    def _locate(self, found: list[Found]) -> None:
        """Open again what was lost, and all that is unread."""
        known = [it for it in _past_boundary(self._known) if _place(it).offset]
        with _Opened(found) as opened:
            matches = [opened.match(_place(it)) for it in known]
            if known and matches[-1] is None and isinstance(known[-1], Place) and not known[-1].boundary:
                _log().warning("what was read last is gone; what was written since is read", file=str(self._path))
            again = [opened.again(it, at) for it, at in zip(known, matches, strict=True)]
            unread = self._unread(found, matches, known[:1])
            # Someone's copy of what is known, under a name that sorts later, is not new.
            fresh = [at for at in unread if found[at].live or not opened.copies(at, map(_place, known))]
            order = [*zip(_positions(matches), again, strict=True), *((at, opened[at]) for at in fresh)]
            opened.keep([it for _, it in order])
        for source in self.sources():
            if source not in again:
                source.close()
        self._known = _without_gone([it for _, it in sorted(order, key=lambda pair: pair[0])])
        self._live = self._live_among(found)
        self._siblings = [file.known_as() for file in found]
        self._located = True

    def _live_among(self, found: list[Found]) -> int:
        """The inode of FILE. While FILE is away, what was FILE last is the newest file beside it."""
        named = next((file.inode for file in found if file.live), 0)
        passed = any(file.inode == self._live for file in found[:-1])
        return named or (found[-1].inode if passed else self._live)

    def _unread(self, found: list[Found], matches: list[int | None], first: list[Source | Place]) -> list[int]:
        """Files from the first known content on; where that was not found, those written to after it."""
        numbers = [at for at in range(len(found)) if at not in matches]
        start = -1 if self._whole or not first else matches[0]
        if start is not None:
            return [at for at in numbers if at > start]
        changed = _place(first[0]).changed
        return [at for at in numbers if found[at].live or found[at].changed > changed]


class _Opened:
    """Files opened as they are asked for; closed at the end but for those that are kept."""

    def __init__(self, found: list[Found]) -> None:
        self._found = found
        self._open: dict[int, Source] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for source in self._open.values():
            source.close()

    def __getitem__(self, number: int) -> Source:
        if number not in self._open:
            found = self._found[number]
            self._open[number] = Source(found, found.open())
        return self._open[number]

    def keep(self, known: list[Source | Place]) -> None:
        self._open = {number: source for number, source in self._open.items() if source not in known}

    def again(self, known: Source | Place, number: int | None) -> Source | Place:
        """An open file stays; a lost one goes on in the file that holds its content, a boundary only in FILE."""
        if isinstance(known, Source) or number is None or (known.boundary and not self._found[number].live):
            return known
        self[number].place = replace(known, boundary=False)
        return self[number]

    def copies(self, number: int, places: Iterable[Place]) -> bool:
        return any(self[number].holds(place) for place in places)

    def match(self, place: Place) -> int | None:
        """Which file holds the content: the one that always did, else the newest that begins alike."""
        numbers = sorted(range(len(self._found)), key=lambda at: (self._found[at].inode == place.inode, at))
        return next((at for at in reversed(numbers) if self[at].holds(place)), None)


def _positions(matches: list[int | None]) -> list[int]:
    """What has no name any more stays after what it came after."""
    return list(accumulate((-1 if at is None else at for at in matches), max))


def _without_gone(known: list[Source | Place]) -> list[Source | Place]:
    """A content that was not found is of use only at the front, and until the next one is known."""
    while len(known) > 1 and isinstance(known[0], Place) and _place(known[1]).offset:
        known = known[1:]
    return known[:1] + [it for it in known[1:] if isinstance(it, Source)]


def _past_boundary(known: list[Source | Place]) -> list[Source | Place]:
    """A boundary is of use until what came after it is known by what was read of it."""
    past = len(known) > 1 and _place(known[0]).boundary and _place(known[1]).offset
    return known[1:] if past else known


def _place(known: Source | Place) -> Place:
    return known.place if isinstance(known, Source) else known


def _log() -> Any:
    return structlog.get_logger("tail")


def beginning(path: Path, *, from_end: bool) -> Note:
    """Where a tail begins: at FILE's start or end; what was rotated before is a boundary, whatever is added to it.

    Raises OSError where it can't be read, MovedError where files are being renamed.
    """
    for file in reversed(listed(path)):
        if file.live and not from_end:
            continue
        with closing(Source(file, file.open())) as source:
            place = source.end(whole_lines=file.live)
        if place.offset:
            return Note(str(path), (replace(place, boundary=not file.live),))
    return Note(str(path), whole=True)
