"""A disk that goes read-only under a running server, as the kernel makes one on which it finds damage."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.support.server import Server

Disk = tuple[Path, Callable[[], None]]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A file system of its own, and what makes it read-only whatever is open on it."""
    image, place = tmp_path / "image", tmp_path / "disk"
    place.mkdir()
    with image.open("wb") as file:
        file.truncate(400 << 20)
    for command in (["/sbin/mkfs.ext4", "-q", image], ["/bin/mount", "-o", "loop", image, place]):
        try:
            subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - needs a right that not every machine gives
        except (OSError, subprocess.CalledProcessError):
            pytest.skip("no right to mount a file system of its own")
    yield place, lambda: subprocess.run(["/bin/mount", "-o", "remount,abort", str(place)], check=True)  # noqa: S603 - as above
    subprocess.run(["/bin/umount", "-l", str(place)], check=True)  # noqa: S603 - as above


@pytest.mark.slow
def test_sigterm_on_a_read_only_disk_ends_with_one_line(tmp_path: Path, disk: Disk) -> None:
    place, break_down = disk
    server = Server(place / "data", flush_interval="30")
    server.log = tmp_path / "log"
    try:
        access = server.start().default()
        assert access.post("/api/v1/analytics", json={"event_name": "kept", "unknown": 1}).status_code == 200
        said = server.log.read_text()
        break_down()
        assert access.post("/api/v1/analytics", json={"event_name": "refused"}).status_code == 503
        assert server.stop() == 1
        lines = [json.loads(line) for line in server.log.read_text().removeprefix(said).splitlines()]
        ends = [line for line in lines if line["event"].startswith("server")]
        assert [line["event"] for line in ends] == [
            "server stops",
            "server stopped, but its disk refuses to be written",
        ]
        assert "Read-only" in ends[-1]["reason"]
        assert "Traceback" not in server.log.read_text()
    finally:
        server.close()
