"""Our own tracker's wire format: `POST /api/collect` and the pixel's query."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, field

from footfall.collect.explaining import UNREADABLE, explained, explained_body
from footfall.collect.fields import Money
from footfall.collect.hit import Hit, Kind, Vitals
from footfall.collect.limits import EVENT_NAME_CHARS, RefusedError, check_event_name
from footfall.collect.page_url import PageUrl
from footfall.collect.surrogates import decode_replacing
from footfall.collect.unknown import Ignored, Reader, of_names
from footfall.errors import UserError


class Beacon(msgspec.Struct, gc=False):
    """One report as sent, by its short names."""

    key: Annotated[str, Meta(description="The project's site key.")] = field(name="k")
    url: Annotated[
        str,
        Meta(description="URL of the page. Kept without its query string, but for campaign and click parameters."),
    ] = field(name="u")
    type: Literal["pageview", "event", "engagement"] = field(name="t", default="pageview")
    name: Annotated[
        Annotated[str, Meta(extra_json_schema={"maxLength": EVENT_NAME_CHARS})] | None,
        Meta(description="Name; required for an event."),
    ] = field(name="n", default=None)
    referrer: Annotated[str | None, Meta(description="Referrer.")] = field(name="r", default=None)
    title: Annotated[str | None, Meta(description="Title of the page.")] = field(name="ti", default=None)
    properties: Annotated[
        dict[str, Any] | None, Meta(description="Properties, within the limits of docs/api/events.")
    ] = field(name="p", default=None)
    width: Annotated[Annotated[float, Meta(ge=0, le=100_000)] | None, Meta(description="Width of the screen.")] = field(
        name="w", default=None
    )
    language: Annotated[str | None, Meta(description="Language.")] = field(name="l", default=None)
    timezone: Annotated[str | None, Meta(description="Time zone, a name of the IANA database.")] = field(
        name="tz", default=None
    )
    scroll: Annotated[
        Annotated[float, Meta(ge=0, le=100)] | None, Meta(description="Of an engagement: the deepest scroll, percent.")
    ] = field(name="sd", default=None)
    engaged: Annotated[
        Annotated[float, Meta(ge=0)] | None, Meta(description="Of an engagement: milliseconds visible and in focus.")
    ] = field(name="e", default=None)
    vitals: Annotated[Vitals | None, Meta(description="Of an engagement: web vitals.")] = field(name="v", default=None)
    revenue: Money | None = field(name="$", default=None)
    interactive: Annotated[
        bool | None, Meta(description="Of an event: false for one that is no interaction; a bounce stays one.")
    ] = field(name="i", default=None)


_KINDS: dict[str, Kind] = {
    "pageview": "pageview",
    "event": "custom",
    "engagement": "engagement",
}
_reader = Reader(Beacon, also=("h",))  # our tracker's: the URL that it sends has the route already
_SENT_AS = {field.name: field.encode_name for field in msgspec.structs.fields(Beacon)}
_NAMES = tuple(_SENT_AS.values())


def read_beacon(body: bytes) -> tuple[Beacon, Ignored]:
    """The report, and its unknown names. UserError `bad_body`, which names the field, where the body is no report."""
    try:
        return decode_replacing(_reader.read, body)
    except UNREADABLE as error:
        raise UserError("bad_body", f"the body is not a report: {explained_body(error, body)}") from error


def read_query(query: Mapping[str, str], page: str) -> tuple[Beacon, Ignored]:
    """A pixel's report; `u` defaults to `page`, the page that embeds it. UserError as above."""
    sent = {"u": page, **query}
    try:
        return msgspec.convert(sent, Beacon, strict=False), of_names(query, _NAMES)
    except msgspec.ValidationError as error:
        raise UserError("bad_body", f"the query is not a report: {explained(error, sent)}") from error


def as_sent(error: RefusedError) -> RefusedError:
    """The same, by the name that a report has for the field."""
    name = _SENT_AS.get(error.field, error.field)
    return RefusedError(error.code, name, name + error.message.removeprefix(error.field))


def hit(beacon: Beacon) -> Hit:
    """RefusedError where the URL is not that of a page."""
    url = PageUrl.parse(beacon.url)
    if not url.host:
        raise RefusedError("bad_url", "u", f"u: {beacon.url[:100]!r} is not an absolute URL")
    return Hit(
        url,
        kind=_KINDS[beacon.type],
        name=check_event_name(beacon.name or "") if beacon.type == "event" else "",
        passive=beacon.interactive is False,
        referrer=beacon.referrer or "",
        texts={
            "title": beacon.title,
            "language": beacon.language,
            "timezone": beacon.timezone,
            "screen": f"{beacon.width:.0f}" if beacon.width else "",
        },
        properties=beacon.properties,
        revenue=beacon.revenue,
        scroll=beacon.scroll,
        engaged_ms=beacon.engaged,
        vitals=beacon.vitals,
    )
