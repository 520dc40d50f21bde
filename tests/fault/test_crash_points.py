"""A crash before each single write of the drain: the next start makes it good."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from tests.fault.crashing import CRASHED, first_batch, late_batch
from tests.fault.derived import Stored
from tests.support.forking import run_module

MOST_STEPS = 40


def crash(data: Path, step: int) -> int:
    done = run_module("tests.fault.crashing", str(data), str(step), seconds=60)
    assert done.returncode in {0, CRASHED}, done.stderr
    return done.returncode


@pytest.mark.slow
def test_a_crash_before_any_write_is_made_good(tmp_path):
    steps = 1
    while crash(tmp_path, steps) == CRASHED:
        steps += 1
        assert steps < MOST_STEPS
    assert steps > 8  # plan, three tables, an update or more, the end of the batch and of its plan
    stored = Stored(tmp_path)
    names = [
        getattr(row, "name", "") or row.endpoint
        for number in range(1, steps + 1)
        for submission in (*first_batch(number), *late_batch(number))
        for row in submission.record.rows
    ]
    assert Counter(stored.names()) == Counter(names)
    assert stored.faults() == []
