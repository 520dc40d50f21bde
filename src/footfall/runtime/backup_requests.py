"""Backups that commands ask the running server for, and those of the schedule."""

from __future__ import annotations

import secrets
from pathlib import Path

import msgspec
import structlog

from footfall.clock import HOUR, Clock
from footfall.errors import FatalError, FootfallError
from footfall.runtime import request_files
from footfall.runtime.backups import Backups, Manifest, backups_in, prune
from footfall.settings import Settings

_NAME = "backup"


class _Wanted(msgspec.Struct, frozen=True):
    id: str
    directory: str
    full: bool


class _Made(msgspec.Struct, frozen=True):
    id: str
    manifest: Manifest | None = None
    error: str = ""


def ask(data: Path, directory: Path, *, full: bool) -> Manifest:
    """Has the server of a data directory make a backup. FatalError where it fails, or the server ends."""
    wanted = _Wanted(secrets.token_hex(8), str(directory.resolve()), full)
    made = request_files.ask(data, _NAME, wanted, _Made)
    if made.manifest is None:
        raise FatalError(made.error)
    return made.manifest


class BackupWork:
    """Called once a second on a thread of the server: makes what commands ask for, and what the schedule says."""

    def __init__(self, settings: Settings, backups: Backups, clock: Clock) -> None:
        self._settings = settings
        self._backups = backups
        self._clock = clock
        self._not_before = 0

    def __call__(self) -> None:
        wanted = request_files.take(self._settings.data, _NAME, _Wanted)
        if wanted is not None:
            request_files.answer(self._settings.data, _NAME, self._made(wanted))
        elif self._settings.backup_dir is not None and self._clock() >= self._not_before:
            self._scheduled(self._settings.backup_dir)

    def _made(self, wanted: _Wanted) -> _Made:
        try:
            return _Made(wanted.id, self._backups.make(Path(wanted.directory), full=wanted.full))
        except (FootfallError, OSError) as error:
            structlog.get_logger("backup").exception("a backup can't be made", error=str(error))
            return _Made(wanted.id, error=str(error))

    def _scheduled(self, directory: Path) -> None:
        every = self._settings.backup_hours * HOUR
        self._not_before = self._clock() + HOUR // 4  # also where it fails
        newest = max((one.created_at for one in backups_in(directory)), default=0) if directory.exists() else 0
        if self._clock() >= newest + every:
            self._backups.make(directory)
            prune(directory, self._settings.backup_keep)
