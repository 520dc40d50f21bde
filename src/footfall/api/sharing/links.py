"""The links of a project: listed, made and revoked, with the scope `admin`."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Request, Response

from footfall.api.callers import Caller, require
from footfall.api.parameters import CHECKED
from footfall.api.projects.surface import PROJECTS
from footfall.api.sharing import examples, schema
from footfall.api.state import querying
from footfall.errors import UserError
from footfall.meta.shares import NewShare
from footfall.model.period import Period, iso, iso_seconds
from footfall.model.project import Project, Scope
from footfall.model.share import Share, ShareLimits
from footfall.query import filter, timerange  # noqa: A004 - the module is named after what it parses
from footfall.query.filter import FindSaved

router = APIRouter(prefix=f"{PROJECTS.prefix}/{{slug}}/shares", tags=["sharing"], dependencies=CHECKED)

Admin = Annotated[Caller, Depends(require(Scope.ADMIN))]
Slug = Annotated[str, Path(description="The project's slug or id.", examples=["shop"])]
Id = Annotated[str, Path(description="As the list names it.", examples=["shr_m5m54jeucvftczhx"])]


@router.get(
    "",
    summary="A project's links",
    response_model=schema.LinkList,
    responses=examples.LIST,
    operation_id="shares_list",
)
async def list_links(request: Request, caller: Admin, slug: Slug) -> schema.LinkList:
    """What each shows at most, newest first."""
    part = querying(request)
    project = part.auth.project_in_path(caller.principal, slug)
    found = await asyncio.to_thread(part.auth.meta.shares.all, project)
    return schema.LinkList(items=[schema.Link(**shown(one, part.settings.base_path)) for one in found])


@router.post(
    "",
    summary="Make a link",
    status_code=201,
    response_model=schema.MadeLink,
    responses=examples.MADE,
    operation_id="shares_create",
)
async def make_link(
    request: Request, caller: Admin, slug: Slug, body: Annotated[schema.NewLink, Body(openapi_examples=examples.NEW)]
) -> schema.MadeLink:
    """Who has the link, and the password if it has one, reads what it shows. The secret is shown once."""
    part = querying(request)
    project = part.auth.project_in_path(caller.principal, slug)
    saved = await asyncio.to_thread(part.saved.of, project)
    new = new_share(project, body, saved.find)
    secret, made = await asyncio.to_thread(part.auth.meta.shares.create, project, new, by=caller.by)
    return schema.MadeLink(
        **shown(made, part.settings.base_path), link=path_with(made, secret, part.settings.base_path)
    )


@router.delete(
    "/{share_id}",
    summary="Revoke a link",
    status_code=204,
    responses=examples.REVOKED,
    operation_id="shares_revoke",
)
async def revoke_link(request: Request, caller: Admin, slug: Slug, share_id: Id) -> Response:
    """Nobody reads by it any more: in this process from now on, in others within 5 seconds."""
    auth = querying(request).auth
    project = auth.project_in_path(caller.principal, slug)
    await asyncio.to_thread(auth.meta.shares.revoke, project, share_id, by=caller.by)
    auth.forget_links()
    return Response(status_code=204)


def new_share(project: Project, body: schema.NewLink, find: FindSaved) -> NewShare:
    """What is stored of a body; UserErrors where its filter, its range or both together mean nothing."""
    filter.parse(body.filter, find)
    named = body.range if body.range != timerange.WHOLE else None
    limits = ShareLimits(body.filter.strip(), named, _period(project, body))
    if body.badge and limits.period is not None:
        raise UserError("bad_parameter", "badge: a link with a fixed range has no live count")
    return NewShare(body.name, body.password, limits, tuple(body.embed), body.badge)


def path_with(share: Share, secret: str, base_path: str) -> str:
    """The path that people are given."""
    return f"{_path(share, base_path)}#{secret}"


def shown(share: Share, base_path: str) -> dict[str, object]:
    return {
        **shown_limits(share.limits),
        "id": share.id,
        "name": share.name,
        "has_password": share.has_password,
        "embed": list(share.embed),
        "badge": share.badge,
        "created_at": iso_seconds(share.created_at),
        "path": _path(share, base_path),
    }


def _path(share: Share, base_path: str) -> str:
    return f"{base_path}/share/{share.id}"


def shown_limits(limits: ShareLimits) -> dict[str, object]:
    period = limits.period
    return {
        "filter": limits.filter,
        "range": limits.range,
        "from": None if period is None else iso(period.start),
        "to": None if period is None else iso(period.end),
    }


def _period(project: Project, body: schema.NewLink) -> Period | None:
    """UserError(`bad_parameter`) for bounds that are no range, or that stand beside a named one."""
    if body.from_ is None and body.to is None:
        return None
    if body.range is not None:
        raise UserError("bad_parameter", f"range: {body.range!r} stands beside from and to: give either")
    bounds = timerange.between(body.from_, body.to, timerange.time_zone(project.timezone))
    if bounds is None:
        raise UserError("bad_parameter", f"from, to: {body.from_!r}, {body.to!r} must both be {timerange.INSTANTS}")
    return timerange.explicit(*bounds).period
