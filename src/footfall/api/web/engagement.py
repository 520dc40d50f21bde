"""How pages are read, and what was left out: endpoints beside the events."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from footfall.api.state import querying
from footfall.api.web import examples, render, schema, toplists
from footfall.api.web.parse import PREFIX, TAGS, Asked
from footfall.meta import Drops
from footfall.query import engagement, run

router = APIRouter(prefix=PREFIX, tags=TAGS)

Json = dict[str, Any]


def drops_of(request: Request) -> Drops:
    return querying(request).drops


@router.get(
    "/engagement",
    summary="How pages are read",
    response_model=schema.Engagement,
    responses=examples.ENGAGEMENT,
    operation_id="web_engagement",
)
def pages(asked: Asked, limit: toplists.Limit = 20) -> Json:
    """Pages by views, with time in focus per view, scroll depth and the third quartile of web vitals."""
    found = engagement.pages(asked.store, asked.base, min(limit, toplists.MOST))
    return render.engagement(found)


@router.get(
    "/dropped",
    summary="What was left out",
    response_model=schema.Dropped,
    responses=examples.DROPPED,
    operation_id="web_dropped",
)
def dropped(asked: Asked, drops: Annotated[Drops, Depends(drops_of)]) -> Json:
    """Reports that were not stored, by reason, of all UTC days that the range touches; and programs, by class."""
    period = asked.base.period
    return render.dropped(
        drops.by_reason(asked.base.project, period.start, period.end), run.programs(asked.store, asked.base)
    )
