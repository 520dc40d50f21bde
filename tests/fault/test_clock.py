"""A clock that is set back costs no event, stores none twice and keeps ids apart."""

from __future__ import annotations

import os
from pathlib import Path

from tests.fault.derived import Stored
from tests.support.server import running, until

STEP = """
import os, pathlib, time
real, file = time.time_ns, pathlib.Path(os.environ["CLOCK_OFFSET"])
time.time_ns = lambda: real() + int(file.read_text()) * 10**9
"""
"""Runs at the start of the server's interpreter: its clock is as many seconds ahead as a file says."""


def test_events_around_steps_of_the_clock_are_stored_once(tmp_path: Path, monkeypatch) -> None:
    offset = tmp_path / "offset"
    offset.write_text("0")
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "sitecustomize.py").write_text(STEP)
    monkeypatch.setenv("CLOCK_OFFSET", str(offset))
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path / 'lib'}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    sent = 0

    def send(count: int) -> None:
        nonlocal sent
        for _ in range(count):
            assert access.post("/api/v1/analytics", json={"event_name": f"e{sent}"}).status_code == 200
            sent += 1

    with running(tmp_path / "data", flush_interval="0.2") as server:
        access = server.default()
        send(5)
        assert until(server.queryable)
        for seconds in (-3600, -86_400 * 400, 30):
            offset.write_text(str(seconds))
            send(5)
            assert until(server.queryable), "the drain goes on"
        offset.write_text("-7200")
        send(5)
        server.kill()
        server.start()
        send(5)
        assert until(server.queryable)
        assert server.stop() == 0
        stored = Stored(server.data)
    assert sorted(stored.names()) == sorted(f"e{number}" for number in range(sent))
    assert len({(row["full_id_hi"], row["id_lo"]) for row in stored.events}) == sent
    assert stored.faults() == []
