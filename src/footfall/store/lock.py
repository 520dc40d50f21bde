"""One server per data directory, told apart by an `flock` that the kernel drops when its process ends."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from footfall.errors import FatalError

_FILE = "footfall.lock"
_TRIES = 5


class Lock:
    """The right to use a data directory; `release` is idempotent."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    def release(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.ftruncate(descriptor, 0)
            os.close(descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def lock_data_directory(path: Path) -> Lock:
    """Make the directory (mode 0700) where it is missing and take it; FatalError where another process has it."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path / _FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise FatalError(
            f"the data directory {path} can't be used: {error}; choose another with FOOTFALL_DATA"
        ) from error
    for left in reversed(range(_TRIES)):
        if _take(descriptor, fcntl.LOCK_EX):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
            return Lock(descriptor)
        # `holder` takes the lock for a moment in order to look: that alone must not stop a start.
        time.sleep(0.02 * bool(left))
    pid = _pid(descriptor)
    os.close(descriptor)
    raise FatalError(
        f"another Footfall server (pid {pid or 'unknown'}) uses the data directory {path}; "
        "stop it or choose another with FOOTFALL_DATA"
    )


def holder(path: Path) -> int | None:
    """The process id of the server that uses the directory; 0 where it has not yet written one, None for no server."""
    try:
        descriptor = os.open(path / _FILE, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        return None if _take(descriptor, fcntl.LOCK_SH) else _pid(descriptor)
    finally:
        os.close(descriptor)


def _take(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _pid(descriptor: int) -> int:
    text = os.pread(descriptor, 32, 0).strip()
    return int(text) if text.isdigit() else 0
