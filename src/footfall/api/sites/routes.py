"""The endpoint of all sites."""

from __future__ import annotations

import asyncio
from datetime import UTC, tzinfo
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from footfall.api.callers import Caller, require
from footfall.api.documented import answers
from footfall.api.parameters import CHECKED
from footfall.api.sites import schema
from footfall.api.sites.surface import SITES
from footfall.api.state import querying
from footfall.api.timed import timed
from footfall.catalog.tables import Table
from footfall.model.period import iso, iso_seconds
from footfall.model.project import Project, Scope
from footfall.query import sites, timerange
from footfall.query.compared import Compared
from footfall.query.sites import SiteOverview
from footfall.store.gate import ALL_PROJECTS
from footfall.store.protocol import Reader

router = APIRouter(prefix=SITES.prefix, tags=["session"], dependencies=CHECKED)

_EXAMPLE = answers(
    {
        "items": [
            {
                "slug": "shop",
                "id": "prj_m5m54jeucvftczhx",
                "name": "The shop",
                "timezone": "Europe/Berlin",
                "site_key": "ff_site_kntdm5p6tfgwijn3ujxrxjdg",
                "domains": ["shop.example"],
                "created_at": "2026-05-01T08:00:00Z",
                "live": 3,
                "today": {"visitors": 120, "prev_visitors": 100, "delta_pct": 20},
                "week": {"visitors": 903, "prev_visitors": 806, "delta_pct": 12},
                "spark": [131, 128, 120],
                "last_event": "2026-06-11T09:59:59.999Z",
                "has_events": True,
                "has_requests": False,
                "has_logs": False,
            }
        ],
        "as_of": "2026-06-11T10:00:00.000Z",
    }
)


@router.get(
    "", summary="All sites at a glance", response_model=schema.Sites, responses=_EXAMPLE, operation_id="sites_list"
)
async def all_sites(request: Request, caller: Annotated[Caller, Depends(require(Scope.READ))]) -> dict[str, Any]:
    """Visitors of every project that the caller may read: now, today, this week, and of 28 days."""
    part = querying(request)
    every = await asyncio.to_thread(part.auth.meta.projects)
    mine = sorted((one for one in every if caller.principal.may_touch(one)), key=lambda one: one.slug)
    zones = {project.number: _zone(project) for project in mine}
    now = part.clock()

    def read(store: Reader) -> dict[int, SiteOverview]:
        return sites.overviews(timed(store, request), zones, now)

    found = await part.limiter.run(ALL_PROJECTS, read, request=request)
    return {"items": [_card(project, found[project.number]) for project in mine], "as_of": iso(now)}


def _zone(project: Project) -> tzinfo:
    return UTC if project.timezone == "UTC" else timerange.time_zone(project.timezone)


def _card(project: Project, found: SiteOverview) -> dict[str, Any]:
    return {
        "slug": project.slug,
        "id": project.id,
        "name": project.name,
        "timezone": project.timezone,
        "site_key": project.site_key,
        "domains": list(project.domains),
        "created_at": iso_seconds(project.created_at),
        "live": found.live,
        "today": _compared(found.today),
        "week": _compared(found.week),
        "spark": found.days,
        "last_event": None if found.last_event is None else iso(found.last_event),
        "has_events": found.has_events,
        "has_requests": Table.REQUESTS in found.instead,
        "has_logs": Table.PROXY_LOGS in found.instead,
    }


def _compared(found: Compared[int]) -> dict[str, Any]:
    return {
        "visitors": found.current,
        "prev_visitors": found.previous,
        "delta_pct": found.delta_percent(),
    }
