"""Periods and buckets: half-open `[start, end)` in Unix milliseconds, UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache


class Bucket(StrEnum):
    QUARTER_HOUR = "15min"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    def floor(self, instant: int) -> int:
        """The start of the bucket that `instant` falls in. Weeks are ISO weeks, starting on Monday."""
        if self is Bucket.QUARTER_HOUR:
            return instant - instant % 900_000
        if self is Bucket.HOUR:
            return instant - instant % 3_600_000
        midnight = instant - instant % 86_400_000
        if self is Bucket.DAY:
            return midnight
        day = to_datetime(midnight)
        first = day - timedelta(days=day.weekday()) if self is Bucket.WEEK else day.replace(day=1)
        return to_millis(first)

    def next(self, start: int) -> int:
        """The start of the bucket after the one that starts at `start`."""
        steps = {
            Bucket.QUARTER_HOUR: 900_000,
            Bucket.HOUR: 3_600_000,
            Bucket.DAY: 86_400_000,
            Bucket.WEEK: 7 * 86_400_000,
        }
        if self in steps:
            return start + steps[self]
        return self.floor(start + 31 * 86_400_000)

    def starts(self, period: Period) -> list[int]:
        """The start of every bucket of a period, ascending; the first is the one that `period.start` falls in."""
        found = []
        at = self.floor(period.start)
        while at < period.end:
            found.append(at)
            at = self.next(at)
        return found


@dataclass(frozen=True, slots=True)
class Period:
    """`[start, end)`, Unix milliseconds."""

    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start

    def previous(self) -> Period:
        """The period of the same length right before this one."""
        return Period(self.start - self.length, self.start)


def to_millis(instant: datetime) -> int:
    """Exact milliseconds of an aware datetime, rounded down."""
    # A double holds microseconds exactly for 285 years around 1970, and milliseconds only after they are whole.
    return round(instant.timestamp() * 1_000_000) // 1000


def to_datetime(millis: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=millis)


def iso(millis: int) -> str:
    """`2026-06-10T00:00:00.000Z`."""
    return to_datetime(millis).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def iso_seconds(millis: int) -> str:
    """`2026-06-10T00:00:00Z`; the milliseconds are dropped."""
    return _iso_second(millis // 1000)


@lru_cache(maxsize=64)
def _iso_second(second: int) -> str:
    # Answers carry the time of receipt: thousands of them within one second.
    return to_datetime(second * 1000).isoformat(timespec="seconds").replace("+00:00", "Z")
