"""Servers that share their metadata: one of them drains."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.server import Server, running, until

from footfall.clock import HOUR, system_clock
from footfall.meta import DrainLease


@pytest.mark.slow
def test_a_second_drain_is_refused_until_the_first_has_gone(tmp_path: Path) -> None:
    shared = f"sqlite:///{tmp_path}/shared.db"
    with running(tmp_path / "one", meta_url=shared) as one:
        other = Server(tmp_path / "other", meta_url=shared)
        try:
            with pytest.raises(AssertionError, match=f"another server drains this installation, {tmp_path}/one at "):
                other.start()
            one.kill()
            one.start()  # again, its own
            assert one.stop() == 0
            other.start()
        finally:
            other.close()


@pytest.mark.slow
def test_a_drain_that_another_has_taken_over_from_drains_nothing_more(tmp_path: Path) -> None:
    with running(tmp_path / "one", meta_url=f"sqlite:///{tmp_path}/shared.db") as one:
        access = one.project()
        meta = one.meta()
        DrainLease(meta.database, lambda: system_clock() + HOUR, "other", "/data elsewhere").take()
        meta.close()
        assert until(lambda: "footfall_drain_standstill_seconds{" in one.http.get("/metrics").text, 30)
        assert access.post("/api/v1/analytics", json={"event_name": "e"}).status_code == 200  # kept in the spool
        assert "another server drains this installation, /data elsewhere" in one.log.read_text()
        assert access.stats()["total_events"] == 0
        assert one.stop() == 0
