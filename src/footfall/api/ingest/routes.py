"""`POST /api/collect/bulk` and `POST /api/tracking/visits` in /openapi.json."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from footfall.api.documented import Example, refusals, writing_route
from footfall.api.ingest.calls import Route
from footfall.api.ingest.rows import bulk, visited
from footfall.collect.requests import MAX_RESPONSE_BYTES
from footfall.collect.rows import BODY_BYTES, MAX_LISTED

ROUTES = {"/api/collect/bulk": Route(bulk, BODY_BYTES), "/api/tracking/visits": Route(visited, BODY_BYTES)}

router = APIRouter(tags=["collection"])


class Money(BaseModel):
    amount: float | str
    currency: str = Field(description="ISO 4217, three capitals.")


class BulkEventModel(BaseModel):
    """What the sender gives is believed; what it leaves out is derived as for browsers."""

    type: Literal["pageview", "custom"] = "pageview"
    name: str | None = Field(None, max_length=100, description="Required for a custom event.")
    url: str | None = Field(None, description="A pageview needs this or `path`.")
    path: str | None = None
    hostname: str | None = None
    title: str | None = None
    referrer: str | None = None
    visitor_id: str | None = Field(None, max_length=128)
    session_id: str | None = Field(None, max_length=128)
    timestamp: str | float | None = Field(None, description="ISO 8601, or Unix seconds or milliseconds.")
    ip: str | None = None
    user_agent: str | None = None
    language: str | None = None
    screen: str | None = None
    country_code: str | None = Field(None, description="ISO 3166-1 alpha-2.")
    region: str | None = None
    city: str | None = None
    properties: dict[str, Any] | None = None
    revenue: Money | float | str | None = None
    event_id: str | None = Field(None, description="ULID or UUID; the same id within 24 hours is stored once.")


class BulkModel(BaseModel):
    events: list[BulkEventModel] = Field(min_length=1, max_length=1000)


class VisitModel(BaseModel):
    """One HTTP request that a server answered."""

    timestamp: str | float | None = Field(None, description="ISO 8601, or Unix seconds or milliseconds.")
    method: str = "GET"
    endpoint: str | None = Field(None, description="Path; the query string is cut off. This or `url` is required.")
    url: str | None = None
    status: int | None = Field(None, ge=0, le=999)
    bytes: int | None = Field(None, ge=0, le=MAX_RESPONSE_BYTES)
    duration_ms: float | None = Field(None, ge=0)
    ip_address: str | None = None
    user_agent: str | None = None
    referer: str | None = None
    protocol: str | None = None
    host: str | None = None
    user_id: str | None = Field(None, max_length=128, description="The visitor, where the server knows it.")
    provider: str | None = Field(None, max_length=128, description="Network or CDN that the request came through.")
    headers: dict[str, str] | None = Field(
        None, description="Headers of the request: those by which CDNs are known name the provider, none is kept."
    )


class VisitsModel(BaseModel):
    visits: list[VisitModel] = Field(min_length=1, max_length=1000)


class RejectedRow(BaseModel):
    index: int = Field(description="Place in the body, counted from 0.")
    code: str
    message: str


class RowsAccepted(BaseModel):
    accepted: int
    rejected: list[RejectedRow] = Field(max_length=MAX_LISTED, description="The first 1,000 rows that were refused.")
    rejected_total: int = Field(description="All rows that were refused.")


class Error(BaseModel):
    code: str
    message: str


class Problem(BaseModel):
    error: Error


_REFUSALS = refusals(Problem, 400, 401, 403, 404, 413, 415, 503)

writing_route(
    router,
    "/api/collect/bulk",
    ROUTES["/api/collect/bulk"],
    body=BulkModel,
    status=202,
    response_model=RowsAccepted,
    summary="Store events of servers, back-fills and apps",
    description="1 to 1,000 events, or NDJSON of at most 10 MiB. Durable at 202; a bad event refuses only itself.",
    examples=Example(
        request={
            "events": [
                {"type": "pageview", "url": "https://shop.example/pricing", "visitor_id": "ada", "country_code": "RO"},
                {
                    "type": "custom",
                    "name": "purchase",
                    "visitor_id": "ada",
                    "revenue": {"amount": 49, "currency": "EUR"},
                },
            ]
        },
        answer={"accepted": 2, "rejected": [], "rejected_total": 0},
    ),
    refusals=_REFUSALS,
    ndjson='{"type": "pageview", "url": "https://shop.example/pricing", "visitor_id": "ada"}\n',
)
writing_route(
    router,
    "/api/tracking/visits",
    ROUTES["/api/tracking/visits"],
    body=VisitsModel,
    status=202,
    response_model=RowsAccepted,
    summary="Store HTTP requests that a server saw",
    description="1 to 1,000 visits, or NDJSON of at most 10 MiB. Durable at 202; a bad visit refuses only itself. A "
    "repeated `Idempotency-Key` within 24 hours stores nothing and gets the first answer.",
    examples=Example(
        request={
            "visits": [
                {
                    "timestamp": "2026-06-11T10:00:00Z",
                    "method": "GET",
                    "endpoint": "/pricing",
                    "status": 200,
                    "bytes": 5120,
                    "duration_ms": 12.5,
                    "ip_address": "203.0.113.7",
                    "user_agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0",
                }
            ]
        },
        answer={"accepted": 1, "rejected": [], "rejected_total": 0},
    ),
    refusals=_REFUSALS,
    idempotent=True,
    ndjson='{"method": "GET", "endpoint": "/pricing", "status": 200, "ip_address": "203.0.113.7"}\n',
)
