"""The documented schema of the events surface, and its bodies read by it."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any

import msgspec
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from footfall import ids
from footfall.collect.formats import events
from footfall.collect.formats.events import BATCH_EVENTS, BatchIn, Category, EventIn, Priority, RefusedEvent
from footfall.collect.limits import EVENT_NAME_CHARS, RefusedError
from footfall.collect.schemas.faults import SchemaError, Text, parsed, quoted, validated
from footfall.collect.surrogates import HALF_A_PAIR, find_half, replace_halves
from footfall.collect.unknown import Ignored
from footfall.model.period import parse_instant

_UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError, OverflowError)


def _known_id(text: str) -> str:
    if ids.parse(text) is None:
        raise PydanticCustomError("event_id_parsing", "Input should be a ULID or a UUID")
    return text


def _instant(value: Any) -> Any:
    """What other surfaces read as a time is one here; the rest is for Pydantic to read, or to explain."""
    if isinstance(value, str) and not value.isdigit():
        with suppress(ValueError, OverflowError):
            return parse_instant(value)
    return value


class EventModel(BaseModel):
    """One event. Also the schema in /openapi.json."""

    event_name: str = Field(min_length=1, max_length=EVENT_NAME_CHARS, description="What happened.")
    category: Category = "user_action"
    priority: Priority = "medium"
    properties: dict[str, Any] | None = Field(
        None, description="Any JSON object: at most 32 KiB, 64 keys, 5 levels, texts of 4 KiB, numbers of 64 bits."
    )
    timestamp: Annotated[datetime | None, BeforeValidator(_instant)] = Field(
        None, description="When it happened; the time of receipt where absent."
    )
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
        sent = parsed(body)
        half = _replace_halves(sent)
        event = validated(EventModel, sent)
        if half:
            raise refused(_half_a_pair(half), getattr(event, half)) from None
        return _event_in(event), events.event_reader.unknown(body)


def read_batch(body: bytes) -> tuple[BatchIn, Ignored]:
    """As `read_event`, for a batch. A text with half a surrogate pair refuses its own event only."""
    try:
        return events.decode_batch(body)
    except _UNREADABLE:
        sent = parsed(body)
        listed = sent.get("events") if isinstance(sent, dict) else None
        halves = [_replace_halves(event) for event in listed] if isinstance(listed, list) else []
        model = validated(BatchModel, sent)
        batch = BatchIn(list(map(_event_in, model.events, halves)), model.client_id)
        return batch, events.batch_reader.unknown(body)


def refused(error: RefusedError, value: Any) -> SchemaError:
    """A single event's refusal in the shape of a schema fault."""
    fault = {"type": error.code, "loc": ["body", error.field], "msg": error.message}
    return SchemaError([fault | quoted(value)])


def pageless(*place: str | int) -> SchemaError:
    """The refusal of a page view, at a place in the body, that does not name its page."""
    loc = ["body", *place, "page_url"]
    return SchemaError([{"type": "missing", "loc": loc, "msg": "a page_view needs its page", "input": None}])


def _event_in(model: EventModel, half: str = "") -> EventIn:
    fields = {name: getattr(model, name) for name in EventModel.model_fields}
    return RefusedEvent(**fields, reason=_half_a_pair(half)) if half else EventIn(**fields)


def _replace_halves(sent: Any) -> str:
    """The first field of an event that holds half a surrogate pair, `""` for none; all of them are made whole.

    Properties are left to `encode_properties`.
    """
    if not isinstance(sent, dict):
        return ""
    texts = ((name, sent.get(name)) for name in EventModel.model_fields)
    halves = [name for name, text in texts if isinstance(text, str) and find_half(text) is not None]
    for name in halves:
        sent[name] = replace_halves(sent[name])
    return next(iter(halves), "")


def _half_a_pair(field: str) -> RefusedError:
    return RefusedError("bad_text", field, f"{field}: {HALF_A_PAIR}")
