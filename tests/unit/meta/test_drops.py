"""What was left out is counted by day, and names that senders make up are bounded."""

from __future__ import annotations

import pytest

from footfall.clock import DAY
from footfall.meta import Drops
from footfall.meta import drops as module
from footfall.model.drops import DropReason, NameKind

FIELD, HOST = NameKind.FIELD, NameKind.HOST
NOW = 20_000 * DAY


@pytest.fixture
def drops(meta):
    meta.create_project("shop")
    meta.create_project("blog")
    return Drops(meta.database, lambda: NOW)


def by_name(drops: Drops, kind: NameKind, project: int = 1) -> dict[str, int]:
    return drops.by_name(project, kind, NOW, NOW + 1)


def test_counts_add_up_over_writes(drops):
    for _ in range(2):
        drops.count(1, DropReason.ORIGIN)
        drops.count_name(1, HOST, "evil.example")
        drops.flush()
    drops.count_name(1, HOST, "a.example")
    assert drops.by_reason(1, NOW, NOW + 1) == {"origin": 2}
    assert by_name(drops, HOST) == {"evil.example": 2, "a.example": 1}
    assert by_name(drops, FIELD) == by_name(drops, HOST, project=2) == {}
    assert drops.by_name(1, HOST, NOW - DAY, NOW) == {}


def test_the_first_names_are_kept_apart(drops):
    for number in range(module.MAX_NAMES + 5):
        drops.count_name(1, FIELD, f"n{number}")
    drops.count_name(2, FIELD, "mine")
    drops.flush()
    drops.count_name(1, FIELD, "late")
    drops.count_name(1, FIELD, "n0")
    found = by_name(drops, FIELD)
    assert len(found) == module.MAX_NAMES + 1
    assert (found["n0"], found[module.REST], sum(found.values())) == (2, 6, module.MAX_NAMES + 7)
    assert by_name(drops, FIELD, project=2) == {"mine": 1}


def test_what_waits_is_bounded(drops, monkeypatch):
    monkeypatch.setattr(module, "MAX_WAITING", 2)
    for name in ("a", "b", "c", "d", "a"):
        drops.count_name(1, FIELD, name)
    assert by_name(drops, FIELD) == {"a": 2, module.REST: 2, "b": 1}
