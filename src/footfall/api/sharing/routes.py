"""Following a link: its page, a session for its secret, and its badge. None of these needs a token."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Body, Path, Request, Response

from footfall.api.parameters import CHECKED
from footfall.api.sharing import badge, examples, links, schema
from footfall.api.sharing.surface import SHARING
from footfall.api.site import dashboard
from footfall.api.state import Querying, querying
from footfall.errors import UserError
from footfall.meta.shares import ShareSession
from footfall.model.period import iso, iso_seconds
from footfall.model.project import Project
from footfall.model.share import Share

router = APIRouter(prefix=SHARING.prefix, tags=["sharing"], dependencies=CHECKED)
pages = APIRouter(include_in_schema=False, dependencies=CHECKED)

Id = Annotated[str, Path(max_length=100, description="The link's id.", examples=["shr_m5m54jeucvftczhx"])]

_NO_TOKEN: dict[str, Any] = {"security": []}
_OPEN = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}


@pages.get("/share/{share_id}")
async def page_of_link(request: Request, share_id: Id) -> Response:
    """The dashboard's document, in frames of the origins that the link names. The secret does not reach the server."""
    share = await asyncio.to_thread(querying(request).auth.meta.shares.find, share_id)
    ancestors = " ".join(share.embed) if share is not None and share.embed else "'none'"
    found = dashboard.page(request.headers, ancestors, querying(request).settings.base_path)
    if found is None:
        raise UserError("not_found", "the dashboard is not built")
    return found


@router.post(
    "/{share_id}/sessions",
    summary="Follow a link",
    status_code=201,
    response_model=schema.LinkSession,
    responses=examples.FOLLOWED,
    operation_id="shares_follow",
    openapi_extra=_NO_TOKEN,
)
async def follow(
    request: Request, share_id: Id, body: Annotated[schema.Following, Body(openapi_examples=examples.FOLLOWING)]
) -> schema.LinkSession:
    """Exchange a link's secret, and its password if it has one, for a token that reads what the link shows."""
    auth = querying(request).auth
    try:
        token, made = await asyncio.to_thread(auth.meta.shares.begin, share_id, body.secret, body.password)
    except UserError as error:
        if error.code == "unauthorized" or body.password:
            auth.guessed(auth.client(request))
        raise
    return _session(token, made, _project(querying(request), made.share))


@router.get(
    "/{share_id}/badge.json",
    summary="A link's live count",
    response_model=schema.Badge,
    responses=examples.BADGE,
    operation_id="shares_badge",
    openapi_extra=_NO_TOKEN,
)
async def badge_json(request: Request, response: Response, share_id: Id) -> schema.Badge:
    """Visitors of the last 5 minutes under the link's filter, at most 10 seconds old; open to pages of any origin."""
    found = await _count(request, share_id)
    response.headers.update(_OPEN)
    return schema.Badge(visitors=found.visitors, as_of=iso(found.at))


@router.get(
    "/{share_id}/badge.svg",
    summary="A link's live count as an image",
    response_class=Response,
    responses=examples.BADGE_IMAGE,
    operation_id="shares_badge_image",
    openapi_extra=_NO_TOKEN,
)
async def badge_image(request: Request, share_id: Id) -> Response:
    """The same number as an SVG image."""
    found = await _count(request, share_id)
    headers = {
        **_OPEN,
        "Cache-Control": "public, max-age=10",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(badge.image(found.visitors), media_type="image/svg+xml", headers=headers)


async def _count(request: Request, share_id: str) -> badge.LiveCount:
    part = querying(request)
    share = await asyncio.to_thread(part.auth.meta.shares.find, share_id)
    if share is None or not share.badge:
        raise UserError("not_found", f"link {share_id!r} does not exist, or has no badge")
    project = _project(part, share)

    async def compute() -> bytes:
        return msgspec.json.encode(await badge.count(part, share, project))

    found = await part.answers.get(request, f"badge {share.id}", compute)
    return msgspec.json.decode(found.body, type=badge.LiveCount)


def _project(part: Querying, share: Share) -> Project:
    found = part.auth.directory.numbered(share.project)
    if found is None:  # deleted just now
        raise UserError("not_found", f"link {share.id!r} does not exist")
    return found


def _session(token: str, made: ShareSession, project: Project) -> schema.LinkSession:
    shown = schema.LinkedProject(slug=project.slug, name=project.name, timezone=project.timezone)
    limits = links.shown_limits(made.share.limits)
    return schema.LinkSession(
        token=token, expires_at=iso_seconds(made.expires_at), name=made.share.name, project=shown, **limits
    )


# Not `include_router`: code that lists this router's routes would not see them.
router.routes.extend([*links.router.routes, *pages.routes])
