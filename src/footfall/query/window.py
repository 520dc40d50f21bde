"""Which time a question is about. Periods are half-open, in Unix milliseconds, UTC (docs/semantics)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from footfall.clock import DAY, HOUR
from footfall.errors import UserError
from footfall.model.period import Bucket, Period, iso, to_millis

CHIPS: dict[str, int] = {
    "1h": HOUR,
    "24h": DAY,
    "7d": 7 * DAY,
    "30d": 30 * DAY,
    "3m": 90 * DAY,
    "12m": 365 * DAY,
}
"""Rolling ranges by name, in milliseconds."""

WHOLE = "all"
CUSTOM = "custom"
MAX_BUCKETS = 20_000

_LAST = to_millis(datetime(9999, 1, 1, tzinfo=UTC))
"""Instants lie in the years 1970 to 9998: a bucket further, in any offset, is still a date."""


@dataclass(frozen=True, slots=True)
class Window:
    """`chip` is the range's name; `previous` is None where there is no period before."""

    chip: str
    period: Period
    bucket: Bucket
    previous: Period | None


def rolling(chip: str, now: int) -> Window:
    period = Period(now - CHIPS[chip], now)
    return Window(chip, period, Bucket.HOUR if CHIPS[chip] <= DAY else Bucket.DAY, period.previous())


def explicit(start: int, end: int) -> Window:
    """UserError(`bad_parameter`) where `start` is not before `end`."""
    if start >= end:
        raise UserError("bad_parameter", f"from: {iso(start)} is not before to: {iso(end)}")
    period = Period(start, end)
    return Window(CUSTOM, period, Bucket.HOUR if period.length <= 2 * DAY else Bucket.DAY, period.previous())


def whole(first: int | None, now: int) -> Window:
    """From the bucket of the project's first event; from today's where it has none."""
    start = Bucket.DAY.floor(min(now, now if first is None else first))
    return Window(WHOLE, Period(start, now), Bucket.DAY, None)


def starts(bucket: Bucket, period: Period) -> list[int]:
    """The start of every bucket; UserError(`bad_parameter`) where they are too many for one answer."""
    least = bucket.next(0) - bucket.floor(0)
    if period.length // max(least, HOUR // 4) > MAX_BUCKETS:
        raise UserError(
            "bad_parameter", f"from, to: more than {MAX_BUCKETS} buckets of one {bucket}; shorten the range"
        )
    return bucket.starts(period)


def instant(text: str) -> int | None:
    """ISO 8601 with or without offset (without: UTC), or a date, as Unix milliseconds.

    None where it is neither, or lies outside of the years 1970 to 9998.
    """
    try:
        found = datetime.fromisoformat(text)
        millis = to_millis(found if found.tzinfo else found.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None
    return millis if 0 <= millis < _LAST else None
