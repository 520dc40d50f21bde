"""When the next round of the drain begins."""

from __future__ import annotations

import pytest

from footfall.drain.drain import pause


@pytest.mark.parametrize(
    ("took", "rows", "expected"),
    [
        (0.1, 0, 0.9),
        (0.1, 999, 0.9),
        (0.1, 1_000, 1.7),  # 1.8 apart
        (0.4, 20_000, 0.8),  # 1.2 apart
        (0.6, 40_000, 0.4),
        (1.5, 40_000, 0.0),
        (1.5, 10, 0.0),
    ],
)
def test_rounds_are_further_apart_under_load(took, rows, expected):
    assert pause(1.0, took, rows) == pytest.approx(expected)


@pytest.mark.parametrize("took", [0.0, 0.1, 0.3, 0.5])
def test_what_came_right_after_a_round_began_is_stored_within_two_intervals(took):
    apart = took + pause(1.0, took, 10_000)
    assert apart + took * min(apart, 2) <= 2.0 + 1e-9
