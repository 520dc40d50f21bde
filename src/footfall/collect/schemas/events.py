"""The documented schema of the events surface, and its bodies read by it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from pydantic import AfterValidator, BaseModel, Field
from pydantic_core import PydanticCustomError

from footfall import ids
from footfall.collect.formats import events
from footfall.collect.formats.events import BATCH_EVENTS, BatchIn, Category, EventIn, Priority
from footfall.collect.limits import EVENT_NAME_CHARS, RefusedError
from footfall.collect.schemas.faults import SchemaError, Text, quoted, validated
from footfall.collect.unknown import Ignored

_UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError, OverflowError)


def _known_id(text: str) -> str:
    if ids.parse(text) is None:
        raise PydanticCustomError("event_id_parsing", "Input should be a ULID or a UUID")
    return text


class EventModel(BaseModel):
    """One event. Also the schema in /openapi.json."""

    event_name: str = Field(min_length=1, max_length=EVENT_NAME_CHARS, description="What happened.")
    category: Category = "user_action"
    priority: Priority = "medium"
    properties: dict[str, Any] | None = Field(
        None, description="Any JSON object: at most 32 KiB, 64 keys, 5 levels, texts of 4 KiB, numbers of 64 bits."
    )
    timestamp: datetime | None = Field(None, description="When it happened; the time of receipt where absent.")
    session_id: Text | None = None
    page_url: Text | None = None
    referrer: Text | None = None
    user_agent: Text | None = None
    event_id: Annotated[str, AfterValidator(_known_id)] | None = Field(
        None, description="ULID or UUID of the sender's, in a batch: the same id within 24 hours is stored once."
    )


class BatchModel(BaseModel):
    """1 to 100 events. Also the schema in /openapi.json."""

    events: list[EventModel] = Field(min_length=1, max_length=BATCH_EVENTS)
    client_id: Text | None = Field(None, description="The visitor of all these events.")


def read_event(body: bytes) -> tuple[EventIn, Ignored]:
    """The event of a body, and the names that are unknown; SchemaError lists what is wrong with it."""
    try:
        return events.decode_event(body)
    except _UNREADABLE:
        return _event_in(validated(EventModel, body)), events.event_reader.unknown(body)


def read_batch(body: bytes) -> tuple[BatchIn, Ignored]:
    """As `read_event`, for a batch."""
    try:
        return events.decode_batch(body)
    except _UNREADABLE:
        model = validated(BatchModel, body)
        batch = BatchIn([_event_in(event) for event in model.events], model.client_id)
        return batch, events.batch_reader.unknown(body)


def refused(error: RefusedError, value: Any) -> SchemaError:
    """A single event's refusal in the shape of a schema fault."""
    fault = {"type": error.code, "loc": ["body", error.field], "msg": error.message}
    return SchemaError([fault | quoted(value)])


def pageless(*place: str | int) -> SchemaError:
    """The refusal of a page view, at a place in the body, that does not name its page."""
    loc = ["body", *place, "page_url"]
    return SchemaError([{"type": "missing", "loc": loc, "msg": "a page_view needs its page", "input": None}])


def _event_in(model: EventModel) -> EventIn:
    return EventIn(**{name: getattr(model, name) for name in EventModel.model_fields})
