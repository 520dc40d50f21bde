"""Which folders of a place are backups, and what a backup that fails leaves."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path
from typing import cast

import pytest
from tests.support.s3 import ENVIRONMENT

from footfall.errors import FatalError, TransientError, UserError
from footfall.runtime.backup_places import InBucket, InDirectory, Manifest, absolute, manifests, place_of
from footfall.runtime.backups import Backups, prune
from footfall.settings import Settings
from footfall.store.protocol import Store

FIRST, SECOND, THIRD = (f"2026010{day}T000000000000Z" for day in (1, 2, 3))


def made(place: InDirectory, name: str, base: str = "", installation: str = "i", *, scheduled: bool = True) -> None:
    work = place.begin(name)
    (work.folder / "meta.db").write_bytes(name.encode())
    place.complete(work, Manifest(name, 1, "1", 1, installation, base, {}, place.files(work), scheduled))


@pytest.fixture
def place(tmp_path: Path) -> InDirectory:
    folder = tmp_path / "backups"
    folder.mkdir()
    found = InDirectory(folder)
    for name in (FIRST, SECOND, THIRD):
        made(found, name)
    return found


def test_a_copy_under_another_name_is_no_backup(place: InDirectory, tmp_path: Path) -> None:
    for copy in ("before-the-upgrade", "20270101T000000000000Z"):
        shutil.copytree(tmp_path / "backups" / FIRST, tmp_path / "backups" / copy)
    assert [*place.found()] == [FIRST, SECOND, THIRD]
    prune(place, "i", 1)
    assert sorted(path.name for path in (tmp_path / "backups").iterdir()) == [
        THIRD,
        "20270101T000000000000Z",
        "before-the-upgrade",
        "lock",
    ]


def test_of_the_schedule_s_the_newest_stay_and_what_they_need(place: InDirectory) -> None:
    made(place, "20260104T000000000000Z", SECOND)
    prune(place, "i", 2)
    assert [*place.found()] == [SECOND, THIRD, "20260104T000000000000Z"]


def test_one_of_a_command_and_what_it_needs_stay_and_are_not_counted(place: InDirectory) -> None:
    made(place, "20260104T000000000000Z", FIRST, scheduled=False)
    made(place, "20260105T000000000000Z", scheduled=False)
    prune(place, "i", 1)
    assert [*place.found()] == [FIRST, THIRD, "20260104T000000000000Z", "20260105T000000000000Z"]


def test_one_of_an_earlier_version_counts_as_a_command_s(place: InDirectory, tmp_path: Path) -> None:
    manifest = tmp_path / "backups" / FIRST / "manifest.json"
    record = json.loads(manifest.read_text())
    del record["scheduled"]
    manifest.write_text(json.dumps(record))
    prune(place, "i", 1)
    assert [*place.found()] == [FIRST, THIRD]


def test_those_of_other_installations_stay_and_are_not_counted(place: InDirectory) -> None:
    for day in (4, 5):
        made(place, f"2026010{day}T000000000000Z", installation="other")
    prune(place, "i", 2)
    assert [*place.found()] == [SECOND, THIRD, "20260104T000000000000Z", "20260105T000000000000Z"]
    prune(place, "other", 1)
    assert [*place.found()] == [SECOND, THIRD, "20260105T000000000000Z"]


def test_what_one_that_can_not_be_read_may_need_stays(place: InDirectory, tmp_path: Path) -> None:
    (tmp_path / "backups" / SECOND / "manifest.json").write_bytes(b"{")
    made(place, "20260104T000000000000Z")
    prune(place, "i", 1)
    assert [*place.found()] == [FIRST, SECOND, "20260104T000000000000Z"]


def test_while_another_backup_is_made_nothing_is_removed(place: InDirectory) -> None:
    with place.alone(), pytest.raises(UserError, match="another backup is being written"):
        prune(place, "i", 1)
    assert [*place.found()] == [FIRST, SECOND, THIRD]


def test_one_that_is_not_complete_is_no_backup(place: InDirectory, tmp_path: Path) -> None:
    (tmp_path / "backups" / THIRD).rename(tmp_path / "backups" / f"{THIRD}.writing")
    (tmp_path / "backups" / SECOND / "manifest.json").unlink()
    assert [*place.found()] == [FIRST]


def test_what_an_interrupted_one_left_goes_and_nothing_else(place: InDirectory, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    (folder / THIRD).rename(folder / f"{THIRD}.writing")
    (folder / SECOND / "manifest.json").unlink()
    for others in ("mine", "mine.writing", "2026", f"{THIRD}.old"):
        (folder / others).mkdir()
    (folder / "20260104T000000000000Z").symlink_to(folder / "mine")
    (folder / "20260105T000000000000Z").write_bytes(b"")
    with place.alone():
        assert sorted(path.name for path in folder.iterdir()) == [
            "2026",
            FIRST,
            f"{THIRD}.old",
            "20260104T000000000000Z",
            "20260105T000000000000Z",
            "lock",
            "mine",
            "mine.writing",
        ]


def test_what_can_not_be_removed_holds_up_no_later_one(place: InDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_: Path) -> None:
        raise PermissionError

    monkeypatch.setattr("footfall.runtime.backup_places._is_left", refused)
    with pytest.raises(PermissionError), place.alone():
        pass
    monkeypatch.undo()
    with place.alone():
        pass


def test_one_is_removed_so_that_none_is_taken_for_whole_meanwhile(
    place: InDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_: Path) -> None:
        assert THIRD not in place.found()
        raise KeyboardInterrupt

    monkeypatch.setattr(shutil, "rmtree", killed)
    with pytest.raises(KeyboardInterrupt):
        place.remove(THIRD)


def test_a_damaged_manifest_is_told_and_left_alone(place: InDirectory, tmp_path: Path) -> None:
    (tmp_path / "backups" / THIRD / "manifest.json").write_bytes(b"{")
    assert place.found()[THIRD] == "is damaged: its manifest can't be read"
    assert [one.name for one in manifests(place.found())] == [FIRST, SECOND]
    prune(place, "i", 1)
    assert [*place.found()] == [SECOND, THIRD]


def test_a_manifest_that_can_not_be_read_is_told(place: InDirectory, tmp_path: Path) -> None:
    manifest = tmp_path / "backups" / THIRD / "manifest.json"
    manifest.unlink()
    manifest.mkdir()
    assert place.found()[THIRD] == "can't be read: Is a directory"


def test_a_directory_that_can_not_be_read_is_told_and_one_that_is_not_made_yet_is_empty(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(TransientError, match="file can't be read: Not a directory"):
        InDirectory(tmp_path / "file").found()
    assert InDirectory(tmp_path / "later").found() == {}


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
    assert sorted(path.name for path in (tmp_path / "backups").iterdir()) == [FIRST, SECOND, THIRD, "lock"]


def test_a_store_that_is_the_installation_s_no_more_is_not_backed_up(place: InDirectory, tmp_path: Path) -> None:
    def moved() -> None:
        raise FatalError("the store has moved")

    with pytest.raises(FatalError, match="the store has moved"):
        Backups(Settings(data=tmp_path), cast("Store", Embedded()), moved).make(place)


@pytest.mark.parametrize("address", ["", "ftp://x", "s3://", "s3://bucket", "s3://bucket/", "s3:///x"])
def test_a_place_is_a_directory_or_below_a_prefix(address: str, tmp_path: Path) -> None:
    for use in (absolute, lambda given: place_of(given, tmp_path)):
        with pytest.raises(UserError) as caught:
            use(address)
        assert str(caught.value) == f"{address!r} is no place of backups: name a directory, or s3://bucket/prefix"


def test_an_address_says_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    assert isinstance(place_of("s3://bucket/prefix/", tmp_path), InBucket)
    assert isinstance(place_of("s3", tmp_path), InDirectory)
