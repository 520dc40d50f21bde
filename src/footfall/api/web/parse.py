"""The parameters that every reading endpoint of this surface has, as one `Question`."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from fastapi import Depends, Path, Query, Request

from footfall.api.auth import Caller, require
from footfall.catalog.tables import Table
from footfall.errors import UserError
from footfall.model.project import Project, Scope
from footfall.query import ast, filter, run, window  # noqa: A004 - the module is named after what it parses
from footfall.store.protocol import Reader

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")

RangeName = Literal["1h", "24h", "7d", "30d", "3m", "12m", "all"]

Slug = Annotated[str, Path(description="The project's slug.", examples=["shop"])]
Range = Annotated[RangeName, Query(alias="range", description="A rolling range that ends now.", examples=["7d"])]
From = Annotated[
    str | None,
    Query(
        alias="from", description="Start, ISO 8601; with a valid `to` it overrides `range`.", examples=["2026-06-04"]
    ),
]
To = Annotated[
    str | None,
    Query(description="End (not included), ISO 8601; goes with `from`.", examples=["2026-06-11T10:00:00Z"]),
]
FilterText = Annotated[
    str,
    Query(
        alias="filter", description="Terms that must all hold, see docs/api/web.", examples=["country:RO|US !os:iOS"]
    ),
]
Bots = Annotated[bool, Query(description="`1` counts known bots, too.", examples=["0"])]


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


async def project_in_path(
    request: Request, caller: Annotated[Caller, Depends(require(Scope.READ))], slug: Slug
) -> Project:
    if not _SLUG.fullmatch(slug):
        raise UserError("bad_project", f"slug: {slug[:100]!r} does not match {_SLUG.pattern}")
    found: Project = request.app.state.services.auth.project_in_path(caller.principal, slug)
    return found


InPath = Annotated[Project, Depends(project_in_path)]


async def reader(request: Request, project: InPath) -> AsyncIterator[Reader]:
    async with request.app.state.services.questions.asked(request, project) as found:
        yield found


def question(
    request: Request,
    project: InPath,
    store: Annotated[Reader, Depends(reader, scope="function")],
    range_: Range = "24h",
    from_: From = None,
    to: To = None,
    filter_: FilterText = "",
    bots: Bots = False,
) -> Question:
    """Raises UserError where the project, the range or the filter does not hold."""
    terms = filter.parse(filter_)
    asked = _window(store, project, request.app.state.services.clock(), range_, from_, to)
    base = ast.Query(
        project=project.number, table=Table.EVENTS, period=asked.period, filters=terms, bots=True if bots else None
    )
    return Question(store, asked, base)


Asked = Annotated[Question, Depends(question)]


def _window(store: Reader, project: Project, now: int, name: str, start: str | None, end: str | None) -> window.Window:
    bounds = window.instant(start or ""), window.instant(end or "")
    if bounds[0] is not None and bounds[1] is not None:
        return window.explicit(bounds[0], bounds[1])
    if name == window.WHOLE:
        return window.whole(run.first_row(store, project.number), now)
    return window.rolling(name, now)
