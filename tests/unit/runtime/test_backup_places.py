"""Which folders of a place are backups, and what a backup that fails leaves."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from typing import cast

import pytest

from footfall.errors import FatalError, TransientError
from footfall.runtime.backup_places import InDirectory, Manifest, manifests
from footfall.runtime.backups import Backups, prune
from footfall.settings import Settings
from footfall.store.protocol import Store


def made(place: InDirectory, name: str, base: str = "") -> None:
    work = place.begin(name)
    (work.folder / "meta.db").write_bytes(name.encode())
    place.complete(work, Manifest(name, 1, "1", 1, "i", base, {}, place.files(work)))


@pytest.fixture
def place(tmp_path: Path) -> InDirectory:
    folder = tmp_path / "backups"
    folder.mkdir()
    found = InDirectory(folder)
    for name in ("1", "2", "3"):
        made(found, name)
    return found


def test_a_copy_under_another_name_is_no_backup(place: InDirectory, tmp_path: Path) -> None:
    shutil.copytree(tmp_path / "backups" / "1", tmp_path / "backups" / "before-the-upgrade")
    assert [*place.found()] == ["1", "2", "3"]
    prune(place, 1)
    assert sorted(path.name for path in (tmp_path / "backups").iterdir()) == ["3", "before-the-upgrade"]


def test_one_that_is_not_complete_is_no_backup(place: InDirectory, tmp_path: Path) -> None:
    (tmp_path / "backups" / "3").rename(tmp_path / "backups" / "3.writing")
    assert [*place.found()] == ["1", "2"]


def test_a_damaged_manifest_is_told_and_left_alone(place: InDirectory, tmp_path: Path) -> None:
    (tmp_path / "backups" / "3" / "manifest.json").write_bytes(b"{")
    assert place.found()["3"] is None
    assert [one.name for one in manifests(place)] == ["1", "2"]
    prune(place, 1)
    assert [*place.found()] == ["2", "3"]


class Embedded:
    def settle_updates(self) -> None: ...


@pytest.mark.parametrize("error", [sqlite3.OperationalError("database or disk is full"), OSError(28, "No space left")])
def test_what_fails_is_told_and_leaves_nothing(
    place: InDirectory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr(Backups, "_snapshot", fails)
    (tmp_path / "data" / "drain").mkdir(parents=True)
    (tmp_path / "data" / "drain" / "id").write_text("i")
    making = Backups(Settings(data=tmp_path / "data"), cast("Store", Embedded()), lambda: None)
    with pytest.raises(TransientError, match="the backup fails: "):
        making.make(place)
    assert sorted(path.name for path in (tmp_path / "backups").iterdir()) == ["1", "2", "3", "lock"]


def test_a_store_that_is_the_installation_s_no_more_is_not_backed_up(place: InDirectory, tmp_path: Path) -> None:
    def moved() -> None:
        raise FatalError("the store has moved")

    with pytest.raises(FatalError, match="the store has moved"):
        Backups(Settings(data=tmp_path), cast("Store", Embedded()), moved).make(place)
