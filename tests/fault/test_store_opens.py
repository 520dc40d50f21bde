"""A store that does not open says what to do, and `doctor --repair` heals what a full disk left."""

from __future__ import annotations

from pathlib import Path

from tests.support.server import footfall, running, until


def test_an_empty_mutation_keeps_the_server_away_until_the_doctor_has_been(tmp_path: Path) -> None:
    with running(tmp_path / "data", flush_interval="0.2") as server:
        access = server.project()
        assert access.post("/api/v1/analytics", json={"event_name": "a", "category": "page_view"}).status_code == 200
        assert until(server.queryable)
        server.stop()
        note = next(server.data.glob("clickhouse/store/*/*/format_version.txt"))  # of a table
        note.with_name("mutation_77.txt").touch()
        refused = footfall("serve", data=server.data)
        assert refused.returncode == 1
        assert "doctor" in refused.stderr
        assert "mutation_77.txt says nothing" in footfall("doctor", data=server.data).stdout
        assert "repaired" in footfall("doctor", "--repair", data=server.data).stdout
        server.start()
        assert access.total(1) == 1


def test_a_start_makes_no_mutation(tmp_path: Path) -> None:
    """The first look of the roll-ups is five seconds after it."""
    with running(tmp_path / "data") as server:
        made = sorted(server.data.glob("clickhouse/store/*/*/mutation_*.txt"))
        until(lambda: False, 8)
        assert sorted(server.data.glob("clickhouse/store/*/*/mutation_*.txt")) == made
