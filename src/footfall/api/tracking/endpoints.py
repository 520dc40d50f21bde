"""What a page about an API shows: its figures over time, its endpoints, and who calls them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from footfall.api.tracking import examples, render, schema
from footfall.api.tracking.parse import Granularity, ParsedQuery, TrackingQuery, bound
from footfall.api.tracking.toplists import MAX_LABELS, During
from footfall.errors import UserError
from footfall.model.period import Bucket, Period
from footfall.query import ast, endpoints, run, timerange

MAX_ENDPOINTS = 10_000

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Buckets:
    """How time is divided."""

    granularity: Annotated[Granularity, Query(description="Length of a bucket.", examples=["day"])] = "day"
    timezone: Annotated[
        str, Query(description="IANA time zone that buckets follow.", examples=["Europe/Bucharest"])
    ] = "UTC"

    def starts(self, base: ast.Query) -> tuple[int, ...]:
        """Of every bucket of the base's period. UserError(`bad_parameter`) for no zone, and for too many buckets."""
        zone = timerange.time_zone(self.timezone)
        return timerange.starts(Bucket(self.granularity), base.period, zone) if base.period.length > 0 else ()


Divided = Annotated[Buckets, Depends()]


def add_to(router: APIRouter) -> None:
    for name, route, summary, model, responses in (
        ("overview", overview, "Figures of a period, and over time", schema.Overview, examples.OVERVIEW),
        ("endpoints", of_endpoints, "Endpoints with errors, durations, trend", schema.Endpoints, examples.ENDPOINTS),
        ("consumers", of_consumers, "Who calls", schema.Consumers, examples.CONSUMERS),
    ):
        router.add_api_route(
            f"/{name}",
            route,
            summary=summary,
            response_model=model,
            responses=responses,
            operation_id=f"tracking_{name}",
        )


def overview(
    query: ParsedQuery,
    buckets: Divided,
    period: During = "all",
    compare_from: Annotated[str | None, Query(description="Start of the period to compare with, ISO 8601.")] = None,
    compare_to: Annotated[str | None, Query(description="Its end (not included).")] = None,
) -> Json:
    """Requests, users, status classes, durations and bytes; every bucket, oldest first."""
    base = _asked(query, period)
    starts = buckets.starts(base)
    found = endpoints.overview(query.store, base, _compared(base, compare_from, compare_to), starts)
    return render.overview(found, starts, buckets.granularity, query.name(period))


def of_endpoints(
    query: ParsedQuery,
    buckets: Divided,
    period: During = "all",
    limit: Annotated[int, Query(ge=1, description=f"Rows, {MAX_ENDPOINTS} at most.", examples=[1000])] = 1_000,
) -> Json:
    """One row per (endpoint, method), most hits first, ties by endpoint, then method."""
    base = _asked(query, period)
    starts = buckets.starts(base)
    found = endpoints.endpoints(query.store, base, min(limit, MAX_ENDPOINTS), starts)
    return render.endpoints(found, starts, buckets.granularity, query.name(period))


def of_consumers(
    query: ParsedQuery,
    period: During = "all",
    limit: Annotated[int, Query(ge=1, description=f"Rows, {MAX_LABELS} at most.", examples=[20])] = 20,
) -> Json:
    """Users by the id that the server gave them, else by their hash; most hits first, ties by name."""
    found = endpoints.consumers(query.store, query.during(period), min(limit, MAX_LABELS))
    return render.consumers(found, query.name(period))


def _asked(query: TrackingQuery, period: str) -> ast.Query:
    """The base, cut to what there is where its period is everything: buckets are not made for years without rows."""
    base = query.during(period)
    return run.within_history(query.store, base) if period == "all" and not query.custom else base


def _compared(base: ast.Query, start: str | None, end: str | None) -> ast.Query | None:
    """UserError(`bad_parameter`) where a bound is missing or can't be read, or the end is not after the start."""
    if start is None and end is None:
        return None
    if start is None or end is None:
        raise UserError("bad_parameter", f"compare_{'from' if start is None else 'to'}: is missing")
    found = Period(bound("compare_from", start, 0), bound("compare_to", end, 0))
    if found.length <= 0:
        raise UserError("bad_parameter", f"compare_from: {start[:100]!r} is not before compare_to: {end[:100]!r}")
    return replace(base, period=found)
