from __future__ import annotations

import pytest

from footfall.errors import StoreError, TransientError
from footfall.spool.progress import Progress


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def progress(clock: Clock) -> Progress:
    return Progress(lambda: 1_750_000_000_000 + int(clock.now * 1000), clock)


def test_what_goes_well_stands_still_nowhere(progress: Progress) -> None:
    progress.begins("serve")
    progress.goes_on("serve")
    assert progress.standstills() == []


def test_a_standstill_begins_with_the_first_failure_and_has_the_last_reason(progress: Progress, clock: Clock) -> None:
    for error in (TransientError("the store is busy"), StoreError("refused", details="SELECT secret")):
        progress.begins("serve")
        progress.fails("serve", error)
        clock.now += 10
    progress.begins("import")
    clock.now += 5
    first, second = progress.standstills()
    assert (first.spool, first.since, first.seconds, first.reason) == ("serve", 1_750_000_000_000, 25, "refused")
    assert (second.spool, second.seconds, second.reason) == ("import", 5, "a batch is still under way")
    progress.goes_on("serve")
    assert [one.spool for one in progress.standstills()] == ["import"]


def test_an_error_that_nobody_raised_on_purpose_is_shown_by_its_name(progress: Progress) -> None:
    progress.fails("serve", KeyError("/etc/secret"))
    assert [one.reason for one in progress.standstills()] == ["KeyError"]
