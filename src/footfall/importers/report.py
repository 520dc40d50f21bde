"""Where refused lines are listed."""

from __future__ import annotations

import math
import os
from pathlib import Path

import polars as pl

from footfall.importers.fields import Reject

QUOTED = 200  # characters of a refused line that the report shows


class Report:
    """Refused lines as tab-separated file, line number, reason and the line's beginning; made with the first one.

    Past `limit` bytes, nothing more is added.
    """

    def __init__(self, path: Path, limit: float = math.inf) -> None:
        self.path = path
        self._limit = limit

    def add(self, name: str, first: int, rejects: list[Reject], lines: pl.Series | None) -> None:
        """`first` is the number of the block's first line, counted from 1; without the block's `lines`, none is quoted.

        A refused line may hold an address anywhere, so lines are for those who keep addresses whole.
        """
        if not rejects:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # What clients sent is for the operator's eyes only, and without control characters.
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            if os.fstat(handle).st_size >= self._limit:
                return
            for line, reason in rejects:
                quoted = "" if lines is None else _plain(lines[line][:QUOTED])
                file.write(f"{_plain(name)}\t{first + line}\t{_plain(reason)}\t{quoted}\n")


def _plain(text: str) -> str:
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
