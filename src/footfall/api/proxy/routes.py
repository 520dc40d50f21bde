"""Reading endpoints of the proxy surface: each one parses, queries and renders."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from footfall.api.parameters import CHECKED
from footfall.api.proxy import examples, render, schema
from footfall.api.proxy.parse import MAX_ROWS, Buckets, ParsedQuery
from footfall.api.proxy.surface import PROXY
from footfall.query import proxy

router = APIRouter(prefix=PROXY.prefix, tags=["proxy traffic"], dependencies=CHECKED)

Json = dict[str, Any]
SortBy = Literal["bytes", "count"]
Rows = Query(ge=1, le=MAX_ROWS, description=f"Rows, {MAX_ROWS} at most.", examples=[30])

_METRIC = {"bytes": "bytes_total", "count": "total_count"}


@router.get(
    "/traffic",
    summary="Bytes and requests over time",
    response_model=schema.Traffic,
    responses=examples.TRAFFIC,
    operation_id="proxy_traffic",
)
def read_traffic(query: ParsedQuery, buckets: Buckets) -> Json:
    """Buckets that have logs, ascending."""
    metrics = ("total_bytes_sent", "total_bytes_received", "bytes_total", "total_count")
    return render.rows(proxy.chart(query.store, query.base, buckets, *metrics))


@router.get(
    "/requests",
    summary="Requests and errors over time",
    response_model=schema.Requests,
    responses=examples.REQUESTS,
    operation_id="proxy_requests",
)
def read_requests(query: ParsedQuery, buckets: Buckets) -> Json:
    """Buckets that have logs, ascending."""
    return render.rows(proxy.chart(query.store, query.base, buckets, "total_count", "total_errors"))


@router.get(
    "/concurrency",
    summary="The most requests at once, over time",
    response_model=schema.Concurrency,
    responses=examples.CONCURRENCY,
    operation_id="proxy_concurrency",
)
def read_concurrency(query: ParsedQuery, buckets: Buckets) -> Json:
    """The largest that any log of a bucket says; buckets that have logs, ascending."""
    return render.rows(proxy.chart(query.store, query.base, buckets, "max_concurrency", "total_count"))


@router.get(
    "/domains",
    summary="Traffic by domain",
    response_model=schema.Domains,
    responses=examples.DOMAINS,
    operation_id="proxy_domains",
)
def read_domains(
    query: ParsedQuery,
    sort_by: Annotated[
        SortBy, Query(alias="sortBy", description="What the order goes by, descending.", examples=["bytes"])
    ] = "bytes",
    limit: Annotated[int, Rows] = 30,
) -> Json:
    """Ties by domain."""
    return render.rows(proxy.domains(query.store, query.base, _METRIC[sort_by], limit))


@router.get(
    "/errors",
    summary="Errors, when they were seen, and where most",
    response_model=schema.Errors,
    responses=examples.ERRORS,
    operation_id="proxy_errors",
)
def read_errors(query: ParsedQuery, limit: Annotated[int, Rows] = 50) -> Json:
    """Of logs whose error is not empty; most errors first, ties by name."""
    return render.errors(proxy.errors(query.store, query.base, limit))


@router.get(
    "/websites",
    summary="Domains, page by page",
    response_model=schema.Websites,
    responses=examples.WEBSITES,
    operation_id="proxy_websites",
)
def read_websites(
    query: ParsedQuery,
    page: Annotated[int, Query(ge=1, le=1_000_000, description="Counted from 1.", examples=[1])] = 1,
    limit: Annotated[int, Rows] = 25,
) -> Json:
    """Most requests first, ties by domain."""
    return render.websites(proxy.websites(query.store, query.base, page, limit), page, limit)
