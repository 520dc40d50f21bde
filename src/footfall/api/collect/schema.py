"""Plausible's body, for /openapi.json: `collect.plausible` reads it field by field, by short or long names."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from footfall.collect.bulk import Money


class PlausibleEvent(msgspec.Struct, kw_only=True):
    """One event of Plausible's clients; its long names are read, too."""

    name: Annotated[
        str, Meta(max_length=100, description="Name; `pageview` and `engagement` are not custom events.")
    ] = msgspec.field(name="n")
    url: Annotated[str, Meta(description="URL of the page.")] = msgspec.field(name="u")
    domain: Annotated[str, Meta(description="Host that a project lists; several apart by commas.")] = msgspec.field(
        name="d"
    )
    referrer: Annotated[str | None, Meta(description="Referrer.")] = msgspec.field(name="r", default=None)
    properties: Annotated[dict[str, Any] | str | None, Meta(description="Properties, an object or its JSON text.")] = (
        msgspec.field(name="p", default=None)
    )
    revenue: Money | str | None = msgspec.field(name="$", default=None)
    hash_mode: Annotated[bool | int | None, Meta(description="The fragment is a route.")] = msgspec.field(
        name="h", default=None
    )
    width: Annotated[float | None, Meta(description="Width of the screen.")] = msgspec.field(name="w", default=None)
    scroll: Annotated[float | None, Meta(description="Of an engagement: the deepest scroll, percent.")] = msgspec.field(
        name="sd", default=None
    )
    engaged: Annotated[float | None, Meta(description="Of an engagement: milliseconds visible and in focus.")] = (
        msgspec.field(name="e", default=None)
    )
