"""What a spool has acknowledged and drained, kept beside it, so that a loss is noticed.

A few bytes in a file of their own, written after each commit and never synchronised: they outlive a killed process, and
after a power cut they may be old, in which case they say less than there is.
"""

from __future__ import annotations

import os
import struct
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_NUMBERS = struct.Struct(">4QI")
"""Four numbers and the CRC-32 of them."""

_APPENDED, _FINISHED, _TAKEN = range(3)


@dataclass(frozen=True, slots=True)
class MarkedBatch:
    """A batch as `spool.protocol.Batch`; `total` counts the events up to and including its last row, 0 for no batch."""

    number: int
    first: int
    last: int
    total: int


@dataclass(frozen=True, slots=True)
class Marked:
    """The last row and the number of all events up to it; the last finished batch; the batch that was taken last."""

    seq: int
    total: int
    finished: MarkedBatch
    taken: MarkedBatch


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
        return Marked(seq, total, MarkedBatch(*self._read(_FINISHED)), MarkedBatch(*self._read(_TAKEN)))

    def appended(self, seq: int, total: int) -> None:
        self._write(_APPENDED, seq, total, 0, 0)

    def finished(self, batch: MarkedBatch) -> None:
        self._write(_FINISHED, batch.number, batch.first, batch.last, batch.total)

    def taken(self, batch: MarkedBatch) -> None:
        self._write(_TAKEN, batch.number, batch.first, batch.last, batch.total)

    def close(self) -> None:
        """Idempotent."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)

    def remove(self) -> None:
        self.close()
        self._path.unlink(missing_ok=True)

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
