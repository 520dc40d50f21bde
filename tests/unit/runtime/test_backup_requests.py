"""Backups of the schedule: when one is made, what becomes of old ones, and how a failure is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
import structlog
from tests.support.s3 import ENVIRONMENT

from footfall.clock import HOUR, system_clock
from footfall.errors import FatalError
from footfall.runtime import backups, s3
from footfall.runtime.backup_places import InDirectory, Manifest, manifests
from footfall.runtime.backup_requests import BackupWork, check_schedule
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


def failures(logs: list[Any]) -> list[tuple[str, str, bool]]:
    return [(log["event"], log["reason"], log["exc_info"]) for log in logs if log["log_level"] == "error"]


def test_a_failure_is_told_in_one_line_and_tried_again_after_a_quarter_of_an_hour(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    one = Installation(tmp_path / "one", tmp_path / "file" / "below")
    reason = f"{tmp_path / 'file' / 'below'} can't be read: Not a directory"
    with structlog.testing.capture_logs() as logs:
        for hours in (0, 0.1, 0.2, 0.26):
            one.hours = hours
            one.work()
    assert failures(logs) == 2 * [("a backup can't be made", reason, False)]
    (failing,) = one.work.failing()
    assert (failing.name, failing.reason) == ("backups", "Not a directory")
    assert system_clock() - failing.since < HOUR // 6  # the first one
    (tmp_path / "file").unlink()
    one.hours = 0.6
    one.work()
    assert one.work.failing() == []
    assert len(found(tmp_path / "file" / "below")) == 1


def test_an_error_that_nobody_expects_has_its_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Backups, "_snapshot", lambda *_: 1 / 0)
    one = Installation(tmp_path / "one", tmp_path / "backups")
    with structlog.testing.capture_logs() as logs:
        one.work()
    assert failures(logs) == [("a backup can't be made", "division by zero", True)]
    assert one.work.failing()[0].reason == "ZeroDivisionError"


def test_old_ones_that_can_not_be_removed_go_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = Installation(tmp_path / "one", tmp_path / "backups", keep=1)
    one.work()
    manifest = tmp_path / "backups" / found(tmp_path / "backups")[0].name / "manifest.json"
    one.hours = 25
    monkeypatch.setattr(backups, "_base", lambda _: "")
    with monkeypatch.context() as patched, structlog.testing.capture_logs() as logs:
        patched.setattr(InDirectory, "remove", lambda *_: manifest.read_bytes() and manifest.rename("/proc/x"))
        one.work()
    assert [failure[0] for failure in failures(logs)] == ["old backups can't be removed"]
    assert len(found(tmp_path / "backups")) == 2
    one.hours = 25.3
    one.work()
    assert len(found(tmp_path / "backups")) == 1
    assert one.work.failing() == []


def test_what_is_shown_of_a_failure_names_no_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (ENVIRONMENT | {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(s3, "_PAUSE", 0)
    one = Installation(tmp_path / "one", "s3://bucket/prefix/")
    one.work()
    assert one.work.failing()[0].reason.startswith("S3 can't be used (FOOTFALL_BACKUP_DIR): ")
    busy = Installation(tmp_path / "busy", tmp_path / "backups")
    with InDirectory(tmp_path / "backups").alone():
        busy.work()
    assert busy.work.failing()[0].reason == "busy"


def test_a_bucket_without_credentials_is_no_schedule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(FatalError) as caught:
        check_schedule(Settings(data=tmp_path, backup_dir="s3://bucket/prefix"))
    assert str(caught.value) == (
        "FOOTFALL_BACKUP_DIR 's3://bucket/prefix' can't be used: "
        "a backup to S3 needs AWS_ACCESS_KEY_ID in the environment"
    )
    check_schedule(Settings(data=tmp_path, backup_dir=str(tmp_path / "nowhere")))
    check_schedule(Settings(data=tmp_path))
