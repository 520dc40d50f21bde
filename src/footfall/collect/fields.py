"""Readers of fields that several wire formats share: times, addresses, money, ids."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated

import msgspec
from msgspec import Meta

from footfall import ids
from footfall.collect.address import client_of
from footfall.collect.intake import Intake, Sender
from footfall.collect.limits import NAME_CHARS, RefusedError, check_time
from footfall.collect.privacy import Place
from footfall.model.period import parse_instant, to_millis
from footfall.model.raw import EventRows, RawEvent
from footfall.spool.protocol import Key, Submission

Name = Annotated[str, Meta(extra_json_schema={"maxLength": NAME_CHARS})]
"""A client's name for a visitor or a session. Described only: `check_name` refuses a longer one with its own code."""

Method = Annotated[str, Meta(min_length=1, max_length=16, pattern=r"^[A-Za-z][A-Za-z-]*$")]
Status = Annotated[int, Meta(ge=0, le=999)]
Milliseconds = Annotated[float, Meta(ge=0, le=1e12)]
Host = Annotated[str, Meta(max_length=253)]

_MILLISECONDS_FROM = 100_000_000_000  # as seconds, this is the year 5138


class Money(msgspec.Struct):
    """An amount in units of its currency (ISO 4217)."""

    amount: str | int | float
    currency: Annotated[str, Meta(pattern=r"^[A-Za-z]{3}$", description="ISO 4217, in any case.")] = ""


def read_revenue(value: Money | str | float | None) -> tuple[str, str]:
    """Amount and currency as text; amounts have at most 14 digits before the point and 4 after it."""
    if value is None:
        return "", ""
    money = value if isinstance(value, Money) else Money(value)
    try:
        amount = Decimal(str(money.amount)).quantize(Decimal("0.0001"))
    except InvalidOperation as error:
        raise RefusedError("bad_revenue", "revenue", f"revenue: {money.amount!r:.60} is not an amount") from error
    if not amount.is_finite() or abs(amount) >= Decimal(10) ** 14:
        raise RefusedError("bad_revenue", "revenue", f"revenue: {money.amount!r:.60} is out of range")
    return str(amount), money.currency.upper()


def parse_time(value: str | float) -> int:
    """Unix milliseconds of what `parse_instant` reads, or of a Unix time in seconds or milliseconds. ValueError."""
    if isinstance(value, str):
        if value.isascii() and value.isdigit() and len(value) > 8:
            return parse_time(int(value))
        return to_millis(parse_instant(value))
    return int(value * 1000 if abs(value) < _MILLISECONDS_FROM else value)


def instant_millis(instant: datetime) -> int:
    """Unix milliseconds; no offset means UTC."""
    return to_millis(instant if instant.tzinfo else instant.replace(tzinfo=UTC))


def read_time(value: str | float | None, sender: Sender, intake: Intake) -> int:
    """Unix milliseconds of what was sent, else of the receipt; RefusedError where it is no time or out of range."""
    if value is None:
        return sender.received_at
    try:
        timestamp = parse_time(value)
    except (ValueError, OverflowError) as error:
        raise RefusedError(
            "bad_timestamp", "timestamp", f"timestamp: {value!r:.60} is neither an ISO 8601 nor a Unix time"
        ) from error
    return check_time(timestamp, sender.received_at, intake.oldest(sender))


def read_address(field: str, value: str | None) -> str:
    """The canonical address that `client_of` finds, `""` for none; RefusedError where it is no IP address."""
    found = client_of(value) if value else ""
    if found is None:
        raise RefusedError(f"bad_{field}", field, f"{field}: {str(value)[:60]!r} is not an IP address")
    return found


def read_event_id(text: str | None) -> int | None:
    """The id that the sender gave to an event; RefusedError where it is neither a ULID nor a UUID."""
    if text is None:
        return None
    own = ids.parse(text)
    if own is None:
        raise RefusedError("bad_event_id", "event_id", f"event_id: {text[:60]!r} is neither a ULID nor a UUID")
    return own


def put_place(raw: RawEvent, place: Place) -> None:
    """Set the event's place."""
    raw.country, raw.region, raw.city = place.country, place.region, place.city
    raw.latitude, raw.longitude = place.latitude, place.longitude


def submissions(events: Iterable[RawEvent], sender: Sender) -> list[Submission]:
    """What stores a request's events: each with an id of its own under that id, the others together."""
    plain: list[RawEvent] = []
    keyed: list[Submission] = []
    for raw in events:
        if raw.own_id:
            key = Key(sender.project_id, f"event:{ids.join(raw.id_hi, raw.id_lo):032x}")
            keyed.append(Submission(EventRows(sender.project_id, sender.received_at, [raw]), key))
        else:
            plain.append(raw)
    together = [Submission(EventRows(sender.project_id, sender.received_at, plain))] if plain else []
    return together + keyed
