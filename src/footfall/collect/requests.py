"""From HTTP requests that a server saw to raw records, for every wire format."""

from __future__ import annotations

import re
from contextlib import suppress
from urllib.parse import urlsplit

import msgspec

from footfall import ids
from footfall.collect.address import truncate
from footfall.collect.cdn import completed, named_by, place_named_by
from footfall.collect.fields import read_address, read_time
from footfall.collect.intake import Intake, Sender
from footfall.collect.limits import RefusedError, check_name
from footfall.model.raw import RawRequest

MAX_RESPONSE_BYTES = 1 << 50
"""A pebibyte: the sum of 8,000 responses fits 63 bits, whatever their sizes."""

_MICROSECONDS = 1000
_ABSOLUTE = re.compile(r"https?://", re.IGNORECASE)
_WITH_PORT = re.compile(r"(\[[^\]]*\]|[^:]*):[0-9]*")


class SeenRequest(msgspec.Struct, gc=False):
    """One request. `endpoint` is a path or a URL and takes precedence over `url`; one of them is required.

    With a path, host and scheme are those of `url`.
    """

    timestamp: str | int | float | None = None
    method: str = "GET"
    endpoint: str | None = None
    url: str | None = None
    status: int | None = None
    bytes: int | None = None
    duration_ms: float | None = None
    ip_address: str | None = None
    user_agent: str | None = None
    referer: str | None = None
    protocol: str | None = None
    host: str | None = None
    user_id: str | None = None
    provider: str | None = None
    headers: dict[str, str] | None = None


def raw_request(seen: SeenRequest, sender: Sender, intake: Intake) -> RawRequest:
    """The request as it is spooled; RefusedError where a field is not what it should be."""
    host, endpoint, scheme = _target(seen)
    timestamp = read_time(seen.timestamp, sender, intake)
    address = read_address("ip_address", seen.ip_address)
    user_agent = seen.user_agent or ""
    user_id = check_name("user_id", seen.user_id or "")
    high, low = ids.split(intake.ids.take())
    # The connection is the reporting server's, so its address is not the visitor's.
    headers = seen.headers or {}
    place = completed(intake.locator.place(address), place_named_by(headers))
    raw = RawRequest(
        timestamp,
        high,
        low,
        visitor=0 if user_id else intake.visitor(sender, timestamp, address, user_agent),
        user_id=user_id,
        method=seen.method.upper(),
        endpoint=endpoint,
        host=_without_port(seen.host or host).lower(),
        status=seen.status or 0,
        bytes=seen.bytes or 0,
        duration_us=round((seen.duration_ms or 0) * _MICROSECONDS),
        protocol=seen.protocol or scheme,
        ip_address=truncate(address, intake.request_ip),
        user_agent=user_agent,
        referer=(seen.referer or "").strip(),
    )
    raw.country, raw.region, raw.city = place.country, place.region, place.city
    raw.provider = (seen.provider or "").strip() or named_by(headers) or place.network
    return raw


def _target(seen: SeenRequest) -> tuple[str, str, str]:
    """Host, endpoint (path without query and fragment, as received) and scheme."""
    if seen.endpoint and not _ABSOLUTE.match(seen.endpoint):
        host, _, scheme = _beside(seen.url)
        return host, _path(seen.endpoint), scheme
    target = seen.endpoint or seen.url
    if not target:
        raise RefusedError("endpoint_required", "endpoint", "endpoint: a request needs an endpoint or a url")
    return _parts("endpoint" if seen.endpoint else "url", target)


def _beside(url: str | None) -> tuple[str, str, str]:
    """The parts of the URL beside a path, which tell nothing where it is none."""
    if url and _ABSOLUTE.match(url):
        with suppress(RefusedError):
            return _parts("url", url)
    return "", "", ""


def _parts(field: str, url: str) -> tuple[str, str, str]:
    """Host, path and scheme of a URL; RefusedError where it is none."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise RefusedError("bad_url", field, f"{field}: {url[:100]!r} is not a URL ({error})") from error
    return parts.netloc.rpartition("@")[2], _path(parts.path) or "/", parts.scheme.lower()


def _path(target: str) -> str:
    return target.partition("#")[0].partition("?")[0]


def _without_port(host: str) -> str:
    found = _WITH_PORT.fullmatch(host)
    return found[1] if found else host
