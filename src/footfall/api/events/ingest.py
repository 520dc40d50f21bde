"""`POST /api/v1/analytics` and `/batch`: answered once the events are durable."""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec

from footfall import ids
from footfall.api.ignored import count, told
from footfall.api.ingest.calls import Call, idempotency_key, reply
from footfall.api.problem import Reply
from footfall.api.state import Collecting
from footfall.collect.formats import events
from footfall.collect.intake import Intake, Sender
from footfall.collect.limits import RefusedError
from footfall.collect.schemas import events as schema
from footfall.collect.schemas.faults import unknown_fields
from footfall.collect.unknown import Ignored, Unknown
from footfall.model.period import iso_seconds
from footfall.model.raw import EventRows, RawEvent
from footfall.spool.protocol import Submission

SURFACE = "events"

_PAGELESS = "page_url: a page_view without it counts for no page"

_encode = msgspec.json.Encoder().encode


async def single(collecting: Collecting, call: Call, sender: Sender) -> Reply:
    """One event. A repeated `Idempotency-Key` gets the first answer, word for word."""
    event, ignored = schema.read_event(call.body)
    if event.event_id is not None:  # ids belong to batches; a single event is identified by the header
        ignored = (*ignored, Unknown(("event_id",), ()))
        event.event_id = None
    if ignored and call.strict:
        raise unknown_fields(ignored, call.body)
    key = idempotency_key(call, sender, "header")
    try:
        raw = await collecting.intake.run(partial(_raw, event, sender, collecting.intake))
    except RefusedError as error:
        raise schema.refused(error, getattr(event, error.field, None)) from error
    pageless = raw.event_type == "pageview" and not raw.url
    if pageless and call.strict:
        raise schema.pageless()
    content = {
        "success": True,
        "event_id": ids.render(ids.join(raw.id_hi, raw.id_lo)),
        "message": "Event accepted",
        "timestamp": iso_seconds(sender.received_at),
    }
    answer = _encode(content | _told(ignored, pageless=pageless) if ignored or pageless else content)
    record = EventRows(sender.project_id, sender.received_at, [raw])
    (first,) = await collecting.committer.submit([Submission(record, key, answer)])
    collecting.metrics.accepted(SURFACE, 1)
    if ignored:
        count(collecting, sender.project_id, ignored)
    return 200, [(b"content-type", b"application/json")], first


async def batch(collecting: Collecting, call: Call, sender: Sender) -> Reply:
    """1 to 100 events; those that are refused one by one are listed under `errors`."""
    body, ignored = schema.read_batch(call.body)
    pageless = [
        place for place, event in enumerate(body.events) if event.category == "page_view" and not event.page_url
    ]
    if ignored and call.strict:
        raise unknown_fields(ignored, call.body)
    if pageless and call.strict:
        raise schema.pageless("events", pageless[0])
    try:
        submissions, rejected = await collecting.intake.run(
            partial(events.submit_batch, body, sender, collecting.intake)
        )
    except RefusedError as error:
        raise schema.refused(error, body.client_id) from error
    if submissions:
        await collecting.committer.submit(submissions)
    queued = len(body.events) - len(rejected)
    collecting.metrics.accepted(SURFACE, queued)
    count(collecting, sender.project_id, ignored)
    for event in rejected:
        collecting.metrics.refused(SURFACE, event.code)
    content = {
        "success": queued > 0,
        "events_received": len(body.events),
        "events_queued": queued,
        "events_failed": len(rejected),
        "message": f"{queued} of {len(body.events)} events accepted",
        "timestamp": iso_seconds(sender.received_at),
    }
    return reply(200, content | ({"errors": rejected} if rejected else {}) | _told(ignored, pageless=bool(pageless)))


def _told(ignored: Ignored, *, pageless: bool) -> dict[str, Any]:
    return told(ignored, *([_PAGELESS] if pageless else []))


def _raw(event: events.EventIn, sender: Sender, intake: Intake) -> RawEvent:
    return events.raw_event(event, events.Reception.of(sender, intake), intake.ids.take())
