"""What a command asks the server for is answered, whatever comes of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from footfall.errors import FatalError
from footfall.runtime import request_files
from footfall.store.lock import lock_data_directory


class Wanted(msgspec.Struct, frozen=True):
    id: str


class Made(msgspec.Struct, frozen=True):
    id: str
    error: str = ""


def failed(id_: str, error: str) -> Made:
    return Made(id_, error)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (None, ""),
        (FatalError("it is full"), "it is full"),
        (OSError(28, "No space left on device"), "the thing fails: [Errno 28] No space left on device"),
        (KeyError(), "the thing fails: KeyError"),
    ],
)
def test_every_request_has_an_answer(tmp_path: Path, error: Exception | None, told: str) -> None:
    def made(wanted: Wanted) -> Made:
        if error is not None:
            raise error
        return Made(wanted.id)

    with lock_data_directory(tmp_path), ThreadPoolExecutor() as threads:
        asking = threads.submit(request_files.ask, tmp_path, "thing", Wanted("1"), Made)
        while not request_files.attend(tmp_path, "thing", Wanted, made, failed):
            pass
        assert asking.result(10) == Made("1", told)
    assert not request_files.attend(tmp_path, "thing", Wanted, made, failed)
