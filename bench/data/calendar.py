"""The time that the rows lie in: a year up to an instant, by calendar month, with the rhythm of days and weeks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.data import draws
from bench.data.choices import Picker
from footfall.clock import DAY, HOUR
from footfall.model.period import Bucket, Period, to_datetime

DAYS = 365
_MONDAY = 4 * DAY
"""The first Monday of Unix time."""


@dataclass(frozen=True)
class Month:
    """The part of a calendar month that has rows; `weight` is its share of all rows."""

    period: Period
    weights: NDArray[np.floating]
    weight: float

    @property
    def name(self) -> str:
        return f"{to_datetime(self.period.start):%Y-%m}"

    def draw(self, random: np.random.Generator, count: int) -> NDArray[np.int64]:
        """Instants, more by day than by night; unsorted."""
        hours = Picker(self.weights).draw(random, count).astype(np.int64)
        return self.period.start + hours * HOUR + random.integers(0, HOUR, count)


def months(until: int, days: int = DAYS) -> list[Month]:
    """The months of the days before `until`, a midnight (UTC)."""
    whole = Period(until - days * DAY, until)
    weights = _weights(whole)
    found = []
    for start in Bucket.MONTH.starts(whole):
        period = Period(max(start, whole.start), min(Bucket.MONTH.next(start), whole.end))
        own = weights[(period.start - whole.start) // HOUR : (period.end - whole.start) // HOUR]
        found.append(Month(period, own, float(own.sum() / weights.sum())))
    return found


def shares(total: int, parts: list[Month]) -> list[int]:
    """How many of `total` rows fall into each month."""
    edges = np.round(np.cumsum([0.0, *(part.weight for part in parts)]) * total).astype(int)
    return np.diff(edges).tolist()  # type: ignore[no-any-return]  # a list of numbers


def _weights(whole: Period) -> NDArray[np.floating]:
    """Of every hour."""
    starts = np.arange(whole.start, whole.end, HOUR)
    first, last = draws.GROWTH
    growth = first + (last - first) * (starts - whole.start) / whole.length
    weekdays = np.array(draws.WEEKDAYS)[(starts - _MONDAY) // DAY % 7]
    return growth * weekdays * np.array(draws.HOURS)[starts % DAY // HOUR]  # type: ignore[no-any-return]  # an array
