"""The embedded engine's files before it is opened."""

from __future__ import annotations

from pathlib import Path

from footfall.store.clickhouse.files import finish_drops


def test_what_a_kill_left_of_a_dropped_part_goes_and_nothing_else(tmp_path: Path) -> None:
    detached = tmp_path / "store" / "abc" / "abc-uuid" / "detached"
    for name in ("deleting_broken-on-start_202611_1_1_0", "broken-on-start_202611_1_1_0", "202611_2_2_0"):
        (detached / name).mkdir(parents=True)
        (detached / name / "data.bin").write_bytes(b"x")
    finish_drops(tmp_path)
    assert sorted(part.name for part in detached.iterdir()) == ["202611_2_2_0", "broken-on-start_202611_1_1_0"]
    finish_drops(tmp_path / "missing")
