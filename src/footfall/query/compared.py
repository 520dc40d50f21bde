"""Comparison with the previous period: one way for figures, series and rankings."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from footfall.model.period import Period
from footfall.query.ast import Query
from footfall.query.shares import delta_percent
from footfall.query.together import both

Figures = TypeVar("Figures")
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Compared(Generic[Figures]):
    """`previous` is None where there is no previous period, or where no comparison is wanted."""

    current: Figures
    previous: Figures | None = None

    def delta_percent(self: Compared[int]) -> int | None:
        """The change of a count in whole percent; None without a previous count, and where that is 0."""
        return delta_percent(self.current, self.previous)


def compare(base: Query, previous: Query | None, read: Callable[[Query], Figures]) -> Compared[Figures]:
    """What `read` finds for `base` and, unless it is None, for `previous`."""
    if previous is None:
        return Compared(read(base))
    return Compared(*both(lambda: read(base), lambda: read(previous)))


def joined(base: Query, previous: Query | None) -> Query | None:
    """Both periods as one, which costs less than two queries; None where they don't lie side by side."""
    if previous is None or previous.period.end != base.period.start or replace(previous, period=base.period) != base:
        return None
    return replace(base, period=Period(previous.period.start, base.period.end))


def compare_counts(
    counts: dict[Key, int], previous: Query | None, read: Callable[[Query, tuple[Key, ...]], dict[Key, int]]
) -> dict[Key, Compared[int]]:
    """Each key's count beside its count in the previous period: `read` finds those, and a missing key counts 0."""
    if previous is None or not counts:
        return {key: Compared(count) for key, count in counts.items()}
    found = read(previous, tuple(counts))
    return {key: Compared(count, found.get(key, 0)) for key, count in counts.items()}
