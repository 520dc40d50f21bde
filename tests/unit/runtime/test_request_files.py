"""What a command asks the server for is answered, whatever comes of it."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest
from tests.support.server import until

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
        assert until(lambda: request_files.attend(tmp_path, "thing", Wanted, made, failed), 10)
        assert asking.result(10) == Made("1", told)
    assert not request_files.attend(tmp_path, "thing", Wanted, made, failed)


def test_what_is_asked_for_is_not_kept_while_it_is_done(tmp_path: Path) -> None:
    """A password may be in it. The file stays, for the answer: there may be no room for another."""

    def made(wanted: Wanted) -> Made:
        assert {path.name: path.read_text().strip() for path in tmp_path.iterdir()} == {"thing-wanted.taken": ""}
        return Made(wanted.id)

    (tmp_path / "thing-wanted.json").write_text('{"id": "secret"}')
    assert request_files.attend(tmp_path, "thing", Wanted, made, failed)
    assert (tmp_path / "thing-made.json").read_text() == '{"id":"secret","error":""}'


def test_a_request_that_can_not_be_read_is_left_aside(tmp_path: Path) -> None:
    (tmp_path / "thing-wanted.json").write_text('{"id": 7')
    for _ in range(2):
        assert not request_files.attend(tmp_path, "thing", Wanted, lambda wanted: Made(wanted.id), failed)
    assert not (tmp_path / "thing-wanted.json").exists()


def test_several_who_ask_at_once_are_answered_one_after_the_other(tmp_path: Path) -> None:
    """None takes the place of another one's request, nor an answer that of one that is not read yet."""
    with ThreadPoolExecutor() as threads, lock_data_directory(tmp_path):  # who still asks gives up with the lock
        numbers = ["0", "1", "2"]
        asking = [threads.submit(request_files.ask, tmp_path, "thing", Wanted(number), Made) for number in numbers]
        assert until(lambda: len([*tmp_path.glob("*-wanted.json")]) == 1, 10)

        def attended() -> bool:
            request_files.attend(tmp_path, "thing", Wanted, lambda wanted: Made(wanted.id), failed)
            return all(one.done() for one in asking)

        assert until(attended, 30)
        assert [one.result().id for one in asking] == numbers
    assert not [*tmp_path.glob("thing*")]


def test_a_request_waits_for_the_one_before_on_a_file_system_without_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def link(_: Path, to: Path) -> None:
        raise PermissionError(1, "Operation not permitted", str(to))

    monkeypatch.setattr(os, "link", link)
    there = tmp_path / "thing-wanted.json"
    there.write_text("the one before")
    assert not request_files._asked(tmp_path, "thing", Wanted("1"))
    assert there.read_text() == "the one before"
    there.unlink()
    assert request_files._asked(tmp_path, "thing", Wanted("1"))
    assert there.read_text() == '{"id":"1"}'
    assert [*tmp_path.iterdir()] == [there]


def test_an_answer_that_nobody_reads_holds_up_no_other_for_long(tmp_path: Path) -> None:
    answer = tmp_path / "thing-made.json"
    (tmp_path / "thing-wanted.json").write_text('{"id": "2"}')
    answer.write_text('{"id": "1"}')
    assert not request_files.attend(tmp_path, "thing", Wanted, lambda wanted: Made(wanted.id), failed)
    gone = answer.stat().st_mtime - request_files._READ_SECONDS
    os.utime(answer, (gone, gone))
    assert request_files.attend(tmp_path, "thing", Wanted, lambda wanted: Made(wanted.id), failed)
    assert answer.read_text() == '{"id":"2","error":""}'
