"""The period that a request compares with, and the buckets that it chooses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Literal

from fastapi import Depends, Query

from footfall.api.parameters import Parameters, ParametersOfRequest
from footfall.api.web.parse import Context, Parsed, Range, RangeParameters, RequestContext, WebQuery
from footfall.errors import UserError
from footfall.model.period import Bucket, Period, iso
from footfall.query import timerange
from footfall.query.timerange import TimeRange

CompareRange = Literal["previous", "year", "year-weekday"]
BucketName = Annotated[
    Literal["hour", "day", "week", "month"] | None,
    Query(description="Length of a bucket; absent, the range decides. Weeks begin on Monday.", examples=["day"]),
]


@dataclass(frozen=True, slots=True)
class CompareParameters:
    """What the range is compared with; both bounds override `compare_range`."""

    compare_range: Annotated[
        CompareRange,
        Query(
            description="What to compare with: the period right before, the same dates a year before, or 364 days"
            " before, on the same weekdays.",
            examples=["year"],
        ),
    ] = "previous"
    compare_from: Annotated[
        str | None,
        Query(description="Start of what to compare with, as `from`; goes with `compare_to`.", examples=["2026-05-04"]),
    ] = None
    compare_to: Annotated[
        str | None, Query(description="Its end (not included), as `to`.", examples=["2026-05-11T10:00:00Z"])
    ] = None

    def period(self, span: RangeParameters, context: RequestContext, found: TimeRange) -> Period | None:
        """None for the range `all`, where neither a year nor bounds are asked for; UserError(`bad_parameter`)."""
        days = span.days(context)
        bounds = timerange.between(self.compare_from, self.compare_to, days)
        if bounds is not None:
            if bounds[0] >= bounds[1]:
                text = f"{iso(bounds[0])} is not before compare_to: {iso(bounds[1])}"
                raise UserError("bad_parameter", f"compare_from: {text}")
            return Period(*bounds)
        if self.compare_range == "previous":
            return found.previous
        return timerange.year_before(found.period, days, weekdays=self.compare_range == "year-weekday")


def compare_parameters(
    given: Annotated[CompareParameters, Depends()], parameters: ParametersOfRequest
) -> CompareParameters:
    """A bound that does not count is told, or refused by a strict request."""
    if timerange.between(given.compare_from, given.compare_to) is None:
        _tell(parameters, compare_from=given.compare_from, compare_to=given.compare_to)
    return given


def _tell(parameters: Parameters, **bounds: str | None) -> None:
    for name, text in bounds.items():
        if text is not None:
            reason = f"{text[:100]!r} does not count: both bounds must be {timerange.INSTANTS}"
            parameters.ignore(name, reason)


def compared_query(
    query: Parsed, context: Context, span: Range, given: Annotated[CompareParameters, Depends(compare_parameters)]
) -> WebQuery:
    found = query.time_range
    previous = context.limits.comparable(given.period(span, context, found))
    return replace(query, time_range=replace(found, previous=previous))


ParsedCompared = Annotated[WebQuery, Depends(compared_query)]
"""A query of an endpoint that compares."""


def by(query: WebQuery, bucket: str | None) -> WebQuery:
    """The query with buckets of this length."""
    return query if bucket is None else replace(query, time_range=replace(query.time_range, bucket=Bucket(bucket)))
