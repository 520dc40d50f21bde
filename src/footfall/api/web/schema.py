"""What the web surface answers. Field names and types are the contract's."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field, create_model


class KpiFigures(BaseModel):
    visitors: int
    pageviews: int
    sessions: int
    bounceRate: float  # noqa: N815 - the contract's name
    avgDurationSec: float  # noqa: N815 - the contract's name


class RangeInfo(BaseModel):
    """`chip` is the name of the range, `custom` for from/to."""

    chip: str
    from_: str = Field(alias="from")
    to: str
    bucket: Literal["hour", "day"]
    hasPrevious: bool  # noqa: N815 - the contract's name


class Kpis(BaseModel):
    """`previous` is null for the range `all`."""

    current: KpiFigures
    previous: KpiFigures | None
    range: RangeInfo


class TimePoint(BaseModel):
    bucket: str
    pageviews: int
    visitors: int
    sessions: int
    previousPageviews: int | None  # noqa: N815 - the contract's name
    previousVisitors: int | None  # noqa: N815 - the contract's name
    previousSessions: int | None  # noqa: N815 - the contract's name


class Timeseries(BaseModel):
    items: list[TimePoint]
    bucket: Literal["hour", "day"]


class EventItem(BaseModel):
    """What is not known is null, in `path` and `url` an empty text."""

    id: str
    event_type: Literal["pageview", "custom"]
    custom_event_name: str | None
    path: str
    url: str
    visitor_id: str
    session_id: str
    country_code: str | None
    browser_family: str
    os_family: str
    device_type: str
    referrer: str | None
    hostname: str | None
    properties: dict[str, Any]
    timestamp: str


class Events(BaseModel):
    """`count` is the number of items here; `next_cursor` is null on the last page."""

    items: list[EventItem]
    count: int
    next_cursor: str | None


class Count(BaseModel):
    count: int


def top_list(label: str) -> type[BaseModel]:
    """The answer of a top list whose items carry their label under the name `label`.

    `prev_count` and `delta_pct` are there with `compare=1`, null where there is nothing to compare with.
    """
    fields: dict[str, Any] = {
        label: (str, ...),
        "count": (int, ...),
        "visitors": (int, ...),
        "prev_count": (int | None, None),
        "delta_pct": (int | None, None),
    }
    item = create_model(f"Top_{label}", **fields)
    return create_model(f"TopList_{label}", items=(list[item], ...))
