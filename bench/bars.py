"""What a bar is, and what its module gets to work with."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.harness import Result, engine, make_project
from bench.scale import Scale


@dataclass
class Work:
    """The scale, and a directory that lasts as long as the run.

    `kept` is a directory of `bench data`, `against` a smaller one for B6. `ranges` and `endpoints` are those of B4, B5
    and B6; all of them where they are empty. `made` are directories of `bench data` that the run has made.
    """

    scale: Scale
    root: Path
    kept: Path | None = None
    against: Path | None = None
    ranges: tuple[str, ...] = ()
    endpoints: tuple[str, ...] = ()
    made: set[Path] = field(default_factory=set, init=False)
    _filled: tuple[Path, Result] | None = field(default=None, init=False)

    @contextmanager
    def directory(self) -> Iterator[Path]:
        """A fresh directory, removed at the end."""
        path = Path(tempfile.mkdtemp(dir=self.root))
        try:
            yield path
        finally:
            shutil.rmtree(path)

    def filled(self) -> tuple[Path, Result]:
        """A data directory with the events of B7, made once, and the figures of making it."""
        if self._filled is None:
            data = self.root / "filled"
            make_project(data)
            self._filled = data, engine("fill", data, self.scale.stored, self.scale.visitors)
        return self._filled


@dataclass(frozen=True)
class Bar:
    """`figure` sums up a result in a few words, `met` compares it with the bar; both from the result alone."""

    name: str
    what: str
    bar: str
    run: Callable[[Work], Result]
    figure: Callable[[Result], str]
    met: Callable[[Result], bool]
