"""Backups that commands ask the running server for, and those of the schedule."""

from __future__ import annotations

import secrets
from pathlib import Path

import msgspec

from footfall.clock import HOUR, Clock
from footfall.errors import FatalError
from footfall.runtime import request_files
from footfall.runtime.backup_places import SCRATCH, Manifest, Place, manifests_of, place_of
from footfall.runtime.backups import Backups, prune
from footfall.settings import Settings

_NAME = "backup"


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


class BackupWork:
    """Called once a second on a thread of the server: makes what commands ask for, and what the schedule says."""

    def __init__(self, settings: Settings, backups: Backups, clock: Clock) -> None:
        self._settings = settings
        self._backups = backups
        self._clock = clock
        self._not_before = 0

    def __call__(self) -> None:
        if request_files.attend(
            self._settings.data, _NAME, _Wanted, self._made, lambda id_, error: _Made(id_, error=error)
        ):
            return
        if self._settings.backup_dir and self._clock() >= self._not_before:
            self._scheduled(self._place(self._settings.backup_dir))

    def _made(self, wanted: _Wanted) -> _Made:
        return _Made(wanted.id, self._backups.make(self._place(wanted.place), full=wanted.full))

    def _scheduled(self, place: Place) -> None:
        every = self._settings.backup_hours * HOUR
        self._not_before = self._clock() + HOUR // 4  # also where it fails
        mine = manifests_of(place.found(), self._backups.installation)
        newest = max((one.created_at for one in mine if one.scheduled), default=0)
        if self._clock() >= newest + every:
            self._backups.make(place, scheduled=True)
        prune(place, self._backups.installation, self._settings.backup_keep)

    def _place(self, address: str) -> Place:
        return place_of(address, self._settings.data / SCRATCH)
