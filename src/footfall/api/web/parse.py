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
from footfall.api.parameters import Parameters, ParametersOfRequest
from footfall.api.state import querying
from footfall.api.timed import timed
from footfall.api.web.limits import Limits
from footfall.api.web.surface import WEB
from footfall.catalog.tables import Table
from footfall.errors import UserError
from footfall.meta import FiltersByName, SavedFilters
from footfall.model.period import Period
from footfall.model.project import Principal, Project, Scope
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
        zone, days = self.zone(), self.days(context)
        bounds = timerange.between(self.from_, self.to, days)
        if bounds:
            return timerange.explicit(*bounds, zone)
        name = self.range_ or default
        if name == EVER:
            return timerange.ever(context.now)
        if name == timerange.WHOLE:
            return timerange.whole(run.beginning(context.store, context.project.number), context.now, zone)
        if name in timerange.CALENDAR:
            return timerange.calendar(name, context.now, days, zone)
        return timerange.rolling(name, context.now, zone)

    def names(self) -> tuple[str, ...]:
        """The parameters that say which range is wanted; none where none does."""
        if timerange.between(self.from_, self.to) is not None:
            return "from", "to"
        return ("range",) if self.range_ else ()

    def zone(self) -> tzinfo:
        """That of buckets."""
        return UTC if self.timezone is None else _zone(self.timezone)

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


@dataclass(frozen=True, slots=True)
class Access:
    """A project, who reads it, and what they may see of it."""

    project: Project
    principal: Principal
    limits: Limits


@dataclass(frozen=True, slots=True)
class ChosenEvents:
    """The same, with what names of saved filters mean to the caller.

    UserError(`bad_filter`) says where the fault is.
    """

    given: FilterParameters
    access: Access
    saved: SavedFilters

    def query(self, project: Project, period: Period) -> ast.Query:
        terms, bots = self.terms(self.given.filter_), True if self.given.bots else None
        asked = ast.Query(project=project.number, table=Table.EVENTS, period=period, filters=terms, bots=bots)
        return self.access.limits.narrow(asked, self.find)

    def terms(self, text: str) -> tuple[ast.Term, ...]:
        """UserError `forbidden` for those that the caller may not ask."""
        found = filter.parse(text, self.find)
        self.access.limits.check_terms(found)
        return found

    def find(self, key: str, name: str) -> str | None:
        """What filters call a saved one by; looked up only where one is named."""
        return self.by_name.find(key, name)

    @property
    def by_name(self) -> FiltersByName:
        return self.saved.of(self.access.project, self.access.principal.token_id)


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

    def going_on(self, period: Period, parameters: Parameters) -> WebQuery:
        """The same query over the period of a cursor, for which bounds that say another one do not count."""
        if self.time_range.chip == timerange.CUSTOM and self.time_range.period != period:
            for name in ("from", "to"):
                parameters.ignore(name, "the cursor carries the range of its first page, which is another one")
        return replace(self, base=replace(self.base, period=period))


@dataclass(frozen=True, slots=True)
class RequestContext:
    """A project, a reader lent to this request, the caller's limits, and the time in Unix milliseconds."""

    project: Project
    store: Reader
    limits: Limits

    @property
    def now(self) -> int:
        return self.limits.now


async def access(
    request: Request, caller: Annotated[Caller, Depends(require(Scope.READ, links=True))], slug: Slug
) -> Access:
    if not _SLUG.fullmatch(slug):
        raise UserError("bad_project", f"slug: {slug[:100]!r} does not match {_SLUG.pattern}")
    part = querying(request)
    project = part.auth.project_in_path(caller.principal, slug)
    limits = Limits(caller.principal, project, part.clock())
    limits.check(request.scope["route"].path.removeprefix(PREFIX))
    return Access(project, caller.principal, limits)


AccessInPath = Annotated[Access, Depends(access)]


async def project_in_path(found: AccessInPath) -> Project:
    return found.project


ProjectInPath = Annotated[Project, Depends(project_in_path)]


async def request_context(request: Request, found: AccessInPath) -> AsyncIterator[RequestContext]:
    async with querying(request).limiter.reader(request, found.project) as store:
        yield RequestContext(found.project, timed(store, request), found.limits)


def range_parameters(span: Annotated[RangeParameters, Depends()], parameters: ParametersOfRequest) -> RangeParameters:
    """The range; a bound that does not count is told, or refused by a strict request."""
    if timerange.between(span.from_, span.to) is None:
        for name, text in (("from", span.from_), ("to", span.to)):
            if text is not None:
                parameters.ignore(name, f"{text[:100]!r} does not count: from and to must both be {timerange.INSTANTS}")
    return span


async def chosen_events(
    request: Request,
    found: AccessInPath,
    given: Annotated[FilterParameters, Depends()],
    parameters: ParametersOfRequest,
) -> ChosenEvents:
    if given.bots and found.principal.limits is not None:
        parameters.ignore("bots", "a link counts people")
    return ChosenEvents(given, found, querying(request).saved)


Context = Annotated[RequestContext, Depends(request_context, scope="function")]
Range = Annotated[RangeParameters, Depends(range_parameters)]
Filter = Annotated[ChosenEvents, Depends(chosen_events)]


def web_query(context: Context, span: Range, chosen: Filter, parameters: ParametersOfRequest) -> WebQuery:
    """UserError for a bad range or filter."""
    time_range = _within_limits(context, span, parameters)
    return WebQuery(context.store, time_range, chosen.query(context.project, time_range.period))


def _within_limits(context: RequestContext, span: RangeParameters, parameters: Parameters) -> TimeRange:
    """The range of the request; that of a link where none is asked for."""
    asked = span.names()
    if not asked and (own := context.limits.own_range(span.zone())):
        return context.limits.cut(own, parameters)
    return context.limits.cut(span.time_range(context), parameters, *asked)


def web_query_of_visitor(context: Context, span: Range, chosen: Filter, visitor_id: VisitorId) -> WebQuery:
    """Over one visitor's events: all of them, unless a range is given."""
    every = replace(span, range_=None) if span.range_ == timerange.WHOLE else span
    time_range = every.time_range(context, EVER)
    base = chosen.query(context.project, time_range.period)
    filters = (*base.filters, ast.equals("visitor_id", visitor_id))
    return WebQuery(context.store, time_range, replace(base, filters=filters))


Parsed = Annotated[WebQuery, Depends(web_query)]
ParsedOfVisitor = Annotated[WebQuery, Depends(web_query_of_visitor)]
