"""`POST /api/tracking/visits`: HTTP requests that a server saw, sent by its middleware."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from footfall.collect.fields import Host, Method, Milliseconds, Name, Status
from footfall.collect.requests import MAX_RESPONSE_BYTES, SeenRequest
from footfall.collect.unknown import Reader


class VisitIn(SeenRequest, gc=False):
    """One request as sent."""

    timestamp: Annotated[str | int | float | None, Meta(description="ISO 8601, or Unix seconds or milliseconds.")] = (
        None
    )
    method: Method = "GET"
    endpoint: Annotated[
        str | None, Meta(description="Path; the query string is cut off. This or `url` is required.")
    ] = None
    url: str | None = None
    status: Status | None = None
    bytes: Annotated[int, Meta(ge=0, le=MAX_RESPONSE_BYTES)] | None = None
    duration_ms: Milliseconds | None = None
    ip_address: str | None = None
    user_agent: str | None = None
    referer: str | None = None
    protocol: Annotated[str, Meta(max_length=32)] | None = None
    host: Host | None = None
    user_id: Annotated[Name | None, Meta(description="The visitor, where the server knows it.")] = None
    provider: Annotated[
        Annotated[str, Meta(max_length=128)] | None, Meta(description="Network or CDN that the request came through.")
    ] = None
    headers: Annotated[
        dict[str, str] | None,
        Meta(description="Headers of the request. Those of CDNs give the provider; none is stored."),
    ] = None


decode = Reader(VisitIn)
