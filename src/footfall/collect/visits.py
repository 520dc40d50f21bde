"""`POST /api/tracking/visits`: HTTP requests that a server saw, sent by its middleware."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from footfall import ids
from footfall.collect.address import truncate
from footfall.collect.bulk import read_address, read_time
from footfall.collect.cdn import completed, named_by, place_named_by
from footfall.collect.events import check_name
from footfall.collect.intake import Intake, Sender
from footfall.collect.limits import RefusedError
from footfall.model.raw import RawRequest

MOST_BYTES = 1 << 50
"""Of one response (a pebibyte): sums of 8,000 requests fit 63 bits, whatever they say."""

_MICROSECONDS = 1000


class Visit(msgspec.Struct, gc=False):
    """One request as sent."""

    timestamp: str | int | float | None = None
    method: Annotated[str, Meta(min_length=1, max_length=16, pattern=r"^[A-Za-z][A-Za-z-]*$")] = "GET"
    endpoint: str | None = None
    url: str | None = None
    status: Annotated[int, Meta(ge=0, le=999)] | None = None
    bytes: Annotated[int, Meta(ge=0, le=MOST_BYTES)] | None = None
    duration_ms: Annotated[float, Meta(ge=0, le=1e12)] | None = None
    ip_address: str | None = None
    user_agent: str | None = None
    referer: str | None = None
    protocol: Annotated[str, Meta(max_length=32)] | None = None
    host: Annotated[str, Meta(max_length=253)] | None = None
    user_id: str | None = None
    provider: Annotated[str, Meta(max_length=128)] | None = None
    headers: dict[str, str] | None = None


_ABSOLUTE = re.compile(r"https?://", re.IGNORECASE)

decode = msgspec.json.Decoder(Visit).decode


def raw_request(visit: Visit, sender: Sender, intake: Intake) -> RawRequest:
    """The request as it is spooled; RefusedError where a field is not what it should be."""
    host, endpoint, scheme = _target(visit)
    timestamp = read_time(visit.timestamp, sender, intake)
    address = read_address("ip_address", visit.ip_address)
    user_agent = visit.user_agent or ""
    user_id = check_name("user_id", visit.user_id or "")
    high, low = ids.split(intake.ids.take())
    # The connection is the server's, not its visitor's: it says nothing about where the visitor is.
    headers = visit.headers or {}
    place = completed(intake.locator.place(address), place_named_by(headers))
    return RawRequest(
        timestamp=timestamp,
        id_hi=high,
        id_lo=low,
        visitor=0 if user_id else intake.visitor(sender, timestamp, address, user_agent),
        user_id=user_id,
        method=visit.method.upper(),
        endpoint=endpoint,
        host=(visit.host or host).lower(),
        status=visit.status or 0,
        bytes=visit.bytes or 0,
        duration_us=round((visit.duration_ms or 0) * _MICROSECONDS),
        protocol=visit.protocol or scheme,
        ip_address=truncate(address, intake.request_ip),
        user_agent=user_agent,
        referer=(visit.referer or "").strip(),
        country=place.country,
        region=place.region,
        city=place.city,
        provider=(visit.provider or "").strip() or named_by(headers) or place.network,
    )


def _target(visit: Visit) -> tuple[str, str, str]:
    """Host, endpoint (path without query and fragment, as received) and scheme."""
    target = visit.endpoint or visit.url
    if not target:
        raise RefusedError("endpoint_required", "endpoint", "endpoint: a request needs an endpoint or a url")
    if visit.endpoint and not _ABSOLUTE.match(visit.endpoint):
        return "", _path(visit.endpoint), ""
    try:
        parts = urlsplit(target)
        return parts.hostname or "", _path(parts.path) or "/", parts.scheme.lower()
    except ValueError as error:
        field = "endpoint" if visit.endpoint else "url"
        raise RefusedError("bad_url", field, f"{field}: {target[:100]!r} is no URL ({error})") from error


def _path(target: str) -> str:
    return target.partition("#")[0].partition("?")[0]
