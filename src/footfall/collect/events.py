"""The events surface: `POST /api/v1/analytics` and `/batch` (docs/api/events.md).

A body is decoded by msgspec straight into structs. Only one that fails is read again by Pydantic (`explain`), for the
documented list of faults; where Pydantic accepts what msgspec did not, its word stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from footfall import ids
from footfall.collect.intake import Intake, Sender
from footfall.collect.limits import NAME_CHARS, RefusedError, check_time, encode_properties, parse_time
from footfall.model.raw import EventRows, RawEvent
from footfall.spool.protocol import Key, Submission

BODY_BYTES = 1 << 20
BATCH_EVENTS = 100

Category = Literal["page_view", "user_action", "trading", "auth", "error", "performance", "feature", "system"]
Priority = Literal["low", "medium", "high", "critical"]


class EventIn(msgspec.Struct, gc=False):
    """One event as sent."""

    event_name: Annotated[str, Meta(min_length=1, max_length=100)]
    category: Category = "user_action"
    priority: Priority = "medium"
    properties: dict[str, Any] | None = None
    timestamp: str | int | float | None = None
    session_id: str | None = None
    page_url: str | None = None
    referrer: str | None = None
    user_agent: str | None = None
    event_id: str | None = None


class BatchIn(msgspec.Struct):
    """A batch as sent."""

    events: Annotated[list[EventIn], Meta(min_length=1, max_length=BATCH_EVENTS)]
    client_id: str | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """An event of a batch that the schema lets through and the server refuses."""

    index: int
    code: str
    message: str


_event = msgspec.json.Decoder(EventIn).decode
_batch = msgspec.json.Decoder(BatchIn).decode


def read_event(body: bytes) -> EventIn:
    """The event of a body, its timestamp and id well formed; `explain.SchemaError` says what is wrong otherwise."""
    try:
        return _checked(_event(body))
    except (msgspec.MsgspecError, ValueError, RecursionError, OverflowError):
        from footfall.collect import explain  # noqa: PLC0415 - Pydantic is for failures only

        return explain.event(body)


def read_batch(body: bytes) -> BatchIn:
    """As `read_event`, for a batch."""
    try:
        batch = _batch(body)
        for event in batch.events:
            _checked(event)
    except (msgspec.MsgspecError, ValueError, RecursionError, OverflowError):
        from footfall.collect import explain  # noqa: PLC0415 - Pydantic is for failures only

        return explain.batch(body)
    return batch


def raw_event(event: EventIn, client_id: str, sender: Sender, intake: Intake) -> RawEvent:
    """The event as it is spooled; RefusedError where it is over a limit or out of time."""
    properties = encode_properties(event.properties)
    now = sender.received_at
    timestamp = now if event.timestamp is None else int(event.timestamp)
    check_time(timestamp, now, intake.retention_days)
    session_id = check_name("session_id", event.session_id or "")
    visitor_id = client_id or session_id
    user_agent = event.user_agent or ""
    own = None if event.event_id is None else ids.parse(event.event_id)
    high, low = ids.split(intake.ids.take() if own is None else own)
    place = intake.place(sender, "")
    pageview = event.category == "page_view"
    return RawEvent(
        timestamp=timestamp,
        id_hi=high,
        id_lo=low,
        own_id=own is not None,
        event_type="pageview" if pageview else "custom",
        name=event.event_name,
        category=event.category,
        priority=event.priority,
        visitor=0 if visitor_id else intake.visitor(sender, timestamp, "", user_agent),
        visitor_id=visitor_id,
        session_id=session_id,
        url=event.page_url or "",
        referrer=event.referrer or "",
        user_agent=user_agent,
        country=place.country,
        region=place.region,
        city=place.city,
        properties=properties,
    )


def submit_batch(batch: BatchIn, sender: Sender, intake: Intake) -> tuple[list[Submission], list[Failure]]:
    """What a batch stores: events with an id of their own one by one, under it; the others together."""
    client_id = check_name("client_id", batch.client_id or "")
    plain: list[RawEvent] = []
    keyed: list[Submission] = []
    failures: list[Failure] = []
    for index, event in enumerate(batch.events):
        try:
            raw = raw_event(event, client_id, sender, intake)
        except RefusedError as refusal:
            failures.append(Failure(index, refusal.code, refusal.message))
            continue
        if raw.own_id:
            key = Key(sender.project_id, event_key(raw))
            keyed.append(Submission(EventRows(sender.project_id, sender.received_at, [raw]), key))
        else:
            plain.append(raw)
    together = [Submission(EventRows(sender.project_id, sender.received_at, plain))] if plain else []
    return together + keyed, failures


def event_key(raw: RawEvent) -> str:
    """The idempotency key of an event that brought its id."""
    return f"event:{ids.join(raw.id_hi, raw.id_lo):032x}"


def check_name(field: str, name: str) -> str:
    if len(name) > NAME_CHARS:
        raise RefusedError(f"{field}_too_long", field, f"{field}: {len(name)} characters are more than {NAME_CHARS}")
    return name


def _checked(event: EventIn) -> EventIn:
    """Timestamp and id in their final form; ValueError where they have none."""
    if event.timestamp is not None:
        event.timestamp = parse_time(event.timestamp)
    if event.event_id is not None and ids.parse(event.event_id) is None:
        raise ValueError(event.event_id)
    return event
