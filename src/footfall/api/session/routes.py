"""A token or a code becomes a cookie here, and ends here."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Body, Depends, Request, Response

from footfall.api.auth import ANYONE, Authenticator, presented_token
from footfall.api.callers import Caller, require
from footfall.api.cookies import check_proof, csrf_token, presented_cookie, signed_in, signed_out
from footfall.api.parameters import CHECKED
from footfall.api.session import examples, schema
from footfall.api.session.surface import SESSION
from footfall.api.state import querying
from footfall.errors import UserError
from footfall.meta import SignIn
from footfall.model.period import iso_seconds
from footfall.model.project import Principal, Project, Scope

router = APIRouter(prefix=SESSION.prefix, tags=["session"], dependencies=CHECKED)

_OURS = {"", "same-origin", "none"}
"""Values of `Sec-Fetch-Site` that pages of other origins can't send; programs send none."""


async def refuse_foreign(request: Request) -> None:
    """A page of another origin must not sign a browser in with a token of its own."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":  # what a form can't send
        raise UserError("unsupported_media_type", f"Content-Type: {kind[:100]!r} is not application/json")
    if request.headers.get("sec-fetch-site", "") not in _OURS:
        raise UserError("forbidden", "Sec-Fetch-Site: pages of other origins can't sign in")


@router.get(
    "",
    summary="What the caller may do",
    response_model=schema.CallerSession,
    responses=examples.SESSION,
    operation_id="session_show",
)
async def show(request: Request, caller: Annotated[Caller, Depends(require(Scope.READ))]) -> schema.CallerSession:
    """Rights and projects of the caller's cookie or token."""
    auth, cookie = querying(request).auth, presented_cookie(request.headers.raw)
    if caller.principal is ANYONE:
        return await _described(auth, caller.principal, "off")
    if cookie is None or presented_token(request.headers.raw) is not None:
        return await _described(auth, caller.principal, "token")
    found = await asyncio.to_thread(auth.meta.sign_ins.find, cookie)
    if found is None:  # it ended just now
        raise UserError("unauthorized", "the session has ended: sign in again")
    return await _described(auth, found.token.principal, "session", cookie, found)


@router.post(
    "",
    summary="Sign in",
    status_code=201,
    response_model=schema.CallerSession,
    responses=examples.SIGNED_IN,
    operation_id="session_begin",
    dependencies=[Depends(refuse_foreign)],
    openapi_extra={"security": []},
)
async def begin(
    request: Request,
    response: Response,
    body: Annotated[schema.SignInRequest, Body(openapi_examples=examples.SIGN_IN)],
) -> schema.CallerSession:
    """Exchange a token, or the code of a printed link, for a cookie that holds for 30 days."""
    auth = querying(request).auth
    sign_ins = auth.meta.sign_ins
    if (body.token is None) == (body.code is None):
        raise UserError("bad_parameter", "body: give either token or code")
    exchange = sign_ins.with_code if body.token is None else sign_ins.with_token
    try:
        cookie, made = await asyncio.to_thread(exchange, body.token or body.code or "")
    except UserError as error:
        if error.code == "unauthorized":
            auth.guessed(auth.client(request))
        raise
    response.headers["Set-Cookie"] = signed_in(
        cookie, querying(request).settings.base_path, secure=auth.is_secure(request)
    )
    return await _described(auth, made.token.principal, "session", cookie, made)


@router.delete("", summary="Sign out", status_code=204, responses=examples.SIGNED_OUT, operation_id="session_end")
async def end(request: Request) -> Response:
    """The cookie counts no more, everywhere within 5 seconds, and is removed. Without a sign-in, nothing changes."""
    part, cookie = querying(request), presented_cookie(request.headers.raw) or ""
    auth = part.auth
    found = await asyncio.to_thread(auth.meta.sign_ins.find, cookie)
    if found is not None:
        check_proof(request.headers.raw, cookie)
        await asyncio.to_thread(auth.meta.sign_ins.end, cookie)
        auth.forget(cookie)
    return Response(
        status_code=204, headers={"Set-Cookie": signed_out(part.settings.base_path, secure=auth.is_secure(request))}
    )


async def _described(
    auth: Authenticator,
    principal: Principal,
    kind: Literal["session", "token", "off"],
    cookie: str | None = None,
    found: SignIn | None = None,
) -> schema.CallerSession:
    projects = await asyncio.to_thread(auth.meta.projects)
    return schema.CallerSession(
        auth=kind,
        scopes=sorted(principal.scopes),
        installation=principal.projects is None,
        expires_at=None if found is None else iso_seconds(found.expires_at),
        csrf=None if cookie is None else csrf_token(cookie),
        projects=[_project(one) for one in sorted(projects, key=_slug) if principal.may_touch(one)],
    )


def _slug(project: Project) -> str:
    return project.slug


def _project(project: Project) -> schema.SessionProject:
    return schema.SessionProject(
        slug=project.slug,
        id=project.id,
        name=project.name,
        timezone=project.timezone,
        site_key=project.site_key,
        domains=list(project.domains),
    )
