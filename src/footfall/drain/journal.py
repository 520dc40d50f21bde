"""Plans on disk, from when they are made until they have been applied: after a crash the same plan is applied again."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import msgspec

from footfall.drain.plan import Plan
from footfall.drain.upgrade import upgraded
from footfall.pipeline.keys import text_key


class Journal:
    """One file per unfinished plan, `<spool>-<batch number>.plan`, readable only by its owner; `id` names the drain."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._directory = directory
        for torn in directory.glob("*.writing"):
            torn.unlink()
        self._id = self._identity()

    def writer(self, spool: str) -> int:
        """A number for this drain's batches of a spool: it never changes, and no other drain is likely to have it."""
        return text_key(f"{self._id}/{spool}")

    def read(self, spool: str, number: int) -> Plan | None:
        """The plan that was written, or None: a torn file never gets its name."""
        try:
            return upgraded(msgspec.msgpack.decode(self._path(spool, number).read_bytes(), type=Plan))
        except FileNotFoundError:
            return None

    def write(self, spool: str, plan: Plan) -> None:
        """Durable at return."""
        self._write(self._path(spool, plan.number), msgspec.msgpack.encode(plan))

    def remove(self, spool: str, number: int) -> None:
        self._path(spool, number).unlink(missing_ok=True)

    def forget(self, spool: str, *, keep: int | None) -> None:
        """Remove all plans of a spool but that of batch `keep`: a crash may have left those of finished batches."""
        for path in self._directory.glob("*.plan"):
            name, _, number = path.stem.rpartition("-")
            if name == spool and number != str(keep):
                path.unlink()

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
        return self._directory / f"{spool}-{number}.plan"

    def _sync(self) -> None:
        directory = os.open(self._directory, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
