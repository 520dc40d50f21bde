"""The parameters that every reading endpoint of this surface has, as one `Question`."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from enum import Enum
from typing import Annotated, Literal

from fastapi import Depends, Path, Query, Request

from footfall.api.callers import Caller, require
from footfall.api.state import querying
from footfall.api.web.surface import WEB
from footfall.catalog.tables import Table
from footfall.errors import UserError
from footfall.model.period import Period
from footfall.model.project import Project, Scope
from footfall.query import ast, filter, run, window  # noqa: A004 - the module is named after what it parses
from footfall.store.protocol import Reader

PREFIX = f"{WEB.prefix}/{{slug}}"
TAGS: list[str | Enum] = ["web analytics"]

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")

RangeName = Literal["1h", "24h", "7d", "30d", "3m", "12m", "all"]

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
    str | None, Query(alias="cursor", description="`next_cursor` of the page before; it brings the range along.")
]
TimeZone = Annotated[
    str, Query(description="IANA time zone that buckets begin by.", examples=["Europe/Bucharest"], max_length=100)
]


@dataclass(frozen=True, slots=True)
class When:
    """The range as a client may give it; `range_` is None where it says nothing."""

    range_: Annotated[
        RangeName | None,
        Query(
            alias="range",
            description="Rolling, ending now; `24h` without it, of one visitor everything.",
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


@dataclass(frozen=True, slots=True)
class What:
    """Which of the project's events are asked about."""

    filter_: Annotated[
        str,
        Query(
            alias="filter",
            description="Terms that must all hold, see docs/api/web.",
            examples=["country:RO|US !os:iOS"],
        ),
    ] = ""
    bots: Annotated[bool, Query(description="`1` counts known bots, too.", examples=["0"])] = False

    def query(self, project: Project, period: Period) -> ast.Query:
        """UserError(`bad_filter`) with the position of the fault."""
        terms = filter.parse(self.filter_)
        bots = True if self.bots else None
        return ast.Query(project=project.number, table=Table.EVENTS, period=period, filters=terms, bots=bots)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of which project, and when: `base` has project, period, filters, and whether bots count."""

    store: Reader
    window: window.Window
    base: ast.Query

    @property
    def before(self) -> ast.Query | None:
        """The same question about the period before."""
        return replace(self.base, period=self.window.previous) if self.window.previous else None


@dataclass(frozen=True, slots=True)
class Asker:
    """A project with a reader of its own and the time of the question, Unix milliseconds."""

    project: Project
    store: Reader
    now: int


async def project_in_path(
    request: Request, caller: Annotated[Caller, Depends(require(Scope.READ))], slug: Slug
) -> Project:
    if not _SLUG.fullmatch(slug):
        raise UserError("bad_project", f"slug: {slug[:100]!r} does not match {_SLUG.pattern}")
    return querying(request).auth.project_in_path(caller.principal, slug)


InPath = Annotated[Project, Depends(project_in_path)]


async def asker(request: Request, project: InPath) -> AsyncIterator[Asker]:
    part = querying(request)
    async with part.limiter.reader(request, project) as store:
        yield Asker(project, store, part.clock())


Asking = Annotated[Asker, Depends(asker, scope="function")]
Whenever = Annotated[When, Depends()]
Whatever = Annotated[What, Depends()]


def question(asking: Asking, when: Whenever, what: Whatever) -> Question:
    """Raises UserError where the range or the filter does not hold."""
    return _question(asking, when, what, UTC)


def question_in_zone(asking: Asking, when: Whenever, what: Whatever, timezone: TimeZone = "UTC") -> Question:
    """The same with buckets of a time zone."""
    return _question(asking, when, what, UTC if timezone == "UTC" else window.time_zone(timezone))


def question_of_visitor(asking: Asking, when: Whenever, what: Whatever, visitor_id: VisitorId) -> Question:
    """About one visitor's events; without a range, about all of them."""
    bounds = window.between(when.from_, when.to)
    ever = when.range_ in {None, window.WHOLE} and bounds is None
    asked = window.ever(asking.now) if ever else _window(asking, when, UTC)
    base = what.query(asking.project, asked.period)
    return Question(asking.store, asked, replace(base, filters=(*base.filters, ast.equals("visitor_id", visitor_id))))


Asked = Annotated[Question, Depends(question)]
AskedInZone = Annotated[Question, Depends(question_in_zone)]
AskedOfVisitor = Annotated[Question, Depends(question_of_visitor)]


def _question(asking: Asker, when: When, what: What, zone: tzinfo) -> Question:
    asked = _window(asking, when, zone)
    return Question(asking.store, asked, what.query(asking.project, asked.period))


def _window(asking: Asker, when: When, zone: tzinfo) -> window.Window:
    bounds = window.between(when.from_, when.to)
    if bounds:
        return window.explicit(*bounds, zone)
    name = when.range_ or "24h"
    if name == window.WHOLE:
        return window.whole(run.first_row(asking.store, asking.project.number), asking.now, zone)
    return window.rolling(name, asking.now, zone)
