"""Endpoints of the web surface: each one parses, asks and renders; what is asked for stands in `query.build`."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query

from footfall.api.web import examples, render, schema, toplists
from footfall.api.web.parse import Asked
from footfall.query import cursor, run

router = APIRouter(prefix="/api/web-events/{slug}", tags=["web analytics"])

MOST_ROWS = 1_000

RowLimit = Annotated[int, Query(ge=1, description=f"Rows, {MOST_ROWS} at most.", examples=[100])]
Cursor = Annotated[
    str | None, Query(alias="cursor", description="`next_cursor` of the page before; it brings the range along.")
]

Json = dict[str, Any]


@router.get(
    "/kpis", summary="Key figures", response_model=schema.Kpis, responses=examples.KPIS, operation_id="web_kpis"
)
def kpis(asked: Asked) -> Json:
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
def timeseries(asked: Asked) -> Json:
    """One item per bucket, ascending, zero-filled, each beside the same bucket of the previous period."""
    points = run.timeline(asked.store, asked.base, asked.window.bucket, asked.window.previous)
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
        period, after = cursor.decode(cursor_)
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


toplists.add_to(router)
