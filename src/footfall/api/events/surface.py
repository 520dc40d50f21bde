"""The events surface (docs/api/events.md): its writing endpoints, and whether events can be accepted.

`FastPaths` answers the writing ones before a route is looked for; the router describes them in /openapi.json, and
answers them alike where it is reached.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request, Response

from footfall.api import body_schema
from footfall.api.documented import refusals, writing_route
from footfall.api.events import examples, schema
from footfall.api.events.ingest import batch, single
from footfall.api.ingest.calls import Route
from footfall.api.parameters import parameters
from footfall.api.problem import DETAILED, Faults
from footfall.api.state import collecting, stale_since
from footfall.api.surface import Surface
from footfall.collect.formats.events import BODY_BYTES
from footfall.collect.schemas.events import BatchModel, EventModel
from footfall.model.period import iso_seconds

_PREFIX = "/api/v1/analytics"

router = APIRouter(tags=["event collection"])

EVENTS = Surface(
    "events",
    _PREFIX,
    DETAILED,
    writing=(
        Route(_PREFIX, single, BODY_BYTES, DETAILED, idempotent=True),
        Route(f"{_PREFIX}/batch", batch, BODY_BYTES, DETAILED),
    ),
    router=router,
)

_SINGLE, _BATCH = EVENTS.writing
_REFUSALS = refusals(DETAILED, 400, 401, 403, 404, 413, 415, 503) | {422: {"model": Faults}}

writing_route(
    router,
    _SINGLE,
    operation_id="events_store",
    body=body_schema.of_model(EventModel),
    status=200,
    response_model=schema.Accepted,
    summary="Store one event",
    description="Answered once the event is durable. A repeated `Idempotency-Key` within 24 hours stores nothing and "
    "gets the first answer.",
    examples=examples.SINGLE,
    refusals=_REFUSALS,
)
writing_route(
    router,
    _BATCH,
    operation_id="events_store_batch",
    body=body_schema.of_model(BatchModel),
    status=200,
    response_model=schema.BatchAccepted,
    summary="Store 1 to 100 events",
    description="One event that breaks the schema refuses the whole batch (422); one that is over a limit or out of "
    "time fails alone and is listed under `errors`.",
    examples=examples.BATCH,
    refusals=_REFUSALS,
)


@router.get(
    f"{_PREFIX}/health",
    summary="Whether events can be accepted now",
    response_model=schema.Health,
    responses={
        200: {"content": {"application/json": {"example": examples.HEALTH}}},
        503: {"model": schema.Health, "description": "No event can be accepted."},
    },
    operation_id="events_health",
    dependencies=[Depends(parameters)],
    openapi_extra={"security": []},
)
async def health(request: Request, response: Response) -> dict[str, Any]:
    """Needs no token."""
    part = collecting(request)
    reason = part.refusal()
    if reason:
        response.status_code = 503
        response.headers["retry-after"] = "5"
    stale = part.stale()
    delayed = f"events can be accepted, but {stale_since(stale)}" if stale else ""
    return {
        "status": "unavailable" if reason else "delayed" if delayed else "healthy",
        "accepting": not reason,
        "message": reason or delayed or "events can be accepted",
        "timestamp": iso_seconds(part.clock()),
    }
