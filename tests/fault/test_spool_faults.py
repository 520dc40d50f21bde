"""What is wrong with the buffer's disk or with a row in it stays with that row, and is seen."""

from __future__ import annotations

import re
import resource
import secrets
import sqlite3
import subprocess
import time
import zlib
from contextlib import ExitStack, closing
from pathlib import Path

import msgspec
import pytest
from tests.fault.derived import Stored
from tests.support.server import Server, running, until

from footfall.model.raw import EventRows, RawEvent

EVENT = {"event_name": "plain"}


def metric(server: Server, name: str) -> float:
    found = re.search(rf"^{name} (\S+)$", server.http.get("/metrics").text, re.MULTILINE)
    assert found, name
    return float(found[1])


def rows(data: Path, table: str) -> int:
    with closing(sqlite3.connect(data / "spool" / "serve.db")) as db:
        return db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - a literal of the test


def put(data: Path, bodies: list[tuple[bytes, int | None]]) -> None:
    """Rows put into the spool's file of a stopped server, each with its checksum or a wrong one."""
    with closing(sqlite3.connect(data / "spool" / "serve.db")) as db, db:
        seq, total = db.execute("SELECT max(seq), max(total) FROM rows").fetchone()
        for number, (body, crc) in enumerate(bodies, start=1):
            db.execute(
                "INSERT INTO rows (seq, received_at, events, total, crc, body) VALUES (?, ?, 1, ?, ?, ?)",
                (seq + number, 0, total + number, zlib.crc32(body) if crc is None else crc, body),
            )


def body_of(**fields: object) -> bytes:
    now = time.time_ns() // 1_000_000
    event = RawEvent(**{"timestamp": now, "id_hi": 1, "id_lo": 2, "visitor": 3} | fields)
    return msgspec.msgpack.encode([EventRows(1, now, [event])])


def test_rows_that_can_not_be_used_are_set_aside_and_the_rest_goes_on(tmp_path):
    with running(tmp_path / "data", flush_interval="0.2") as server:
        access = server.default()
        assert access.post("/api/v1/analytics", json=EVENT).status_code == 200
        assert access.total(1) == 1
        server.kill()
        put(
            server.data,
            [
                (body_of(name="sound"), None),
                (b"\xc1 no MessagePack", None),
                (body_of(name="torn"), 1),
                (body_of(name="not UTF-8", properties=b'{"a": "\xff"}'), None),
                (body_of(name="no such type", event_type="click"), None),
                (msgspec.msgpack.encode([["e", 1, 0, [["not a time"]]]]), None),
                (body_of(name="sound too", id_lo=3), None),
            ],
        )
        server.start()
        assert access.post("/api/v1/analytics", json=EVENT).status_code == 200
        assert access.total(4) == 4
        assert until(server.queryable)
        assert access.post("/api/v1/analytics", json=EVENT).status_code == 200
        assert access.total(5) == 5
        assert (metric(server, "footfall_spool_damaged_rows"), metric(server, "footfall_spool_rejected")) == (4, 1)
        assert (rows(server.data, "damaged"), rows(server.data, "rejected")) == (4, 1)
        assert server.http.get("/readyz").status_code == 200
        assert server.stop() == 0
        assert sorted(Stored(server.data).names()) == ["plain"] * 3 + ["sound", "sound too"]


