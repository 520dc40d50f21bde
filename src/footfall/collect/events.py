"""The events surface: `POST /api/v1/analytics` and `/batch` (docs/api/events.md).

A body is decoded by msgspec straight into structs. Only one that fails is read again by Pydantic (`explain`), for the
documented list of faults; where Pydantic accepts what msgspec did not, its word stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from footfall import ids
from footfall.collect.intake import Intake, Sender
from footfall.collect.limits import NAME_CHARS, RefusedError, check_time, encode_properties, parse_time
from footfall.collect.privacy import Place
from footfall.model.period import to_millis
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
    timestamp: datetime | int | float | None = None
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
    """The event of a body, its id well formed; `explain.SchemaError` says what is wrong otherwise."""
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


class Reception(msgspec.Struct, frozen=True, gc=False):
    """What holds for every event of one request."""

    sender: Sender
    intake: Intake
    place: Place
    client_id: str = ""

    @classmethod
    def of(cls, sender: Sender, intake: Intake, client_id: str = "") -> Reception:
        return cls(sender, intake, intake.place(sender, ""), check_name("client_id", client_id))


def raw_event(event: EventIn, reception: Reception, spare_id: int) -> RawEvent:
    """The event as it is spooled, under `spare_id` unless it brings its own; RefusedError where it is over a limit."""
    properties = encode_properties(event.properties)
    sender, intake, place = reception.sender, reception.intake, reception.place
    now = sender.received_at
    timestamp = now if event.timestamp is None else check_time(_millis(event.timestamp), now, intake.retention_days)
    session_id = check_name("session_id", event.session_id or "")
    visitor_id = reception.client_id or session_id
    user_agent = event.user_agent or ""
    own = None if event.event_id is None else ids.parse(event.event_id)
    high, low = ids.split(spare_id if own is None else own)
    # Positional, in the order of RawEvent's fields: keywords would double the cost of the busiest line there is.
    return RawEvent(
        timestamp,
        high,
        low,
        own is not None,
        "pageview" if event.category == "page_view" else "custom",
        event.event_name,
        event.category,
        event.priority,
        0 if visitor_id else intake.visitor(sender, timestamp, "", user_agent),
        visitor_id,
        session_id,
        event.page_url or "",
        "",
        "",
        "",
        event.referrer or "",
        user_agent,
        "",
        "",
        place.country,
        place.region,
        place.city,
        "",
        "",
        properties,
        place.latitude,
        place.longitude,
    )


def submit_batch(batch: BatchIn, sender: Sender, intake: Intake) -> tuple[list[Submission], list[Failure]]:
    """What a batch stores: events with an id of their own one by one, under it; the others together."""
    reception = Reception.of(sender, intake, batch.client_id or "")
    first = intake.ids.take(len(batch.events))
    plain: list[RawEvent] = []
    keyed: list[Submission] = []
    failures: list[Failure] = []
    for index, event in enumerate(batch.events):
        try:
            raw = raw_event(event, reception, first + index)
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
    """The event; ValueError where its id is none."""
    if event.event_id is not None and ids.parse(event.event_id) is None:
        raise ValueError(event.event_id)
    return event


def _millis(value: datetime | float) -> int:
    if isinstance(value, datetime):
        return to_millis(value if value.tzinfo else value.replace(tzinfo=UTC))
    return parse_time(value)
