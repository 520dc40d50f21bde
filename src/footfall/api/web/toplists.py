"""Top lists, one row each (docs/extending.md)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response

from footfall.api.web import examples, render, schema
from footfall.api.web.comparing import ParsedCompared
from footfall.api.web.parse import WebQuery
from footfall.api.web.sheet import sheet
from footfall.catalog.dimensions import TOP_LISTS
from footfall.query import build, listing, rankings

MAX_LABELS = 300
MAX_SKIP = 10_000
MAX_ROWS = 10_000
"""Rows of a file."""

Limit = Annotated[int, Query(ge=1, description=f"Labels, {MAX_LABELS} at most.", examples=[20])]
Format = Annotated[
    Literal["json", "csv"],
    Query(alias="format", description=f"`csv` answers a file, of {MAX_ROWS:,} rows at most.", examples=["csv"]),
]
Skip = Annotated[
    int, Query(ge=0, le=MAX_SKIP, description="Labels to pass over: with `limit`, pages of the list.", examples=[20])
]
Search = Annotated[
    str, Query(max_length=200, description="Only labels that contain this text, ignoring case.", examples=["blog"])
]
Totals = Annotated[
    bool, Query(description="`true` or `1` adds the number of labels and what all of them sum up to.", examples=[True])
]
Order = Annotated[Literal["count", "visitors"], Query(description="What ranks the labels.", examples=["visitors"])]
Figures = Annotated[bool, Query(description="`true` or `1` adds key figures of sessions.", examples=[True])]
Compare = Annotated[bool, Query(description="`true` or `1` adds the count of the previous period.", examples=[True])]


@dataclass(frozen=True, slots=True)
class PartParameters:
    """Which part of a list is wanted."""

    limit: Limit = 20
    skip: Skip = 0
    search: Search = ""
    totals: Totals = False

    @property
    def most(self) -> int:
        return min(self.limit, MAX_LABELS)

    def of(self, ranking: build.TopList) -> build.TopList:
        """The wanted part of a ranking."""
        return replace(ranking, skip=self.skip, search=self.search)


@dataclass(frozen=True, slots=True)
class ListParameters(PartParameters):
    """Also how it is ranked, and what is shown beside its labels."""

    order: Order = "count"
    figures: Figures = False

    def of(self, ranking: build.TopList) -> build.TopList:
        """The wanted part of a ranking, in the wanted order."""
        by_visitors = self.order == "visitors"
        return replace(
            ranking,
            skip=self.skip,
            search=self.search,
            order="visitors" if by_visitors else "",
            before=("visitors",) if by_visitors or self.figures else (),
        )


@dataclass(frozen=True, slots=True)
class FileParameters(ListParameters):
    """Of a list as a file."""

    @property
    def most(self) -> int:
        return min(self.limit, MAX_ROWS)


Part = Annotated[PartParameters, Depends()]
Page = Annotated[ListParameters, Depends()]


@dataclass(frozen=True, slots=True)
class TopRoute:
    """`label` is the key of an item's label, where it differs from the dimension's name."""

    path: str
    ranking: build.TopList
    summary: str
    description: str
    example: str
    label: str = ""

    @property
    def key(self) -> str:
        return self.label or self.ranking.dimension


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
        router.add_api_route(
            f"/{row.path}",
            _endpoint(row.ranking, row.key),
            summary=row.summary,
            description=row.description,
            operation_id=f"web_{row.path.replace('-', '_')}",
            response_model=schema.top_list(row.key),
            response_model_exclude_unset=True,
            responses=examples.top(row.key, row.example),
        )


def _endpoint(ranking: build.TopList, label: str) -> Callable[..., Any]:
    def top(query: ParsedCompared, page: Page, format_: Format = "json", *, compare: Compare = False) -> Any:
        if format_ == "csv":
            return file(query, ranking, label, page, compare=compare)
        return answer(query, ranking, label, page, compare=compare)

    return top


def file(query: WebQuery, ranking: build.TopList, label: str, page: ListParameters, *, compare: bool) -> Response:
    """A list as a file."""
    whole = FileParameters(page.limit, page.skip, page.search, totals=False, order=page.order, figures=page.figures)
    items = answer(query, ranking, label, whole, compare=compare)["items"]
    period = query.base.period
    headers = {
        "Content-Disposition": f'attachment; filename="{label}-{period.start}-{period.end}.csv"',
        "Cache-Control": "no-store",
    }
    return Response(sheet(label, items), media_type="text/csv; charset=utf-8", headers=headers)


def answer(
    query: WebQuery, ranking: build.TopList, label: str, page: ListParameters, *, compare: bool
) -> dict[str, Any]:
    """A top list as it is answered."""
    wanted, previous = page.of(ranking), query.previous if compare else None
    listed = rankings.top_with_revenue(query.store, query.base, wanted, page.most, previous, totals=page.totals)
    ranked = listed.items
    found, labels = render.top(label, ranked, compare=compare), [row.label for row in ranked]
    if page.figures:
        render.add_figures(found["items"], label, listing.figures(query.store, query.base, wanted, labels))
    if compare and wanted.before:
        render.add_previous_visitors(found["items"], ranked)
    if page.totals:
        totals = listed.totals or listing.totals(query.store, query.base, wanted, len(labels), page.most)
        found |= render.totals(totals)
    return found
