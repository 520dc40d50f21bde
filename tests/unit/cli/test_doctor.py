from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.support.server import footfall
from typer.testing import CliRunner

from footfall.cli import app
from footfall.clock import DAY, system_clock
from footfall.meta import open_meta
from footfall.model.raw import EventRows, RawEvent
from footfall.runtime import doctor as checks
from footfall.settings import Settings
from footfall.spool.protocol import Submission
from footfall.spool.sqlite import SqliteSpool
from footfall.store.clickhouse import place_of
from footfall.store.lock import lock_data_directory


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A sound installation with a spool of 20 rows."""
    path = tmp_path / "data"
    for folder in (path, path / "spool", path / "drain"):
        folder.mkdir(mode=0o700)
    spool = opened(path)
    for number in range(20):
        spool.append([Submission(EventRows(1, 5, [RawEvent(1, 2, number, name="e" * 3000)]))])
    spool.close()
    return path


def opened(data: Path, ahead: int = 0) -> SqliteSpool:
    return SqliteSpool(data / "spool" / "serve.db", clock=lambda: system_clock() + ahead, capacity=100, keep_seconds=1)


def doctor(data: Path, *options: str) -> tuple[int, list[dict[str, object]]]:
    result = CliRunner().invoke(app, ["doctor", "--json", "--data", str(data), *options])
    return result.exit_code, json.loads(result.stdout.splitlines()[-1])


def plain(data: Path) -> str:
    return CliRunner().invoke(app, ["doctor", "--data", str(data)]).stdout


def test_of_a_restore_that_was_interrupted_only_that_is_told(data: Path) -> None:
    (data / "clickhouse").mkdir(mode=0o700)
    (data / "restoring").touch(mode=0o600)
    code, found = doctor(data)
    assert (code, [one["check"] for one in found]) == (1, ["restore"])


def test_of_a_store_that_has_moved_only_that_is_told(data: Path) -> None:
    (data / "clickhouse").mkdir(mode=0o700)
    settings = Settings(data=data)
    with closing(open_meta(settings, system_clock)) as meta:
        meta.moves.begin(place_of(settings), "clickhouse://there:8123/footfall")
        assert "move" not in [one["check"] for one in doctor(data)[1]]
        meta.moves.complete()
    code, found = doctor(data)
    assert (code, [one["check"] for one in found]) == (1, ["move"])
    refused = footfall("backup", str(data.parent / "backups"), data=data)
    assert refused.returncode == 1
    assert "the store has moved to clickhouse://there:8123/footfall" in refused.stderr


def open_file(data: Path) -> None:
    (data / "spool" / "serve.db").chmod(0o644)


def zeroed_page(data: Path) -> None:
    with (data / "spool" / "serve.db").open("r+b") as file:
        file.seek(4096)
        file.write(bytes(3 * 4096))


def emptied(data: Path) -> None:
    os.truncate(data / "spool" / "serve.db", 0)


def garbage_plan(data: Path) -> None:
    (data / "drain" / "serve-7.plan").write_bytes(b"garbage")
    (data / "drain" / "serve-7.plan").chmod(0o600)


def test_nothing_is_wrong_with_a_sound_installation(data: Path) -> None:
    assert doctor(data) == (0, [])
    assert plain(data) == "nothing is wrong\n"


@pytest.mark.parametrize(
    ("damage", "check"),
    [(open_file, "permissions"), (zeroed_page, "spools"), (emptied, "spools"), (garbage_plan, "plans")],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_what_can_be_repaired_is_found_told_and_repaired(data: Path, damage, check: str) -> None:
    damage(data)
    code, findings = doctor(data)
    assert (code, {one["check"] for one in findings if one["repair"]}) == (1, {check})
    assert "--repair: " in plain(data)
    _, repaired = doctor(data, "--repair")
    assert all(one["repaired"] for one in repaired if one["repair"])
    _, left = doctor(data)
    assert [one for one in left if one["repair"]] == []


OWNER, STAFF, SOMEBODY, ROOT = 10_001, 50, 1_000_680_000, 0


@pytest.mark.parametrize(
    ("group", "user", "bits"),
    [
        (STAFF, OWNER, 0o077),
        (STAFF, ROOT, 0o077),
        (ROOT, OWNER, 0o007),  # docker run
        (ROOT, SOMEBODY, 0o007),  # OpenShift: any user of the group 0
        (STAFF, SOMEBODY, 0o007),  # Kubernetes with fsGroup
    ],
)
def test_bits_of_a_group_that_has_to_have_access_are_sound(group: int, user: int, bits: int) -> None:
    assert checks.others_bits(OWNER, group, user=user) == bits


@pytest.mark.parametrize(("mode", "told"), [(0o770, []), (0o775, [("permissions", "")])])
def test_a_directory_that_is_open_to_the_group_by_which_the_server_has_access(
    data: Path, monkeypatch: pytest.MonkeyPatch, mode: int, told: list[tuple[str, str]]
) -> None:
    data.chmod(mode)
    monkeypatch.setattr(os, "geteuid", lambda: data.stat().st_uid + 1)
    assert [(one["check"], one["repair"]) for one in doctor(data, "--repair")[1]] == told
    assert data.stat().st_mode & 0o777 == mode


def test_what_is_the_operator_s_is_told(data: Path) -> None:
    spool = opened(data, ahead=DAY)
    spool.append([Submission(EventRows(1, 5, [RawEvent(1, 2, 3)]))])
    spool.close()
    with closing(sqlite3.connect(data / "spool" / "serve.db")) as db, db:
        db.execute("INSERT INTO lost VALUES (1, 2, 3, 4)")
    (data / "spool" / "damaged").mkdir(mode=0o700)
    (data / "spool" / "damaged" / "serve-1.db").touch(0o600)
    code, findings = doctor(data, "--repair")
    assert (code, {one["check"] for one in findings}) == (1, {"clock", "spools", "set aside"})


def test_beside_a_running_server_its_store_and_plans_are_left_alone(data: Path) -> None:
    garbage_plan(data)
    (data / "clickhouse").mkdir()
    with lock_data_directory(data):
        assert doctor(data) == (0, [])


def test_without_an_installation(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["doctor", "--data", str(tmp_path / "nothing")])
    assert result.exit_code == 1
    assert "there is no data directory" in result.stderr


def test_an_empty_note_of_a_mutation_is_set_aside(data: Path) -> None:
    notes = data / "clickhouse" / "store" / "1ab" / "1ab2"
    notes.mkdir(parents=True)
    (notes / "mutation_1.txt").touch()
    (notes / "mutation_2.txt").write_text("format version: 1\ncreate time: 2026-01-01 00:00:00\n")
    lock = lock_data_directory(data)
    assert not [one for one in doctor(data)[1] if "mutation" in str(one["says"])]  # a running server's
    lock.release()
    (finding,) = checks._mutations(Settings(data=data), system_clock, True)
    assert "mutation_1.txt says nothing" in finding.says
    assert [path.name for path in notes.iterdir()] == ["mutation_2.txt"]
    assert [path.name for path in (data / "clickhouse-damaged").iterdir()] == ["1ab2-mutation_1.txt"]


@pytest.mark.skipif(os.geteuid() != 0, reason="gives a file to another user")
def test_a_spool_of_another_user_is_given_to_the_folders(data: Path) -> None:
    os.chown(data / "spool" / "serve.db", 65534, 65534)
    code, found = doctor(data)
    assert (code, [one["check"] for one in found]) == (1, ["permissions"])
    assert "belongs to nobody, its folder to root" in plain(data)
    doctor(data, "--repair")
    assert doctor(data)[0] == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="gives a directory to another user")
def test_what_a_link_among_the_spools_leads_to_is_given_to_nobody(data: Path, tmp_path: Path) -> None:
    """Whoever the folder belongs to may have put it there."""
    (tmp_path / "other").touch(mode=0o600)
    (data / "spool" / "x.db-wal").symlink_to(tmp_path / "other")
    os.chown(data / "spool", 65534, 65534)
    doctor(data, "--repair")
    assert (tmp_path / "other").stat().st_uid == 0
    assert (data / "spool" / "serve.db").stat().st_uid == 65534
