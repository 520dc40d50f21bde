"""Tokens listed, made and revoked, with the scope `admin`.

A caller whose token is for some projects sees, makes and revokes tokens for these projects alone.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Path, Request, Response
from fastapi.openapi.models import Example

from footfall.api.callers import Caller, require
from footfall.api.documented import Responses, refusals
from footfall.api.parameters import CHECKED
from footfall.api.problem import CODED
from footfall.api.state import Querying, querying
from footfall.api.tokens import schema
from footfall.api.tokens.surface import TOKENS
from footfall.errors import UserError
from footfall.meta import TokenInfo
from footfall.model.period import iso_seconds
from footfall.model.project import Principal, Scope
from footfall.model.text import is_line
from footfall.query import timerange

router = APIRouter(prefix=TOKENS.prefix, tags=["tokens"], dependencies=CHECKED)

Admin = Annotated[Caller, Depends(require(Scope.ADMIN))]
Id = Annotated[int, Path(ge=1, lt=1 << 31, description="As the list names it.", examples=[7])]

_TOKEN = {
    "id": 7,
    "label": "dashboard",
    "last_four": "LrWu",
    "scopes": ["ingest", "read"],
    "projects": ["shop"],
    "created_at": "2026-06-10T00:00:00Z",
    "expires_at": "2099-01-01T00:00:00Z",
    "revoked_at": None,
    "last_used_at": None,
}
_MADE = _TOKEN | {"token": "ff_pat_0bMXZgvY8ZSgVCT0YDXzfEjQqk5nfpXKDhb2ssB81VLrWu"}
_NEW = {
    "label": "dashboard",
    "scopes": ["read", "ingest"],
    "projects": ["default"],
    "expires_at": "2099-01-01T00:00:00Z",
}
_BODY: dict[str, Example] = {"example": {"value": _NEW}}
_REFUSALS: Responses = refusals(CODED, 400, 401, 403, 404, 429, 503)


def _answer(status: int, body: Any) -> Responses:
    return {status: {"content": {"application/json": {"example": body}}}} | _REFUSALS


@router.get(
    "",
    summary="Tokens",
    response_model=schema.TokenList,
    responses=_answer(200, {"items": [_TOKEN]}),
    operation_id="tokens_list",
)
async def list_tokens(request: Request, caller: Admin) -> schema.TokenList:
    """Those for the caller's projects alone; all of them for a token of the installation."""
    part = querying(request)
    found = await asyncio.to_thread(part.auth.meta.tokens)
    slugs = await _slugs(part)
    mine = [_shown(one, slugs) for one in reversed(found) if _may_manage(caller.principal, one)]
    return schema.TokenList(items=[schema.TokenDetails(**one) for one in mine])


@router.post(
    "",
    summary="Make a token",
    status_code=201,
    response_model=schema.MadeToken,
    responses=_answer(201, _MADE),
    operation_id="tokens_create",
)
async def make_token(
    request: Request, caller: Admin, body: Annotated[schema.NewToken, Body(openapi_examples=_BODY)]
) -> schema.MadeToken:
    """Its text is shown this once: only its hash is kept."""
    part = querying(request)
    projects = _projects(part, caller.principal, body)
    expires_at = _instant(body.expires_at, part.clock())
    _refuse_outliving(await asyncio.to_thread(part.auth.meta.tokens), caller.principal, expires_at)
    if not is_line(body.label):
        raise UserError("bad_parameter", f"label: {body.label!r} has control characters")
    make = part.auth.meta.create_token
    text, made = await asyncio.to_thread(make, body.label.strip(), body.scopes, projects, expires_at, by=caller.by)
    return schema.MadeToken(**_shown(made, await _slugs(part)), token=text)


@router.delete(
    "/{token_id}",
    summary="Revoke a token",
    status_code=204,
    responses={204: {"description": "Revoked."}, **_REFUSALS},
    operation_id="tokens_revoke",
)
async def revoke_token(request: Request, caller: Admin, token_id: Id) -> Response:
    """It and its sign-ins count no more: in this process from now on, in others within 5 seconds."""
    auth = querying(request).auth
    every = await asyncio.to_thread(auth.meta.tokens)
    if not any(one.id == token_id and _may_manage(caller.principal, one) for one in every):
        raise UserError("not_found", f"token {token_id} does not exist")
    await asyncio.to_thread(auth.meta.revoke, token_id, by=caller.by)
    auth.forget_token(token_id)
    return Response(status_code=204)


def _may_manage(principal: Principal, token: TokenInfo) -> bool:
    """Whether the token reaches no project that the caller does not."""
    mine = principal.projects
    return mine is None or (token.projects is not None and token.projects <= mine and bool(token.projects))


def _projects(part: Querying, principal: Principal, body: schema.NewToken) -> list[str] | None:
    """Ids; UserErrors where the caller may not touch one, or where only `admin` may have them all."""
    if body.projects is not None:
        return [part.auth.project_in_path(principal, name).id for name in body.projects]
    if principal.projects is not None:
        raise UserError("forbidden", "projects: the token is for some projects only: name the new one's")
    if Scope.ADMIN not in body.scopes:
        raise UserError("bad_parameter", "projects: only a token with the scope 'admin' may touch all of them")
    return None


def _instant(text: str | None, now: int) -> int | None:
    if text is None:
        return None
    found = timerange.instant(text)
    if found is None or found <= now:
        raise UserError("bad_parameter", f"expires_at: {text[:100]!r} is not an ISO 8601 timestamp in the future")
    return found


def _refuse_outliving(every: list[TokenInfo], principal: Principal, expires_at: int | None) -> None:
    """UserError where the new token would hold when the caller's own has expired."""
    own = next((one.expires_at for one in every if one.id == principal.token_id), None)
    if own is not None and (expires_at is None or expires_at > own):
        raise UserError("forbidden", f"expires_at: the caller's token expires at {iso_seconds(own)}, and so must this")


async def _slugs(part: Querying) -> dict[int, str]:
    return {one.number: one.slug for one in await asyncio.to_thread(part.auth.meta.projects)}


def _shown(info: TokenInfo, slugs: dict[int, str]) -> dict[str, Any]:
    times = {name: getattr(info, name) for name in ("created_at", "expires_at", "revoked_at", "last_used_at")}
    return {
        "id": info.id,
        "label": info.label,
        "last_four": info.last_four,
        "scopes": sorted(info.scopes),
        "projects": None if info.projects is None else sorted(slugs[number] for number in info.projects),
        **{name: None if at is None else iso_seconds(at) for name, at in times.items()},
    }
