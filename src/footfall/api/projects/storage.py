"""What is stored of a project, and how much room it takes."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, Field

from footfall.api.callers import Caller, require
from footfall.api.projects import examples
from footfall.api.state import querying
from footfall.api.wire_types import Instant
from footfall.model.period import iso
from footfall.model.project import Scope
from footfall.query import storage


class StoredTable(BaseModel):
    table: str = Field(description="As docs/glossary names it: facts, their sessions, and what is derived from them.")
    rows: int
    bytes: int = Field(description="On disk: the project's share, by rows, of what the table takes.")
    first: Instant = Field(description="The time of its first row.")
    last: Instant


class Storage(BaseModel):
    items: list[StoredTable] = Field(description="Tables that hold something of the project, by name.")
    rows: int = Field(description="Of all tables.")
    bytes: int = Field(description="Of all tables.")
    retention_days: int | None = Field(
        description="After how many days rows are removed, by the project or the installation; null: never."
    )


def add_to(router: APIRouter) -> None:
    router.add_api_route(
        "/{slug}/storage",
        stored,
        summary="What is stored of a project",
        response_model=Storage,
        responses=examples.STORAGE,
        operation_id="projects_storage",
    )


async def stored(
    request: Request,
    caller: Annotated[Caller, Depends(require(Scope.ADMIN))],
    slug: Annotated[str, Path(description="The project's slug or id.", examples=["shop"])],
) -> dict[str, Any]:
    """Rows and room of each table, with the times of the first and the last row."""
    part = querying(request)
    project = part.auth.project_in_path(caller.principal, slug)
    rows = await part.limiter.run(
        project.number, lambda store: storage.tables(store, project.number, part.store.row_bytes()), request=request
    )
    items = [{**row, "first": iso(row["first"]), "last": iso(row["last"])} for row in rows]
    totals = {name: sum(item[name] for item in items) for name in ("rows", "bytes")}
    limits = [days for days in (project.retention_days, part.settings.retention_days) if days is not None]
    return {"items": items, **totals, "retention_days": min(limits, default=None)}
