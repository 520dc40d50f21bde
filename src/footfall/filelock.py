"""Advisory locks on files (`flock`). The kernel releases them when their process ends, however it ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self


class FileLock:
    """A file opened for locking; `close` releases the lock and is idempotent.

    With `create`, the file is made where it is missing, readable by its owner only; else FileNotFoundError.
    """

    def __init__(self, path: Path, *, create: bool = True) -> None:
        flags = os.O_RDWR | os.O_CREAT if create else os.O_RDONLY
        self._descriptor: int | None = os.open(path, flags | os.O_CLOEXEC, 0o600)

    @property
    def descriptor(self) -> int:
        """ValueError once the lock is closed."""
        if self._descriptor is None:
            raise ValueError("the lock is closed")
        return self._descriptor

    def acquire(self, *, shared: bool = False) -> bool:
        """Take the lock without waiting; False where another open file holds it."""
        try:
            fcntl.flock(self.descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def try_lock(path: Path) -> FileLock | None:
    """The exclusive lock on a file, or None where another open file holds it."""
    lock = FileLock(path)
    if lock.acquire():
        return lock
    lock.close()
    return None
