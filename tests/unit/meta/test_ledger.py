from __future__ import annotations

import pytest

from footfall.importers.ledger import ImportLedger
from footfall.meta import Ledger

NOTE = {"name": "a.log", "accepted": 10, "rejected": 2, "blocks": 1, "finished": False}


def shape(note) -> dict:
    return {key: getattr(note, key) for key in NOTE}


@pytest.fixture
def ledger(meta, clock) -> ImportLedger:
    meta.create_project("shop")
    meta.create_project("blog")
    return Ledger(meta.database, clock)


def test_note_is_kept_per_project_and_content(ledger):
    ledger.record(1, "f1", **NOTE)
    assert shape(ledger.seen(1, "f1")) == NOTE
    assert ledger.seen(2, "f1") is None
    assert ledger.seen(1, "f2") is None


def test_note_is_replaced(ledger):
    ledger.record(1, "f1", **NOTE)
    done = NOTE | {"accepted": 25, "blocks": 3, "finished": True}
    ledger.record(1, "f1", **done)
    assert shape(ledger.seen(1, "f1")) == done


def test_a_projects_imports_are_listed_unfinished_ones_first(ledger, clock):
    for name, finished in (("b.log", True), ("c.log", False), ("a.log", True)):
        clock.now += 1
        ledger.record(1, name, **NOTE | {"name": name, "finished": finished}, block_bytes=1 << 20)
    assert [(one.name, one.finished_at is not None) for one in ledger.all(1)] == [
        ("c.log", False),
        ("a.log", True),
        ("b.log", True),
    ]
    assert ledger.all(2) == []
