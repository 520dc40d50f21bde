"""Backups of the schedule: when one is made, what becomes of old ones, and how a failure is told."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from footfall.clock import HOUR, system_clock
from footfall.runtime.backup_places import InDirectory, Manifest, manifests
from footfall.runtime.backup_requests import BackupWork
from footfall.runtime.backups import Backups
from footfall.settings import Settings
from footfall.store.protocol import Store


class Empty:
    """A store without a row."""

    def settle_updates(self) -> None: ...


@pytest.fixture(autouse=True)
def snapshot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Backups, "_snapshot", lambda *_: ({}, lambda: None))


class Installation:
    """`hours` is how late its clock shows it to be."""

    def __init__(self, folder: Path, place: Path | str, *, keep: int = 14) -> None:
        self.hours = 0.0
        (folder / "drain").mkdir(parents=True)
        self.settings = Settings(data=folder, backup_dir=str(place), backup_keep=keep)
        self.backups = Backups(self.settings, cast("Store", Empty()), lambda: None)
        self.work = BackupWork(self.settings, self.backups, lambda: system_clock() + int(self.hours * HOUR))


def found(directory: Path) -> list[Manifest]:
    return manifests(InDirectory(directory).found())


def test_each_of_two_installations_makes_its_own(tmp_path: Path) -> None:
    one, other = (Installation(tmp_path / name, tmp_path / "backups") for name in ("one", "other"))
    one.work()
    other.work()
    assert [manifest.installation for manifest in found(tmp_path / "backups")] == [
        one.backups.installation,
        other.backups.installation,
    ]


def test_one_of_a_command_takes_the_place_of_none(tmp_path: Path) -> None:
    one = Installation(tmp_path / "one", tmp_path / "backups", keep=1)
    one.backups.make(InDirectory(tmp_path / "backups"), full=True)
    for _ in range(3):
        one.work()
        one.hours += 25
    assert [manifest.scheduled for manifest in found(tmp_path / "backups")] == [False, True]


def test_between_two_there_is_the_time_that_is_set(tmp_path: Path) -> None:
    one = Installation(tmp_path / "one", tmp_path / "backups")
    for hours in (0, 1, 23.9, 24.3):
        one.hours = hours
        one.work()
    assert len(found(tmp_path / "backups")) == 2
