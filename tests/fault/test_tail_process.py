"""A log that is followed comes in once, whatever is killed: the process that follows it, and the server."""

from __future__ import annotations

import io
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest
from tests.fault import tail_crashing
from tests.fault.tail_crashing import line
from tests.support.forking import Forked
from tests.support.server import Server, begin, footfall, running, until

from footfall.clock import system_clock
from footfall.meta import open_meta
from footfall.settings import Settings
from footfall.spool.spools import Spools

PERIOD = {"period": "all"}


def spooled(settings: Settings) -> list[str]:
    spools = Spools(settings, system_clock)
    spool = spools.only("tail-test")
    batch = spool.take(1 << 30)
    assert batch is not None
    frames = [pl.read_ipc(io.BytesIO(record.ipc)) for record in spool.records(batch)]  # type: ignore[union-attr]
    spools.close()
    return [endpoint for frame in frames for endpoint in frame["endpoint"]]


@pytest.mark.slow
def test_killed_before_every_statement(tmp_path):
    """Each process finds a line more than the one before, and gets one statement further."""
    settings, log = Settings(data=tmp_path / "data"), tmp_path / "access.log"
    settings.data.mkdir()
    open_meta(settings, system_clock).close()
    arguments = [sys.executable, tail_crashing.__file__, str(settings.data), str(log)]
    done = subprocess.run(arguments, check=True, capture_output=True, text=True)  # noqa: S603 - ours
    number = int(done.stdout.splitlines()[-1])  # after the log
    assert number > 8  # two blocks and more, of four statements each
    assert spooled(settings) == [f"/{n}" for n in range(1, number + 1)]


@contextmanager
def following(log: Path, data: Path) -> Iterator[Forked]:
    said = data.with_name("tail.log")
    process = begin("tail", "access-log", str(log), "--project", "default", data=data, out=said)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


class Site:
    """A web server's log, rotated by renaming or by copying."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines = 0

    def write(self, lines: int) -> None:
        with self.path.open("a") as file:
            for _ in range(lines):
                file.write(line(self.lines))
                self.lines += 1

    def rotate(self) -> None:
        for number in range(100, 0, -1):
            old = self.path.with_name(f"access.log.{number}")
            if old.exists():
                old.rename(self.path.with_name(f"access.log.{number + 1}"))
        self.path.rename(self.path.with_name("access.log.1"))
        self.path.touch()


def once(log: Path, data: Path) -> tuple[int, str]:
    """Exit status, and what it says on its last line."""
    done = footfall("tail", "access-log", str(log), "--project", "default", "--once", data=data)
    return done.returncode, (done.stderr if done.returncode else done.stdout).splitlines()[-1]


def test_a_log_beside_it_is_another_one(tmp_path):
    data, site, other = tmp_path / "data", Site(tmp_path / "site.log"), Site(tmp_path / "site-1.log")
    assert footfall("project", "create", "default", data=data).returncode == 0
    site.write(10)
    other.write(4)
    assert once(site.path, data) == (0, f"{site.path}: 10 lines brought in, 0 rejected")
    site.write(10)
    other.write(3)
    site.path.rename(tmp_path / "site.log.1")
    site.write(10)
    assert once(site.path, data) == (0, f"{site.path}: 20 lines brought in, 0 rejected")
    other.write(3)
    assert once(site.path, data) == (0, f"{site.path}: 0 lines brought in, 0 rejected")


def test_what_can_never_be_brought_in(tmp_path):
    data, log = tmp_path / "data", tmp_path / "access.log"
    assert footfall("project", "create", "default", data=data).returncode == 0
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", Path("/dev/null")):
        status, said = once(path, data)
        assert (status, f"{path}: is not a regular file" in said) == (1, True), said
        with following(path, data) as process:
            assert process.wait(30) == 1
    log.write_text("noise\n")
    status, said = once(log, data)
    assert (status, f"{log}: no known format fits the lines that wait there" in said) == (1, True), said
    with log.open("a") as file:
        file.write(line(1))
    assert once(log, data) == (0, f"{log}: 1 lines brought in, 1 rejected")


def hits(server: Server) -> int:
    found: int = server.default().read("/api/tracking/summary", **PERIOD)["total_hits"]
    return found


def check(server: Server, site: Site) -> None:
    """Every line has an endpoint of its own."""
    assert until(lambda: hits(server) >= site.lines)
    until(server.queryable)
    rows = server.default().read("/api/tracking/stats", **PERIOD, limit="10000")["stats"]
    counted = Counter({row["endpoint"]: row["hit_count"] for row in rows})
    assert counted == Counter(f"/{number}" for number in range(site.lines))
    assert hits(server) == site.lines


@pytest.mark.slow
def test_killed_while_the_log_rotates_and_the_server_restarts(tmp_path):
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")  # noqa: T201 - to run a failure again
    dice, site = random.Random(seed), Site(tmp_path / "access.log")
    site.write(10)
    with running(tmp_path / "data", flush_interval="0.2") as server:
        with following(site.path, server.data) as process:
            assert until(lambda: hits(server) == 10)
            killed = [process, server]
            dice.shuffle(killed)
            for victim in killed:
                end = time.monotonic() + dice.uniform(0.3, 1.5)
                while time.monotonic() < end:
                    site.write(dice.randrange(20))
                    if dice.random() < 0.2:
                        site.rotate()
                    time.sleep(0.05)
                victim.kill()
        site.write(20)
        site.rotate()
        site.write(5)
        server.start()
        with following(site.path, server.data) as process:
            check(server, site)
            site.write(1)
            check(server, site)
            other = footfall("tail", "access-log", str(site.path), "--project", "default", data=server.data)
            assert other.returncode == 1
            assert "access.log: is being followed by another process" in other.stderr
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
        site.write(1)
        once = footfall("tail", "access-log", str(site.path), "--project", "default", "--once", data=server.data)
        assert (once.returncode, once.stdout) == (0, f"{site.path}: 1 lines brought in, 0 rejected\n")
        check(server, site)
