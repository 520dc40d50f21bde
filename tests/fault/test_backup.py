"""A backup of a running server, restored after a kill, answers as the server did on every surface."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.support.s3 import BUCKET, ENVIRONMENT, KEY, SECRET, s3
from tests.support.server import FOOTFALL, Access, Server, environment, footfall, running, until

SPAN = {"from": "2026-06-01T00:00:00Z", "to": "2026-06-08T00:00:00Z"}
CHANGING = ("/live", "/recent-events", "/stats", "/health", "/session", "/sites")
"""Endpoints about now."""


def fill(access: Access, day: int) -> None:
    """All surfaces, with sessions that later events change: the store updates their facts."""
    at = f"2026-06-{day:02}T1%d:%02d:00Z"
    events = [
        {
            "event_name": f"e{n % 3}",
            "category": "page_view" if n % 2 else "user_action",
            "page_url": f"https://a.example/p{n % 4}",
            "timestamp": at % (n % 3, n % 7 * 8),
        }
        for n in range(30)
    ]
    assert access.post("/api/v1/analytics/batch", json={"events": events, "client_id": f"c{day}"}).status_code == 200
    joining = {"event_name": "joins", "category": "user_action", "timestamp": at % (0, 20)}
    assert access.post("/api/v1/analytics/batch", json={"events": [joining], "client_id": f"c{day}"}).status_code == 200
    visits = [
        {"endpoint": f"/x{n % 3}", "status": 200, "bytes": 9, "timestamp": at % (n % 3, n), "user_id": f"u{day}"}
        for n in range(9)
    ]
    taken = access.post("/api/tracking/visits", json={"visits": visits})
    assert taken.status_code < 300, taken.text


def answers(server: Server, access: Access) -> dict[str, Any]:
    """Of every endpoint that is not about now."""
    found = {}
    for path, item in server.http.get("/openapi.json").json()["paths"].items():
        if "get" not in item or path.endswith(CHANGING) or "panels" in path or path.startswith("/api/projects"):
            continue
        needed = {
            one["name"]: one["schema"]["examples"][0]
            for one in item["get"].get("parameters", [])
            if one.get("required") and one["in"] == "query"
        }
        filled = re.sub(r"\{slug\}|\{app_id\}", access.slug, path).replace("{visitor_id}", "c3")
        answer = access.get(filled, params=needed | SPAN)
        found[path] = (answer.status_code, answer.text)
    return found


def backed_up(server: Server, to: Path | str, *options: str) -> dict[str, Any]:
    done = footfall("backup", str(to), "--json", *options, data=server.data)
    assert done.returncode == 0, done.stderr
    made: dict[str, Any] = json.loads(done.stdout)
    return made


def test_every_surface_answers_the_same_after_a_kill_and_a_restore(tmp_path: Path) -> None:
    backups, restored = tmp_path / "backups", tmp_path / "moved"
    with running(tmp_path / "data", flush_interval="0.2") as server:
        access = server.project()
        fill(access, 2)
        assert until(server.queryable)
        first = backed_up(server, backups)
        fill(access, 3)
        assert until(server.queryable)
        second = backed_up(server, backups)
        assert (first["base"], second["base"]) == ("", first["name"])
        before = answers(server, access)
        assert sum(status == 200 for status, _ in before.values()) > 20
        fill(access, 4)
        server.kill()
    backups.rename(restored)
    done = footfall("restore", str(restored), "--json", data=tmp_path / "again")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["name"] == second["name"]
    assert footfall("doctor", data=tmp_path / "again").stdout.strip() == "nothing is wrong"
    with running(tmp_path / "again", flush_interval="0.2") as other:
        same = Access(other, access.slug, access.number, access.id, access.token)
        assert answers(other, same) == before
        fill(same, 3)  # stored facts can be changed again
        assert until(other.queryable)
        changed = answers(other, same)
        fill(same, 4)
        assert changed != before
    assert no_salts(restored / second["name"] / "meta.db")


def test_a_bucket_holds_backups_as_a_directory_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = f"s3://{BUCKET}/of/footfall"
    with s3() as bucket:
        for name, value in (ENVIRONMENT | {"AWS_ENDPOINT_URL": bucket.url}).items():
            monkeypatch.setenv(name, value)
        with running(tmp_path / "data", flush_interval="0.2") as server:
            access = server.project()
            fill(access, 2)
            assert until(server.queryable)
            first = backed_up(server, place)
            fill(access, 3)
            assert until(server.queryable)
            second = backed_up(server, place)
            assert second["base"] == first["name"]
            before = answers(server, access)
            bucket.failing = "/store/"
            refused = footfall("backup", place, data=server.data)
            assert (refused.returncode, "the backup failed" in refused.stderr) == (1, True)
            bucket.failing = ""
            said = server.log.read_text() + refused.stderr
        done = footfall("restore", place, data=tmp_path / "again")
        assert done.returncode == 0, done.stderr
        key = next(key for key in bucket.objects if key.endswith(f"{second['name']}/meta.db"))
        assert no_salts(written(tmp_path / "meta.db", bucket.objects[key]))
    assert KEY not in said
    assert SECRET not in said
    assert not [path for path in (server.data, tmp_path / "again") if (path / "backup.writing").exists()]
    with running(tmp_path / "again", flush_interval="0.2") as other:
        assert answers(other, Access(other, access.slug, access.number, access.id, access.token)) == before


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def no_salts(path: Path) -> bool:
    with closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT count(*) FROM salts").fetchone() == (0,)


def test_what_waits_in_a_spool_is_in_the_backup_of_a_stopped_server(tmp_path: Path) -> None:
    with running(tmp_path / "data", flush_interval="60") as server:
        access = server.project()
        assert until(server.queryable)
        fill(access, 2)
        server.kill()
        made = backed_up(server, tmp_path / "backups")
        assert made["rows"]["events"] < 31
    assert footfall("restore", str(tmp_path / "backups"), data=tmp_path / "again").returncode == 0
    with running(tmp_path / "again", flush_interval="0.2") as other:
        same = Access(other, access.slug, access.number, access.id, access.token)
        assert same.total(31) == 31


def test_a_damaged_backup_and_a_directory_in_use_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "a-file"
    file.touch()
    with running(tmp_path / "data") as server:
        made = backed_up(server, tmp_path / "backups")
        for place, reason in ((file, "File exists"), (file / "below", "Not a directory")):
            told = footfall("backup", str(place), data=server.data)
            assert (told.returncode, told.stderr) == (1, f"footfall: no backup can be written to {place}: {reason}\n")
        assert "Traceback" not in server.log.read_text()
        used = footfall("restore", str(tmp_path / "backups"), data=server.data)
        assert "there is an installation" in used.stderr
    victim = tmp_path / "backups" / made["name"] / "meta.db"
    victim.write_bytes(victim.read_bytes()[:-1] + b"x")
    refused = footfall("restore", str(tmp_path / "backups"), data=tmp_path / "again")
    assert "meta.db is not what was written" in refused.stderr
    manifest = victim.with_name("manifest.json")
    manifest.write_bytes(manifest.read_bytes()[:100])
    refused = footfall("restore", str(tmp_path / "backups"), data=tmp_path / "again")
    assert refused.stderr.startswith(f"footfall: the backup {made['name']} is damaged: its manifest can't be read")
    assert footfall("backup", str(tmp_path / "backups"), data=tmp_path / "data").returncode == 0
    told = footfall("backup", str(file), data=tmp_path / "data")
    assert (told.returncode, told.stderr) == (1, f"footfall: no backup can be written to {file}: File exists\n")
    assert footfall("restore", str(tmp_path / "nothing"), data=tmp_path / "again").returncode == 1


def confined(*arguments: str, data: Path) -> subprocess.CompletedProcess[str]:
    """One command of a user to whom modes of files apply, as they don't to root."""
    command = [str(FOOTFALL), *arguments]
    if os.geteuid() == 0:
        command = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", *command]
    done = subprocess.run(command, env=environment(data), capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 - the test's own command line
    if "setpriv: " in done.stderr:
        pytest.skip("no right to give up rights")
    return done


@contextmanager
def closed(path: Path) -> Iterator[None]:
    mode = path.stat().st_mode
    path.chmod(0)
    try:
        yield
    finally:
        path.chmod(mode)


def test_a_restore_from_or_into_what_is_closed_says_so_in_one_line(tmp_path: Path) -> None:
    backups, locked = tmp_path / "backups", tmp_path / "locked"
    locked.mkdir()
    with running(tmp_path / "data") as server:
        backed_up(server, backups)
        newest = backed_up(server, backups)["name"]
    shutil.copytree(backups / newest, tmp_path / "kept")
    folder = backups / newest
    denied = "Permission denied"
    unread = f"the backup {newest} can't be read: {denied}; name another one with --name"
    for path, data, reason in (
        (folder, "again", unread),
        (folder / "manifest.json", "again", unread),
        (backups, "again", f"{backups} can't be read: {denied}"),
        (folder / "meta.db", "again", f"the restore fails: [Errno 13] {denied}: '{folder / 'meta.db'}'"),
        (folder / "store", "again", f"the restore fails: [Errno 13] {denied}: '{folder / 'store'}'"),
        (locked, "locked/below", f"FOOTFALL_DATA '{locked / 'below'}' can't be used: {denied}"),
    ):
        with closed(path):
            told = confined("restore", str(backups), data=tmp_path / data)
        assert (told.returncode, told.stderr) == (1, f"footfall: {reason}\n")
    with closed(folder):
        assert confined("backup", str(backups), data=tmp_path / "data").returncode == 0
    assert {path.name for path in folder.iterdir()} == {path.name for path in (tmp_path / "kept").iterdir()}
    assert footfall("restore", str(backups), "--name", newest, data=tmp_path / "again").returncode == 0


def test_backups_are_made_on_schedule_and_old_ones_go(tmp_path: Path) -> None:
    backups = tmp_path / "backups"
    with running(tmp_path / "data", backup_dir=str(backups), backup_keep="1") as server:
        assert until(lambda: list(backups.glob("*/manifest.json")))
        (first,) = backups.glob("*/manifest.json")
        record = json.loads(first.read_text())
        first.write_text(json.dumps(record | {"created_at": 0}))
        server.stop()
        server.start()
        assert until(lambda: len(list(backups.glob("*/manifest.json"))) == 2)  # the second one needs the first


def test_a_schedule_that_fails_is_told_and_leaves_the_server_ready(tmp_path: Path) -> None:
    with running(tmp_path / "data", backup_dir="/proc/nope") as server:
        assert until(lambda: "backups" in server.http.get("/metrics").text, 30)
        answer = server.http.get("/readyz")
        assert (answer.status_code, answer.json()["status"]) == (200, "ready")
        assert re.fullmatch(r"work on backups fails since \S+: No such file or directory", answer.json()["message"])
        assert 'footfall_job_failing_seconds{job="backups"} ' in server.http.get("/metrics").text
        lines = [json.loads(line) for line in server.log.read_text().splitlines() if line.startswith("{")]
        told = [line for line in lines if line["level"] == "error"]
        assert [(line["event"], line["reason"]) for line in told] == [
            ("a backup can't be made", "no backup can be written to /proc/nope: No such file or directory")
        ]
        assert "Traceback" not in server.log.read_text()


def test_a_schedule_without_a_place_fails_the_start(tmp_path: Path) -> None:
    told = footfall("serve", data=tmp_path / "data", backup_dir="ftp://x")
    assert told.returncode == 1
    assert "FOOTFALL_BACKUP_DIR 'ftp://x': name a directory, or s3://bucket/prefix" in told.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("marker", [True, False])
def test_a_restore_that_was_interrupted_is_begun_anew(tmp_path: Path, marker: bool) -> None:
    with running(tmp_path / "data") as server:
        backed_up(server, tmp_path / "backups")
    again = tmp_path / "again"
    (again / "spool").mkdir(parents=True)
    if marker:
        (again / "restoring").touch()
        assert "run `footfall restore` again" in footfall("project", "create", "x", data=again).stderr + str(
            footfall("serve", data=again).stderr
        )
    done = footfall("restore", str(tmp_path / "backups"), data=again)
    assert done.returncode == (0 if marker else 1)
