"""The answers of the web surface. Field names and types are the contract's."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel, Field, create_model

from footfall.api.problem import ErrorDetail
from footfall.api.wire_types import Instant

BEFORE = "Present with `compare=1` and either `figures=1` or `order=visitors`."
FIGURES = "Present with `figures=1`."
TOTALS = "Present with `totals=1`."
REVENUE = "Exact sums by currency (ISO 4217, or `unknown`); absent where there is no revenue."


BucketName = Literal["hour", "day", "week", "month"]


class KpiFigures(BaseModel):
    visitors: int
    pageviews: int
    sessions: int
    viewsPerSession: float = Field(0.0, description=FIGURES)  # noqa: N815 - as the names beside it
    bounceRate: float  # noqa: N815 - the contract's name
    avgDurationSec: float  # noqa: N815 - the contract's name


class RangeInfo(BaseModel):
    """`chip` is the name of the range, `custom` for from/to."""

    chip: str
    from_: Instant = Field(alias="from")
    to: Instant
    bucket: BucketName
    hasPrevious: bool  # noqa: N815 - the contract's name
    previousFrom: Instant | None = Field(None, description=FIGURES)  # noqa: N815 - as the name above
    previousTo: Instant | None = Field(None, description=FIGURES)  # noqa: N815 - as above


class Kpis(BaseModel):
    """`previous` is null for the range `all`."""

    current: KpiFigures
    previous: KpiFigures | None
    range: RangeInfo


class TimePoint(BaseModel):
    """What is not required is present with `figures=1`. `complete`: all of the bucket lies in the range."""

    bucket: Instant
    pageviews: int
    visitors: int
    sessions: int
    viewsPerSession: float = 0.0  # noqa: N815 - as the contract's names
    bounceRate: float = 0.0  # noqa: N815 - as above
    avgDurationSec: float = 0.0  # noqa: N815 - as above
    previousBucket: Instant | None = None  # noqa: N815 - as above
    previousPageviews: int | None  # noqa: N815 - the contract's name
    previousVisitors: int | None  # noqa: N815 - the contract's name
    previousSessions: int | None  # noqa: N815 - the contract's name
    previousViewsPerSession: float | None = None  # noqa: N815 - as the contract's names
    previousBounceRate: float | None = None  # noqa: N815 - as above
    previousAvgDurationSec: float | None = None  # noqa: N815 - as above
    complete: bool = True


class Timeseries(BaseModel):
    items: list[TimePoint]
    bucket: BucketName
    range: RangeInfo | None = Field(None, description=FIGURES)


class ListBase(BaseModel):
    """What all labels of a list sum up to, whether they match a search or not."""

    count: int
    visitors: int


class EventItem(BaseModel):
    """Unknown values are null, in `path` and `url` an empty string."""

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
    timestamp: Instant


class Events(BaseModel):
    """`count` is the number of items on this page; `next_cursor` is null on the last page."""

    items: list[EventItem]
    count: int
    next_cursor: str | None


class Count(BaseModel):
    count: int


class RecentEvent(BaseModel):
    id: str
    event_type: Literal["pageview", "custom"]
    custom_event_name: str | None
    path: str
    visitor_id: str
    session_id: str
    country_code: str | None
    browser_family: str
    device_type: str
    timestamp: Instant


class RecentEvents(BaseModel):
    """`count` is the number of items, `active_visitors` the number of all visitors within the window."""

    items: list[RecentEvent]
    count: int
    active_visitors: int
    windowMs: int  # noqa: N815 - the contract's name


class CustomEvent(BaseModel):
    """`spark` has one count per bucket. `prev_count` is null for the range `all`; `delta_pct` also for a previous 0."""

    name: str
    count: int
    prev_count: int | None
    delta_pct: int | None
    spark: list[int]
    visitors: int = Field(0, description=FIGURES)
    revenue: dict[str, str] = Field({}, description=REVENUE)


class CustomEvents(BaseModel):
    items: list[CustomEvent]
    buckets: list[Instant]
    bucket: BucketName
    total: int = Field(0, description=TOTALS)
    base: ListBase | None = Field(None, description=TOTALS)


class TrafficClass(BaseModel):
    """As of a custom event."""

    traffic: Literal["human", "bot", "ai", "monitor", "scanner"]
    count: int
    visitors: int
    prev_count: int | None
    delta_pct: int | None
    spark: list[int]
    revenue: dict[str, str] = Field({}, description=REVENUE)


class Traffic(BaseModel):
    items: list[TrafficClass]
    buckets: list[Instant]
    bucket: BucketName


class PropertyValue(BaseModel):
    value: str
    count: int


class Property(BaseModel):
    """`count` is the number of events that have it; values are written as in a filter on `prop.<name>`."""

    name: str
    count: int
    visitors: int
    values: list[PropertyValue]


class Properties(BaseModel):
    items: list[Property]
    total: int = Field(0, description=TOTALS)


class Flow(BaseModel):
    """`prev_count` and `delta_pct` are present with `compare=1`."""

    steps: list[str]
    count: int
    visitors: int
    prev_count: int | None = None
    delta_pct: int | None = None


class Flows(BaseModel):
    items: list[Flow]


class Location(BaseModel):
    """Details of a visitor's latest event. `prev_count` and `delta_pct` of its events are present with `compare=1`."""

    visitor_id: str
    country_code: str | None
    region: str | None
    city: str | None
    latitude: float | None
    longitude: float | None
    last_seen: Instant
    path: str
    browser_family: str
    os_family: str
    device_type: str
    events: int
    prev_count: int | None = None
    delta_pct: int | None = None


class Locations(BaseModel):
    items: list[Location]


