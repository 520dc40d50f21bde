"""Cells that are wanted are put together: same projects, neighbours, one month."""

from __future__ import annotations

from footfall.clock import DAY, HOUR
from footfall.model.period import Bucket, Period
from footfall.rollups.jobs import Wanted, closed_cells, together

APRIL = Bucket.MONTH.floor(1_776_000_000_000)
MAY = Bucket.MONTH.next(APRIL)


def wanted(start: int, *projects: int, zone: str = "UTC") -> list[Wanted]:
    return [Wanted(Bucket.DAY, Period(start, start + DAY), project, zone) for project in projects]


def test_neighbours_of_the_same_projects_are_one_job() -> None:
    (job,) = together([*wanted(APRIL + DAY, 1, 2), *wanted(APRIL, 2, 1)])
    assert (job.starts, job.end, job.projects) == ((APRIL, APRIL + DAY), APRIL + 2 * DAY, (1, 2))
    assert list(job.cells()) == [Period(APRIL, APRIL + DAY), Period(APRIL + DAY, APRIL + 2 * DAY)]


def test_a_hole_another_project_zone_or_month_begins_a_new_job_and_the_newest_comes_first() -> None:
    last = MAY - DAY
    jobs = together(
        [
            *wanted(APRIL, 1),
            *wanted(APRIL + 2 * DAY, 1),
            *wanted(APRIL + 3 * DAY, 1, 2),
            *wanted(last, 1),
            *wanted(MAY, 1),
            *wanted(MAY, 1, zone="Asia/Kolkata"),
        ]
    )
    assert [(job.starts[0], job.projects) for job in jobs if job.zone == "UTC"] == [
        (MAY, (1,)),
        (last, (1,)),
        (APRIL + 3 * DAY, (1, 2)),
        (APRIL + 2 * DAY, (1,)),
        (APRIL, (1,)),
    ]
    assert len(jobs) == 6


def test_cells_are_cut_by_the_clocks_of_the_zone_and_only_whole_ones_are_closed() -> None:
    found = closed_cells(Bucket.DAY, "Asia/Kolkata", APRIL, APRIL + 2 * DAY)
    assert found[0] == Period(APRIL - 5 * HOUR - HOUR // 2, APRIL + DAY - 5 * HOUR - HOUR // 2)
    assert found[-1].end <= APRIL + 2 * DAY < found[-1].end + DAY
