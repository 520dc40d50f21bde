"""Locks on files, between open files of one process as between processes."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from footfall.filelock import FileLock, try_lock


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    first = try_lock(path)
    assert first is not None
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert try_lock(path) is None
    first.close()
    first.close()
    with try_lock(path) as second:
        assert second is not None
        assert try_lock(path) is None
    assert try_lock(path) is not None


def test_shared_locks_exclude_an_exclusive_one(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    path.touch()
    with FileLock(path, create=False) as one, FileLock(path, create=False) as other:
        assert one.acquire(shared=True)
        assert other.acquire(shared=True)
        assert try_lock(path) is None
    assert try_lock(path) is not None


def test_a_file_that_is_missing_is_made_only_where_that_is_wanted(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        FileLock(tmp_path / "none", create=False)
    FileLock(tmp_path / "none").close()
    assert (tmp_path / "none").exists()


def test_a_closed_lock_has_no_file(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "lock")
    lock.close()
    with pytest.raises(ValueError, match="closed"):
        lock.acquire()
