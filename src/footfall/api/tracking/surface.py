"""Endpoint tracking, `/api/tracking`: where servers and their middleware send the requests that they saw."""

from __future__ import annotations

from fastapi import APIRouter

from footfall.api import body_schema
from footfall.api.documented import Example, public_route, refusals, writing_route
from footfall.api.ingest.calls import Route
from footfall.api.ingest.public import PublicRoute
from footfall.api.ingest.rows import RowsAccepted
from footfall.api.problem import CODED
from footfall.api.surface import Surface
from footfall.api.tracking.logs import log_request, look
from footfall.api.tracking.visits import store_visits
from footfall.collect import rows
from footfall.collect.formats import logrequest
from footfall.collect.formats.visits import VisitIn

router = APIRouter(tags=["collection"])

_VISITS = Route("/api/tracking/visits", store_visits, rows.BODY_BYTES, idempotent=True)
_LOGS = PublicRoute("/api/log-request", log_request, logrequest.BODY_BYTES, look=look)

TRACKING = Surface("tracking", "/api/tracking", writing=(_VISITS,), public=(_LOGS,), shares=True, router=router)

writing_route(
    router,
    _VISITS,
    operation_id="tracking_store_visits",
    body=body_schema.wrapped("visits", body_schema.list_of(body_schema.of_struct(VisitIn), rows.MAX_ROWS, least=1)),
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
    refusals=refusals(CODED, 400, 401, 403, 404, 413, 415, 503),
    ndjson='{"method": "GET", "endpoint": "/pricing", "status": 200, "ip_address": "203.0.113.7"}\n',
)
public_route(
    router,
    _LOGS,
    operation_id="tracking_log_requests",
    body=body_schema.of_struct(
        logrequest.LogBody,
        requests=body_schema.list_of(body_schema.of_struct(logrequest.LoggedRequest), logrequest.MAX_REQUESTS),
    ),
    status=201,
    summary="Store requests that the middleware of fastapi-analytics saw",
    description="The token, with scope `ingest`, stands in the body. A bad request refuses only itself; where all are "
    "refused, 400.",
    examples=Example(
        request={
            "api_key": "ff_pat_…",
            "framework": "FastAPI",
            "privacy_level": 0,
            "requests": [{"path": "/pricing", "method": "GET", "status": 200, "response_time": 12}],
        },
        answer={"status": 201, "message": "1 requests stored"},
    ),
    statuses=(400, 401, 403, 404, 413, 429, 503),
)
