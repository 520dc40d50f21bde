"""Whatever the order of writes, rotations and deaths: what is in the spool is what was written, each line once."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import IO

import hypothesis.strategies as st
from hypothesis import example, given, settings
from import_support import NOW, HashedIdentity, ListedPlaces
from test_tail import AT_ONCE, LATER, Log, line, older

from footfall.ids import IdSource
from footfall.importers.ledger import MemoryLedger
from footfall.importers.target import Target
from footfall.spool.memory import MemorySpool


class Killed(BaseException):
    """The process dies here."""


class DyingSpool(MemorySpool):
    """Dies at the next append, before it is safe or after it, once told to."""

    death = ""

    def append(self, submissions, note=b""):
        death, self.death = self.death, ""
        if death == "before":
            raise Killed
        answers = super().append(submissions, note)
        if death == "after":
            raise Killed
        return answers


class World:
    """A server that writes a log, what rotates it, and the processes that follow it."""

    def __init__(self, directory: Path) -> None:
        (directory / "logs").mkdir()
        self.spool = DyingSpool(clock=lambda: NOW)
        target = Target(
            project_id=7,
            spool=self.spool,
            ids=IdSource(lambda: NOW),
            identity=HashedIdentity(),
            locator=ListedPlaces(),
            ledger=MemoryLedger(),
            clock=lambda: NOW,
            scratch=directory,
            block_bytes=300,
        )
        self.log = Log(directory / "logs" / "access.log", target, directory / "rejected.tsv", settle=LATER)
        self.log.path.touch()
        self.written: list[str] = []
        self.open = False  # the last line lacks its end
        self.server: IO[str] = self.log.path.open("a")

    def line(self) -> None:
        self._write("\n" if self.open else "", ended=True)

    def unended_line(self) -> None:
        self._write("\n" if self.open else "", ended=False)

    def _write(self, before: str, *, ended: bool) -> None:
        name = str(len(self.written))
        self.server.write(before + line(name) + ("\n" if ended else ""))
        self.server.flush()
        self.written.append(name)
        self.open = not ended

    def rename(self) -> None:
        """The server goes on with the old file until it is told to reopen."""
        if self.log.path.exists():
            older(self.log)
            older(self.log, ".gz")
            self.log.rename("access.log", "access.log.1")

    def reopen(self) -> None:
        self.server.close()
        if not self.log.path.exists():
            self.open = False
        self.server = self.log.path.open("a")

    def rename_and_reopen(self) -> None:
        self.rename()
        self.reopen()

    def copytruncate(self) -> None:
        if not self.log.path.exists() or self.open:
            return
        self.reopen()
        older(self.log)
        older(self.log, ".gz")
        self.log.copytruncate("access.log.1")

    def pack(self) -> None:
        """The second newest, which no server writes to any more."""
        if self.log.sibling("access.log.2").exists():
            self.log.pack("access.log.2")

    def step(self) -> None:
        try:
            self.log.run()
        except Killed:
            self.log.kill()

    def die_before(self) -> None:
        self.spool.death = "before"
        self.step()

    def die_after(self) -> None:
        self.spool.death = "after"
        self.step()

    def kill(self) -> None:
        self.log.kill()

    def end(self) -> None:
        self.server.write("\n" if self.open else "")
        self.server.close()
        self.spool.death = ""
        for _ in range(2):
            self.step()
            assert self.log.tail is not None
            self.log.tail.settle = AT_ONCE


COMMON = ["line", "line", "line", "step", "step", "kill", "die_before", "die_after", "pack"]
RENAMING = [*COMMON, "unended_line", "rename", "reopen", "rename_and_reopen"]
COPYING = [*COMMON, "unended_line", "copytruncate"]


def schedules() -> st.SearchStrategy[list[str]]:
    return st.one_of(st.lists(st.sampled_from(names), max_size=40) for names in (RENAMING, COPYING))


@example(["unended_line", "rename_and_reopen", "rename"])  # FILE is away, and was another file than the one last seen
@settings(max_examples=60, deadline=None)
@given(schedules())
def test_every_line_once(schedule: list[str]) -> None:
    directory = Path(tempfile.mkdtemp())
    world = World(directory)
    try:
        world.step()  # it begins before anything is written: older files are not for it
        for happening in schedule:
            getattr(world, happening)()
        world.end()
        assert Counter(world.log.stored()) == Counter(world.written)
    finally:
        world.server.close()
        world.log.kill()
        shutil.rmtree(directory)
