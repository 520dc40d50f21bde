"""The imports of a project, and how far they have come."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, Field

from footfall.api.callers import Caller, require
from footfall.api.projects import examples
from footfall.api.state import querying
from footfall.api.wire_types import Instant
from footfall.meta import Ledger
from footfall.model.period import iso_seconds
from footfall.model.project import Scope


class ImportDetails(BaseModel):
    name: str = Field(description="The file's name.")
    state: Literal["unfinished", "finished"] = Field(
        description="An unfinished one runs, or goes on when the same file is imported again."
    )
    accepted: int = Field(description="Lines taken so far.")
    rejected: int = Field(description="Lines refused so far.")
    finished_at: Instant | None


class ImportList(BaseModel):
    items: list[ImportDetails] = Field(description="Unfinished ones first, then the latest.")


def add_to(router: APIRouter) -> None:
    router.add_api_route(
        "/{slug}/imports",
        imports,
        summary="A project's imports",
        response_model=ImportList,
        responses=examples.IMPORTS,
        operation_id="projects_imports",
    )


async def imports(
    request: Request,
    caller: Annotated[Caller, Depends(require(Scope.ADMIN))],
    slug: Annotated[str, Path(description="The project's slug or id.", examples=["shop"])],
) -> dict[str, Any]:
    """Contents that `footfall import` has read, each once, with their lines."""
    part = querying(request)
    project = part.auth.project_in_path(caller.principal, slug)
    found = await asyncio.to_thread(Ledger(part.auth.meta.database, part.clock).all, project.number)
    items = [
        {
            "name": one.name,
            "state": "unfinished" if one.finished_at is None else "finished",
            "accepted": one.accepted,
            "rejected": one.rejected,
            "finished_at": None if one.finished_at is None else iso_seconds(one.finished_at),
        }
        for one in found
    ]
    return {"items": items}
