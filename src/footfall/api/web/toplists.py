"""Top lists, one row each (docs/extending.md)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query

from footfall.api.web import examples, render, schema
from footfall.api.web.parse import Parsed
from footfall.query import build, run

MAX_LABELS = 300

Limit = Annotated[int, Query(ge=1, description=f"Labels, {MAX_LABELS} at most.", examples=[20])]
Compare = Annotated[bool, Query(description="`1` adds the count of the previous period.", examples=["1"])]


@dataclass(frozen=True, slots=True)
class TopRoute:
    """`label` is the key of an item's label, where it differs from the dimension's name."""

    path: str
    ranking: build.TopList
    summary: str
    description: str
    example: str
    label: str = ""


def by_events(dimension: str, path: str, summary: str, description: str, example: str) -> TopRoute:
    """A top list of a plain event dimension: its labels by number of events."""
    return TopRoute(path, build.TopList(dimension), summary, description, example)


TOP_ROUTES = (
    TopRoute("top-pages", build.TOP_PAGES, "Pages by pageviews", "Pageviews and their visitors by path.", "/pricing"),
    TopRoute(
        "top-referrers",
        build.TOP_REFERRERS,
        "Referrers by sessions",
        "Sessions and their visitors by the host that referred the session, `direct` without one.",
        "news.example",
    ),
    TopRoute(
        "top-entry-pages",
        build.TOP_ENTRY_PAGES,
        "Entry pages by sessions",
        "Sessions and their visitors by the path of the session's first pageview.",
        "/",
        label="path",
    ),
    TopRoute(
        "top-exit-pages",
        build.TOP_EXIT_PAGES,
        "Exit pages by sessions",
        "Sessions and their visitors by the path of the session's last pageview.",
        "/checkout/done",
        label="path",
    ),
    by_events(
        "country",
        "top-countries",
        "Countries by events",
        "Events and their visitors by country (ISO 3166-1 alpha-2, or `unknown`).",
        "RO",
    ),
    by_events(
        "browser",
        "top-browsers",
        "Browsers by events",
        "Events and their visitors by browser family.",
        "Firefox",
    ),
    by_events(
        "os",
        "top-os",
        "Operating systems by events",
        "Events and their visitors by operating-system family.",
        "Android",
    ),
    by_events(
        "device",
        "top-devices",
        "Device types by events",
        "Events and their visitors by device type: `desktop`, `mobile`, `tablet`, `other` or `unknown`.",
        "mobile",
    ),
)


def add_to(router: APIRouter) -> None:
    for row in TOP_ROUTES:
        label = row.label or row.ranking.dimension
        router.add_api_route(
            f"/{row.path}",
            _endpoint(row.ranking, label),
            summary=row.summary,
            description=row.description,
            operation_id=f"web_{row.path.replace('-', '_')}",
            response_model=schema.top_list(label),
            response_model_exclude_unset=True,
            responses=examples.top(label, row.example),
        )


def _endpoint(ranking: build.TopList, label: str) -> Callable[..., Any]:
    def top(query: Parsed, limit: Limit = 20, compare: Compare = False) -> Any:
        previous = query.previous if compare else None
        ranked = run.top(query.store, query.base, ranking, min(limit, MAX_LABELS), previous)
        return render.top(label, ranked, compare=compare)

    return top
