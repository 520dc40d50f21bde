"""An upgraded server fills in the facts of sessions while it answers, over a kill on the way."""

from __future__ import annotations

from tests.support.server import ask, running, until

FILLING = "filling in the facts of sessions that an earlier version stored"
DONE = "all sessions have their facts"
BLANKED = "SELECT countIf(varies = 65535) AS left, count() AS all, sumIf(sign, has(flow, '/a')) AS viewed FROM sessions"
MONTHS = ("2026-01-10", "2026-02-10", "2026-03-10")


def test_an_upgraded_server_fills_in_what_sessions_lack(tmp_path):
    with running(tmp_path / "data", flush_interval="0.1") as server:
        access = server.project()
        rows = [
            {"path": f"/{page}", "visitor_id": f"{day} {page}", "timestamp": f"{day}T10:00:00Z"}
            for day in MONTHS
            for page in "ab"
        ]
        assert access.post("/api/collect/bulk", json={"events": rows}).status_code == 202
        assert access.total(len(rows)) == len(rows)
        server.stop()
        ((before,),) = ask(server.data, BLANKED)
        assert before == {"left": 0, "all": len(rows), "viewed": 3}
        ask(server.data, "ALTER TABLE sessions UPDATE varies = 65535, flow = [] WHERE 1", BLANKED)
        server.start()
        assert until(lambda: FILLING in server.log.read_text())
        server.kill()
        server.start()
        assert access.stats()["total_events"] == len(rows)
        assert until(lambda: DONE in server.log.read_text())
        assert "footfall_sessions_without_facts 0.0" in server.http.get("/metrics").text
        server.stop()
        assert ask(server.data, BLANKED) == [[before]]
