"""A crash before any write of the drain or of the roller: cells are valid or unused, and never wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.fault.crashing import CRASHED
from tests.support.forking import run_module

MOST_STEPS = 60


def crash(data: Path, step: int) -> int:
    done = run_module("tests.fault.rolling", str(data), str(step), seconds=120)
    assert done.returncode in {0, CRASHED}, done.stderr
    return done.returncode


@pytest.mark.slow
def test_cells_give_the_figures_of_their_facts_after_a_crash_before_any_write(tmp_path):
    steps = 1
    while crash(tmp_path, steps) == CRASHED:
        steps += 1
        assert steps < MOST_STEPS
    assert (
        steps > 14
    )  # plan, marks, two tables, a change or more, the end of the batch; a statement per roll-up and cell
    assert crash(tmp_path, MOST_STEPS) == 0  # what the last one left
