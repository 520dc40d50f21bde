"""Plans on disk, from when they are made until they have been applied: after a crash the same plan is applied again."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import msgspec
import structlog

from footfall.drain.plan import Plan
from footfall.drain.upgrade import upgraded
from footfall.pipeline.keys import text_key

_SET_ASIDE = "damaged"
"""The folder of plans that could not be read."""

_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)

_PLAN = ".plan"

_LOST = ".lost"
"""Ends the name of a file that stands for such a plan until its batch is finished."""


class Journal:
    """One file per unfinished plan, `<spool>-<batch number>.plan`, readable only by its owner; `id` names the drain."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._directory = directory
        for torn in directory.glob("*.writing"):
            torn.unlink()
        self.id = self._identity()  # of the installation

    def writer(self, spool: str) -> int:
        """A number for this drain's batches of a spool: it never changes, and no other drain is likely to have it."""
        return text_key(f"{self.id}/{spool}")

    def read(self, spool: str, number: int) -> Plan | None:
        """The plan that was written, or None: a torn file never gets its name. One that can't be read is set aside."""
        path = self._path(spool, number)
        try:
            return upgraded(msgspec.msgpack.decode(path.read_bytes(), type=Plan))
        except FileNotFoundError:
            return None
        except _UNREADABLE as error:
            self._lose(path)
            structlog.get_logger("drain").error("a damaged plan is set aside", file=path.name, reason=str(error))
            return None

    def lose_all(self) -> None:
        """Set all plans aside: what they were made from has changed, so their batches are completed without them."""
        for path in self._directory.glob(f"*{_PLAN}"):
            self._lose(path)

    def _lose(self, path: Path) -> None:
        self._write(path.with_suffix(_LOST), b"")
        folder = self._directory / _SET_ASIDE
        folder.mkdir(mode=0o700, exist_ok=True)
        path.rename(folder / path.name)

    def begun(self) -> set[str]:
        """Spools that have a plan here, or had one that could not be read: their batches may be stored in part."""
        return {path.stem.rpartition("-")[0] for path in self._directory.iterdir() if path.suffix in {_PLAN, _LOST}}

    def unreadable(self) -> list[Path]:
        """Plans that can't be read."""
        return [path for path in sorted(self._directory.glob(f"*{_PLAN}")) if _decoded(path) is None]

    def remove_set_aside(self) -> None:
        """Remove the plans that could not be read: nothing needs them, and they hold what was collected."""
        for path in (self._directory / _SET_ASIDE).glob("*"):
            path.unlink()

    def lost(self, spool: str, number: int) -> bool:
        """Whether the batch had a plan that could not be read, so that a part of it may be stored."""
        return self._path(spool, number).with_suffix(_LOST).exists()

    def write(self, spool: str, plan: Plan, *, batch: int | None = None) -> None:
        """The plan of a batch, by default of that with its number; durable at return."""
        self._write(self._path(spool, batch or plan.number), msgspec.msgpack.encode(plan))

    def remove(self, spool: str, number: int) -> None:
        path = self._path(spool, number)
        path.unlink(missing_ok=True)
        path.with_suffix(_LOST).unlink(missing_ok=True)

    def left(self, spool: str, *, keep: int | None) -> set[int]:
        """The batches of a spool, but for `keep`, that have plans: a crash may have left those of finished ones."""
        found = {int(path.stem.rpartition("-")[2]) for path in self._of(spool)}
        return found - {keep}

    def forget(self, spool: str, *, keep: int | None) -> None:
        """Remove all that is left of a spool but of batch `keep`."""
        for path in self._of(spool):
            if path.stem.rpartition("-")[2] != str(keep):
                path.unlink()

    def _of(self, spool: str) -> list[Path]:
        return [
            path
            for path in self._directory.iterdir()
            if path.suffix in {_PLAN, _LOST} and path.stem.rpartition("-")[0] == spool
        ]

    def _identity(self) -> str:
        path = self._directory / "id"
        if not path.exists():
            self._write(path, secrets.token_hex(16).encode())
        return path.read_text()

    def _write(self, path: Path, content: bytes) -> None:
        """Write a file that exists completely or not at all; durable at return."""
        writing = path.with_suffix(".writing")
        with os.fdopen(os.open(writing, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        writing.rename(path)
        self._sync()

    def _path(self, spool: str, number: int) -> Path:
        return self._directory / f"{spool}-{number}{_PLAN}"

    def _sync(self) -> None:
        directory = os.open(self._directory, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def installation_id(directory: Path) -> str:
    """That of the journal in this directory, which is made where nothing has been drained yet."""
    path = directory / "id"
    return path.read_text() if path.exists() else Journal(directory).id


def _decoded(path: Path) -> Plan | None:
    try:
        return msgspec.msgpack.decode(path.read_bytes(), type=Plan)
    except _UNREADABLE:
        return None
