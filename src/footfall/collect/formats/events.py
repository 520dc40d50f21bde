"""The events surface: `POST /api/v1/analytics` and `/batch` (docs/api/events.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from msgspec.structs import astuple

from footfall import ids
from footfall.collect.fields import instant_millis, parse_time, submissions
from footfall.collect.intake import Intake, Sender
from footfall.collect.labels import Label
from footfall.collect.limits import (
    EVENT_NAME_CHARS,
    NAME_CHARS,
    RefusedError,
    check_name,
    check_time,
    encode_properties,
)
from footfall.collect.privacy import Place
from footfall.collect.schemes import check_page_url
from footfall.collect.unknown import Ignored, Reader
from footfall.model.raw import EventColumns, EventFields, EventType, RawEvent, one_or_all
from footfall.model.retention import newest_accepted
from footfall.spool.body import COLUMNS_FROM
from footfall.spool.protocol import Submission

BODY_BYTES = 1 << 20
BATCH_EVENTS = 100

Category = Literal["page_view", "user_action", "trading", "auth", "error", "performance", "feature", "system"]
Priority = Literal["low", "medium", "high", "critical"]


class EventIn(msgspec.Struct, gc=False):
    """One event as sent."""

    event_name: Annotated[str, Meta(min_length=1, max_length=EVENT_NAME_CHARS)]
    category: Category = "user_action"
    priority: Priority = "medium"
    properties: dict[str, Any] | None = None
    timestamp: datetime | int | float | None = None
    session_id: str | None = None
    page_url: str | None = None
    referrer: str | None = None
    user_agent: str | None = None
    event_id: str | None = None


class RefusedEvent(EventIn, kw_only=True, gc=True):
    """An event that fits the schema and can't be kept, and why."""

    reason: RefusedError


class BatchIn(msgspec.Struct):
    """A batch as sent."""

    events: Annotated[list[EventIn], Meta(min_length=1, max_length=BATCH_EVENTS)]
    client_id: str | None = None


@dataclass(frozen=True, slots=True)
class RejectedEvent:
    """An event of a batch that fits the schema and is over a limit."""

    index: int
    code: str
    message: str


event_reader = Reader(EventIn)
batch_reader = Reader(BatchIn)
_event = event_reader.closed
_TYPES: Mapping[str, EventType] = {"page_view": "pageview"}
"""Of events by their category; of all others, `custom`."""


def decode_event(body: bytes) -> tuple[EventIn, Ignored]:
    """The event of a body, its id well formed, and the names that are unknown.

    msgspec.MsgspecError, ValueError, RecursionError or OverflowError.
    """
    ignored: Ignored = ()
    try:
        event = _event(body)
    except msgspec.ValidationError:
        event, ignored = event_reader.open(body)
    return (event if event.event_id is None else _checked(event)), ignored


def decode_batch(body: bytes) -> tuple[BatchIn, Ignored]:
    """As `decode_event`, for a batch."""
    batch, ignored = batch_reader.read(body)
    for event in batch.events:
        _checked(event)
    return batch, ignored


class Reception(msgspec.Struct, frozen=True, gc=False):
    """What holds for every event of one request."""

    sender: Sender
    intake: Intake
    place: Place
    oldest: int  # the first instant that is accepted
    newest: int  # the last one
    names: AbstractSet[str]  # of events, to be stored as they are
    keys: AbstractSet[str]  # of properties, to be stored as they are
    client_id: str = ""

    @classmethod
    def of(cls, sender: Sender, intake: Intake, client_id: str = "") -> Reception:
        visitor = check_name("client_id", client_id) if client_id else ""
        now = sender.received_at
        known = intake.labels.known(sender.project_id, now)
        return cls(
            sender,
            intake,
            intake.locator.place(sender.address),
            intake.oldest(sender),
            newest_accepted(now),
            known[Label.EVENT],
            known[Label.PROPERTY],
            visitor,
        )


def raw_event(event: EventIn, reception: Reception, spare_id: int) -> RawEvent:
    """The event as it is spooled, under `spare_id` unless it brings its own; RefusedError where it is over a limit.

    Most events have nothing to check further: a call for each that finds nothing would take a third of the time.
    """
    sender, intake, place = reception.sender, reception.intake, reception.place
    now, project, name = sender.received_at, sender.project_id, event.event_name
    properties = b""
    if event.properties:
        properties = encode_properties(intake.labels.properties(project, now, event.properties))
    timestamp = now if event.timestamp is None else _millis(event.timestamp)
    if not reception.oldest <= timestamp <= reception.newest:
        check_time(timestamp, now, reception.oldest)
    session_id = check_name("session_id", event.session_id) if event.session_id else ""
    visitor_id = reception.client_id or session_id
    user_agent = event.user_agent or ""
    own = None if event.event_id is None else ids.parse(event.event_id)
    high, low = ids.split(spare_id if own is None else own)
    # At most 13 keywords beside 3 positions: of more, CPython makes a dict, which takes four times as long.
    raw = RawEvent(
        timestamp,
        high,
        low,
        name=name if name in reception.names else intake.labels.event(project, now, name),
        category=event.category,
        priority=event.priority,
        visitor=0 if visitor_id else intake.visitor(sender, timestamp, "", user_agent),
        visitor_id=visitor_id,
        session_id=session_id,
        url=check_page_url("page_url", event.page_url or ""),
        referrer=event.referrer or "",
        user_agent=user_agent,
        country=place.country,
        region=place.region,
        city=place.city,
        properties=properties,
    )
    if own is not None:
        raw.own_id = True
    if event.category == "page_view":
        raw.event_type = "pageview"
    if place.latitude is not None:
        raw.latitude, raw.longitude = place.latitude, place.longitude
    return raw


