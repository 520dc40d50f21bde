"""A store of an earlier schema: the server fills it in while it answers, over a kill on the way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.support.server import Access, ask, running, until

FILLING = "filling in the facts of sessions that an earlier version stored"
DONE = "all sessions have their facts"
FACTS = """
SELECT countIf(varies = 65535 OR earned = '?') AS left, count() AS all, sumIf(sign, has(flow, '/a')) AS viewed
FROM sessions"""
MONTHS = ("2026-01-10", "2026-02-10", "2026-03-10")
ANSWERS = ("kpis", "timeseries", "top-pages", "top-countries", "top-flows", "top-locations", "retention")
RANGE = {"from": "2026-01-01T00:00:00Z", "to": "2026-04-01T00:00:00Z", "period": "month", "bucket": "day"}

ADDED = ("region", "city", "language", "timezone", "screen", "varies", "variants", "flow", "earned")
TO_SCHEMA_12 = (
    "ALTER TABLE sessions DROP INDEX session_varies, DROP INDEX session_sign",
    f"ALTER TABLE sessions {', '.join(f'DROP COLUMN {name}' for name in ADDED)}",
    *(f"DROP TABLE {name}" for name in ("rollups", "rolled_up", "touched")),
    "ALTER TABLE schema_migrations DELETE WHERE number > 12",
)
"""Statements that make the store what migrations up to 12 left."""


def figures(access: Access) -> dict[str, Any]:
    url = f"/api/web-events/{access.slug}"
    return {name: access.read(f"{url}/{name}", **RANGE) for name in ANSWERS}


def rows() -> list[dict[str, Any]]:
    """Of three months: two visitors a month, one of them with a session of two pages and another that comes back."""
    views = [("a", "a", "10:00"), ("b", "b", "10:00"), ("c", "b", "10:05"), ("back", "returning", "23:00")]
    return [
        {
            "path": f"/{page}",
            "visitor_id": f"{'' if who == 'returning' else day} {who}",
            "timestamp": f"{day}T{time}:00Z",
        }
        for day in MONTHS
        for page, who, time in views
    ]


@pytest.mark.parametrize("schema", ["blanked", "12"])
def test_an_upgraded_server_fills_in_what_sessions_lack(tmp_path: Path, schema: str) -> None:
    with running(tmp_path / "data", flush_interval="0.1") as server:
        access = server.project()
        sent = rows()
        assert access.post("/api/collect/bulk", json={"events": sent}).status_code == 202
        assert access.total(len(sent)) == len(sent)
        before = figures(access)
        assert before["kpis"]["current"]["sessions"] == 9
        server.stop()
        ((stored,),) = ask(server.data, FACTS)
        assert stored == {"left": 0, "all": 9, "viewed": 3}
        blanked = ("ALTER TABLE sessions UPDATE varies = 65535, variants = '', flow = [], earned = '?' WHERE 1",)
        ask(server.data, *(blanked if schema == "blanked" else TO_SCHEMA_12))
        server.start()
        assert until(lambda: FILLING in server.log.read_text())
        assert figures(access) == before
        server.kill()
        server.start()
        assert figures(access) == before
        assert until(lambda: DONE in server.log.read_text())
        metrics = server.http.get("/metrics").text
        assert "footfall_sessions_without_facts 0.0" in metrics
        assert "footfall_rollup_cells_waiting" in metrics
        assert figures(access) == before
        server.stop()
        assert ask(server.data, FACTS) == [[stored]]
