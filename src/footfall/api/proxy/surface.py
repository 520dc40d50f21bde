"""The proxy surface, `/analytics`: where workers of a proxy send their logs."""

from __future__ import annotations

from fastapi import APIRouter

from footfall.api import body_schema
from footfall.api.documented import refusals, writing_route
from footfall.api.ingest.calls import Route
from footfall.api.problem import CODED, Faults
from footfall.api.proxy import examples
from footfall.api.proxy.ingest import ingest
from footfall.api.surface import Surface
from footfall.collect.formats.proxy import BODY_BYTES
from footfall.collect.schemas.proxy import LogsModel

_PREFIX = "/analytics"

router = APIRouter(tags=["proxy traffic"])

PROXY = Surface(
    "proxy",
    _PREFIX,
    writing=(Route(f"{_PREFIX}/ingest", ingest, BODY_BYTES, idempotent=True),),
    shares=True,
    router=router,
)

(_INGEST,) = PROXY.writing

writing_route(
    router,
    _INGEST,
    operation_id="proxy_store_logs",
    body=body_schema.of_model(LogsModel),
    status=204,
    response_model=None,
    summary="Store 1 to 10,000 logs of a proxy's workers",
    description="All of them or none; durable at 204. A repeated `Idempotency-Key` within 24 hours stores nothing.",
    examples=examples.INGEST,
    refusals=refusals(CODED, 400, 401, 403, 404, 413, 415, 503) | {422: {"model": Faults}},
)
