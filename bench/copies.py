"""A copy of a data directory to write into, so that what `bench data` made stays as it is."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LINKED = frozenset({".bin", ".mrk", ".mrk2", ".mrk3", ".cmrk", ".cmrk2", ".cmrk3", ".idx", ".cidx"})
"""Files of parts, which the engine never changes once they are written: the copy shares them."""


@contextmanager
def copied(data: Path, folder: Path) -> Iterator[Path]:
    """In `folder`, until the block ends. Nothing may have the directory open meanwhile."""
    target = folder / f"{data.name}-copy"
    shutil.copytree(data, target, copy_function=_copy, symlinks=True)
    try:
        yield target
    finally:
        shutil.rmtree(target)


def _copy(source: str, target: str) -> str:
    if Path(source).suffix in _LINKED:
        try:
            os.link(source, target)
        except OSError:  # another file system
            pass
        else:
            return target
    return str(shutil.copy2(source, target))
