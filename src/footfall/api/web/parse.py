"""The parameters that every reading endpoint of this surface has, parsed into one `WebQuery`."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from enum import Enum
from typing import Annotated, Literal

from fastapi import Depends, Path, Query, Request

from footfall.api.callers import Caller, require
from footfall.api.parameters import ParametersOfRequest
from footfall.api.state import querying
from footfall.api.timed import timed
from footfall.api.web.surface import WEB
from footfall.catalog.tables import Table
from footfall.errors import UserError
from footfall.model.period import Period
from footfall.model.project import Project, Scope
from footfall.query import ast, filter, run, timerange  # noqa: A004 - the module is named after what it parses
from footfall.query.timerange import TimeRange
from footfall.store.protocol import Reader

PREFIX = f"{WEB.prefix}/{{slug}}"
TAGS: list[str | Enum] = ["web analytics"]

EVER = "ever"
"""In place of a range: all time, without looking up the first event."""

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")

RangeName = Literal["1h", "24h", "7d", "30d", "3m", "12m", "all", "today", "yesterday", "month", "last-month", "year"]

Slug = Annotated[str, Path(description="The project's slug.", examples=["shop"])]
VisitorId = Annotated[
    str,
    Path(
        pattern=r"^[A-Za-z0-9_.:-]{1,128}$",
        description="1 to 128 characters of `[A-Za-z0-9_.:-]`, as listings show it.",
        examples=["5b1f0c9e2a7d4e31"],
    ),
]
Cursor = Annotated[
    str | None, Query(alias="cursor", description="`next_cursor` of the previous page; it carries the range.")
]
TimeZone = Annotated[
    str | None,
    Query(
        description="IANA time zone of buckets (else UTC), dates and ranges of the calendar (else the project's).",
        examples=["Europe/Bucharest"],
        max_length=100,
    ),
]


@dataclass(frozen=True, slots=True)
class RangeParameters:
    """The range as the client gives it; None without the parameter."""

    range_: Annotated[
        RangeName | None,
        Query(
            alias="range",
            description="Rolling, ending now, or of the calendar; `24h` by default, for a single visitor everything.",
            examples=["7d"],
        ),
    ] = None
    from_: Annotated[
        str | None,
        Query(
            alias="from",
            description="Start, ISO 8601; with a valid `to` it overrides `range`.",
            examples=["2026-06-04"],
        ),
    ] = None
    to: Annotated[
        str | None,
        Query(description="End (not included), ISO 8601; goes with `from`.", examples=["2026-06-11T10:00:00Z"]),
    ] = None
    timezone: TimeZone = None

    def time_range(self, context: RequestContext, default: str = "24h") -> TimeRange:
        """UserError(`bad_parameter`) for a zone that is none, or bounds that are no range."""
        zone = UTC if self.timezone is None else _zone(self.timezone)
        days = self.days(context)
        bounds = timerange.between(self.from_, self.to, days)
        if bounds:
            return timerange.explicit(*bounds, zone)
        name = self.range_ or default
        if name == EVER:
            return timerange.ever(context.now)
        if name == timerange.WHOLE:
            return timerange.whole(run.first_row(context.store, context.project.number), context.now, zone)
        if name in timerange.CALENDAR:
            return timerange.calendar(name, context.now, days, zone)
        return timerange.rolling(name, context.now, zone)

    def days(self, context: RequestContext) -> tzinfo:
        """The zone whose clocks days follow."""
        return _zone(context.project.timezone if self.timezone is None else self.timezone)


def _zone(name: str) -> tzinfo:
    return UTC if name == "UTC" else timerange.time_zone(name)


@dataclass(frozen=True, slots=True)
class FilterParameters:
    """Which of the project's events count."""

    filter_: Annotated[
        str,
        Query(
            alias="filter",
            description="Terms that must all match, see docs/api/web.",
            examples=["country:RO|US !os:iOS"],
        ),
    ] = ""
    bots: Annotated[bool, Query(description="`true` or `1` counts known bots as well.", examples=[False])] = False

    def query(self, project: Project, period: Period) -> ast.Query:
        """UserError(`bad_filter`) with the position of the fault."""
        terms = filter.parse(self.filter_)
        bots = True if self.bots else None
        return ast.Query(project=project.number, table=Table.EVENTS, period=period, filters=terms, bots=bots)


@dataclass(frozen=True, slots=True)
class WebQuery:
    """A parsed request: `base` has project, period and filters, and says whether bots count."""

    store: Reader
    time_range: TimeRange
    base: ast.Query

    @property
    def previous(self) -> ast.Query | None:
        """The base over the previous period; None if the range has none."""
        period = self.time_range.previous
        return None if period is None else replace(self.base, period=period)

    def over(self, period: Period) -> WebQuery:
        """The same query over another period."""
        return replace(self, base=replace(self.base, period=period))


@dataclass(frozen=True, slots=True)
class RequestContext:
    """A project, a reader lent to this request, and the time of the request in Unix milliseconds."""

    project: Project
    store: Reader
    now: int


async def project_in_path(
    request: Request, caller: Annotated[Caller, Depends(require(Scope.READ))], slug: Slug
) -> Project:
    if not _SLUG.fullmatch(slug):
        raise UserError("bad_project", f"slug: {slug[:100]!r} does not match {_SLUG.pattern}")
    return querying(request).auth.project_in_path(caller.principal, slug)


ProjectInPath = Annotated[Project, Depends(project_in_path)]


async def request_context(request: Request, project: ProjectInPath) -> AsyncIterator[RequestContext]:
    part = querying(request)
    async with part.limiter.reader(request, project) as store:
        yield RequestContext(project, timed(store, request), part.clock())


def range_parameters(span: Annotated[RangeParameters, Depends()], parameters: ParametersOfRequest) -> RangeParameters:
    """The range; a bound that does not count is told, or refused by a strict request."""
    if timerange.between(span.from_, span.to) is None:
        for name, text in (("from", span.from_), ("to", span.to)):
            if text is not None:
                parameters.ignore(name, f"{text[:100]!r} does not count: from and to must both be ISO 8601 timestamps")
    return span


Context = Annotated[RequestContext, Depends(request_context, scope="function")]
Range = Annotated[RangeParameters, Depends(range_parameters)]
Filter = Annotated[FilterParameters, Depends()]


def web_query(context: Context, span: Range, chosen: Filter) -> WebQuery:
    """UserError for a bad range or filter."""
    time_range = span.time_range(context)
    return WebQuery(context.store, time_range, chosen.query(context.project, time_range.period))


def web_query_of_visitor(context: Context, span: Range, chosen: Filter, visitor_id: VisitorId) -> WebQuery:
    """Over one visitor's events: all of them, unless a range is given."""
    every = replace(span, range_=None) if span.range_ == timerange.WHOLE else span
    time_range = every.time_range(context, EVER)
    base = chosen.query(context.project, time_range.period)
    filters = (*base.filters, ast.equals("visitor_id", visitor_id))
    return WebQuery(context.store, time_range, replace(base, filters=filters))


Parsed = Annotated[WebQuery, Depends(web_query)]
ParsedOfVisitor = Annotated[WebQuery, Depends(web_query_of_visitor)]
