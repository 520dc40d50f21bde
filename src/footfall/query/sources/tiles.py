"""Covers a period with cells of roll-ups, the longest first; what is left is read from facts."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from footfall.model.period import Bucket, Period


@dataclass(frozen=True, slots=True)
class Cell:
    """A valid cell; a `frozen` one stays valid, since its facts are gone.

    `crossed` says whether mixed sessions reach over its edges, which it doesn't count. `events` are those of everyone,
    `sessions` those of people that begin in it.
    """

    grain: Bucket
    period: Period
    version: int
    crossed: bool = False
    events: int = 0
    sessions: int = 0
    frozen: bool = False


@dataclass(frozen=True, slots=True)
class Tiling:
    """Cells that do not overlap, ascending, and the gaps between them."""

    cells: tuple[Cell, ...]
    gaps: tuple[Period, ...]

    @property
    def crossed(self) -> bool:
        return any(cell.crossed for cell in self.cells)


def tile(period: Period, cells: Iterable[Cell], buckets: tuple[int, ...] = ()) -> Tiling:
    """No cell reaches out of the period, or over one of the starts of `buckets`."""
    chosen: list[Cell] = []
    for cell in sorted(cells, key=lambda cell: (-cell.period.length, cell.period.start)):
        if _inside(cell.period, period) and _in_one(cell.period, buckets) and not _overlaps(cell.period, chosen):
            chosen.insert(bisect_right([other.period.start for other in chosen], cell.period.start), cell)
    return Tiling(tuple(chosen), gaps(period, [cell.period for cell in chosen]))


def gaps(period: Period, covered: list[Period]) -> tuple[Period, ...]:
    """The parts of the period outside of these, which lie in it, ascending."""
    found, at = [], period.start
    for part in covered:
        found.append(Period(at, part.start))
        at = part.end
    found.append(Period(at, period.end))
    return tuple(part for part in found if part.length > 0)


def _inside(part: Period, period: Period) -> bool:
    return part.start >= period.start and part.end <= period.end


def _in_one(part: Period, starts: tuple[int, ...]) -> bool:
    return not starts or bisect_right(starts, part.start) == bisect_right(starts, part.end - 1)


def _overlaps(part: Period, chosen: list[Cell]) -> bool:
    at = bisect_right([other.period.start for other in chosen], part.start)
    before, after = chosen[at - 1 : at], chosen[at : at + 1]
    return any(cell.period.end > part.start for cell in before) or any(cell.period.start < part.end for cell in after)
