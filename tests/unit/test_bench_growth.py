"""The model of growth keeps what it is given: nothing is lost between arrival, spool and store."""

from __future__ import annotations

import pytest
from bench.growth import Load, Measured, day, simulate, table


@pytest.mark.parametrize("peak", [1.0, 1.5, 3.0, 8.0])
def test_a_day_is_as_long_as_its_average(peak):
    assert sum(day(peak)) / 24 == pytest.approx(1)
    assert max(day(peak)) == pytest.approx(peak)


def test_disk_is_what_came_in():
    first, second = simulate(Load(1e9, growth=2), 2)
    assert first.disk == pytest.approx(1e9 * Measured().bytes_an_event)
    assert second.disk == pytest.approx(3e9 * Measured().bytes_an_event)


def test_a_drain_that_is_fast_enough_leaves_nothing_waiting():
    (year,) = simulate(Load(1e9), 1)
    assert year.draining < 0.01
    assert (year.waiting, year.refused) == (pytest.approx(year.peak_a_second), 0)


def test_a_drain_that_is_too_slow_fills_the_spool_and_then_refuses():
    (year,) = simulate(Load(1e9, spool_max_events=100_000), 1, Measured(drained_a_second=40))
    assert year.waiting == 100_000
    assert 0 < year.refused < 1e9


def test_the_table_has_a_row_for_each_year():
    assert len(table(simulate(Load(1e10), 3)).splitlines()) == 5
