"""What all sites answer."""

from __future__ import annotations

from pydantic import BaseModel, Field

from footfall.api.wire_types import Instant


class ComparedVisitors(BaseModel):
    """`delta_pct` in whole percent, null where there was nobody before."""

    visitors: int
    prev_visitors: int
    delta_pct: int | None


class SiteCard(BaseModel):
    slug: str
    id: str
    name: str
    timezone: str
    site_key: str = Field(description="Public name under which browsers report.")
    domains: list[str]
    created_at: Instant
    live: int = Field(description="Visitors of the last 5 minutes.")
    today: ComparedVisitors = Field(
        description="Since midnight in the project's zone, compared with yesterday up to the same time of day."
    )
    week: ComparedVisitors = Field(description="The last 7 times 24 hours, compared with the 7 before.")
    spark: list[int] = Field(description="Visitors of the last 28 days of the project's zone; today comes last.")
    last_event: Instant | None = Field(description="Null where there was none in these 28 days.")
    has_events: bool = Field(description="Whether there ever was an event.")
    has_requests: bool = Field(description="Whether a project without any event has requests.")
    has_logs: bool = Field(description="Whether a project without any event has proxy logs.")


class Sites(BaseModel):
    items: list[SiteCard] = Field(description="All projects that the caller may read, by slug.")
    as_of: Instant
