"""`POST /api/collect/bulk`: events of servers, back-fills and apps. They hold a token, so their word is believed."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from footfall import ids
from footfall.collect.address import canonical, packed
from footfall.collect.cdn import country_code
from footfall.collect.events import check_name, event_key
from footfall.collect.intake import Intake, Sender
from footfall.collect.limits import RefusedError, check_time, encode_properties, parse_time
from footfall.collect.privacy import Place
from footfall.model.raw import EventRows, RawEvent
from footfall.spool.protocol import Key, Submission

_CURRENCY = r"^[A-Z]{3}$"


class Money(msgspec.Struct):
    """An amount in units of its currency (ISO 4217)."""

    amount: str | int | float
    currency: Annotated[str, Meta(pattern=_CURRENCY)] = ""


class BulkEvent(msgspec.Struct, gc=False):
    """One event as sent; what is left out is derived as for browsers."""

    type: Literal["pageview", "custom"] = "pageview"
    name: Annotated[str, Meta(max_length=100)] | None = None
    url: str | None = None
    path: str | None = None
    hostname: str | None = None
    title: str | None = None
    referrer: str | None = None
    visitor_id: str | None = None
    session_id: str | None = None
    timestamp: str | int | float | None = None
    ip: str | None = None
    user_agent: str | None = None
    language: str | None = None
    screen: str | None = None
    country_code: Annotated[str, Meta(pattern="^(|[A-Za-z]{2})$")] | None = None
    region: str | None = None
    city: str | None = None
    properties: dict[str, Any] | None = None
    revenue: Money | str | int | float | None = None
    event_id: str | None = None


decode = msgspec.json.Decoder(BulkEvent).decode


def raw_event(event: BulkEvent, sender: Sender, intake: Intake) -> RawEvent:
    """The event as it is spooled; RefusedError where a field is not what it should be."""
    _check(event)
    timestamp = read_time(event.timestamp, sender, intake)
    address = read_address("ip", event.ip)
    user_agent = event.user_agent or ""
    visitor_id = check_name("visitor_id", event.visitor_id or "")
    own = _own_id(event.event_id)
    high, low = ids.split(intake.ids.take() if own is None else own)
    place = _place(event, intake.place(sender, address))
    amount, currency = read_revenue(event.revenue)
    return RawEvent(
        timestamp=timestamp,
        id_hi=high,
        id_lo=low,
        own_id=own is not None,
        event_type=event.type,
        name=event.name or "",
        category="page_view" if event.type == "pageview" else "user_action",
        priority="medium",
        visitor=0 if visitor_id else intake.visitor(sender, timestamp, address, user_agent),
        visitor_id=visitor_id,
        session_id=check_name("session_id", event.session_id or ""),
        url=event.url or "",
        path=event.path or "",
        hostname=event.hostname or "",
        title=event.title or "",
        referrer=event.referrer or "",
        user_agent=user_agent,
        language=event.language or "",
        screen=event.screen or "",
        country=place.country,
        region=place.region,
        city=place.city,
        revenue=amount,
        currency=currency,
        properties=encode_properties(event.properties),
        latitude=place.latitude,
        longitude=place.longitude,
    )


def submissions(accepted: list[RawEvent], sender: Sender) -> list[Submission]:
    """Events with an id of their own one by one, under it; the others together."""
    plain = [raw for raw in accepted if not raw.own_id]
    together = [Submission(EventRows(sender.project_id, sender.received_at, plain))] if plain else []
    return together + [
        Submission(EventRows(sender.project_id, sender.received_at, [raw]), Key(sender.project_id, event_key(raw)))
        for raw in accepted
        if raw.own_id
    ]


def read_time(value: str | float | None, sender: Sender, intake: Intake) -> int:
    """Unix milliseconds of what was sent, else of the receipt; RefusedError where it is no time or out of range."""
    if value is None:
        return sender.received_at
    try:
        timestamp = parse_time(value)
    except (ValueError, OverflowError) as error:
        raise RefusedError(
            "bad_timestamp", "timestamp", f"timestamp: {value!r:.60} is no ISO 8601 or Unix time"
        ) from error
    return check_time(timestamp, sender.received_at, intake.retention_days)


def read_address(field: str, value: str | None) -> str:
    """The canonical address, or `""` for none; RefusedError where it is no IP address."""
    if not value:
        return ""
    if packed(value) is None:
        raise RefusedError(f"bad_{field}", field, f"{field}: {value[:60]!r} is no IP address")
    return canonical(value)


def _check(event: BulkEvent) -> None:
    if event.type == "custom" and not event.name:
        raise RefusedError("name_required", "name", "name: a custom event needs one")
    if event.type == "pageview" and not (event.url or event.path):
        raise RefusedError("url_required", "url", "url: a pageview needs a url or a path")


def _place(event: BulkEvent, found: Place) -> Place:
    """What the sender says of the place goes before what its address says, whose point then is another's."""
    if event.country_code:
        return Place(country_code(event.country_code), event.region or "", event.city or "")
    if event.region or event.city:
        return Place(found.country, event.region or found.region, event.city or found.city)
    return found


def _own_id(text: str | None) -> int | None:
    if text is None:
        return None
    own = ids.parse(text)
    if own is None:
        raise RefusedError("bad_event_id", "event_id", f"event_id: {text[:60]!r} is no ULID and no UUID")
    return own


def read_revenue(value: Money | str | float | None) -> tuple[str, str]:
    """Amount and currency as text; amounts have at most 14 digits before the point and 4 after it."""
    if value is None:
        return "", ""
    money = value if isinstance(value, Money) else Money(value)
    try:
        amount = Decimal(str(money.amount)).quantize(Decimal("0.0001"))
    except InvalidOperation as error:
        raise RefusedError("bad_revenue", "revenue", f"revenue: {money.amount!r:.60} is no amount") from error
    if not amount.is_finite() or abs(amount) >= Decimal(10) ** 14:
        raise RefusedError("bad_revenue", "revenue", f"revenue: {money.amount!r:.60} is out of range")
    return str(amount), money.currency
