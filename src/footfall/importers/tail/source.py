"""One content of the log, open."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from footfall.importers.formats import Parser
from footfall.importers.reader import DAMAGE, LINE_BYTES, decompressed, read_exactly
from footfall.importers.tail.place import HEAD_BYTES, Place, fingerprint
from footfall.importers.tail.rotation import Found

SAMPLE_BYTES = 256 << 10
"""What a format is recognised by."""

_STEP = 1 << 20


class DamagedError(Exception):
    """The compressed data is damaged or cut off, or not all written yet."""


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines, and where reading goes on after them."""

    data: bytes
    length: int  # bytes of the content; more than of `data` where a line was cut


class Source:
    """A file and how far it was read. It stays readable while it is open, whatever happens to its name."""

    def __init__(self, found: Found, raw: FileIO, place: Place | None = None) -> None:
        self.path: Path = found.path
        self.inode = found.inode
        self.parser: Parser | None = None
        self.damaged = False  # for good: nothing more is read of it
        self._raw = raw
        self._stream = decompressed(raw)
        self.packed = self._stream is not raw
        # Read now: to go back in compressed data means to begin anew.
        self._kept = (0, b"")
        self._beginning = self._first() if self.packed else b""
        self.place = place or Place(found.inode, fingerprint(b""), 0, 0, found.changed)

    def close(self) -> None:
        self._raw.close()

    def changed(self) -> int:
        """When it was written to last: Unix nanoseconds."""
        return os.fstat(self._raw.fileno()).st_mtime_ns

    def _size(self) -> int:
        return os.fstat(self._raw.fileno()).st_size

    def beginning(self, size: int = HEAD_BYTES) -> bytes:
        """The first bytes as they are now, at most SAMPLE_BYTES."""
        return self._beginning[:size] if self.packed else os.pread(self._raw.fileno(), size, 0)

    def intact(self) -> bool:
        """Whether what was read of it is still there. Ask after reading: before that, it proves nothing."""
        return self.packed or self.holds(self.place)

    def holds(self, place: Place) -> bool:
        """Whether this is the content that was read so far. A copy may be shorter; the same file, never."""
        shorter = not self.packed and self.inode == place.inode and self._size() < place.offset
        return not shorter and place.fits(self.beginning())

    def block(self, size: int, *, final: bool) -> Block | None:
        """The next whole lines, about `size` bytes; with `final`, a last line needs no end. Raises DamagedError."""
        data = self._chunk(self.place.offset, size)
        end = data.rfind(b"\n") + 1
        if len(data) < size:
            end = len(data) if final else end
        elif end == 0:
            return self._long_line(data, final=final)
        return Block(data[:end], end) if end else None

    def _long_line(self, data: bytes, *, final: bool) -> Block | None:
        """A line over a block: so much of it that it is seen to be too long; NUL bytes before it are no part of it."""
        zeros = len(data) - len(data.lstrip(b"\0"))
        if zeros:
            return Block(data[:zeros], zeros)
        length = len(data)
        while more := self._chunk(self.place.offset + length, _STEP):
            end = more.find(b"\n") + 1
            length += end or len(more)
            if end:
                return Block(data[: LINE_BYTES + 1], length)
        return Block(data[: LINE_BYTES + 1], length) if final else None

    def after(self, block: Block, lines: int) -> Place:
        """The place once `block`, of `lines` lines, is in the spool."""
        head = self.place.head
        if self.place.known_by() < HEAD_BYTES:
            head = fingerprint((self.beginning(self.place.known_by()) + block.data)[:HEAD_BYTES])
        place = self.place
        return Place(self.inode, head, place.offset + block.length, place.line + lines, self.changed())

    def end(self, *, whole_lines: bool) -> Place:
        """The place where everything that is there has been read. What is damaged ends before the damage."""
        place, last = self.place, None
        while block := self._next(whole_lines=whole_lines):
            self.place = last = self.after(block, block.data.count(b"\n"))
        self.place = place
        return last or place

    def _next(self, *, whole_lines: bool) -> Block | None:
        try:
            return self.block(_STEP, final=not whole_lines)
        except DamagedError:
            return None

    def directives(self) -> Iterator[bytes]:
        """Lines before the place that begin with `#`, where the content begins with one."""
        if self.beginning(1) != b"#":
            return
        at, rest = 0, b""
        while at < self.place.offset:
            data = self._chunk(at, min(_STEP, self.place.offset - at))
            at += len(data) or self.place.offset
            *lines, rest = (rest + data).split(b"\n")
            yield from (line for line in lines if line.startswith(b"#"))

    def _first(self) -> bytes:
        """Nothing where it can't be read: no place fits it then, and the first block tells why."""
        try:
            return self._chunk(0, SAMPLE_BYTES)
        except DamagedError:
            return b""

    def _chunk(self, offset: int, size: int) -> bytes:
        """Blocks end before their chunks do, and to go back in compressed data means to begin anew: those are kept."""
        start, kept = self._kept
        rest = kept[offset - start :] if start <= offset <= start + len(kept) else b""
        try:
            self._stream.seek(offset + len(rest))
            data = (rest + read_exactly(self._stream, max(size - len(rest), 0)))[:size]
        except DAMAGE as error:
            raise DamagedError(str(error)) from error
        if self.packed:
            self._kept = (offset, data)
        return data
