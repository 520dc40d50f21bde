"""The project of a surface that goes by the token, and a reader for queries about it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Header, Query, Request

from footfall.api.callers import Caller, require
from footfall.api.state import querying
from footfall.api.timed import timed
from footfall.model.project import Project, Scope
from footfall.store.protocol import Reader

ProjectName = Annotated[
    str | None, Query(description="The project's slug, where the token has several.", examples=["shop"])
]
ProjectHeader = Annotated[str | None, Header(alias="X-Project", description="The same as a header; it wins.")]


async def project_of_token(
    request: Request,
    caller: Annotated[Caller, Depends(require(Scope.READ))],
    project: ProjectName = None,
    x_project: ProjectHeader = None,
) -> Project:
    return querying(request).auth.project(caller.principal, x_project or project)


OfToken = Annotated[Project, Depends(project_of_token)]


async def reader(request: Request, project: OfToken) -> AsyncIterator[Reader]:
    async with querying(request).limiter.reader(request, project) as found:
        yield timed(found, request)


ReaderOfToken = Annotated[Reader, Depends(reader, scope="function")]
