"""Readers see what there is of roll-ups once it is written."""

from __future__ import annotations

from footfall.clock import DAY, HOUR
from footfall.model.period import Period
from footfall.query.cells import RolledUp
from footfall.query.plan import LongestSession
from footfall.query.rows import read
from footfall.store.protocol import Store

MAY = 1_777_593_600_000  # 2026-05-01
MARK = "INSERT INTO touched (project_id, source, hour, stamp) VALUES"


def test_readers_see_marks_once_they_are_written(store: Store) -> None:
    asked = RolledUp(1, "events", Period(MAY, MAY + DAY))
    assert read(store.reading(1), asked) == []
    store.command(f"{MARK} (1, 'events', '2026-05-01', 8)")
    assert {row["start"] for row in read(store.reading(1), asked)} == {MAY}
    store.command(
        "INSERT INTO touched (project_id, source, hour, stamp) VALUES (1, 'events', '2026-05-01 01:00:00', 8)"
    )
    assert {row["start"] for row in read(store.reading(1), asked)} == {MAY, MAY + HOUR}


def test_readers_see_longer_sessions_once_they_are_written(store: Store) -> None:
    assert read(store.reading(1), LongestSession(1)) == [{"days": 0}]
    store.command("INSERT INTO longest_sessions (project_id, days) VALUES (1, 3)")
    assert read(store.reading(1), LongestSession(1)) == [{"days": 3}]
