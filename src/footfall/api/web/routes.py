"""Key figures, time series and raw events; each endpoint parses, queries and renders.

The surface's other endpoints are in `toplists`, `visitors`, `journeys` (flows, funnels, retention), `goals`,
`engagement` and `export`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query

from footfall.api.parameters import CHECKED, ParametersOfRequest
from footfall.api.web import (
    answers,
    engagement,
    examples,
    export,
    goals,
    journeys,
    live,
    panels,
    render,
    schema,
    toplists,
    visitors,
)
from footfall.api.web.comparing import BucketName, ParsedCompared
from footfall.api.web.parse import PREFIX, TAGS, Context, Cursor, Filter, Parsed
from footfall.model.period import Period
from footfall.query import build, cursor, listing, rankings, run

router = APIRouter(prefix=PREFIX, tags=TAGS, dependencies=CHECKED)

MAX_ROWS = 1_000
MAX_RECENT = 500
MAX_VALUES = 100

RowLimit = Annotated[int, Query(ge=1, description=f"Rows, {MAX_ROWS} at most.", examples=[100])]

WindowMs = Annotated[
    int, Query(alias="windowMs", ge=60_000, le=3_600_000, description="Milliseconds up to now.", examples=[300_000])
]
RecentLimit = Annotated[int, Query(ge=1, description=f"Rows, {MAX_RECENT} at most.", examples=[200])]
ValueLimit = Annotated[int, Query(ge=1, description=f"Values of each name, {MAX_VALUES} at most.", examples=[10])]

Json = dict[str, Any]


@router.get(
    "/kpis",
    summary="Key figures",
    response_model=schema.Kpis,
    response_model_exclude_unset=True,
    responses=examples.KPIS,
    operation_id="web_kpis",
)
def kpis(query: ParsedCompared, *, figures: toplists.Figures = False) -> Json:
    """Visitors, pageviews, sessions, bounce rate and average duration, of the range and of the previous period."""
    return answers.kpis(query, figures=figures)


@router.get(
    "/timeseries",
    summary="Figures over time",
    response_model=schema.Timeseries,
    response_model_exclude_unset=True,
    responses=examples.TIMESERIES,
    operation_id="web_timeseries",
)
def timeseries(query: ParsedCompared, bucket: BucketName = None, *, figures: toplists.Figures = False) -> Json:
    """One item per bucket, ascending, zero-filled, each beside the same bucket of the previous period."""
    return answers.timeseries(query, bucket, figures=figures)


@router.get(
    "",
    summary="Raw events",
    response_model=schema.Events,
    responses=examples.EVENTS,
    operation_id="web_events",
)
def events(query: Parsed, parameters: ParametersOfRequest, limit: RowLimit = 100, cursor_: Cursor = None) -> Json:
    """Newest first, equal times by id descending. Pages neither skip nor repeat while events keep coming."""
    after = None
    if cursor_ is not None:
        period, after = cursor.decode_rows(cursor_, query.base)
        query = query.going_on(period, parameters)
    page = run.page(query.store, query.base, render.ROW_DIMENSIONS, min(limit, MAX_ROWS), after)
    return render.events(query, page)


@router.get(
    "/count",
    summary="Count of the raw events",
    response_model=schema.Count,
    responses=examples.COUNT,
    operation_id="web_count",
)
def count(query: Parsed) -> Json:
    """The number of events that the listing of the same parameters has over all pages."""
    return {"count": run.count(query.store, query.base)}


@router.get(
    "/recent-events",
    summary="Latest events",
    response_model=schema.RecentEvents,
    responses=examples.RECENT_EVENTS,
    operation_id="web_recent_events",
)
def recent_events(context: Context, chosen: Filter, window: WindowMs = 300_000, limit: RecentLimit = 200) -> Json:
    """The events of the last minutes, newest first, and the number of visitors that caused them."""
    base = chosen.query(context.project, Period(context.now - window, context.now))
    page = run.page(context.store, base, render.BRIEF_DIMENSIONS, min(limit, MAX_RECENT))
    return render.recent_events(page, run.visitors(context.store, base), window)


@router.get(
    "/custom-events",
    summary="Custom events over time",
    response_model=schema.CustomEvents,
    response_model_exclude_unset=True,
    responses=examples.CUSTOM_EVENTS,
    operation_id="web_custom_events",
)
def custom_events(
    query: ParsedCompared, page: toplists.Page, bucket: BucketName = None, format_: toplists.Format = "json"
) -> Any:
    """Custom events by name, each with its count per bucket and that of the previous period. A file has no buckets."""
    if format_ == "csv":
        return toplists.file(query, build.CUSTOM_EVENTS, "name", replace(page, figures=False), compare=True)
    return answers.custom_events(query, page, bucket)


@router.get(
    "/traffic",
    summary="Classes of traffic over time",
    response_model=schema.Traffic,
    response_model_exclude_unset=True,
    responses=examples.TRAFFIC,
    operation_id="web_traffic",
)
def traffic(query: ParsedCompared, bucket: BucketName = None) -> Json:
    """Events of people, bots, AI crawlers, monitors and scanners, each with its count per bucket."""
    return answers.traffic(query, bucket)


@router.get(
    "/properties",
    summary="Custom properties",
    response_model=schema.Properties,
    response_model_exclude_unset=True,
    responses=examples.PROPERTIES,
    operation_id="web_properties",
)
def properties(query: Parsed, page: toplists.Part, values: ValueLimit = 10) -> Json:
    """Names of event properties by the number of events that have them, each with its most frequent values."""
    ranking = page.of(build.PROPERTIES)
    found = rankings.properties(query.store, query.base, page.most, min(values, MAX_VALUES), ranking)
    answer = render.properties(found)
    if page.totals:
        answer |= render.label_total(listing.label_count(query.store, query.base, ranking, len(found), page.most))
    return answer


toplists.add_to(router)
# Not `include_router`: code that lists this router's routes would not see them.
for part in (visitors, journeys, goals, engagement, export, panels, live):
    router.routes.extend(part.router.routes)
