"""What a spool has acknowledged, drained and lost, kept beside it, so that a loss is noticed and not forgotten.

A few bytes in a file of their own, written after each commit of rows, before that of a batch's end, and never
synchronised: they outlive a killed process, and after a power cut they may be old, in which case they say less than
there is.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

_NUMBERS = struct.Struct(">4QI")
"""Four numbers and the CRC-32 of them."""

_APPENDED, _FINISHED, _TAKEN, _LOST = range(4)
"""Places of the numbers; losses take as many as there are."""


@dataclass(frozen=True, slots=True)
class MarkedBatch:
    """A batch as `spool.protocol.Batch`; `total` counts the events up to and including its last row, 0 for no batch."""

    number: int
    first: int
    last: int
    total: int


Loss = tuple[int, int, int, int]
"""A row of the spool's table `lost`: first and last row, events, when it was noticed."""


@dataclass(frozen=True, slots=True)
class Marked:
    """The last row and the number of all events up to it; the last finished batch; the batch that was taken last.

    `losses` are the earlier ones, in case what the spool says of them is damaged in its turn.
    """

    seq: int
    total: int
    finished: MarkedBatch
    taken: MarkedBatch
    losses: tuple[Loss, ...] = ()


class Mark:
    """The file of one spool. Writing never fails: a spool without its mark works, it only notices less."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None
        with suppress(OSError):
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def read(self) -> Marked:
        """All 0 where nothing, or nothing sound, is written."""
        seq, total, *_ = self._read(_APPENDED)
        finished, taken = (MarkedBatch(*self._read(slot)) for slot in (_FINISHED, _TAKEN))
        return Marked(seq, total, finished, taken, tuple(self._losses()))

    def appended(self, seq: int, total: int) -> None:
        self._write(_APPENDED, seq, total, 0, 0)

    def finished(self, batch: MarkedBatch) -> None:
        self._write(_FINISHED, batch.number, batch.first, batch.last, batch.total)

    def taken(self, batch: MarkedBatch) -> None:
        self._write(_TAKEN, batch.number, batch.first, batch.last, batch.total)

    def lost(self, losses: Sequence[Loss]) -> None:
        """All that there are, in place of what is written."""
        for place, loss in enumerate(losses):
            self._write(_LOST + place, *loss)
        if self._file is not None:
            with suppress(OSError):
                if os.fstat(self._file).st_size > (_LOST + len(losses)) * _NUMBERS.size:
                    os.ftruncate(self._file, (_LOST + len(losses)) * _NUMBERS.size)

    def close(self) -> None:
        """Idempotent."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)

    def remove(self) -> None:
        self.close()
        self._path.unlink(missing_ok=True)

    def _losses(self) -> Iterator[Loss]:
        for slot in count(_LOST):
            loss = self._read(slot)
            if loss[0] == 0:  # rows are numbered from 1
                break
            yield loss

    def _read(self, slot: int) -> tuple[int, int, int, int]:
        if self._file is None:
            return 0, 0, 0, 0
        found = os.pread(self._file, _NUMBERS.size, slot * _NUMBERS.size)
        if len(found) < _NUMBERS.size:
            return 0, 0, 0, 0
        one, two, three, four, crc = _NUMBERS.unpack(found)
        return (one, two, three, four) if zlib.crc32(found[:-4]) == crc else (0, 0, 0, 0)

    def _write(self, slot: int, *numbers: int) -> None:
        if self._file is not None:
            packed = _NUMBERS.pack(*numbers, 0)[:-4]
            with suppress(OSError):
                os.pwrite(self._file, packed + zlib.crc32(packed).to_bytes(4, "big"), slot * _NUMBERS.size)
