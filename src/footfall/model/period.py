"""Periods and buckets: half-open `[start, end)` in Unix milliseconds, UTC."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache

from footfall.clock import DAY, HOUR, MINUTE, SECOND

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_QUARTER = 15 * MINUTE

_ENDING = r"(?:[Zz]|[+-][0-9:]{2,8})?"
_MIDNIGHT = re.compile(rf"(.{{8,10}}[Tt ])24(:?00(?::?00(?:[.,]0+)?)?{_ENDING})")
_LEAP_SECOND = re.compile(rf"(.{{8,10}}[Tt ]\d\d:?\d\d:?)60((?:[.,]\d+)?{_ENDING})")


class Bucket(StrEnum):
    """Intervals aligned to the clock and calendar of a zone, UTC by default.

    Weeks are ISO weeks, starting on Monday. A day begins at its first instant, which is not midnight where clocks skip
    it. The hour that clocks repeat is two buckets; a change by half an hour ends one early.
    """

    MINUTE = "minute"
    QUARTER_HOUR = "15min"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    def floor(self, instant: int, zone: tzinfo = UTC) -> int:
        """The start of the bucket that `instant` falls in."""
        if self in _CLOCK:
            return _clock_floor(instant, _CLOCK[self], zone)
        start = self._first_instant(_local(instant, zone).date(), zone)
        following = self.next(start, zone)
        return start if instant < following else following  # a clock set back over midnight shows the old date again

    def next(self, start: int, zone: tzinfo = UTC) -> int:
        """The start of the bucket after the one that starts at `start`."""
        if self in _CLOCK:
            return _clock_floor(start + _CLOCK[self], _CLOCK[self], zone)
        return self._first_instant(_local(start, zone).date() + timedelta(days=_LONGEST[self]), zone)

    def starts(self, period: Period, zone: tzinfo = UTC) -> tuple[int, ...]:
        """The start of every bucket of a period, ascending; the first is the one that `period.start` falls in."""
        found = []
        at = self.floor(period.start, zone)
        while at < period.end:
            found.append(at)
            at = self.next(at, zone)
        return tuple(found)

    def _first_instant(self, day: date, zone: tzinfo) -> int:
        """Of the day, week or month that `day` is in."""
        if self is Bucket.WEEK:
            day -= timedelta(days=day.weekday())
        elif self is Bucket.MONTH:
            day = day.replace(day=1)
        found = to_millis(datetime.combine(day, time(), zone))
        while _local(found - _QUARTER, zone).date() >= day:  # clocks skip midnight
            found -= _QUARTER
        return found


_CLOCK = {Bucket.MINUTE: MINUTE, Bucket.QUARTER_HOUR: _QUARTER, Bucket.HOUR: HOUR}
_LONGEST = {Bucket.DAY: 1, Bucket.WEEK: 7, Bucket.MONTH: 31}


def _local(instant: int, zone: tzinfo) -> datetime:
    return to_datetime(instant).astimezone(zone)


def _clock_floor(instant: int, step: int, zone: tzinfo) -> int:
    """The last full `step` of the local clock; if that is before a change of the clock, the change."""
    if zone is UTC:
        return instant - instant % step
    offset = _offset(instant, zone)
    found = instant - (instant + offset) % step
    while _offset(found, zone) != offset:  # clocks change on quarters of an hour
        found += _QUARTER
    return found


def _offset(instant: int, zone: tzinfo) -> int:
    return (_local(instant, zone).utcoffset() or timedelta()) // timedelta(milliseconds=1)


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


def parse_instant(text: str) -> datetime:
    """An instant as ISO 8601 or RFC 3339 write it, in letters of any case; without an offset it is UTC. ValueError.

    24:00 is the midnight at the day's end. A leap second is the second after it, as in Unix time.
    """
    try:
        return _parse(text)
    except ValueError:
        midnight, leap = _MIDNIGHT.fullmatch(text), _LEAP_SECOND.fullmatch(text)
        if midnight:
            return _parse(f"{midnight[1]}00{midnight[2]}") + timedelta(days=1)
        second = _parse(f"{leap[1]}59{leap[2]}") + timedelta(seconds=1) if leap else None
        if second is None or to_millis(second) % DAY >= SECOND:  # leap seconds end a day of UTC
            raise
        return second


def _parse(text: str) -> datetime:
    found = datetime.fromisoformat(text.upper())
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def to_millis(instant: datetime) -> int:
    """Exact milliseconds of an aware datetime, rounded down."""
    since = instant - _EPOCH  # its seconds and microseconds are never negative
    return since.days * DAY + since.seconds * SECOND + since.microseconds // 1000


def to_datetime(millis: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=millis)


def iso(millis: int) -> str:
    """`2026-06-10T00:00:00.000Z`."""
    return to_datetime(millis).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def iso_seconds(millis: int) -> str:
    """`2026-06-10T00:00:00Z`; the milliseconds are dropped."""
    return _iso_second(millis // SECOND)


@lru_cache(maxsize=64)
def _iso_second(second: int) -> str:
    # Answers carry the time of receipt: thousands of them within one second.
    return to_datetime(second * SECOND).isoformat(timespec="seconds").replace("+00:00", "Z")
