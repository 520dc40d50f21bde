"""The time range of a query. Periods are half-open, in Unix milliseconds, UTC (docs/semantics)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from footfall.catalog.columns import time_zones
from footfall.clock import DAY, HOUR
from footfall.errors import UserError
from footfall.model.period import Bucket, Period, iso, parse_instant, to_datetime, to_millis
from footfall.query.passes.clamp import EARLIEST

CHIPS: dict[str, int] = {
    "1h": HOUR,
    "24h": DAY,
    "7d": 7 * DAY,
    "30d": 30 * DAY,
    "3m": 90 * DAY,
    "12m": 365 * DAY,
}
"""Rolling ranges by name, in milliseconds."""

TODAY, YESTERDAY, MONTH, LAST_MONTH, YEAR = "today", "yesterday", "month", "last-month", "year"

CALENDAR = (TODAY, YESTERDAY, MONTH, LAST_MONTH, YEAR)
"""Ranges of the calendar by name: the current day, month or year up to now, or the day or month before."""

WHOLE = "all"
CUSTOM = "custom"
MAX_BUCKETS = 20_000

_LAST = to_millis(datetime(9999, 1, 1, tzinfo=UTC))
"""Instants lie in the years 1970 to 9998, so that one bucket more, in any offset, is still a date."""

INSTANTS = "ISO 8601 timestamps of the years 1970 to 9998"
"""What `instant` reads, in words."""


@dataclass(frozen=True, slots=True)
class TimeRange:
    """`chip` is the range's name; `previous` is None for `all`, which has no previous period; buckets follow `zone`."""

    chip: str
    period: Period
    bucket: Bucket
    previous: Period | None
    zone: tzinfo = UTC

    def starts(self, period: Period | None = None) -> tuple[int, ...]:
        """The start of every bucket of `period`, by default of the range's own."""
        return starts(self.bucket, period or self.period, self.zone)


def rolling(chip: str, now: int, zone: tzinfo = UTC) -> TimeRange:
    period = Period(now - CHIPS[chip], now)
    return TimeRange(chip, period, Bucket.HOUR if CHIPS[chip] <= DAY else Bucket.DAY, period.previous(), zone)


def calendar(chip: str, now: int, days: tzinfo, zone: tzinfo = UTC) -> TimeRange:
    """A range of `CALENDAR` by the clocks of `days`; its buckets follow `zone`."""
    unit = Bucket.DAY if chip in {TODAY, YESTERDAY} else Bucket.MONTH
    start, end = unit.floor(now, days), now
    if chip in {YESTERDAY, LAST_MONTH}:
        start, end = unit.floor(start - 1, days), start
    elif chip == YEAR:
        start = _begin(date(to_datetime(now).astimezone(days).year, 1, 1), days)
    period = Period(start, max(end, start + 1))  # today begins now at midnight
    return TimeRange(chip, period, Bucket.HOUR if unit is Bucket.DAY else Bucket.DAY, period.previous(), zone)


def explicit(start: int, end: int, zone: tzinfo = UTC) -> TimeRange:
    """UserError(`bad_parameter`) if `start` is not before `end`."""
    if start >= end:
        raise UserError("bad_parameter", f"from: {iso(start)} is not before to: {iso(end)}")
    period = Period(start, end)
    bucket = Bucket.HOUR if period.length <= 2 * DAY else Bucket.DAY
    return TimeRange(CUSTOM, period, bucket, period.previous(), zone)


def whole(first: int | None, now: int, zone: tzinfo = UTC) -> TimeRange:
    """From the bucket in which the project's history begins; from today's if it has none."""
    start = Bucket.DAY.floor(min(now, now if first is None else first), zone)
    return TimeRange(WHOLE, Period(start, now), Bucket.DAY, None, zone)


def ever(now: int) -> TimeRange:
    """All time, without looking up the first event."""
    return TimeRange(WHOLE, Period(EARLIEST, now), Bucket.DAY, None)


def year_before(period: Period, days: tzinfo, *, weekdays: bool) -> Period:
    """The same dates and times of day a year before, by the clocks of `days`; with `weekdays`, 364 days before.

    The 29th of February becomes the 28th.
    """
    start, end = (_year_before(at, days, weekdays=weekdays) for at in (period.start, period.end))
    return Period(start, max(end, start + 1))


def _year_before(at: int, days: tzinfo, *, weekdays: bool) -> int:
    local = to_datetime(at).astimezone(days).replace(tzinfo=None, fold=0)
    if weekdays:
        then = local - timedelta(days=364)
    else:
        leap = (local.month, local.day) == (2, 29)
        then = local.replace(year=local.year - 1, day=28 if leap else local.day)
    return to_millis(then.replace(tzinfo=days))


def between(start: str | None, end: str | None, days: tzinfo = UTC) -> tuple[int, int] | None:
    """Both instants, dates by the clocks of `days`; None if one is missing or can't be parsed."""
    found = instant(start or "", days), instant(end or "", days)
    return None if found[0] is None or found[1] is None else (found[0], found[1])


def time_zone(name: str) -> tzinfo:
    """UserError(`bad_parameter`) if the name is not in the IANA database."""
    if name not in time_zones():
        raise UserError("bad_parameter", f"timezone: {name[:100]!r} is not a name of the IANA time zone database")
    return ZoneInfo(name)


def starts(bucket: Bucket, period: Period, zone: tzinfo = UTC) -> tuple[int, ...]:
    """The start of every bucket; UserError(`bad_parameter`) if they are too many for one answer."""
    least = bucket.next(0) - bucket.floor(0)
    if period.length // max(least, HOUR // 4) > MAX_BUCKETS:
        raise UserError(
            "bad_parameter", f"from, to: more than {MAX_BUCKETS} buckets of one {bucket}; shorten the range"
        )
    return bucket.starts(period, zone)


def instant(text: str, days: tzinfo = UTC) -> int | None:
    """ISO 8601 with or without offset (without: UTC), or the begin of a date in `days`, as Unix milliseconds.

    None if it is neither, or outside of the years 1970 to 9998.
    """
    try:
        millis = _millis(text, days)
    except (ValueError, OverflowError):
        return None
    return millis if 0 <= millis < _LAST else None


def _millis(text: str, days: tzinfo) -> int:
    """ValueError where it is neither a date nor a timestamp."""
    try:
        return _begin(date.fromisoformat(text), days)
    except ValueError:
        return to_millis(parse_instant(text))


def _begin(day: date, zone: tzinfo) -> int:
    """The first instant of a date, which has a noon, but not always a midnight."""
    return Bucket.DAY.floor(to_millis(datetime.combine(day, time(12), zone)), zone)
