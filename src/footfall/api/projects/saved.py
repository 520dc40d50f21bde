"""Goals, segments, funnels and annotations: the same four endpoints for each kind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Path, Request, Response
from pydantic import BaseModel

from footfall.api.callers import Caller, require
from footfall.api.projects import examples, saved_schema
from footfall.api.state import querying
from footfall.api.web.journeys import steps_of, window_of
from footfall.api.web.limits import Limits
from footfall.errors import UserError
from footfall.meta import SavedByProject
from footfall.meta.saved import OF_PROJECT, SavedItems
from footfall.model.period import iso, iso_seconds
from footfall.model.project import Project, Scope
from footfall.model.saved import Annotation, Goal, SavedFunnel, Segment
from footfall.query import filter, timerange  # noqa: A004 - the module is named after what it parses
from footfall.query.filter import FindSaved

Admin = Annotated[Caller, Depends(require(Scope.ADMIN))]
Slug = Annotated[str, Path(description="The project's slug or id.", examples=["shop"])]
Id = Annotated[str, Path(alias="id", description="As the list names it.", examples=["goal_m5m54jeucvftczhx"])]

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Saving:
    """What a body is checked against: its project, and the saved filters that its steps may name."""

    project: Project
    find: FindSaved


@dataclass(frozen=True, slots=True)
class SavedRoute:
    """One kind. `check` makes what is stored of a body's fields, or raises UserError; `show` makes the answer.

    `in_links` says what links show of it; None: they may not ask.
    """

    path: str
    noun: str
    items: Callable[[SavedByProject], SavedItems[Any]]
    new: type[BaseModel]
    change: type[BaseModel]
    answer: type[BaseModel]
    listed: type[BaseModel]
    check: Callable[[Fields, Saving], Fields]
    show: Callable[[Any], dict[str, Any]]
    example: Mapping[str, Any]
    in_links: Callable[[Any, Limits], bool] | None = None


def check_filter(fields: Fields, _: Saving | None = None) -> Fields:
    text = fields.get("filter")
    if text is not None:
        _check_text("filter", text)
        filter.parse(text)
    return fields


def _check_funnel(fields: Fields, saving: Saving) -> Fields:
    for text in fields.get("steps", ()):
        _check_text("steps", text)
    steps_of(fields.get("steps", ()), saving.find)
    if "window" in fields:
        window_of(fields["window"])
    return fields


def _check_text(field: str, text: str) -> None:
    if not text.strip() or "\0" in text:
        raise UserError("bad_parameter", f"{field}: {text[:100]!r} is empty, or has a NUL character")


def _check_annotation(fields: Fields, saving: Saving) -> Fields:
    text = fields.get("at")
    if text is None:
        return fields
    at = timerange.instant(text, timerange.time_zone(saving.project.timezone))
    if at is None:
        raise UserError("bad_parameter", f"at: {text[:100]!r} is none of the {timerange.INSTANTS}")
    return {**fields, "at": at}


def _show_goal(one: Goal) -> dict[str, Any]:
    return {"id": one.id, "name": one.name, "filter": one.filter, "created_at": iso_seconds(one.created_at)}


def _show_segment(one: Segment) -> dict[str, Any]:
    shown = {"id": one.id, "name": one.name, "filter": one.filter, "private": one.private}
    return shown | {"created_at": iso_seconds(one.created_at)}


def _show_funnel(one: SavedFunnel) -> dict[str, Any]:
    shown = {"id": one.id, "name": one.name, "steps": list(one.steps), "window": one.window}
    return shown | {"created_at": iso_seconds(one.created_at)}


def _show_annotation(one: Annotation) -> dict[str, Any]:
    return {"id": one.id, "at": iso(one.at), "text": one.text, "created_at": iso_seconds(one.created_at)}


ROUTES = (
    SavedRoute(
        "goals",
        "goal",
        lambda saved: saved.goals,
        saved_schema.NewGoal,
        saved_schema.GoalChange,
        saved_schema.GoalDetails,
        saved_schema.GoalList,
        check_filter,
        _show_goal,
        {"name": "Signup", "filter": "custom_event_name:signup_completed"},
    ),
    SavedRoute(
        "segments",
        "segment",
        lambda saved: saved.segments,
        saved_schema.NewSegment,
        saved_schema.SegmentChange,
        saved_schema.SegmentDetails,
        saved_schema.SegmentList,
        check_filter,
        _show_segment,
        {"name": "Phones in Romania", "filter": "country:RO device:mobile", "private": False},
    ),
    SavedRoute(
        "funnels",
        "funnel",
        lambda saved: saved.funnels,
        saved_schema.NewFunnel,
        saved_schema.FunnelChange,
        saved_schema.FunnelDetails,
        saved_schema.FunnelList,
        _check_funnel,
        _show_funnel,
        {"name": "Checkout", "steps": ["path:/cart", "path:/checkout/done"], "window": "7d"},
    ),
    SavedRoute(
        "annotations",
        "annotation",
        lambda saved: saved.annotations,
        saved_schema.NewAnnotation,
        saved_schema.AnnotationChange,
        saved_schema.AnnotationDetails,
        saved_schema.AnnotationList,
        _check_annotation,
        _show_annotation,
        {"at": "2026-06-10T12:00:00.000Z", "text": "Version 2 is out"},
        in_links=lambda one, limits: limits.shows(one.at),
    ),
)


def add_to(router: APIRouter) -> None:
    for row in ROUTES:
        _add_list(router, row)
        _add_creation(router, row)
        _add_change(router, row)
        _add_deletion(router, row)


def _add_list(router: APIRouter, row: SavedRoute) -> None:
    async def listed(request: Request, caller: Caller, slug: Slug) -> Any:
        part = querying(request)
        project = part.auth.project_in_path(caller.principal, slug)
        limits = Limits(caller.principal, project, part.clock())
        found = await asyncio.to_thread(row.items(part.auth.meta.saved).all, project, caller.principal.token_id)
        return {"items": [row.show(one) for one in found if row.in_links is None or row.in_links(one, limits)]}

    reader = require(Scope.READ, links=row.in_links is not None)
    listed.__annotations__["caller"] = Annotated[Caller, Depends(reader)]
    router.add_api_route(
        f"/{{slug}}/{row.path}",
        listed,
        summary=f"A project's {row.path}",
        description="Needs the scope `read`.",
        response_model=row.listed,
        responses=examples.saved_list(row.path, row.example),
        operation_id=f"projects_{row.path}",
    )


def _add_creation(router: APIRouter, row: SavedRoute) -> None:
    async def create(request: Request, caller: Admin, slug: Slug, body: Any) -> Any:
        project = querying(request).auth.project_in_path(caller.principal, slug)
        items, fields = row.items(querying(request).auth.meta.saved), body.model_dump()
        owner = caller.principal.token_id if fields.pop("private", False) else OF_PROJECT
        checked = row.check(fields, await _saving(request, project))
        return await _changed(request, row, lambda: items.add(project, checked, owner, by=caller.by))

    create.__annotations__["body"] = Annotated[row.new, Body(openapi_examples=examples.body(dict(row.example)))]
    router.add_api_route(
        f"/{{slug}}/{row.path}",
        create,
        methods=["POST"],
        status_code=201,
        summary=f"Save {_article(row.noun)} {row.noun}",
        description="Needs the scope `admin`.",
        response_model=row.answer,
        responses=examples.saved(201, row.path, row.example),
        operation_id=f"projects_{row.path}_create",
    )


def _add_change(router: APIRouter, row: SavedRoute) -> None:
    async def change(request: Request, caller: Admin, slug: Slug, id_: Id, body: Any) -> Any:
        project = querying(request).auth.project_in_path(caller.principal, slug)
        items, owner = row.items(querying(request).auth.meta.saved), caller.principal.token_id
        checked = row.check(body.model_dump(exclude_none=True), await _saving(request, project))
        return await _changed(request, row, lambda: items.change(project, id_, checked, owner, by=caller.by))

    part = {name: value for name, value in row.example.items() if name != "private"}
    change.__annotations__["body"] = Annotated[row.change, Body(openapi_examples=examples.body(part))]
    router.add_api_route(
        f"/{{slug}}/{row.path}/{{id}}",
        change,
        methods=["PATCH"],
        summary=f"Change {_article(row.noun)} {row.noun}",
        description="Needs the scope `admin`.",
        response_model=row.answer,
        responses=examples.saved(200, row.path, row.example),
        operation_id=f"projects_{row.path}_update",
    )


def _add_deletion(router: APIRouter, row: SavedRoute) -> None:
    async def delete(request: Request, caller: Admin, slug: Slug, id_: Id) -> Response:
        project = querying(request).auth.project_in_path(caller.principal, slug)
        items, owner = row.items(querying(request).auth.meta.saved), caller.principal.token_id
        await _changed(request, None, lambda: items.remove(project, id_, owner, by=caller.by))
        return Response(status_code=204)

    router.add_api_route(
        f"/{{slug}}/{row.path}/{{id}}",
        delete,
        methods=["DELETE"],
        status_code=204,
        summary=f"Delete {_article(row.noun)} {row.noun}",
        description="Needs the scope `admin`.",
        responses=examples.DELETED,
        operation_id=f"projects_{row.path}_delete",
    )


async def _saving(request: Request, project: Project) -> Saving:
    """What a funnel names must mean the same to everybody: private segments do not count."""
    found = await asyncio.to_thread(querying(request).saved.of, project)
    return Saving(project, found.find)


async def _changed(request: Request, row: SavedRoute | None, change: Callable[[], Any]) -> Any:
    """Make the change on a thread; this process goes by it at once."""
    try:
        found = await asyncio.to_thread(change)
    finally:
        querying(request).saved.forget()
    return None if row is None else row.show(found)


def _article(noun: str) -> str:
    return "an" if noun[0] in "aeiou" else "a"
