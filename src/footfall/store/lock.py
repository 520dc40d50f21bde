"""One server per data directory: it holds the lock on a file there, in which it writes its process id."""

from __future__ import annotations

import os
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from footfall.errors import FatalError
from footfall.filelock import FileLock

_FILE = "footfall.lock"
_TRIES = 5


class Lock:
    """The right to use a data directory; `release` is idempotent."""

    def __init__(self, file: FileLock) -> None:
        self._file: FileLock | None = file

    def release(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            os.ftruncate(file.descriptor, 0)
            file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def lock_data_directory(path: Path) -> Lock:
    """Make the directory (mode 0700) where it is missing and lock it; FatalError where another process holds it."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = FileLock(path / _FILE)
    except OSError as error:
        raise FatalError(
            f"the data directory {path} can't be used: {error}; choose another with FOOTFALL_DATA"
        ) from error
    for left in reversed(range(_TRIES)):
        if file.acquire():
            os.ftruncate(file.descriptor, 0)
            os.pwrite(file.descriptor, f"{os.getpid()}\n".encode(), 0)
            return Lock(file)
        # `holder` takes the lock for a moment to look who holds it: that alone must not stop a start.
        time.sleep(0.02 * bool(left))
    pid = _pid(file)
    file.close()
    raise FatalError(
        f"another Footfall server (pid {pid or 'unknown'}) uses the data directory {path}; "
        "stop it or choose another with FOOTFALL_DATA"
    )


def holder(path: Path) -> int | None:
    """The process id of the server that uses the directory; 0 where it has not yet written one, None for no server."""
    try:
        file = FileLock(path / _FILE, create=False)
    except FileNotFoundError:
        return None
    with file:
        return None if file.acquire(shared=True) else _pid(file)


def _pid(file: FileLock) -> int:
    text = os.pread(file.descriptor, 32, 0).strip()
    return int(text) if text.isdigit() else 0
