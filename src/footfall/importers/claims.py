"""One process at a time imports a content into a project, told by a lock that the kernel drops when it ends."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from footfall.errors import FatalError, UserError
from footfall.filelock import FileLock, try_lock


@contextmanager
def claimed(directory: Path, project_id: int, fingerprint: str, name: str) -> Iterator[None]:
    """Hold the right to import this content into this project; `name` is what messages call it.

    Raises UserError (`busy`) where another process, or another import of this one, holds it, and FatalError where
    `directory` can't be written. A file that a killed process left behind is no claim.
    """
    path = directory / f"{fingerprint}-{project_id}.lock"
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = _taken(path)
    except OSError as error:
        raise FatalError(f"{path} can't be made: {error.strerror}") from error
    if lock is None:
        raise UserError("busy", f"{name}: is being imported by another process")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)  # while it is held: no one else's can be at this path
        lock.close()


def _taken(path: Path) -> FileLock | None:
    """The locked file, or None where another has it."""
    while (lock := try_lock(path)) is not None:
        if _stands(lock, path):
            return lock
        lock.close()  # its holder removed it between our opening and our locking: a lock on it excludes nobody
    return None


def _stands(lock: FileLock, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(lock.descriptor), path.stat())
    except FileNotFoundError:
        return False
