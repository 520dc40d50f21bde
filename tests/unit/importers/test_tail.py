"""Following a log: whatever happens to it and to the process, each line is in the spool once."""

from __future__ import annotations

import gzip
import io
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl
import pytest
from backports import zstd
from import_support import NOW, Importer

from footfall.errors import TransientError, UserError
from footfall.importers.formats import named
from footfall.importers.report import Report
from footfall.importers.tail.follow import Tail
from footfall.importers.target import Target
from footfall.spool.memory import MemorySpool

LATER = 10**9  # seconds: nothing is settled
AT_ONCE = 0


def line(name: object) -> str:
    return f'192.0.2.1 - - [10/Oct/2024:13:55:36 +0000] "GET /{name} HTTP/1.1" 200 1 "-" "agent"'


def text(*names: object) -> str:
    return "".join(line(name) + "\n" for name in names)


@dataclass
class Log:
    """A log in a directory of its own, and processes that follow it one after the other."""

    path: Path
    target: Target
    report: Path
    settle: float = AT_ONCE
    tail: Tail | None = field(default=None)

    def sibling(self, name: str) -> Path:
        return self.path.with_name(name)

    def write(self, *names: object, to: str = "access.log") -> None:
        with self.sibling(to).open("a") as file:
            file.write(text(*names))

    def rename(self, *names: str) -> None:
        """`a, b, c`: a becomes b, and before that b becomes c."""
        for old, new in reversed(list(zip(names, names[1:], strict=False))):
            if self.sibling(old).exists():
                self.sibling(old).rename(self.sibling(new))

    def pack(self, name: str) -> None:
        raw = self.sibling(name)
        self.sibling(f"{name}.gz").write_bytes(gzip.compress(raw.read_bytes()))
        raw.unlink()

    def copytruncate(self, to: str) -> None:
        shutil.copyfile(self.path, self.sibling(to))
        os.truncate(self.path, 0)

    def run(self, **options: object) -> Tail:
        """All that is there, by the process that runs or a new one."""
        if self.tail is None:
            options = {"settle": self.settle, **options}
            self.tail = Tail(self.path, self.target, Report(self.report), **options)  # type: ignore[arg-type]
        while self.tail.step():
            pass
        return self.tail

    def kill(self) -> None:
        if self.tail is not None and self.tail._files is not None:
            for source in self.tail._files.sources():
                source.close()
        self.tail = None

    def stored(self) -> list[str]:
        """Endpoints in the spool, in order, without their slash."""
        spool = self.target.spool
        assert isinstance(spool, MemorySpool)
        records = [record for row in spool._rows for record in row.records]
        frames = [pl.read_ipc(io.BytesIO(record.ipc)) for record in records]  # type: ignore[union-attr]
        return [endpoint[1:] for frame in frames for endpoint in frame["endpoint"]]


@pytest.fixture
def log(importer: Importer, tmp_path: Path) -> Iterator[Log]:
    directory = tmp_path / "logs"
    directory.mkdir()
    made = Log(directory / "access.log", importer.target, tmp_path / "rejected.tsv")
    yield made
    made.kill()


Happening = Callable[[Log], None]


def older(log: Log, suffix: str = "") -> None:
    log.rename(*(f"access.log.{number}{suffix}" for number in range(1, 12)))


def renamed(log: Log) -> None:
    older(log)
    log.rename("access.log", "access.log.1")


def dated(log: Log) -> None:
    log.rename("access.log", f"access.log-202501{len(list(log.path.parent.iterdir())):02d}")


def dated_before_the_suffix(log: Log) -> None:
    log.rename("access.log", f"access-2025-01-{len(list(log.path.parent.iterdir())):02d}.log")


def renamed_and_packed(log: Log) -> None:
    older(log, ".gz")
    log.rename("access.log", "access.log.1")
    log.pack("access.log.1")


def renamed_and_packed_one_later(log: Log) -> None:
    older(log, ".gz")
    renamed(log)
    if log.sibling("access.log.2").exists():
        log.pack("access.log.2")


def copied_and_truncated(log: Log) -> None:
    older(log)
    log.copytruncate("access.log.1")


def copied_truncated_and_packed(log: Log) -> None:
    older(log, ".gz")
    log.copytruncate("access.log.1")
    log.pack("access.log.1")


ROTATIONS = [
    renamed,
    dated,
    dated_before_the_suffix,
    renamed_and_packed,
    renamed_and_packed_one_later,
    copied_and_truncated,
    copied_truncated_and_packed,
]


def test_lines_come_as_they_are_written(log: Log) -> None:
    log.write(1, 2)
    log.run()
    assert log.stored() == ["1", "2"]
    log.write(3)
    log.run()
    log.run()
    assert log.stored() == ["1", "2", "3"]


@pytest.mark.parametrize("rotate", ROTATIONS)
@pytest.mark.parametrize("killed", [False, True])
def test_the_rest_of_a_rotated_file_comes_first(log: Log, rotate: Happening, *, killed: bool) -> None:
    log.write(1, 2)
    log.run()
    if killed:
        log.kill()
    log.write(3)
    rotate(log)
    log.write(4)
    log.run()
    log.write(5)
    log.run()
    assert log.stored() == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize("rotate", ROTATIONS)
@pytest.mark.parametrize("empty", [False, True])
def test_several_rotations_while_no_one_follows(log: Log, rotate: Happening, *, empty: bool) -> None:
    """Also where nothing of the newest file had been read."""
    log.write(0)
    log.run()
    if empty:
        rotate(log)
        log.path.touch()
        log.run()
    log.kill()
    for number in range(1, 6, 2):
        log.write(number, number + 1)
        rotate(log)
    log.write(7)
    log.run()
    assert log.stored() == list("01234567")
    log.kill()
    log.run()
    assert log.stored() == list("01234567")
