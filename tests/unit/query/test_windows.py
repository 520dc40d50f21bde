"""Times that are read beside cells or rows of sessions: as few as may be, by closing the narrowest gaps."""

from __future__ import annotations

import pytest

from footfall.model.period import Period
from footfall.query.sources.sessions import windows_of

ALL = Period(0, 1_000)


def rows(*spans: tuple[int, int]) -> list[dict[str, int]]:
    return [{"first": first, "last": last} for first, last in spans]


def test_what_touches_is_one_window():
    assert windows_of(rows((10, 19), (20, 29), (15, 17)), ALL) == (Period(10, 30),)


def test_windows_end_with_the_period():
    assert windows_of(rows((-50, 5), (990, 2_000), (3_000, 4_000)), ALL) == (Period(0, 6), Period(990, 1_000))


def test_nothing_leaves_no_window():
    assert windows_of([], ALL) == ()


@pytest.mark.parametrize(
    ("most", "found"),
    [
        (4, (Period(0, 10), Period(30, 40), Period(45, 50), Period(100, 110))),
        (3, (Period(0, 10), Period(30, 50), Period(100, 110))),
        (2, (Period(0, 50), Period(100, 110))),
        (1, (Period(0, 110),)),
    ],
)
def test_the_narrowest_gaps_are_closed(most, found):
    assert windows_of(rows((0, 9), (30, 39), (45, 49), (100, 109)), ALL, most) == found


def test_many_windows_take_no_time_that_grows_with_their_square():
    """Tens of thousands of gaps: to look for the narrowest one after another would take minutes."""
    spans = rows(*((10 * number, 10 * number + number % 7) for number in range(50_000)))
    assert len(windows_of(spans, Period(0, 1_000_000), 400)) == 400
