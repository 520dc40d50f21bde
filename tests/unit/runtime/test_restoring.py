"""What a restore refuses, each in one line."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from footfall.errors import FatalError, TransientError
from footfall.runtime import restoring
from footfall.runtime.backup_places import InDirectory, Manifest
from footfall.runtime.backups import COUNTED
from footfall.runtime.restoring import restore
from footfall.settings import Settings

FIRST, SECOND = (f"2026010{day}T000000000000Z" for day in (1, 2))


def made(directory: Path, name: str, installation: str = "a", base: str = "") -> None:
    place = InDirectory(directory)
    work = place.begin(name)
    (work.folder / "meta.db").write_bytes(b"")
    for folder in ("spool", "drain"):
        (work.folder / folder).mkdir()
    (work.folder / "spool" / "serve.db").write_bytes(name.encode())
    rows = {table.value: 0 for table in COUNTED}
    place.complete(work, Manifest(name, 1, "1", 1, installation, base, rows, place.files(work)))


@pytest.fixture
def backups(tmp_path: Path) -> Path:
    directory = tmp_path / "backups"
    directory.mkdir()
    made(directory, FIRST)
    made(directory, SECOND)
    return directory


@pytest.fixture(autouse=True)
def store(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is empty, as the backups are."""

    def opened(_: Settings) -> Any:
        return SimpleNamespace(restore=lambda *_: None, query=lambda _: SimpleNamespace(scalar=0), close=lambda: None)

    monkeypatch.setattr(restoring, "open_store", opened)


def restored(tmp_path: Path, name: str = "", data: Path | None = None) -> Manifest:
    return restore(Settings(data=data or tmp_path / "again"), InDirectory(tmp_path / "backups"), name)


def test_the_newest_is_restored_and_closed_to_others(backups: Path, tmp_path: Path) -> None:
    assert restored(tmp_path).name == SECOND
    spool = tmp_path / "again" / "spool"
    assert (spool / "serve.db").read_text() == SECOND
    assert [path.stat().st_mode & 0o777 for path in (spool, spool / "serve.db")] == [0o700, 0o600]


def test_of_several_installations_one_is_to_be_named(backups: Path, tmp_path: Path) -> None:
    made(backups, "20260103T000000000000Z", installation="b")
    with pytest.raises(FatalError) as caught:
        restored(tmp_path)
    assert str(caught.value) == (
        f"several installations have backups there, the newest {SECOND} (installation a), "
        "20260103T000000000000Z (installation b): name one with --name"
    )
    assert restored(tmp_path, FIRST).name == FIRST


def as_folder(backups: Path) -> None:
    (backups / SECOND / "manifest.json").unlink()
    (backups / SECOND / "manifest.json").mkdir()


def damaged(backups: Path) -> None:
    (backups / SECOND / "manifest.json").write_bytes(b"{")


@pytest.mark.parametrize(
    ("damage", "reason"),
    [(as_folder, "can't be read: Is a directory"), (damaged, "is damaged: its manifest can't be read")],
)
def test_the_newest_is_not_passed_over(
    backups: Path, tmp_path: Path, damage: Callable[[Path], None], reason: str
) -> None:
    damage(backups)
    with pytest.raises(FatalError, match=f"^the backup {SECOND} {reason}; name another one with --name$"):
        restored(tmp_path)
    assert restored(tmp_path, FIRST).name == FIRST


@pytest.mark.parametrize("is_new", [True, False])
def test_a_place_without_backups_leaves_no_directory_behind(tmp_path: Path, is_new: bool) -> None:
    (tmp_path / "backups").mkdir()
    if not is_new:
        (tmp_path / "again").mkdir()
    with pytest.raises(FatalError, match="no backup there"):
        restored(tmp_path)
    assert (tmp_path / "again").exists() is not is_new


def test_a_place_that_is_no_directory_is_told(tmp_path: Path) -> None:
    (tmp_path / "backups").touch()
    with pytest.raises(TransientError, match="backups can't be read: Not a directory"):
        restored(tmp_path)


@pytest.mark.parametrize("data", ["/proc/footfall", "/proc/self/environ/footfall"])
def test_a_data_directory_that_can_not_be_made_is_told(backups: Path, tmp_path: Path, data: str) -> None:
    with pytest.raises(FatalError, match=f"^FOOTFALL_DATA '{data}' can't be used: "):
        restored(tmp_path, data=Path(data))


def test_a_full_disk_is_told_and_the_restore_can_be_begun_anew(
    backups: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Path, to: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(to))

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "copyfile", full)
        with pytest.raises(FatalError, match=r"^the restore fails: .*No space left on device: '.*serve\.db'$"):
            restored(tmp_path)
    assert restored(tmp_path).name == SECOND
