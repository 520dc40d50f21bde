"""The endpoints of the projects surface. Changes are told to the audit log.

These need the scope `admin`. What people save with a project (`saved`) is read with `read`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response

from footfall.api.auth import Authenticator
from footfall.api.callers import Caller, require
from footfall.api.parameters import CHECKED
from footfall.api.projects import examples, exclusions, imports, saved, schema, storage, uploads
from footfall.api.projects.surface import PROJECTS
from footfall.api.state import querying
from footfall.errors import UserError
from footfall.meta.erasures import NAME_CHARS
from footfall.model.erasure import ErasureNote
from footfall.model.period import iso_seconds
from footfall.model.project import Project, Scope
from footfall.model.retention import LEAST_OF_PROJECT
from footfall.rollups.expiry import preview
from footfall.settings import MAX_RETENTION_DAYS

router = APIRouter(prefix=PROJECTS.prefix, tags=["projects"], dependencies=CHECKED)

Admin = Annotated[Caller, Depends(require(Scope.ADMIN))]
Named = Annotated[str, Path(description="The project's slug or id.", examples=["shop"])]
Visitor = Annotated[
    str,
    Path(max_length=NAME_CHARS, description="As listings show it: a name, or a hash.", examples=["5b1f0c9e2a7d4e31"]),
]
Days = Annotated[
    int, Query(ge=LEAST_OF_PROJECT, le=MAX_RETENTION_DAYS, description="The retention to try.", examples=[90])
]
Host = Annotated[
    str, Path(description="A host such as `store.example` or `*.store.example`.", examples=["store.example"])
]


@router.get(
    "", summary="Projects", response_model=schema.ProjectList, responses=examples.LIST, operation_id="projects_list"
)
async def list_projects(request: Request, caller: Admin) -> schema.ProjectList:
    """The projects that the token may touch."""
    found = await asyncio.to_thread(querying(request).auth.meta.projects)
    return schema.ProjectList(projects=[_details(one) for one in found if caller.principal.may_touch(one)])


@router.post(
    "",
    summary="Make a project",
    status_code=201,
    response_model=schema.ProjectDetails,
    responses=examples.CREATED,
    operation_id="projects_create",
)
async def create_project(
    request: Request, caller: Admin, body: Annotated[schema.NewProject, Body(openapi_examples=examples.NEW)]
) -> schema.ProjectDetails:
    """Needs a token of the installation: one made with `admin` and without projects."""
    if caller.principal.projects is not None:
        raise UserError("forbidden", "the token is for some projects only: one for the whole installation makes others")
    auth = querying(request).auth
    domains, name = body.domains, body.name or ""
    return await _changed(auth, lambda: auth.meta.editor.create(body.slug, domains, name, body.timezone, by=caller.by))


@router.get(
    "/{slug}",
    summary="One project",
    response_model=schema.ProjectDetails,
    responses=examples.PROJECT,
    operation_id="projects_show",
)
async def get_project(request: Request, caller: Admin, slug: Named) -> schema.ProjectDetails:
    """By slug or id."""
    return _details(querying(request).auth.project_in_path(caller.principal, slug))


@router.patch(
    "/{slug}",
    summary="Change a project's slug, name, time zone or retention",
    response_model=schema.ProjectDetails,
    responses=examples.PROJECT,
    operation_id="projects_update",
)
async def update_project(
    request: Request,
    caller: Admin,
    slug: Named,
    body: Annotated[schema.ProjectChange, Body(openapi_examples=examples.CHANGE)],
) -> schema.ProjectDetails:
    """Id, site key and data stay. Other processes know of it within 5 seconds."""
    auth, project = _meant(request, caller, slug)
    wanted = body.model_dump()
    return await _changed(auth, lambda: auth.meta.editor.update(project.id, **wanted, by=caller.by))


@router.delete(
    "/{slug}",
    summary="Delete a project and its data",
    status_code=204,
    responses=examples.DELETED,
    operation_id="projects_delete",
)
async def delete_project(request: Request, caller: Admin, slug: Named) -> Response:
    """It answers 404 from now on, and its rows are removed in the background. There is no way back."""
    auth, project = _meant(request, caller, slug)
    await _changed(auth, lambda: auth.meta.editor.delete(project.id, by=caller.by))
    auth.forget_tokens()
    return Response(status_code=204)


@router.put(
    "/{slug}/domains/{domain}",
    summary="List a host",
    response_model=schema.ProjectDetails,
    responses=examples.PROJECT,
    operation_id="projects_add_domain",
)
async def add_domain(request: Request, caller: Admin, slug: Named, domain: Host) -> schema.ProjectDetails:
    """Browser events may come from it from now on. A host that is listed already stays."""
    auth, project = _meant(request, caller, slug)
    return await _changed(auth, lambda: auth.meta.editor.change_domains(project.id, add=[domain], by=caller.by))


@router.delete(
    "/{slug}/domains/{domain}",
    summary="List a host no more",
    response_model=schema.ProjectDetails,
    responses=examples.PROJECT,
    operation_id="projects_remove_domain",
)
async def remove_domain(request: Request, caller: Admin, slug: Named, domain: Host) -> schema.ProjectDetails:
    """A project without hosts takes browser events from any."""
    auth, project = _meant(request, caller, slug)
    return await _changed(auth, lambda: auth.meta.editor.change_domains(project.id, remove=[domain], by=caller.by))


@router.post(
    "/{slug}/rotate-key",
    summary="Give a project a new site key",
    response_model=schema.ProjectDetails,
    responses=examples.PROJECT,
    operation_id="projects_rotate_key",
)
async def rotate_site_key(
    request: Request,
    caller: Admin,
    slug: Named,
    body: Annotated[schema.KeyRotation | None, Body(openapi_examples=examples.ROTATION)] = None,
) -> schema.ProjectDetails:
    """The old key is taken for `overlap_hours` more, so that pages can be changed meanwhile."""
    auth, project = _meant(request, caller, slug)
    hours = (body or schema.KeyRotation()).overlap_hours
    return await _changed(auth, lambda: auth.meta.editor.rotate_key(project.id, hours, by=caller.by))


saved.add_to(router)
storage.add_to(router)
exclusions.add_to(router)
imports.add_to(router)
uploads.add_to(router)


@router.get(
    "/{slug}/retention",
    summary="What a retention would remove",
    response_model=schema.RetentionPreview,
    responses=examples.PREVIEW,
    operation_id="projects_retention",
)
async def preview_retention(request: Request, caller: Admin, slug: Named, days: Days) -> schema.RetentionPreview:
    """A dry run: nothing is changed."""
    state = querying(request)
    project = state.auth.project_in_path(caller.principal, slug)
    return schema.previewed(await asyncio.to_thread(preview, state.store, project, days, state.clock()))


@router.delete(
    "/{slug}/visitor/{visitor_id}",
    summary="Forget a visitor",
    status_code=202,
    response_model=schema.Erasure,
    responses=examples.ERASING,
    operation_id="projects_forget_visitor",
)
async def forget_visitor(request: Request, caller: Admin, slug: Named, visitor_id: Visitor) -> schema.Erasure:
    """Removes everything of the visitor, in the background, within the hour. There is no way back."""
    auth, project = _meant(request, caller, slug)
    return _erasure(await asyncio.to_thread(auth.meta.erasures.ask, project.id, visitor_id, by=caller.by))


@router.get(
    "/{slug}/erasures",
    summary="Which visitors' erasures were asked for, and which are done",
    response_model=schema.ErasureList,
    responses=examples.ERASURES,
    operation_id="projects_erasures",
)
async def erasures(request: Request, caller: Admin, slug: Named) -> schema.ErasureList:
    """By number and time only."""
    auth, project = _meant(request, caller, slug)
    found = await asyncio.to_thread(auth.meta.erasures.of_project, project.id)
    return schema.ErasureList(erasures=list(map(_erasure, found)))


def _erasure(note: ErasureNote) -> schema.Erasure:
    done = None if note.done_at is None else iso_seconds(note.done_at)
    return schema.Erasure(id=note.id, asked_at=iso_seconds(note.asked_at), done_at=done)


def _meant(request: Request, caller: Caller, slug: str) -> tuple[Authenticator, Project]:
    auth = querying(request).auth
    return auth, auth.project_in_path(caller.principal, slug)


async def _changed(auth: Authenticator, change: Callable[[], Project]) -> schema.ProjectDetails:
    """Make the change on a thread; this process goes by it at once."""
    try:
        return _details(await asyncio.to_thread(change))
    finally:
        auth.directory.forget()


def _details(project: Project) -> schema.ProjectDetails:
    return schema.ProjectDetails(
        id=project.id,
        slug=project.slug,
        name=project.name,
        site_key=project.site_key,
        old_site_keys=[
            schema.ReplacedSiteKey(site_key=old.site_key, valid_until=iso_seconds(old.valid_until))
            for old in project.old_site_keys
        ],
        domains=list(project.domains),
        timezone=project.timezone,
        retention_days=project.retention_days,
        created_at=iso_seconds(project.created_at),
    )
