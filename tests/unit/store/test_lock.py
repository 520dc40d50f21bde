import os
import subprocess
import sys
from pathlib import Path

import pytest

from footfall.errors import FatalError
from footfall.store.lock import holder, lock_data_directory

# Another process that takes the lock, says so, and keeps it until its input ends.
HOLD = """
import sys
from pathlib import Path
from footfall.store.lock import lock_data_directory
lock = lock_data_directory(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_a_directory_has_one_holder(tmp_path: Path) -> None:
    data = tmp_path / "a" / "data"
    assert holder(data) is None
    with lock_data_directory(data):
        assert data.stat().st_mode & 0o777 == 0o700
        assert holder(data) == os.getpid()
        with pytest.raises(FatalError, match=rf"pid {os.getpid()}\) uses the data directory {data}; stop it or choose"):
            lock_data_directory(data)
        assert holder(data) == os.getpid()
    assert holder(data) is None
    lock_data_directory(data).release()


def test_release_is_idempotent(tmp_path: Path) -> None:
    lock = lock_data_directory(tmp_path)
    lock.release()
    other = lock_data_directory(tmp_path)
    lock.release()
    assert holder(tmp_path) == os.getpid()
    other.release()


def test_a_killed_holder_holds_nothing(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", HOLD, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 -- ours
    with process:
        assert process.stdout
        assert process.stdout.readline() == b"held\n"
        assert holder(tmp_path) == process.pid
        with pytest.raises(FatalError, match=f"pid {process.pid}"):
            lock_data_directory(tmp_path)
        process.kill()
    assert holder(tmp_path) is None
    lock_data_directory(tmp_path).release()


def test_a_directory_that_can_not_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FatalError, match=r"file/data can't be used.*FOOTFALL_DATA"):
        lock_data_directory(tmp_path / "file" / "data")
