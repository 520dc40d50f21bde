"""Figures, time series and raw events; each endpoint parses, asks and renders. What is asked stands in `query.build`.

The surface's other endpoints: `toplists`, `people` (single visitors), `journeys` (their ways), `export`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query

from footfall.api.web import engagement, examples, export, journeys, people, render, schema, toplists
from footfall.api.web.parse import PREFIX, TAGS, Asked, AskedInZone, Asking, Cursor, Whatever
from footfall.model.period import Period
from footfall.query import cursor, run

router = APIRouter(prefix=PREFIX, tags=TAGS)

MOST_ROWS = 1_000
MOST_RECENT = 500
MOST_VALUES = 100

RowLimit = Annotated[int, Query(ge=1, description=f"Rows, {MOST_ROWS} at most.", examples=[100])]

WindowMs = Annotated[
    int, Query(alias="windowMs", ge=60_000, le=3_600_000, description="Milliseconds up to now.", examples=[300_000])
]
RecentLimit = Annotated[int, Query(ge=1, description=f"Rows, {MOST_RECENT} at most.", examples=[200])]
ValueLimit = Annotated[int, Query(ge=1, description=f"Values of each name, {MOST_VALUES} at most.", examples=[10])]

Json = dict[str, Any]


@router.get(
    "/kpis", summary="Key figures", response_model=schema.Kpis, responses=examples.KPIS, operation_id="web_kpis"
)
def kpis(asked: AskedInZone) -> Json:
    """Visitors, pageviews, sessions, bounce rate and average duration, of the range and of the one before."""
    before = asked.before
    return render.kpis(asked, run.kpis(asked.store, asked.base), run.kpis(asked.store, before) if before else None)


@router.get(
    "/timeseries",
    summary="Figures over time",
    response_model=schema.Timeseries,
    responses=examples.TIMESERIES,
    operation_id="web_timeseries",
)
def timeseries(asked: AskedInZone) -> Json:
    """One item per bucket, ascending, zero-filled, each beside the same bucket of the previous period."""
    points = run.timeline(asked.store, asked.base, asked.window)
    return render.timeseries(asked, points)


@router.get(
    "",
    summary="Raw events",
    response_model=schema.Events,
    responses=examples.EVENTS,
    operation_id="web_events",
)
def events(asked: Asked, limit: RowLimit = 100, cursor_: Cursor = None) -> Json:
    """Newest first, equal times by id descending. Pages neither skip nor repeat while events keep coming."""
    after = None
    if cursor_ is not None:
        period, after = cursor.rows(cursor_)
        asked = replace(asked, base=replace(asked.base, period=period))
    page = run.page(asked.store, asked.base, render.ROW_DIMENSIONS, min(limit, MOST_ROWS), after)
    return render.events(asked, page)


@router.get(
    "/count",
    summary="Count of the raw events",
    response_model=schema.Count,
    responses=examples.COUNT,
    operation_id="web_count",
)
def count(asked: Asked) -> Json:
    """How many events the listing of the same parameters has over all pages."""
    return {"count": run.count(asked.store, asked.base)}


@router.get(
    "/recent-events",
    summary="Latest events",
    response_model=schema.RecentEvents,
    responses=examples.RECENT_EVENTS,
    operation_id="web_recent_events",
)
def recent_events(asking: Asking, what: Whatever, window: WindowMs = 300_000, limit: RecentLimit = 200) -> Json:
    """What came in the last minutes, newest first, and how many visitors that was."""
    base = what.query(asking.project, Period(asking.now - window, asking.now))
    page = run.page(asking.store, base, render.BRIEF_DIMENSIONS, min(limit, MOST_RECENT))
    return render.recent_events(page, run.visitors(asking.store, base), window)


@router.get(
    "/custom-events",
    summary="Custom events over time",
    response_model=schema.CustomEvents,
    responses=examples.CUSTOM_EVENTS,
    operation_id="web_custom_events",
)
def custom_events(asked: AskedInZone, limit: toplists.Limit = 20) -> Json:
    """Custom events by name, each with its count per bucket and that of the previous period."""
    found = run.custom_events(asked.store, asked.base, asked.window, min(limit, toplists.MOST))
    return render.custom_events(asked, found)


@router.get(
    "/properties",
    summary="Custom properties",
    response_model=schema.Properties,
    responses=examples.PROPERTIES,
    operation_id="web_properties",
)
def properties(asked: Asked, limit: toplists.Limit = 20, values: ValueLimit = 10) -> Json:
    """Names of the events' properties by how many events have them, each with its most frequent values."""
    found = run.properties(asked.store, asked.base, min(limit, toplists.MOST), min(values, MOST_VALUES))
    return render.properties(found)


toplists.add_to(router)
# Not `include_router`, which would hide them from whoever lists this router's routes.
for part in (people, journeys, engagement, export):
    router.routes.extend(part.router.routes)
