"""The whole data directory is on a full disk, also while the server starts: nothing that was acknowledged is lost."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.server import Server, until

EVENT = {"event_name": "a", "category": "page_view"}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(  # noqa: S603 - needs a right that not every machine gives
        ["/bin/mount", "-t", "tmpfs", "-o", "size=200m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("no right to mount a file system of its own")
    yield place
    subprocess.run(["/bin/umount", "-l", str(place)], check=True)  # noqa: S603 - as above


def fill(place: Path) -> Path:
    ballast = place / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12):
            try:
                while True:
                    file.write(os.urandom(size))
            except OSError:
                continue
    return ballast


def test_a_full_disk_at_a_start_and_while_running(tmp_path: Path, disk: Path) -> None:
    server = Server(disk / "data", flush_interval="0.2")
    server.log = tmp_path / "log"
    try:
        access = server.start().default()
        kept = [access.post("/api/v1/analytics", json=EVENT).status_code for _ in range(20)].count(200)
        ballast = fill(disk)
        statuses = [access.post("/api/v1/analytics", json=EVENT).status_code for _ in range(40)]
        assert {*statuses} <= {200, 503}
        kept += statuses.count(200)
        server.kill()
        for _ in range(2):
            server.launch()  # it serves and refuses writes, or ends and says why
            until(lambda: server.process.poll() is not None or server._ready(), 20)  # type: ignore[union-attr]
            server.kill()
        ballast.unlink()
        server.start()
        assert access.post("/api/v1/analytics", json=EVENT).status_code == 200
        assert until(server.queryable)
        assert access.total(kept + 1) == kept + 1
        assert server.stop() == 0
    finally:
        server.close()
