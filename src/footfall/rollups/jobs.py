"""Which cells are to be made, put together into jobs of one statement per roll-up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC
from zoneinfo import ZoneInfo

from footfall.catalog.tables import Table
from footfall.model.period import Bucket, Period


@dataclass(frozen=True, slots=True)
class Job:
    """Neighbouring cells of a grain, by their starts, for several projects; the last one ends at `end`."""

    grain: Bucket
    starts: tuple[int, ...]
    end: int
    projects: tuple[int, ...]
    zone: str

    @property
    def period(self) -> Period:
        return Period(self.starts[0], self.end)

    def cells(self) -> Iterator[Period]:
        for start, end in zip(self.starts, (*self.starts[1:], self.end), strict=True):
            yield Period(start, end)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A cell of one project that is missing, or not valid any more."""

    grain: Bucket
    cell: Period
    project: int
    zone: str


def zone_of(source: Table, zone: str) -> str:
    """By whose clocks cells of a source are cut: of events by the project's, of requests and logs by those of UTC."""
    return zone if source is Table.EVENTS else "UTC"


def closed_cells(grain: Bucket, zone: str, first: int, closed: int) -> list[Period]:
    """Cells from that of the instant `first` to the last that ends at `closed` or before, ascending."""
    clocks = UTC if zone == "UTC" else ZoneInfo(zone)
    found = []
    at = grain.floor(first, clocks)
    while (end := grain.next(at, clocks)) <= closed:
        found.append(Period(at, end))
        at = end
    return found


def together(wanted: Iterable[Wanted]) -> list[Job]:
    """Jobs for the same projects, each of neighbouring cells that begin in one month of UTC; the newest first."""
    owners: dict[tuple[Bucket, str, Period], set[int]] = defaultdict(set)
    for item in wanted:
        owners[item.grain, item.zone, item.cell].add(item.project)
    jobs: list[Job] = []
    for (grain, zone, cell), projects in sorted(owners.items(), key=lambda item: (*item[0][:2], item[0][2].start)):
        job = Job(grain, (cell.start,), cell.end, tuple(sorted(projects)), zone)
        if jobs and _follows(job, jobs[-1]):
            jobs[-1] = replace(jobs[-1], starts=(*jobs[-1].starts, cell.start), end=cell.end)
        else:
            jobs.append(job)
    return sorted(jobs, key=lambda job: -job.end)


def _follows(job: Job, last: Job) -> bool:
    alike = (job.grain, job.zone, job.projects) == (last.grain, last.zone, last.projects)
    return alike and job.starts[0] == last.end and _month(job.starts[0]) == _month(last.starts[0])


def _month(instant: int) -> int:
    return Bucket.MONTH.floor(instant)
