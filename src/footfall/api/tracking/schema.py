"""What the tracking surface answers. Field names and types are the contract's."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import BaseModel, Field, create_model

from footfall.api.wire_types import Instant


class EndpointStats(BaseModel):
    """Null is what no request of the endpoint was sent with; percentiles are estimates, at most 1 % off."""

    endpoint: str
    method: str
    hit_count: int
    unique_users: int
    last_access: Instant
    first_access: Instant
    error_rate: float | None = Field(description="Share of requests with a status that is 400 or above, 4 decimals.")
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    bytes: int | None = Field(description="Sum of response bytes.")


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
    """Null is what is unknown, was not sent, or is not kept."""

    user_hash: str
    endpoint: str
    method: str
    ip_address: str | None
    user_agent: str | None
    referer: str | None
    timestamp: Instant
    status: int | None
    bytes: int | None
    duration_ms: float | None
    host: str | None
    protocol: str | None
    country_code: str | None
    user_id: str | None


class Visits(BaseModel):
    visits: list[Visit]
    count: int


class TopUser(BaseModel):
    """`user_id` is null where the server named none."""

    user_hash: str
    user_id: str | None
    hit_count: int
    bytes: int | None
    last_access: Instant
    first_access: Instant


class TopUsers(BaseModel):
    items: list[TopUser]
    period: str


class StatusClasses(BaseModel):
    """Requests by the first digit of their status; those without one are in none of these."""

    informed: int = Field(alias="1xx")
    succeeded: int = Field(alias="2xx")
    redirected: int = Field(alias="3xx")
    refused: int = Field(alias="4xx")
    failed: int = Field(alias="5xx")


class RequestFigures(BaseModel):
    """Null is what no request was sent with; percentiles are estimates, at most 1 % off."""

    hit_count: int
    unique_users: int
    statuses: StatusClasses
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    bytes: int | None = Field(description="Sum of response bytes.")


class OverviewBucket(RequestFigures):
    bucket: Instant


class Overview(BaseModel):
    """`previous` is null where no period to compare with was given."""

    current: RequestFigures
    previous: RequestFigures | None
    items: list[OverviewBucket]
    granularity: str
    period: str


class EndpointFigures(RequestFigures):
    endpoint: str
    method: str
    first_access: Instant
    last_access: Instant
    trend: list[int] | None = Field(description="Hits by bucket, of the 100 endpoints with most hits.")


class Endpoints(BaseModel):
    """`total` counts (endpoint, method) pairs before any limit; `buckets` are the starts that trends follow."""

    items: list[EndpointFigures]
    total: int
    buckets: list[Instant]
    granularity: str
    period: str


class Consumer(BaseModel):
    """`consumer` is `user_id`, or a hash where the server named no one."""

    consumer: str
    user_id: str | None
    hit_count: int
    endpoints: int
    statuses: StatusClasses
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    bytes: int | None
    first_access: Instant
    last_access: Instant


class Consumers(BaseModel):
    items: list[Consumer]
    period: str


@cache
def top_list(label: str, *, numbers: bool) -> type[BaseModel]:
    """The answer of a ranking whose rows have their label under the key `label`; a number may be null."""
    fields: dict[str, Any] = {
        label: (int | None if numbers else str, ...),
        "hit_count": (int, ...),
        "unique_users": (int, ...),
        "bytes": (int | None, ...),
    }
    row = create_model(f"TopRequests_{label}", **fields)
    return create_model(f"TopRequestsList_{label}", items=(list[row], ...), period=(str, ...))
