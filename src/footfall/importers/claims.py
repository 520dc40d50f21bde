"""One process at a time imports a content into a project, told by an `flock` that the kernel drops when it ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from footfall.errors import FatalError, UserError


@contextmanager
def claimed(directory: Path, project_id: int, fingerprint: str, name: str) -> Iterator[None]:
    """Hold the right to import this content into this project; `name` is what messages call it.

    Raises UserError (`busy`) where another process, or another import of this one, holds it, and FatalError where
    `directory` can't be written. A file that a killed process left behind is no claim.
    """
    path = directory / f"{fingerprint}-{project_id}.lock"
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = _taken(path)
    except OSError as error:
        raise FatalError(f"{path} can't be made: {error.strerror}") from error
    if handle is None:
        raise UserError("busy", f"{name}: is being imported by another process")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)  # while it is held: no one else's can be at this path
        os.close(handle)


def _taken(path: Path) -> int | None:
    """The locked file, or None where another has it."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return None
        if _stands(handle, path):
            return handle
        os.close(handle)  # its holder removed it between our opening and our locking: a lock on it excludes nobody


def _stands(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False
