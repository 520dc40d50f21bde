"""The time that an answer is about: a range that ends now, or a pair of instants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Query

from footfall.clock import DAY
from footfall.errors import UserError
from footfall.model.period import Bucket, Period
from footfall.query.timerange import INSTANTS, instant

Range = Literal["daily", "weekly", ""]

MAX_DAYS = 62
"""The longest time between `from` and `to`."""

_HOURLY = 7 * DAY
"""The longest explicit range that has buckets of an hour."""


@dataclass(frozen=True, slots=True)
class NetworkRange:
    """`length` milliseconds up to `end`, or up to now. `name` tells ranges apart."""

    name: str
    length: int
    bucket: Bucket
    end: int | None = None

    def period(self, now: int) -> Period:
        end = now if self.end is None else self.end
        return Period(end - self.length, end)


_DAILY = NetworkRange(Bucket.QUARTER_HOUR.value, DAY, Bucket.QUARTER_HOUR)
_RANGES = {"daily": _DAILY, "weekly": NetworkRange(Bucket.HOUR.value, 7 * DAY, Bucket.HOUR), "": _DAILY}


@dataclass(frozen=True, slots=True)
class Span:
    """`from` and `to` go together and override `range`."""

    range_: Annotated[
        Range,
        Query(alias="range", description="The last 24 hours by 15 minutes, or 7 days by hour.", examples=["daily"]),
    ] = "daily"
    from_: Annotated[
        str | None,
        Query(alias="from", description="Start, ISO 8601; goes with `to`.", examples=["2025-05-01"]),
    ] = None
    to: Annotated[
        str | None,
        Query(
            description=f"End (not included), ISO 8601, {MAX_DAYS} days after `from` at most.", examples=["2025-06-01"]
        ),
    ] = None

    def window(self) -> NetworkRange:
        """UserError(`bad_parameter`) where the pair is not one."""
        if self.from_ is None and self.to is None:
            return _RANGES[self.range_]
        start, end = _instant("from", self.from_), _instant("to", self.to)
        if start >= end:
            raise UserError("bad_parameter", f"from: {self.from_!r} is not before to: {self.to!r}")
        if end - start > MAX_DAYS * DAY:
            raise UserError(
                "bad_parameter",
                f"from: {self.from_!r}, to: {self.to!r}: more than {MAX_DAYS} days apart; shorten the range",
            )
        return NetworkRange(f"{start}-{end}", end - start, Bucket.HOUR if end - start <= _HOURLY else Bucket.DAY, end)


def _instant(name: str, text: str | None) -> int:
    if text is None:
        raise UserError("bad_parameter", f"{name}: is missing; from and to go together")
    found = instant(text)
    if found is None:
        raise UserError("bad_parameter", f"{name}: {text[:100]!r} is none of the {INSTANTS}")
    return found
