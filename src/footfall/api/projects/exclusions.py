"""What a project excludes: paths, addresses and countries whose browsers' reports are dropped."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Request
from pydantic import Field

from footfall.api.callers import Caller, require
from footfall.api.projects import examples
from footfall.api.projects.schema import StrictBody
from footfall.api.state import querying
from footfall.meta.exclusions import MAX_EXCLUDED
from footfall.model.project import Exclusions, Project, Scope

Admin = Annotated[Caller, Depends(require(Scope.ADMIN))]
Slug = Annotated[str, Path(description="The project's slug or id.", examples=["shop"])]


class ExcludedReports(StrictBody):
    """All that is excluded; an absent list is empty."""

    paths: list[str] = Field(
        [], max_length=MAX_EXCLUDED, description="Paths of pages; `*` is any run of characters: `/admin/*`."
    )
    addresses: list[str] = Field([], max_length=MAX_EXCLUDED, description="Addresses and networks: `10.0.0.0/8`.")
    countries: list[str] = Field([], max_length=MAX_EXCLUDED, description="ISO 3166-1 alpha-2 codes: `DE`.")


def add_to(router: APIRouter) -> None:
    router.add_api_route(
        "/{slug}/exclusions",
        shown,
        summary="What a project excludes",
        response_model=ExcludedReports,
        responses=examples.EXCLUSIONS,
        operation_id="projects_exclusions",
    )
    router.add_api_route(
        "/{slug}/exclusions",
        replaced,
        methods=["PUT"],
        summary="Change what a project excludes",
        response_model=ExcludedReports,
        responses=examples.EXCLUSIONS,
        operation_id="projects_exclude",
    )


async def shown(request: Request, caller: Admin, slug: Slug) -> ExcludedReports:
    """Reports of browsers from these paths, addresses and countries are dropped, and counted as `excluded`."""
    return _shown(querying(request).auth.project_in_path(caller.principal, slug))


async def replaced(
    request: Request,
    caller: Admin,
    slug: Slug,
    body: Annotated[ExcludedReports, Body(openapi_examples=examples.EXCLUDED)],
) -> ExcludedReports:
    """The lists of the body take the place of those before. What is stored already stays."""
    auth = querying(request).auth
    project = auth.project_in_path(caller.principal, slug)
    wanted = Exclusions(tuple(body.paths), tuple(body.addresses), tuple(body.countries))
    try:
        return _shown(await asyncio.to_thread(auth.meta.editor.exclude, project.id, wanted, by=caller.by))
    finally:
        auth.directory.forget()


def _shown(project: Project) -> ExcludedReports:
    found = project.excluded
    return ExcludedReports(paths=list(found.paths), addresses=list(found.addresses), countries=list(found.countries))
