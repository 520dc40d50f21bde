"""Rows and batches of a damaged spool, read from the pages of its files without the help of SQLite.

Format: https://www.sqlite.org/fileformat2.html. A leaf of a table's tree holds whole records, so a look at every page
finds them however little of the tree is left. What is damaged itself does not pass its checksum. The pages of the
write-ahead log are looked at as well, those included that SQLite no longer believes.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from mmap import mmap

_LEAF = 0x0D
_WAL_HEAD, _FRAME_HEAD, _FILE_HEAD = 32, 24, 100
_INT_BYTES = (0, 1, 2, 3, 4, 6, 8)
_PAGE_SIZE = 4096
_MAGIC = b"SQLite format 3\0"
_VARINT = 9

Content = bytes | mmap
"""A file's."""

Row = tuple[int, int, int, int, int, bytes]
"""seq, received_at, events, total, crc, body"""

BatchRow = tuple[int, int, int, int, int, int | None]
"""number, first, last, bytes, total, finished_at"""


@dataclass
class Found:
    """By their primary keys."""

    rows: dict[int, Row] = field(default_factory=dict)
    batches: dict[int, BatchRow] = field(default_factory=dict)


def search(file: Content, log: Content) -> Found:
    """Everything of the tables `rows` and `batches` that is whole in a spool's file and its write-ahead log."""
    pages = _Pages(file, log)
    found = Found()
    for page, head in pages:
        for key, values in _records(pages, page, head):
            _keep(found, key, values)
    return found


def _keep(found: Found, key: int, values: Sequence[int | bytes | None]) -> None:
    match values:
        case [None, int(at), int(events), int(total), int(crc), bytes(body)] if zlib.crc32(body) == crc:
            found.rows[key] = (key, at, events, total, crc, body)
        case [None, int(first), int(last), int(size), int(total), int() | None as finished] if first <= last:
            # The same batch may lie in several pages: as it was taken, and as it was finished.
            if finished is not None or key not in found.batches:
                found.batches[key] = (key, first, last, size, total, finished)


class _Pages:
    """The pages of the file and of the log. Of a page that is there several times, `overflow` uses the newest image."""

    def __init__(self, file: Content, log: Content) -> None:
        self.size = _page_size(file, log)
        self.usable = self.size - (file[20] if file[: len(_MAGIC)] == _MAGIC else 0)
        self._images = [(1 + at // self.size, file, at) for at in range(0, len(file), self.size)]
        for at in range(_WAL_HEAD, len(log) - _FRAME_HEAD, self.size + _FRAME_HEAD):
            self._images.append((int.from_bytes(log[at : at + 4], "big"), log, at + _FRAME_HEAD))
        self._newest = {number: (content, at) for number, content, at in self._images}

    def __iter__(self) -> Iterator[tuple[bytes, int]]:
        """Each whole page, and where its own head begins."""
        for number, content, at in self._images:
            page = content[at : at + self.size]
            if len(page) == self.size:
                yield page, _FILE_HEAD if number == 1 else 0

    def _page(self, number: int) -> bytes:
        content, at = self._newest.get(number, (b"", 0))
        return content[at : at + self.size]

    def overflow(self, number: int, size: int) -> bytes:
        """As many bytes of a chain of overflow pages; fewer where it breaks off."""
        parts: list[bytes] = []
        seen: set[int] = set()
        while size > 0 and number not in seen and len(page := self._page(number)) == self.size:
            seen.add(number)
            parts.append(page[4 : min(self.usable, 4 + size)])
            size -= len(parts[-1])
            number = int.from_bytes(page[:4], "big")
        return b"".join(parts)


def _page_size(file: Content, log: Content) -> int:
    for found in (int.from_bytes(file[16:18], "big"), int.from_bytes(log[8:12], "big")):
        size = 65_536 if found == 1 else found
        if size in {1 << power for power in range(9, 17)}:
            return size
    return _PAGE_SIZE


def _records(pages: _Pages, page: bytes, head: int) -> Iterator[tuple[int, list[int | bytes | None]]]:
    """Key and values of each record of a leaf that can be read."""
    if page[head] != _LEAF:
        return
    count = int.from_bytes(page[head + 3 : head + 5], "big")
    first = head + 8
    for at in range(first, min(first + 2 * count, len(page) - 1), 2):
        try:
            yield _cell(pages, page, int.from_bytes(page[at : at + 2], "big"))
        except (ValueError, IndexError):
            continue


def _cell(pages: _Pages, page: bytes, at: int) -> tuple[int, list[int | bytes | None]]:
    size, at = _varint(page, at)
    key, at = _varint(page, at)
    most = pages.usable - 35
    if size <= most:
        payload = page[at : at + size]
    else:
        least = (pages.usable - 12) * 32 // 255 - 23
        local = least + (size - least) % (pages.usable - 4)
        local = local if local <= most else least
        number = int.from_bytes(page[at + local : at + local + 4], "big")
        payload = page[at : at + local] + pages.overflow(number, size - local)
    if len(payload) != size:
        raise ValueError("the record is cut off")
    return key, _values(payload)


def _values(payload: bytes) -> list[int | bytes | None]:
    """Integers, blobs (texts among them) and NULLs; ValueError where there is anything else."""
    end, at = _varint(payload, 0)
    kinds = []
    while at < end:
        kind, at = _varint(payload, at)
        kinds.append(kind)
    sizes = [_size(kind) for kind in kinds]
    starts = [end]
    for size in sizes:
        starts.append(starts[-1] + size)
    parts = [payload[start:stop] for start, stop in pairwise(starts)]
    return [_value(kind, part) for kind, part in zip(kinds, parts, strict=True)]


def _size(kind: int) -> int:
    if kind >= 12:
        return (kind - 12) // 2
    if kind in {8, 9}:
        return 0
    if kind < len(_INT_BYTES):
        return _INT_BYTES[kind]
    raise ValueError(kind)


def _value(kind: int, part: bytes) -> int | bytes | None:
    if kind == 0:
        return None
    if kind in {8, 9}:
        return kind - 8
    return part if kind >= 12 else int.from_bytes(part, "big", signed=True)


def _varint(content: bytes, at: int) -> tuple[int, int]:
    """The number that begins there, and where it ends."""
    value = 0
    for place in range(_VARINT):
        byte = content[at + place]
        if place == _VARINT - 1:
            return value << 8 | byte, at + _VARINT
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            return value, at + place + 1
    raise AssertionError  # the ninth byte ends it
