"""The wire format of Plausible's clients, `POST /api/event`: short and long names, texts and objects alike.

Source: the events API of Plausible's documentation, and what its trackers send.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta, field
from msgspec.structs import fields

from footfall.collect.explaining import explained
from footfall.collect.fields import Money
from footfall.collect.hit import Hit, Kind
from footfall.collect.page_url import PageUrl
from footfall.collect.surrogates import decode_replacing, replace_halves
from footfall.collect.unknown import Ignored, of_names
from footfall.errors import UserError

Body = dict[str, Any]
NAME_CHARS = 120
"""Longest name of an event, as at Plausible's own server."""

MAX_DOMAINS = 20
"""Most projects that one event may name."""


class PlausibleEvent(msgspec.Struct):
    """One event by short names; long names are accepted, too. For description only: bodies are read leniently."""

    n: Annotated[
        str, Meta(max_length=NAME_CHARS, description="Name; `pageview` and `engagement` are not custom events.")
    ]
    u: Annotated[str, Meta(description="URL of the page.")]
    d: Annotated[str, Meta(description="Host that a project lists; several are separated by commas.")]
    r: Annotated[str | None, Meta(description="Referrer.")] = None
    p: Annotated[dict[str, Any] | str | None, Meta(description="Properties, an object or its JSON text.")] = None
    revenue: Money | str | None = field(name="$", default=None)
    i: Annotated[
        bool | None, Meta(description="Of a custom event: false for one that is no interaction; a bounce stays one.")
    ] = None
    h: Annotated[bool | int | None, Meta(description="The fragment is a route.")] = None
    w: Annotated[float | None, Meta(description="Width of the screen.")] = None
    sd: Annotated[float | None, Meta(description="Of an engagement: the deepest scroll, percent.")] = None
    e: Annotated[float | None, Meta(description="Of an engagement: milliseconds visible and in focus.")] = None


_NAMES = (
    ("n", "name"),
    ("u", "url"),
    ("d", "domain"),
    ("r", "referrer"),
    ("p", "props", "m", "meta"),
    ("$", "revenue"),
    ("i", "interactive"),
    ("h", "hashMode"),
    ("w", "screen_width"),
)
_UNREAD = ("v",)
"""What trackers send and nothing here reads: their version."""

_KNOWN = dict.fromkeys(
    [*(name for names in _NAMES for name in names), *(f.encode_name for f in fields(PlausibleEvent)), *_UNREAD]
)
_decode = msgspec.json.Decoder(Body).decode
_KINDS: dict[str, Kind] = {"pageview": "pageview", "engagement": "engagement"}


class FieldError(UserError):
    """What is wrong, by field, with the messages of Plausible's server."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("bad_body", "; ".join(f"{name} {text}" for name, text in errors.items()))
        self.errors = {name: [text] for name, text in errors.items()}


def read_event(body: bytes) -> tuple[list[str], Hit, Ignored]:
    """The domains that an event is for, what it reports, and its unknown names; FieldError where a field is wrong."""
    sent = _sent(body)
    ignored = of_names(sent, _KNOWN)
    _shorten(sent)
    name, url, domains = sent.get("n"), sent.get("u"), _domains(sent.get("d"))
    errors = {}
    if not domains:
        errors["domain"] = "can't be blank"
    if not isinstance(name, str) or not name.strip():
        errors["event_name"] = "can't be blank"
    elif len(name) > NAME_CHARS:
        errors["event_name"] = f"should be at most {NAME_CHARS} character(s)"
    page = PageUrl.parse(url if isinstance(url, str) else "", fragment_is_route=bool(sent.get("h")))
    if not page.text:
        errors["url"] = "is required"
    elif not page.host:
        errors["url"] = "must be a valid url"
    if errors:
        raise FieldError(errors)
    return domains, _hit(str(name), page, sent), ignored


def _hit(name: str, url: PageUrl, sent: Body) -> Hit:
    kind: Kind = _KINDS.get(name, "custom")
    width = _number(sent.get("w"))
    return Hit(
        url,
        kind=kind,
        name=name if kind == "custom" else "",
        passive=_is_false(sent.get("i")),
        referrer=_text(sent.get("r")),
        texts={"screen": f"{width:.0f}"} if width else {},
        properties=_properties(sent.get("p")),
        revenue=_revenue(sent.get("$")),
        scroll=_number(sent.get("sd")),
        engaged_ms=_number(sent.get("e")),
    )


def _sent(body: bytes) -> Body:
    """FieldError where the body is no object."""
    try:
        return decode_replacing(_decode, body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise FieldError({"request": "Unable to parse request body as json"}) from error


def _shorten(sent: Body) -> None:
    """Put the values under the short names; of several names of a field, the first that is present counts."""
    for names in _NAMES:
        sent[names[0]] = next((sent[name] for name in names if sent.get(name) is not None), None)


def _domains(value: Any) -> list[str]:
    """FieldError for more than `MAX_DOMAINS`: none may go without a word."""
    names = value.split(",") if isinstance(value, str) else []
    found = list(dict.fromkeys(name.strip() for name in names if name.strip()))
    if len(found) > MAX_DOMAINS:
        raise FieldError({"domain": f"has more than {MAX_DOMAINS} names"})
    return found


def _properties(value: Any) -> Body | None:
    """An object, or its JSON text, without nulls and empty names."""
    found = _object("props", value)
    return {name: item for name, item in found.items() if name and item is not None} if found else None


def _revenue(value: Any) -> Money | None:
    """None without an amount: tagged elements send an empty object."""
    found = _object("revenue", value)
    if not found or found.get("amount") is None:
        return None
    try:
        return msgspec.convert(found, Money)
    except msgspec.ValidationError as error:
        raise FieldError({"revenue": f"is invalid: {explained(error, found)}"}) from error


def _object(field: str, value: Any) -> Body | None:
    if isinstance(value, str) and value:
        try:
            value = replace_halves(json.loads(value))
        except (ValueError, RecursionError) as error:
            raise FieldError({field: "must be a valid JSON string"}) from error
    if value is None or value == "":
        return None
    if not isinstance(value, dict):
        raise FieldError({field: "must be a map"})
    return value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _is_false(value: Any) -> bool:
    return value is False or value in (0, "false")


def _number(value: Any) -> float | None:
    """None where it is no number: it was not measured."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12 else None
