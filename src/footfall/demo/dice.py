"""Chance, and the numbers that rows get."""

from __future__ import annotations

import random
from bisect import bisect
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Generic, TypeVar

from footfall import ids
from footfall.clock import HOUR
from footfall.model.raw import RawEngagement, RawEvent, RawRequest

T = TypeVar("T")
Row = TypeVar("Row", RawEvent, RawRequest, RawEngagement)

_HOURS = (3, 2, 1, 1, 1, 2, 4, 7, 10, 12, 13, 13, 12, 12, 11, 11, 12, 13, 14, 16, 17, 15, 10, 6)
"""Visits by UTC hour: quiet nights, a busy evening."""


class Weighted(Generic[T]):
    """Values, each with its weight."""

    def __init__(self, rows: Sequence[tuple[float, T]]) -> None:
        self._values = [value for _, value in rows]
        self._edges = list(accumulate(weight for weight, _ in rows))

    def pick(self, dice: random.Random) -> T:
        return self._values[bisect(self._edges, dice.random() * self._edges[-1], hi=len(self._edges) - 1)]


def zipf(values: Sequence[T]) -> Weighted[T]:
    """The first is the most common by far."""
    return Weighted([(1 / place, value) for place, value in enumerate(values, start=1)])


HOURS = Weighted(list(zip(_HOURS, range(24), strict=True)))


class Dice:
    def __init__(self, chance: random.Random, numbers: Iterator[int]) -> None:
        self.random = chance
        self._numbers = numbers

    def one(self, table: Weighted[T]) -> T:
        return table.pick(self.random)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def between(self, low: int, high: int) -> int:
        """`low` to `high`, `high` not included; quicker than `randrange`."""
        return low + int(self.random.random() * (high - low))

    def about(self, usual: float, spread: float) -> float:
        """A positive number whose median is `usual`."""
        return usual * self.random.lognormvariate(0, spread)

    def instant(self, midnight: int) -> int:
        return midnight + self.one(HOURS) * HOUR + self.between(0, HOUR)

    def key(self) -> int:
        return self.random.getrandbits(64) or 1

    def numbered(self, rows: list[Row], now: int) -> list[Row]:
        """Those up to `now`, in the order of time, each with its id."""
        found = sorted((row for row in rows if row.timestamp <= now), key=_timestamp)
        for row in found:
            row.id_hi, row.id_lo = ids.split((row.timestamp << 80) + next(self._numbers))
        return found


def _timestamp(row: RawEvent | RawRequest | RawEngagement) -> int:
    return row.timestamp
