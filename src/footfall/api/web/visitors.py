"""Endpoints about single visitors."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from footfall.api.parameters import CHECKED, ParametersOfRequest
from footfall.api.web import examples, render, schema, toplists
from footfall.api.web.comparing import ParsedCompared
from footfall.api.web.parse import PREFIX, TAGS, Cursor, ParsedOfVisitor, VisitorId
from footfall.errors import UserError
from footfall.query import cursor, visitors

router = APIRouter(prefix=PREFIX, tags=TAGS, dependencies=CHECKED)

MAX_SESSIONS = 100

SessionLimit = Annotated[int, Query(ge=1, description=f"Sessions, {MAX_SESSIONS} at most.", examples=[20])]

Json = dict[str, Any]


@router.get(
    "/top-locations",
    summary="Visitors and their locations",
    response_model=schema.Locations,
    response_model_exclude_unset=True,
    responses=examples.TOP_LOCATIONS,
    operation_id="web_top_locations",
)
def top_locations(query: ParsedCompared, limit: toplists.Limit = 20, compare: toplists.Compare = False) -> Json:
    """One item per visitor, last seen first, with the details of the latest event."""
    previous = query.previous if compare else None
    found = visitors.locations(query.store, query.base, min(limit, toplists.MAX_LABELS), previous)
    return render.locations(found, compare=compare)


@router.get(
    "/visitor/{visitor_id}",
    summary="One visitor",
    response_model=schema.Visitor,
    responses=examples.VISITOR,
    operation_id="web_visitor",
)
def visitor(query: ParsedOfVisitor, visitor_id: VisitorId) -> Json:
    """First and last seen, counts, pages and device; over the whole history unless a range is given."""
    found = visitors.profile(query.store, query.base)
    if found is None:
        raise UserError("not_found", f"visitor_id: {visitor_id!r} has no events")
    return render.visitor(visitor_id, found)


@router.get(
    "/visitor/{visitor_id}/sessions",  # noqa: FAST003 - the dependency takes it
    summary="One visitor's sessions",
    response_model=schema.Sessions,
    responses=examples.SESSIONS,
    operation_id="web_visitor_sessions",
)
def sessions(
    query: ParsedOfVisitor, parameters: ParametersOfRequest, limit: SessionLimit = 20, cursor_: Cursor = None
) -> Json:
    """Newest first, each with its events, oldest first; over the whole history unless a range is given."""
    after = until = None
    if cursor_ is not None:
        period, after, until = cursor.decode_sessions(cursor_, query.base)
        query = query.going_on(period, parameters)
    page = visitors.sessions(query.store, query.base, min(limit, MAX_SESSIONS), after, until)
    return render.sessions(query, page)
