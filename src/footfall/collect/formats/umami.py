"""The wire format of Umami's clients, `POST /api/send` and `/api/batch`.

Source: the documentation of Umami's sending API, and what its tracker and its npm package send.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal
from urllib.parse import urljoin
from uuid import UUID, uuid5

import msgspec
from msgspec import Meta

from footfall.clock import HOUR
from footfall.collect.explaining import UNREADABLE, explained_body
from footfall.collect.fields import Money, Name, parse_time, read_address
from footfall.collect.hit import Hit, Kind, Vitals
from footfall.collect.limits import EVENT_NAME_CHARS, RefusedError, check_event_name, check_name
from footfall.collect.page_url import PageUrl
from footfall.collect.surrogates import decode_replacing
from footfall.collect.unknown import Ignored, Reader
from footfall.errors import UserError
from footfall.model.session import SESSION_GAP

BATCH_BYTES = 1 << 20
MAX_ITEMS = 1_000
"""Most items of a batch."""


class Payload(Vitals, gc=False):
    """What is reported. `hostname` and a path, or an absolute `url`."""

    website: Annotated[str, Meta(description="The project's id.")] = ""
    hostname: str | None = None
    url: Annotated[str | None, Meta(description="Path on `hostname`, or relative to its root, or a whole URL.")] = None
    referrer: str | None = None
    title: str | None = None
    language: str | None = None
    screen: str | None = None
    name: Annotated[
        Annotated[str, Meta(extra_json_schema={"maxLength": EVENT_NAME_CHARS})] | None,
        Meta(description="Of a custom event; without it, a page view."),
    ] = None
    data: dict[str, Any] | list[Any] | None = None
    tag: str | None = None
    id: Annotated[
        Name | None,
        Meta(description="The visitor, where the site knows it."),
    ] = None
    ip: str | None = None
    agent: str | None = msgspec.field(name="userAgent", default=None)
    timestamp: Annotated[
        int | float | None, Meta(description="Unix seconds or milliseconds, 48 hours old at most.")
    ] = None


class Send(msgspec.Struct, gc=False):
    type: Literal["event", "identify", "performance"]
    payload: Payload


_NAMESPACE = UUID("6f6f7466-616c-5c00-8000-000000000001")

_ROOT = "http://host"
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")

_send = Reader(Send, also=("cache",))  # some clients repeat the header in the body
_batch = msgspec.json.Decoder(list[msgspec.Raw]).decode


def read_send(body: bytes | msgspec.Raw) -> tuple[Send, Ignored]:
    """The event, and its unknown names. UserError `bad_body`, which names the field, where the body is no event."""
    try:
        sent, ignored = decode_replacing(_send.read, body)
    except UNREADABLE as error:
        raise UserError("bad_body", f"the body is not an event: {explained_body(error, body)}") from error
    if not sent.payload.website:
        raise UserError("bad_body", "payload.website: the project's id is required")
    return sent, ignored


def read_batch(body: bytes) -> list[msgspec.Raw]:
    """The items, each still JSON."""
    try:
        items = decode_replacing(_batch, body)
    except UNREADABLE as error:
        raise UserError("bad_body", f"the body is not a list of events: {explained_body(error, body)}") from error
    if len(items) > MAX_ITEMS:
        raise UserError("bad_body", f"the body has {len(items)} events; {MAX_ITEMS} are allowed")
    return items


def hit(sent: Send) -> Hit:
    """RefusedError where a field is not what it should be. Not for `identify`, which reports nothing to store."""
    payload = sent.payload
    kind: Kind = "custom" if payload.name else "pageview"
    return Hit(
        PageUrl.parse(_resolved(payload.url or "/"), hostname=payload.hostname or ""),
        kind="engagement" if sent.type == "performance" else kind,
        name=check_event_name(payload.name) if payload.name else "",
        referrer=payload.referrer or "",
        texts={"title": payload.title, "language": payload.language, "screen": payload.screen},
        properties=_properties(payload),
        revenue=_revenue(payload.data),
        visitor_id=check_name("id", payload.id or ""),
        timestamp=_time(payload.timestamp),
        address=read_address("ip", payload.ip),
        user_agent=payload.agent or "",
        vitals=payload,
    )


def _resolved(url: str) -> str:
    """As a browser resolves it against the host's root: `/?a=b` of `?a=b`, `/d` of `d`. One that is absolute stays."""
    if url.startswith("/") or _SCHEME.match(url):
        return url
    return urljoin(f"{_ROOT}/", url.strip()).removeprefix(_ROOT)


def session_id(project_id: int, visitor: int | str) -> str:
    """A UUID that stands for the visitor and reveals nothing else."""
    return _uuid(f"{project_id}:{visitor}")


def visit_id(session: str, now: int, cache: str) -> str:
    """A UUID of the visit: that of the client's last answer within 30 minutes, else one of the hour."""
    known, _, last = cache.partition(".")
    if last.isdigit() and len(last) < 20 and 0 <= now - int(last) <= SESSION_GAP and _is_uuid(known):
        return known
    return _uuid(f"{session}:{now // HOUR}")


def cache_of(visit: str, now: int) -> str:
    """What the client sends back as `x-umami-cache`; only `visit_id` uses it."""
    return f"{visit}.{now}"


def _uuid(text: str) -> str:
    return str(uuid5(_NAMESPACE, text))


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _properties(payload: Payload) -> dict[str, Any] | None:
    found = payload.data if isinstance(payload.data, dict) else {"data": payload.data} if payload.data else {}
    return {**found, "tag": payload.tag} if payload.tag else found or None


def _revenue(data: object) -> Money | None:
    """Umami's convention: properties `revenue` and `currency`. Other values are ordinary properties."""
    if not isinstance(data, dict) or data.get("revenue") is None:
        return None
    try:
        return msgspec.convert({"amount": data["revenue"], "currency": data.get("currency") or ""}, Money)
    except msgspec.ValidationError:
        return None


def _time(value: float | None) -> int | None:
    if value is None:
        return None
    try:
        return parse_time(value)
    except (ValueError, OverflowError) as error:
        raise RefusedError("bad_timestamp", "timestamp", f"timestamp: {value!r:.60} is not a Unix time") from error
