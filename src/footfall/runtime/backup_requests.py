"""Backups that commands ask the running server for, and those of the schedule."""

from __future__ import annotations

import secrets
from pathlib import Path

import msgspec
import structlog

from footfall.clock import HOUR, Clock
from footfall.errors import FatalError, FootfallError, UserError
from footfall.model.progress import FailingJob
from footfall.runtime import request_files
from footfall.runtime.backup_places import SCRATCH, Manifest, Place, manifests_of, place_of
from footfall.runtime.backups import Backups, prune
from footfall.settings import Settings, bucket_of
from footfall.spool.progress import shown

_NAME = "backup"
_PAUSE = HOUR // 4
"""From one look at the schedule to the next, also after a failure."""


class _Wanted(msgspec.Struct, frozen=True):
    id: str
    place: str
    full: bool


class _Made(msgspec.Struct, frozen=True):
    id: str
    manifest: Manifest | None = None
    error: str = ""


def ask(data: Path, place: str, *, full: bool) -> Manifest:
    """Has the server of a data directory make a backup. FatalError where it fails, or the server ends."""
    wanted = _Wanted(secrets.token_hex(8), place, full)
    made = request_files.ask(data, _NAME, wanted, _Made)
    if made.manifest is None:
        raise FatalError(made.error)
    return made.manifest


def check_schedule(settings: Settings) -> None:
    """FatalError where the scheduled backups are to go to a file, or to a bucket without credentials."""
    if settings.backup_dir:
        try:
            place_of(settings.backup_dir, settings.data / SCRATCH)
        except FatalError as error:
            raise FatalError(f"FOOTFALL_BACKUP_DIR {settings.backup_dir!r} can't be used: {error}") from error
        if Path(settings.backup_dir).is_file():
            raise FatalError(f"FOOTFALL_BACKUP_DIR {settings.backup_dir!r} can't be used: it is a file")


class BackupWork:
    """Called once a second on a thread of the server: makes what commands ask for, and what the schedule says.

    `failing` may be called from any thread.
    """

    def __init__(self, settings: Settings, backups: Backups, clock: Clock) -> None:
        self._settings = settings
        self._backups = backups
        self._clock = clock
        self._not_before = 0
        self._failing: FailingJob | None = None

    def failing(self) -> list[FailingJob]:
        """The schedule, where the last attempt failed. Never waits."""
        return [failing] if (failing := self._failing) else []

    def __call__(self) -> None:
        if request_files.attend(
            self._settings.data, _NAME, _Wanted, self._made, lambda id_, error: _Made(id_, error=error)
        ):
            return
        if self._settings.backup_dir and self._clock() >= self._not_before:
            self._not_before = self._clock() + _PAUSE
            self._scheduled()

    def _made(self, wanted: _Wanted) -> _Made:
        return _Made(wanted.id, self._backups.make(self._place(wanted.place), full=wanted.full))

    def _scheduled(self) -> None:
        failure = "a backup can't be made"
        try:
            place = self._place(self._settings.backup_dir)
            self._make_due(place)
            failure = "old backups can't be removed"
            prune(place, self._backups.installation, self._settings.backup_keep)
        except Exception as error:  # noqa: BLE001 - it is told, and tried again
            self._fail(failure, error)
        else:
            self._failing = None

    def _make_due(self, place: Place) -> None:
        mine = manifests_of(place.found(), self._backups.installation)
        newest = max((one.created_at for one in mine if one.scheduled), default=0)
        if self._clock() >= newest + self._settings.backup_hours * HOUR:
            self._backups.make(place, scheduled=True)

    def _fail(self, failure: str, error: Exception) -> None:
        since = self._failing.since if self._failing else self._clock()
        self._failing = FailingJob("backups", since, _shown(error, self._settings.backup_dir))
        structlog.get_logger(_NAME).error(
            failure,
            reason=str(error),
            details=getattr(error, "details", ""),
            exc_info=not isinstance(error, FootfallError | OSError),
        )

    def _place(self, address: str) -> Place:
        return place_of(address, self._settings.data / SCRATCH)


def _shown(error: Exception, place: str) -> str:
    """What may be shown of a failure: neither a path nor a bucket; the log has them."""
    refusal = next((one for one in (error, error.__cause__) if isinstance(one, OSError)), None)
    if refusal:
        return refusal.strerror or type(refusal).__name__
    if isinstance(error, UserError):
        return error.code
    return shown(error).replace(place.rstrip("/"), "FOOTFALL_BACKUP_DIR") if bucket_of(place) else shown(error)
