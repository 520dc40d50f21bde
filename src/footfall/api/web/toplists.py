"""Top lists, one row each (docs/extending.md)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query

from footfall.api.web import examples, render, schema
from footfall.api.web.parse import Parsed
from footfall.catalog.dimensions import TOP_LISTS
from footfall.query import build, run

MAX_LABELS = 300

Limit = Annotated[int, Query(ge=1, description=f"Labels, {MAX_LABELS} at most.", examples=[20])]
Compare = Annotated[bool, Query(description="`true` or `1` adds the count of the previous period.", examples=[True])]


@dataclass(frozen=True, slots=True)
class TopRoute:
    """`label` is the key of an item's label, where it differs from the dimension's name."""

    path: str
    ranking: build.TopList
    summary: str
    description: str
    example: str
    label: str = ""


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
    *(
        TopRoute(top.path, build.declared(dimension), top.summary, top.description, top.example, top.key)
        for dimension, top in TOP_LISTS
    ),
)
"""Those that dimensions declare come last."""


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
        ranked = run.top_with_revenue(query.store, query.base, ranking, min(limit, MAX_LABELS), previous)
        return render.top(label, ranked, compare=compare)

    return top
