"""`POST /api/collect/bulk`: events of servers, back-fills and apps. Senders hold a token, so their values are used."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from footfall import ids
from footfall.collect.cdn import country_code
from footfall.collect.fields import Money, Name, put_place, read_address, read_event_id, read_revenue, read_time
from footfall.collect.intake import Intake, Sender
from footfall.collect.limits import EVENT_NAME_CHARS, RefusedError, check_name, encode_properties
from footfall.collect.privacy import Place
from footfall.collect.schemes import check_page_url
from footfall.collect.unknown import Reader
from footfall.model.raw import RawEvent


class BulkEvent(msgspec.Struct, gc=False):
    """One event as sent: the sender's values are used; what is left out is derived as for browsers."""

    type: Literal["pageview", "custom"] = "pageview"
    name: Annotated[
        Annotated[str, Meta(max_length=EVENT_NAME_CHARS)] | None, Meta(description="Required for a custom event.")
    ] = None
    url: Annotated[str | None, Meta(description="A pageview needs this or `path`.")] = None
    path: str | None = None
    hostname: str | None = None
    title: str | None = None
    referrer: str | None = None
    visitor_id: Name | None = None
    session_id: Name | None = None
    timestamp: Annotated[str | int | float | None, Meta(description="ISO 8601, or Unix seconds or milliseconds.")] = (
        None
    )
    ip: str | None = None
    user_agent: str | None = None
    language: str | None = None
    timezone: Annotated[str | None, Meta(description="A name of the IANA time zone database.")] = None
    screen: str | None = None
    country_code: Annotated[
        Annotated[str, Meta(pattern="^(|[A-Za-z][A-Za-z0-9])$")] | None,
        Meta(description="ISO 3166-1 alpha-2; `T1` and `XX` are unknown."),
    ] = None
    region: str | None = None
    city: str | None = None
    properties: dict[str, Any] | None = None
    revenue: Money | str | int | float | None = None
    event_id: Annotated[str | None, Meta(description="ULID or UUID; the same id within 24 hours is stored once.")] = (
        None
    )
    interactive: Annotated[
        bool | None, Meta(description="Of a custom event: false for one that is no interaction; a bounce stays one.")
    ] = None


_TEXTS = ("url", "path", "hostname", "title", "referrer", "language", "timezone", "screen")
"""Fields that are stored as they are, in the columns of the same names."""

decode = Reader(BulkEvent)


def raw_event(event: BulkEvent, sender: Sender, intake: Intake) -> RawEvent:
    """The event as it is spooled; RefusedError where a field is not what it should be."""
    _check(event)
    timestamp = read_time(event.timestamp, sender, intake)
    address = read_address("ip", event.ip)
    user_agent = event.user_agent or ""
    visitor_id = _addressable(check_name("visitor_id", event.visitor_id or ""))
    own = read_event_id(event.event_id)
    high, low = ids.split(intake.ids.take() if own is None else own)
    amount, currency = read_revenue(event.revenue)
    raw = RawEvent(
        timestamp,
        high,
        low,
        own_id=own is not None,
        event_type=event.type,
        name=event.name or "",
        category="page_view" if event.type == "pageview" else "user_action",
        priority="medium",
        visitor=0 if visitor_id else intake.visitor(sender, timestamp, address, user_agent),
        visitor_id=visitor_id,
        session_id=check_name("session_id", event.session_id or ""),
        user_agent=user_agent,
        revenue=amount,
        currency=currency,
        properties=encode_properties(event.properties),
    )
    if event.interactive is False and event.type == "custom":
        raw.passive = True
    for column in _TEXTS:
        setattr(raw, column, getattr(event, column) or "")
    put_place(raw, _place(event, intake.place(sender, address)))
    return raw


def _check(event: BulkEvent) -> None:
    if event.type == "custom" and not event.name:
        raise RefusedError("name_required", "name", "name: a custom event needs a name")
    if event.type == "pageview" and not (event.url or event.path):
        raise RefusedError("url_required", "url", "url: a pageview needs a url or a path")
    check_page_url("url", event.url or "")
    check_page_url("path", event.path or "")


def _addressable(visitor_id: str) -> str:
    """The name; RefusedError where no URL of the visitor's page can hold it: servers take `%2F` for a slash."""
    if "/" in visitor_id or visitor_id in {".", ".."}:
        raise RefusedError(
            "bad_visitor_id", "visitor_id", f"visitor_id: {visitor_id!r} can't stand in a URL: '/', '.' and '..' can't"
        )
    return visitor_id


def _place(event: BulkEvent, found: Place) -> Place:
    """The place that the sender names, else that of the address; a named place has no coordinates."""
    if event.country_code:
        return Place(country_code(event.country_code), event.region or "", event.city or "")
    if event.region or event.city:
        return Place(found.country, event.region or found.region, event.city or found.city)
    return found
