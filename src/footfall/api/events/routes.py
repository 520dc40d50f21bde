"""Endpoints of the events surface.

The writing ones are answered by `FastPaths` before a route is looked for; what stands here says the same for
/openapi.json and does the same when it is reached.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from footfall.api.auth import Authenticator, Caller, named_project, require
from footfall.api.documented import PROJECT, refusals, writing_route
from footfall.api.events import examples, schema
from footfall.api.events.ingest import batch, single
from footfall.api.ingest.calls import Route
from footfall.api.services import Services
from footfall.collect.formats.events import BODY_BYTES
from footfall.collect.schemas.events import BatchModel, EventModel
from footfall.model.period import Bucket, iso_seconds
from footfall.model.project import Project, Scope
from footfall.query import run
from footfall.store.protocol import Reader

PREFIX = "/api/v1/analytics"

ROUTES = {PREFIX: Route(single, BODY_BYTES), f"{PREFIX}/batch": Route(batch, BODY_BYTES)}

router = APIRouter(tags=["event collection"])

writing_route(
    router,
    PREFIX,
    ROUTES[PREFIX],
    body=EventModel,
    status=200,
    response_model=schema.Accepted,
    summary="Store one event",
    description="Answered once the event is durable. A repeated `Idempotency-Key` within 24 hours stores nothing and "
    "gets the first answer.",
    examples=examples.SINGLE,
    idempotent=True,
    refusals=refusals(schema.Message, 400, 401, 403, 404, 413, 415, 503) | {422: {"model": schema.Faults}},
)
writing_route(
    router,
    f"{PREFIX}/batch",
    ROUTES[f"{PREFIX}/batch"],
    body=BatchModel,
    status=200,
    response_model=schema.BatchAccepted,
    summary="Store 1 to 100 events",
    description="One event that breaks the schema refuses the whole batch (422); one that is over a limit or out of "
    "time fails alone and is listed under `errors`.",
    examples=examples.BATCH,
    refusals=refusals(schema.Message, 400, 401, 403, 404, 413, 415, 503) | {422: {"model": schema.Faults}},
)


async def _project(request: Request, caller: Annotated[Caller, Depends(require(Scope.READ))]) -> Project:
    name = named_project(request.headers.raw, request.scope["query_string"])
    auth: Authenticator = request.app.state.services.auth
    return auth.project(caller.principal, name)


OfToken = Annotated[Project, Depends(_project)]


async def _reader(request: Request, project: OfToken) -> AsyncIterator[Reader]:
    async with request.app.state.services.questions.asked(request, project) as found:
        yield found


@router.get(
    f"{PREFIX}/stats",
    summary="Counts of the project's events, and the state of the buffer",
    response_model=schema.Stats,
    responses=refusals(schema.Message, 401, 403, 404)
    | {200: {"content": {"application/json": {"example": examples.STATS}}}},
    operation_id="events_stats",
    openapi_extra={"parameters": [*PROJECT]},
)
def stats(
    request: Request, project: OfToken, store: Annotated[Reader, Depends(_reader, scope="function")]
) -> dict[str, Any]:
    """Today and this hour go by event time, UTC. Only the token's project is counted; the buffer is everyone's."""
    services: Services = request.app.state.services
    day, hour = Bucket.DAY.floor(services.clock()), Bucket.HOUR.floor(services.clock())
    counts = run.event_counts(store, project.number)
    state = services.buffer()
    return {
        "total_events": sum(counts.values()),
        "events_by_category": counts,
        "events_today": run.events_since(store, project.number, day, Bucket.DAY.next(day)),
        "events_this_hour": run.events_since(store, project.number, hour, Bucket.HOUR.next(hour)),
        "buffer_status": {
            "buffer_size": state.waiting,
            "max_buffer_size": state.capacity,
            "flush_interval_seconds": services.settings.flush_interval,
            "last_flush": iso_seconds(services.last_flush()),
            "events_pending": state.waiting,
            "events_flushed_total": state.drained,
        },
    }


@router.get(
    f"{PREFIX}/health",
    summary="Whether events can be accepted now",
    response_model=schema.Health,
    responses={
        200: {"content": {"application/json": {"example": examples.HEALTH}}},
        503: {"model": schema.Health, "description": "No event can be accepted."},
    },
    operation_id="events_health",
)
async def health(request: Request, response: Response) -> dict[str, Any]:
    """Needs no token."""
    services: Services = request.app.state.services
    reason = services.refusal()
    if reason:
        response.status_code = 503
        response.headers["retry-after"] = "5"
    return {
        "status": "unavailable" if reason else "healthy",
        "accepting": not reason,
        "message": reason or "events can be accepted",
        "timestamp": iso_seconds(services.clock()),
    }
