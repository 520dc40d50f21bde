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
from footfall.api.problem import CODED
from footfall.api.state import collecting, querying
from footfall.model.project import Scope

router = APIRouter(prefix=INSTALLATION.prefix, tags=["installation"])

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
    version: str
    items: list[CheckReport]


@router.get(
    "/health",
    summary="The installation's health in words",
    response_model=Health,
    responses={200: {"content": {"application/json": {"example": _EXAMPLE}}}, **refusals(CODED, 401, 403, 429, 503)},
    operation_id="installation_health",
)
async def installation_health(request: Request, _: Annotated[Caller, Depends(require(Scope.ADMIN))]) -> Health:
    """Collection, spool, drain, what was rejected and why, store, age of figures, work in the background, disk."""
    reports = await asyncio.to_thread(health.examine, Installation(collecting(request), querying(request)))
    items = [CheckReport(name=one.name, status=one.condition, text=one.text) for one in reports]
    return Health(status=health.worst(reports), version=__version__, items=items)
