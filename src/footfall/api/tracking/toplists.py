"""Rankings of requests, one row each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, Query

from footfall.api.tracking import examples, render, schema
from footfall.api.tracking.parse import ParsedQuery, PeriodName
from footfall.catalog.tables import Table
from footfall.query import ast, build, run

MAX_LABELS = 300

During = Annotated[PeriodName, Query(description="Today since 00:00 UTC, or rolling.", examples=["week"])]
Limit = Annotated[int, Query(ge=1, description=f"Rows, {MAX_LABELS} at most.", examples=[20])]


@dataclass(frozen=True, slots=True)
class TopRoute:
    """`label` is the key of a row's label, `read` makes it what is shown."""

    path: str
    ranking: build.TopList
    label: str
    summary: str
    description: str
    example: str | int
    read: Callable[[str], str | int | None] = str


def _ranking(dimension: str, *only: ast.Term) -> build.TopList:
    return build.TopList(dimension, "hits", Table.REQUESTS, only, ("visitors", "bytes"))


def _status(text: str) -> int | None:
    return int(text) or None


TOP_ROUTES = (
    TopRoute(
        "top-statuses",
        _ranking("status"),
        "status",
        "Requests by status",
        "HTTP statuses; null where none was sent.",
        404,
        _status,
    ),
    TopRoute(
        "top-referers",
        _ranking("referer"),
        "referer",
        "Requests by referrer",
        "Referrers' URLs as sent; `direct` where there is none.",
        "https://news.example/",
    ),
    TopRoute(
        "top-browsers",
        _ranking("browser"),
        "browser",
        "Requests by browser",
        "Browser families; programs by their name, `unknown` where the agent tells none.",
        "Firefox",
    ),
    TopRoute(
        "top-hosts",
        _ranking("host"),
        "host",
        "Requests by host",
        "Hosts that requests were sent to; `unknown` where the sender does not say.",
        "shop.example",
    ),
    TopRoute(
        "top-not-found",
        _ranking("endpoint", ast.equals("status", "404")),
        "endpoint",
        "Endpoints that were not found",
        "Endpoints by the requests that were answered 404.",
        "/wp-login.php",
    ),
    TopRoute(
        "top-addresses",
        replace(_ranking("ip_address", build.with_value("ip_address")), many=True),
        "ip_address",
        "Requests by address",
        "Clients' addresses, as they are stored; requests whose address is not kept are left out.",
        "192.0.2.7",
    ),
)

TOP_USERS = replace(_ranking("visitor"), figures=("named_user", "bytes", "first", "last"), many=True)


def add_to(router: APIRouter) -> None:
    for row in TOP_ROUTES:
        router.add_api_route(
            f"/{row.path}",
            _endpoint(row),
            summary=row.summary,
            description=row.description,
            operation_id=f"tracking_{row.path.replace('-', '_')}",
            response_model=schema.top_list(row.label, numbers=isinstance(row.example, int)),
            responses=examples.top(row.label, row.example),
        )
    router.add_api_route(
        "/top-users",
        top_users,
        summary="Users by requests",
        operation_id="tracking_top_users",
        response_model=schema.TopUsers,
        responses=examples.TOP_USERS,
    )


def _endpoint(row: TopRoute) -> Callable[..., Any]:
    def top(query: ParsedQuery, period: During = "all", limit: Limit = 20) -> Any:
        found = run.top_requests(query.store, query.during(period), row.ranking, min(limit, MAX_LABELS))
        return render.top(found, row.ranking.dimension, row.label, row.read, query.name(period))

    return top


def top_users(query: ParsedQuery, period: During = "all", limit: Limit = 20) -> Any:
    """Users by their requests, with the id that the server gave them; ties by hash."""
    found = run.top_requests(query.store, query.during(period), TOP_USERS, min(limit, MAX_LABELS))
    return render.top_users(found, query.name(period))