class VisitorDetails(BaseModel):
    """Country, browser, system and device of the latest event; pages are null for a visitor without a pageview."""

    visitor_id: str
    first_seen: Instant
    last_seen: Instant
    sessions: int
    pageviews: int
    events: int
    country_code: str | None
    browser_family: str
    os_family: str
    device_type: str
    entry_page: str | None
    last_page: str | None
    referrer: str


class Visitor(BaseModel):
    visitor: VisitorDetails


class SessionEvent(BaseModel):
    path: str
    url: str
    event_type: Literal["pageview", "custom"]
    custom_event_name: str | None
    timestamp: Instant


class Session(BaseModel):
    """`events` lists the first 1,000, oldest first; `event_count` counts all of them."""

    session_id: str
    start: Instant
    end: Instant
    duration_ms: int
    page_count: int
    entry_page: str | None
    exit_page: str | None
    event_count: int
    events: list[SessionEvent]


class Sessions(BaseModel):
    """`next_cursor` is null on the last page."""

    sessions: list[Session]
    next_cursor: str | None


class FunnelStep(BaseModel):
    """`conversion` is the share of the first step's visitors, `step_conversion` of the previous step's."""

    filter: str
    visitors: int
    conversion: float
    step_conversion: float
    drop_off: int


class Funnel(BaseModel):
    steps: list[FunnelStep]
    conversion: float
    window: str


class ConvertedGoal(BaseModel):
    """`prev_count`, `delta_pct` and `prev_visitors` are present with `compare=1`, null without a previous period."""

    name: str
    filter: str
    visitors: int = Field(description="Visitors with an event that matches the goal.")
    count: int = Field(description="Events that match it.")
    rate: float = Field(description="`visitors` as a share of all visitors of the range, to 4 decimals.")
    prev_count: int | None = None
    delta_pct: int | None = Field(None, description="The change of `count`.")
    prev_visitors: int | None = None
    revenue: dict[str, str] = Field({}, description=REVENUE)


class ConvertedGoals(BaseModel):
    items: list[ConvertedGoal] = Field(description="All goals of the project, by name.")
    visitors: int = Field(description="All visitors of the range, under the filter.")


class Cohort(BaseModel):
    """Counts and shares of the visitors who return, in the cohort's bucket and in each later one."""

    cohort: Instant
    visitors: int
    returned: list[int]
    retention: list[float]


class Retention(BaseModel):
    period: Literal["day", "week", "month"]
    items: list[Cohort]


class PageRead(BaseModel):
    """`engagedSec` per pageview; `scrollDepth` in percent; web vitals in milliseconds, `cls` without a unit."""

    path: str
    pageviews: int
    engagedSec: float  # noqa: N815 - as the surface spells it
    scrollDepth: float | None  # noqa: N815 - as above
    lcp: float | None
    inp: float | None
    cls: float | None
    fcp: float | None
    ttfb: float | None


class Engagement(BaseModel):
    items: list[PageRead]
    total: int = Field(0, description=TOTALS)


class DroppedReason(BaseModel):
    reason: str
    count: int


class ProgramClass(BaseModel):
    class_: str = Field(alias="class")
    count: int = Field(description="Events.")
    engagements: int = Field(description="Reports of engagement.")


class RefusedHost(BaseModel):
    host: str
    count: int


class IgnoredField(BaseModel):
    name: str
    count: int


class Dropped(BaseModel):
    """`dropped` reports were not stored; events of `programs` were, and figures about people leave them out."""

    dropped: list[DroppedReason]
    programs: list[ProgramClass]
    hosts: list[RefusedHost] = Field(description="Hosts of reports dropped as `origin`; `other` beyond the first 100.")
    ignored: list[IgnoredField] = Field(description="Unknown fields of bodies; `other` beyond the first 100.")


def panels(top_lists: Mapping[str, str]) -> type[BaseModel]:
    """Panels by name. `top_lists` has the key of the label of each top list."""
    kinds: dict[str, type[BaseModel]] = {
        "kpis": Kpis,
        "timeseries": Timeseries,
        "custom-events": CustomEvents,
        "traffic": Traffic,
        **{name: top_list(label) for name, label in top_lists.items()},
    }
    fields: dict[str, Any] = {}
    for name, kind in kinds.items():
        fields[name.replace("-", "_")] = (_panel(kind), Field(None, alias=name))
    return create_model("Panels", panels=(create_model("PanelsByName", **fields), ...))


@cache
def _panel(kind: type[BaseModel]) -> type[BaseModel]:
    """One of both is there."""
    said = "What the endpoint of this name answers."
    return create_model(
        f"Panel_{kind.__name__}", answer=(kind, Field(None, description=said)), error=(ErrorDetail, Field(None))
    )


@cache
def top_list(label: str) -> type[BaseModel]:
    """The answer of a top list whose items have their label under the key `label`.

    `prev_count` and `delta_pct` are present with `compare=1`, null where there is nothing to compare with.
    """
    fields: dict[str, Any] = {
        label: (str, ...),
        "count": (int, ...),
        "visitors": (int, ...),
        "prev_count": (int | None, None),
        "delta_pct": (int | None, None),
        "prev_visitors": (
            int | None,
            Field(None, description=BEFORE),
        ),
        **dict.fromkeys(("sessions", "pageviews"), (int, Field(0, description=FIGURES))),
        **dict.fromkeys(("viewsPerSession", "bounceRate", "avgDurationSec"), (float, Field(0.0, description=FIGURES))),
        "revenue": (dict[str, str], Field({}, description=REVENUE)),
    }
    item = create_model(f"Top_{label}", **fields)
    return create_model(
        f"TopList_{label}",
        items=(list[item], ...),
        total=(int, Field(0, description=TOTALS)),
        base=(ListBase | None, Field(None, description=TOTALS)),
    )
