"""What browsers report, whichever client's wire format it comes in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from footfall.collect.fields import Money
from footfall.collect.page_url import PageUrl

Kind = Literal["pageview", "custom", "engagement"]
_Measure = Annotated[float, Meta(ge=0, le=1e9)] | None


class Vitals(msgspec.Struct, gc=False):
    """Web vitals of one page view: milliseconds, `cls` without a unit; None where it was not measured."""

    lcp: _Measure = None
    inp: _Measure = None
    cls: _Measure = None
    fcp: _Measure = None
    ttfb: _Measure = None


class Hit(msgspec.Struct, gc=False):
    """One report. An absent text is `""`, absent figures are None.

    A custom event has a `name`; it is `passive` where it is no interaction.

    `texts` are stored as they are, by the names of their columns, each cut to its cap. `timestamp` is in Unix
    milliseconds. A server that reports for a visitor gives the visitor's `address` and `user_agent`.
    """

    url: PageUrl
    kind: Kind = "pageview"
    name: str = ""
    referrer: str = ""
    texts: Mapping[str, str | None] = {}
    properties: dict[str, Any] | None = None
    revenue: Money | None = None
    visitor_id: str = ""
    timestamp: int | None = None
    address: str = ""
    user_agent: str = ""
    scroll: float | None = None
    engaged_ms: float | None = None
    vitals: Vitals | None = None
    passive: bool = False
