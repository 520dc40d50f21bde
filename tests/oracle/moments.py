"""Instants (Unix milliseconds), ranges, buckets and time zones. Ranges are half-open: `[start, end)`."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

RANGES = {"1h": HOUR, "24h": DAY, "7d": 7 * DAY, "30d": 30 * DAY, "3m": 90 * DAY, "12m": 365 * DAY}
CALENDAR = ("today", "yesterday", "month", "last-month", "year")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def from_datetime(moment: datetime) -> int:
    """Whole milliseconds, rounded down."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def to_datetime(at: int, zone: tzinfo = UTC) -> datetime:
    return (EPOCH + timedelta(milliseconds=at)).astimezone(zone)


def iso(at: int) -> str:
    return to_datetime(at).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at % 1000:03}Z"


def read_instant(text: str, zone: tzinfo = UTC) -> int | None:
    """ISO 8601, UTC without an offset; or a date, which begins by the clocks of `zone`. None if malformed."""
    try:
        if len(text) == 10:
            return day_begins(date.fromisoformat(text), zone)
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return from_datetime(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def begin(bucket: str, at: int, zone: tzinfo = UTC) -> int:
    """The start of the hour, day, week (from Monday) or month of `at`, by the local clock of a zone."""
    if bucket == "hour":
        return hour_begins(at, zone)
    day = first_day(bucket, to_datetime(at, zone).date())
    later = first_day(bucket, day + timedelta(days=31 if bucket == "month" else 7 if bucket == "week" else 1))
    # Where clocks go back over midnight, the old date shows again although the new day has started.
    return day_begins(later, zone) if day_begins(later, zone) <= at else day_begins(day, zone)


def buckets(bucket: str, start: int, end: int, zone: tzinfo = UTC) -> list[int]:
    """The starts of the buckets of a range; `start` lies in the first one."""
    found = [begin(bucket, start, zone)]
    at = start
    while at < end:
        # No bucket is shorter than the half-hour that clocks on Lord Howe Island skip.
        at += HOUR // 2 if bucket == "hour" else DAY // 2
        following = begin(bucket, min(at, end - 1), zone)
        if following != found[-1]:
            found.append(following)
    return found


def calendar(name: str, now: int, zone: tzinfo) -> tuple[int, int]:
    """The current day, month or year up to now, or the day or the month before."""
    unit = "month" if "month" in name else "day"
    start = begin(unit, now, zone)
    if name in {"yesterday", "last-month"}:
        return begin(unit, start - 1, zone), start
    if name == "year":
        start = day_begins(date(to_datetime(now, zone).year, 1, 1), zone)
    return start, max(now, start + 1)


def year_before(at: int, zone: tzinfo, *, weekdays: bool) -> int:
    """The same date and time a year before on the clocks of a zone (of the 29th of February: the 28th).

    With `weekdays`, 52 weeks before.
    """
    moment = to_datetime(at, zone)
    day = moment.date()
    if weekdays:
        then = day - timedelta(weeks=52)
    else:
        then = date(day.year - 1, day.month, 28 if (day.month, day.day) == (2, 29) else day.day)
    return from_datetime(datetime.combine(then, moment.time(), zone))


def first_day(bucket: str, day: date) -> date:
    if bucket == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if bucket == "month" else day


@lru_cache(maxsize=10_000)
def day_begins(day: date, zone: tzinfo) -> int:
    """The first instant of the local date `day`, or of a later date where the calendar skips that one.

    Midnight, the first one where it comes twice. Where clocks jump over it, the instant of the jump.
    """
    at = from_datetime(datetime.combine(day, time(), zone))
    while to_datetime(at - MINUTE, zone).date() >= day:
        at -= MINUTE
    return at


@lru_cache(maxsize=10_000)
def hour_begins(at: int, zone: tzinfo) -> int:
    """The first instant of the hour on the local clock; a repeated hour is two hours, each with its own offset."""
    minute = at - at % MINUTE
    while reading(minute - MINUTE, zone) == reading(at, zone):
        minute -= MINUTE
    return minute


def reading(at: int, zone: tzinfo) -> tuple[date, int, timedelta | None]:
    """Local date and time, to the hour."""
    moment = to_datetime(at, zone)
    return moment.date(), moment.hour, moment.utcoffset()
