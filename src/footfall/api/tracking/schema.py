"""What the tracking surface answers. Field names and types are the contract's."""

from __future__ import annotations

from pydantic import BaseModel

from footfall.api.wire_types import Instant


class EndpointStats(BaseModel):
    endpoint: str
    method: str
    hit_count: int
    unique_users: int
    last_access: Instant
    first_access: Instant


class Stats(BaseModel):
    """`total_endpoints` counts (endpoint, method) pairs before any limit."""

    stats: list[EndpointStats]
    period: str
    total_endpoints: int


class Summary(BaseModel):
    """`total_endpoints` counts distinct endpoints; oldest and newest are null where there is no visit."""

    period: str
    total_hits: int
    total_endpoints: int
    total_unique_users: int
    oldest_visit: Instant | None
    newest_visit: Instant | None
    tracking_active: bool


class Trend(BaseModel):
    time_bucket: str
    hits: int
    unique_users: int
    unique_endpoints: int


class Trends(BaseModel):
    trends: list[Trend]
    granularity: str
    period: str


class Visit(BaseModel):
    """`ip_address`, `user_agent` and `referer` are null where there is none or it is not kept."""

    user_hash: str
    endpoint: str
    method: str
    ip_address: str | None
    user_agent: str | None
    referer: str | None
    timestamp: Instant


class Visits(BaseModel):
    visits: list[Visit]
    count: int
