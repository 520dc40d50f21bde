"""Endpoints about engagement with pages, and about what was dropped."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from footfall.api.parameters import CHECKED
from footfall.api.state import querying
from footfall.api.web import examples, render, schema, toplists
from footfall.api.web.parse import PREFIX, TAGS, Parsed
from footfall.meta import Drops
from footfall.model.drops import NameKind
from footfall.query import build, engagement, listing

router = APIRouter(prefix=PREFIX, tags=TAGS, dependencies=CHECKED)

Json = dict[str, Any]


def drops_of(request: Request) -> Drops:
    return querying(request).drops


@router.get(
    "/engagement",
    summary="Engagement with pages",
    response_model=schema.Engagement,
    response_model_exclude_unset=True,
    responses=examples.ENGAGEMENT,
    operation_id="web_engagement",
)
def pages(query: Parsed, page: toplists.Part) -> Json:
    """Pages by pageviews, with time in focus per pageview, scroll depth and the third quartile of web vitals."""
    ranking = page.of(build.TOP_PAGES)
    found = engagement.pages(query.store, query.base, page.most, ranking)
    answer = render.engagement(found)
    if page.totals:
        answer |= render.label_total(listing.label_count(query.store, query.base, ranking, len(found), page.most))
    return answer


@router.get(
    "/dropped",
    summary="What was dropped",
    response_model=schema.Dropped,
    responses=examples.DROPPED,
    operation_id="web_dropped",
)
def dropped(query: Parsed, drops: Annotated[Drops, Depends(drops_of)]) -> Json:
    """Reports that were not stored, by reason, of the UTC days that the range touches; events of programs, by class.

    Also the hosts that were refused and the unknown fields of bodies, the first 100 of each by name.
    """
    project, period = query.base.project, query.base.period
    reasons = drops.by_reason(project, period.start, period.end)
    hosts, fields = (drops.by_name(project, kind, period.start, period.end) for kind in (NameKind.HOST, NameKind.FIELD))
    return render.dropped(reasons, engagement.programs(query.store, query.base), hosts, fields)