@pytest.mark.parametrize("damage", ["log deleted", "log flipped", "page zeroed"])
def test_damage_between_two_starts_is_mended_and_told(tmp_path, damage):
    with running(tmp_path / "data", flush_interval="60") as server:
        access = server.default()
        sent = [access.post("/api/v1/analytics", json={"event_name": f"e{number}"}) for number in range(60)]
        assert {answer.status_code for answer in sent} == {200}
        server.kill()
        file = server.data / "spool" / "serve.db"
        log = file.with_name("serve.db-wal")
        if damage == "log deleted":
            log.unlink()
        elif damage == "log flipped":
            content = bytearray(log.read_bytes())
            content[len(content) // 2] ^= 0xFF
            log.write_bytes(content)
        else:
            with closing(sqlite3.connect(file)) as db:
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                root = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'rows'").fetchone()[0]
            with file.open("r+b") as content:
                content.seek((root - 1) * 4096)
                content.write(bytes(4096))
        server.start(flush_interval="0.2")
        assert until(server.queryable)
        lost = int(metric(server, "footfall_spool_lost"))
        assert (lost == 60) == (damage == "log deleted")
        assert access.total(60 - lost) == 60 - lost
        assert access.post("/api/v1/analytics", json=EVENT).status_code == 200
        assert access.total(61 - lost) == 61 - lost
        assert '"event": "a spool was damaged"' in server.log.read_text()


def flood(access, seconds: float = 20) -> tuple[int, int]:
    """Large events until one is refused: how many were acknowledged, and the refusal's status."""
    end = time.monotonic() + seconds
    kept = 0
    while time.monotonic() < end:
        texts = {f"k{i}": secrets.token_urlsafe(3000) for i in range(7)}  # what repeats would be packed
        answer = access.post("/api/v1/analytics", json={"event_name": "large", "properties": texts})
        if answer.status_code != 200:
            assert int(answer.headers["retry-after"]) > 0
            return kept, answer.status_code
        kept += 1
    return kept, 0


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 8 MiB, for the spool alone."""
    place = tmp_path / "data" / "spool"
    place.mkdir(parents=True, mode=0o700)
    made = subprocess.run(  # noqa: S603 - needs a right that not every machine gives
        ["/bin/mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("no right to mount a small file system; the test with a limit on file sizes covers this")
    yield place
    subprocess.run(["/bin/umount", "-l", str(place)], check=True)  # noqa: S603 - as above


def test_a_full_disk_refuses_and_recovers(tmp_path, small_disk):
    with running(tmp_path / "data", flush_interval="30") as server:
        access = server.default()
        kept, status = flood(access)
        assert (kept > 20, status) == (True, 503)
        assert access.get("/api/v1/analytics/health").status_code == 503
        assert server.http.get("/readyz").status_code == 503
        subprocess.run(["/bin/mount", "-o", "remount,size=64m", str(small_disk)], check=True)  # noqa: S603 - as above
        assert access.post("/api/v1/analytics", json=EVENT).status_code == 200
        assert access.get("/api/v1/analytics/health").status_code == 200
        server.kill()
        server.start(flush_interval="0.2")
        assert access.total(kept + 1) == kept + 1


def test_failing_writes_refuse_and_recover(tmp_path):
    """A limit on the size of files makes writes fail as a full disk does, without any right."""
    with ExitStack() as stack:
        server = stack.enter_context(running(tmp_path / "data", flush_interval="30"))
        access = server.default()
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (4 << 20, resource.RLIM_INFINITY))
        kept, status = flood(access)
        assert (kept > 20, status) == (True, 503)
        assert access.get("/api/v1/analytics/health").status_code == 503
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert access.post("/api/v1/analytics", json=EVENT).status_code == 200
        server.kill()
        server.start(flush_interval="0.2")
        assert access.total(kept + 1) == kept + 1


def test_a_full_buffer_refuses_and_recovers(tmp_path):
    with running(tmp_path / "data", spool_max_events="50", flush_interval="60") as server:
        access = server.default()
        answers = [access.post("/api/v1/analytics", json=EVENT) for _ in range(60)]
        kept = [answer.status_code for answer in answers].count(200)
        assert {answer.status_code for answer in answers[kept:]} == {503}
        assert all(int(answer.headers["retry-after"]) > 0 for answer in answers[kept:])
        batch = access.post("/api/v1/analytics/batch", json={"events": [EVENT, EVENT]})
        bulk = access.post("/api/collect/bulk", json={"events": [{"path": "/"}]})
        visits = access.post("/api/tracking/visits", json={"visits": [{"endpoint": "/"}]})
        assert {answer.status_code for answer in (batch, bulk, visits)} == {503}
        health = access.get("/api/v1/analytics/health")
        assert (health.status_code, health.json()["accepting"]) == (503, False)
        buffer = access.stats()["buffer_status"]
        assert (buffer["max_buffer_size"], buffer["buffer_size"], buffer["events_pending"]) == (50, 50, 50)
        server.kill()
        server.start(flush_interval="0.2")
        assert access.total(kept) == kept
        assert access.post("/api/v1/analytics", json=EVENT).status_code == 200
        assert access.get("/api/v1/analytics/health").status_code == 200
