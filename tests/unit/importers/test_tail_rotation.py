from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from footfall.errors import UserError
from footfall.importers.tail import rotation
from footfall.importers.tail.rotation import MovedError, listed


def names(path: Path) -> list[str]:
    return [file.path.name for file in listed(path)]


@pytest.mark.parametrize(
    "oldest_first",
    [
        ["access.log.10.gz", "access.log.9.zst", "access.log.2", "access.log.1", "access.log"],
        ["access.log.1", "access.log.0", "access.log"],
        ["access.log-20241231.gz", "access.log-20250101.gz", "access.log-20250102", "access.log"],
        ["access-2024-12-31.log.gz", "access-2025-01-01.log", "access.log"],
        ["access.log.2025-01-01T09:00.gz", "access.log.2025-01-01T10:00", "access.log"],
        ["access.log.1735689600", "access.log.1735776000", "access.log"],
        ["access.log.2", "access.log.1", "access.log-20250101", "access.log"],  # the scheme was changed
        ["access.log-202412.gz", "access.log-202501", "access.log"],
        ["access-1735689600.log", "access-1735776000.log.zst", "access.log"],
        ["access-20250101.log", "access.log.20250101", "access.log"],  # neither hides the other
        ["access.log.01", "access.log.1", "access.log"],
        ["access.log.1"],
        ["access.log"],
        [],
    ],
)
def test_order(tmp_path: Path, oldest_first: list[str]) -> None:
    others = [
        "error.log",
        "error.log.1",
        "access.log.old",
        "access.log~",
        "access.log.1.lz4",
        "my-access.log.1",
        "access-1.log",
        "access.1.log",
        "access-8080.log",
        "access-202501.log",
        "access-192.168.100.120.log",
        "access.log-8080",
        "access.log-192.168.100.120",
        "access",
    ]
    for name in [*reversed(oldest_first), *others]:
        (tmp_path / name).touch()
    (tmp_path / "access.log.3").mkdir()
    assert names(tmp_path / "access.log") == oldest_first


def test_no_suffix(tmp_path: Path) -> None:
    for name in ("access_log", "access_log.1", "access_log-20250101.gz"):
        (tmp_path / name).touch()
    assert names(tmp_path / "access_log") == ["access_log.1", "access_log-20250101.gz", "access_log"]


def test_what_is_being_compressed_counts_once(tmp_path: Path) -> None:
    for name in ("access.log.1.gz", "access.log.1", "access.log.2.gz"):
        (tmp_path / name).touch()
    assert names(tmp_path / "access.log") == ["access.log.2.gz", "access.log.1"]


def test_a_link_to_the_newest_is_that_file(tmp_path: Path) -> None:
    for name in ("access.log.20250101", "access.log.20250102"):
        (tmp_path / name).touch()
    (tmp_path / "access.log").symlink_to("access.log.20250102")
    found = listed(tmp_path / "access.log")
    assert [(file.path.name, file.live) for file in found] == [("access.log.20250101", False), ("access.log", True)]


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
def test_no_regular_file(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "access.log")
    with pytest.raises(UserError, match=r"access\.log: is not a regular file") as caught:
        listed(tmp_path / "access.log")
    assert caught.value.code == "bad_file"


def test_no_directory(tmp_path: Path) -> None:
    assert listed(tmp_path / "none" / "access.log") == []


def test_another_file_under_the_name(tmp_path: Path) -> None:
    path = tmp_path / "access.log"
    path.touch()
    [found] = listed(path)
    path.rename(tmp_path / "access.log.1")
    with pytest.raises(MovedError):
        found.open()
    path.touch()
    with pytest.raises(MovedError):
        found.open()


def test_names_that_never_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = iter(range(100))
    monkeypatch.setattr(rotation, "_found", lambda found, live: rotation.Found(found, next(seen), 0, live))
    with pytest.raises(MovedError):
        listed(tmp_path / "access.log")
