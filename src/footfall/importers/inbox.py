"""Files that come in pieces, to be imported: `imports/uploads/<id>` in the data directory, closed to others.

A file's length says how far it has come, so nothing else has to be kept in step with it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import disk_usage

from footfall.errors import TransientError, UserError
from footfall.filelock import FileLock, try_lock
from footfall.model.upload import Upload, UploadState

ROOM = 2 << 30
"""Bytes that stay free on the disk: collecting and merging need them."""

_REPORT = ".rejected.tsv"


@dataclass(frozen=True, slots=True)
class Arriving:
    """A file that takes bytes at its end, of which there are `here` already; no other request writes to it."""

    lock: FileLock
    here: int
    size: int

    def append(self, content: bytes, at: int) -> None:
        """Waits for the disk. UserError `too_large` past the size that was said, TransientError without room."""
        if at + len(content) > self.size:
            raise UserError("too_large", f"the upload has {self.size} bytes, and more were sent")
        try:
            os.pwrite(self.lock.descriptor, content, at)
        except OSError as error:
            raise TransientError("the bytes can't be written: the disk is full or fails", retry_after=60) from error

    def sync(self) -> None:
        """Until what was appended is on disk."""
        os.fsync(self.lock.descriptor)


class Inbox:
    """The uploads of one server. `free` gives the free bytes of a directory's disk."""

    def __init__(self, data: Path, free: Callable[[Path], int] = lambda path: disk_usage(path).free) -> None:
        self.directory = data / "imports" / "uploads"
        self._free = free

    def path(self, id_: str) -> Path:
        return self.directory / id_

    def report(self, id_: str) -> Path:
        """Where the lines of an upload that are rejected are listed."""
        return self.directory / f"{id_}{_REPORT}"

    def create(self, id_: str) -> None:
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path(id_).touch(mode=0o600)

    def has(self, id_: str) -> bool:
        return self.path(id_).exists()

    def received(self, upload: Upload) -> int:
        """Bytes of it that have come."""
        if upload.state is not UploadState.RECEIVING:
            return upload.said.size
        try:
            return self.path(upload.id).stat().st_size
        except FileNotFoundError:
            return 0

    def is_full(self) -> bool:
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self._free(self.directory) < ROOM

    def check_room(self, size: int, others: Iterable[Upload]) -> None:
        """TransientError where the disk has no room for as many bytes beside those that are still to come."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        to_come = sum(one.said.size - self.received(one) for one in others)
        room = self._free(self.directory) - ROOM - to_come
        if size > room:
            raise TransientError(
                f"the disk has room for {max(room, 0):,} more bytes of uploads, and this one has {size:,}",
                retry_after=600,
            )

    @contextmanager
    def arriving(self, upload: Upload, offset: int) -> Iterator[Arriving]:
        """The file, to go on at `offset`; UserError `conflict` where that is not its end, or another request writes."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = try_lock(self.path(upload.id))
        if lock is None:
            raise UserError("conflict", "another request sends bytes of this upload")
        with lock:
            here = os.fstat(lock.descriptor).st_size
            if here != offset:
                raise UserError("conflict", f"Upload-Offset: {offset}, but {here} bytes have come: go on from there")
            yield Arriving(lock, here, upload.said.size)

    def sha256(self, id_: str, look: Callable[[], object]) -> str:
        """Of the file, in hex; `look` is called now and then, and may raise."""
        digest = hashlib.sha256()
        with self.path(id_).open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
                look()
        return digest.hexdigest()

    def ids(self) -> list[tuple[str, float]]:
        """Of all files and reports, with the time of their last change (Unix seconds)."""
        found = []
        for path in self.directory.glob("upl_*"):
            try:
                found.append((path.name.removesuffix(_REPORT), path.stat().st_mtime))
            except FileNotFoundError:
                continue
        return found

    def remove(self, id_: str) -> None:
        self.path(id_).unlink(missing_ok=True)
        self.report(id_).unlink(missing_ok=True)

    def rejected(self, id_: str, most: int) -> list[tuple[int, str, str]]:
        """Line number, reason and beginning of the first lines that were rejected."""
        try:
            with self.report(id_).open(encoding="utf-8") as file:
                rows = [line.rstrip("\n").split("\t", 3) for line, _ in zip(file, range(most), strict=False)]
        except FileNotFoundError:
            return []
        return [(int(number), reason, text) for _, number, reason, text in rows]