def submit_batch(batch: BatchIn, sender: Sender, intake: Intake) -> tuple[list[Submission], list[RejectedEvent]]:
    """What a batch stores, and the events that are refused."""
    reception = Reception.of(sender, intake, batch.client_id or "")
    first = intake.ids.take(len(batch.events))
    whole = columns_of(batch.events, reception, first)
    if whole is not None:
        return [Submission(whole)], []
    accepted: list[RawEvent] = []
    rejected: list[RejectedEvent] = []
    for index, event in enumerate(batch.events):
        try:
            if isinstance(event, RefusedEvent):
                raise event.reason
            accepted.append(raw_event(event, reception, first + index))
        except RefusedError as error:
            rejected.append(RejectedEvent(index, error.code, error.message))
    return submissions(accepted, sender), rejected


def columns_of(events: Sequence[EventIn], reception: Reception, first_id: int) -> EventColumns | None:
    """What `raw_event` makes of each, under ids from `first_id` on, field by field.

    That takes less time, and the spool need not turn rows into columns. None where events are few, or one of them needs
    a closer look: then each is looked at alone.
    """
    if len(events) < COLUMNS_FROM or RefusedEvent in map(type, events):
        return None
    sent = dict(zip(EventIn.__struct_fields__, zip(*map(astuple, events), strict=True), strict=True))
    with suppress(RefusedError):
        if _are_plain(sent, reception):
            return _columns(sent, reception, first_id)
    return None


_Sent = Mapping[str, Sequence[Any]]
"""Events by field of `EventIn`."""


def _are_plain(sent: _Sent, reception: Reception) -> bool:
    """Whether all have ids of ours, and names that are stored as they are. RefusedError for the URL of no page."""
    if any(sent["event_id"]) or not reception.names >= {*sent["event_name"]}:
        return False
    if not reception.keys >= {key for properties in sent["properties"] if properties for key in properties}:
        return False
    for url in {*sent["page_url"]} - {None}:
        check_page_url("page_url", url)
    return True


def _columns(sent: _Sent, reception: Reception, first_id: int) -> EventColumns | None:
    """None where a time or a name is out of bounds; RefusedError for properties."""
    sender, place = reception.sender, reception.place
    now, count = sender.received_at, len(sent["timestamp"])
    times = [now if time is None else _millis(time) for time in sent["timestamp"]]
    sessions, agents, urls, referrers = (
        [text or "" for text in sent[name]] for name in ("session_id", "user_agent", "page_url", "referrer")
    )
    if min(times) < reception.oldest or max(times) > reception.newest or max(map(len, sessions)) > NAME_CHARS:
        return None
    names = [reception.client_id] * count if reception.client_id else sessions
    high, low = ids.split(first_id)
    properties = [encode_properties(found) if found else b"" for found in sent["properties"]]
    fields = EventFields(
        times,
        high,
        [*range(low, low + count)],
        event_type=one_or_all([_TYPES.get(category, "custom") for category in sent["category"]]),
        name=one_or_all(sent["event_name"]),
        category=one_or_all(sent["category"]),
        priority=one_or_all(sent["priority"]),
        visitor=one_or_all(_visitors(names, times, agents, reception)),
        visitor_id=one_or_all(names),
        session_id=one_or_all(sessions),
        url=one_or_all(urls),
        referrer=one_or_all(referrers),
        user_agent=one_or_all(agents),
        country=place.country,
        region=place.region,
        city=place.city,
        properties=one_or_all(properties),
        latitude=place.latitude,
        longitude=place.longitude,
    )
    return EventColumns(sender.project_id, now, count, fields)


def _visitors(names: list[str], times: list[int], agents: list[str], reception: Reception) -> list[int]:
    """The cookieless visitors of those without a name, 0 for the others."""
    if all(names):
        return [0]
    visitor = partial(reception.intake.visitor, reception.sender)
    found = zip(names, times, agents, strict=True)
    return [0 if name else visitor(time, "", agent) for name, time, agent in found]


def _checked(event: EventIn) -> EventIn:
    """The event; ValueError where its id is malformed."""
    if event.event_id is not None and ids.parse(event.event_id) is None:
        raise ValueError(event.event_id)
    return event


def _millis(value: datetime | float) -> int:
    return instant_millis(value) if isinstance(value, datetime) else parse_time(value)
