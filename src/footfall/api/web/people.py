"""Endpoints about single visitors."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query

from footfall.api.web import examples, render, schema, toplists
from footfall.api.web.parse import PREFIX, TAGS, Asked, AskedOfVisitor, Cursor, VisitorId
from footfall.errors import UserError
from footfall.query import cursor, people

router = APIRouter(prefix=PREFIX, tags=TAGS)

MOST_SESSIONS = 100

SessionLimit = Annotated[int, Query(ge=1, description=f"Sessions, {MOST_SESSIONS} at most.", examples=[20])]

Json = dict[str, Any]


@router.get(
    "/top-locations",
    summary="Visitors and where they are",
    response_model=schema.Locations,
    response_model_exclude_unset=True,
    responses=examples.TOP_LOCATIONS,
    operation_id="web_top_locations",
)
def top_locations(asked: Asked, limit: toplists.Limit = 20, compare: toplists.Compare = False) -> Json:
    """One item per visitor, last seen first, with what the latest event tells."""
    before = asked.before if compare else None
    found = people.locations(asked.store, asked.base, min(limit, toplists.MOST), before)
    return render.locations(found, compare=compare)


@router.get(
    "/visitor/{visitor_id}",
    summary="One visitor",
    response_model=schema.Visitor,
    responses=examples.VISITOR,
    operation_id="web_visitor",
)
def visitor(asked: AskedOfVisitor, visitor_id: VisitorId) -> Json:
    """First and last seen, what was seen, and with what; over the whole history without a range."""
    found = people.profile(asked.store, asked.base)
    if found is None:
        raise UserError("not_found", f"visitor_id: {visitor_id!r} has no event")
    return render.visitor(visitor_id, found)


@router.get(
    "/visitor/{visitor_id}/sessions",  # noqa: FAST003 - the dependency takes it
    summary="One visitor's sessions",
    response_model=schema.Sessions,
    responses=examples.SESSIONS,
    operation_id="web_visitor_sessions",
)
def sessions(asked: AskedOfVisitor, limit: SessionLimit = 20, cursor_: Cursor = None) -> Json:
    """Newest first, each with its events, oldest first; over the whole history without a range."""
    after = until = None
    if cursor_ is not None:
        period, after, until = cursor.visits(cursor_)
        asked = replace(asked, base=replace(asked.base, period=period))
    page = people.visits(asked.store, asked.base, min(limit, MOST_SESSIONS), after, until)
    return render.sessions(asked, page)
