"""Reading endpoints of the tracking surface: each one parses, queries and renders."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from footfall.api.parameters import CHECKED
from footfall.api.tracking import endpoints, examples, render, schema, toplists
from footfall.api.tracking.parse import Granularity, ParsedQuery, TrendPeriod
from footfall.api.tracking.surface import TRACKING
from footfall.api.tracking.toplists import During
from footfall.model.period import Bucket
from footfall.query import run

router = APIRouter(prefix=TRACKING.prefix, tags=["endpoint tracking"], dependencies=CHECKED)

MAX_VISITS = 1_000

Json = dict[str, Any]


@router.get(
    "/stats",
    summary="Hits by endpoint and method",
    response_model=schema.Stats,
    responses=examples.STATS,
    operation_id="tracking_stats",
)
def stats(
    query: ParsedQuery,
    period: During = "all",
    limit: Annotated[
        int, Query(ge=1, description=f"Rows, {endpoints.MAX_ENDPOINTS} at most.", examples=[1000])
    ] = 1_000,
) -> Json:
    """One row per (endpoint, method), most hits first, ties by endpoint, then method."""
    found = run.endpoints(query.store, query.during(period), min(limit, endpoints.MAX_ENDPOINTS))
    return render.stats(found.rows, query.name(period), found.total)


@router.get(
    "/summary",
    summary="Totals of a period",
    response_model=schema.Summary,
    responses=examples.SUMMARY,
    operation_id="tracking_summary",
)
def summary(query: ParsedQuery, period: During = "all") -> Json:
    """Hits, distinct endpoints and users, and the first and last visit."""
    return render.summary(run.endpoint_totals(query.store, query.during(period)), query.name(period))


@router.get(
    "/trends",
    summary="Hits over time",
    response_model=schema.Trends,
    responses=examples.TRENDS,
    operation_id="tracking_trends",
)
def trends(
    query: ParsedQuery,
    granularity: Annotated[Granularity, Query(description="Length of a bucket.", examples=["day"])] = "day",
    period: Annotated[TrendPeriod, Query(description="Rolling, ending now; or everything.", examples=["7d"])] = "7d",
) -> Json:
    """Buckets that have hits, newest first."""
    bucket, asked = Bucket(granularity), query.during(period)
    if period == "all" or query.custom:
        asked = run.within_history(query.store, asked)
    return render.trends(run.endpoint_trend(query.store, asked, bucket), bucket, query.name(period))


@router.get(
    "/visits",
    summary="Latest requests",
    response_model=schema.Visits,
    responses=examples.VISITS,
    operation_id="tracking_visits",
)
def visits(
    query: ParsedQuery,
    limit: Annotated[int, Query(ge=1, description=f"Rows, {MAX_VISITS} at most.", examples=[50])] = 50,
) -> Json:
    """Newest first, equal times by id descending."""
    page = run.page(query.store, query.base, render.VISIT_DIMENSIONS, min(limit, MAX_VISITS))
    return render.visits(page.rows)


toplists.add_to(router)
endpoints.add_to(router)
