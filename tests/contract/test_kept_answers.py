"""Readers see what there is of roll-ups as soon as it is written, however that is done."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from tests.support.statements import noted

from footfall.clock import DAY, HOUR
from footfall.model.period import Period
from footfall.query.cells import RolledUp
from footfall.query.plan import LongestSession
from footfall.query.rows import read
from footfall.store.protocol import Store

MAY = 1_777_593_600_000  # 2026-05-01
ASKED = RolledUp(1, "events", Period(MAY, MAY + DAY))


def insert(store: Store, hour: int) -> None:
    """As the drain does."""
    rows = pl.DataFrame({"project_id": 1, "source": "events", "hour": MAY + hour * HOUR, "stamp": 8})
    types: dict[str, Any] = {"project_id": pl.UInt32, "stamp": pl.UInt64, "hour": pl.Datetime("ms", "UTC")}
    file = io.BytesIO()
    rows.cast(types).write_ipc(file, compat_level=pl.CompatLevel.oldest())
    store.insert("touched", file.getvalue(), token=f"mark {hour}")


def command(store: Store, hour: int) -> None:
    store.command(
        "INSERT INTO touched (project_id, source, hour, stamp) VALUES (1, 'events', {hour:UInt32}, 8)",
        {"hour": (MAY + hour * HOUR) // 1000},
    )


@pytest.mark.parametrize("write", [insert, command])
def test_marks_are_seen_once_they_are_written(store: Store, write: Callable[[Store, int], None]) -> None:
    seen = []
    for hour in range(3):
        seen.append({row["start"] for row in read(store.reading(1), ASKED)})
        write(store, hour)
    assert [len(marks) for marks in seen] == [0, 1, 2]


def test_longer_sessions_are_seen_once_they_are_written(store: Store) -> None:
    assert read(store.reading(1), LongestSession(1)) == [{"days": 0}]
    store.command("INSERT INTO longest_sessions (project_id, days) VALUES (1, 3)")
    assert read(store.reading(1), LongestSession(1)) == [{"days": 3}]


def test_another_reader_does_not_ask_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """But of shards, which other processes may write to."""
    asked = noted(monkeypatch)
    for reader in (store.reading(1), store.reading(1)):
        read(reader, ASKED)
    assert len(asked) == (1 if len(store.shards) == 1 else 2)
