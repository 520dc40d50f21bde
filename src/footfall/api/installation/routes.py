"""The endpoint about the installation."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from footfall import __version__
from footfall.api.callers import Caller, require
from footfall.api.documented import refusals
from footfall.api.installation import health
from footfall.api.installation.health import Condition, Installation
from footfall.api.installation.surface import INSTALLATION
from footfall.api.parameters import CHECKED
from footfall.api.problem import CODED
from footfall.api.state import collecting, querying
from footfall.model.project import Scope

router = APIRouter(prefix=INSTALLATION.prefix, tags=["installation"], dependencies=CHECKED)

_EXAMPLE = {
    "status": "ok",
    "version": "0.1.0",
    "items": [{"name": "drain", "status": "ok", "text": "The last batch was written at 2026-06-11T09:59:59Z."}],
}


class CheckReport(BaseModel):
    name: str
    status: Condition
    text: str = Field(description="For people.")


class Health(BaseModel):
    status: Condition = Field(description="That of the worst check.")
    version: str | None = Field(description="Null for a token of some projects.")
    items: list[CheckReport]


@router.get(
    "/health",
    summary="The installation's health in words",
    response_model=Health,
    responses={200: {"content": {"application/json": {"example": _EXAMPLE}}}, **refusals(CODED, 401, 403, 429, 503)},
    operation_id="installation_health",
)
async def installation_health(request: Request, caller: Annotated[Caller, Depends(require(Scope.ADMIN))]) -> Health:
    """Collection, spool, drain, what was rejected and why, store, age of figures, work in the background, disk.

    A token of some projects is told whether events are accepted, whether the store answers, and the age of figures.
    """
    whole = caller.principal.projects is None
    parts = Installation(collecting(request), querying(request))
    reports = await asyncio.to_thread(health.examine, parts, whole=whole)
    items = [CheckReport(name=one.name, status=one.condition, text=one.text) for one in reports]
    return Health(status=health.worst(reports), version=__version__ if whole else None, items=items)
