"""Reading endpoints of the events surface."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from footfall.api.documented import refusals
from footfall.api.events import examples, schema
from footfall.api.events.surface import EVENTS
from footfall.api.of_token import OfToken, ReaderOfToken
from footfall.api.parameters import CHECKED
from footfall.api.state import querying
from footfall.model.period import Bucket, iso_seconds
from footfall.query import run

router = APIRouter(prefix=EVENTS.prefix, tags=["event collection"], dependencies=CHECKED)


@router.get(
    "/stats",
    summary="Counts of the project's events, and the state of the buffer",
    response_model=schema.Stats,
    responses=refusals(EVENTS.errors, 401, 403, 404)
    | {200: {"content": {"application/json": {"example": examples.STATS}}}},
    operation_id="events_stats",
)
def stats(request: Request, project: OfToken, store: ReaderOfToken) -> dict[str, Any]:
    """Today and this hour go by event time, UTC. Only the token's project is counted; the buffer is everyone's."""
    part = querying(request)
    day, hour = Bucket.DAY.floor(part.clock()), Bucket.HOUR.floor(part.clock())
    counts = run.event_counts(store, project.number)
    state = part.buffer()
    return {
        "total_events": sum(counts.values()),
        "events_by_category": counts,
        "events_today": run.events_since(store, project.number, day, Bucket.DAY.next(day)),
        "events_this_hour": run.events_since(store, project.number, hour, Bucket.HOUR.next(hour)),
        "buffer_status": {
            "buffer_size": state.waiting,
            "max_buffer_size": state.capacity,
            "flush_interval_seconds": part.settings.flush_interval,
            "last_flush": iso_seconds(part.last_flush()),
            "events_pending": state.waiting,
            "events_flushed_total": state.drained,
        },
    }
